//! Parameters: what an operation takes beside its body.

use crate::{
    Format,
    context::Context,
    note::Finding,
    schema::Json,
    security::is_token,
    text::brief,
    tree::{Follow, Node},
};
use model::{ParameterEncoding, Place, SlotKind, Style};

/// A parameter before its argument has a name.
pub(crate) struct Draft<'t> {
    pub(crate) wire: String,
    pub(crate) place: Place,
    pub(crate) encoding: ParameterEncoding,
    pub(crate) required: bool,
    pub(crate) schema: Json<'t>,
}

/// The word that tells arguments of one name apart.
pub(crate) fn place_word(place: Place) -> &'static str {
    match place {
        Place::Path => "path",
        Place::Query | Place::QueryString => "query",
        Place::Header => "header",
        Place::Cookie => "cookie",
    }
}

/// The parameters of an operation and of its path, references followed. The operation's win over the path's of
/// the same name and place, and stand where those stood.
pub(crate) fn listed<'t>(
    context: &Context<'t>,
    item: Node<'t>,
    operation: Node<'t>,
    findings: &mut Vec<Finding>,
) -> Vec<Node<'t>> {
    let mut all: Vec<Node<'t>> = Vec::new();
    let limit = context.options.limits.members;
    for list in [item.get("parameters"), operation.get("parameters")] {
        if let Some(list) = list.filter(|list| list.len() > limit) {
            let reason = format!("an operation has more than {limit} parameters (members)");
            findings.push(Finding::refuses(list, reason, "describe a body instead"));
            continue;
        }
        let mut own: Vec<Node<'t>> = Vec::new();
        for one in list.into_iter().flat_map(Node::items) {
            match context.library.follow(one).map(Follow::node) {
                Ok(node) if node.is_object() => own.push(node),
                Ok(node) => findings.push(Finding::refuses(
                    node,
                    "this parameter is no object",
                    "describe it",
                )),
                Err(error) => findings.push(Finding::refuses(one, error.reason, error.fix)),
            }
        }
        for one in own {
            let same = |other: &&mut Node<'t>| {
                other.text("name") == one.text("name") && other.text("in") == one.text("in")
            };
            match all.iter_mut().find(same) {
                Some(old) => *old = one,
                None => all.push(one),
            }
        }
    }
    all
}

/// The place of a parameter, by its `in`; nothing for what is part of a 2.0 body.
enum Where {
    At(Place),
    Body,
    Nowhere,
}

fn place(format: Format, node: Node<'_>) -> Where {
    match node.text("in") {
        Some("path") => Where::At(Place::Path),
        Some("query") => Where::At(Place::Query),
        Some("header") => Where::At(Place::Header),
        Some("cookie") if format != Format::Swagger20 => Where::At(Place::Cookie),
        Some("querystring") if format != Format::Swagger20 => Where::At(Place::QueryString),
        Some("body" | "formData") if format == Format::Swagger20 => Where::Body,
        _ => Where::Nowhere,
    }
}

/// What can be sent of `nodes`. `security` is the operation's own.
pub(crate) fn drafts<'t>(
    context: &mut Context<'t>,
    nodes: &[Node<'t>],
    security: &[Vec<String>],
    findings: &mut Vec<Finding>,
) -> Vec<Draft<'t>> {
    let mut drafts: Vec<Draft<'t>> = Vec::new();
    for &node in nodes {
        let lost = |reason: String| {
            let fix = "correct the parameter";
            if node.flag("required") {
                Finding::refuses(node, reason, fix)
            } else {
                Finding::degrades(node, format!("{reason}, so it is left out"), fix)
            }
        };
        let place = match place(context.format, node) {
            Where::At(place) => place,
            Where::Body => continue,
            Where::Nowhere => {
                let word: String = node.text("in").unwrap_or_default().chars().take(40).collect();
                findings.push(lost(format!("this parameter is in {word:?}, which is no place")));
                continue;
            }
        };
        let name = node.text("name").unwrap_or_default();
        if name.is_empty() && place != Place::QueryString {
            findings.push(lost("this parameter has no name".to_owned()));
            continue;
        }
        if let Some(finding) = forbidden(context, node, name, place, security) {
            findings.extend(finding);
            continue;
        }
        let draft = draft(context, node, name, place, findings);
        if !draft.required && nests(context, &draft) {
            let reason = format!(
                "{name:?} is a list of objects or lists, for which OpenAPI defines no form here; it is left out"
            );
            findings.push(Finding::degrades(
                node,
                reason,
                "describe it with `content: {application/json: …}`",
            ));
            continue;
        }
        drafts.push(draft);
    }
    drafts
}

