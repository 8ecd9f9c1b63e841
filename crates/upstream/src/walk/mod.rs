//! An API's own pages as one answer. Pure: the caller sends what it is told to, and says what came back.

mod merge;
mod suggest;

pub use suggest::suggest;

use crate::{Arguments, Injected, MAX_URL_BYTES, Request, Response, json::quoted, link};
use http::Uri;
use merge::{Merged, Page};
use model::{PageStyle, Pagination};
use std::time::Duration;
use url::Url;

/// Characters of a value that a note shows.
const MAX_SHOWN: usize = 300;

/// What to ask for after a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// The same call with another value of one argument, as raw JSON.
    Argument {
        /// The argument.
        name: String,
        /// Its value.
        value: String,
    },
    /// The same request with another URL, which differs in its query alone.
    Url(Uri),
    /// Nothing: the walk is over.
    Done,
}

/// What a walk came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Walked {
    /// The first page's answer with the items of all pages in its list, and the bytes and times of all.
    pub response: Response,
    /// Pages that were read.
    pub pages: u32,
    /// Items in the list.
    pub items: usize,
    /// Why the list is not the whole, and how to go on, when a limit or a failure ended the walk.
    pub cut: Option<String>,
}

/// A walk through the pages of one call. It asks for a bounded number of them, and for none twice.
#[derive(Debug)]
pub struct Walk<'a> {
    paging: &'a Pagination,
    /// Names of the members that lead to the list.
    items_path: Vec<&'a str>,
    cursor_path: Vec<&'a str>,
    may_resume: bool,
    url: Option<Url>,
    max_bytes: usize,
    /// The number of the page or of the first item that was asked for last, where it is known.
    number: Option<u64>,
    /// The raw cursor or the URL that was asked for last.
    asked: Option<String>,
    seen: Vec<String>,
    /// The items of the last page, to tell an API that knows no pages.
    last_items: String,
    first: Option<Response>,
    merged: Option<Merged>,
    pages: u32,
    items: usize,
    duration: Duration,
    bytes_out: u64,
    cut: Option<String>,
}

impl std::fmt::Debug for Merged {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Merged").field("len", &self.len()).finish()
    }
}

impl<'a> Walk<'a> {
    /// Begins with the request for the first page and the arguments it was planned with. The merged body stays within
    /// `max_bytes`.
    #[must_use]
    pub fn new(
        paging: &'a Pagination,
        injected: &Injected,
        request: &Request,
        arguments: &Arguments<'_>,
        max_bytes: usize,
    ) -> Self {
        let given = paging.parameter.as_deref().and_then(|name| arguments.get(name));
        let given = given.filter(|raw| *raw != "null");
        let number = match given {
            Some(raw) => raw.trim_matches('"').parse().ok(),
            None => Some(paging.first_number()),
        };
        let url = Url::parse(&request.uri.to_string()).ok();
        let seen = match paging.style {
            PageStyle::Cursor => given.map(str::to_owned),
            PageStyle::Link | PageStyle::NextUrl => url.as_ref().map(Url::to_string),
            PageStyle::Page | PageStyle::Offset => None,
        };
        Self {
            items_path: paging.items.members().unwrap_or_default(),
            cursor_path: paging.cursor.as_ref().and_then(|path| path.members()).unwrap_or_default(),
            may_resume: paging.parameter.as_ref().is_some_and(|name| !injected.hides(name)),
            url,
            max_bytes,
            number,
            asked: given.map(str::to_owned),
            seen: seen.into_iter().collect(),
            last_items: String::new(),
            first: None,
            merged: None,
            pages: 0,
            items: 0,
            duration: Duration::ZERO,
            bytes_out: 0,
            cut: None,
            paging,
        }
    }

    /// Takes an answer, and says what to ask for next. An answer to the first request that is no page ends the walk and
    /// stays as it is; a later one ends it with what there is.
    pub fn take(&mut self, response: Response) -> Next {
        self.duration += response.duration;
        self.bytes_out += response.bytes_out;
        let body = std::str::from_utf8(&response.body).ok();
        let is_page = matches!(response.status, 200..=299);
        let page = body.filter(|_| is_page).and_then(|body| {
            let text = body.strip_prefix('\u{feff}').unwrap_or(body);
            Page::read(text, &self.items_path).map(|page| (text.to_owned(), page))
        });
        let Some((body, page)) = page else {
            if self.first.is_none() {
                self.first = Some(response);
            } else if is_page {
                self.stop("the next page has no list where the others have it");
            } else {
                self.stop(&format!("the next page answered HTTP {}", response.status));
            }
            return Next::Done;
        };
        let link = response.link.clone();
        if self.first.is_none() {
            self.first = Some(response);
        }
        if self.add(&body, &page) { self.next(&body, &page, link.as_deref()) } else { Next::Done }
    }

    /// Ends the walk with what there is: the next page cannot be had. `reason` is for people and models.
    pub fn stop(&mut self, reason: &str) {
        let resume = match self.paging.style {
            PageStyle::Page | PageStyle::Offset => self.number.map(|number| number.to_string()),
            PageStyle::Cursor => self.asked.clone(),
            PageStyle::Link | PageStyle::NextUrl => None,
        };
        self.cut_at(reason, resume);
    }

