//! YAML 1.2, core schema, into a [`Builder`]: `true` and `false` are the only booleans, keys are always strings,
//! aliases share what they name (nothing is copied), merge keys work; tags of one's own, duplicate keys and
//! several documents are refused.

use super::{Builder, Kind, Member, ReadError, Text, small};
use saphyr_parser::{Event, Parser, ScalarStyle, Tag};
use std::collections::{HashMap, HashSet};

pub(super) fn read(builder: &mut Builder<'_>) -> Result<u32, ReadError> {
    let mut reader = Reader::new(builder.source);
    let mut parser = Parser::new_from_str(builder.source);
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(|error| {
            ReadError::new(
                format!("this is no YAML: {}", error.info()),
                reader.offset(error.marker().index()),
            )
        })?;
        reader.here = reader.offset(span.start.index());
        match event {
            Event::DocumentStart(_) if reader.root.is_some() => {
                return Err(ReadError::new(
                    "there are several YAML documents; keep one of them",
                    reader.here,
                ));
            }
            Event::Scalar(text, style, anchor, tag) => {
                reader.scalar(builder, &text, style, anchor, tag.as_deref())?;
            }
            Event::SequenceStart(anchor, tag) => {
                reader.open(builder, false, anchor, tag.as_deref())?
            }
            Event::MappingStart(anchor, tag) => {
                reader.open(builder, true, anchor, tag.as_deref())?
            }
            Event::SequenceEnd | Event::MappingEnd => reader.close(builder)?,
            Event::Alias(anchor) => reader.alias(builder, anchor)?,
            _ => {}
        }
    }
    reader.root.ok_or_else(|| ReadError::new("the document is empty", 0))
}

struct Reader<'s> {
    source: &'s str,
    /// A character of the source and the byte where it starts.
    cursor: (usize, usize),
    /// Byte offset of the event at hand.
    here: usize,
    open: Vec<Frame>,
    root: Option<u32>,
    anchors: HashMap<usize, u32>,
    /// For each node how many values it stands for when written out, and how deep it nests.
    extent: Vec<Extent>,
    /// Members that merge keys have copied.
    merged: usize,
}

#[derive(Clone, Copy)]
struct Extent {
    values: u32,
    depth: u16,
}

struct Frame {
    mapping: bool,
    anchor: usize,
    offset: usize,
    items: Vec<u32>,
    members: Vec<Member>,
    key: Option<Key>,
    merges: Vec<u32>,
}

enum Key {
    Text(Text, usize),
    Merge,
}

impl<'s> Reader<'s> {
    fn new(source: &'s str) -> Self {
        Self {
            source,
            cursor: (0, 0),
            here: 0,
            open: Vec::new(),
            root: None,
            anchors: HashMap::new(),
            extent: Vec::new(),
            merged: 0,
        }
    }

    /// The byte where a character starts. Events come nearly in order, so the cursor rarely goes back.
    fn offset(&mut self, character: usize) -> usize {
        let (mut at, mut byte) = self.cursor;
        if character < at {
            let back = self.source[..byte].char_indices().rev().nth(at - character - 1);
            byte = back.map_or(0, |(offset, _)| offset);
        } else {
            let ahead = self.source[byte..].char_indices().nth(character - at);
            byte = ahead.map_or(self.source.len(), |(offset, _)| byte + offset);
        }
        at = character;
        self.cursor = (at, byte);
        byte
    }

    fn scalar(
        &mut self,
        builder: &mut Builder<'_>,
        text: &str,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
    ) -> Result<(), ReadError> {
        let here = self.here;
        let plain = style == ScalarStyle::Plain;
        if let Some(frame) =
            self.open.last_mut().filter(|frame| frame.mapping && frame.key.is_none())
        {
            frame.key = Some(if plain && text == "<<" && tag.is_none() {
                Key::Merge
            } else {
                Key::Text(place(builder, text), here)
            });
            return Ok(());
        }
        let kind = match tag
            .map(|tag| (tag.is_yaml_core_schema(), tag.suffix.as_str(), tag.handle.as_str()))
        {
            None if plain => core(builder, text),
            None | Some((true, "str", _) | (_, "", "!" | "") | (_, "!", "")) => {
                Kind::String(place(builder, text))
            }
            Some((true, "null" | "bool" | "int" | "float", _)) => core(builder, text),
            Some(_) => return Err(self.odd_tag()),
        };
        let id = builder.node(kind, here)?;
        self.value(builder, id, Extent { values: 1, depth: 0 }, anchor)
    }

