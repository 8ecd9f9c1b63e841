//! Bodies whose members become pairs or parts.

use super::{file, media};
use crate::{
    context::Context,
    note::Finding,
    schema::{Flat, Json},
    tree::Node,
};
use model::{BodyEncoding, FieldEncoding, PartEncoding, PartKind, Style};

/// A form's schema as arguments hold it, and how each member is written.
pub(super) struct Form<'t> {
    pub(super) schema: Json<'t>,
    pub(super) flat: Option<Flat<'t>>,
    pub(super) encoding: BodyEncoding,
}

/// `place` is where findings point to; `encodings` OpenAPI 3's `encoding`, by member.
pub(super) struct Source<'t> {
    pub(super) schema: Json<'t>,
    pub(super) place: Node<'t>,
    pub(super) encodings: Option<Node<'t>>,
    /// Swagger 2.0: the formData parameters.
    pub(super) parameters: Vec<Node<'t>>,
}

impl<'t> Source<'t> {
    fn encoding(&self, name: &str) -> Option<Node<'t>> {
        self.encodings?.get(name)
    }

    fn collection_format(&self, name: &str) -> Option<&'t str> {
        let parameter = self.parameters.iter().find(|one| one.text("name") == Some(name))?;
        Some(parameter.text("collectionFormat").unwrap_or("csv"))
    }
}

pub(super) fn urlencoded<'t>(context: &mut Context<'t>, source: &Source<'t>) -> Form<'t> {
    let mut fields = Vec::new();
    let (schema, flat) = adapt(context, source, &mut |context, name, member| {
        let member = context.schemas.without_null(member);
        let resolved = context.schemas.resolved(&member);
        fields.extend(field(source, name, &resolved));
        member
    });
    Form { schema, flat, encoding: BodyEncoding::Form(fields) }
}

fn field(source: &Source<'_>, name: &str, member: &Json<'_>) -> Option<FieldEncoding> {
    let types = member.types();
    let made = |style, explode, allow_reserved, json| {
        Some(FieldEncoding { name: name.to_owned(), style, explode, allow_reserved, json })
    };
    if let Some(format) = source.collection_format(name) {
        if !types.contains(&"array") {
            return None;
        }
        return match format {
            "multi" => None,
            "ssv" => made(Style::SpaceDelimited, false, false, false),
            "tsv" => made(Style::TabDelimited, false, false, false),
            "pipes" => made(Style::PipeDelimited, false, false, false),
            _ => made(Style::Form, false, false, false),
        };
    }
    if let Some(encoding) = source.encoding(name) {
        let reserved = encoding.flag("allowReserved");
        if encoding.get("style").is_some() || encoding.get("explode").is_some() || reserved {
            let style = match encoding.text("style") {
                Some("spaceDelimited") => Style::SpaceDelimited,
                Some("pipeDelimited") => Style::PipeDelimited,
                Some("deepObject") => Style::DeepObject,
                _ => Style::Form,
            };
            let explode = encoding.get("explode").and_then(Node::bool);
            let explode = explode.unwrap_or(matches!(style, Style::Form | Style::DeepObject));
            return made(style, explode, reserved, false);
        }
        if encoding
            .text("contentType")
            .is_some_and(|media_type| media::is_json(&media::essence(media_type)))
        {
            return made(Style::Form, true, false, true);
        }
    }
    // Without a style, an object is sent as its media type says, and that is JSON (OpenAPI 3.1.1 §4.8.15.1).
    if types == ["object"] { made(Style::Form, true, false, true) } else { None }
}

pub(super) fn multipart<'t>(
    context: &mut Context<'t>,
    source: &Source<'t>,
    findings: &mut Vec<Finding>,
) -> Form<'t> {
    let mut parts = Vec::new();
    let (schema, flat) = adapt(context, source, &mut |context, name, member| {
        let member = context.schemas.without_null(member);
        let (member, part) = part(context, source, name, member, findings);
        parts.extend(part);
        member
    });
    Form { schema, flat, encoding: BodyEncoding::Multipart(parts) }
}

fn part<'t>(
    context: &mut Context<'t>,
    source: &Source<'t>,
    name: &str,
    member: Json<'t>,
    findings: &mut Vec<Finding>,
) -> (Json<'t>, Option<PartEncoding>) {
    let resolved = context.schemas.resolved(&member);
    let wanted = source.encoding(name).and_then(|encoding| encoding.text("contentType"));
    let wanted =
        wanted.or_else(|| resolved.get("contentMediaType").and_then(Json::str)).map(str::to_owned);
    let allowed = wanted.as_deref().map_or(file::FileTypes::Any, file::types);
    let content_type = wanted.as_deref().map(|list| {
        media::concrete(list.split(',').next().unwrap_or_default(), media::Kind::Binary).0
    });
    let content_type = content_type.filter(|one| media::sendable(one));
    let description = resolved.get("description").and_then(Json::str).map(str::to_owned);
    let made = |kind| {
        Some(PartEncoding { name: name.to_owned(), kind, content_type: content_type.clone() })
    };
    let media_says_file = wanted.as_deref().is_some_and(|list| {
        let essence = media::essence(list.split(',').next().unwrap_or_default());
        media::kind(&essence, &Json::any()) == media::Kind::Binary
    });
    match shape(context, &resolved, media_says_file) {
        Shape::File => (file::schema(description, &allowed, true), made(PartKind::File)),
        Shape::Files => {
            let mut list = Json::object([("type", Json::string("array"))]);
            if let Some(description) = description {
                list.set("description", Json::string(description));
            }
            list.set("items", file::schema(None, &allowed, true));
            for bound in ["minItems", "maxItems"] {
                if let Some(number) = resolved.get(bound) {
                    list.set(bound, number.clone());
                }
            }
            (list, made(PartKind::Files))
        }
        Shape::FileOrOther => {
            let reason =
                format!("{name:?} takes a file or another value; only the file can be sent");
            findings.push(Finding::degrades(
                source.place,
                reason,
                "describe two members, one for each",
            ));
            (file::schema(description, &allowed, true), made(PartKind::File))
        }
        Shape::Array
            if wanted.as_deref().is_some_and(|one| media::is_json(&media::essence(one))) =>
        {
            (member, made(PartKind::Json))
        }
        Shape::Array => (member, made(PartKind::Repeated)),
        Shape::Object => (member, made(PartKind::Json)),
        Shape::Primitive => (member, wanted.is_some().then(|| made(PartKind::Text)).flatten()),
        Shape::Open => (member, None),
    }
}

