//! One operation becomes one action.

use crate::{
    Format, Note, answer, arguments, body,
    context::Context,
    note::{Finding, Weight},
    parameter,
    path::{self, Piece},
    schema::Json,
    security,
    server::{self, Server},
    text::{brief, cut},
    tree::Node,
};
use model::{
    Action, Annotations, HttpCall, ParameterEncoding, PathPart, Place, RawJson, Source, Style,
};

/// Characters of a tool's title.
const TITLE_CHARS: usize = 120;

/// An operation as the document lists it.
pub(crate) struct Found<'t> {
    pub(crate) method: String,
    pub(crate) path: &'t str,
    /// The path item.
    pub(crate) item: Node<'t>,
    /// The operation object, its reference followed.
    pub(crate) node: Node<'t>,
    /// Why its reference leads nowhere.
    pub(crate) broken: Option<Note>,
}

impl<'t> Found<'t> {
    pub(crate) fn operation_id(&self) -> Option<&'t str> {
        self.node.text("operationId").filter(|id| !id.is_empty())
    }

    pub(crate) fn extension(&self) -> Option<Node<'t>> {
        self.node.get("x-mcp").or_else(|| self.item.get("x-mcp"))
    }

    pub(crate) fn deprecated(&self) -> bool {
        self.node.flag("deprecated")
    }

    pub(crate) fn tags(&self) -> Vec<String> {
        let tags = self.node.get("tags").into_iter().flat_map(Node::items).filter_map(Node::str);
        tags.map(|tag| brief(tag, TITLE_CHARS).into_owned()).collect()
    }
}

/// The action called `name`, or nothing when a finding refuses it.
pub(crate) fn action<'t>(
    context: &mut Context<'t>,
    found: &Found<'t>,
    name: &str,
    findings: &mut Vec<Finding>,
) -> Option<Action> {
    context.schemas.begin();
    let nodes = parameter::listed(context, found.item, found.node, findings);
    let security = security::requirements(context.root, found.node, &context.slots, findings);
    let server = server_of(context, found, findings);
    let template = match path::template(found.path) {
        Ok(template) => template,
        Err(reason) => {
            findings.push(Finding::refuses(found.node, reason, "correct the path"));
            return None;
        }
    };
    if template.fragment {
        let reason =
            "what follows # in the path is never sent; it only tells operations apart here";
        findings.push(Finding::info(
            found.node,
            reason,
            "nothing, if the API tells them apart by their content",
        ));
    }
    let mut drafts = parameter::drafts(context, &nodes, &security, findings);
    crate::header::keep_unique(&mut drafts);
    let path = path_parts(&template.pieces, found, &mut drafts, findings);
    fixed_query(&template.query, found, &mut drafts, findings);
    let body = body::draft(context, found.node, &nodes, findings);
    if refused(findings) {
        return None;
    }
    let (schema, parameters, body) = arguments::arguments(drafts, body);
    let input_schema = assembled(context, found, &schema, findings)?;
    let extension = found.extension().filter(|node| node.is_object());
    let description = description(context, found, extension);
    Some(Action {
        name: name.to_owned(),
        title: title(found, extension),
        description,
        input_schema,
        output_schema: answer::schema(context, found),
        annotations: annotations(&found.method, extension),
        call: HttpCall {
            method: found.method.clone(),
            server,
            path,
            parameters,
            body,
            accept: answer::accept(context, found.node),
            headers: Vec::new(),
            answer: model::AnswerRules::default(),
            security,
        },
        tags: found.tags(),
        deprecated: found.deprecated(),
        scopes: Vec::new(),
        source: Source {
            path: found.path.to_owned(),
            operation_id: found.operation_id().map(str::to_owned),
            pointer: pointer(found.node),
        },
    })
}

pub(crate) fn refused(findings: &[Finding]) -> bool {
    findings.iter().any(|one| one.weight == Weight::Refuses)
}

fn pointer(node: Node<'_>) -> String {
    let name = &node.doc().name;
    if name.is_empty() { node.pointer() } else { format!("{name}#{}", node.pointer()) }
}

