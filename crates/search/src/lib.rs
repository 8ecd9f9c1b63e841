//! Finds the tools that a request in plain words asks for, among thousands of them.
//!
//! Words of the request are weighed against words of names, descriptions and parameters (BM25F), with a list of words
//! that say nothing, a thesaurus of how people speak of what APIs do, and a second look at the best. It is all counted
//! from the tools themselves: no model, no I/O, no clock, and the same answer for the same tools in any order. Who has a model's
//! embeddings of both can say how like they are, and both count.

mod closer;
mod concept;
mod document;
mod fold;
mod index;
mod meaning;
mod near;
mod query;
mod rank;
mod text;
mod words;

pub use concept::REQUEST_LIMIT;
pub use document::{Document, Field, Parameter, parameters, text_of};
pub use index::Index;
pub use meaning::Meaning;
pub use query::{Hit, Match, Query};
pub use text::TEXT_LIMIT;
