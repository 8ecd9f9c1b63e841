use crate::{Shared, data::list_bytes};
use app::Wire;

impl Shared {
    /// What use cases ask of the layers above them.
    pub(crate) fn wire(&self) -> Wire<'_> {
        Wire {
            list_bytes,
            template_variables,
            is_uri: mcp::is_uri,
            own_hosts: &self.config.hosts.hosts,
        }
    }
}

fn template_variables(text: &str) -> Result<Vec<String>, String> {
    let template = mcp::UriTemplate::parse(text).map_err(|fault| fault.to_string())?;
    Ok(template.variables().map(str::to_owned).collect())
}
