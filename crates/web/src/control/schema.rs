use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    marker::PhantomData,
};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Content, OpenApi, RefOr, Schema,
        schema::{AdditionalProperties, ArrayItems},
    },
};

/// The schema of a merge patch for `T`: every member may be absent.
pub(crate) struct Patched<T>(PhantomData<T>);

impl<T: PartialSchema> PartialSchema for Patched<T> {
    fn schema() -> RefOr<Schema> {
        let mut schema = T::schema();
        if let RefOr::T(Schema::Object(object)) = &mut schema {
            object.required.clear();
        }
        schema
    }
}

impl<T: ToSchema> ToSchema for Patched<T> {
    fn name() -> Cow<'static, str> {
        format!("{}Patch", T::name()).into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        T::schemas(schemas);
    }
}

/// Lets the parts of every `allOf` take each other's members.
///
/// `User` is its settings, flattened, and more. Settings that come in refuse what they do not know; as a part they would refuse
/// the rest of the user, and no user would fit.
pub(super) fn open_parts(schema: &mut RefOr<Schema>, named: &BTreeMap<String, RefOr<Schema>>) {
    let RefOr::T(schema) = schema else { return };
    match schema {
        Schema::AllOf(all) => all.items.iter_mut().for_each(|part| open(part, named)),
        Schema::Object(object) => {
            object.properties.values_mut().for_each(|member| open_parts(member, named));
        }
        Schema::Array(array) => {
            if let ArrayItems::RefOrSchema(items) = &mut array.items {
                open_parts(items, named);
            }
        }
        Schema::OneOf(one) => one.items.iter_mut().for_each(|form| open_parts(form, named)),
        Schema::AnyOf(any) => any.items.iter_mut().for_each(|form| open_parts(form, named)),
        _ => {}
    }
}

/// Says of every form that a request's member can have that it takes no other members: serde refuses them, and the derived
/// schemas of enums leave it out.
pub(super) fn close_variants(document: &mut OpenApi) {
    let mut waiting = Vec::new();
    for item in document.paths.paths.values() {
        for operation in [&item.post, &item.put, &item.patch].into_iter().flatten() {
            let Some(RefOr::T(body)) = &operation.request_body else { continue };
            let schema = |content: &RefOr<Content>| match content {
                RefOr::T(content) => content.schema.clone(),
                RefOr::Ref(_) => None,
            };
            waiting.extend(body.content.values().filter_map(schema));
        }
    }
    let Some(components) = &mut document.components else { return };
    let mut met = BTreeSet::new();
    while let Some(schema) = waiting.pop() {
        let RefOr::Ref(reference) = schema else {
            waiting.extend(parts(&schema));
            continue;
        };
        let name = reference.ref_location.rsplit('/').next().unwrap_or_default();
        if let Some(schema) = components.schemas.get_mut(name)
            && met.insert(name.to_owned())
        {
            close(schema);
            waiting.extend(parts(schema));
        }
    }
}

/// Closes the forms of a schema that has several.
fn close(schema: &mut RefOr<Schema>) {
    let RefOr::T(Schema::OneOf(one)) = schema else { return };
    for form in &mut one.items {
        if let RefOr::T(Schema::Object(object)) = form
            && !object.properties.is_empty()
        {
            let closed = || Box::new(AdditionalProperties::FreeForm(false));
            object.additional_properties.get_or_insert_with(closed);
        }
    }
}

/// The schemas that a schema is made of.
fn parts(schema: &RefOr<Schema>) -> Vec<RefOr<Schema>> {
    let RefOr::T(schema) = schema else { return Vec::new() };
    match schema {
        Schema::AllOf(all) => all.items.clone(),
        Schema::OneOf(one) => one.items.clone(),
        Schema::AnyOf(any) => any.items.clone(),
        Schema::Array(array) => match &array.items {
            ArrayItems::RefOrSchema(items) => vec![(**items).clone()],
            ArrayItems::False => Vec::new(),
        },
        Schema::Object(object) => {
            let mut found: Vec<RefOr<Schema>> = object.properties.values().cloned().collect();
            if let Some(AdditionalProperties::RefOr(values)) =
                object.additional_properties.as_deref()
            {
                found.push(values.clone());
            }
            found
        }
        _ => Vec::new(),
    }
}

/// Replaces a part that names a closed object by what it names, opened.
fn open(part: &mut RefOr<Schema>, named: &BTreeMap<String, RefOr<Schema>>) {
    if let RefOr::Ref(reference) = &*part {
        let name = reference.ref_location.rsplit('/').next().unwrap_or_default();
        if let Some(RefOr::T(Schema::Object(object))) = named.get(name)
            && object.additional_properties.is_some()
        {
            *part = RefOr::T(Schema::Object(object.clone()));
        }
    }
    open_parts(part, named);
    if let RefOr::T(Schema::Object(object)) = part
        && matches!(
            object.additional_properties.as_deref(),
            Some(AdditionalProperties::FreeForm(false))
        )
    {
        object.additional_properties = None;
    }
}

#[cfg(test)]
mod tests {
    use crate::control::document;

    #[test]
    fn a_closed_object_is_open_as_a_part() {
        let document = serde_json::to_value(document()).unwrap();
        let schemas = &document["components"]["schemas"];
        assert_eq!(schemas["UserSettings"]["additionalProperties"], false);
        let pages = &schemas["Page_User"]["properties"]["items"]["items"];
        for user in [&schemas["User"], pages] {
            let parts = user["allOf"].as_array().unwrap();
            assert!(parts.iter().any(|part| part["properties"]["role"].is_object()), "{user}");
            assert!(parts.iter().all(|part| part["additionalProperties"].is_null()), "{user}");
        }
    }
}
