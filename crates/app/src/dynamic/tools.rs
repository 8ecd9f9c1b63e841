use crate::tool::{Tool, Work};
use model::{Annotations, RawJson};
use std::sync::LazyLock;

/// The tool that calls another.
pub const CALL_TOOL: &str = "call-tool";
/// The tool that puts others on the list.
pub const ENABLE_TOOLS: &str = "enable-tools";

/// Tools that one request may describe.
pub(super) const DESCRIBED_MAX: usize = 20;
/// Tools that a client may have enabled at once.
pub(super) const ENABLED_MAX: usize = 128;
/// Tools that a search finds at most, and unless it asks for another number.
pub(super) const FOUND_MAX: usize = 50;
pub(super) const FOUND: usize = 10;

/// What a tool of dynamic mode does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Finder {
    /// Finds tools by what they are for.
    Search,
    /// Says what arguments tools take.
    Describe,
    /// Calls one. Its request is taken as one for the tool that it names, before it comes here.
    Call,
    /// Puts tools on the list.
    Enable,
}

/// The tools of dynamic mode, in their order on every list: of a managed server, or of connected apps.
pub(crate) fn finders(of_apps: bool) -> &'static [Tool; 4] {
    static OF_SERVER: LazyLock<[Tool; 4]> = LazyLock::new(|| made(""));
    static OF_APPS: LazyLock<[Tool; 4]> = LazyLock::new(|| {
        made(
            r#""app":{"type":"string","maxLength":128,"description":"Only tools of this app, by its key"},"#,
        )
    });
    if of_apps { &OF_APPS } else { &OF_SERVER }
}

/// `more` are further arguments of the search.
fn made(more: &str) -> [Tool; 4] {
    [
        tool(
            "search-tools",
            "Finds tools of this server by what they do. Gives the names of the best, a line about each, and which words \
                 they were found by.",
            &format!(
                r#"{{"type":"object","properties":{{"query":{{"type":"string","minLength":1,"maxLength":2000,"description":"What you want to do, in plain words"}},{more}"read_only":{{"type":"boolean","description":"Only tools that change nothing"}},"limit":{{"type":"integer","minimum":1,"maximum":{FOUND_MAX},"default":{FOUND},"description":"How many tools to find at most"}}}},"required":["query"],"additionalProperties":false}}"#
            ),
            Finder::Search,
        ),
        tool(
            "describe-tools",
            "Gives the description and the schema of the arguments of tools, by their names. Look here before you call one.",
            &format!(
                r#"{{"type":"object","properties":{{"tools":{{"type":"array","items":{{"type":"string"}},"minItems":1,"maxItems":{DESCRIBED_MAX},"description":"Names of tools, as search-tools gave them"}}}},"required":["tools"],"additionalProperties":false}}"#
            ),
            Finder::Describe,
        ),
        tool(
            CALL_TOOL,
            "Calls a tool of this server by its name, whether it is listed or not, and gives what it answers.",
            r#"{"type":"object","properties":{"name":{"type":"string","description":"The tool's name"},"arguments":{"type":"object","description":"Its arguments, as describe-tools says"}},"required":["name"],"additionalProperties":false}"#,
            Finder::Call,
        ),
        tool(
            ENABLE_TOOLS,
            "Puts tools on your list of tools, in place of those that you have enabled before. Without any, the list is as \
                 it was in the beginning.",
            &format!(
                r#"{{"type":"object","properties":{{"tools":{{"type":"array","items":{{"type":"string"}},"maxItems":{ENABLED_MAX},"description":"Names of tools, as search-tools gave them"}}}},"required":["tools"],"additionalProperties":false}}"#
            ),
            Finder::Enable,
        ),
    ]
}

/// The tool of dynamic mode with that name.
pub(crate) fn finder(name: &str, of_apps: bool) -> Option<&'static Tool> {
    finders(of_apps).iter().find(|tool| &*tool.name == name)
}

fn tool(name: &str, description: &str, schema: &str, finder: Finder) -> Tool {
    let reads = match finder {
        Finder::Search | Finder::Describe | Finder::Enable => true,
        Finder::Call => false,
    };
    let annotations = Annotations {
        read_only: reads,
        destructive: !reads,
        idempotent: reads,
        open_world: !reads,
    };
    let schema = RawJson::parse(schema.to_owned()).expect("the schema above is JSON");
    Tool::built_in(name, description, schema, annotations, Work::Find(finder))
}

#[cfg(test)]
mod tests {
    use super::{Finder, finder, finders};
    use crate::tool::Work;

    #[test]
    fn each_is_found_by_its_name_and_takes_what_its_schema_says() {
        for (tool, of_apps) in finders(false)
            .iter()
            .map(|tool| (tool, false))
            .chain(finders(true).iter().map(|tool| (tool, true)))
        {
            let Work::Find(kind) = tool.work else { panic!("{}", tool.name) };
            assert!(finder(&tool.name, of_apps).is_some_and(|found| std::ptr::eq(found, tool)));
            let input = tool.input().unwrap();
            let (good, bad) = match kind {
                Finder::Search => (r#"{"query":"mail"}"#, r#"{"query":"mail","limit":51}"#),
                Finder::Describe => (r#"{"tools":["a"]}"#, r#"{"tools":[]}"#),
                Finder::Call => (r#"{"name":"a"}"#, r#"{"name":"a","arguments":[]}"#),
                Finder::Enable => (r#"{"tools":[]}"#, r#"{"tools":"a"}"#),
            };
            assert!(input.check(good).is_ok(), "{}", tool.name);
            assert!(input.check(bad).is_err(), "{}", tool.name);
        }
        assert!(finder("read_result", true).is_none());
        let with_app = r#"{"query":"mail","app":"gmail"}"#;
        let takes = |of_apps| finders(of_apps)[0].input().unwrap().check(with_app).is_ok();
        assert_eq!((takes(false), takes(true)), (false, true));
    }
}
