//! JSON as text: trees whose scalars stay as they are written, and the keywords of JSON Schema in them.

mod schema;
mod tree;

pub(crate) use schema::{MANY, NAMED, ONE, each_schema, local_reference};
pub(crate) use tree::{Json, push_quoted, quoted};