enum Shape {
    File,
    Files,
    FileOrOther,
    Array,
    Object,
    Primitive,
    Open,
}

fn shape<'t>(context: &mut Context<'t>, schema: &Json<'t>, media_says_file: bool) -> Shape {
    let types = schema.types();
    // Bytes that are already written as text are sent as that text.
    let encoded = schema
        .get("contentEncoding")
        .and_then(Json::str)
        .is_some_and(|encoding| encoding != "binary");
    let media_says_file = media_says_file && !encoded;
    if media::is_file(schema) || (media_says_file && (types.is_empty() || types == ["string"])) {
        return Shape::File;
    }
    if types == ["array"] {
        let items = schema.get("items").cloned().unwrap_or_else(Json::any);
        let items = context.schemas.resolved(&items);
        let files = media::is_file(&items)
            || (media_says_file && (items.is_any() || items.types() == ["string"]));
        return if files { Shape::Files } else { Shape::Array };
    }
    if types == ["object"] {
        return Shape::Object;
    }
    if !types.is_empty() {
        return if types.contains(&"object") || types.contains(&"array") {
            Shape::Open
        } else {
            Shape::Primitive
        };
    }
    let branches =
        ["anyOf", "oneOf"].iter().find_map(|key| schema.get(key)).map(|one| one.items().to_vec());
    let (mut files, mut lists, mut others, mut objects) = (0, 0, 0, 0);
    for branch in branches.unwrap_or_default() {
        let branch = context.schemas.resolved(&branch);
        match branch.types().as_slice() {
            ["array"] => {
                let items = branch.get("items").cloned().unwrap_or_else(Json::any);
                let items = context.schemas.resolved(&items);
                if media::is_file(&items) { lists += 1 } else { others += 1 }
            }
            ["object"] => objects += 1,
            _ if media::is_file(&branch) => files += 1,
            _ => others += 1,
        }
    }
    match (files, lists, others, objects) {
        (0, 0, 0, 0) => Shape::Open,
        (0, 0, 0, _) => Shape::Object,
        (0, 0, ..) => Shape::Open,
        (_, 1.., 0, 0) => Shape::Files,
        (1.., 0, 0, 0) => Shape::File,
        _ => Shape::FileOrOther,
    }
}

type Adapt<'a, 't> = dyn FnMut(&mut Context<'t>, &str, Json<'t>) -> Json<'t> + 'a;

/// The form's schema with every member passed through `change`.
fn adapt<'t>(
    context: &mut Context<'t>,
    source: &Source<'t>,
    change: &mut Adapt<'_, 't>,
) -> (Json<'t>, Option<Flat<'t>>) {
    if let Some(mut flat) = context.schemas.flat(&source.schema) {
        for (name, member) in &mut flat.members {
            let taken = std::mem::replace(member, Json::Null);
            *member = change(context, name, taken);
        }
        return (rebuilt(&flat), Some(flat));
    }
    let mut seen = Vec::new();
    (adapt_within(context, &source.schema, change, 6, &mut seen), None)
}

/// Members may stand in branches too; each name is described once.
fn adapt_within<'t>(
    context: &mut Context<'t>,
    schema: &Json<'t>,
    change: &mut Adapt<'_, 't>,
    levels: usize,
    seen: &mut Vec<String>,
) -> Json<'t> {
    if levels == 0 {
        return schema.clone();
    }
    let Json::Object(members) = context.schemas.resolved(schema) else { return schema.clone() };
    let adapted = members.into_iter().map(|(key, value)| {
        let value = match (&*key, value) {
            ("properties", Json::Object(inner)) => Json::Object(
                inner
                    .into_iter()
                    .map(|(name, member)| {
                        seen.push(name.to_string());
                        let member = change(context, &name, member);
                        (name, member)
                    })
                    .collect(),
            ),
            ("allOf" | "anyOf" | "oneOf", Json::Array(branches)) => Json::Array(
                branches
                    .iter()
                    .map(|branch| adapt_within(context, branch, change, levels - 1, seen))
                    .collect(),
            ),
            (_, value) => value,
        };
        (key, value)
    });
    Json::Object(adapted.collect())
}

/// The object schema that lists these members.
pub(super) fn rebuilt<'t>(flat: &Flat<'t>) -> Json<'t> {
    let mut schema = Json::object([("type", Json::string("object"))]);
    schema.set("properties", Json::Object(flat.members.clone()));
    if !flat.required.is_empty() {
        schema.set(
            "required",
            Json::Array(flat.required.iter().cloned().map(Json::String).collect()),
        );
    }
    if flat.closed {
        schema.set("additionalProperties", Json::Bool(false));
    }
    schema
}
