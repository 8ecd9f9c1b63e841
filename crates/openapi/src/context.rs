use crate::{
    Format, Options,
    schema::Schemas,
    server::Server,
    tree::{Library, Node},
};
use model::CredentialSlot;

/// What every operation of a document shares.
pub(crate) struct Context<'t> {
    pub(crate) library: &'t Library<'t>,
    pub(crate) root: Node<'t>,
    pub(crate) format: Format,
    pub(crate) options: &'t Options,
    pub(crate) slots: Vec<CredentialSlot>,
    pub(crate) servers: Vec<Server>,
    pub(crate) schemas: Schemas<'t>,
    /// Operations of the document.
    pub(crate) operations: usize,
}
