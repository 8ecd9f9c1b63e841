use crate::Error;
use model::RawJson;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, value::RawValue};
use std::collections::BTreeMap;

/// Levels of objects in a patch.
const DEPTH_MAX: usize = 64;

/// A JSON merge patch (RFC 7396): members that it names take their new value, `null` removes one, the others stay. What stays, and
/// what is new, keeps its text: numbers of any length, and the order of members.
#[derive(Clone, Debug)]
pub struct Patch {
    members: Map<String, Value>,
    text: RawJson,
}

/// The members of an object, each as its text.
type Members = BTreeMap<String, Box<RawValue>>;

/// Which revision of an object a change is meant for: the one that its caller has read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// Whatever is there.
    Any,
    /// This one.
    Revision(i64),
}

impl Expected {
    /// # Errors
    ///
    /// [`crate::Kind::Changed`] when the object has another revision by now.
    pub(crate) fn check(self, revision: i64) -> Result<(), Error> {
        match self {
            Self::Any => Ok(()),
            Self::Revision(expected) if expected == revision => Ok(()),
            Self::Revision(_) => Err(Error::changed()),
        }
    }
}

impl Patch {
    /// A patch of those members, which `text` is read as.
    #[must_use]
    pub fn new(members: Map<String, Value>, text: RawJson) -> Self {
        Self { members, text }
    }

    /// Whether the patch takes away the member at that path.
    pub(crate) fn takes_away(&self, path: &[&str]) -> bool {
        let Some((last, way)) = path.split_last() else { return false };
        let mut members = &self.members;
        for name in way {
            let Some(Value::Object(inner)) = members.get(*name) else { return false };
            members = inner;
        }
        members.get(*last) == Some(&Value::Null)
    }

    /// `current` with the patch applied.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Invalid`] for a member that `T` does not have, a value that it cannot hold, or a patch that is too deep.
    pub(crate) fn apply<T: Serialize + DeserializeOwned>(&self, current: &T) -> Result<T, Error> {
        let unwritten = |error: serde_json::Error| {
            Error::new(crate::Kind::Internal, "the object cannot be written").with_source(error)
        };
        let current = RawJson::of(current).map_err(unwritten)?;
        let changed: T = read(&merge(Some(current.raw()), self.text.raw(), DEPTH_MAX)?)?;
        let written = serde_json::to_value(&changed).map_err(unwritten)?;
        match reset(&self.members, &written) {
            None => Ok(changed),
            Some(member) => {
                Err(Error::invalid("this cannot be null: leave it out to keep it").field(member))
            }
        }
    }
}

/// The path of a member that the patch takes away and that is there all the same, since it has a default: whoever sends `null`
/// for it means something else.
fn reset(patch: &Map<String, Value>, written: &Value) -> Option<String> {
    patch.iter().find_map(|(name, value)| match (value, written.get(name)?) {
        (Value::Null, Value::Null) => None,
        (Value::Null, _) => Some(name.clone()),
        (Value::Object(inner), written) => {
            reset(inner, written).map(|member| format!("{name}.{member}"))
        }
        (Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_), _) => None,
    })
}

/// Reads what came of a patch strictly: the error names the member.
fn read<T: DeserializeOwned>(text: &RawValue) -> Result<T, Error> {
    let mut deserializer = serde_json::Deserializer::from_str(text.get());
    serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        // The place is one in a text that its sender has never seen.
        let message = error.inner().to_string();
        let message = message.rsplit_once(" at line ").map_or(&*message, |(message, _)| message);
        let invalid = Error::invalid(message.to_owned());
        if path == "." { invalid } else { invalid.field(path) }
    })
}

/// RFC 7396 §2. Only the objects that the patch enters are taken apart.
fn merge(
    target: Option<&RawValue>,
    patch: &RawValue,
    depth: usize,
) -> Result<Box<RawValue>, Error> {
    let Ok(patch_members) = serde_json::from_str::<Members>(patch.get()) else {
        return Ok(patch.to_owned());
    };
    let Some(depth) = depth.checked_sub(1) else {
        let message = format!("the patch is deeper than {DEPTH_MAX} objects");
        return Err(Error::invalid(message).code("patch_too_deep"));
    };
    let target = target.map(|target| serde_json::from_str::<Members>(target.get()));
    let mut members = target.and_then(Result::ok).unwrap_or_default();
    for (name, value) in patch_members {
        if value.get() == "null" {
            members.remove(&name);
        } else {
            let merged = merge(members.get(&name).map(|known| &**known), &value, depth)?;
            members.insert(name, merged);
        }
    }
    serde_json::value::to_raw_value(&members).map_err(|error| {
        Error::new(crate::Kind::Internal, "the object cannot be written").with_source(error)
    })
}

#[cfg(test)]
mod tests {
    use super::{DEPTH_MAX, Patch, merge};
    use model::RawJson;
    use serde_json::{Value, json};

    #[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
    #[serde(default)]
    struct Settings {
        name: Option<String>,
        rules: Rules,
    }

