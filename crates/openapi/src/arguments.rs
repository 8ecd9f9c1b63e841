//! The arguments object of an operation.

use crate::{
    body::{self, Layout},
    names::{Slot, argument_names, free_name},
    parameter::{self, place_word},
    schema::Json,
};
use model::{Body, BodyField, BodyLayout, Parameter};

/// The arguments object, and what each argument fills.
pub(crate) fn arguments<'t>(
    drafts: Vec<parameter::Draft<'t>>,
    body: Option<body::Draft<'t>>,
) -> (Json<'t>, Vec<Parameter>, Option<Body>) {
    let empty = Vec::new();
    let fields = match &body {
        Some(body::Draft { layout: Layout::Fields(flat), .. }) => &flat.members,
        _ => &empty,
    };
    let mut slots: Vec<Slot<'_>> =
        drafts.iter().map(|one| Slot { wire: &one.wire, place: place_word(one.place) }).collect();
    slots.extend(fields.iter().map(|(name, _)| Slot { wire: name, place: "body" }));
    let mut names = argument_names(&slots);
    let mut properties = Vec::new();
    let mut required = Vec::new();
    let mut parameters = Vec::with_capacity(drafts.len());
    let field_names = names.split_off(drafts.len());
    for (draft, argument) in drafts.into_iter().zip(&names) {
        if draft.required {
            required.push(Json::string(argument.clone()));
        }
        properties.push((argument.clone().into(), draft.schema));
        parameters.push(Parameter {
            argument: argument.clone(),
            name: draft.wire,
            place: draft.place,
            encoding: draft.encoding,
            required: draft.required,
        });
    }
    names.extend(field_names.iter().cloned());
    let body = body.map(|body| {
        let several = body.variants.len() > 1 && !matches!(body.layout, Layout::Tagged(_));
        let mut whole = |schema: Json<'t>, names: &mut Vec<String>| {
            let argument = free_name("body", names);
            names.push(argument.clone());
            if body.required {
                required.push(Json::string(argument.clone()));
            }
            properties.push((argument.clone().into(), schema));
            argument
        };
        let layout = match body.layout {
            Layout::Whole(schema) => BodyLayout::Whole { argument: whole(schema, &mut names) },
            Layout::Tagged(schema) => BodyLayout::Tagged { argument: whole(schema, &mut names) },
            Layout::Fields(flat) => {
                let mut all = Vec::with_capacity(flat.members.len());
                for ((name, schema), argument) in flat.members.into_iter().zip(&field_names) {
                    if body.required && flat.required.contains(&name) {
                        required.push(Json::string(argument.clone()));
                    }
                    properties.push((argument.clone().into(), schema));
                    all.push(BodyField { argument: argument.clone(), name: name.into_owned() });
                }
                BodyLayout::Fields(all)
            }
        };
        let choice = several.then(|| {
            let argument = free_name("contentType", &names);
            let types: Vec<Json<'t>> =
                body.variants.iter().map(|one| Json::string(one.media_type.clone())).collect();
            let schema = Json::object([
                ("type", Json::string("string")),
                ("description", Json::string("How the body is sent.")),
                ("default", types[0].clone()),
                ("enum", Json::Array(types)),
            ]);
            properties.push((argument.clone().into(), schema));
            argument
        });
        Body { required: body.required, layout, variants: body.variants, choice }
    });
    let mut schema =
        Json::object([("type", Json::string("object")), ("properties", Json::Object(properties))]);
    if !required.is_empty() {
        schema.set("required", Json::Array(required));
    }
    schema.set("additionalProperties", Json::Bool(false));
    (schema, parameters, body)
}