/// Parameters that are not taken from arguments: those of the HTTP client, of the credentials, or of nobody.
/// The inner nothing: left out without a word, as the specification says.
fn forbidden<'t>(
    context: &Context<'t>,
    node: Node<'t>,
    name: &str,
    place: Place,
    security: &[Vec<String>],
) -> Option<Option<Finding>> {
    let keyed = context.slots.iter().any(|slot| match &slot.kind {
        SlotKind::ApiKey { place: at, name: key } => {
            let same =
                if place == Place::Header { key.eq_ignore_ascii_case(name) } else { key == name };
            *at == place && same && security.iter().flatten().any(|used| *used == slot.name)
        }
        _ => false,
    });
    if keyed {
        let reason = format!("{name:?} is filled by the credential, so it is no argument");
        return Some(Some(Finding::info(
            node,
            reason,
            "nothing, unless another value must be sent",
        )));
    }
    if place == Place::Cookie && !is_token(name) {
        return Some(Some(unsendable(node, name, "no cookie can have this name")));
    }
    if place != Place::Header {
        return None;
    }
    let lower = name.to_ascii_lowercase();
    match lower.as_str() {
        "accept" | "content-type" => Some(None),
        "authorization" => Some(Some(Finding::info(
            node,
            "the header Authorization is filled by a credential, so it is no argument",
            "give the credential as a connection, and describe it as a security scheme",
        ))),
        "host" | "content-length" | "transfer-encoding" | "connection" | "te" | "trailer"
        | "upgrade" | "keep-alive" | "expect" => {
            let reason =
                format!("the header {name} is written by the HTTP client, so it is no argument");
            Some(Some(Finding::info(node, reason, "remove it from the description")))
        }
        _ if !is_token(name) => Some(Some(unsendable(node, name, "no header can have this name"))),
        "cookie" | "forwarded" => Some(Some(dropped(node, name))),
        _ if lower.starts_with("x-forwarded-") || lower.starts_with("proxy-") => {
            Some(Some(dropped(node, name)))
        }
        _ => None,
    }
}

fn unsendable<'t>(node: Node<'t>, name: &str, why: &str) -> Finding {
    let shown: String = brief(name, 80).into_owned();
    let reason = format!("the parameter {shown:?} cannot be sent: {why}");
    if node.flag("required") {
        Finding::refuses(node, reason, "correct the name")
    } else {
        Finding::degrades(node, reason, "correct the name")
    }
}

fn dropped<'t>(node: Node<'t>, name: &str) -> Finding {
    let reason =
        format!("the header {name} speaks for a proxy or for credentials, so it is left out");
    Finding::degrades(
        node,
        reason,
        "describe cookies as cookie parameters; proxies set their own headers",
    )
}

fn draft<'t>(
    context: &mut Context<'t>,
    node: Node<'t>,
    name: &'t str,
    place: Place,
    findings: &mut Vec<Finding>,
) -> Draft<'t> {
    let content = node.get("content").and_then(|content| content.members().next());
    let (mut schema, encoding) = if context.format == Format::Swagger20 {
        let (mut schema, found) = context.schemas.request(node);
        findings.extend(found);
        schema.remove("title");
        let encoding = swagger_style(place, node.text("collectionFormat"));
        (schema, encoding)
    } else if let Some((media_type, media)) = content {
        (
            content_schema(context, media, media_type, findings),
            ParameterEncoding::Content { media_type: media_type.to_owned() },
        )
    } else {
        let schema = match node.get("schema") {
            Some(schema) => {
                let (schema, found) = context.schemas.request(schema);
                findings.extend(found);
                schema
            }
            None => Json::any(),
        };
        let encoding = style(context, node, place, &schema, findings);
        (schema, encoding)
    };
    let textual = match &encoding {
        ParameterEncoding::Style { .. } => true,
        ParameterEncoding::Content { media_type } => !media_type.contains("json"),
    };
    if textual {
        schema = context.schemas.without_null(schema);
    }
    if textual && place != Place::QueryString && context.schemas.resolved(&schema).is_any() {
        schema = typed(schema, &["string", "number", "boolean"]);
    }
    if place == Place::Path {
        schema = non_empty(context, schema);
    }
    let limit = context.options.limits.member_description_chars;
    if let Some(text) =
        node.get("description").and_then(|text| crate::description::text_of(context.library, text))
    {
        let text = brief(&text, limit).into_owned();
        if !text.is_empty() {
            schema = described(schema, text);
        }
    }
    if node.flag("deprecated") {
        schema.set("deprecated", Json::Bool(true));
    }
    if let Some(header) = crate::header::annotation(node, name, &schema) {
        schema.set("x-mcp-header", Json::string(header));
    }
    let wire = if name.is_empty() { "query".to_owned() } else { name.to_owned() };
    let required = node.flag("required") || place == Place::Path;
    Draft { wire, place, encoding, required, schema }
}

/// Whether a styled parameter is a list of objects or lists: "undefined" in every version of OpenAPI.
fn nests<'t>(context: &mut Context<'t>, draft: &Draft<'t>) -> bool {
    if !matches!(draft.encoding, ParameterEncoding::Style { .. }) {
        return false;
    }
    let schema = context.schemas.resolved(&draft.schema);
    let Some(items) = schema.get("items").filter(|_| schema.types() == ["array"]) else {
        return false;
    };
    let items = context.schemas.resolved(items);
    let types = items.types();
    !types.is_empty() && types.iter().all(|kind| matches!(*kind, "object" | "array"))
}