    /// The merged answer; nothing when no answer was taken.
    #[must_use]
    pub fn finish(self) -> Option<Walked> {
        let mut response = self.first?;
        response.duration = self.duration;
        response.bytes_out = self.bytes_out;
        if let Some(merged) = self.merged {
            let mut body = merged.finish();
            // The first page's cursor would lead back into what is here already.
            if !self.cursor_path.is_empty() && (self.pages > 1 || self.cut.is_some()) {
                let next = match (self.asked, &self.cut) {
                    (Some(url), Some(_)) if self.paging.style == PageStyle::NextUrl => quoted(&url),
                    (Some(cursor), Some(_)) => cursor,
                    (Some(_) | None, _) => "null".to_owned(),
                };
                body = merge::replaced(body, &self.cursor_path, &next);
            }
            response.body = body.into();
            response.link = None;
        }
        let (pages, items) = (self.pages, self.items);
        Some(Walked { response, pages, items, cut: self.cut })
    }

    /// Adds a page's items: whether there may be another page.
    fn add(&mut self, body: &str, page: &Page) -> bool {
        let most = self.paging.max_items as usize;
        let kept = page.len().min(most - self.items);
        let items = page.items(body, kept);
        if self.pages > 0 && !items.is_empty() && items == self.last_items {
            return false;
        }
        match &mut self.merged {
            None => self.merged = Some(Merged::new(body, page, kept)),
            Some(merged) if merged.len() + items.len() < self.max_bytes => merged.push(items),
            Some(_) => {
                self.stop(&format!("more than {} bytes are not collected", self.max_bytes));
                return false;
            }
        }
        items.clone_into(&mut self.last_items);
        self.pages += 1;
        self.items += kept;
        if kept < page.len() {
            if self.paging.style == PageStyle::Offset {
                self.number = self.number.map(|number| number + kept as u64);
            }
            self.stop(&format!("at most {most} items are collected"));
            return false;
        }
        true
    }

    fn next(&mut self, body: &str, page: &Page, link: Option<&str>) -> Next {
        match self.paging.style {
            PageStyle::Page => self.next_number(page, 1),
            PageStyle::Offset => self.next_number(page, page.len() as u64),
            PageStyle::Cursor => {
                let cursor = merge::value(body, &self.cursor_path);
                let cursor = cursor
                    .filter(|raw| !matches!(*raw, "null" | "\"\"" | "false"))
                    .filter(|raw| !raw.starts_with(['{', '[']));
                self.next_unseen(cursor.map(str::to_owned), Self::argument)
            }
            PageStyle::Link => self.next_url(link.and_then(link::next).map(str::to_owned)),
            PageStyle::NextUrl => {
                let url = merge::value(body, &self.cursor_path)
                    .and_then(|raw| serde_json::from_str::<String>(raw).ok());
                self.next_url(url.filter(|url| !url.is_empty()))
            }
        }
    }

    /// The next page by number; a short or empty page is the last.
    fn next_number(&mut self, page: &Page, step: u64) -> Next {
        let short = self.paging.size.is_some_and(|size| page.len() < size as usize);
        let Some(number) = self.number.filter(|_| !short && page.len() > 0) else {
            return Next::Done;
        };
        let Some(number) = number.checked_add(step) else { return Next::Done };
        self.number = Some(number);
        if self.is_last_page() { Next::Done } else { self.argument(number.to_string()) }
    }

    fn next_unseen(&mut self, found: Option<String>, ask: fn(&Self, String) -> Next) -> Next {
        let Some(found) = found.filter(|found| !self.seen.contains(found)) else {
            return Next::Done;
        };
        self.asked = Some(found.clone());
        self.seen.push(found.clone());
        if self.is_last_page() { Next::Done } else { ask(self, found) }
    }

    /// The next page by its URL, which may lead nowhere but to the same path of the same origin.
    fn next_url(&mut self, found: Option<String>) -> Next {
        let Some(found) = found else { return Next::Done };
        let Some(url) = self.url.as_ref().and_then(|first| same_place(first, &found)) else {
            self.stop("the API names a next page at another place, and only its query may differ");
            return Next::Done;
        };
        self.next_unseen(Some(url), |_, url| match url.parse() {
            Ok(uri) => Next::Url(uri),
            Err(_) => Next::Done,
        })
    }

    fn argument(&self, value: String) -> Next {
        match &self.paging.parameter {
            Some(name) => Next::Argument { name: name.clone(), value },
            None => Next::Done,
        }
    }

    /// Whether a limit is reached while the API may have another page; then the walk is cut.
    fn is_last_page(&mut self) -> bool {
        let (pages, items) = (self.paging.max_pages, self.paging.max_items);
        if self.pages >= pages {
            self.stop(&format!("at most {pages} pages are read"));
        } else if self.items >= items as usize {
            self.stop(&format!("at most {items} items are collected"));
        }
        self.cut.is_some()
    }

    fn cut_at(&mut self, reason: &str, resume: Option<String>) {
        let mut note = format!(
            "This list may not be complete: it has {} items of {} pages, and {reason}.",
            self.items, self.pages
        );
        if let (true, Some(name), Some(value)) = (self.may_resume, &self.paging.parameter, resume)
            && value.len() <= MAX_SHOWN
        {
            note.push_str(&format!(" To go on, call again with {name} = {value}."));
        }
        self.cut = Some(note);
    }
}

/// The URL that `found` is for a reader of `first`, if scheme, host, port and path are the same.
fn same_place(first: &Url, found: &str) -> Option<String> {
    // What parsers disagree on is refused before `join` repairs it.
    if found.len() > MAX_URL_BYTES
        || found.chars().any(|c| c.is_control() || matches!(c, ' ' | '\\'))
    {
        return None;
    }
    let mut url = first.join(found).ok()?;
    url.set_fragment(None);
    let same = url.scheme() == first.scheme()
        && url.host() == first.host()
        && url.port_or_known_default() == first.port_or_known_default()
        && url.path() == first.path()
        && url.username().is_empty()
        && url.password().is_none();
    (same && url.as_str().len() <= MAX_URL_BYTES).then(|| url.into())
}
