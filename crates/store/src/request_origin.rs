use crate::{
    Error, RequestRow,
    engine::{Tx, on},
};
use model::{AccountId, RequestId, ServerId, UserId};
use sha2::{Digest, Sha256};
use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Arc, Mutex, PoisonError},
};

/// Origins that a process remembers to have written; above it, it begins anew.
const KNOWN_MAX: usize = 8_192;
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// What many rows of the request log have in common, which stands once.
#[derive(Debug, PartialEq, Eq)]
struct Origin {
    account_id: AccountId,
    server_id: Option<ServerId>,
    server: Arc<str>,
    method: Cow<'static, str>,
    tool: Option<String>,
    principal: Arc<str>,
    user_id: Option<UserId>,
    client_name: Option<String>,
    client_version: Option<String>,
    revision: Cow<'static, str>,
    test: bool,
}

/// An origin that is in the database.
#[derive(Debug)]
struct Known {
    origin: Origin,
    id: i64,
    /// The last day of which it was said that a row has it.
    day: i64,
}

/// The origins that this process has written, so that a row of one costs a look here.
#[derive(Debug, Default)]
pub(crate) struct Origins(Mutex<HashMap<u64, Known>>);

/// The origins of some rows.
pub(crate) struct Placed {
    /// The number of each row's.
    pub(crate) ids: Vec<i64>,
    /// Those to be written with the rows, in one order everywhere, so that no two transactions wait for each other.
    fresh: BTreeMap<(AccountId, i64), (u64, Known)>,
}

impl Origins {
    pub(crate) fn place(&self, rows: &[RequestRow]) -> Placed {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut placed = Placed { ids: Vec::with_capacity(rows.len()), fresh: BTreeMap::new() };
        for row in rows {
            let hash = hash(row);
            let day = day(row.id);
            let found = known.get(&hash).filter(|known| known.origin.is_of(row));
            let id = found.map_or_else(|| Origin::of(row).id(), |known| known.id);
            placed.ids.push(id);
            if found.is_none_or(|known| known.day < day) {
                let fresh = placed.fresh.entry((row.account_id, id));
                let (_, fresh) =
                    fresh.or_insert_with(|| (hash, Known { origin: Origin::of(row), id, day }));
                fresh.day = fresh.day.max(day);
            }
        }
        placed
    }

    /// Remembers what was written.
    pub(crate) fn learn(&self, placed: Placed) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() + placed.fresh.len() > KNOWN_MAX {
            known.clear();
        }
        known.extend(placed.fresh.into_values());
    }

    /// Begins anew: what was not written now may be written days later, when its origin is gone.
    pub(crate) fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

impl Placed {
    /// Adds those that are new, or new on their day, in the transaction of the rows.
    pub(crate) async fn write(&self, tx: &mut Tx) -> Result<(), Error> {
        const SQL: &str = "insert into request_origin (account_id, id, server_id, server, method, tool, principal, user_id, \
             client_name, client_version, revision, test, last_day) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) \
             on conflict (account_id, id) do update set last_day = excluded.last_day \
             where request_origin.last_day < excluded.last_day";
        for (_, Known { origin, id, day }) in self.fresh.values() {
            on!(tx, |db| sqlx::query(SQL)
                .bind(&origin.account_id.as_bytes()[..])
                .bind(id)
                .bind(origin.server_id.map(|id| id.to_string()))
                .bind(&*origin.server)
                .bind(&*origin.method)
                .bind(origin.tool.as_deref())
                .bind(&*origin.principal)
                .bind(origin.user_id.map(|id| id.to_string()))
                .bind(origin.client_name.as_deref())
                .bind(origin.client_version.as_deref())
                .bind(&*origin.revision)
                .bind(i64::from(origin.test))
                .bind(day)
                .execute(&mut **db)
                .await?
                .rows_affected());
        }
        Ok(())
    }
}

impl Origin {
    fn of(row: &RequestRow) -> Self {
        Self {
            account_id: row.account_id,
            server_id: row.server_id,
            server: Arc::clone(&row.server),
            method: row.method.clone(),
            tool: row.tool.clone(),
            principal: Arc::clone(&row.principal),
            user_id: row.user_id,
            client_name: row.client_name.clone(),
            client_version: row.client_version.clone(),
            revision: row.revision.clone(),
            test: row.test,
        }
    }

    fn is_of(&self, row: &RequestRow) -> bool {
        self.account_id == row.account_id
            && self.server_id == row.server_id
            && self.server == row.server
            && self.method == row.method
            && self.tool == row.tool
            && self.principal == row.principal
            && self.user_id == row.user_id
            && self.client_name == row.client_name
            && self.client_version == row.client_version
            && self.revision == row.revision
            && self.test == row.test
    }

    /// The same for the same origin in every process: no two of them need agree on a number.
    fn id(&self) -> i64 {
        let mut digest = Sha256::new();
        for part in [
            self.server_id.as_ref().map(|id| &id.as_bytes()[..]),
            self.user_id.as_ref().map(|id| &id.as_bytes()[..]),
            Some(self.server.as_bytes()),
            Some(self.method.as_bytes()),
            self.tool.as_deref().map(str::as_bytes),
            Some(self.principal.as_bytes()),
            self.client_name.as_deref().map(str::as_bytes),
            self.client_version.as_deref().map(str::as_bytes),
            Some(self.revision.as_bytes()),
            Some(&[u8::from(self.test)]),
        ] {
            // A length before each part, lest two origins read alike.
            digest.update(part.map_or(u64::MAX, |part| part.len() as u64).to_be_bytes());
            digest.update(part.unwrap_or_default());
        }
        let [a, b, c, d, e, f, g, h, ..] = <[u8; 32]>::from(digest.finalize());
        i64::from_be_bytes([a, b, c, d, e, f, g, h])
    }
}

/// The day of a row's id, in days since 1970: the one by which rows are removed.
pub(crate) fn day(id: RequestId) -> i64 {
    id.millisecond() / DAY_MS
}

/// Of what most often differs; the rest is compared.
fn hash(row: &RequestRow) -> u64 {
    let mut hasher = DefaultHasher::new();
    row.server_id.map(|id| *id.as_bytes()).hash(&mut hasher);
    row.method.hash(&mut hasher);
    row.tool.hash(&mut hasher);
    row.principal.hash(&mut hasher);
    row.client_name.hash(&mut hasher);
    hasher.finish()
}
