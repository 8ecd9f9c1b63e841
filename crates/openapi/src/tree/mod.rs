//! Documents as trees that know where each value stands.

mod json;
mod library;
mod reference;
mod yaml;

pub(crate) use library::Library;
pub(crate) use reference::{Follow, RefError};

use std::{cell::OnceCell, collections::HashMap, fmt};

/// One file: its text, and an arena of the values in it. Texts are ranges, so nothing is copied that stands in
/// the source as it is meant.
pub(crate) struct Doc {
    /// Path relative to the root document's folder; empty for the root document.
    pub(crate) name: String,
    /// Number within the library, the root document first.
    pub(crate) index: u32,
    source: String,
    extra: String,
    nodes: Vec<Raw>,
    items: Vec<u32>,
    members: Vec<Member>,
    /// For objects too large for a linear search: member numbers in the order of their keys, by first member.
    sorted: HashMap<u32, Box<[u32]>>,
    root: u32,
    lines: OnceCell<Vec<u32>>,
    parents: OnceCell<Vec<Place>>,
    anchors: OnceCell<HashMap<String, u32>>,
}

/// A range of `source`, or of `extra` when the high bit of `start` is set.
#[derive(Clone, Copy)]
struct Text {
    start: u32,
    len: u32,
}

const EXTRA: u32 = 1 << 31;

#[derive(Clone, Copy)]
struct Raw {
    kind: Kind,
    offset: u32,
}

#[derive(Clone, Copy)]
enum Kind {
    Null,
    Bool(bool),
    Number(Text),
    String(Text),
    Array { start: u32, len: u32 },
    Object { start: u32, len: u32 },
}

/// The value around another one, and which of its items or members that is.
#[derive(Clone, Copy)]
struct Place {
    parent: u32,
    index: u32,
}

#[derive(Clone, Copy)]
struct Member {
    key: Text,
    offset: u32,
    value: u32,
}

/// Why a file is no document: the message says what to do, `offset` is a byte of the source.
#[derive(Debug)]
pub(crate) struct ReadError {
    pub(crate) message: String,
    pub(crate) offset: usize,
}

impl ReadError {
    fn new(message: impl Into<String>, offset: usize) -> Self {
        Self { message: message.into(), offset }
    }
}

/// A value of a document.
#[derive(Clone, Copy)]
pub(crate) struct Node<'t> {
    doc: &'t Doc,
    id: u32,
}

/// What a value is, one level deep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Value<'t> {
    Null,
    Bool(bool),
    /// A JSON number, as text.
    Number(&'t str),
    String(&'t str),
    Array,
    Object,
}

impl<'t> Node<'t> {
    pub(crate) fn value(self) -> Value<'t> {
        match self.raw().kind {
            Kind::Null => Value::Null,
            Kind::Bool(value) => Value::Bool(value),
            Kind::Number(text) => Value::Number(self.doc.text(text)),
            Kind::String(text) => Value::String(self.doc.text(text)),
            Kind::Array { .. } => Value::Array,
            Kind::Object { .. } => Value::Object,
        }
    }

    pub(crate) fn doc(self) -> &'t Doc {
        self.doc
    }

    /// What tells this value from every other of the library.
    pub(crate) fn key(self) -> (u32, u32) {
        (self.doc.index, self.id)
    }

    pub(crate) fn str(self) -> Option<&'t str> {
        if let Value::String(text) = self.value() { Some(text) } else { None }
    }

    pub(crate) fn bool(self) -> Option<bool> {
        if let Value::Bool(value) = self.value() { Some(value) } else { None }
    }

    /// The text of a string or a number.
    pub(crate) fn scalar(self) -> Option<&'t str> {
        if let Value::String(text) | Value::Number(text) = self.value() { Some(text) } else { None }
    }

    pub(crate) fn is_object(self) -> bool {
        matches!(self.raw().kind, Kind::Object { .. })
    }

    pub(crate) fn is_array(self) -> bool {
        matches!(self.raw().kind, Kind::Array { .. })
    }

    /// Members of an object; items of an array; 0 of anything else.
    pub(crate) fn len(self) -> usize {
        match self.raw().kind {
            Kind::Array { len, .. } | Kind::Object { len, .. } => len as usize,
            _ => 0,
        }
    }

    /// The items of an array; none of anything else.
    pub(crate) fn items(self) -> impl DoubleEndedIterator<Item = Node<'t>> + ExactSizeIterator {
        let range = match self.raw().kind {
            Kind::Array { start, len } => start as usize..(start + len) as usize,
            _ => 0..0,
        };
        self.doc.items[range].iter().map(move |&id| Node { doc: self.doc, id })
    }

    /// The members of an object in the order of the document; none of anything else.
    pub(crate) fn members(
        self,
    ) -> impl DoubleEndedIterator<Item = (&'t str, Node<'t>)> + ExactSizeIterator {
        let doc = self.doc;
        doc.members[self.member_range()]
            .iter()
            .map(move |one| (doc.text(one.key), Node { doc, id: one.value }))
    }

    /// The member of an object called `key`.
    pub(crate) fn get(self, key: &str) -> Option<Node<'t>> {
        let range = self.member_range();
        let start = u32::try_from(range.start).ok()?;
        let members = &self.doc.members[range];
        let found = match self.doc.sorted.get(&start).filter(|_| members.len() > LINEAR) {
            Some(order) => {
                let at = order
                    .binary_search_by(|&i| self.doc.text(members[i as usize].key).cmp(key))
                    .ok()?;
                Some(&members[order[at] as usize])
            }
            None => members.iter().find(|one| self.doc.text(one.key) == key),
        };
        found.map(|one| Node { doc: self.doc, id: one.value })
    }

    /// The string member called `key`.
    pub(crate) fn text(self, key: &str) -> Option<&'t str> {
        self.get(key)?.str()
    }

    /// Whether the member called `key` is `true`.
    pub(crate) fn flag(self, key: &str) -> bool {
        self.get(key).and_then(Node::bool) == Some(true)
    }

    /// Line and column, from 1.
    pub(crate) fn place(self) -> (u32, u32) {
        self.doc.place(self.raw().offset as usize)
    }

    /// JSON pointer within the file.
    pub(crate) fn pointer(self) -> String {
        self.doc.pointer(self.id)
    }

    fn raw(self) -> Raw {
        self.doc.nodes[self.id as usize]
    }

    fn member_range(self) -> std::ops::Range<usize> {
        match self.raw().kind {
            Kind::Object { start, len } => start as usize..(start + len) as usize,
            _ => 0..0,
        }
    }
}

