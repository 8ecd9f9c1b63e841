use super::{
    asked::Asked,
    input::{Change, Create, IfMatch, Path, Query},
    output::{Created, Done, Plain, Tagged},
    schema::Patched,
};
use crate::{Shared, problem::Problem};
use app::{Page, PageQuery, TestCase, TestCaseSettings};
use axum::extract::State;
use model::{ServerId, TestCaseId, ToolName};
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

type TestCasePatch = Patched<TestCaseSettings>;

pub(crate) fn router() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new().routes(routes!(list_test_cases, create_test_case)).routes(routes!(
        get_test_case,
        update_test_case,
        delete_test_case
    ))
}

/// List test cases
///
/// Calls of a tool of a draft that are kept to be tried again.
#[utoipa::path(
    get,
    path = "/servers/{server}/tools/{tool}/test-cases",
    tag = "Test cases",
    params(("server" = ServerId, Path), ("tool" = ToolName, Path), PageQuery),
    responses((status = 200, body = Page<TestCase>))
)]
async fn list_test_cases(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path((server, tool)): Path<(ServerId, ToolName)>,
    Query(page): Query<PageQuery>,
) -> Result<Plain<Page<TestCase>>, Problem> {
    Ok(Plain(shared.app.list_test_cases(&caller, server, &tool, &page).await?))
}

/// Create a test case
#[utoipa::path(
    post,
    path = "/servers/{server}/tools/{tool}/test-cases",
    tag = "Test cases",
    params(("server" = ServerId, Path), ("tool" = ToolName, Path)),
    request_body = TestCaseSettings,
    responses((status = 201, body = TestCase))
)]
async fn create_test_case(
    State(shared): State<Arc<Shared>>,
    Path((server, tool)): Path<(ServerId, ToolName)>,
    Create(caller, new): Create<TestCaseSettings>,
) -> Result<Created<TestCase>, Problem> {
    let case = shared.app.create_test_case(&caller, server, &tool, new).await?;
    let location = format!("/api/v1/servers/{server}/tools/{tool}/test-cases/{}", case.id);
    Ok(Created { location, revision: Some(case.revision), body: case })
}

/// Get a test case
#[utoipa::path(
    get,
    path = "/servers/{server}/tools/{tool}/test-cases/{test_case}",
    tag = "Test cases",
    params(("server" = ServerId, Path), ("tool" = ToolName, Path), ("test_case" = TestCaseId, Path)),
    responses((status = 200, body = TestCase))
)]
async fn get_test_case(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path((server, tool, id)): Path<(ServerId, ToolName, TestCaseId)>,
) -> Result<Tagged<TestCase>, Problem> {
    Ok(tagged(shared.app.get_test_case(&caller, server, &tool, id).await?))
}

/// Change a test case
///
/// Members of its arguments that the patch does not name stay.
#[utoipa::path(
    patch,
    path = "/servers/{server}/tools/{tool}/test-cases/{test_case}",
    tag = "Test cases",
    params(("server" = ServerId, Path), ("tool" = ToolName, Path), ("test_case" = TestCaseId, Path)),
    request_body(content = TestCasePatch, content_type = "application/merge-patch+json"),
    responses((status = 200, body = TestCase))
)]
async fn update_test_case(
    State(shared): State<Arc<Shared>>,
    Path((server, tool, id)): Path<(ServerId, ToolName, TestCaseId)>,
    Change(caller, expected, patch): Change,
) -> Result<Tagged<TestCase>, Problem> {
    let place = (server, &tool, id);
    Ok(tagged(shared.app.update_test_case(&caller, place, expected, &patch).await?))
}

/// Remove a test case
#[utoipa::path(
    delete,
    path = "/servers/{server}/tools/{tool}/test-cases/{test_case}",
    tag = "Test cases",
    params(("server" = ServerId, Path), ("tool" = ToolName, Path), ("test_case" = TestCaseId, Path)),
    responses((status = 204))
)]
async fn delete_test_case(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path((server, tool, id)): Path<(ServerId, ToolName, TestCaseId)>,
    IfMatch(expected): IfMatch,
) -> Result<Done, Problem> {
    shared.app.delete_test_case(&caller, (server, &tool, id), expected).await?;
    Ok(Done)
}

fn tagged(case: TestCase) -> Tagged<TestCase> {
    let revision = case.revision;
    Tagged(case, revision)
}
