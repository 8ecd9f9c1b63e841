//! Descriptions that stand elsewhere.

use crate::tree::{Library, Node};
use std::borrow::Cow;

/// The text of a description: itself, or what its `$ref` names, in a document or in a file of plain text.
pub(crate) fn text_of<'t>(library: &'t Library<'_>, node: Node<'t>) -> Option<Cow<'t, str>> {
    if let Some(text) = node.scalar() {
        return Some(Cow::Borrowed(text));
    }
    let reference = node.text("$ref")?;
    let plain =
        !reference.contains('#') && !reference.ends_with(".json") && !reference.ends_with(".yaml");
    if plain && !reference.ends_with(".yml") {
        return library.text_file(node.doc(), reference).ok().map(Cow::Owned);
    }
    library.follow(node).ok()?.node().str().map(Cow::Borrowed)
}
