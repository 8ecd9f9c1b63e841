//! Object schemas whose members can stand beside each other as arguments.

use super::{Json, Schemas};
use std::borrow::Cow;

/// References and `allOf` levels that are looked through.
const LEVELS: usize = 24;

/// The members of an object schema that says nothing else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Flat<'t> {
    pub(crate) members: Vec<(Cow<'t, str>, Json<'t>)>,
    pub(crate) required: Vec<Cow<'t, str>>,
    pub(crate) closed: bool,
}

impl<'t> Schemas<'t> {
    /// The members of `schema`, when listing them says all that it says (beside that further members may exist).
    pub(crate) fn flat(&mut self, schema: &Json<'t>) -> Option<Flat<'t>> {
        let mut flat = Flat::default();
        let mut budget = 400;
        self.add(schema, &mut flat, LEVELS, &mut budget, false)?;
        for name in &flat.required {
            if !flat.members.iter().any(|(known, _)| known == name) {
                flat.members.push((name.clone(), Json::any()));
            }
        }
        Some(flat).filter(|flat| !flat.members.is_empty())
    }

    fn add(
        &mut self,
        schema: &Json<'t>,
        flat: &mut Flat<'t>,
        levels: usize,
        budget: &mut usize,
        joined: bool,
    ) -> Option<()> {
        *budget = budget.checked_sub(1)?;
        if levels == 0 {
            return None;
        }
        let schema = self.resolved(schema);
        let Json::Object(members) = schema else { return None };
        let joined = joined || members.iter().any(|(key, _)| key == "allOf");
        for (key, value) in members {
            match &*key {
                "type" => {
                    let object = |one: &Json<'_>| one.str() == Some("object");
                    if !(object(&value) || value.items().iter().any(object)) {
                        return None;
                    }
                }
                "properties" => {
                    let Json::Object(members) = value else { return None };
                    for (name, member) in members {
                        merge(flat, name, member)?;
                    }
                }
                "required" => {
                    for name in value.items() {
                        let Json::String(name) = name else { continue };
                        if !flat.required.contains(name) {
                            flat.required.push(name.clone());
                        }
                    }
                }
                "additionalProperties" => match value {
                    Json::Bool(true) => {}
                    Json::Object(inner) if inner.is_empty() => {}
                    Json::Bool(false) if !joined => flat.closed = true,
                    _ => return None,
                },
                "allOf" => {
                    for branch in value.items() {
                        self.add(branch, flat, levels - 1, budget, true)?;
                    }
                }
                "description" | "title" | "default" | "deprecated" | "format" => {}
                _ => return None,
            }
        }
        Some(())
    }
}

/// Two schemas for one name must both hold.
fn merge<'t>(flat: &mut Flat<'t>, name: Cow<'t, str>, member: Json<'t>) -> Option<()> {
    match flat.members.iter_mut().find(|(known, _)| *known == name) {
        None => flat.members.push((name, member)),
        Some((_, old)) if *old == member || member.is_any() => {}
        Some((_, old)) if old.is_any() => *old = member,
        Some((_, old)) => {
            let first = std::mem::replace(old, Json::Null);
            *old = Json::object([("allOf", Json::Array(vec![first, member]))]);
        }
    }
    Some(())
}
