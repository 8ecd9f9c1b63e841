//! Schemas of values that are sent as text: parameters and form fields cannot hold a `null`.

use super::{Json, Schemas};

/// Levels of a value that are looked at; deeper ones are sent as JSON, if at all.
const LEVELS: usize = 4;

impl<'t> Schemas<'t> {
    /// `schema` without `null`, at the top and in what it holds.
    pub(crate) fn without_null(&mut self, schema: Json<'t>) -> Json<'t> {
        self.denull(schema, LEVELS)
    }

    /// `schema` without `null` at the top alone: as a whole body it would say that there is none.
    pub(crate) fn not_null(&mut self, schema: Json<'t>) -> Json<'t> {
        self.denull(schema, 1)
    }

    fn denull(&mut self, schema: Json<'t>, levels: usize) -> Json<'t> {
        if levels == 0 || !self.may_be_null(&schema, LEVELS) {
            return schema;
        }
        let mut schema = self.resolved(&schema);
        if schema.get("default") == Some(&Json::Null) {
            schema.remove("default");
        }
        if let Some(Json::Array(mut types)) = schema.remove("type") {
            types.retain(|one| one.str() != Some("null"));
            let types = if types.len() == 1 { types.remove(0) } else { Json::Array(types) };
            if let Json::Object(members) = &mut schema {
                members.insert(0, ("type".into(), types));
            }
        }
        if let Json::Object(members) = &mut schema {
            for (key, value) in members.iter_mut() {
                match (&**key, &mut *value) {
                    ("enum", Json::Array(values)) if values.len() > 1 => {
                        values.retain(|one| *one != Json::Null)
                    }
                    ("anyOf" | "oneOf", Json::Array(branches)) => {
                        if branches.iter().any(|one| one.types() != ["null"]) {
                            branches.retain(|one| one.types() != ["null"]);
                        }
                        *value = Json::Array(
                            branches.drain(..).map(|one| self.denull(one, levels - 1)).collect(),
                        );
                    }
                    ("allOf", Json::Array(branches)) => {
                        *value = Json::Array(
                            branches.drain(..).map(|one| self.denull(one, levels - 1)).collect(),
                        );
                    }
                    ("items" | "additionalProperties", Json::Object(_)) => {
                        let inner = std::mem::replace(value, Json::Null);
                        *value = self.denull(inner, levels - 1);
                    }
                    ("properties", Json::Object(inner)) => {
                        for (_, one) in inner.iter_mut() {
                            let taken = std::mem::replace(one, Json::Null);
                            *one = self.denull(taken, levels - 1);
                        }
                    }
                    _ => {}
                }
            }
        }
        collapse(schema)
    }

    fn may_be_null(&mut self, schema: &Json<'t>, levels: usize) -> bool {
        if levels == 0 {
            return false;
        }
        let Json::Object(members) = schema else { return false };
        members.iter().any(|(key, value)| match (&**key, value) {
            ("$ref", Json::Component(_)) => {
                let target = self.resolved(&Json::object([("$ref", value.clone())]));
                self.may_be_null(&target, levels - 1)
            }
            ("type", Json::String(one)) => one == "null",
            ("type", Json::Array(many)) => many.iter().any(|one| one.str() == Some("null")),
            ("enum", Json::Array(values)) => values.contains(&Json::Null),
            ("default", Json::Null) => true,
            ("anyOf" | "oneOf" | "allOf", Json::Array(branches)) => {
                branches.iter().any(|one| self.may_be_null(one, levels - 1))
            }
            ("items" | "additionalProperties", inner) => self.may_be_null(inner, levels - 1),
            ("properties", Json::Object(inner)) => {
                inner.iter().any(|(_, one)| self.may_be_null(one, levels - 1))
            }
            _ => false,
        })
    }
}

/// A choice of one branch is that branch, where nothing else is said beside it that it says too.
fn collapse(mut schema: Json<'_>) -> Json<'_> {
    for key in ["anyOf", "oneOf"] {
        let one = matches!(schema.get(key), Some(Json::Array(branches)) if branches.len() == 1);
        let Some(Json::Array(mut branches)) = schema.get(key).filter(|_| one).cloned() else {
            continue;
        };
        let Some(Json::Object(inner)) = branches.pop() else { continue };
        let clash = |name: &str| name != "description" && schema.get(name).is_some();
        if inner.iter().any(|(name, _)| clash(name)) {
            continue;
        }
        schema.remove(key);
        let described = schema.get("description").is_some();
        if let Json::Object(members) = &mut schema {
            members
                .extend(inner.into_iter().filter(|(name, _)| name != "description" || !described));
        }
    }
    schema
}
