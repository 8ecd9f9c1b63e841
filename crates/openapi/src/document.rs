//! The document as a whole: its format, its operations, and what becomes of each.

use crate::{
    Error, Files, Format, Import, Note, OperationReport, Options, Report, Status,
    context::Context,
    names::{Wanted, tool_names},
    note::{Finding, Weight},
    operation::{self, Found},
    options::{Candidate, Rule},
    schema::Schemas,
    security,
    server::{self, Server},
    text::brief,
    tree::{Follow, Library, Node},
};

/// Notes kept per operation: more of them say no more.
const NOTES: usize = 20;

/// Characters of a path or an operation id that the report shows.
const SHOWN: usize = 1_000;

pub(crate) fn import(
    name: &str,
    bytes: &[u8],
    files: &mut dyn Files,
    options: &Options,
) -> Result<Import, Error> {
    let library = Library::new(name, bytes, files, &options.limits)?;
    let root = library.root();
    let format = format(name, root)?;
    let mut notes = Vec::new();
    let found = operations(&library, root, format, &mut notes);
    if found.len() > options.limits.operations {
        let reason = format!(
            "{} operations are more than the limit of {} (operations); split the description",
            found.len(),
            options.limits.operations
        );
        return Err(Error::at(name, reason, root.get("paths").unwrap_or(root).place()));
    }
    let servers = match format {
        Format::Swagger20 => server::swagger(root, &mut notes),
        _ => server::listed(root, &mut notes),
    };
    let slots = security::slots(&library, format, &mut notes);
    let mut context = Context {
        library: &library,
        root,
        format,
        options,
        slots,
        servers,
        schemas: Schemas::new(&library, format),
        operations: found.len(),
    };
    let mut report = Report { operations: Vec::with_capacity(found.len()), notes };
    let mut actions = Vec::new();
    for (found, tool) in found.iter().zip(names(&found, options.name_limit)) {
        let (entry, action) = judge(&mut context, found, &tool);
        report.operations.push(entry);
        actions.extend(action);
    }
    let info = root.get("info").unwrap_or(root);
    let text = |key: &str, limit| {
        let text = crate::description::text_of(&library, info.get(key)?)?;
        let text = brief(&text, limit).into_owned();
        (!text.is_empty()).then_some(text)
    };
    Ok(Import {
        title: text("title", 200).unwrap_or_else(|| name.to_owned()),
        version: text("version", 100).unwrap_or_default(),
        description: text("description", 2_000),
        format,
        servers: context.servers.into_iter().map(Server::into_text).collect(),
        slots: context.slots,
        actions,
        report,
    })
}

fn format(name: &str, root: Node<'_>) -> Result<Format, Error> {
    let refuse = |message: String| Err(Error::at(name, message, root.place()));
    if !root.is_object() {
        return refuse(
            "this is no API description: its root must be an object with `openapi` or `swagger`"
                .to_owned(),
        );
    }
    let version = |key: &str| root.get(key).and_then(Node::scalar);
    let format = match (version("swagger"), version("openapi")) {
        (Some("2.0" | "2"), _) => Format::Swagger20,
        (_, Some(version)) if is_version(version, "3.0") => Format::OpenApi30,
        (_, Some(version)) if is_version(version, "3.1") => Format::OpenApi31,
        (_, Some(version)) if is_version(version, "3.2") => Format::OpenApi32,
        (Some(other), _) | (None, Some(other)) => {
            let other: String = other.chars().take(40).collect();
            return refuse(format!("version {other:?} is not read; write 2.0, 3.0, 3.1 or 3.2"));
        }
        (None, None) => {
            return refuse(
                "this is no API description: it has neither `openapi: 3.x` nor `swagger: \"2.0\"`"
                    .to_owned(),
            );
        }
    };
    let described = ["paths", "webhooks", "components"].iter().any(|key| root.get(key).is_some());
    if !described {
        return refuse("this description has no `paths`".to_owned());
    }
    Ok(format)
}

fn is_version(text: &str, wanted: &str) -> bool {
    text.trim()
        .strip_prefix(wanted)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-']))
}

const METHODS: [&str; 9] =
    ["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"];

/// Every operation under `paths`, in the order of the document.
fn operations<'t>(
    library: &'t Library<'t>,
    root: Node<'t>,
    format: Format,
    notes: &mut Vec<Note>,
) -> Vec<Found<'t>> {
    let mut found = Vec::new();
    for (path, item) in root.get("paths").into_iter().flat_map(Node::members) {
        if path.starts_with("x-") {
            continue;
        }
        if !path.starts_with('/') {
            let reason = format!(
                "{:?} is no path, so it holds no operations",
                path.chars().take(80).collect::<String>()
            );
            notes.push(Note::at(item, reason, "start the path with /"));
            continue;
        }
        let target = match library.follow(item).map(Follow::node) {
            Ok(target) => target,
            Err(error) => {
                notes.push(Note::at(item, error.reason, error.fix));
                continue;
            }
        };
        for one in methods(library, path, item, target, format) {
            found.push(one);
        }
    }
    found
}

