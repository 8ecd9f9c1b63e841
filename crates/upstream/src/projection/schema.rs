use super::{Choice, known::target};
use crate::json::{Json, each_schema, local_reference};
use std::borrow::Cow;

/// Schemas that one shrinking makes; a schema of more is dropped.
const MAX_SCHEMAS: usize = 2_000;
/// Members, items, branches and references that one shrinking goes through, one within the other.
const MAX_LEVELS: usize = 100;

/// The schema of what `choice` passes on of a value that `schema` describes: all that it says is true of every such value.
/// Nothing when the schema cannot be followed.
///
/// What compares whole values, counts items from below, or depends on fields that may be gone, is left out.
pub(crate) fn shrink<'a>(schema: &Json<'a>, choice: &Choice) -> Option<Json<'a>> {
    let mut shrunk =
        Shrink { root: schema, left: MAX_SCHEMAS, levels: MAX_LEVELS }.schema(schema, choice)?;
    for bucket in ["$defs", "definitions"] {
        if let Some(definitions) = schema.get(bucket)
            && !choice.is_whole()
        {
            shrunk.set(bucket, definitions.clone());
        }
    }
    keep_reachable(&mut shrunk).ok()?;
    Some(shrunk)
}

struct Shrink<'s, 'a> {
    root: &'s Json<'a>,
    left: usize,
    levels: usize,
}

impl<'a> Shrink<'_, 'a> {
    fn schema(&mut self, schema: &Json<'a>, choice: &Choice) -> Option<Json<'a>> {
        if choice.is_whole() {
            return Some(schema.clone());
        }
        self.left = self.left.checked_sub(1)?;
        self.levels = self.levels.checked_sub(1)?;
        let made = self.object(schema, choice);
        self.levels += 1;
        made
    }

    fn object(&mut self, schema: &Json<'a>, choice: &Choice) -> Option<Json<'a>> {
        let Json::Object(members) = schema else { return Some(schema.clone()) };
        let mut made: Vec<(Cow<'a, str>, Json<'a>)> = Vec::with_capacity(members.len());
        let mut referred = None;
        for (key, value) in members {
            let value = match &**key {
                "$schema" | "title" | "description" | "deprecated" | "$comment" | "type"
                | "maxItems" | "maxProperties" => value.clone(),
                "properties" => self.properties(value, choice)?,
                "required" => match required(value, choice) {
                    Some(required) => required,
                    None => continue,
                },
                // A name that a pattern allows is no longer told from one that nothing does.
                "additionalProperties"
                    if value.scalar() == Some("false")
                        && schema.get("patternProperties").is_none() =>
                {
                    value.clone()
                }
                // Items that are gone move those after them to other places.
                "items" if schema.get("prefixItems").is_none() => match choice.items() {
                    Some(items) => self.schema(value, items)?,
                    None => continue,
                },
                "allOf" | "anyOf" => self.branches(value, choice)?,
                // Branches that differed in a field that is gone may both fit now.
                "oneOf" if schema.get("anyOf").is_none() => {
                    made.push(("anyOf".into(), self.branches(value, choice)?));
                    continue;
                }
                "$ref" => {
                    referred = Some(self.schema(target(self.root, value)?, choice)?);
                    continue;
                }
                "$id" | "$anchor" | "$dynamicAnchor" | "$dynamicRef" | "$recursiveRef" => {
                    return None;
                }
                _ => continue,
            };
            made.push((key.clone(), value));
        }
        let made = Json::Object(made);
        Some(match referred {
            Some(target) if made.members().is_empty() => target,
            Some(target) => Json::Object(vec![("allOf".into(), Json::Array(vec![target, made]))]),
            None => made,
        })
    }

    fn properties(&mut self, properties: &Json<'a>, choice: &Choice) -> Option<Json<'a>> {
        let mut made = Vec::new();
        for (name, schema) in properties.members() {
            if let Some(choice) = choice.member(name) {
                made.push((name.clone(), self.schema(schema, choice)?));
            }
        }
        Some(Json::Object(made))
    }

    fn branches(&mut self, branches: &Json<'a>, choice: &Choice) -> Option<Json<'a>> {
        let made = branches.items().iter().map(|branch| self.schema(branch, choice));
        made.collect::<Option<Vec<_>>>().map(Json::Array)
    }
}

/// The names that stay required: those of fields that are passed on whole. Of another, nothing may be left.
fn required<'a>(names: &Json<'a>, choice: &Choice) -> Option<Json<'a>> {
    let whole = |name: &&Json<'a>| {
        name.text().and_then(|name| choice.member(&name)).is_some_and(Choice::is_whole)
    };
    let kept: Vec<_> = names.items().iter().filter(whole).cloned().collect();
    (!kept.is_empty()).then_some(Json::Array(kept))
}

