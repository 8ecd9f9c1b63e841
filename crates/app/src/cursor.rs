use crate::{App, Caller, Error, clock::entropy, publication::Published};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

impl App {
    /// Where the next page of the caller's tool list begins: sealed, so that it is of this caller, server and version only.
    #[must_use]
    pub fn list_cursor(&self, caller: &Caller, server: &Published, offset: usize) -> String {
        let plain = (offset as u64).to_le_bytes();
        URL_SAFE_NO_PAD.encode(self.sealer.seal(&place(caller, server), entropy(), &plain))
    }

    /// The place that a cursor stands for.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Invalid`] when it is not ours, or of another caller, server or version.
    pub fn list_offset(
        &self,
        caller: &Caller,
        server: &Published,
        cursor: &str,
    ) -> Result<usize, Error> {
        let unknown = || Error::invalid("unknown cursor: start again without one");
        let sealed = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| unknown())?;
        let plain = self.sealer.open(&place(caller, server), &sealed).map_err(|_| unknown())?;
        let bytes = plain.expose().try_into().map_err(|_| unknown())?;
        usize::try_from(u64::from_le_bytes(bytes)).map_err(|_| unknown())
    }
}

fn place(caller: &Caller, server: &Published) -> String {
    format!(
        "{}|list cursor|{}|{}|{}",
        caller.account_id(),
        caller.principal(),
        server.name,
        server.version
    )
}