/// Literals and parameter numbers. A name in the template that no parameter describes becomes a text.
fn path_parts<'t>(
    pieces: &[Piece],
    found: &Found<'t>,
    drafts: &mut Vec<parameter::Draft<'t>>,
    findings: &mut Vec<Finding>,
) -> Vec<PathPart> {
    let mut used = vec![false; drafts.len()];
    let mut parts = Vec::with_capacity(pieces.len());
    for piece in pieces {
        let name = match piece {
            Piece::Literal(text) => {
                parts.push(PathPart::Literal(text.clone()));
                continue;
            }
            Piece::Parameter(name) => name,
        };
        let named = |wanted: &str| {
            drafts.iter().position(|one| one.place == Place::Path && one.wire == wanted)
        };
        let index = named(name).or_else(|| named(path::without_operators(name)));
        let index = index.unwrap_or_else(|| {
            let reason = format!("{{{name}}} in the path is not described; it is taken as a text");
            findings.push(Finding::info(found.node, reason, "describe it as a path parameter"));
            let schema = Json::object([
                ("type", Json::string("string")),
                ("minLength", Json::Number("1".into())),
            ]);
            drafts.push(parameter::Draft {
                wire: name.clone(),
                place: Place::Path,
                encoding: ParameterEncoding::Style {
                    style: Style::Simple,
                    explode: false,
                    allow_reserved: false,
                },
                required: true,
                schema,
            });
            used.push(false);
            drafts.len() - 1
        });
        used[index] = true;
        parts.push(PathPart::Parameter(index));
    }
    let surplus: Vec<usize> =
        (0..drafts.len()).filter(|&i| drafts[i].place == Place::Path && !used[i]).collect();
    for &index in surplus.iter().rev() {
        let reason =
            format!("the path has no {{{}}}, so that parameter is left out", drafts[index].wire);
        findings.push(Finding::info(found.node, reason, "correct the path or the parameter"));
        drafts.remove(index);
        for part in &mut parts {
            if let PathPart::Parameter(at) = part {
                *at -= usize::from(*at > index);
            }
        }
    }
    parts
}

/// A query that the path spells out becomes required parameters of one value each.
fn fixed_query<'t>(
    pairs: &[(String, String)],
    found: &Found<'t>,
    drafts: &mut Vec<parameter::Draft<'t>>,
    findings: &mut Vec<Finding>,
) {
    for (name, value) in pairs {
        let reason =
            format!("the path holds the query {name}={value}; it is an argument of that one value");
        findings.push(Finding::info(found.node, reason, "describe it as a query parameter"));
        drafts.retain(|one| one.place != Place::Query || one.wire != *name);
        let only = Json::Array(vec![Json::string(value.clone())]);
        drafts.push(parameter::Draft {
            wire: name.clone(),
            place: Place::Query,
            encoding: ParameterEncoding::Style {
                style: Style::Form,
                explode: true,
                allow_reserved: false,
            },
            required: true,
            schema: Json::object([("type", Json::string("string")), ("enum", only)]),
        });
    }
}

fn assembled<'t>(
    context: &mut Context<'t>,
    found: &Found<'t>,
    schema: &Json<'t>,
    findings: &mut Vec<Finding>,
) -> Option<RawJson> {
    let made = context.schemas.assemble(schema);
    findings.extend(made.findings);
    let limit = context.options.limits.schema_bytes;
    if made.too_large {
        let reason = format!(
            "its input schema is too large, whatever optional is cut (schema_bytes: {limit}, schema_nodes, schema_work)"
        );
        findings.push(Finding::refuses(found.node, reason, "split the schema, or raise the limit"));
    }
    if made.cut_count > 0 {
        let some = made.cut.join(", ");
        let count = made.cut_count;
        let reason = format!(
            "its input schema is too large (schema_bytes: {limit}); {count} deep optional members were cut: {some} …"
        );
        findings.push(Finding::degrades(
            found.node,
            reason,
            "split the schema, or raise the limit",
        ));
    }
    if refused(findings) {
        return None;
    }
    match RawJson::parse(made.text) {
        Ok(raw) => Some(raw),
        Err(error) => {
            let reason = format!("its input schema nests too deeply: {error}");
            findings.push(Finding::refuses(found.node, reason, "flatten the schema"));
            None
        }
    }
}