/// Drops the definitions that nothing refers to.
///
/// # Errors
///
/// The first reference that leads nowhere in `schema`.
pub(crate) fn keep_reachable(schema: &mut Json<'_>) -> Result<(), String> {
    let mut definitions: Vec<(&'static str, Json<'_>)> = Vec::new();
    let whole = schema.clone();
    for bucket in ["$defs", "definitions"] {
        definitions.extend(schema.remove(bucket).map(|found| (bucket, found)));
    }
    let mut reached: Vec<[String; 2]> = Vec::new();
    let mut waiting = references(schema);
    while let Some(reference) = waiting.pop() {
        let steps = local_reference(&reference).ok_or_else(|| reference.clone())?;
        let found = steps.iter().try_fold(&whole, |at, name| at.get(name));
        found.ok_or_else(|| reference.clone())?;
        if let [bucket, name, ..] = steps.as_slice()
            && matches!(bucket.as_str(), "$defs" | "definitions")
            && !reached.iter().any(|known| known[0] == *bucket && known[1] == *name)
        {
            let mut definition = whole.get(bucket).and_then(|all| all.get(name)).cloned();
            waiting.extend(definition.iter_mut().flat_map(|one| references(one)));
            reached.push([bucket.clone(), name.clone()]);
        }
    }
    for (bucket, definitions) in definitions {
        let Json::Object(members) = definitions else { continue };
        let is_reached = |name: &str| reached.iter().any(|one| one[0] == bucket && one[1] == name);
        let kept: Vec<_> = members.into_iter().filter(|(name, _)| is_reached(name)).collect();
        if !kept.is_empty() {
            schema.set(bucket, Json::Object(kept));
        }
    }
    Ok(())
}

fn references(schema: &mut Json<'_>) -> Vec<String> {
    let mut found = Vec::new();
    each_schema(schema, &mut |schema| {
        for key in ["$ref", "$dynamicRef"] {
            found.extend(schema.get(key).and_then(Json::text).map(Cow::into_owned));
        }
    });
    found
}

#[cfg(test)]
mod tests {
    use super::shrink;
    use crate::{Projection, json::Json};

    fn check(schema: &str, paths: &[&str], expected: Option<&str>) {
        let paths: Vec<_> = paths.iter().map(|path| path.parse().unwrap()).collect();
        let schema = Json::parse(schema).unwrap();
        let found = shrink(&schema, Projection::new(&paths).root()).map(|schema| schema.write());
        assert_eq!(found.as_deref(), expected, "{paths:?}");
    }

    #[test]
    fn members_and_items() {
        let schema = r#"{"type":"object","required":["id","owner"],"additionalProperties":false,"minProperties":2,"properties":{
            "id":{"type":"integer","maximum":12345678901234567890123},"owner":{"type":"object","required":["login"],"properties":{"login":{},"x":{}}},
            "tags":{"type":"array","minItems":1,"uniqueItems":true,"maxItems":9,"items":{"type":"object","properties":{"n":{},"m":{}}}}}}"#;
        check(
            schema,
            &["id"],
            Some(
                r#"{"type":"object","required":["id"],"additionalProperties":false,"properties":{"id":{"type":"integer","maximum":12345678901234567890123}}}"#,
            ),
        );
        check(
            schema,
            &["owner.login", "tags[].n"],
            Some(
                r#"{"type":"object","additionalProperties":false,"properties":{"owner":{"type":"object","required":["login"],"properties":{"login":{}}},"tags":{"type":"array","maxItems":9,"items":{"type":"object","properties":{"n":{}}}}}}"#,
            ),
        );
    }

    #[test]
    fn references_and_branches() {
        let schema = r##"{"type":"object","properties":{"a":{"$ref":"#/$defs/a"},"b":{"oneOf":[{"type":"object","properties":{"x":{},"y":{}},"required":["y"]},{"type":"string"}]}},
            "$defs":{"a":{"type":"object","properties":{"next":{"$ref":"#/$defs/a"},"v":{"$ref":"#/$defs/v"}}},"v":{"type":"string"},"unused":{}}}"##;
        check(
            schema,
            &["a.v", "b.x"],
            Some(
                r##"{"type":"object","properties":{"a":{"type":"object","properties":{"v":{"$ref":"#/$defs/v"}}},"b":{"anyOf":[{"type":"object","properties":{"x":{}}},{"type":"string"}]}},"$defs":{"v":{"type":"string"}}}"##,
            ),
        );
        check(
            schema,
            &["a.next.next"],
            Some(
                r##"{"type":"object","properties":{"a":{"type":"object","properties":{"next":{"type":"object","properties":{"next":{"$ref":"#/$defs/a"}}}}}},"$defs":{"a":{"type":"object","properties":{"next":{"$ref":"#/$defs/a"},"v":{"$ref":"#/$defs/v"}}},"v":{"type":"string"}}}"##,
            ),
        );
    }

    #[test]
    fn what_cannot_be_followed_is_dropped() {
        check(r#"{"properties":{"a":{"$ref":"https://example.com/a"}}}"#, &["a.b"], None);
        check(
            r##"{"properties":{"a":{"$ref":"#/properties/b"},"b":{"type":"string"}}}"##,
            &["a"],
            None,
        );
        check(
            r##"{"properties":{"a":{"$ref":"#/$defs/a"}},"$defs":{"a":{"$ref":"#/$defs/a"}}}"##,
            &["a.b"],
            None,
        );
        check(r#"{"$id":"x","properties":{"a":{}}}"#, &["a"], None);
        let tuple =
            r#"{"type":"array","prefixItems":[{"type":"string"}],"items":{"type":"integer"}}"#;
        check(tuple, &["[].a"], Some(r#"{"type":"array"}"#));
        check(
            r#"{"patternProperties":{"^x":{}},"additionalProperties":false}"#,
            &["xa"],
            Some("{}"),
        );
    }
}
