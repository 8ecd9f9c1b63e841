use super::{
    find::{Named, answer},
    tools::ENABLED_MAX,
};
use crate::{App, Caller, Error, Published, SessionHandle};
use model::Outcome;
use serde::Serialize;
use std::collections::BTreeSet;
use upstream::refusal;

/// The tools that a client has enabled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EnabledTools(pub(crate) BTreeSet<String>);

impl EnabledTools {
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains(name)
    }
}

/// What a client's enabled tools are bound to. It is always its principal's own, too.
#[derive(Clone, Copy, Debug)]
pub enum Enabling<'a> {
    /// A chat, by its `x-chat-id`.
    Chat(&'a str),
    /// A legacy session.
    Session(&'a SessionHandle),
}

#[derive(Serialize)]
struct Enabled {
    enabled: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unknown: Vec<String>,
}

impl App {
    /// The tools that are enabled there.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Unavailable`] when the database does not answer.
    pub async fn enabled_tools(
        &self,
        caller: &Caller,
        server: &Published,
        enabling: Option<Enabling<'_>>,
    ) -> Result<EnabledTools, Error> {
        match enabling {
            None => Ok(EnabledTools::default()),
            Some(Enabling::Session(handle)) => self.session_tools(caller, &handle.key).await,
            Some(Enabling::Chat(chat)) => {
                self.session_tools(caller, &self.chat_key(caller, server, chat)).await
            }
        }
    }

    /// `enable-tools`. The arguments fit its schema.
    pub(super) async fn enable_tools(
        &self,
        caller: &Caller,
        server: &Published,
        arguments: &str,
        enabling: Option<Enabling<'_>>,
    ) -> Result<Outcome, Error> {
        let named: Named = match serde_json::from_str(arguments) {
            Ok(named) => named,
            Err(error) => return Ok(refusal(&[error])),
        };
        let Some(enabling) = enabling else {
            return Ok(refusal(&[
                "there is nothing to remember this by: send the header x-chat-id, or call the tool by call-tool",
            ]));
        };
        if named.tools.len() > ENABLED_MAX {
            return Ok(refusal(&[format!("at most {ENABLED_MAX} tools can be enabled at once")]));
        }
        let known = |name: &String| server.tool(caller, name).is_some();
        let (enabled, unknown): (Vec<String>, Vec<String>) =
            named.tools.into_iter().partition(known);
        if enabled.is_empty() && !unknown.is_empty() {
            // Nothing of what was meant can be done: what was enabled before stays.
            let message = format!(
                "no such tool: {}; search-tools finds the names that there are",
                unknown.join(", ")
            );
            return Ok(refusal(&[message]));
        }
        let tools = EnabledTools(enabled.iter().cloned().collect());
        match enabling {
            Enabling::Session(handle) => self.set_session_tools(caller, handle, tools).await?,
            Enabling::Chat(chat) => {
                let key = self.chat_key(caller, server, chat);
                self.set_chat_tools(caller, key, tools).await?;
            }
        }
        Ok(answer(&Enabled { enabled, unknown }))
    }
}
