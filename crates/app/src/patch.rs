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
        let mut value = serde_json::to_value(current).map_err(|error| {
            Error::new(crate::Kind::Internal, "the object cannot be written").with_source(error)
        })?;
        merge(&mut value, &Value::Object(self.0.clone()));
        read(value)
    }
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
    use super::merge;
    use serde_json::{Value, json};

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
