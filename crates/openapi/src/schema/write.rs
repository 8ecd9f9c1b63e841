//! Writing a planned schema as text.

use super::{
    Json, Schemas,
    assemble::{Detail, Plan},
    is_annotation,
    json::{Members, write_string},
};
use crate::text::{cut, first_sentence};
use std::borrow::Cow;

/// Characters of an inner description, and of an argument's own, once a schema is too large.
const SHORT_DESCRIPTION: usize = 100;
const FIRST_LEVEL_DESCRIPTION: usize = 300;

pub(super) struct Writer<'p, 't> {
    pub(super) schemas: &'p Schemas<'t>,
    pub(super) plan: &'p Plan,
    pub(super) detail: Detail,
    pub(super) most: usize,
    pub(super) bound: usize,
    pub(super) out: String,
    pub(super) cut: Vec<String>,
    pub(super) cut_count: usize,
}

impl<'p, 't> Writer<'p, 't> {
    pub(super) fn root(&mut self, root: &'p Json<'t>) {
        self.schema(root, 0);
        if self.plan.names.is_empty() {
            return;
        }
        let closing = self.out.pop();
        debug_assert_eq!(closing, Some('}'), "the root is an object");
        self.out.push_str(",\"$defs\":{");
        let mut comma = false;
        for index in &self.plan.order {
            let Some(name) = self.plan.names.get(index) else { continue };
            if std::mem::replace(&mut comma, true) {
                self.out.push(',');
            }
            write_string(name, &mut self.out);
            self.out.push(':');
            self.schema(
                self.target(*index),
                self.plan.level.get(index).copied().unwrap_or(1).max(1),
            );
        }
        self.out.push_str("}}");
    }

    fn target(&self, index: usize) -> &'p Json<'t> {
        &self.schemas.components[index]
            .made
            .as_ref()
            .expect("planning made every component it met")
            .schema
    }

    fn schema(&mut self, schema: &'p Json<'t>, level: usize) {
        // Above the bound nothing of this will be used.
        if self.out.len() > self.bound {
            return;
        }
        match schema {
            Json::Object(members) => match members.iter().find(|(key, _)| key == "$ref") {
                Some((_, Json::Component(index))) if !self.plan.names.contains_key(index) => {
                    self.inline(self.target(*index), members, level);
                }
                _ => self.object(&members.iter().collect::<Vec<_>>(), level),
            },
            Json::Component(index) => {
                let name = self.plan.names.get(index).map_or("", String::as_str);
                let reference = format!("#/$defs/{name}");
                write_string(&reference, &mut self.out);
            }
            Json::Array(items) => {
                self.out.push('[');
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        self.out.push(',');
                    }
                    self.schema(item, level);
                }
                self.out.push(']');
            }
            Json::Null => self.out.push_str("null"),
            Json::Bool(value) => self.out.push_str(if *value { "true" } else { "false" }),
            Json::Number(text) => self.out.push_str(text),
            Json::String(text) => write_string(text, &mut self.out),
        }
    }

    /// A component in place of the reference to it, with what stands beside the reference.
    fn inline(&mut self, target: &'p Json<'t>, beside: &'p Members<'t>, level: usize) {
        let siblings: Vec<_> = beside.iter().filter(|(key, _)| key != "$ref").collect();
        if siblings.is_empty() {
            return self.schema(target, level);
        }
        let plain = siblings.iter().all(|(key, _)| is_annotation(key));
        match target {
            Json::Object(members) if plain && !members.iter().any(|(key, _)| key == "$ref") => {
                let told = |key: &str| siblings.iter().any(|(name, _)| name == key);
                let mut all: Vec<_> = siblings.clone();
                all.extend(members.iter().filter(|(key, _)| !told(key)));
                self.object(&all, level);
            }
            _ => {
                self.out.push_str("{\"allOf\":[");
                self.schema(target, level);
                self.out.push(',');
                self.object(&siblings, level);
                self.out.push_str("]}");
            }
        }
    }

    fn object(&mut self, members: &[&'p (Cow<'t, str>, Json<'t>)], level: usize) {
        self.out.push('{');
        let mut comma = false;
        for (key, value) in members {
            let shortened =
                if &**key == "description" { self.description(value, level) } else { None };
            if shortened.as_deref() == Some("") {
                continue;
            }
            if std::mem::replace(&mut comma, true) {
                self.out.push(',');
            }
            write_string(key, &mut self.out);
            self.out.push(':');
            match (&**key, value) {
                ("description", _) if shortened.is_some() => {
                    write_string(shortened.as_deref().unwrap_or_default(), &mut self.out);
                }
                ("properties", Json::Object(inner)) => self.properties(members, inner, level + 1),
                (
                    "patternProperties" | "dependentSchemas" | "dependentRequired",
                    Json::Object(inner),
                ) => {
                    self.map(inner, level);
                }
                ("default" | "const" | "enum", value) => self.data(value),
                _ => self.schema(value, level),
            }
        }
        self.out.push('}');
    }

    /// What is written in place of a description: nothing special (`None`), or a shorter text, or none at all (`""`).
    fn description(&self, value: &Json<'t>, level: usize) -> Option<String> {
        let text = value.str()?;
        if level <= 1 && self.detail != Detail::Full {
            return Some(cut(text, FIRST_LEVEL_DESCRIPTION).into_owned());
        }
        match self.detail {
            Detail::Full => None,
            Detail::Short => Some(first_sentence(text, SHORT_DESCRIPTION).into_owned()),
            Detail::None => Some(String::new()),
        }
    }

    fn properties(
        &mut self,
        around: &[&'p (Cow<'t, str>, Json<'t>)],
        inner: &'p Members<'t>,
        level: usize,
    ) {
        let required =
            around.iter().find(|(key, _)| key == "required").map(|(_, names)| names.items());
        let needed = |name: &str| {
            required.is_some_and(|names| names.iter().any(|one| one.str() == Some(name)))
        };
        self.out.push('{');
        let mut comma = false;
        for (name, value) in inner {
            if level > self.most && !needed(name) {
                self.cut_count += 1;
                if self.cut.len() < 5 {
                    self.cut.push(name.to_string());
                }
                continue;
            }
            if std::mem::replace(&mut comma, true) {
                self.out.push(',');
            }
            write_string(name, &mut self.out);
            self.out.push(':');
            self.schema(value, level);
        }
        self.out.push('}');
    }

    /// Names and schemas: no name is a keyword here.
    fn map(&mut self, inner: &'p Members<'t>, level: usize) {
        self.out.push('{');
        for (i, (name, value)) in inner.iter().enumerate() {
            if i > 0 {
                self.out.push(',');
            }
            write_string(name, &mut self.out);
            self.out.push(':');
            self.schema(value, level);
        }
        self.out.push('}');
    }

    /// Data: no name is a keyword in it.
    fn data(&mut self, value: &Json<'t>) {
        match value {
            Json::Object(members) => {
                self.out.push('{');
                for (i, (name, value)) in members.iter().enumerate() {
                    if i > 0 {
                        self.out.push(',');
                    }
                    write_string(name, &mut self.out);
                    self.out.push(':');
                    self.data(value);
                }
                self.out.push('}');
            }
            Json::Array(items) => {
                self.out.push('[');
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        self.out.push(',');
                    }
                    self.data(item);
                }
                self.out.push(']');
            }
            Json::Null => self.out.push_str("null"),
            Json::Bool(value) => self.out.push_str(if *value { "true" } else { "false" }),
            Json::Number(text) => self.out.push_str(text),
            Json::String(text) => write_string(text, &mut self.out),
            Json::Component(_) => self.out.push_str("null"),
        }
    }
}
