use super::Server;
use crate::{App, Caller, Error, Page, PageQuery};
use model::{Permission, ServerId};
use serde::Deserialize;
use std::{fmt, str::FromStr};
use store::ServerRow;
use utoipa::{IntoParams, ToSchema};

/// The longest text that is searched for.
const SEARCH_CHARS_MAX: usize = 200;

/// Which of the account's servers, in which order, and which page of them.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ServerQuery {
    /// Items of the page at most.
    #[param(minimum = 1, maximum = 200, default = 50, nullable = false)]
    pub limit: Option<u32>,
    /// `next` of the page before, with the same filters and order.
    #[param(max_length = 1024, nullable = false)]
    pub cursor: Option<String>,
    /// Words that name, description, slug or id hold, all of them, in any case.
    #[param(max_length = 200, nullable = false)]
    pub search: Option<String>,
    /// Only those that are on, or off.
    #[param(nullable = false)]
    pub enabled: Option<bool>,
    /// Deleted ones, in the place of the others.
    #[param(nullable = false)]
    pub deleted: Option<bool>,
    /// In which order.
    #[param(inline, nullable = false)]
    pub sort: Option<ServerSort>,
}

/// In which order servers are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ServerSort {
    /// Of their making.
    #[default]
    Created,
    /// By name, in any case.
    Name,
    /// By their part of the URL, in any case.
    Slug,
    /// Those that changed last first.
    Updated,
}

/// A server's place in a list: what it is sorted by, and its id. In text, the id comes first, since it is of one length.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    key: String,
    id: ServerId,
}

impl ServerSort {
    fn place(self, row: &ServerRow) -> Place {
        let key = match self {
            Self::Created => String::new(),
            Self::Name => row.name.to_lowercase(),
            Self::Slug => row.server.slug.to_ascii_lowercase(),
            // Counted down, so that all orders rise.
            Self::Updated => format!("{:020}", i64::MAX - row.updated_at.as_millisecond()),
        };
        Place { key, id: row.server.id }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.id, self.key)
    }
}

impl FromStr for Place {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (id, key) = text.split_once(' ').ok_or(())?;
        Ok(Self { key: key.to_owned(), id: id.parse().map_err(|_| ())? })
    }
}

impl App {
    /// The account's servers that the query asks for.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::ReadServers`]; [`crate::Kind::Invalid`] for a cursor that is none of ours, and
    /// for words that are too long.
    pub async fn list_servers(
        &self,
        caller: &Caller,
        query: ServerQuery,
    ) -> Result<Page<Server>, Error> {
        let account = caller.may(Permission::ReadServers)?;
        let page = PageQuery { limit: query.limit, cursor: query.cursor };
        let (size, after) = (page.size()?, page.after::<Place>()?);
        let sort = query.sort.unwrap_or_default();
        let search = query.search.unwrap_or_default();
        if search.chars().count() > SEARCH_CHARS_MAX {
            let message = format!("search for {SEARCH_CHARS_MAX} characters at most");
            return Err(Error::invalid(message).field("search"));
        }
        let search = search.to_lowercase();
        let words: Vec<&str> = search.split_whitespace().collect();
        let asked = |row: &ServerRow| {
            row.deleted_at.is_some() == query.deleted.unwrap_or_default()
                && query.enabled.is_none_or(|enabled| enabled == row.server.enabled)
                && holds(row, &words)
        };
        // An account has hundreds of servers at most, whose rows are small: sorting them here is the same on both engines and in
        // every script.
        let mut rows: Vec<(Place, ServerRow)> =
            (self.store.server_rows(account).await?.into_iter())
                .filter(asked)
                .map(|row| (sort.place(&row), row))
                .filter(|(place, _)| after.as_ref().is_none_or(|after| place > after))
                .collect();
        rows.sort_by(|(one, _), (other, _)| one.cmp(other));
        rows.truncate(size as usize + 1);
        let now = self.clock.now();
        let mut facts = self.server_facts(account, now).await?;
        if caller.may(Permission::ReadUsage).is_ok() {
            self.add_recent_usage(account, now, &mut facts).await?;
        }
        Ok(Page::new(rows, size, |(place, _)| place.clone(), |(_, row)| facts.view(row)))
    }
}

fn holds(row: &ServerRow, words: &[&str]) -> bool {
    if words.is_empty() {
        return true;
    }
    let id = row.server.id.to_string();
    let text = [&row.name, &row.description, row.server.slug.as_str(), &id].join("\n");
    let text = text.to_lowercase();
    words.iter().all(|word| text.contains(word))
}
