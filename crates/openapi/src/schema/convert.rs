//! One schema object of any of the four formats as JSON Schema 2020-12.

use super::{Json, Made, Schemas, is_annotation, json::Members};
use crate::{
    Format,
    note::Finding,
    text::{brief, clean},
    tree::{Library, Node, Value},
};
use std::borrow::Cow;

/// Bytes of a `default` that is worth telling.
const DEFAULT_BYTES: usize = 200;

/// Characters of a `title`, which is kept where there is no description.
const TITLE_CHARS: usize = 120;

pub(super) fn convert<'t>(schemas: &mut Schemas<'t>, node: Node<'t>) -> Made<'t> {
    let mut converter = Converter { schemas, findings: Vec::new(), nodes: 0 };
    let schema = converter.schema(node, &[]);
    Made { schema, findings: converter.findings, nodes: converter.nodes }
}

pub(super) struct Converter<'s, 't> {
    pub(super) schemas: &'s mut Schemas<'t>,
    pub(super) findings: Vec<Finding>,
    nodes: usize,
}

/// Keywords that hold one schema each.
const ONE: [&str; 8] = [
    "propertyNames",
    "unevaluatedProperties",
    "unevaluatedItems",
    "contains",
    "not",
    "if",
    "then",
    "else",
];

impl<'t> Converter<'_, 't> {
    /// `hidden` names members that a neighbor in an `allOf` calls read-only.
    pub(super) fn schema(&mut self, node: Node<'t>, hidden: &[&'t str]) -> Json<'t> {
        self.nodes += 1;
        let limit = self.schemas.library.limits().schema_nodes;
        if self.nodes > limit {
            if self.nodes == limit + 1 {
                let reason = format!("this schema has more than {limit} parts (schema_nodes)");
                self.findings.push(Finding::refuses(
                    node,
                    reason,
                    "split it, and refer to its parts",
                ));
            }
            return Json::any();
        }
        match node.value() {
            Value::Bool(value) => Json::Bool(value),
            Value::Object => match reference(node) {
                Some(_) => self.reference(node),
                None => Json::Object(self.keywords(node, hidden)),
            },
            Value::Null => Json::any(),
            _ => {
                self.info(node, "this is no schema, so any value is taken", "write an object");
                Json::any()
            }
        }
    }

    fn reference(&mut self, node: Node<'t>) -> Json<'t> {
        let mut at = node;
        let mut description = None;
        let limit = self.schemas.library.limits().ref_chain;
        for step in 0..=limit {
            let Some(reference) = reference(at) else { break };
            if step > 0 && self.has_siblings(at) {
                break;
            }
            description = description.or_else(|| at.get("description"));
            let target = if step == limit {
                Err(crate::tree::RefError::new(
                    format!(
                        "more than {limit} references follow upon one another here (ref_chain)"
                    ),
                    "let the reference name its target directly",
                ))
            } else {
                self.schemas.library.resolve(at, reference)
            };
            match target {
                Ok(target) => at = target,
                Err(error) => {
                    self.findings.push(Finding::refuses(node, error.reason, error.fix));
                    return Json::any();
                }
            }
        }
        let index = self.schemas.component(at);
        let mut members: Members<'t> = vec![(Cow::Borrowed("$ref"), Json::Component(index))];
        if self.modern() {
            members.extend(self.keywords(node, &[]));
        } else if let Some(text) = description.and_then(|node| self.text(node)) {
            members.push((Cow::Borrowed("description"), Json::String(text)));
        }
        Json::Object(members)
    }

    /// Whether siblings of `$ref` mean something: OpenAPI 3.1 and later.
    pub(super) fn modern(&self) -> bool {
        matches!(self.schemas.format, Format::OpenApi31 | Format::OpenApi32)
    }

    fn has_siblings(&self, node: Node<'t>) -> bool {
        let meant = |key: &str| {
            !key.starts_with("x-")
                && !matches!(
                    key,
                    "$ref" | "$dynamicRef" | "$recursiveRef" | "description" | "summary"
                )
        };
        self.modern() && node.members().any(|(key, _)| meant(key))
    }

    fn keywords(&mut self, node: Node<'t>, hidden: &[&'t str]) -> Members<'t> {
        let mut out: Members<'t> = Vec::with_capacity(node.len());
        let hidden = self.hidden_members(node, hidden);
        let types = self.types(node, &mut out);
        let mut required: Vec<&'t str> = Vec::new();
        for (key, value) in node.members() {
            let made = match key {
                "description" => self.text(value).map(Json::String),
                "title" => title(node, value),
                "format" => value.str().filter(|_| types != ["file"]).map(Json::string),
                "default" => default(node, value),
                "const" => self.data(value),
                "enum" => self.enumeration(node, value, &types),
                "deprecated" | "uniqueItems" => value.bool().filter(|flag| *flag).map(Json::Bool),
                "contentEncoding" | "contentMediaType" => value.str().map(Json::string),
                "properties" => self.properties(node, value, &hidden, &mut required),
                "required" => {
                    self.required(value, &hidden, &mut required);
                    None
                }
                "patternProperties" => self.pattern_properties(value),
                "additionalProperties" | "contentSchema" => Some(self.schema(value, &[])),
                "dependentSchemas" => self.schema_map(value),
                "allOf" | "anyOf" | "oneOf" => {
                    self.branches(value, if key == "allOf" { &hidden } else { &[] })
                }
                "items" if value.is_array() => {
                    let list = self.list(value);
                    if !list.items().is_empty() {
                        out.push((Cow::Borrowed("prefixItems"), list));
                    }
                    node.get("additionalItems").map(|rest| self.schema(rest, &[]))
                }
                "items" => Some(self.schema(value, &[])),
                "prefixItems" => Some(self.list(value)).filter(|list| !list.items().is_empty()),
                "dependencies" => {
                    self.dependencies(value, &mut out);
                    None
                }
                "dependentRequired" => dependent_required(value),
                "pattern" => self.pattern(value),
                key if ONE.contains(&key) => Some(self.schema(value, &[])),
                key => self.number(node, key, value),
            };
            if let Some(made) = made {
                out.push((Cow::Borrowed(key), made));
            }
        }
        if !required.is_empty() {
            let names = required.into_iter().map(Json::string).collect();
            out.push((Cow::Borrowed("required"), Json::Array(names)));
        }
        if !types.is_empty() && !types.contains(&"array") {
            out.retain(|(key, _)| key != "uniqueItems");
        }
        lift_annotations(&mut out);
        out
    }

    /// Writes `type` and gives the types that are named. `nullable` adds `null` where a type is named beside it
    /// (OpenAPI 3.0.3), in any format, since documents of others use it too.
    fn types(&mut self, node: Node<'t>, out: &mut Members<'t>) -> Vec<&'t str> {
        let mut types: Vec<&'t str> = Vec::new();
        let named = node.get("type");
        let words = named.into_iter().flat_map(|named| {
            let one = named.str();
            one.into_iter().chain(named.items().map(|item| item.str().unwrap_or("null")))
        });
        for word in words {
            let (known, format) = known_type(word);
            if known != Some(word) && word != "file" {
                self.info(
                    named.unwrap_or(node),
                    format!(
                        "{:?} is no JSON Schema type",
                        word.chars().take(40).collect::<String>()
                    ),
                    "use string, number, integer, boolean, array, object or null",
                );
            }
            if let (Some(format), None) = (format, node.get("format")) {
                out.push((Cow::Borrowed("format"), Json::string(format)));
            }
            types.extend(known.filter(|known| !types.contains(known)));
        }
        let guess = if !types.is_empty() || node.get("type").is_some() || reference(node).is_some()
        {
            None
        } else if node.get("properties").is_some_and(|members| members.len() > 0) {
            Some("object")
        } else if node.get("items").is_some_and(|items| items.is_object()) {
            Some("array")
        } else {
            None
        };
        types.extend(guess);
        let nullable = node.flag("nullable") || node.flag("x-nullable");
        if nullable
            && named.is_some_and(|named| named.str().is_some())
            && !types.contains(&"null")
            && !types.is_empty()
        {
            types.push("null");
        }
        match types.as_slice() {
            [] => {}
            [one] => out.insert(0, (Cow::Borrowed("type"), Json::string(*one))),
            many => {
                let many = many.iter().map(|one| Json::string(*one)).collect();
                out.insert(0, (Cow::Borrowed("type"), Json::Array(many)));
            }
        }
        types
    }

    fn required(&mut self, value: Node<'t>, hidden: &[&'t str], required: &mut Vec<&'t str>) {
        if value.bool().is_some() {
            return; // Draft 3: says something to the schema around this one, which reads it there.
        }
        let limit = self.schemas.library.limits().members;
        for name in value.items().filter_map(Node::str).take(limit) {
            if !hidden.contains(&name) && !required.contains(&name) {
                required.push(name);
            }
        }
    }

    fn properties(
        &mut self,
        node: Node<'t>,
        value: Node<'t>,
        hidden: &[&'t str],
        required: &mut Vec<&'t str>,
    ) -> Option<Json<'t>> {
        let limit = self.schemas.library.limits().members;
        if value.len() > limit {
            let reason = format!("an object of more than {limit} members (members)");
            self.findings.push(Finding::refuses(value, reason, "split the schema"));
            return None;
        }
        let names = node.get("required");
        let mut out: Members<'t> = Vec::with_capacity(value.len());
        if value.text("$ref").is_some() {
            let fix = "refer to the schema as a whole, or list the members";
            self.info(value, "a reference stands in place of the members; it is followed", fix);
        }
        for (name, member) in members_of(self.schemas.library, value) {
            if hidden.contains(&name) {
                continue;
            }
            let needed =
                names.is_some_and(|names| names.items().any(|one| one.str() == Some(name)));
            let broken = match reference(member) {
                Some(reference) if !needed => self.schemas.library.resolve(member, reference).err(),
                _ => None,
            };
            if let Some(error) = broken {
                let reason = format!("the optional member {name:?} is left out: {}", error.reason);
                self.findings.push(Finding::degrades(member, reason, error.fix));
                continue;
            }
            if member.flag("required") && !needed && !required.contains(&name) {
                let fix = "list the name in the `required` array of the schema around it";
                self.info(
                    member,
                    format!("`required: true` on the member {name:?} is taken as it is meant"),
                    fix,
                );
                required.push(name);
            }
            let made = self.schema(member, &[]);
            out.push((Cow::Borrowed(name), made));
        }
        Some(Json::Object(out)).filter(|_| value.is_object())
    }

    /// The names of read-only members, here and in what `allOf` adds.
    fn hidden_members(&self, node: Node<'t>, known: &[&'t str]) -> Vec<&'t str> {
        let mut names = known.to_vec();
        self.collect_hidden(node, &mut names, 4);
        names
    }

    fn collect_hidden(&self, node: Node<'t>, names: &mut Vec<&'t str>, depth: usize) {
        let library = self.schemas.library;
        let limit = library.limits().members;
        for (name, member) in node
            .get("properties")
            .into_iter()
            .flat_map(|value| members_of(library, value))
            .take(limit)
        {
            let target = match reference(member) {
                Some(_) if !self.modern() => {
                    self.schemas.library.follow(member).ok().map(crate::tree::Follow::node)
                }
                Some(_) if !member.flag("readOnly") => {
                    self.schemas.library.follow(member).ok().map(crate::tree::Follow::node)
                }
                _ => Some(member),
            };
            if target.is_some_and(|target| target.flag("readOnly")) && !names.contains(&name) {
                names.push(name);
            }
        }
        if depth == 0 {
            return;
        }
        for branch in node.get("allOf").into_iter().flat_map(Node::items).take(64) {
            if let Ok(branch) = self.schemas.library.follow(branch) {
                self.collect_hidden(branch.node(), names, depth - 1);
            }
        }
    }

    pub(super) fn list(&mut self, value: Node<'t>) -> Json<'t> {
        Json::Array(value.items().map(|item| self.schema(item, &[])).collect())
    }

    fn branches(&mut self, value: Node<'t>, hidden: &[&'t str]) -> Option<Json<'t>> {
        let made: Vec<_> = value.items().map(|item| self.schema(item, hidden)).collect();
        if made.is_empty() {
            self.info(value, "an empty list of schemas says nothing", "remove it, or list schemas");
            return None;
        }
        Some(Json::Array(made))
    }

    pub(super) fn schema_map(&mut self, value: Node<'t>) -> Option<Json<'t>> {
        let members = value.members().map(|(key, one)| (Cow::Borrowed(key), self.schema(one, &[])));
        Some(Json::Object(members.collect())).filter(|map| !map.members().is_empty())
    }

    /// Text for a model. A description may be a reference to a text or to a file of text.
    fn text(&mut self, value: Node<'t>) -> Option<Cow<'t, str>> {
        let limit = self.schemas.library.limits().member_description_chars;
        let text = crate::description::text_of(self.schemas.library, value)?;
        let text = match text {
            Cow::Borrowed(text) => brief(text, limit),
            Cow::Owned(text) => Cow::Owned(brief(&text, limit).into_owned()),
        };
        Some(text).filter(|text| !text.is_empty())
    }

    /// A value as it stands, unless it is so large that nobody can mean it.
    fn data(&mut self, value: Node<'t>) -> Option<Json<'t>> {
        let limit = self.schemas.library.limits().enum_values;
        if extent(value, limit) <= limit {
            return Some(Json::data(value));
        }
        let reason = format!("a fixed value of more than {limit} parts is left out (enum_values)");
        self.findings.push(Finding::degrades(value, reason, "let the API check the value"));
        None
    }

    pub(super) fn info(
        &mut self,
        node: Node<'t>,
        reason: impl Into<String>,
        fix: impl Into<String>,
    ) {
        self.findings.push(Finding::info(node, reason, fix));
    }
}

/// `allOf: [{$ref}, {description}]`: a branch that only describes goes up to where the others are, and one branch
/// that is left alone takes the place of the list.
fn lift_annotations(out: &mut Members<'_>) {
    let Some(at) = out.iter().position(|(key, _)| key == "allOf") else { return };
    let Json::Array(branches) = &mut out[at].1 else { return };
    let only_describes = |branch: &Json<'_>| matches!(branch, Json::Object(members) if members.iter().all(|(key, _)| is_annotation(key)));
    if branches.iter().all(only_describes) {
        branches.truncate(1);
    }
    let (lifted, mut kept): (Vec<_>, Vec<_>) =
        std::mem::take(branches).into_iter().partition(only_describes);
    let single = match kept.as_slice() {
        [Json::Object(members)] => {
            let clash = |key: &str| !is_annotation(key) && out.iter().any(|(name, _)| name == key);
            let reference = members.iter().any(|(key, _)| key == "$ref");
            let plain = out.iter().all(|(key, _)| key == "allOf" || is_annotation(key));
            !members.iter().any(|(key, _)| clash(key)) && (!reference || plain)
        }
        [] => true,
        _ => false,
    };
    let mut rest: Members<'_> = Vec::new();
    if single {
        out.remove(at);
        if let Some(Json::Object(members)) = kept.pop() {
            rest = members;
        }
    } else if let Json::Array(branches) = &mut out[at].1 {
        *branches = kept;
    }
    // What stands outermost is meant most; then what only describes.
    let described = lifted
        .into_iter()
        .flat_map(|branch| if let Json::Object(members) = branch { members } else { Vec::new() });
    for (key, value) in described.chain(rest) {
        if !out.iter().any(|(name, _)| *name == key) {
            out.push((key, value));
        }
    }
}

/// The members of a `properties` object. Some documents put a reference in its place, which no version allows, but
/// which has one meaning only: as a member, `$ref` would have to be a schema, and a text is none.
fn members_of<'t>(library: &'t Library<'t>, value: Node<'t>) -> Vec<(&'t str, Node<'t>)> {
    if value.text("$ref").is_none() {
        return value.members().collect();
    }
    let mut members: Vec<(&'t str, Node<'t>)> = Vec::with_capacity(value.len());
    if let Ok(target) = library.follow(value) {
        members.extend(target.node().members());
    }
    for (name, member) in value.members() {
        if name != "$ref" || member.str().is_none() {
            members.retain(|(known, _)| *known != name);
            members.push((name, member));
        }
    }
    members
}

/// How many values there are in one; counted no further than a little above `limit`.
pub(super) fn extent(node: Node<'_>, limit: usize) -> usize {
    let mut count = 1;
    for child in node.items().chain(node.members().map(|(_, child)| child)) {
        if count > limit {
            break;
        }
        count += extent(child, limit - count);
    }
    count
}

/// The reference of a schema, if it is one.
pub(super) fn reference<'t>(node: Node<'t>) -> Option<&'t str> {
    ["$ref", "$dynamicRef", "$recursiveRef"].iter().find_map(|key| node.text(key))
}

