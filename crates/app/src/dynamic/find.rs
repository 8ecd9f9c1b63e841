use super::{
    hits,
    tools::{FOUND, FOUND_MAX},
};
use crate::{App, Caller, Outbound, Published, embeddings::Meanings, tool::Tool};
use model::{Content, Outcome, RawJson, UpstreamFacts};
use search::{Hit, Query};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use upstream::refusal;

/// Characters of a tool's description that a search shows.
const LINE_CHARS_MAX: usize = 160;
/// Words that a search names as the reason.
const WHY_MAX: usize = 5;

#[derive(Deserialize)]
struct Search {
    query: String,
    #[serde(default)]
    read_only: bool,
    app: Option<String>,
    limit: Option<usize>,
}

#[derive(Deserialize)]
pub(super) struct Named {
    pub(super) tools: Vec<String>,
}

#[derive(Serialize)]
struct Found<'a> {
    tools: Vec<FoundTool<'a>>,
}

#[derive(Serialize)]
struct FoundTool<'a> {
    name: &'a str,
    description: String,
    /// Words of the request that the tool was found by; none where it was found by its meaning alone.
    why: Vec<String>,
    read_only: bool,
    /// Tools that are nearly the same.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    like_it: Vec<&'a str>,
}

#[derive(Serialize)]
struct Described<'a> {
    tools: Vec<DescribedTool<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unknown: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DescribedTool<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    description: &'a str,
    input_schema: &'a RawValue,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_schema: Option<&'a RawValue>,
}

impl App {
    /// `search-tools`. The arguments fit its schema.
    pub(super) async fn search_tools(
        &self,
        caller: &Caller,
        server: &Published,
        arguments: &str,
        outbound: &Outbound,
    ) -> Outcome {
        let search: Search = match serde_json::from_str(arguments) {
            Ok(search) => search,
            Err(error) => return refusal(&[error]),
        };
        let account = caller.account_id();
        let meanings = self.meanings(account, server, &search.query, outbound).await;
        searched(caller, server, &search, meanings.as_ref())
    }

    /// `describe-tools`. The arguments fit its schema.
    pub(super) fn describe_tools(
        &self,
        caller: &Caller,
        server: &Published,
        arguments: &str,
    ) -> Outcome {
        let named: Named = match serde_json::from_str(arguments) {
            Ok(named) => named,
            Err(error) => return refusal(&[error]),
        };
        let (mut tools, mut unknown) = (Vec::new(), Vec::new());
        for name in named.tools {
            match server.tool(caller, &name) {
                Some(tool) => tools.push(described(tool)),
                None => unknown.push(name),
            }
        }
        let is_error = tools.is_empty();
        Outcome { is_error, ..answer(&Described { tools, unknown }) }
    }
}

/// What a search comes to, by words and, where that is known, by meaning.
fn searched(
    caller: &Caller,
    server: &Published,
    search: &Search,
    meanings: Option<&Meanings>,
) -> Outcome {
    let tool = |key: u32| server.tool_by_key(key);
    let allowed = |key: u32| tool(key).is_some_and(|tool| tool.is_visible_to(caller, server.id));
    let query = Query {
        read_only: search.read_only,
        app: search.app.as_deref(),
        allowed: &allowed,
        ..Query::new(&search.query)
    };
    let limit = search.limit.unwrap_or(FOUND).clamp(1, FOUND_MAX);
    let hits = match meanings {
        None => hits(server, &query, limit),
        Some(meanings) => meanings.with_likeness(tool, |likeness| {
            hits(server, &Query { likeness: Some(likeness), ..query }, limit)
        }),
    };
    let tools = hits.iter().filter_map(|hit| Some(found(tool(hit.key)?, hit, &tool))).collect();
    answer(&Found { tools })
}

fn found<'a>(tool: &'a Tool, hit: &Hit, other: &impl Fn(u32) -> Option<&'a Tool>) -> FoundTool<'a> {
    FoundTool {
        name: &tool.name,
        description: line(&tool.description),
        why: hit.why.iter().take(WHY_MAX).map(|one| one.word.clone()).collect(),
        read_only: tool.is_safe(),
        like_it: hit.others.iter().filter_map(|key| Some(&*other(*key)?.name)).collect(),
    }
}

/// The first line of a description, cut where it is long.
fn line(description: &str) -> String {
    let line = description.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim();
    if line.chars().count() <= LINE_CHARS_MAX {
        return line.to_owned();
    }
    let mut cut: String = line.chars().take(LINE_CHARS_MAX - 1).collect();
    cut.push('…');
    cut
}

fn described(tool: &Tool) -> DescribedTool<'_> {
    DescribedTool {
        name: &tool.name,
        title: tool.title.as_deref(),
        description: &tool.description,
        input_schema: tool.input_schema.raw(),
        output_schema: tool.output_schema.as_ref().map(RawJson::raw),
    }
}

/// A result that is a value, for programs and as text.
pub(crate) fn answer(value: &impl Serialize) -> Outcome {
    let text = serde_json::to_string(value).expect("it has text keys and no map of ours");
    Outcome {
        structured: RawJson::parse(text.clone()).ok(),
        content: vec![Content::Text(text)],
        is_error: false,
        truncated: false,
        overflow: None,
        connect: None,
        upstream: UpstreamFacts::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::{LINE_CHARS_MAX, line};

    #[test]
    fn a_line_is_the_first_that_says_something_and_no_longer_than_it_may() {
        assert_eq!(line("\n  Sends mail. \nTo anyone."), "Sends mail.");
        assert_eq!(line(""), "");
        let long = line(&"é".repeat(500));
        assert_eq!(long.chars().count(), LINE_CHARS_MAX);
        assert!(long.ends_with('…'));
    }
}
