//! The tools of a server as they are listed and looked for.

use crate::{publication::FORMS, tool::Tool};
use bytes::Bytes;
use std::{
    ops::Deref,
    sync::{Arc, OnceLock},
};

/// Tools that stand one after another on lists. Those of an app are kept once, with what its definitions come to, for all customers who
/// have connected it.
pub(crate) struct ToolSet {
    all: Vec<Arc<Tool>>,
    /// Places among them, in the order of their names.
    by_name: Box<[u32]>,
    listed: [OnceLock<Listed>; FORMS],
}

/// Definitions in one form, each after a comma.
struct Listed {
    bytes: Bytes,
    /// Where each definition ends.
    ends: Box<[usize]>,
}

/// Writes the definition of a tool in one of the forms.
pub type Define<'a> = &'a dyn Fn(&Tool, &mut Vec<u8>);

impl Deref for ToolSet {
    type Target = [Arc<Tool>];

    fn deref(&self) -> &[Arc<Tool>] {
        &self.all
    }
}

impl ToolSet {
    pub(crate) fn new(all: Vec<Arc<Tool>>) -> Self {
        let mut by_name: Box<[u32]> = (0..).take(all.len()).collect();
        by_name.sort_by(|a, b| all[*a as usize].name.cmp(&all[*b as usize].name));
        Self { all, by_name, listed: Default::default() }
    }

    fn find(&self, name: &str) -> Option<&Arc<Tool>> {
        let tool = |index: &u32| &self.all[*index as usize];
        // Nearly all sets of a list have other names than these.
        let (first, last) = (tool(self.by_name.first()?), tool(self.by_name.last()?));
        if name < &*first.name || name > &*last.name {
            return None;
        }
        let at = self.by_name.binary_search_by(|index| (*tool(index).name).cmp(name)).ok()?;
        Some(tool(&self.by_name[at]))
    }

    /// Their definitions, written at the first asking.
    fn listed(&self, form: usize, define: Define<'_>) -> &Listed {
        self.listed[form].get_or_init(|| {
            let (mut bytes, mut ends) = (Vec::new(), Vec::with_capacity(self.all.len()));
            for tool in &self.all {
                bytes.push(b',');
                define(tool, &mut bytes);
                ends.push(bytes.len());
            }
            Listed { bytes: Bytes::from(bytes.into_boxed_slice()), ends: ends.into() }
        })
    }
}

impl Listed {
    fn definition(&self, at: usize) -> &[u8] {
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.bytes[start + 1..self.ends[at]]
    }
}

/// The tools of a server: what it adds to the sets is no more than their number.
pub(crate) struct ToolList {
    /// In the order of the list, each with the place of its first tool.
    sets: Vec<(usize, Arc<ToolSet>)>,
    count: usize,
}

impl ToolList {
    pub(crate) fn new(sets: impl IntoIterator<Item = Arc<ToolSet>>) -> Self {
        let mut count = 0;
        let placed = |set: Arc<ToolSet>| {
            let start = count;
            count += set.len();
            (start, set)
        };
        let sets = sets.into_iter().filter(|set| !set.is_empty()).map(placed).collect();
        Self { sets, count }
    }

    pub(crate) fn len(&self) -> usize {
        self.count
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<Tool>> {
        self.sets.iter().flat_map(|(_, set)| set.iter())
    }

    /// The set that has the tool of that place, and its place in the set.
    fn at(&self, place: usize) -> (&ToolSet, usize) {
        let (start, set) = &self.sets[self.sets.partition_point(|(start, _)| *start <= place) - 1];
        (set, place - start)
    }

    pub(crate) fn get(&self, place: usize) -> Option<&Arc<Tool>> {
        (place < self.count).then(|| {
            let (set, at) = self.at(place);
            &set[at]
        })
    }

    pub(crate) fn find(&self, name: &str) -> Option<&Arc<Tool>> {
        self.sets.iter().find_map(|(_, set)| set.find(name))
    }

    /// All definitions, one set after another, each definition after a comma.
    pub(crate) fn listed(&self, form: usize, define: Define<'_>) -> impl Iterator<Item = Bytes> {
        self.sets.iter().map(move |(_, set)| set.listed(form, define).bytes.clone())
    }

    pub(crate) fn definition(&self, place: usize, form: usize, define: Define<'_>) -> &[u8] {
        let (set, at) = self.at(place);
        set.listed(form, define).definition(at)
    }
}

/// The tools of a server that one kind of caller may see, in the order of the list.
pub struct ToolView {
    pub(crate) shown: Shown,
    forms: [OnceLock<Bytes>; FORMS],
    bytes: OnceLock<usize>,
}

/// Which of a server's tools.
pub(crate) enum Shown {
    /// All, so many.
    All(usize),
    /// Those of these places.
    Some(Box<[u32]>),
}

impl ToolView {
    pub(crate) fn new(shown: Shown) -> Self {
        Self { shown, forms: Default::default(), bytes: OnceLock::new() }
    }

