use super::tools::AppTools;
use crate::{
    App, Error,
    customer_connections::{CustomerTarget, Unusable},
    tool::Tool,
    tool_list::ToolSet,
};
use model::{AccountId, ConnectionId, Outcome, RawJson, Secret};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak, atomic::Ordering},
};
use upstream::{Arguments, refusal};

/// What the argument that chooses a connection is called: the first that the app's actions have no argument for.
pub(crate) const SELECTORS: [&str; 3] = ["connection", "use_connection", "gatewright_connection"];

/// An app as one customer has connected it, or has not.
pub(crate) struct ConnectedApp {
    pub(crate) set: Arc<AppTools>,
    /// With an argument that chooses the connection, where there are several.
    choice: Option<Arc<Choice>>,
    /// The default first. None for an app that was asked for and is not connected.
    connections: Vec<Connected>,
    /// Tells this reading of the connections from others, with other credentials.
    pub(crate) generation: u64,
}

/// The tools of an app with one more argument, which chooses among connections of certain names.
pub(super) struct Choice {
    selector: &'static str,
    tools: Arc<ToolSet>,
}

/// Those that customers of now have: whoever calls its connections the same has the same tools.
#[derive(Default)]
pub(super) struct Choices {
    held: Mutex<HashMap<Vec<String>, Weak<Choice>>>,
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
        let choice = if rows.len() > 1 { set.choices.of(&set.tools, &names)? } else { None };
        let connections = rows
            .iter()
            .map(|row| Connected {
                id: row.id,
                name: row.name.clone(),
                target: app.customer_target(account, &set.app, row),
            })
            .collect();
        let generation = app.generations.fetch_add(1, Ordering::Relaxed);
        Ok(Self { set, choice, connections, generation })
    }

    /// Its tools, in the order of their actions' names.
    pub(crate) fn tools(&self) -> &Arc<ToolSet> {
        self.choice.as_ref().map_or(&self.set.tools, |choice| &choice.tools)
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
        self.choice.as_ref().map(|choice| choice.selector)
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

impl Choices {
    fn of(&self, tools: &ToolSet, names: &[&str]) -> Result<Option<Arc<Choice>>, Error> {
        let names: Vec<String> = names.iter().copied().map(str::to_owned).collect();
        let held = || self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = held().get(&names).and_then(Weak::upgrade) {
            return Ok(Some(known));
        }
        let made = Choice::new(tools, &names)?.map(Arc::new);
        if let Some(choice) = &made {
            let mut held = held();
            held.retain(|_, choice| choice.strong_count() > 0);
            held.insert(names, Arc::downgrade(choice));
        }
        Ok(made)
    }
}

impl Choice {
    /// Nothing when each name that the argument could have is taken.
    fn new(tools: &ToolSet, names: &[String]) -> Result<Option<Self>, Error> {
        let schemas: Vec<Value> = tools
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
        let mut chosen = Vec::with_capacity(schemas.len());
        for (tool, mut schema) in tools.iter().zip(schemas) {
            schema["properties"][*selector] = argument.clone();
            let schema = RawJson::parse(schema.to_string())
                .map_err(|_| Error::corrupt("action", "its schema cannot be read"))?;
            chosen.push(Arc::new(tool.with_schema(schema)));
        }
        Ok(Some(Self { selector, tools: Arc::new(ToolSet::new(chosen)) }))
    }
}

#[cfg(test)]
mod tests {
    use super::Choices;
    use crate::{tool::Tool, tool_list::ToolSet};
    use std::sync::Arc;

    #[test]
    fn customers_with_the_same_names_share_the_tools_and_others_do_not() {
        let tools = ToolSet::new(vec![Arc::new(Tool::read_result().unwrap())]);
        let choices = Choices::default();
        let of = |names: &[&str]| choices.of(&tools, names).unwrap().unwrap();
        let (one, same, other) =
            (of(&["work", "home"]), of(&["work", "home"]), of(&["home", "work"]));
        assert!(Arc::ptr_eq(&one, &same) && !Arc::ptr_eq(&one, &other));
        let schema = |choice: &Arc<super::Choice>| choice.tools[0].input_schema.get().to_owned();
        assert!(schema(&one).contains(r#""enum":["work","home"]"#), "{}", schema(&one));
        assert!(schema(&other).contains(r#""default":"home""#), "{}", schema(&other));
        // What nobody has any more goes.
        drop((one, same));
        of(&["a", "b"]);
        let held = choices.held.lock().unwrap();
        assert!(!held.contains_key(&["work".to_owned(), "home".to_owned()][..]));
        assert!(held.contains_key(&["home".to_owned(), "work".to_owned()][..]));
    }
}
