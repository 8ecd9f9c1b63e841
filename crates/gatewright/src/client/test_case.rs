use super::{
    api::{Api, Ask, url_encoded},
    input, server,
    show::{self, Column},
    target::Target,
};
use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

const COLUMNS: [Column; 3] = [
    Column::new("ID", "/id"),
    Column::new("NAME", "/name"),
    Column::new("ARGUMENTS", "/arguments"),
];
const RUNS: [Column; 5] = [
    Column::new("NAME", "/name"),
    Column::new("ERROR", "/result/is_error"),
    Column::new("HTTP", "/result/upstream/status"),
    Column::new("MICROSECONDS", "/result/duration_us"),
    Column::new("RESULT", "/result/content/0/text"),
];

#[derive(Debug, Subcommand)]
pub(crate) enum TestCaseCommand {
    /// List the calls of a tool that are kept to be tried again.
    List {
        #[command(flatten)]
        tool: Tool,
    },
    /// Keep a call of a tool.
    Create {
        #[command(flatten)]
        tool: Tool,
        /// What people call it
        name: String,
        /// The arguments as JSON, or @FILE
        #[arg(default_value = "{}")]
        arguments: String,
    },
    /// Call the tool with what its test cases keep; fails when one of the calls does.
    Run {
        #[command(flatten)]
        tool: Tool,
        /// Name or id of a test case [default: all of the tool's]
        test_case: Option<String>,
        /// Call the tool that is published, not the draft's
        #[arg(long)]
        published: bool,
    },
    /// Remove a test case.
    Delete {
        #[command(flatten)]
        tool: Tool,
        /// Name or id
        test_case: String,
    },
}

/// A tool of a server's draft.
#[derive(Debug, Args)]
pub(crate) struct Tool {
    /// Slug or id of the server
    server: String,
    /// Name of the tool
    tool: String,
}

impl Tool {
    async fn cases(&self, api: &Api) -> anyhow::Result<String> {
        let tool: String = url_encoded(&self.tool).collect();
        Ok(format!("{}/tools/{tool}/test-cases", server::path(api, &self.server).await?))
    }
}

/// Runs a command on test cases.
pub(crate) async fn run(target: &Target, command: TestCaseCommand) -> anyhow::Result<()> {
    let api = target.open().await?;
    let done = act(&api, target.json, command).await;
    // Whatever a test has come to, its row of the request log is written before this ends.
    api.close().await;
    done
}

async fn act(api: &Api, json: bool, command: TestCaseCommand) -> anyhow::Result<()> {
    match command {
        TestCaseCommand::List { tool } => {
            show::list(json, &api.items(&tool.cases(api).await?, &[]).await?, &COLUMNS)
        }
        TestCaseCommand::Create { tool, name, arguments } => {
            let arguments = input::json("the arguments", &arguments)?;
            let body = json!({ "name": name, "arguments": arguments });
            show::one(json, &api.json(Ask::post(&tool.cases(api).await?, body)).await?)
        }
        TestCaseCommand::Run { tool, test_case, published } => {
            let path = tool.cases(api).await?;
            let cases = match test_case {
                Some(name) => vec![find(api, &path, &name).await?],
                None => api.items(&path, &[]).await?,
            };
            run_all(api, json, &path, &cases, published).await
        }
        TestCaseCommand::Delete { tool, test_case } => {
            let path = tool.cases(api).await?;
            let case = find(api, &path, &test_case).await?;
            api.json(Ask::delete(&format!("{path}/{}", text(&case, "id")))).await?;
            show::say(json, &format!("removed {}", text(&case, "name")))
        }
    }
}

async fn run_all(
    api: &Api,
    json: bool,
    path: &str,
    cases: &[Value],
    published: bool,
) -> anyhow::Result<()> {
    let version = if published { "published" } else { "draft" };
    let mut runs = Vec::new();
    for case in cases {
        let path = format!("{path}/{}/run", text(case, "id"));
        let name = text(case, "name");
        let ran = api.json(Ask::post(&path, json!({ "version": version }))).await;
        let result = ran.with_context(|| format!("the test case {name}"))?;
        runs.push(json!({ "name": name, "result": result }));
    }
    show::list(json, &runs, &RUNS)?;
    let failed = |run: &&Value| run.pointer("/result/is_error") == Some(&Value::Bool(true));
    match runs.iter().filter(failed).count() {
        0 => Ok(()),
        count => bail!("{count} of {} ended with an error", runs.len()),
    }
}

/// The test case of that id or name.
async fn find(api: &Api, path: &str, name: &str) -> anyhow::Result<Value> {
    let cases = api.items(path, &[]).await?;
    let known: Vec<String> = cases.iter().map(|case| text(case, "name").to_owned()).collect();
    let found =
        cases.into_iter().find(|case| [text(case, "id"), text(case, "name")].contains(&name));
    match found {
        Some(case) => Ok(case),
        None if known.is_empty() => bail!("there is no test case {name}: the tool has none"),
        None => bail!("there is no test case {name}: there are {}", known.join(", ")),
    }
}

fn text<'v>(case: &'v Value, name: &str) -> &'v str {
    case.get(name).and_then(Value::as_str).unwrap_or_default()
}
