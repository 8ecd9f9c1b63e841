use super::Json;
use std::borrow::Cow;

/// Keywords whose value is one schema.
pub(crate) const ONE: [&str; 11] = [
    "items",
    "contains",
    "additionalProperties",
    "propertyNames",
    "if",
    "then",
    "else",
    "not",
    "unevaluatedItems",
    "unevaluatedProperties",
    "contentSchema",
];
/// Keywords whose value is a list of schemas.
pub(crate) const MANY: [&str; 4] = ["allOf", "anyOf", "oneOf", "prefixItems"];
/// Keywords whose value is schemas by name.
pub(crate) const NAMED: [&str; 5] =
    ["properties", "patternProperties", "$defs", "definitions", "dependentSchemas"];

/// Gives every schema within a schema, itself first. Values that are data, such as those of `enum`, are none.
pub(crate) fn each_schema<'a>(schema: &mut Json<'a>, each: &mut impl FnMut(&mut Json<'a>)) {
    each(schema);
    let Json::Object(members) = schema else { return };
    for (name, value) in members {
        let name = name.as_ref();
        if ONE.contains(&name) {
            each_schema(value, each);
        } else if MANY.contains(&name) {
            if let Json::Array(schemas) = value {
                schemas.iter_mut().for_each(|schema| each_schema(schema, each));
            }
        } else if NAMED.contains(&name)
            && let Json::Object(schemas) = value
        {
            schemas.iter_mut().for_each(|(_, schema)| each_schema(schema, each));
        }
    }
}

/// The names that a reference within its own schema goes through, such as `["$defs", "pet"]` for `#/$defs/pet`; none
/// for `#`. Nothing when it leads elsewhere.
pub(crate) fn local_reference(reference: &str) -> Option<Vec<String>> {
    let pointer = reference.strip_prefix('#')?;
    if pointer.is_empty() {
        return Some(Vec::new());
    }
    let pointer = percent_encoding::percent_decode_str(pointer).decode_utf8().ok()?;
    let step = |step: &str| Cow::from(step).replace("~1", "/").replace("~0", "~");
    Some(pointer.strip_prefix('/')?.split('/').map(step).collect())
}
