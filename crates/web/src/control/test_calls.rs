use super::{
    asked::Asked,
    input::{Create, Path, Query},
    output::Plain,
};
use crate::{
    Shared,
    data::{self, Arrival, Call, Client, Ending, Pending},
    problem::Problem,
};
use app::{
    Caller, Outbound, Page, ServerWatch, TestCall, TestCaseRun, TestResult, TestedServer,
    TestedTool, TestedToolQuery,
};
use axum::{Extension, extract::State};
use model::{RawJson, ServerId, TestCaseId, ToolName};
use std::{sync::Arc, time::Instant};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn router() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new()
        .routes(routes!(list_tested_tools))
        .routes(routes!(test_tool))
        .routes(routes!(run_test_case))
}

/// List the tools that can be tested
///
/// As clients are told of them: those of the draft, which may be off, or with `version=published` those that are served. A tool of the
/// draft that cannot be offered is left out; the difference of the draft says why.
#[utoipa::path(
    get,
    path = "/servers/{server}/test/tools",
    tag = "Tests",
    params(("server" = ServerId, Path), TestedToolQuery),
    responses(
        (status = 200, body = Page<TestedTool>),
        (status = 409, description = "Nothing is published.", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn list_tested_tools(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path(server): Path<ServerId>,
    Query(query): Query<TestedToolQuery>,
) -> Result<Plain<Page<TestedTool>>, Problem> {
    let version = query.version.unwrap_or_default();
    let tested = shared.app.tested_server(&caller, server, version, shared.wire()).await?;
    Ok(Plain(tested.tools(&caller, &query)?))
}

/// Test a tool
///
/// Calls it as a client would, with all that holds for one: arguments are checked, limits count it, and a read-only server or token sends
/// nothing that writes. Its row in the request log is marked as a test.
#[utoipa::path(
    post,
    path = "/servers/{server}/test/tools/{tool}",
    tag = "Tests",
    params(("server" = ServerId, Path), ("tool" = ToolName, Path)),
    request_body = TestCall,
    responses((status = 200, body = TestResult))
)]
async fn test_tool(
    State(shared): State<Arc<Shared>>,
    Extension(outbound): Extension<Outbound>,
    Path((server, tool)): Path<(ServerId, ToolName)>,
    Create(caller, call): Create<TestCall>,
) -> Result<Plain<TestResult>, Problem> {
    let tested = shared.app.tested_server(&caller, server, call.version, shared.wire()).await?;
    run(&shared, caller, &tested, &outbound, &tool, &call.arguments).await
}

/// Run a test case
///
/// A test of its tool with the arguments that it keeps.
#[utoipa::path(
    post,
    path = "/servers/{server}/tools/{tool}/test-cases/{test_case}/run",
    tag = "Test cases",
    params(("server" = ServerId, Path), ("tool" = ToolName, Path), ("test_case" = TestCaseId, Path)),
    request_body = TestCaseRun,
    responses((status = 200, body = TestResult))
)]
async fn run_test_case(
    State(shared): State<Arc<Shared>>,
    Extension(outbound): Extension<Outbound>,
    Path((server, tool, id)): Path<(ServerId, ToolName, TestCaseId)>,
    Create(caller, order): Create<TestCaseRun>,
) -> Result<Plain<TestResult>, Problem> {
    let case = shared.app.tested_case(&caller, server, &tool, id).await?;
    let tested = shared.app.tested_server(&caller, server, order.version, shared.wire()).await?;
    run(&shared, caller, &tested, &outbound, &tool, &case.settings.arguments).await
}

/// Calls the tool as MCP does, and writes the row of the request log.
async fn run(
    shared: &Arc<Shared>,
    caller: Caller,
    tested: &TestedServer,
    outbound: &Outbound,
    tool: &str,
    arguments: &RawJson,
) -> Result<Plain<TestResult>, Problem> {
    let arguments = arguments.get();
    check(arguments, &shared.config.json)?;
    tested.check(tool)?;
    let asked = Arc::new(data::Asked {
        caller,
        published: Arc::clone(tested.published()),
        watch: ServerWatch::default(),
        asked_as: None,
        shown: data::Shown::All,
        chat: None,
        token_in_url: false,
    });
    let started = Instant::now();
    let arrival = Arrival { at: shared.app.now(), started, bytes_in: arguments.len() };
    let (method, client) = ("tools/call", Client::default());
    let pending = Pending::new(shared, &asked, arrival, method, Some(tool), "", client).test();
    let call = Call {
        name: tool,
        arguments,
        traceparent: None,
        tracestate: None,
        session: None,
        opens_urls: false,
    };
    let ran = data::perform(shared, &asked, outbound, &call, None, &pending.admission).await;
    match ran {
        Ok(outcome) => {
            let bytes_out = outcome.structured.as_ref().map_or(0, |json| json.get().len());
            pending.finish(data::ending(shared, &asked, &call, &outcome, bytes_out)).await?;
            Ok(Plain(tested.result(tool, arguments, outcome, started.elapsed())))
        }
        Err(error) => {
            pending.finish(Ending::refused(error.message.clone(), 0)).await?;
            Err(error.into())
        }
    }
}

/// Holds arguments to what a request over MCP is held to.
fn check(arguments: &str, limits: &mcp::Limits) -> Result<(), Problem> {
    if !arguments.starts_with('{') {
        return Err(Problem::invalid("invalid", "arguments are an object").field("arguments"));
    }
    mcp::check_json(arguments.as_bytes(), limits)
        .map(drop)
        .map_err(|fault| Problem::invalid("invalid", fault.to_string()).field("arguments"))
}
