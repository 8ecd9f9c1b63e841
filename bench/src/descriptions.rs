//! API descriptions: generated ones of any size, and the real ones.

use anyhow::Result;
use serde_json::{Map, Value, json};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// The params of a call of the generated descriptions' first operation; the nonce is filled in per call.
pub(crate) fn item_call() -> String {
    let nonce = crate::load::NONCE;
    format!(
        r#"{{"name":"get_item","arguments":{{"id":"{nonce}","currency":"EUR","limit":25,"verbose":true}}}}"#
    )
}

/// As many bytes as the body of an MCP request with that call, 2026-07-28.
pub(crate) fn item_call_envelope() -> String {
    format!(
        r#"{{"jsonrpc":"2.0","method":"tools/call","params":{},"padding":"{}"}}"#,
        item_call(),
        "x".repeat(200)
    )
}

/// The REST request that such a call becomes.
pub(crate) fn item_path() -> String {
    format!("/v1/items/{}?currency=EUR&limit=25&verbose=true", crate::load::NONCE)
}

/// Writes an OpenAPI 3.1 description of `operations` reading operations, about 600 bytes a tool.
pub(crate) fn generate(directory: &Path, operations: usize) -> Result<PathBuf> {
    let mut paths = Map::new();
    for index in 0..operations {
        let (path, id, noun) = match index {
            0 => ("/v1/items/{id}".to_owned(), "get_item".to_owned(), "item".to_owned()),
            _ => (
                format!("/v1/shelf-{index}/{{id}}"),
                format!("get_shelf_{index}"),
                format!("shelf {index}"),
            ),
        };
        paths.insert(path, json!({ "get": operation(&id, &noun) }));
    }
    let document = json!({
        "openapi": "3.1.0",
        "info": { "title": format!("Warehouse {operations}"), "version": "1.0.0" },
        "servers": [{ "url": "http://warehouse.example" }],
        "paths": paths,
    });
    let path = directory.join(format!("warehouse-{operations}.json"));
    fs::write(&path, serde_json::to_vec(&document)?)?;
    Ok(path)
}

fn operation(id: &str, noun: &str) -> Value {
    let parameter = |name: &str, place: &str, description: &str, schema: Value| json!({ "name": name, "in": place, "required": place == "path", "description": description, "schema": schema });
    json!({
        "operationId": id,
        "summary": format!("Get one {noun}"),
        "description": format!("Returns one {noun} with its price, stock and supplier, as of now."),
        "parameters": [
            parameter("id", "path", "Which one: 16 hexadecimal digits.",
                json!({ "type": "string", "pattern": "^[0-9a-f]{16}$", "minLength": 16, "maxLength": 16 })),
            parameter("currency", "query", "Currency of the price.",
                json!({ "type": "string", "enum": ["EUR", "USD", "GBP"], "default": "EUR" })),
            parameter("limit", "query", "How many warehouses to list at most.",
                json!({ "type": "integer", "minimum": 1, "maximum": 100 })),
            parameter("verbose", "query", "Whether to include the description.", json!({ "type": "boolean" })),
        ],
        "responses": { "200": { "description": "It.", "content": { "application/json": { "schema": {
            "type": "object",
            "required": ["id", "name"],
            "properties": { "id": { "type": "string" }, "name": { "type": "string" }, "price": { "type": "number" } },
        } } } } },
    })
}

/// A real description by its file name, from `GATEWRIGHT_SPECS` or beside the project; `None` when it is not there.
pub(crate) fn real(name: &str) -> Option<PathBuf> {
    let directory = match std::env::var_os("GATEWRIGHT_SPECS") {
        Some(directory) => PathBuf::from(directory),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/specs"),
    };
    Some(directory.join(name)).filter(|path| path.is_file())
}
