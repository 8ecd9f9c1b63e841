//! Dynamic mode: instead of all tools of a server, a client is shown a few that find, describe, call and enable the others.
//!
//! The list begins with the same four tools in every version, so that it need not be read again; what was enabled comes behind
//! them. Nothing may be found, described, called or enabled that the caller may not call anyway.

mod enable;
mod find;
mod tools;

pub use enable::{EnabledTools, Enabling};
pub(crate) use find::answer;
pub use tools::{CALL_TOOL, ENABLE_TOOLS};
pub(crate) use tools::{Finder, finder};

use tools::finders;

use crate::{
    App, Caller, Error, Outbound, Published, connected::put, publication::Finding, tool::Tool,
};
use model::Outcome;
use serde::{Deserialize, Serialize};
use upstream::refusal;

/// How much of a server's tools a client is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// All tools, of a server that has no number of its own.
    #[default]
    Static,
    /// Tools that find the others, and those that were enabled.
    Dynamic,
    /// Dynamic for a list above the budget, else static.
    Auto,
}

impl Mode {
    /// The mode of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "static" => Some(Self::Static),
            "dynamic" => Some(Self::Dynamic),
            "auto" => Some(Self::Auto),
            _ => None,
        }
    }
}

/// How a client of dynamic mode is told of a server's tools.
#[derive(Clone, Copy, Debug)]
pub struct Dynamic<'a> {
    /// Where it is written down what the client has enabled; nowhere for a client that names neither session nor chat.
    pub enabling: Option<Enabling<'a>>,
}

impl App {
    /// The tools that a client of dynamic mode is shown: those that find the others, and then those that it has enabled and may
    /// still call, in the server's order.
    #[must_use]
    pub fn dynamic_tools<'p>(
        &self,
        caller: &Caller,
        server: &'p Published,
        enabled: &EnabledTools,
    ) -> Vec<&'p Tool> {
        let listed = |tool: &&Tool| {
            (tool.is_built_in() || enabled.has(&tool.name)) && tool.is_visible_to(caller, server.id)
        };
        let tools = server.all_tools().map(|tool| &**tool);
        finders(server.is_connected_apps()).iter().chain(tools.filter(listed)).collect()
    }

    /// Does what one of the tools of dynamic mode does. The arguments fit its schema.
    pub(crate) async fn find(
        &self,
        finder: Finder,
        caller: &Caller,
        server: &Published,
        arguments: &str,
        dynamic: Option<Dynamic<'_>>,
        outbound: &Outbound,
    ) -> Result<Outcome, Error> {
        match finder {
            Finder::Search => Ok(self.search_tools(caller, server, arguments, outbound).await),
            Finder::Describe => Ok(self.describe_tools(caller, server, arguments)),
            // What it calls was taken out of its arguments before; what is left here names no tool that it could call.
            Finder::Call => Ok(refusal(&["name the tool to call; search-tools finds it"])),
            Finder::Enable => {
                let enabling = dynamic.and_then(|dynamic| dynamic.enabling);
                self.enable_tools(caller, server, arguments, enabling).await
            }
        }
    }

    /// What a model is told of a server in dynamic mode, before it uses it.
    #[must_use]
    pub fn dynamic_instructions(&self, caller: &Caller, server: &Published) -> String {
        let count = server.view(caller).len();
        let how = format!(
            "This server has {count} tools, of which only those are listed that find the others: look for one by search-tools, \
             see its arguments by describe-tools, and call it by call-tool."
        );
        match server.instructions() {
            Some(own) => format!("{own}\n\n{how}"),
            None => how,
        }
    }
}

/// The tools of a server that a request is for, by their keys. Their words are read at the first search.
fn hits(server: &Published, query: &search::Query<'_>, count: usize) -> Vec<search::Hit> {
    match &server.finding {
        Finding::Own(index) => {
            let made = index.get_or_init(|| {
                let mut index = Box::new(search::Index::new());
                let tools = (0..).zip(server.all_tools());
                for (key, tool) in tools.filter(|(_, tool)| !tool.is_built_in()) {
                    put(&mut index, key, tool, "");
                }
                index
            });
            made.search(query, count)
        }
        Finding::Shared(index) => {
            let apps: Vec<_> = server.connected_apps().iter().map(|app| &*app.set).collect();
            index.search(&apps, query, count)
        }
    }
}
