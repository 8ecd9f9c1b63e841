use crate::Published;
use std::fmt;

/// What the layers above know of what is published: MCP's grammar and measure, and the names of this installation itself.
#[derive(Clone, Copy)]
pub struct Wire<'a> {
    /// Bytes of a server's tool list, as a model reads it.
    pub list_bytes: fn(&Published) -> usize,
    /// The variables of a URI template, or what is wrong with it.
    pub template_variables: fn(&str) -> Result<Vec<String>, String>,
    /// Whether a text is a URI that a resource may have.
    pub is_uri: fn(&str) -> bool,
    /// Host names under which the installation itself answers, with or without a port, in lower case.
    pub own_hosts: &'a [String],
}

impl Wire<'_> {
    pub(crate) fn is_own_host(&self, host: &str) -> bool {
        let name = |own: &str| own.rsplit_once(':').map_or(own == host, |(name, _)| name == host);
        self.own_hosts.iter().any(|own| own == host || name(own))
    }
}

impl fmt::Debug for Wire<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wire").field("own_hosts", &self.own_hosts).finish_non_exhaustive()
    }
}
