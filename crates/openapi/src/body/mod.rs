//! Request bodies: which media types can be sent, and how arguments hold them.

mod file;
mod form;
mod media;

pub(crate) use media::{essence, is_json};

use crate::{
    Format,
    context::Context,
    note::Finding,
    parameter::described,
    schema::{Flat, Json},
    text::brief,
    tree::{Follow, Node},
};
use file::FileTypes;
use media::Kind;
use model::{BodyEncoding, BodyVariant};

/// A body before its arguments have names.
pub(crate) struct Draft<'t> {
    pub(crate) required: bool,
    pub(crate) layout: Layout<'t>,
    pub(crate) variants: Vec<BodyVariant>,
}

pub(crate) enum Layout<'t> {
    /// Each member an argument.
    Fields(Flat<'t>),
    /// One argument of this schema.
    Whole(Json<'t>),
    /// One argument that names its media type.
    Tagged(Json<'t>),
}

/// One media type of the description.
struct Candidate<'t> {
    media_type: String,
    kind: Kind,
    /// The schema as the description has it: what tells alternatives from other encodings of one thing.
    source: Json<'t>,
    schema: Json<'t>,
    flat: Option<Flat<'t>>,
    encoding: BodyEncoding,
    node: Node<'t>,
}

/// The body of an operation, if it takes one that can be sent.
pub(crate) fn draft<'t>(
    context: &mut Context<'t>,
    operation: Node<'t>,
    parameters: &[Node<'t>],
    findings: &mut Vec<Finding>,
) -> Option<Draft<'t>> {
    let (candidates, required, node) = match context.format {
        Format::Swagger20 => swagger(context, operation, parameters, findings)?,
        _ => modern(context, operation, findings)?,
    };
    if candidates.is_empty() {
        let reason = "no media type of the body can be sent";
        findings.push(if required {
            Finding::refuses(
                node,
                reason,
                "describe the body as JSON, form, multipart, text or bytes",
            )
        } else {
            Finding::degrades(
                node,
                reason,
                "describe the body as JSON, form, multipart, text or bytes",
            )
        });
        return None;
    }
    Some(arrange(candidates, required, findings))
}

type Found<'t> = (Vec<Candidate<'t>>, bool, Node<'t>);

fn modern<'t>(
    context: &mut Context<'t>,
    operation: Node<'t>,
    findings: &mut Vec<Finding>,
) -> Option<Found<'t>> {
    let body = operation.get("requestBody")?;
    let body = match context.library.follow(body).map(Follow::node) {
        Ok(body) => body,
        Err(error) => {
            findings.push(Finding::refuses(body, error.reason, error.fix));
            return None;
        }
    };
    let content = body.get("content").filter(|content| content.len() > 0);
    let Some(content) = content else {
        findings.push(Finding::info(
            body,
            "this request body has no media type, so none is sent",
            "add `content`",
        ));
        return None;
    };
    let description =
        body.get("description").and_then(|text| crate::description::text_of(context.library, text));
    let limit = context.options.limits.member_description_chars;
    let description = description.map(|text| brief(&text, limit).into_owned());
    let mut candidates = Vec::new();
    let limit = context.options.limits.media_types;
    if content.len() > limit {
        let reason = format!(
            "a body of more than {limit} media types (media_types); the others are left out"
        );
        findings.push(Finding::degrades(content, reason, "list those that matter"));
    }
    for (media_type, media) in content.members().take(limit) {
        let media = match context.library.follow(media).map(Follow::node) {
            Ok(media) => media,
            Err(error) => {
                findings.push(Finding::degrades(media, error.reason, error.fix));
                continue;
            }
        };
        let schema = match media.get("schema") {
            Some(schema) => {
                let (schema, found) = context.schemas.request(schema);
                findings.extend(found);
                schema
            }
            None => Json::any(),
        };
        let source = form::Source {
            schema,
            place: media,
            encodings: media.get("encoding"),
            parameters: Vec::new(),
        };
        candidates.extend(candidate(context, media_type, source, description.as_deref(), findings));
    }
    Some((candidates, body.flag("required"), body))
}