    #[derive(Debug, PartialEq, Default, serde::Serialize, serde::Deserialize)]
    #[serde(default)]
    struct Rules {
        tags: Vec<String>,
    }

    impl Default for Settings {
        fn default() -> Self {
            Self { name: Some("a".to_owned()), rules: Rules { tags: vec!["b".to_owned()] } }
        }
    }

    #[test]
    fn null_takes_away_and_does_not_reset() {
        let check = |patch: Value, expected: Result<Settings, &str>| {
            let text = RawJson::of(&patch).unwrap();
            let Value::Object(members) = patch else { panic!("{patch}") };
            let applied = Patch::new(members.clone(), text).apply(&Settings::default());
            let applied = applied.map_err(|error| error.field.unwrap_or_default());
            assert_eq!(applied, expected.map_err(Into::into), "{members:?}");
        };
        let rules = |tags: &[&str]| Rules { tags: tags.iter().map(ToString::to_string).collect() };
        check(
            json!({"rules": {"tags": []}}),
            Ok(Settings { rules: rules(&[]), ..Settings::default() }),
        );
        check(json!({"rules": {"tags": null}}), Err("rules.tags"));
        check(json!({"rules": null}), Err("rules"));
        check(json!({"name": null}), Err("name"));
    }

    #[test]
    fn what_a_patch_takes_away() {
        let check = |patch: Value, expected: bool| {
            let text = RawJson::of(&patch).unwrap();
            let Value::Object(members) = patch else { panic!("{patch}") };
            assert_eq!(Patch::new(members, text).takes_away(&["a", "b"]), expected);
        };
        check(json!({"a": {"b": null}}), true);
        check(json!({"a": {"b": 1}}), false);
        check(json!({"a": {}}), false);
        check(json!({"a": null}), false);
        check(json!({"b": null}), false);
    }

    #[test]
    fn numbers_and_order_stay_as_they_were_written() {
        let raw = |text: &str| RawJson::parse(text.to_owned()).unwrap();
        let before = raw(
            r#"{"name":"a","kept":{"z":12345678901234567890.123456789012345678901,"a":1E400}}"#,
        );
        let with = raw(r#"{"name":"b","new":{"y":0.1000000000000000055511151231257827,"b":-0.0}}"#);
        let merged = merge(Some(before.raw()), with.raw(), DEPTH_MAX).unwrap();
        assert!(
            merged
                .get()
                .contains(r#""kept":{"z":12345678901234567890.123456789012345678901,"a":1E400}"#)
        );
        assert!(merged.get().contains("0.1000000000000000055511151231257827"), "{merged}");
        assert!(merged.get().contains("-0.0"), "{merged}");
    }

    #[test]
    fn a_patch_is_so_deep_at_most() {
        let deep = |levels: usize| format!("{}1{}", r#"{"a":"#.repeat(levels), "}".repeat(levels));
        let merged = |levels: usize| {
            let patch = RawJson::parse(deep(levels)).unwrap();
            merge(None, patch.raw(), DEPTH_MAX).map(|merged| merged.get().to_owned())
        };
        assert_eq!(merged(DEPTH_MAX).unwrap(), deep(DEPTH_MAX));
        assert_eq!(merged(DEPTH_MAX + 1).unwrap_err().code, "patch_too_deep");
    }

    #[test]
    fn the_cases_of_rfc_7396() {
        let check = |target: Value, patch: Value, expected: Value| {
            let [before, with] = [&target, &patch].map(|value| RawJson::of(value).unwrap());
            let merged = merge(Some(before.raw()), with.raw(), DEPTH_MAX).unwrap();
            let merged: Value = serde_json::from_str(merged.get()).unwrap();
            assert_eq!(merged, expected, "{target} {patch}");
        };
        check(json!({"a": "b"}), json!({"a": "c"}), json!({"a": "c"}));
        check(json!({"a": "b"}), json!({"b": "c"}), json!({"a": "b", "b": "c"}));
        check(json!({"a": "b"}), json!({"a": null}), json!({}));
        check(json!({"a": "b", "b": "c"}), json!({"a": null}), json!({"b": "c"}));
        check(json!({"a": ["b"]}), json!({"a": "c"}), json!({"a": "c"}));
        check(json!({"a": "c"}), json!({"a": ["b"]}), json!({"a": ["b"]}));
        check(
            json!({"a": {"b": "c"}}),
            json!({"a": {"b": "d", "c": null}}),
            json!({"a": {"b": "d"}}),
        );
        check(json!({"a": [{"b": "c"}]}), json!({"a": [1]}), json!({"a": [1]}));
        check(json!(["a", "b"]), json!(["c", "d"]), json!(["c", "d"]));
        check(json!({"a": "b"}), json!(["c"]), json!(["c"]));
        check(json!({"a": "foo"}), json!(null), json!(null));
        check(json!({"e": null}), json!({"a": 1}), json!({"e": null, "a": 1}));
        check(json!([1, 2]), json!({"a": "b", "c": null}), json!({"a": "b"}));
        check(json!({}), json!({"a": {"bb": {"ccc": null}}}), json!({"a": {"bb": {}}}));
    }
}
