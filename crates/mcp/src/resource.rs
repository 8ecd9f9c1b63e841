//! Resources and resource templates: their definitions and lists, and what `resources/read` gives.

use crate::{
    Caching, ListShape, ResourceBody, Revision, Role, ServerInfo,
    content::push_body,
    list::{list_result, push_member, push_texts},
    text::push_string,
    write::{push_caching, push_modern_tail},
};

/// A resource as clients are told of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ResourceDefinition<'a> {
    /// Unique on the server; a URI as [`crate::is_uri`] has it.
    pub uri: &'a str,
    /// For programs.
    pub name: &'a str,
    /// For people.
    pub title: Option<&'a str>,
    /// What it holds.
    pub description: Option<&'a str>,
    /// Such as `text/markdown`.
    pub mime_type: Option<&'a str>,
    /// Bytes of the content itself, before any encoding.
    pub size: Option<u64>,
    /// Hints.
    pub annotations: ResourceAnnotations<'a>,
}

/// A resource template as clients are told of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ResourceTemplateDefinition<'a> {
    /// Unique on the server; the text of a [`crate::UriTemplate`].
    pub uri_template: &'a str,
    /// For programs.
    pub name: &'a str,
    /// For people.
    pub title: Option<&'a str>,
    /// What the resources of this form hold.
    pub description: Option<&'a str>,
    /// Where it is the same for all of them.
    pub mime_type: Option<&'a str>,
    /// Hints.
    pub annotations: ResourceAnnotations<'a>,
}

/// Hints about a resource. Clients may act on them; nothing here does.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ResourceAnnotations<'a> {
    /// For whom it is; nobody in particular when empty.
    pub audience: &'a [Role],
    /// From 0, which can be left out, to 1, which cannot; anything else is not written.
    pub priority: Option<f64>,
    /// RFC 3339. 2025-03-26 does not know it.
    pub last_modified: Option<&'a str>,
}

/// What a resource, or a part of one, holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResourceContents<'a> {
    /// The URI that was asked for, or that of the part.
    pub uri: &'a str,
    /// Its media type.
    pub mime_type: Option<&'a str>,
    /// Its bytes.
    pub body: ResourceBody<'a>,
}

/// What `resources/read` gives. It always holds something: a resource that does not exist is
/// [`crate::RpcError::unknown_resource`], and one without content is an empty text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadResult<'a> {
    /// The resource.
    pub first: ResourceContents<'a>,
    /// More of them, where it has parts.
    pub more: &'a [ResourceContents<'a>],
}

/// Appends the definition in that shape.
pub fn resource_definition(out: &mut Vec<u8>, resource: &ResourceDefinition<'_>, shape: ListShape) {
    out.push(b'{');
    push_resource(out, resource, shape);
    out.push(b'}');
}

/// The members of a resource, without braces: a link has one more.
pub(crate) fn push_resource(
    out: &mut Vec<u8>,
    resource: &ResourceDefinition<'_>,
    shape: ListShape,
) {
    out.extend_from_slice(b"\"uri\":");
    push_string(out, resource.uri);
    push_texts_named(out, (resource.name, resource.title, resource.description), shape);
    push_member(out, "mimeType", resource.mime_type);
    if let Some(size) = resource.size {
        out.extend_from_slice(format!(",\"size\":{size}").as_bytes());
    }
    push_annotations(out, &resource.annotations, shape);
}

/// Appends the definition in that shape.
pub fn resource_template_definition(
    out: &mut Vec<u8>,
    template: &ResourceTemplateDefinition<'_>,
    shape: ListShape,
) {
    out.extend_from_slice(b"{\"uriTemplate\":");
    push_string(out, template.uri_template);
    push_texts_named(out, (template.name, template.title, template.description), shape);
    push_member(out, "mimeType", template.mime_type);
    push_annotations(out, &template.annotations, shape);
    out.push(b'}');
}

/// A resource is known by its URI, and in 2025-03-26 its name is what people see: there the title is the name.
fn push_texts_named(
    out: &mut Vec<u8>,
    (name, title, description): (&str, Option<&str>, Option<&str>),
    shape: ListShape,
) {
    match shape {
        ListShape::Plain => {
            push_member(out, "name", Some(title.unwrap_or(name)));
            push_texts(out, None, description, shape);
        }
        ListShape::Structured | ListShape::Modern => {
            push_member(out, "name", Some(name));
            push_texts(out, title, description, shape);
        }
    }
}

fn push_annotations(out: &mut Vec<u8>, annotations: &ResourceAnnotations<'_>, shape: ListShape) {
    let mut members = Vec::new();
    for (at, role) in annotations.audience.iter().enumerate() {
        members.extend_from_slice(if at == 0 { b",\"audience\":[".as_slice() } else { b"," });
        push_string(&mut members, role.as_str());
    }
    if !annotations.audience.is_empty() {
        members.push(b']');
    }
    if let Some(priority) = annotations.priority.filter(|priority| (0.0..=1.0).contains(priority)) {
        members.extend_from_slice(format!(",\"priority\":{priority}").as_bytes());
    }
    let last_modified = annotations.last_modified.filter(|_| shape != ListShape::Plain);
    push_member(&mut members, "lastModified", last_modified);
    if let Some(members) = members.get(1..) {
        out.extend_from_slice(b",\"annotations\":{");
        out.extend_from_slice(members);
        out.push(b'}');
    }
}

/// The result of `resources/list`: one page, complete, in that shape; as [`crate::tools_list_result`].
#[must_use]
pub fn resources_list_result<'d>(
    definitions: impl IntoIterator<Item = &'d [u8]>,
    next_cursor: Option<&str>,
    shape: ListShape,
    info: &ServerInfo,
    caching: Caching,
) -> Vec<u8> {
    list_result("resources", definitions, next_cursor, shape, info, caching)
}

/// The result of `resources/templates/list`, likewise.
#[must_use]
pub fn resource_templates_list_result<'d>(
    definitions: impl IntoIterator<Item = &'d [u8]>,
    next_cursor: Option<&str>,
    shape: ListShape,
    info: &ServerInfo,
    caching: Caching,
) -> Vec<u8> {
    list_result("resourceTemplates", definitions, next_cursor, shape, info, caching)
}

/// The result of `resources/read`.
#[must_use]
pub fn read_result(
    result: &ReadResult<'_>,
    revision: Revision,
    info: &ServerInfo,
    caching: Caching,
) -> Vec<u8> {
    let contents = || std::iter::once(&result.first).chain(result.more);
    let room = contents().map(|one| one.body.as_str().len()).sum::<usize>();
    let mut out = Vec::with_capacity(room + room / 8 + 512);
    out.extend_from_slice(if revision.is_modern() {
        b"{\"resultType\":\"complete\",\"contents\":[".as_slice()
    } else {
        b"{\"contents\":["
    });
    for (at, one) in contents().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        push_body(&mut out, one.uri, one.mime_type, one.body);
    }
    out.push(b']');
    if revision.is_modern() {
        push_caching(&mut out, caching);
        push_modern_tail(&mut out, info);
    } else {
        out.push(b'}');
    }
    out
}
