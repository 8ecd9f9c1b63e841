//! The relaxed schema of an answer, when it is small.

use super::write_string;
use crate::tree::{Follow, Library, Node};

/// Levels that are looked through; anything deeper is not small.
const LEVELS: usize = 12;

/// The schema of an answer that is an object: types and members only, every type nullable, nothing required or
/// closed, so that no true answer of the API breaks it. Nothing when it is no object or longer than `limit` bytes.
pub(crate) fn output_schema<'t>(
    library: &'t Library<'t>,
    schema: Node<'t>,
    limit: usize,
) -> Option<String> {
    let mut writer = Writer { library, limit, budget: 500 };
    let members = writer.members(schema, LEVELS)?;
    if members.is_empty() {
        return None;
    }
    let mut out = String::from("{\"type\":\"object\",\"properties\":");
    writer.write_members(&members, LEVELS, &mut out)?;
    out.push('}');
    Some(out).filter(|out| out.len() <= limit)
}

struct Writer<'t> {
    library: &'t Library<'t>,
    limit: usize,
    budget: usize,
}

type Found<'t> = Vec<(&'t str, Node<'t>)>;

impl<'t> Writer<'t> {
    fn target(&self, node: Node<'t>) -> Option<Node<'t>> {
        self.library.follow(node).ok().map(Follow::node)
    }

    /// The members of an object schema, of all of its `allOf` branches too; nothing when it is no object.
    fn members(&mut self, schema: Node<'t>, levels: usize) -> Option<Found<'t>> {
        self.budget = self.budget.checked_sub(1)?;
        let schema = self.target(schema)?;
        let mut found: Found<'t> = Vec::new();
        let kind = kind(schema);
        if levels == 0 || kind.is_some_and(|kind| kind != "object") {
            return None;
        }
        let mut known = kind.is_some();
        for branch in schema.get("allOf").into_iter().flat_map(Node::items) {
            if let Some(members) = self.members(branch, levels - 1) {
                known = true;
                add(&mut found, members);
            }
        }
        let own = schema.get("properties").into_iter().flat_map(Node::members);
        add(&mut found, own.filter(|(_, member)| !member.flag("writeOnly")).collect());
        Some(found).filter(|found| known || !found.is_empty())
    }

    fn write_members(
        &mut self,
        members: &Found<'t>,
        levels: usize,
        out: &mut String,
    ) -> Option<()> {
        out.push('{');
        for (i, (name, member)) in members.iter().enumerate() {
            if i > 0 {
                out.push(',');
            }
            write_string(name, out);
            out.push(':');
            self.write(*member, levels.checked_sub(1)?, out)?;
        }
        out.push('}');
        Some(())
    }

    fn write(&mut self, schema: Node<'t>, levels: usize, out: &mut String) -> Option<()> {
        self.budget = self.budget.checked_sub(1)?;
        if out.len() > self.limit || levels == 0 {
            return None;
        }
        let Some(schema) = self.target(schema) else {
            out.push_str("{}");
            return Some(());
        };
        let choice = schema.get("anyOf").is_some() || schema.get("oneOf").is_some();
        match kind(schema) {
            Some("object") if !choice => {
                let members = self.members(schema, levels)?;
                out.push_str("{\"type\":[\"object\",\"null\"]");
                if !members.is_empty() {
                    out.push_str(",\"properties\":");
                    self.write_members(&members, levels, out)?;
                }
                out.push('}');
            }
            None if !choice && schema.get("allOf").is_some() => {
                match self.members(schema, levels) {
                    Some(members) if !members.is_empty() => {
                        out.push_str("{\"type\":[\"object\",\"null\"],\"properties\":");
                        self.write_members(&members, levels, out)?;
                        out.push('}');
                    }
                    _ => out.push_str("{}"),
                }
            }
            Some("array") => {
                out.push_str("{\"type\":[\"array\",\"null\"]");
                if let Some(items) = schema.get("items").filter(|items| items.is_object()) {
                    out.push_str(",\"items\":");
                    self.write(items, levels - 1, out)?;
                }
                out.push('}');
            }
            Some("integer" | "number") => out.push_str("{\"type\":[\"number\",\"null\"]}"),
            Some(kind @ ("string" | "boolean")) => {
                out.push_str(&format!("{{\"type\":[\"{kind}\",\"null\"]}}"))
            }
            _ => out.push_str("{}"),
        }
        Some(())
    }
}

fn add<'t>(found: &mut Found<'t>, members: Found<'t>) {
    for (name, member) in members {
        match found.iter_mut().find(|(known, _)| *known == name) {
            Some((_, old)) => *old = member,
            None => found.push((name, member)),
        }
    }
}

/// The one type of a schema, beside null.
fn kind<'t>(schema: Node<'t>) -> Option<&'t str> {
    let named = schema.get("type")?;
    if let Some(one) = named.str() {
        return Some(one);
    }
    let mut words = named.items().filter_map(Node::str).filter(|word| *word != "null");
    let first = words.next();
    if words.next().is_some() { Some("several") } else { first }
}
