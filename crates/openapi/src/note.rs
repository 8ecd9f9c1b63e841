use crate::{Note, tree::Node};

/// A note, and what it means for the operation that it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) weight: Weight,
    pub(crate) note: Note,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Weight {
    /// Everything can be reached.
    Info,
    /// Something optional cannot.
    Degrades,
    /// The operation cannot work.
    Refuses,
}

impl Note {
    /// A note on a place of the document.
    pub(crate) fn at(node: Node<'_>, reason: impl Into<String>, fix: impl Into<String>) -> Self {
        let (line, column) = node.place();
        let name = &node.doc().name;
        let file = (!name.is_empty()).then(|| name.clone());
        Self { reason: reason.into(), fix: fix.into(), pointer: node.pointer(), file, line, column }
    }
}

impl Finding {
    pub(crate) fn info(node: Node<'_>, reason: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { weight: Weight::Info, note: Note::at(node, reason, fix) }
    }

    pub(crate) fn degrades(
        node: Node<'_>,
        reason: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self { weight: Weight::Degrades, note: Note::at(node, reason, fix) }
    }

    pub(crate) fn refuses(
        node: Node<'_>,
        reason: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self { weight: Weight::Refuses, note: Note::at(node, reason, fix) }
    }
}
