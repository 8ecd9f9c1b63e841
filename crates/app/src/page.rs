use crate::Error;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use std::str::FromStr;
use utoipa::{IntoParams, ToSchema};

/// Items of one page, unless the caller asks for another number.
const PAGE_ITEMS: u32 = 50;
/// Items of one page at most.
const PAGE_ITEMS_MAX: u32 = 200;

/// Which page of a list.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct PageQuery {
    /// Items of the page at most.
    #[param(minimum = 1, maximum = 200, default = 50, nullable = false)]
    pub limit: Option<u32>,
    /// `next` of the page before.
    #[param(max_length = 1024, nullable = false)]
    pub cursor: Option<String>,
}

/// One page of a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Where the next page begins; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub next: Option<String>,
}

impl PageQuery {
    /// Items of the page.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Invalid`] for none or more than are allowed.
    pub(crate) fn size(&self) -> Result<u32, Error> {
        let size = self.limit.unwrap_or(PAGE_ITEMS);
        if (1..=PAGE_ITEMS_MAX).contains(&size) {
            return Ok(size);
        }
        Err(Error::invalid(format!("limit is 1 to {PAGE_ITEMS_MAX}")).field("limit"))
    }

    /// The key that the page begins after.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Invalid`] when the cursor is none of ours.
    pub(crate) fn after<K: FromStr>(&self) -> Result<Option<K>, Error> {
        let Some(cursor) = &self.cursor else { return Ok(None) };
        let key = URL_SAFE_NO_PAD.decode(cursor).ok();
        let key = key.and_then(|bytes| String::from_utf8(bytes).ok());
        key.and_then(|text| text.parse().ok()).map(Some).ok_or_else(|| {
            Error::invalid("unknown cursor: start again without one").field("cursor")
        })
    }
}

impl<T> Page<Result<T, Error>> {
    /// The page, if every item of it could be made.
    pub(crate) fn transpose(self) -> Result<Page<T>, Error> {
        Ok(Page { items: self.items.into_iter().collect::<Result<_, _>>()?, next: self.next })
    }
}

impl<T> Page<T> {
    /// A page of `rows`, of which one more than `size` was read to learn whether another follows.
    pub(crate) fn new<R, K: ToString>(
        mut rows: Vec<R>,
        size: u32,
        key: impl Fn(&R) -> K,
        item: impl FnMut(R) -> T,
    ) -> Self {
        let size = size as usize;
        let more = rows.len() > size;
        rows.truncate(size);
        let next =
            rows.last().filter(|_| more).map(|row| URL_SAFE_NO_PAD.encode(key(row).to_string()));
        Self { items: rows.into_iter().map(item).collect(), next }
    }

    /// A page that ends after the row with that key; without one, it is the last.
    pub(crate) fn up_to(items: Vec<T>, last: Option<impl ToString>) -> Self {
        Self { items, next: last.map(|key| URL_SAFE_NO_PAD.encode(key.to_string())) }
    }
}
