use crate::json::{Json, local_reference};
use model::FieldStep;

/// Schemas that one question looks at; a schema of more is taken to know everything.
const MAX_LOOKS: usize = 2_000;
/// Of these, one within the other.
const MAX_LEVELS: usize = 100;
/// Names that a message lists.
const MAX_NAMES: usize = 20;

/// What a schema says of a path.
#[derive(Debug, PartialEq)]
pub(crate) enum Knowledge {
    /// It describes it, or leaves it open.
    May,
    /// It cannot be there.
    No {
        /// Steps that it does describe.
        depth: usize,
        /// What is there instead, as the rest of a sentence.
        instead: String,
    },
}

/// What `schema` says of the value at `steps`. Open schemas know everything.
pub(crate) fn knows(schema: &Json<'_>, steps: &[FieldStep]) -> Knowledge {
    let mut looks = Looks { left: MAX_LOOKS, levels: MAX_LEVELS };
    match look(schema, schema, steps, 0, &mut looks) {
        View::No { depth, instead } => Knowledge::No { depth, instead },
        View::Yes | View::Open | View::Silent => Knowledge::May,
    }
}

/// How much more may be looked at.
struct Looks {
    left: usize,
    levels: usize,
}

/// Ordered by what counts when several schemas speak of one place.
enum View {
    Yes,
    Open,
    No { depth: usize, instead: String },
    Silent,
}

impl View {
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Yes, _) | (_, Self::Yes) => Self::Yes,
            (Self::Open, _) | (_, Self::Open) => Self::Open,
            (Self::No { depth, instead }, Self::No { depth: deeper, instead: other }) => {
                if deeper > depth {
                    Self::No { depth: deeper, instead: other }
                } else {
                    Self::No { depth, instead }
                }
            }
            (no @ Self::No { .. }, Self::Silent) | (Self::Silent, no @ Self::No { .. }) => no,
            (Self::Silent, Self::Silent) => Self::Silent,
        }
    }
}

fn look(
    root: &Json<'_>,
    schema: &Json<'_>,
    steps: &[FieldStep],
    depth: usize,
    looks: &mut Looks,
) -> View {
    let Some((step, rest)) = steps.split_first() else { return View::Yes };
    if looks.left == 0 || looks.levels == 0 || !matches!(schema, Json::Object(_)) {
        return View::Open;
    }
    looks.left -= 1;
    looks.levels -= 1;
    let mut view = own(root, schema, step, rest, depth, looks);
    if let Some(reference) = schema.get("$ref") {
        view = view.and(match target(root, reference) {
            Some(target) => look(root, target, steps, depth, looks),
            None => View::Open,
        });
    }
    let branches = ["allOf", "anyOf", "oneOf"].iter().filter_map(|key| schema.get(key));
    let view = branches
        .flat_map(Json::items)
        .fold(view, |view, branch| view.and(look(root, branch, steps, depth, looks)));
    looks.levels += 1;
    view
}

/// What a schema itself says, its references and branches aside.
fn own(
    root: &Json<'_>,
    schema: &Json<'_>,
    step: &FieldStep,
    rest: &[FieldStep],
    depth: usize,
    looks: &mut Looks,
) -> View {
    let types = schema.types();
    let may_be = |kind: &str| types.is_empty() || types.iter().any(|one| one == kind);
    let no = |instead: String| View::No { depth, instead };
    match step {
        FieldStep::Member(name) => {
            if !may_be("object") {
                return no(match may_be("array") {
                    true => "it is a list there: write [] for every item".to_owned(),
                    false => "it has no fields there".to_owned(),
                });
            }
            let properties = schema.get("properties");
            if let Some(property) = properties.and_then(|properties| properties.get(name)) {
                return look(root, property, rest, depth + 1, looks);
            }
            match schema.get("additionalProperties") {
                Some(more @ Json::Object(_)) => return look(root, more, rest, depth + 1, looks),
                Some(more) if more.scalar() == Some("true") => return View::Open,
                Some(_) | None => {}
            }
            if schema.get("patternProperties").is_some() {
                return View::Open;
            }
            let closed = schema.get("additionalProperties").is_some();
            match properties.map(Json::members) {
                Some(members) if closed || !members.is_empty() => {
                    let names: Vec<_> =
                        members.iter().take(MAX_NAMES).map(|(name, _)| name.as_ref()).collect();
                    let more = if members.len() > MAX_NAMES { ", …" } else { "" };
                    no(format!("there are {}{more}", names.join(", ")))
                }
                Some(_) | None if closed => no("it has no fields there".to_owned()),
                Some(_) | None => View::Silent,
            }
        }
        FieldStep::Items | FieldStep::Item(_) => {
            if !may_be("array") {
                return no("it is no list there: leave [] out".to_owned());
            }
            match schema.get("items") {
                Some(items) => look(root, items, rest, depth + 1, looks),
                None if schema.get("prefixItems").is_some() => View::Open,
                // What says that it is an object says that it is no list.
                None if schema.get("properties").is_some() && types.is_empty() => {
                    no("it is no list there: leave [] out".to_owned())
                }
                None => View::Silent,
            }
        }
    }
}