    fn open(
        &mut self,
        builder: &Builder<'_>,
        mapping: bool,
        anchor: usize,
        tag: Option<&Tag>,
    ) -> Result<(), ReadError> {
        let expected = if mapping { "map" } else { "seq" };
        if tag.is_some_and(|tag| !(tag.is_yaml_core_schema() && tag.suffix == expected)) {
            return Err(self.odd_tag());
        }
        if self.open.last().is_some_and(|frame| frame.mapping && frame.key.is_none()) {
            return Err(ReadError::new(
                "a key must be a plain word, not a list or a mapping",
                self.here,
            ));
        }
        builder.deeper(self.open.len(), self.here)?;
        self.open.push(Frame {
            mapping,
            anchor,
            offset: self.here,
            items: Vec::new(),
            members: Vec::new(),
            key: None,
            merges: Vec::new(),
        });
        Ok(())
    }

    fn close(&mut self, builder: &mut Builder<'_>) -> Result<(), ReadError> {
        let Some(mut frame) = self.open.pop() else { return Ok(()) };
        if !frame.merges.is_empty() {
            self.merge(builder, &mut frame)?;
        }
        let children = frame.items.iter().chain(frame.members.iter().map(|one| &one.value));
        let mut extent = Extent { values: 1, depth: 1 };
        for &child in children {
            let child = self.extent[child as usize];
            extent.values = extent.values.saturating_add(child.values);
            extent.depth = extent.depth.max(child.depth.saturating_add(1));
        }
        if extent.values as usize > builder.limits.alias_nodes {
            let limit = builder.limits.alias_nodes;
            let message = format!(
                "its aliases stand for more than {limit} values (alias_nodes); write them out"
            );
            return Err(ReadError::new(message, frame.offset));
        }
        builder.deeper(
            (self.open.len() + usize::from(extent.depth)).saturating_sub(1),
            frame.offset,
        )?;
        let id = if frame.mapping {
            builder.object(&frame.members, frame.offset)?
        } else {
            builder.array(&frame.items, frame.offset)?
        };
        self.value(builder, id, extent, frame.anchor)
    }

    /// YAML's merge key: what is written beside it wins, then the first of several sources.
    fn merge(&mut self, builder: &Builder<'_>, frame: &mut Frame) -> Result<(), ReadError> {
        let mut known: HashSet<&str> =
            frame.members.iter().map(|one| builder.text(one.key)).collect();
        for source in &frame.merges {
            let Kind::Object { start, len } = builder.nodes[*source as usize].kind else {
                return Err(ReadError::new("only mappings can be merged with <<", frame.offset));
            };
            for member in &builder.members[start as usize..(start + len) as usize] {
                if known.insert(builder.text(member.key)) {
                    frame.members.push(*member);
                    self.merged += 1;
                }
            }
            if self.merged > builder.limits.merged_members {
                let limit = builder.limits.merged_members;
                let message = format!(
                    "its merge keys copy more than {limit} members (merged_members); write them out"
                );
                return Err(ReadError::new(message, frame.offset));
            }
        }
        Ok(())
    }

    fn alias(&mut self, builder: &Builder<'_>, anchor: usize) -> Result<(), ReadError> {
        let Some(&id) = self.anchors.get(&anchor) else {
            return Err(ReadError::new(
                "this alias stands inside the value that it names; write it out",
                self.here,
            ));
        };
        let extent = self.extent[id as usize];
        if let Some(frame) =
            self.open.last_mut().filter(|frame| frame.mapping && frame.key.is_none())
        {
            let Kind::String(text) = builder.nodes[id as usize].kind else {
                return Err(ReadError::new("a key must be a plain word", self.here));
            };
            frame.key = Some(Key::Text(text, self.here));
            return Ok(());
        }
        builder.deeper(self.open.len() + usize::from(extent.depth), self.here)?;
        self.put(builder, id)
    }

