use super::app::Choices;
use crate::{App, Error, document::PublishedTool, tool::Tool, tool_list::ToolSet};
use model::{AccountId, Action, AppId};
use sha2::{Digest as _, Sha256};
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError, RwLock},
};
use tokio::sync::OnceCell;

/// The longest name that clients of today take.
const NAME_BYTES_MAX: usize = 64;

/// The tools of one app, made once for all customers of its account.
pub(crate) struct AppTools {
    pub(crate) app: Arc<store::App>,
    /// Tells this making from every other in the process; later ones are greater.
    pub(crate) place: usize,
    /// The first key of its tools in the account's index.
    pub(crate) keys: u32,
    pub(crate) tools: Arc<ToolSet>,
    pub(super) choices: Choices,
}

/// The words of all tools of an account that were looked for, under keys that no two tools of the process have.
#[derive(Default)]
pub(crate) struct AccountIndex {
    held: RwLock<Held>,
}

#[derive(Default)]
struct Held {
    index: search::Index,
    /// By [`AppTools::place`].
    apps: HashSet<usize>,
}

/// Numbers that are given out to apps' tools: places and keys rise together.
#[derive(Default)]
pub(crate) struct Numbers {
    next: Mutex<(usize, u32)>,
}

/// The apps of one account whose tools were made.
#[derive(Default)]
pub(crate) struct AccountTools {
    apps: Mutex<HashMap<AppId, Making>>,
    pub(crate) index: Arc<AccountIndex>,
}

struct Making {
    stamp: i64,
    made: Arc<OnceCell<Option<Arc<AppTools>>>>,
}

impl Numbers {
    fn take(&self, tools: usize) -> (usize, u32) {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let given = *next;
        let keys = u32::try_from(tools).unwrap_or(u32::MAX);
        *next = (given.0 + 1, given.1.wrapping_add(keys));
        given
    }
}

impl AccountIndex {
    /// Searches it, when the words of all those apps are in it.
    pub(crate) fn search(
        &self,
        apps: &[&AppTools],
        query: &search::Query<'_>,
        count: usize,
    ) -> Vec<search::Hit> {
        {
            let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
            if apps.iter().all(|app| held.apps.contains(&app.place)) {
                return held.index.search(query, count);
            }
        }
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        for app in apps {
            if held.apps.insert(app.place) {
                for (key, tool) in (app.keys..).zip(app.tools.iter()) {
                    put(&mut held.index, key, tool, app.app.key.as_str());
                }
            }
        }
        held.index.search(query, count)
    }

    fn remove(&self, app: &AppTools) {
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        if held.apps.remove(&app.place) {
            for (key, _) in (app.keys..).zip(app.tools.iter()) {
                held.index.remove(key);
            }
        }
    }
}

/// Puts the words of a tool into an index.
pub(crate) fn put(index: &mut search::Index, key: u32, tool: &Tool, app: &str) {
    let schema = serde_json::from_str(tool.input_schema.get()).unwrap_or_default();
    let document = search::Document {
        name: &tool.name,
        title: tool.title.as_deref().unwrap_or_default(),
        description: &tool.description,
        app,
        read_only: tool.is_safe(),
        parameters: search::parameters(&schema),
    };
    index.put(key, &document);
}

impl AccountTools {
    /// The slot of the app as it is at that stamp. What was made of it before goes out of the index.
    fn slot(&self, app: AppId, stamp: i64) -> Arc<OnceCell<Option<Arc<AppTools>>>> {
        let mut apps = self.apps.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(making) = apps.get(&app).filter(|making| making.stamp >= stamp) {
            return Arc::clone(&making.made);
        }
        let made = Arc::default();
        let making = Making { stamp, made: Arc::clone(&made) };
        if let Some(old) = apps.insert(app, making)
            && let Some(Some(tools)) = old.made.get()
        {
            self.index.remove(tools);
        }
        made
    }

    /// Forgets apps that are no more.
    pub(crate) fn keep(&self, is_there: impl Fn(&AppId) -> bool) {
        let mut apps = self.apps.lock().unwrap_or_else(PoisonError::into_inner);
        apps.retain(|app, making| {
            let stays = is_there(app);
            if !stays && let Some(Some(tools)) = making.made.get() {
                self.index.remove(tools);
            }
            stays
        });
    }
}

impl App {
    /// The tools of an app, as it is at that stamp or later; nothing when there is no such app.
    pub(super) async fn app_tools(
        &self,
        account: AccountId,
        tools: &AccountTools,
        id: AppId,
        stamp: i64,
    ) -> Result<Option<Arc<AppTools>>, Error> {
        let slot = tools.slot(id, stamp);
        slot.get_or_try_init(|| self.make_app_tools(account, id)).await.cloned()
    }

    async fn make_app_tools(
        &self,
        account: AccountId,
        id: AppId,
    ) -> Result<Option<Arc<AppTools>>, Error> {
        let Some(entry) = self.store.app(account, id).await? else { return Ok(None) };
        let app = entry.app;
        let rows = self.store.action_definitions(account, id).await?;
        let (place, keys) = self.connected.numbers.take(rows.len());
        let mut tools = Vec::with_capacity(rows.len());
        for row in rows {
            let action: Action = serde_json::from_str(&row.definition)
                .map_err(|_| Error::corrupt("action", "its definition cannot be read"))?;
            let name = tool_name(app.key.as_str(), &action.name);
            let published = PublishedTool::of(Action { name, ..action });
            // What cannot be offered costs the customer that one tool.
            match Tool::of_action(published, place, &self.config.upstream) {
                Ok(tool) => tools.push(Arc::new(tool)),
                Err(error) => tracing::error!(
                    error = &error as &dyn std::error::Error,
                    app = %app.key,
                    "an action cannot be offered as a tool"
                ),
            }
        }
        let tools = Arc::new(ToolSet::new(tools));
        let app = Arc::new(app);
        Ok(Some(Arc::new(AppTools { app, place, keys, tools, choices: Choices::default() })))
    }
}

/// The name of an app's action as a tool: app and action, cut where clients would not take it.
fn tool_name(app: &str, action: &str) -> String {
    let name = format!("{app}-{action}");
    if name.len() <= NAME_BYTES_MAX {
        return name;
    }
    let digest = Sha256::digest(name.as_bytes());
    let end = format!("-{:02x}{:02x}{:02x}{:02x}", digest[0], digest[1], digest[2], digest[3]);
    let mut cut = NAME_BYTES_MAX - end.len();
    while !name.is_char_boundary(cut) {
        cut -= 1;
    }
    format!("{}{end}", &name[..cut])
}

#[cfg(test)]
mod tests {
    use super::{NAME_BYTES_MAX, tool_name};

    #[test]
    fn a_long_name_is_cut_and_stays_its_own() {
        assert_eq!(tool_name("gmail", "send-email"), "gmail-send-email");
        let (one, two) = ("a".repeat(80), format!("{}b", "a".repeat(80)));
        let (one, two) = (tool_name("crm", &one), tool_name("crm", &two));
        assert_eq!((one.len(), two.len()), (NAME_BYTES_MAX, NAME_BYTES_MAX));
        assert_ne!(one, two);
    }
}
