//! App definitions: what an app is, how it is connected, and what it does, in YAML that people read and write; and the built-in
//! ones.
//!
//! Text in, values out: nothing here does I/O, reads a clock or knows a store. A built-in definition is read when it is asked for,
//! one at a time; listing them reads the head of each alone.

mod action;
mod argument;
mod body;
mod built_in;
mod check;
mod definition;
mod error;
mod read;
mod schema;
mod slots;

pub use built_in::{BuiltIn, built_in, built_ins};
pub use definition::{ActionDefinition, BodyType, Definition, Head};
pub use error::DefinitionError;
pub use read::{ReadDefinition, read};