    /// Takes a new node in.
    fn value(
        &mut self,
        builder: &Builder<'_>,
        id: u32,
        extent: Extent,
        anchor: usize,
    ) -> Result<(), ReadError> {
        debug_assert_eq!(self.extent.len(), id as usize, "one extent for each node");
        self.extent.push(extent);
        if anchor != 0 {
            self.anchors.insert(anchor, id);
        }
        self.put(builder, id)
    }

    fn put(&mut self, builder: &Builder<'_>, id: u32) -> Result<(), ReadError> {
        let Some(frame) = self.open.last_mut() else {
            self.root = Some(id);
            return Ok(());
        };
        if !frame.mapping {
            frame.items.push(id);
            return Ok(());
        }
        match frame.key.take() {
            Some(Key::Text(key, offset)) => {
                frame.members.push(Member { key, offset: small(offset), value: id })
            }
            Some(Key::Merge) => match builder.nodes[id as usize].kind {
                Kind::Array { start, len } => {
                    frame
                        .merges
                        .extend_from_slice(&builder.items[start as usize..(start + len) as usize]);
                }
                _ => frame.merges.push(id),
            },
            None => return Err(ReadError::new("a value without a key", self.here)),
        }
        Ok(())
    }

    fn odd_tag(&self) -> ReadError {
        ReadError::new(
            "tags such as !!python/object or !custom are not read; remove the tag",
            self.here,
        )
    }
}

/// A range of the source where the text stands there as it is meant, a copy otherwise.
fn place(builder: &mut Builder<'_>, text: &str) -> Text {
    // A text that was unescaped or unfolded lies elsewhere in memory, far outside of the source.
    let start = (text.as_ptr() as usize).wrapping_sub(builder.source.as_ptr() as usize);
    if builder.source.get(start..start.saturating_add(text.len())) == Some(text) {
        return Text { start: small(start), len: small(text.len()) };
    }
    builder.keep(text)
}

/// The core schema's reading of a plain scalar (YAML 1.2.2 §10.3.2). Numbers become JSON's spelling of them.
fn core(builder: &mut Builder<'_>, text: &str) -> Kind {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Kind::Null,
        "true" | "True" | "TRUE" => return Kind::Bool(true),
        "false" | "False" | "FALSE" => return Kind::Bool(false),
        _ => {}
    }
    match number(text) {
        Some(number) if number == text => Kind::Number(place(builder, text)),
        Some(number) => Kind::Number(builder.keep(&number)),
        None => Kind::String(place(builder, text)),
    }
}

fn number(text: &str) -> Option<String> {
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.')) {
        return None;
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return u128::from_str_radix(digits, 16)
            .ok()
            .filter(|_| !digits.starts_with('+'))
            .map(|n| n.to_string());
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return u128::from_str_radix(digits, 8)
            .ok()
            .filter(|_| !digits.starts_with('+'))
            .map(|n| n.to_string());
    }
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let (mantissa, exponent) = match rest.find(['e', 'E']) {
        Some(at) => (&rest[..at], Some(&rest[at + 1..])),
        None => (rest, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole)
        || !fraction.is_none_or(digits)
        || (whole.is_empty() && fraction.is_none_or(str::is_empty))
    {
        return None;
    }
    let trimmed = whole.trim_start_matches('0');
    let mut made = format!("{sign}{}", if trimmed.is_empty() { "0" } else { trimmed });
    if let Some(fraction) = fraction {
        made += ".";
        made += if fraction.is_empty() { "0" } else { fraction };
    }
    if let Some(exponent) = exponent {
        let bare = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        if bare.is_empty() || !digits(bare) {
            return None;
        }
        made += "e";
        made += exponent;
    }
    Some(made)
}
