//! Files among arguments.

use crate::schema::Json;

/// What may be said of a file's media type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum FileTypes {
    /// Nothing: the description fixes it.
    Fixed,
    /// Anything.
    Any,
    /// One of these.
    Only(Vec<String>),
    /// Any of a range such as `image`.
    Range(String),
}

const BASE64: &str = "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$";
const FILENAME: &str = "^[^\\u0000-\\u001F\\u007F\"\\\\/]{1,255}$";
const SUBTYPE: &str = "[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,63}";

/// `{"text": …}` or `{"base64": …}`, two closed shapes so that exactly one fits.
pub(super) fn schema<'t>(description: Option<String>, types: &FileTypes, named: bool) -> Json<'t> {
    let shape = |key: &'static str, content: Json<'t>| {
        let mut members = vec![(key.into(), content)];
        if named {
            let name = Json::object([
                ("type", Json::string("string")),
                ("pattern", Json::string(FILENAME)),
            ]);
            members.push(("filename".into(), name));
        }
        let media_type = match types {
            FileTypes::Fixed => None,
            FileTypes::Any => Some(pattern(format!("^{SUBTYPE}/{SUBTYPE}$"))),
            FileTypes::Range(top) => Some(pattern(format!("^{top}/{SUBTYPE}$"))),
            FileTypes::Only(list) => {
                let list = list.iter().map(|one| Json::string(one.clone())).collect();
                Some(Json::object([("type", Json::string("string")), ("enum", Json::Array(list))]))
            }
        };
        members.extend(media_type.map(|schema| ("contentType".into(), schema)));
        Json::object([
            ("type", Json::string("object")),
            ("properties", Json::Object(members)),
            ("required", Json::Array(vec![Json::string(key)])),
            ("additionalProperties", Json::Bool(false)),
        ])
    };
    let text = shape("text", Json::object([("type", Json::string("string"))]));
    let base64 =
        Json::object([("type", Json::string("string")), ("pattern", Json::string(BASE64))]);
    let mut file = Json::any();
    if let Some(description) = description {
        file.set("description", Json::string(description));
    }
    file.set("oneOf", Json::Array(vec![text, shape("base64", base64)]));
    file
}

fn pattern<'t>(pattern: String) -> Json<'t> {
    Json::object([("type", Json::string("string")), ("pattern", Json::string(pattern))])
}

/// What a list such as `image/png, image/*` allows.
pub(super) fn types(list: &str) -> FileTypes {
    let all: Vec<String> = list.split(',').map(|one| one.trim().to_ascii_lowercase()).collect();
    let fine = |one: &String| super::media::sendable(one) && !one.contains('*');
    match all.as_slice() {
        [one]
            if one.ends_with("/*")
                && one.len() > 2
                && one[..one.len() - 2].bytes().all(|b| b.is_ascii_alphanumeric()) =>
        {
            FileTypes::Range(one[..one.len() - 2].to_owned())
        }
        [one] if fine(one) && one != "application/octet-stream" => FileTypes::Fixed,
        many if many.len() > 1 && many.iter().all(fine) => FileTypes::Only(all),
        _ => FileTypes::Any,
    }
}