impl fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.doc.name, self.pointer())
    }
}

/// Members up to which an object is searched one by one.
const LINEAR: usize = 12;

impl Doc {
    /// Reads one file: JSON when its first character is `{`, YAML otherwise.
    pub(crate) fn read(
        name: &str,
        index: u32,
        bytes: &[u8],
        limits: &crate::Limits,
    ) -> Result<Self, ReadError> {
        if bytes.len() > limits.document_bytes {
            let message = format!(
                "{} bytes are more than the limit of {} for one file (document_bytes); split the description",
                bytes.len(),
                limits.document_bytes
            );
            return Err(ReadError::new(message, 0));
        }
        let text = std::str::from_utf8(bytes).map_err(|error| {
            ReadError::new("this is not UTF-8; save the description as UTF-8", error.valid_up_to())
        })?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut builder = Builder::new(text, limits);
        let root = match text.trim_start().bytes().next() {
            None => return Err(ReadError::new("the document is empty", 0)),
            Some(b'{') => json::read(&mut builder)?,
            Some(_) => yaml::read(&mut builder)?,
        };
        Ok(builder.finish(name, index, root))
    }

    pub(crate) fn root(&self) -> Node<'_> {
        Node { doc: self, id: self.root }
    }

    fn text(&self, text: Text) -> &str {
        let (from, start) = if text.start & EXTRA == 0 {
            (&self.source, text.start)
        } else {
            (&self.extra, text.start & !EXTRA)
        };
        &from[start as usize..(start + text.len) as usize]
    }

    fn place(&self, offset: usize) -> (u32, u32) {
        let lines = self.lines.get_or_init(|| line_starts(&self.source));
        place(&self.source, lines, offset)
    }

    fn pointer(&self, id: u32) -> String {
        let parents = self.parents.get_or_init(|| self.find_parents());
        let mut steps = Vec::new();
        let mut at = id;
        while at != self.root && parents[at as usize].parent != u32::MAX {
            let place = parents[at as usize];
            let step = match self.nodes[place.parent as usize].kind {
                Kind::Object { start, .. } => {
                    let key = self.members[(start + place.index) as usize].key;
                    self.text(key).replace('~', "~0").replace('/', "~1")
                }
                _ => place.index.to_string(),
            };
            steps.push(step);
            at = place.parent;
        }
        steps.iter().rev().fold(String::new(), |path, step| path + "/" + step)
    }

    /// Where each value stands; an aliased one at its first place.
    fn find_parents(&self) -> Vec<Place> {
        let mut parents = vec![Place { parent: u32::MAX, index: 0 }; self.nodes.len()];
        for id in 0..self.nodes.len() {
            let parent = u32::try_from(id).expect("the node limit is far below 2^32");
            let node = Node { doc: self, id: parent };
            for (index, child) in
                node.items().chain(node.members().map(|(_, child)| child)).enumerate()
            {
                let slot = &mut parents[child.id as usize];
                if slot.parent == u32::MAX {
                    *slot = Place { parent, index: u32::try_from(index).unwrap_or(u32::MAX) };
                }
            }
        }
        parents
    }

    /// The object that an `$anchor`, `$dynamicAnchor` (`#name`) or `$id` (as it stands) names.
    fn anchored(&self, name: &str) -> Option<Node<'_>> {
        let anchors = self.anchors.get_or_init(|| {
            let mut found = HashMap::new();
            for id in 0..self.nodes.len() {
                let id = u32::try_from(id).expect("the node limit is far below 2^32");
                let node = Node { doc: self, id };
                for (word, prefix) in [("$anchor", "#"), ("$dynamicAnchor", "#"), ("$id", "")] {
                    if let Some(name) = node.text(word) {
                        found.entry(format!("{prefix}{name}")).or_insert(id);
                    }
                }
            }
            found
        });
        anchors.get(name).map(|&id| Node { doc: self, id })
    }
}