fn swagger<'t>(
    context: &mut Context<'t>,
    operation: Node<'t>,
    parameters: &[Node<'t>],
    findings: &mut Vec<Finding>,
) -> Option<Found<'t>> {
    let consumes = operation.get("consumes").or_else(|| context.root.get("consumes"));
    let consumes: Vec<&'t str> =
        consumes.into_iter().flat_map(Node::items).filter_map(Node::str).collect();
    let of = |place: &str| {
        parameters.iter().copied().filter(|one| one.text("in") == Some(place)).collect::<Vec<_>>()
    };
    if let Some(&body) = of("body").first() {
        let schema = match body.get("schema") {
            Some(schema) => {
                let (schema, found) = context.schemas.request(schema);
                findings.extend(found);
                schema
            }
            None => Json::any(),
        };
        let description = body
            .text("description")
            .map(|text| brief(text, context.options.limits.member_description_chars).into_owned());
        let types = if consumes.is_empty() { vec!["application/json"] } else { consumes };
        let mut candidates = Vec::new();
        for media_type in types.into_iter().take(context.options.limits.media_types) {
            let source = form::Source {
                schema: schema.clone(),
                place: body,
                encodings: None,
                parameters: Vec::new(),
            };
            candidates.extend(candidate(
                context,
                media_type,
                source,
                description.as_deref(),
                findings,
            ));
        }
        return Some((candidates, body.flag("required"), body));
    }
    let fields = of("formData");
    let first = *fields.first()?;
    let has_file = fields.iter().any(|one| one.text("type") == Some("file"));
    let multipart = consumes.iter().any(|one| one.starts_with("multipart/"));
    let urlencoded =
        consumes.iter().any(|one| media::essence(one) == "application/x-www-form-urlencoded");
    let media_type = if has_file || (multipart && !urlencoded) {
        "multipart/form-data"
    } else {
        "application/x-www-form-urlencoded"
    };
    let mut members = Vec::new();
    let mut required = Vec::new();
    for &field in &fields {
        let Some(name) = field.text("name").filter(|name| !name.is_empty()) else {
            findings.push(Finding::degrades(
                field,
                "this form field has no name, so it is left out",
                "give it a name",
            ));
            continue;
        };
        let (schema, found) = context.schemas.request(field);
        findings.extend(found);
        if field.flag("required") {
            required.push(Json::string(name));
        }
        members.push((name.into(), schema));
    }
    let needed = !required.is_empty();
    let mut schema =
        Json::object([("type", Json::string("object")), ("properties", Json::Object(members))]);
    if needed {
        schema.set("required", Json::Array(required));
    }
    let source = form::Source { schema, place: first, encodings: None, parameters: fields };
    let made = candidate(context, media_type, source, None, findings);
    Some((made.into_iter().collect(), needed, first))
}

fn candidate<'t>(
    context: &mut Context<'t>,
    media_type: &str,
    source: form::Source<'t>,
    description: Option<&str>,
    findings: &mut Vec<Finding>,
) -> Option<Candidate<'t>> {
    let node = source.place;
    if !media::sendable(media_type) {
        let shown: String = media_type.chars().filter(|c| !c.is_control()).take(80).collect();
        let reason = format!("{shown:?} is no media type, so it is left out");
        findings.push(Finding::degrades(
            node,
            reason,
            "write a media type such as application/json",
        ));
        return None;
    }
    let resolved = context.schemas.resolved(&source.schema);
    let kind = media::kind(&media::essence(media_type), &resolved);
    let (chosen, _) = media::concrete(media_type, kind);
    let told = resolved.get("description").and_then(Json::str).or(description).map(str::to_owned);
    let plain = |schema: Json<'t>, encoding| form::Form { schema, flat: None, encoding };
    let made = match kind {
        Kind::Json => {
            let flat = context.schemas.flat(&source.schema);
            let schema = context.schemas.not_null(source.schema.clone());
            form::Form { schema, flat, encoding: BodyEncoding::Json }
        }
        Kind::Form => form::urlencoded(context, &source),
        Kind::Multipart => form::multipart(context, &source, findings),
        Kind::Text if resolved.types() == ["string"] => {
            plain(source.schema.clone(), BodyEncoding::Text)
        }
        Kind::Text => {
            let what = format!("The whole body as {} text.", media::essence(&chosen));
            let text = told.clone().map_or(what.clone(), |told| format!("{what} {told}"));
            let schema = Json::object([
                ("type", Json::string("string")),
                ("description", Json::string(text)),
            ]);
            plain(schema, BodyEncoding::Text)
        }
        Kind::Binary => {
            let types = match media::essence(media_type).strip_suffix("/*") {
                Some("*" | "application") => FileTypes::Any,
                Some(top) => FileTypes::Range(top.to_owned()),
                None => FileTypes::Fixed,
            };
            plain(file::schema(told.clone(), &types, false), BodyEncoding::Binary)
        }
        Kind::Foreign => {
            let reason = format!("{chosen} is left out: nothing here writes it");
            findings.push(Finding::info(
                node,
                reason,
                "send another media type of the description",
            ));
            return None;
        }
    };
    let mut schema = made.schema;
    if let (Some(text), true) =
        (description, schema.get("description").is_none() && schema.get("$ref").is_none())
    {
        schema = described(schema, text.to_owned());
    }
    Some(Candidate {
        media_type: chosen,
        kind,
        source: source.schema,
        schema,
        flat: made.flat,
        encoding: made.encoding,
        node,
    })
}

