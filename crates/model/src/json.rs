use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{MapAccess, Visitor, value::MapAccessDeserializer},
};
use serde_json::value::RawValue;
use std::{fmt, marker::PhantomData};

/// JSON text that is kept byte for byte: key order, unknown members and long numbers survive.
///
/// Always one valid JSON value. Two are equal when their text is.
#[derive(Clone, Debug)]
pub struct RawJson(Box<RawValue>);

impl RawJson {
    /// Checks that `text` is one JSON value and keeps it as it is, less the white space around it.
    ///
    /// # Errors
    ///
    /// When `text` is not JSON, or nests deeper than 127 levels.
    pub fn parse(text: String) -> Result<Self, serde_json::Error> {
        RawValue::from_string(text).map(Self)
    }

    /// The JSON text of any serializable value.
    ///
    /// # Errors
    ///
    /// When `value` has a member that JSON cannot hold, such as a map with keys that are no strings.
    pub fn of<T: Serialize + ?Sized>(value: &T) -> Result<Self, serde_json::Error> {
        serde_json::value::to_raw_value(value).map(Self)
    }

    /// The text.
    #[must_use]
    pub fn get(&self) -> &str {
        self.0.get()
    }

    /// The text as serde's borrowed form.
    #[must_use]
    pub fn raw(&self) -> &RawValue {
        &self.0
    }
}

impl From<Box<RawValue>> for RawJson {
    fn from(raw: Box<RawValue>) -> Self {
        Self(raw)
    }
}

impl PartialEq for RawJson {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl Eq for RawJson {}

impl utoipa::PartialSchema for RawJson {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        // Whatever JSON there is.
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::SchemaType::AnyValue)
            .into()
    }
}

impl utoipa::ToSchema for RawJson {}

impl Serialize for RawJson {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

// `RawValue` is read by value here: inside an internally tagged or untagged enum it cannot be,
// so no type that holds a `RawJson` may be one.
impl<'de> Deserialize<'de> for RawJson {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Box::<RawValue>::deserialize(deserializer).map(Self)
    }
}

/// Reads an object as an object: serde takes a list of the members' values for a struct too, in the order of our source.
///
/// # Errors
///
/// When it is no object, or none that is a `T`.
pub fn object<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    deserializer.deserialize_map(Object(PhantomData))
}

/// The same for a member for which `null` says the same as its absence.
///
/// # Errors
///
/// When it is neither `null` nor an object that is a `T`.
pub fn object_or_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    deserializer.deserialize_option(ObjectOrNull(PhantomData))
}

struct Object<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Object<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(members))
    }
}

struct ObjectOrNull<T>(PhantomData<T>);

impl<'de, T: Default + Deserialize<'de>> Visitor<'de> for ObjectOrNull<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_none<E>(self) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_unit<E>(self) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        object(deserializer)
    }
}

/// Reads a member of an input for which `null` says the same as its absence.
///
/// # Errors
///
/// When it is neither `null` nor a `T`.
pub fn or_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Option::<T>::deserialize(deserializer).map(Option::unwrap_or_default)
}

#[cfg(test)]
mod tests {
    use super::{RawJson, object, object_or_default};
    use serde::Deserialize;

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default)]
    struct Inner {
        a: Option<u8>,
    }

    #[derive(Debug, Default, PartialEq, Deserialize)]
    struct Outer {
        #[serde(default, deserialize_with = "object")]
        inner: Inner,
        #[serde(default, deserialize_with = "object_or_default")]
        other: Inner,
    }

    #[test]
    fn an_object_is_no_list() {
        let one = || Inner { a: Some(1) };
        let check = |text: &str, expected: Option<Outer>| {
            assert_eq!(serde_json::from_str(text).ok(), expected, "{text}");
            let value = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::from_value(value).ok(), expected, "{text} as a value");
        };
        check("{}", Some(Outer::default()));
        check(r#"{"inner":{"a":1}}"#, Some(Outer { inner: one(), ..Outer::default() }));
        check(r#"{"other":{"a":1}}"#, Some(Outer { other: one(), ..Outer::default() }));
        check(r#"{"other":null}"#, Some(Outer::default()));
        check(r#"{"inner":null}"#, None);
        check(r#"{"inner":[1]}"#, None);
        check(r#"{"other":[1]}"#, None);
        check(r#"{"other":[]}"#, None);
    }

    #[test]
    fn keeps_numbers_and_order() {
        let text = r#"{"b":12345678901234567890123,"a":1.10}"#;
        let raw: RawJson = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&raw).unwrap(), text);
    }
}