/// The base URL that overrides the document's for this operation or its path.
fn server_of<'t>(
    context: &Context<'t>,
    found: &Found<'t>,
    findings: &mut Vec<Finding>,
) -> Option<String> {
    if context.format == Format::Swagger20 {
        return None;
    }
    let place = [found.node, found.item]
        .into_iter()
        .find(|node| node.get("servers").is_some_and(|list| list.len() > 0))?;
    let mut notes = Vec::new();
    let servers = server::listed(place, &mut notes);
    let usable = !servers.is_empty();
    findings.extend(
        notes.into_iter().map(|note| Finding {
            weight: if usable { Weight::Info } else { Weight::Refuses },
            note,
        }),
    );
    if servers.iter().any(|one| context.servers.contains(one)) {
        return None;
    }
    let first = servers.into_iter().next()?;
    let url = match (first, context.servers.first()) {
        (Server::Absolute(url), _) => url,
        (Server::Relative(path), Some(Server::Absolute(base))) if path.starts_with('/') => {
            format!("{}{}", server::origin(base).unwrap_or(base), path.trim_end_matches('/'))
        }
        (Server::Relative(path), _) => {
            let reason = format!(
                "its own server {path:?} is relative, and the document's servers do not say to what"
            );
            findings.push(Finding::refuses(place, reason, "give absolute servers"));
            return None;
        }
    };
    let known = |url: &str| {
        let host = server::host(url);
        context
            .servers
            .iter()
            .any(|one| matches!(one, Server::Absolute(base) if server::host(base) == host))
            || context.options.trust_hosts.iter().any(|one| Some(one.as_str()) == host)
    };
    if !known(&url) {
        let host = server::host(&url).unwrap_or_default();
        let reason = format!(
            "it is sent to {host}, which is none of the document's servers; credentials do not go there"
        );
        findings.push(Finding::info(
            place,
            reason,
            "name the host as trusted if it may have the credentials",
        ));
    }
    Some(url)
}

fn title<'t>(found: &Found<'t>, extension: Option<Node<'t>>) -> Option<String> {
    let text = extension.and_then(|one| one.text("title")).or_else(|| found.node.text("summary"));
    let text = text.filter(|text| !text.trim().is_empty()).or_else(|| found.operation_id())?;
    let text = brief(text, 4 * TITLE_CHARS);
    let line = text.trim().lines().next().unwrap_or_default().trim_end();
    Some(cut(line, TITLE_CHARS).into_owned()).filter(|text| !text.is_empty())
}

fn description<'t>(
    context: &Context<'t>,
    found: &Found<'t>,
    extension: Option<Node<'t>>,
) -> String {
    let limit = context.options.limits.description_chars;
    let read = |node: Node<'t>, key: &str| {
        let text = crate::description::text_of(context.library, node.get(key)?)?;
        let text = brief(&text, limit).into_owned();
        (!text.is_empty()).then_some(text)
    };
    let own = extension.and_then(|one| read(one, "description"));
    let text = own.or_else(|| {
        let summary = read(found.node, "summary").or_else(|| read(found.item, "summary"));
        let described = read(found.node, "description").or_else(|| read(found.item, "description"));
        match (summary, described) {
            (Some(summary), Some(text)) => {
                let plain = |text: &str| text.trim_end_matches('.').to_lowercase();
                if plain(&text).starts_with(&plain(&summary)) {
                    Some(text)
                } else {
                    Some(format!(
                        "{summary}{}\n\n{text}",
                        if summary.ends_with(['.', '!', '?']) { "" } else { "." }
                    ))
                }
            }
            (one, other) => one.or(other),
        }
    });
    let text = text.unwrap_or_else(|| format!("{} {}", found.method, brief(found.path, limit)));
    let text = if found.deprecated() { format!("Deprecated. {text}") } else { text };
    cut(&text, limit).into_owned()
}

/// Hints by the method: `PUT` and `PATCH` overwrite and `DELETE` removes, so they may destroy; `POST` adds.
/// `x-mcp.annotations` changes hints only: what is enforced follows the method.
fn annotations(method: &str, extension: Option<Node<'_>>) -> Annotations {
    let read_only = matches!(method, "GET" | "HEAD" | "OPTIONS" | "TRACE" | "QUERY");
    let own = extension.and_then(|one| one.get("annotations"));
    let hint = |key: &str, default: bool| {
        own.and_then(|own| own.get(key)).and_then(Node::bool).unwrap_or(default)
    };
    Annotations {
        read_only: hint("readOnlyHint", read_only),
        destructive: hint("destructiveHint", matches!(method, "PUT" | "PATCH" | "DELETE")),
        idempotent: hint("idempotentHint", read_only || matches!(method, "PUT" | "DELETE")),
        open_world: hint("openWorldHint", true),
    }
}