fn line_starts(source: &str) -> Vec<u32> {
    let breaks = source.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
    std::iter::once(0)
        .chain(breaks.map(|(at, _)| u32::try_from(at + 1).unwrap_or(u32::MAX)))
        .collect()
}

fn place(source: &str, lines: &[u32], offset: usize) -> (u32, u32) {
    let offset = offset.min(source.len());
    let line = lines.partition_point(|&start| start as usize <= offset).max(1);
    let before = source.as_bytes()[lines[line - 1] as usize..offset].iter();
    let column = before.filter(|byte| **byte & 0xc0 != 0x80).count() + 1;
    (u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(column).unwrap_or(u32::MAX))
}

/// Line and column of a byte of a file that could not be read.
pub(crate) fn place_in(bytes: &[u8], offset: usize) -> (u32, u32) {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = String::from_utf8_lossy(&bytes[..offset.min(bytes.len())]);
    let line = text.matches('\n').count() + 1;
    let column = text.rsplit('\n').next().map_or(0, |last| last.chars().count()) + 1;
    (u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(column).unwrap_or(u32::MAX))
}

/// What the readers fill.
struct Builder<'s> {
    source: &'s str,
    limits: &'s crate::Limits,
    extra: String,
    nodes: Vec<Raw>,
    items: Vec<u32>,
    members: Vec<Member>,
    sorted: HashMap<u32, Box<[u32]>>,
}

impl<'s> Builder<'s> {
    fn new(source: &'s str, limits: &'s crate::Limits) -> Self {
        Self {
            source,
            limits,
            extra: String::new(),
            nodes: Vec::new(),
            items: Vec::new(),
            members: Vec::new(),
            sorted: HashMap::new(),
        }
    }

    fn node(&mut self, kind: Kind, offset: usize) -> Result<u32, ReadError> {
        if self.nodes.len() >= self.limits.nodes {
            let message =
                format!("more than {} values (nodes); split the description", self.limits.nodes);
            return Err(ReadError::new(message, offset));
        }
        self.nodes.push(Raw { kind, offset: small(offset) });
        Ok(small(self.nodes.len() - 1))
    }

    fn array(&mut self, items: &[u32], offset: usize) -> Result<u32, ReadError> {
        let start = small(self.items.len());
        self.items.extend_from_slice(items);
        self.node(Kind::Array { start, len: small(items.len()) }, offset)
    }

    fn object(&mut self, members: &[Member], offset: usize) -> Result<u32, ReadError> {
        let start = small(self.members.len());
        self.members.extend_from_slice(members);
        let twice = if members.len() <= LINEAR {
            members
                .iter()
                .enumerate()
                .find(|(i, one)| {
                    members[..*i].iter().any(|other| self.text(other.key) == self.text(one.key))
                })
                .map(|(_, one)| *one)
        } else {
            let mut order: Vec<u32> = (0..small(members.len())).collect();
            order.sort_by_key(|&i| self.text(members[i as usize].key));
            let same = order.windows(2).find(|pair| {
                self.text(members[pair[0] as usize].key) == self.text(members[pair[1] as usize].key)
            });
            let same = same.map(|pair| members[pair[0].max(pair[1]) as usize]);
            self.sorted.insert(start, order.into());
            same
        };
        if let Some(member) = twice {
            let key: String = self.text(member.key).chars().take(80).collect();
            let message = format!("the key {key:?} occurs twice in one object; keep one of them");
            return Err(ReadError::new(message, member.offset as usize));
        }
        self.node(Kind::Object { start, len: small(members.len()) }, offset)
    }

    fn deeper(&self, depth: usize, offset: usize) -> Result<(), ReadError> {
        if depth < self.limits.depth {
            return Ok(());
        }
        Err(ReadError::new(
            format!("values nest deeper than {} levels (depth)", self.limits.depth),
            offset,
        ))
    }

    fn keep(&mut self, text: &str) -> Text {
        let start = small(self.extra.len()) | EXTRA;
        self.extra.push_str(text);
        Text { start, len: small(text.len()) }
    }

    fn text(&self, text: Text) -> &str {
        let (from, start) = if text.start & EXTRA == 0 {
            (self.source, text.start)
        } else {
            (&*self.extra, text.start & !EXTRA)
        };
        &from[start as usize..(start + text.len) as usize]
    }

    fn finish(self, name: &str, index: u32, root: u32) -> Doc {
        Doc {
            name: name.to_owned(),
            index,
            source: self.source.to_owned(),
            extra: self.extra,
            nodes: self.nodes,
            items: self.items,
            members: self.members,
            sorted: self.sorted,
            root,
            lines: OnceCell::new(),
            parents: OnceCell::new(),
            anchors: OnceCell::new(),
        }
    }
}

/// Offsets and counts fit: files are bounded far below 2 GiB (`document_bytes` is clamped by the library).
fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(EXTRA - 1).min(EXTRA - 1)
}

#[cfg(test)]
mod tests;
