use std::collections::BTreeMap;
use utoipa::openapi::{
    Header, HeaderBuilder, RefOr, Response, Schema,
    path::{Operation, Parameter},
    schema::{ObjectBuilder, Type},
};

/// Says which headers answers have, as far as that follows from their status and their body, and from whether something changes what
/// the operation answers.
pub(super) fn declare(
    operation: &mut Operation,
    is_changed: bool,
    named: &BTreeMap<String, RefOr<Schema>>,
) {
    let is_key =
        |one: &RefOr<Parameter>| matches!(one, RefOr::T(one) if one.name == "Idempotency-Key");
    let is_keyed = operation.parameters.iter().flatten().any(is_key);
    for (status, response) in &mut operation.responses.responses {
        let RefOr::T(response) = response else { continue };
        match status.as_str() {
            "200" | "201" => {
                let has_revision =
                    is_changed && bodies(response).any(|schema| has_revision(schema, named));
                if has_revision {
                    add(response, "ETag", "The revision, for `If-Match`.", Type::String);
                }
            }
            "401" => {
                add(response, "WWW-Authenticate", "How to sign in.", Type::String);
            }
            "429" | "503" => {
                add(response, "Retry-After", "Seconds to wait.", Type::Integer);
            }
            _ => {}
        }
        if status == "201" {
            add(response, "Location", "Where it is.", Type::String);
            if is_keyed {
                let about = "`true` when the `Idempotency-Key` was seen before: this is the answer of then.";
                add(response, "Idempotent-Replayed", about, Type::String);
            }
        }
    }
}

fn add(response: &mut Response, name: &str, about: &str, kind: Type) {
    response.headers.entry(name.to_owned()).or_insert_with(|| RefOr::T(header_of(about, kind)));
}

fn header_of(about: &str, kind: Type) -> Header {
    let schema = ObjectBuilder::new().schema_type(kind);
    HeaderBuilder::new().schema(Some(schema)).description(Some(about)).build()
}

fn bodies(response: &Response) -> impl Iterator<Item = &RefOr<Schema>> {
    response.content.values().filter_map(|content| match content {
        RefOr::T(content) => content.schema.as_ref(),
        RefOr::Ref(_) => None,
    })
}

/// Whether the object of a schema has a revision of its own: a number, other than the protocol's.
fn has_revision(schema: &RefOr<Schema>, named: &BTreeMap<String, RefOr<Schema>>) -> bool {
    match schema {
        RefOr::Ref(reference) => {
            let name = reference.ref_location.rsplit('/').next().unwrap_or_default();
            named.get(name).is_some_and(|schema| has_revision(schema, named))
        }
        RefOr::T(Schema::Object(object)) => matches!(
            object.properties.get("revision"),
            Some(RefOr::T(Schema::Object(member))) if member.schema_type == Type::Integer.into()
        ),
        RefOr::T(Schema::AllOf(all)) => all.items.iter().any(|part| has_revision(part, named)),
        RefOr::T(_) => false,
    }
}