/// The schema that a reference leads to within `root`.
pub(super) fn target<'s, 'a>(root: &'s Json<'a>, reference: &Json<'_>) -> Option<&'s Json<'a>> {
    local_reference(&reference.text()?)?.iter().try_fold(root, |at, name| at.get(name))
}

#[cfg(test)]
mod tests {
    use super::{Json, Knowledge, knows};
    use model::FieldPath;

    fn check(schema: &str, path: &str, expected: Option<(usize, &str)>) {
        let schema = Json::parse(schema).unwrap();
        let found = match knows(&schema, path.parse::<FieldPath>().unwrap().steps()) {
            Knowledge::May => None,
            Knowledge::No { depth, instead } => Some((depth, instead)),
        };
        let expected = expected.map(|(depth, instead)| (depth, instead.to_owned()));
        assert_eq!(found, expected, "{path}");
    }

    #[test]
    fn plain_schemas() {
        let schema = r#"{"type":"object","properties":{"id":{"type":"integer"},
            "owner":{"type":["object","null"],"properties":{"login":{}}},
            "items":{"type":"array","items":{"type":"object","properties":{"id":{}}}},
            "any":{},"free":{"type":"object"},"map":{"type":"object","additionalProperties":{"type":"object","properties":{"a":{}}}}}}"#;
        for path in
            ["id", "owner.login.x", "items[].id", "any.x[].y", "free.x", "map.k.a", "items[]"]
        {
            check(schema, path, None);
        }
        let names = "there are id, owner, items, any, free, map";
        check(schema, "idd", Some((0, names)));
        check(schema, "owner.logn", Some((1, "there are login")));
        check(schema, "items.id", Some((1, "it is a list there: write [] for every item")));
        check(schema, "owner[].login", Some((1, "it is no list there: leave [] out")));
        check(schema, "id.x", Some((1, "it has no fields there")));
        check(schema, "map.k.b", Some((2, "there are a")));
        check(schema, "[].id", Some((0, "it is no list there: leave [] out")));
    }

    #[test]
    fn branches_and_references() {
        let schema = r##"{"type":"object","allOf":[{"$ref":"#/$defs/a"},{"properties":{"b":{}}}],
            "anyOf":[{"properties":{"c":{}}},{"type":"object","properties":{"d":{}}}],
            "$defs":{"a":{"properties":{"a":{"$ref":"#/$defs/a"}}},"loop":{"$ref":"#/$defs/loop"}}}"##;
        for path in ["a", "a.a.a", "b", "c", "d"] {
            check(schema, path, None);
        }
        check(schema, "e", Some((0, "there are a")));
        check(schema, "a.b", Some((1, "there are a")));
        check(r##"{"$ref":"#/$defs/l","$defs":{"l":{"$ref":"#/$defs/l"}}}"##, "x", None);
        check(r#"{"$ref":"https://example.com/x"}"#, "x", None);
        check(r#"{"allOf":[{"type":"object"},{"required":["x"]}]}"#, "x", None);
    }
}
