use super::{asked::Asked, input::Query, output::Plain};
use crate::{Shared, problem::Problem};
use app::{Page, Usage, UsageQuery};
use axum::extract::State;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn router() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new().routes(routes!(get_usage))
}

/// Get usage
///
/// Calls, failures apart, with time and bytes: summed over the days asked for, or kept apart by day, server, tool, token and user.
#[utoipa::path(get, path = "/usage", tag = "Usage", params(UsageQuery), responses((status = 200, body = Page<Usage>)))]
async fn get_usage(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Query(query): Query<UsageQuery>,
) -> Result<Plain<Page<Usage>>, Problem> {
    Ok(Plain(shared.app.get_usage(&caller, &query).await?))
}
