use super::AdaptError;
use crate::{
    Projection,
    json::{Json, each_schema},
    projection::{Knowledge, knows, shrink},
};
use model::{FieldPath, RawJson, ToolSettings};

/// The output schema of what a call gives: the chosen fields, of as many pages as are walked. Nothing where it cannot
/// be told.
pub(super) fn adapt(
    schema: Option<RawJson>,
    settings: &ToolSettings,
) -> Result<Option<RawJson>, AdaptError> {
    let Some(schema) = schema else { return Ok(None) };
    if settings.projection.is_none() && settings.pagination.is_none() {
        return Ok(Some(schema));
    }
    let Some(root) = Json::parse(schema.get()) else { return Ok(None) };
    if let Some(paging) = &settings.pagination {
        check_path(&root, &paging.items, || "pagination.items".to_owned())?;
        if let Some(cursor) = &paging.cursor {
            check_path(&root, cursor, || "pagination.cursor".to_owned())?;
        }
    }
    for (index, path) in settings.projection.iter().flatten().enumerate() {
        check_path(&root, path, || format!("projection[{index}]"))?;
    }
    let shrunk = match &settings.projection {
        Some(paths) => shrink(&root, Projection::new(paths).root()),
        None => Some(root.clone()),
    };
    // MCP takes no other root.
    let is_object = |schema: &Json<'_>| schema.types() == ["object"];
    let Some(mut schema) = shrunk.filter(is_object) else { return Ok(None) };
    if settings.pagination.is_some() {
        // Pages together hold more than one.
        each_schema(&mut schema, &mut |schema| drop(schema.remove("maxItems")));
    }
    Ok(RawJson::parse(schema.write()).ok())
}

fn check_path(
    schema: &Json<'_>,
    path: &FieldPath,
    field: impl FnOnce() -> String,
) -> Result<(), AdaptError> {
    match knows(schema, path.steps()) {
        Knowledge::May => Ok(()),
        Knowledge::No { depth, instead } => Err(AdaptError::UnknownField {
            field: field(),
            path: path.steps().iter().take(depth + 1).cloned().collect(),
            instead,
        }),
    }
}
