use super::{asked::Asked, input::Query, output::Plain};
use crate::{Shared, problem::Problem};
use app::{HourQuery, Page, ServerHours, Usage, UsageQuery};
use axum::extract::State;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn router() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new().routes(routes!(get_usage)).routes(routes!(list_usage_hours))
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

/// List usage by the hour
///
/// Of each server that was called in the last hours: calls, failures and time, one number an hour. A week of hours is kept.
#[utoipa::path(get, path = "/usage/hours", tag = "Usage", params(HourQuery), responses((status = 200, body = Page<ServerHours>)))]
async fn list_usage_hours(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Query(query): Query<HourQuery>,
) -> Result<Plain<Page<ServerHours>>, Problem> {
    Ok(Plain(shared.app.list_usage_hours(&caller, &query).await?))
}
