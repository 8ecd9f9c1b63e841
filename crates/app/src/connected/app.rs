use super::tools::AppTools;
use crate::{
    App, Error,
    customer_connections::{CustomerTarget, Unusable},
    tool::Tool,
    tool_list::ToolSet,
};
use model::{AccountId, ConnectionId, Outcome, RawJson, Secret};
use serde_json::{Value, json};
use std::sync::{Arc, atomic::Ordering};
use upstream::{Arguments, refusal};

/// What the argument that chooses a connection is called: the first that the app's actions have no argument for.
pub(crate) const SELECTORS: [&str; 3] = ["connection", "use_connection", "gatewright_connection"];

/// An app as one customer has connected it, or has not.
pub(crate) struct ConnectedApp {
    pub(crate) set: Arc<AppTools>,
    /// With an argument that chooses the connection, where there are several.
    own: Option<Own>,
    /// The default first. None for an app that was asked for and is not connected.
    connections: Vec<Connected>,
    /// Tells this reading of the connections from others, with other credentials.
    pub(crate) generation: u64,
}

struct Own {
    selector: &'static str,
    tools: Arc<ToolSet>,
}

/// One connection of a customer, ready to be used, or why it is not.
pub(crate) struct Connected {
    pub(crate) id: ConnectionId,
    pub(crate) name: String,
    pub(crate) target: Result<CustomerTarget, Unusable>,
}

impl ConnectedApp {
    pub(super) fn new(
        app: &App,
        account: AccountId,
        set: Arc<AppTools>,
        mut rows: Vec<store::CustomerConnection>,
    ) -> Result<Self, Error> {
        rows.sort_by_key(|row| (!row.is_default, row.id));
        let names: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
        let own = if rows.len() > 1 { Own::new(&set, &names)? } else { None };
        let connections = rows
            .iter()
            .map(|row| Connected {
                id: row.id,
                name: row.name.clone(),
                target: app.customer_target(account, &set.app, row),
            })
            .collect();
        let generation = app.generations.fetch_add(1, Ordering::Relaxed);
        Ok(Self { set, own, connections, generation })
    }

    /// Its tools, in the order of their actions' names.
    pub(crate) fn tools(&self) -> &Arc<ToolSet> {
        self.own.as_ref().map_or(&self.set.tools, |own| &own.tools)
    }

    /// The tool of that key in the account's index, if it is this app's.
    pub(crate) fn by_key(&self, key: u32) -> Option<&Arc<Tool>> {
        let at = key.checked_sub(self.set.keys)?;
        self.tools().get(at as usize)
    }

    /// The connection that the argument of that name names, or else the default one, if there is any; and the arguments without it.
    ///
    /// # Errors
    ///
    /// What a call comes to that names one that is not there.
    pub(crate) fn choose<'a, 't>(
        &'a self,
        selector: Option<&str>,
        arguments: Arguments<'t>,
    ) -> Result<(Option<&'a Connected>, Arguments<'t>), Outcome> {
        let first = || self.connections.first();
        let Some(selector) = selector else { return Ok((first(), arguments)) };
        let Some(raw) = arguments.get(selector) else { return Ok((first(), arguments)) };
        let name: Option<String> = serde_json::from_str(raw).ok();
        let named = |one: &&Connected| Some(&one.name) == name.as_ref();
        match self.connections.iter().find(named) {
            Some(one) => Ok((Some(one), arguments.without(selector))),
            // Whoever has none is told how to get one, whichever was asked for.
            None if self.connections.is_empty() => Ok((None, arguments)),
            None => {
                let names: Vec<&str> =
                    self.connections.iter().map(|one| one.name.as_str()).collect();
                let message =
                    format!("there is no such connection; there are: {}", names.join(", "));
                Err(refusal(&[message]))
            }
        }
    }

    /// What the argument that chooses a connection is called, where there is one.
    pub(crate) fn selector(&self) -> Option<&'static str> {
        self.own.as_ref().map(|own| own.selector)
    }

    /// What must not be shown of its answers.
    pub(crate) fn secrets(&self) -> Arc<[Secret]> {
        let ready = self.connections.iter().filter_map(|one| one.target.as_ref().ok());
        ready.flat_map(|target| target.secrets().to_vec()).collect()
    }

    pub(crate) fn connections(&self) -> &[Connected] {
        &self.connections
    }
}

impl Own {
    /// The tools with one more argument; nothing when each name that it could have is taken.
    fn new(set: &AppTools, names: &[&str]) -> Result<Option<Self>, Error> {
        let schemas: Vec<Value> = set
            .tools
            .iter()
            .map(|tool| serde_json::from_str(tool.input_schema.get()).unwrap_or_default())
            .collect();
        let is_free =
            |name: &&&str| schemas.iter().all(|schema| schema["properties"].get(**name).is_none());
        let Some(selector) = SELECTORS.iter().find(is_free) else { return Ok(None) };
        let argument = json!({
            "type": "string",
            "enum": names,
            "default": names.first(),
            "description": "Which of the user's connections of this app is used",
        });
        let mut tools = Vec::with_capacity(schemas.len());
        for (tool, mut schema) in set.tools.iter().zip(schemas) {
            schema["properties"][*selector] = argument.clone();
            let schema = RawJson::parse(schema.to_string())
                .map_err(|_| Error::corrupt("action", "its schema cannot be read"))?;
            tools.push(Arc::new(tool.with_schema(schema)));
        }
        Ok(Some(Self { selector, tools: Arc::new(ToolSet::new(tools)) }))
    }
}
