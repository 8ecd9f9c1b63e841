use crate::Error;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

/// A JSON merge patch (RFC 7396): members that it names take their new value, `null` removes one, the others stay.
#[derive(Clone, Debug)]
pub struct Patch(Map<String, Value>);

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
    /// A patch of those members.
    #[must_use]
    pub fn new(members: Map<String, Value>) -> Self {
        Self(members)
    }

    /// `current` with the patch applied.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Invalid`] for a member that `T` does not have, or a value that it cannot hold.
    pub(crate) fn apply<T: Serialize + DeserializeOwned>(&self, current: &T) -> Result<T, Error> {
        let unwritten = |error: serde_json::Error| {
            Error::new(crate::Kind::Internal, "the object cannot be written").with_source(error)
        };
        let mut value = serde_json::to_value(current).map_err(unwritten)?;
        merge(&mut value, &Value::Object(self.0.clone()));
        let changed: T = read(value)?;
        let written = serde_json::to_value(&changed).map_err(unwritten)?;
        match reset(&self.0, &written) {
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

/// Reads input strictly: the error names the member.
///
/// # Errors
///
/// [`crate::Kind::Invalid`] for a member that `T` does not have, or a value that it cannot hold.
pub(crate) fn read<T: DeserializeOwned>(value: Value) -> Result<T, Error> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        let invalid = Error::invalid(error.inner().to_string());
        if path == "." { invalid } else { invalid.field(path) }
    })
}

fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Value::Object(members) = target else { return };
    for (name, value) in patch {
        if value.is_null() {
            members.remove(name);
        } else {
            merge(members.entry(name.clone()).or_insert(Value::Null), value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Patch, merge};
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
            let Value::Object(members) = patch else { panic!("{patch}") };
            let applied = Patch::new(members.clone()).apply(&Settings::default());
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
    fn the_cases_of_rfc_7396() {
        let check = |target: Value, patch: Value, expected: Value| {
            let mut merged = target.clone();
            merge(&mut merged, &patch);
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