    /// The list in one of the three forms, rendered at the first asking.
    pub fn rendered(&self, form: usize, render: impl FnOnce() -> Bytes) -> Bytes {
        self.forms[form].get_or_init(render).clone()
    }

    /// Bytes of the list, counted at the first asking.
    pub fn bytes(&self, count: impl FnOnce() -> usize) -> usize {
        *self.bytes.get_or_init(count)
    }

    /// Whether they are all tools that the server has.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        matches!(self.shown, Shown::All(_))
    }

    /// How many tools there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.shown {
            Shown::All(count) => *count,
            Shown::Some(places) => places.len(),
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The places of the tools among the server's.
    pub(crate) fn places(&self) -> impl Iterator<Item = usize> {
        (0..self.len()).map(|at| match &self.shown {
            Shown::All(_) => at,
            Shown::Some(places) => places[at] as usize,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{ToolList, ToolSet};
    use crate::tool::{Tool, Work};
    use model::{Annotations, RawJson};
    use std::sync::Arc;

    const ANNOTATIONS: Annotations =
        Annotations { read_only: true, destructive: false, idempotent: true, open_world: false };

    fn set(names: &[&str]) -> Arc<ToolSet> {
        let tool = |name: &&str| {
            let schema = RawJson::parse("{}".to_owned()).unwrap();
            Arc::new(Tool::built_in(name, "", schema, ANNOTATIONS, Work::ReadResult))
        };
        Arc::new(ToolSet::new(names.iter().map(tool).collect()))
    }

    #[test]
    fn a_tool_is_found_by_name_and_by_place_whichever_set_has_it() {
        let names = ["mail-send", "mail-read", "a", "zebra", "mail-trash", "crm-find"];
        let sets = [&names[..2], &[], &names[2..4], &names[4..]];
        let list = ToolList::new(sets.map(set));
        assert_eq!(list.len(), names.len());
        for (place, name) in names.iter().enumerate() {
            assert_eq!(&*list.find(name).unwrap().name, *name);
            assert_eq!(&*list.get(place).unwrap().name, *name);
        }
        assert!(list.iter().map(|tool| &*tool.name).eq(names));
        for absent in ["", "mail", "mail-", "mail-sen", "mail-sent", "zebras", "0"] {
            assert!(list.find(absent).is_none(), "{absent}");
        }
        assert!(list.get(names.len()).is_none());
        assert!(ToolList::new([]).find("a").is_none());
    }

    #[test]
    fn a_definition_is_written_once_and_found_again() {
        let shared = set(&["b", "a"]);
        let lists = [
            ToolList::new([Arc::clone(&shared), set(&["c"])]),
            ToolList::new([set(&["d"]), Arc::clone(&shared)]),
        ];
        let written = std::cell::Cell::new(0);
        let define = |tool: &Tool, out: &mut Vec<u8>| {
            written.set(written.get() + 1);
            out.extend_from_slice(format!("<{}>", tool.name).as_bytes());
        };
        let texts = lists.each_ref().map(|list| {
            let pieces: Vec<_> = list.listed(0, &define).collect();
            String::from_utf8(pieces.concat()).unwrap()
        });
        assert_eq!(texts, [",<b>,<a>,<c>", ",<d>,<b>,<a>"]);
        assert_eq!(written.get(), 4);
        let one = |place| String::from_utf8_lossy(lists[1].definition(place, 0, &define));
        assert_eq!([one(0), one(1), one(2)], ["<d>", "<b>", "<a>"]);
        assert_eq!(written.get(), 4);
        // Each form is its own.
        assert_eq!(lists[1].definition(2, 1, &define), b"<a>");
        assert_eq!(written.get(), 6);
    }
}
