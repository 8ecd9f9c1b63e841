use super::{PlanError, mail};
use crate::{Arguments, json::push_quoted};
use model::BodyTemplate;

/// The JSON of a body whose shape is given; nothing when all of it hangs on arguments that are absent.
pub(super) fn fill(
    template: &BodyTemplate,
    arguments: &Arguments<'_>,
) -> Result<Option<String>, PlanError> {
    let mut out = String::new();
    Ok(push(template, arguments, &mut out)?.then_some(out))
}

/// Whether there is anything to write.
fn push(
    template: &BodyTemplate,
    arguments: &Arguments<'_>,
    out: &mut String,
) -> Result<bool, PlanError> {
    let start = out.len();
    match template {
        BodyTemplate::Value(value) => out.push_str(value.get()),
        BodyTemplate::Argument(name) => match arguments.get(name) {
            Some(raw) => out.push_str(raw),
            None => return Ok(false),
        },
        BodyTemplate::Object(members) => {
            out.push('{');
            for (name, member) in members {
                let before = out.len();
                out.push_str(if before > start + 1 { "," } else { "" });
                push_quoted(name, out);
                out.push(':');
                if !push(member, arguments, out)? {
                    out.truncate(before);
                }
            }
            out.push('}');
            return Ok(kept(start, out));
        }
        BodyTemplate::List(items) => {
            out.push('[');
            for item in items {
                let before = out.len();
                out.push_str(if before > start + 1 { "," } else { "" });
                if !push(item, arguments, out)? {
                    out.truncate(before);
                }
            }
            out.push(']');
            return Ok(kept(start, out));
        }
        BodyTemplate::Mail(parts) => push_quoted(&mail::encoded(parts, arguments)?, out),
    }
    Ok(true)
}

/// Takes back brackets with nothing between them: what is meant to be empty is a value of its own.
fn kept(start: usize, out: &mut String) -> bool {
    let filled = out.len() > start + 2;
    if !filled {
        out.truncate(start);
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::fill;
    use crate::Arguments;
    use model::BodyTemplate;

    fn check(template: &str, arguments: &str, expected: Option<&str>) {
        let template: BodyTemplate = serde_json::from_str(template).unwrap();
        let arguments = Arguments::parse(arguments).unwrap();
        assert_eq!(fill(&template, &arguments).unwrap().as_deref(), expected);
    }

    #[test]
    fn what_no_argument_fills_is_left_out() {
        let issue = r#"{"object":[["query",{"value":"mutation"}],["variables",{"object":[["input",{"object":[
            ["title",{"argument":"title"}],["labels",{"list":[{"argument":"first"},{"argument":"second"}]}],
            ["empty",{"value":{}}]]}],["filter",{"object":[["id",{"argument":"id"}]]}]]}]]}"#;
        check(
            issue,
            r#"{"title":"a\"","first":1.10,"second":null,"id":12345678901234567890123}"#,
            Some(
                r#"{"query":"mutation","variables":{"input":{"title":"a\"","labels":[1.10,null],"empty":{}},"filter":{"id":12345678901234567890123}}}"#,
            ),
        );
        check(
            issue,
            r#"{"second":2}"#,
            Some(r#"{"query":"mutation","variables":{"input":{"labels":[2],"empty":{}}}}"#),
        );
        check(r#"{"argument":"whole"}"#, r#"{"whole":{"a":1}}"#, Some(r#"{"a":1}"#));
        check(r#"{"object":[["a",{"argument":"a"}]]}"#, "{}", None);
        check(r#"{"list":[{"list":[{"argument":"a"}]}]}"#, "{}", None);
    }
}