/// Chooses the layout: media types of one schema side by side, those of other schemas as alternatives.
fn arrange<'t>(
    mut all: Vec<Candidate<'t>>,
    required: bool,
    findings: &mut Vec<Finding>,
) -> Draft<'t> {
    let rank = |one: &Candidate<'_>| match one.kind {
        Kind::Json if media::essence(&one.media_type) == "application/json" => 0,
        // A JSON Patch is a list; where an object is described, another kind of patch is meant.
        Kind::Json if media::is_yaml(&media::essence(&one.media_type)) => 2,
        Kind::Json if one.media_type.contains("json-patch") && one.flat.is_some() => 2,
        Kind::Json => 1,
        Kind::Text if one.source.types() != ["string"] => 4,
        _ => 3,
    };
    all.sort_by_key(rank);
    let structured =
        all.iter().any(|one| matches!(one.kind, Kind::Json | Kind::Form | Kind::Multipart));
    // What holds the same arguments, in groups; the first group has the best media type.
    let mut groups: Vec<Vec<Candidate<'t>>> = Vec::new();
    for one in all {
        // The same values in another spelling.
        let respelled = media::is_yaml(&media::essence(&one.media_type))
            && groups.iter().any(|group| same_arguments(&group[0], &one));
        let same = groups.iter().position(|group| same_arguments(&group[0], &one));
        if let Some(group) = same.filter(|_| !respelled) {
            if !groups[group].iter().any(|other| other.media_type == one.media_type) {
                groups[group].push(one);
            }
            continue;
        }
        let other_encoding = respelled
            || groups.iter().any(|group| group[0].source == one.source)
            || (one.kind == Kind::Text && one.source.types() != ["string"] && structured);
        if other_encoding {
            let reason =
                format!("{} is left out: it is another encoding of the same body", one.media_type);
            findings.push(Finding::info(
                one.node,
                reason,
                "nothing; the body is sent in the first encoding",
            ));
        } else {
            groups.push(vec![one]);
        }
    }
    let variant = |one: &Candidate<'t>| BodyVariant {
        media_type: one.media_type.clone(),
        encoding: one.encoding.clone(),
    };
    if groups.len() == 1 {
        let group = groups.remove(0);
        let variants = group.iter().map(variant).collect();
        let first = group.into_iter().next().expect("groups are made of one candidate at least");
        let layout = match first.flat {
            Some(flat) if required || flat.required.is_empty() => Layout::Fields(flat),
            _ => Layout::Whole(first.schema),
        };
        return Draft { required, layout, variants };
    }
    let mut variants: Vec<BodyVariant> = Vec::new();
    let mut branches = Vec::new();
    for group in groups {
        let own: Vec<_> = group
            .iter()
            .filter(|one| !variants.iter().any(|known| known.media_type == one.media_type))
            .collect();
        if own.is_empty() {
            let reason = format!("{} is left out: it is listed twice", group[0].media_type);
            findings.push(Finding::degrades(
                group[0].node,
                reason,
                "describe one schema with oneOf",
            ));
            continue;
        }
        let names = own.iter().map(|one| Json::string(one.media_type.clone())).collect();
        variants.extend(own.iter().map(|one| variant(one)));
        branches.push(Json::object([
            ("type", Json::string("object")),
            (
                "properties",
                Json::object([
                    (
                        "contentType",
                        Json::object([
                            ("type", Json::string("string")),
                            ("enum", Json::Array(names)),
                        ]),
                    ),
                    ("content", group[0].schema.clone()),
                ]),
            ),
            ("required", Json::Array(vec![Json::string("contentType"), Json::string("content")])),
            ("additionalProperties", Json::Bool(false)),
        ]));
    }
    let schema = Json::object([
        ("description", Json::string("The body: one of several media types.")),
        ("oneOf", Json::Array(branches)),
    ]);
    Draft { required, layout: Layout::Tagged(schema), variants }
}

/// Whether two media types take the same arguments.
fn same_arguments(a: &Candidate<'_>, b: &Candidate<'_>) -> bool {
    let class = |kind: Kind| match kind {
        Kind::Json | Kind::Form | Kind::Multipart => 0,
        Kind::Text => 1,
        Kind::Binary => 2,
        Kind::Foreign => 3,
    };
    let same = match (&a.flat, &b.flat) {
        (Some(one), Some(other)) => one == other,
        _ => a.schema == b.schema,
    };
    same && class(a.kind) == class(b.kind)
}
