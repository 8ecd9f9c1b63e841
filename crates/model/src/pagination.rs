use crate::{FieldPath, SettingsError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How Gatewright walks an API's own pages, so that one call of a tool gives more than one page.
///
/// Only calls with a safe method are walked. Every walk ends: at `max_pages`, at `max_items`, when the API has no
/// further page, and when it names a page that was read already.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Pagination {
    /// How the API names its next page.
    pub style: PageStyle,
    /// The argument that chooses a page, for `page`, `offset` and `cursor`. It stays an argument of the tool, so
    /// that a caller can go on where a walk was cut, unless a rule hides it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    /// The number of the first page for `page` (1 when absent), or of the first item for `offset` (0 when absent).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<u32>,
    /// The argument that takes the length of a page. It is then no argument of the tool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size_parameter: Option<String>,
    /// The length of a page that is asked for; a shorter page is the last one of `page` and `offset`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 10000)]
    pub size: Option<u32>,
    /// Where the list is in an answer, members only; empty when the answer is the list.
    #[serde(default, skip_serializing_if = "FieldPath::is_root")]
    pub items: FieldPath,
    /// Where an answer has the next cursor (`cursor`) or the next URL (`next_url`), members only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<FieldPath>,
    /// Pages that one call reads at most: 1 to [`Pagination::MAX_PAGES`].
    #[serde(default = "default_pages")]
    #[schema(minimum = 1, maximum = 50)]
    pub max_pages: u32,
    /// Items that one call gives at most: 1 to [`Pagination::MAX_ITEMS`].
    #[serde(default = "default_items")]
    #[schema(minimum = 1, maximum = 10000)]
    pub max_items: u32,
}

/// How an API names its next page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PageStyle {
    /// An argument holds the number of the page.
    Page,
    /// An argument holds the number of items to skip.
    Offset,
    /// An argument holds a mark that the page before gave.
    Cursor,
    /// The header `Link` holds a URL with `rel="next"` (RFC 8288).
    Link,
    /// A member of the answer holds the URL of the next page.
    NextUrl,
}

fn default_pages() -> u32 {
    Pagination::DEFAULT_PAGES
}

fn default_items() -> u32 {
    Pagination::DEFAULT_ITEMS
}

impl Pagination {
    /// The most that `max_pages` may be.
    pub const MAX_PAGES: u32 = 50;
    /// What `max_pages` is when it is left out.
    pub const DEFAULT_PAGES: u32 = 10;
    /// The most that `max_items` may be.
    pub const MAX_ITEMS: u32 = 10_000;
    /// What `max_items` is when it is left out.
    pub const DEFAULT_ITEMS: u32 = 1_000;
    /// The most that `size` may be.
    pub const MAX_SIZE: u32 = 10_000;

    /// Whether an argument chooses the page.
    #[must_use]
    pub fn is_by_argument(&self) -> bool {
        match self.style {
            PageStyle::Page | PageStyle::Offset | PageStyle::Cursor => true,
            PageStyle::Link | PageStyle::NextUrl => false,
        }
    }

    /// The value of the first page's argument, where it is a number.
    #[must_use]
    pub fn first_number(&self) -> u64 {
        let usual = if self.style == PageStyle::Page { 1 } else { 0 };
        self.first.map_or(usual, u64::from)
    }

    /// Checks what can be checked without the action.
    pub(crate) fn check(&self) -> Result<(), SettingsError> {
        let refuse = |field: &str, problem: String| {
            Err(SettingsError { field: format!("pagination.{field}"), problem })
        };
        let range = |value: u32, most: u32| (1..=most).contains(&value);
        if !range(self.max_pages, Self::MAX_PAGES) {
            return refuse("max_pages", format!("must be 1 to {}", Self::MAX_PAGES));
        }
        if !range(self.max_items, Self::MAX_ITEMS) {
            return refuse("max_items", format!("must be 1 to {}", Self::MAX_ITEMS));
        }
        if self.size.is_some_and(|size| !range(size, Self::MAX_SIZE)) {
            return refuse("size", format!("must be 1 to {}", Self::MAX_SIZE));
        }
        if self.size_parameter.is_some() && self.size.is_none() {
            return refuse("size", "is needed with size_parameter: the length to ask for".into());
        }
        match (self.is_by_argument(), &self.parameter) {
            (true, None) => {
                return refuse("parameter", "is needed: the argument that chooses a page".into());
            }
            (false, Some(_)) => {
                return refuse("parameter", "has no meaning in this style: leave it out".into());
            }
            (true, Some(_)) | (false, None) => {}
        }
        if self.parameter.is_some() && self.parameter == self.size_parameter {
            return refuse("size_parameter", "must be another argument than parameter".into());
        }
        if self.first.is_some() && !matches!(self.style, PageStyle::Page | PageStyle::Offset) {
            return refuse("first", "has a meaning for page and offset alone: leave it out".into());
        }
        match (matches!(self.style, PageStyle::Cursor | PageStyle::NextUrl), &self.cursor) {
            (true, None) => {
                return refuse("cursor", "is needed: where an answer names its next page".into());
            }
            (false, Some(_)) => {
                return refuse("cursor", "has no meaning in this style: leave it out".into());
            }
            (true, Some(path)) if path.is_root() || path.members().is_none() => {
                return refuse("cursor", "must be names joined by dots, such as meta.next".into());
            }
            (true, Some(_)) | (false, None) => {}
        }
        if self.items.members().is_none() {
            return refuse("items", "must be names joined by dots, or empty for a list".into());
        }
        Ok(())
    }
}
