use crate::{
    Connection, DataDir, Error, KeySource, Sealer, Store,
    audit::{carry::carry_over, keys::AuditKeys},
    engine::on,
    seal::hex,
};
use model::{AccountId, ConnectionId};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// How often the key file is read again for a key that is not in it.
const READ_INTERVAL: Duration = Duration::from_secs(1);

/// The keys of this process, and where there are more.
#[derive(Debug)]
pub(crate) struct KeyRing {
    pub(crate) sealer: Sealer,
    pub(crate) dir: DataDir,
    pub(crate) source: KeySource,
    read_at: Mutex<Option<Instant>>,
}

impl KeyRing {
    pub(crate) fn new(sealer: Sealer, dir: &DataDir, source: &KeySource) -> Self {
        Self { sealer, dir: dir.clone(), source: source.clone(), read_at: Mutex::default() }
    }

    /// Reads the key file again, unless that was done a moment ago.
    fn read_again(&self) -> Result<(), Error> {
        let mut read_at = self.read_at.lock().unwrap_or_else(PoisonError::into_inner);
        if read_at.is_none_or(|at| at.elapsed() >= READ_INTERVAL) {
            *read_at = Some(Instant::now());
            if let Some(found) = self.dir.find_keys(&self.source)? {
                self.sealer.learn(&found);
            }
        }
        Ok(())
    }
}

/// Whether nothing was ever written, so that a key may be made.
pub(crate) async fn is_fresh(store: &Store) -> Result<bool, Error> {
    const SQL: &str =
        "select value, (select count(*) from key_check) from change_epoch where name = 'all'";
    let (changes, keys): (i64, i64) =
        on!(store.reader, |db| sqlx::query_as(SQL).fetch_one(db).await?);
    Ok(changes == 0 && keys == 0)
}

impl Store {
    /// Checks that there is the key that the database is sealed with, and has it seal; notes it when it is the first.
    pub(crate) async fn admit(&mut self, ring: KeyRing) -> Result<(), Error> {
        if self.key_in_use().await?.is_none() {
            self.note_first_key(&ring.sealer).await?;
        }
        self.ring = Some(Arc::new(ring));
        // Read again: another node may have been the first.
        let id = self.key_in_use().await?.ok_or(Error::WrongKey)?;
        self.follow_key(&id).await
    }

    async fn key_in_use(&self) -> Result<Option<String>, Error> {
        const SQL: &str = "select key_id from change_epoch where name = 'all'";
        let (id,): (Option<String>,) =
            on!(self.reader, |db| sqlx::query_as(SQL).fetch_one(db).await?);
        Ok(id)
    }

    async fn note_first_key(&self, sealer: &Sealer) -> Result<(), Error> {
        // The row's lock makes nodes that start at once wait for one another, so that one of them is the first.
        const FIRST: &str =
            "update change_epoch set key_id = $1 where name = 'all' and key_id is null";
        const TAG: &str = "insert into key_check (key_id, tag) values ($1, $2)";
        let key = match self.key_of_one_value(sealer).await? {
            Some(id) => sealer.key(&id).ok_or(Error::WrongKey)?,
            None => sealer.first(),
        };
        let mut tx = self.writer.begin().await?;
        let is_first = on!(tx, |db| sqlx::query(FIRST)
            .bind(key.id())
            .execute(&mut **db)
            .await?
            .rows_affected());
        if is_first == 0 {
            return Ok(());
        }
        on!(tx, |db| sqlx::query(TAG)
            .bind(key.id())
            .bind(key.tag().as_slice())
            .execute(&mut **db)
            .await
            .map(drop)?);
        carry_over(&mut tx, &AuditKeys::first(&key)).await?;
        tx.commit().await
    }

    /// The key of a database from before keys were noted: one sealed value tells.
    async fn key_of_one_value(&self, sealer: &Sealer) -> Result<Option<String>, Error> {
        const SQL: &str = "select account_id, id, sealed from connection limit 1";
        let row: Option<(String, String, Vec<u8>)> =
            on!(self.reader, |db| sqlx::query_as(SQL).fetch_optional(db).await?);
        let Some((account, id, sealed)) = row else { return Ok(None) };
        let corrupt = |column| Error::Corrupt { column };
        let account: AccountId = account.parse().map_err(|_| corrupt("connection.account_id"))?;
        let id: ConnectionId = id.parse().map_err(|_| corrupt("connection.id"))?;
        let place = Connection::place(account, id);
        sealer.open(&place, &sealed).map_err(|_| Error::WrongKey)?;
        Ok(sealed.get(1..5).map(hex))
    }

    /// Has the key of that id seal, after a look at the key file if it is new to this process.
    ///
    /// # Errors
    ///
    /// [`Error::WrongKey`] when there is no such key, or it is not the one that the database has noted.
    pub(crate) async fn follow_key(&self, id: &str) -> Result<(), Error> {
        const SQL: &str = "select tag from key_check where key_id = $1";
        let ring = self.ring();
        if ring.sealer.key(id).is_none() {
            ring.read_again()?;
        }
        let key = ring.sealer.key(id).ok_or(Error::WrongKey)?;
        let known: Option<(Vec<u8>,)> =
            on!(self.reader, |db| sqlx::query_as(SQL).bind(id).fetch_optional(db).await?);
        if known.is_none_or(|(tag,)| tag != key.tag()) || !ring.sealer.use_key(id) {
            return Err(Error::WrongKey);
        }
        self.load_audit_keys().await
    }

    pub(crate) fn ring(&self) -> &KeyRing {
        self.ring.as_ref().expect("a store is given out with its keys")
    }
}
