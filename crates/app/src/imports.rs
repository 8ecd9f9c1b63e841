use crate::{Error, Kind};
use model::AccountId;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// After what time somebody who found no place may ask again.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// Places for imports: reading a large description takes much memory, so few are read at once.
#[derive(Debug)]
pub(crate) struct Imports {
    process: usize,
    account: usize,
    running: Mutex<HashMap<AccountId, usize>>,
}

/// A place that an import has until it is dropped.
#[derive(Debug)]
pub(crate) struct ImportPlace {
    imports: Arc<Imports>,
    account: AccountId,
}

impl Imports {
    pub(crate) fn new(process: usize, account: usize) -> Arc<Self> {
        Arc::new(Self { process, account, running: Mutex::default() })
    }

    /// A place for an import of that account.
    ///
    /// # Errors
    ///
    /// [`Kind::Wait`] when the account, or the process, has as many under way as it may.
    pub(crate) fn enter(self: &Arc<Self>, account: AccountId) -> Result<ImportPlace, Error> {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let own = running.get(&account).copied().unwrap_or_default();
        if own >= self.account || running.values().sum::<usize>() >= self.process {
            let message = if own >= self.account {
                "another import of the account is under way: wait for its end"
            } else {
                "other imports are under way: try again in a moment"
            };
            return Err(
                Error::new(Kind::Wait { retry_after: RETRY_AFTER }, message).code("imports_busy")
            );
        }
        running.insert(account, own + 1);
        Ok(ImportPlace { imports: Arc::clone(self), account })
    }
}

impl Drop for ImportPlace {
    fn drop(&mut self) {
        let mut running = self.imports.running.lock().unwrap_or_else(PoisonError::into_inner);
        match running.get_mut(&self.account) {
            Some(count) if *count > 1 => *count -= 1,
            Some(_) | None => drop(running.remove(&self.account)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Imports;
    use model::{AccountId, Timestamp};

    #[test]
    fn one_of_an_account_and_two_of_the_process() {
        let id = |byte| AccountId::new(Timestamp::UNIX_EPOCH, [byte; 10]);
        let imports = Imports::new(2, 1);
        let first = imports.enter(id(1)).unwrap();
        assert!(imports.enter(id(1)).is_err());
        let second = imports.enter(id(2)).unwrap();
        assert_eq!(imports.enter(id(3)).unwrap_err().code, "imports_busy");
        drop(first);
        drop((imports.enter(id(3)).unwrap(), second));
        assert!(imports.running.lock().unwrap().is_empty());
    }
}
