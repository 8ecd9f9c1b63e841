//! Media types of bodies.

use crate::schema::Json;

/// How a body of some media type can be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Json,
    Form,
    Multipart,
    Text,
    Binary,
    /// Encodings that nothing here writes: protobuf, CBOR and the like.
    Foreign,
}

/// The media type without its parameters, in lower case.
pub(crate) fn essence(media_type: &str) -> String {
    media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

pub(crate) fn is_json(essence: &str) -> bool {
    essence.ends_with("/json") || essence.ends_with("+json") || essence == "application/x-json"
}

pub(super) fn is_yaml(essence: &str) -> bool {
    essence.ends_with("/yaml") || essence.ends_with("/x-yaml") || essence.ends_with("+yaml")
}

/// How a body of this media type is made, by its name and, where that says nothing, by its schema.
pub(super) fn kind(essence: &str, schema: &Json<'_>) -> Kind {
    let text = schema.types() == ["string"];
    let file = is_file(schema);
    if is_json(essence) || is_yaml(essence) {
        return Kind::Json;
    }
    if essence == "application/x-www-form-urlencoded" {
        return if text { Kind::Text } else { Kind::Form };
    }
    let (top, sub) = essence.split_once('/').unwrap_or((essence, ""));
    let foreign = ["protobuf", "cbor", "msgpack", "avro", "bson", "grpc"]
        .iter()
        .any(|word| sub.contains(word));
    match top {
        "multipart" => Kind::Multipart,
        "image" if sub == "svg+xml" => Kind::Text,
        "image" | "audio" | "video" | "font" | "model" => Kind::Binary,
        "text" => {
            if file && sub == "*" {
                Kind::Binary
            } else {
                Kind::Text
            }
        }
        _ if foreign => {
            if schema.is_any() || file || text {
                Kind::Binary
            } else {
                Kind::Foreign
            }
        }
        _ if sub == "xml" || sub.ends_with("+xml") => Kind::Text,
        "application" if TEXTS.contains(&sub) => {
            if file {
                Kind::Binary
            } else {
                Kind::Text
            }
        }
        "application" if BINARIES.contains(&sub) => Kind::Binary,
        _ if file => Kind::Binary,
        _ if text => Kind::Text,
        _ if sub == "*" => Kind::Json,
        _ if schema.is_any() => Kind::Binary,
        _ => Kind::Json,
    }
}

const TEXTS: [&str; 14] = [
    "x-ndjson",
    "ndjson",
    "jsonl",
    "x-jsonlines",
    "jsonlines",
    "json-seq",
    "graphql",
    "sql",
    "javascript",
    "sdp",
    "csv",
    "x-pem-file",
    "jwt",
    "jose",
];

const BINARIES: [&str; 10] = [
    "octet-stream",
    "pdf",
    "zip",
    "gzip",
    "x-gzip",
    "x-tar",
    "x-bzip2",
    "x-7z-compressed",
    "vnd.rar",
    "x-binary",
];

/// A text that stands for bytes.
pub(super) fn is_file(schema: &Json<'_>) -> bool {
    let types = schema.types();
    if !types.is_empty() && types != ["string"] {
        return false;
    }
    if schema.get("enum").is_some() {
        return false;
    }
    match (
        schema.get("format").and_then(Json::str),
        schema.get("contentEncoding").and_then(Json::str),
    ) {
        (Some("binary" | "file"), _) | (_, Some("binary")) => true,
        (_, None) => schema.get("contentMediaType").is_some_and(|media| {
            media
                .str()
                .is_some_and(|media| !media.starts_with("text/") && !is_json(&essence(media)))
        }),
        _ => false,
    }
}

/// What is sent where the description allows any type of a range, and whether it did.
pub(super) fn concrete(media_type: &str, kind: Kind) -> (String, bool) {
    let essence = essence(media_type);
    let Some((top, "*")) = essence.split_once('/') else {
        return (media_type.trim().to_owned(), false);
    };
    let chosen = match (top, kind) {
        (_, Kind::Json) => "application/json",
        (_, Kind::Text) => "text/plain",
        (_, Kind::Form) => "application/x-www-form-urlencoded",
        (_, Kind::Multipart) => "multipart/form-data",
        ("image", _) => "image/png",
        ("audio", _) => "audio/mpeg",
        ("video", _) => "video/mp4",
        _ => "application/octet-stream",
    };
    (chosen.to_owned(), true)
}

/// Whether a media type can stand in a header.
pub(super) fn sendable(media_type: &str) -> bool {
    let essence = essence(media_type);
    essence.contains('/') && media_type.bytes().all(|byte| (0x20..0x7f).contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::{Kind, concrete, kind};
    use crate::schema::Json;

    #[test]
    fn kinds() {
        let any = Json::any();
        let object = Json::object([("type", Json::string("object"))]);
        let text = Json::object([("type", Json::string("string"))]);
        let file =
            Json::object([("type", Json::string("string")), ("format", Json::string("binary"))]);
        let check = |media: &str, schema: &Json<'_>, expected| {
            assert_eq!(kind(media, schema), expected, "{media}")
        };
        check("application/json", &any, Kind::Json);
        check("application/merge-patch+json", &any, Kind::Json);
        check("application/apply-patch+yaml", &any, Kind::Json);
        check("application/x-www-form-urlencoded", &object, Kind::Form);
        check("multipart/form-data", &object, Kind::Multipart);
        check("text/plain", &text, Kind::Text);
        check("application/xml", &object, Kind::Text);
        check("application/soap+xml", &object, Kind::Text);
        check("application/octet-stream", &any, Kind::Binary);
        check("image/*", &any, Kind::Binary);
        check("application/x-ndjson", &object, Kind::Text);
        check("application/vnd.kubernetes.protobuf", &object, Kind::Foreign);
        check("application/cbor", &any, Kind::Binary);
        check("application/vnd.acme", &object, Kind::Json);
        check("application/vnd.acme", &file, Kind::Binary);
        check("*/*", &object, Kind::Json);
        check("*/*", &file, Kind::Binary);
        assert_eq!(concrete("image/*", Kind::Binary), ("image/png".to_owned(), true));
        assert_eq!(concrete("image/jpeg", Kind::Binary), ("image/jpeg".to_owned(), false));
    }
}