/// A type as JSON Schema knows it, with the format that a foreign word implies.
fn known_type(word: &str) -> (Option<&str>, Option<&'static str>) {
    match word {
        "string" | "number" | "integer" | "boolean" | "array" | "object" | "null" => {
            (Some(word), None)
        }
        "file" => (Some("string"), Some("binary")),
        "str" | "text" | "char" | "enum" | "String" => (Some("string"), None),
        "date" => (Some("string"), Some("date")),
        "datetime" | "date-time" | "timestamp" => (Some("string"), Some("date-time")),
        "uuid" => (Some("string"), Some("uuid")),
        "int" | "int32" | "int64" | "long" | "Integer" => (Some("integer"), None),
        "float" | "double" | "decimal" | "Number" => (Some("number"), None),
        "bool" | "Boolean" => (Some("boolean"), None),
        "list" | "Array" => (Some("array"), None),
        "map" | "dict" | "hash" | "Object" => (Some("object"), None),
        _ => (None, None),
    }
}

fn title<'t>(node: Node<'t>, value: Node<'t>) -> Option<Json<'t>> {
    let text = value.str().filter(|_| node.get("description").is_none())?;
    let short = brief(text, TITLE_CHARS).into_owned();
    Some(Json::string(short.clone())).filter(|_| !short.is_empty())
}

fn default<'t>(node: Node<'t>, value: Node<'t>) -> Option<Json<'t>> {
    let small = match value.value() {
        Value::Null => node.flag("nullable"),
        Value::String(text) => {
            text.len() <= DEFAULT_BYTES && matches!(clean(text), Cow::Borrowed(_))
        }
        Value::Array | Value::Object => value.len() == 0,
        _ => true,
    };
    small.then(|| Json::data(value))
}

fn dependent_required<'t>(value: Node<'t>) -> Option<Json<'t>> {
    let members = value.members().map(|(key, names)| {
        let names = names.items().filter_map(Node::str).map(Json::string).collect();
        (Cow::Borrowed(key), Json::Array(names))
    });
    Some(Json::Object(members.collect())).filter(|_| value.len() > 0)
}