/// `schema` with a description in front of whatever it had.
pub(crate) fn described<'t>(schema: Json<'t>, text: String) -> Json<'t> {
    match schema {
        Json::Object(mut members) => {
            members.retain(|(key, _)| key != "description");
            let at =
                usize::from(members.first().is_some_and(|(key, _)| key == "type" || key == "$ref"));
            members.insert(at, ("description".into(), Json::string(text)));
            Json::Object(members)
        }
        Json::Bool(true) => Json::object([("description", Json::string(text))]),
        other => other,
    }
}

/// An open schema that takes only values of these types.
pub(crate) fn typed<'t>(schema: Json<'t>, types: &[&'static str]) -> Json<'t> {
    let types = Json::Array(types.iter().map(|one| Json::string(*one)).collect());
    let mut made = Json::object([("type", types)]);
    if let (Json::Object(all), Json::Object(own)) = (&mut made, schema) {
        all.extend(own);
    }
    made
}

/// An empty value would change which path is meant.
fn non_empty<'t>(context: &mut Context<'t>, schema: Json<'t>) -> Json<'t> {
    let resolved = context.schemas.resolved(&schema);
    let types = resolved.types();
    let open =
        types.is_empty() && resolved.get("enum").is_none() && resolved.get("const").is_none();
    let needs = |kind: &str| open || types.contains(&kind);
    let mut bounds = Vec::new();
    if needs("string") && resolved.get("enum").is_none() {
        bounds.push("minLength");
    }
    if types.contains(&"array") {
        bounds.push("minItems");
    }
    if types.contains(&"object") {
        bounds.push("minProperties");
    }
    let zero = |key: &str| match resolved.get(key) {
        Some(Json::Number(text)) => text.parse::<f64>().is_ok_and(|number| number < 1.0),
        _ => true,
    };
    bounds.retain(|key| zero(key));
    if bounds.is_empty() {
        return schema;
    }
    let mut made = resolved.clone();
    for key in bounds {
        made.set(key, Json::Number("1".into()));
    }
    made
}

/// The schema of a `content` parameter; what is sent as plain text must be a text.
fn content_schema<'t>(
    context: &mut Context<'t>,
    media: Node<'t>,
    media_type: &str,
    findings: &mut Vec<Finding>,
) -> Json<'t> {
    let media = context.library.follow(media).map_or(media, Follow::node);
    let Some(schema) = media.get("schema") else { return Json::any() };
    let (schema, found) = context.schemas.request(schema);
    findings.extend(found);
    let resolved = context.schemas.resolved(&schema);
    if media_type.contains("json")
        || media_type.contains("form-urlencoded")
        || resolved.types().contains(&"string")
    {
        return schema;
    }
    let described = resolved.get("description").cloned();
    let mut text = Json::object([("type", Json::string("string"))]);
    if let Some(description) = described {
        text.set("description", description);
    }
    text
}

fn style<'t>(
    context: &mut Context<'t>,
    node: Node<'t>,
    place: Place,
    schema: &Json<'t>,
    findings: &mut Vec<Finding>,
) -> ParameterEncoding {
    let default = match place {
        Place::Path | Place::Header => Style::Simple,
        Place::Query | Place::QueryString | Place::Cookie => Style::Form,
    };
    let wanted = node.text("style");
    let style = match (wanted, place) {
        (None | Some("simple"), Place::Path | Place::Header) => Style::Simple,
        (None | Some("form"), Place::Query | Place::Cookie | Place::QueryString) => Style::Form,
        (Some("label"), Place::Path) => Style::Label,
        (Some("matrix"), Place::Path) => Style::Matrix,
        (Some("spaceDelimited"), Place::Query) => Style::SpaceDelimited,
        (Some("pipeDelimited"), Place::Query) => Style::PipeDelimited,
        (Some("deepObject"), Place::Query) => {
            let resolved = context.schemas.resolved(schema);
            let types = resolved.types();
            if types.is_empty() || types.contains(&"object") {
                Style::DeepObject
            } else {
                Style::Form
            }
        }
        (Some("cookie"), Place::Cookie) => Style::Cookie,
        (Some(other), _) => {
            let shown: String = other.chars().take(40).collect();
            findings.push(Finding::info(
                node,
                format!("the style {shown:?} does not exist at this place; the default is used"),
                "use a style of the specification",
            ));
            default
        }
    };
    let explode = node.get("explode").and_then(Node::bool);
    let explode =
        explode.unwrap_or(matches!(style, Style::Form | Style::DeepObject | Style::Cookie));
    ParameterEncoding::Style { style, explode, allow_reserved: node.flag("allowReserved") }
}

fn swagger_style(place: Place, format: Option<&str>) -> ParameterEncoding {
    let (style, explode) = match (format, place) {
        (Some("multi"), Place::Query) => (Style::Form, true),
        (Some("ssv"), _) => (Style::SpaceDelimited, false),
        (Some("tsv"), _) => (Style::TabDelimited, false),
        (Some("pipes"), _) => (Style::PipeDelimited, false),
        (_, Place::Query) => (Style::Form, false),
        _ => (Style::Simple, false),
    };
    ParameterEncoding::Style { style, explode, allow_reserved: false }
}