/// The operations of one path item; `item` is what the document has there, `target` what its reference names.
fn methods<'t>(
    library: &'t Library<'t>,
    path: &'t str,
    item: Node<'t>,
    target: Node<'t>,
    format: Format,
) -> Vec<Found<'t>> {
    let mut found = Vec::new();
    let mut add = |method: &str, node: Node<'t>| {
        if !node.is_object() {
            return;
        }
        let (node, broken) = match library.follow(node) {
            Ok(end) => (end.node(), None),
            Err(error) => (node, Some(Note::at(node, error.reason, error.fix))),
        };
        found.push(Found { method: method.to_ascii_uppercase(), path, item: target, node, broken });
    };
    let same = item.key() == target.key();
    let own = |key: &str| if same { None } else { item.get(key) };
    let listed = target.members().chain(item.members().take(if same { 0 } else { usize::MAX }));
    let mut done: Vec<&str> = Vec::new();
    for (key, node) in listed {
        let known = METHODS.contains(&key) && (key != "query" || format == Format::OpenApi32);
        if known && !done.contains(&key) {
            done.push(key);
            add(key, own(key).unwrap_or(node));
        }
    }
    if format == Format::OpenApi32 {
        for (method, node) in target.get("additionalOperations").into_iter().flat_map(Node::members)
        {
            add(method, node);
        }
    }
    found
}

fn names(found: &[Found<'_>], limit: usize) -> Vec<String> {
    let wanted: Vec<Wanted<'_>> = found
        .iter()
        .map(|one| {
            let extension = one.extension().and_then(|extension| extension.text("name"));
            Wanted {
                name: extension.or_else(|| one.operation_id()),
                method: &one.method,
                path: one.path,
            }
        })
        .collect();
    tool_names(&wanted, limit)
}

/// What becomes of one operation.
fn judge<'t>(
    context: &mut Context<'t>,
    found: &Found<'t>,
    tool: &str,
) -> (OperationReport, Option<model::Action>) {
    let mut entry = OperationReport {
        method: found.method.clone(),
        path: brief(found.path, SHOWN).into_owned(),
        operation_id: found.operation_id().map(|id| brief(id, SHOWN).into_owned()),
        tool: None,
        status: Status::Exposed,
        notes: Vec::new(),
    };
    if let Some((reason, fix)) = excluded(context.options, found) {
        entry.status = Status::Excluded;
        entry.notes.push(Note::at(found.node, reason, fix));
        return (entry, None);
    }
    let mut findings: Vec<Finding> = Vec::new();
    if let Some(note) = &found.broken {
        findings.push(Finding { weight: Weight::Refuses, note: note.clone() });
    } else if !security::is_token(&found.method) {
        let reason = "its method is no HTTP token";
        findings.push(Finding::refuses(found.node, reason, "use a method such as COPY"));
    }
    let action = if findings.is_empty() {
        operation::action(context, found, tool, &mut findings)
    } else {
        None
    };
    findings.sort_by_key(|one| std::cmp::Reverse(one.weight));
    entry.status = match findings.first().map(|one| one.weight) {
        Some(Weight::Refuses) => Status::Refused,
        Some(Weight::Degrades) => Status::Degraded,
        Some(Weight::Info) | None => Status::Exposed,
    };
    for finding in findings {
        if entry.notes.len() < NOTES && !entry.notes.contains(&finding.note) {
            entry.notes.push(finding.note);
        }
    }
    let action = action.filter(|_| entry.status != Status::Refused);
    entry.tool = action.as_ref().map(|action| action.name.clone());
    (entry, action)
}

/// The rule that leaves an operation out, and what to change.
fn excluded(options: &Options, found: &Found<'_>) -> Option<(String, String)> {
    let extension = found.extension();
    let hidden = extension.is_some_and(|one| one.bool() == Some(false) || one.flag("exclude"));
    if hidden {
        return Some((
            "x-mcp excludes it".to_owned(),
            "change x-mcp in the description".to_owned(),
        ));
    }
    let tags = found.tags();
    let candidate = Candidate {
        tags: &tags,
        method: &found.method,
        path: found.path,
        operation_id: found.operation_id(),
        deprecated: found.deprecated(),
    };
    if let Some(rule) = options.exclude.iter().find(|rule| rule.matches(&candidate)) {
        return Some((
            format!("the rule {rule} excludes it"),
            "change the exclude rules".to_owned(),
        ));
    }
    if candidate.deprecated && !options.deprecated && !options.include.contains(&Rule::Deprecated) {
        return Some(("it is deprecated".to_owned(), "include deprecated operations".to_owned()));
    }
    if !options.include.is_empty() && !options.include.iter().any(|rule| rule.matches(&candidate)) {
        return Some(("no include rule matches it".to_owned(), "add an include rule".to_owned()));
    }
    let safe = matches!(found.method.as_str(), "GET" | "HEAD" | "OPTIONS" | "TRACE" | "QUERY");
    if options.read_only && !safe {
        let reason = format!("{} writes, and only reading is imported", found.method);
        return Some((reason, "import without read-only".to_owned()));
    }
    None
}
