use crate::{
    AuditRow, ConnectAttempt, Connection, CustomerConnection, EmbeddingsEndpoint, Error,
    OAuthClient, Remembered, SigningSecret, Store, audit, engine::on,
};
use model::AccountId;

/// Values sealed anew in one transaction.
const BATCH: i64 = 100;

/// A column of sealed values. `select` gives the three texts that name a row and the value, of rows that the key `$1` has not sealed;
/// `update` takes the new value, the three texts and the old value, so that what somebody has changed meanwhile stays.
struct Column {
    select: &'static str,
    update: &'static str,
    left: &'static str,
    place: fn(&str, &str, &str) -> Result<String, Error>,
}

/// Every column of sealed values. Bytes two to five of one are its key's id.
const COLUMNS: [Column; 8] = [
    Column {
        select: "select account_id, id, '', sealed from connection where substr(sealed, 2, 4) <> $1 order by id limit $2",
        update: "update connection set sealed = $1 where account_id = $2 and id = $3 and $4 = '' and sealed = $5",
        left: "select count(*) from connection where substr(sealed, 2, 4) <> $1",
        place: |account, id, _| {
            let corrupt = |column| Error::Corrupt { column };
            let account = account.parse().map_err(|_| corrupt("connection.account_id"))?;
            Ok(Connection::place(account, id.parse().map_err(|_| corrupt("connection.id"))?))
        },
    },
    Column {
        select: "select account_id, customer_id, id, sealed from customer_connection where substr(sealed, 2, 4) <> $1 \
             order by id limit $2",
        update: "update customer_connection set sealed = $1 \
             where account_id = $2 and customer_id = $3 and id = $4 and sealed = $5",
        left: "select count(*) from customer_connection where substr(sealed, 2, 4) <> $1",
        place: |account, customer, id| {
            let corrupt = |column| Error::Corrupt { column };
            let account = account.parse().map_err(|_| corrupt("customer_connection.account_id"))?;
            let customer =
                customer.parse().map_err(|_| corrupt("customer_connection.customer_id"))?;
            let id = id.parse().map_err(|_| corrupt("customer_connection.id"))?;
            Ok(CustomerConnection::place(account, customer, id))
        },
    },
    Column {
        select: "select account_id, id, '', sealed from signing_secret where substr(sealed, 2, 4) <> $1 order by id limit $2",
        update: "update signing_secret set sealed = $1 where account_id = $2 and id = $3 and $4 = '' and sealed = $5",
        left: "select count(*) from signing_secret where substr(sealed, 2, 4) <> $1",
        place: |account, id, _| {
            let corrupt = |column| Error::Corrupt { column };
            let account = account.parse().map_err(|_| corrupt("signing_secret.account_id"))?;
            let id = id.parse().map_err(|_| corrupt("signing_secret.id"))?;
            Ok(SigningSecret::place(account, id))
        },
    },
    Column {
        select: "select account_id, app_id, way, sealed from oauth_client where substr(sealed, 2, 4) <> $1 \
             order by app_id, way limit $2",
        update: "update oauth_client set sealed = $1 where account_id = $2 and app_id = $3 and way = $4 and sealed = $5",
        left: "select count(*) from oauth_client where substr(sealed, 2, 4) <> $1",
        place: |account, app, way| {
            let corrupt = |column| Error::Corrupt { column };
            let account = account.parse().map_err(|_| corrupt("oauth_client.account_id"))?;
            let app = app.parse().map_err(|_| corrupt("oauth_client.app_id"))?;
            Ok(OAuthClient::place(account, app, way))
        },
    },
    Column {
        select: "select account_id, id, '', sealed from connect_attempt where substr(sealed, 2, 4) <> $1 order by id limit $2",
        update: "update connect_attempt set sealed = $1 where account_id = $2 and id = $3 and $4 = '' and sealed = $5",
        left: "select count(*) from connect_attempt where substr(sealed, 2, 4) <> $1",
        place: |account, id, _| {
            let corrupt = |column| Error::Corrupt { column };
            let account = account.parse().map_err(|_| corrupt("connect_attempt.account_id"))?;
            Ok(ConnectAttempt::place(account, id))
        },
    },
    Column {
        select: "select account_id, '', '', sealed from embeddings_endpoint where substr(sealed, 2, 4) <> $1 \
             order by account_id limit $2",
        update: "update embeddings_endpoint set sealed = $1 where account_id = $2 and $3 = '' and $4 = '' and sealed = $5",
        left: "select count(*) from embeddings_endpoint where substr(sealed, 2, 4) <> $1",
        place: |account, _, _| {
            let account = account.parse();
            let account =
                account.map_err(|_| Error::Corrupt { column: "embeddings_endpoint.account_id" })?;
            Ok(EmbeddingsEndpoint::place(account))
        },
    },
    Column {
        select: "select account_id, principal, key, sealed from idempotency where substr(sealed, 2, 4) <> $1 \
             order by account_id, principal, key limit $2",
        update: "update idempotency set sealed = $1 where account_id = $2 and principal = $3 and key = $4 and sealed = $5",
        left: "select count(*) from idempotency where substr(sealed, 2, 4) <> $1",
        place: |account, principal, key| {
            let account: AccountId =
                account.parse().map_err(|_| Error::Corrupt { column: "idempotency.account_id" })?;
            Ok(Remembered::place(account, principal, key))
        },
    },
    Column {
        select: "select key_id, '', '', sealed from audit_key where substr(sealed, 2, 4) <> $1 order by key_id limit $2",
        update: "update audit_key set sealed = $1 where key_id = $2 and $3 = '' and $4 = '' and sealed = $5",
        left: "select count(*) from audit_key where substr(sealed, 2, 4) <> $1",
        place: |id, _, _| Ok(audit::keys::place(id)),
    },
];

type Row = (String, String, String, Vec<u8>);

impl Store {
    /// Whether the first key of the key file is the one in use.
    ///
    /// # Errors
    ///
    /// [`Error::Directory`] when the file cannot be read.
    pub fn first_key_is_in_use(&self) -> Result<bool, Error> {
        let ring = self.ring();
        let found = ring.dir.find_keys(&ring.source)?.ok_or(Error::WrongKey)?;
        Ok(found.first().id() == ring.sealer.in_use().id())
    }

    /// Puts a new key before those of the key file. It is not in use yet.
    ///
    /// # Errors
    ///
    /// [`Error::Directory`] when the file cannot be written.
    pub fn add_key(&self, entropy: [u8; 32]) -> Result<(), Error> {
        let ring = self.ring();
        ring.dir.add_key(&ring.source, entropy)
    }

    /// Puts the first key of the key file into use, in every process: they learn of it with their next look at the number of changes.
    /// The old key signs the new one's public key, so that checkpoints can be followed.
    ///
    /// # Errors
    ///
    /// [`Error::Directory`] when the key file cannot be read.
    pub async fn use_first_key(&self, audit: &AuditRow, nonce: [u8; 12]) -> Result<(), Error> {
        const TAG: &str =
            "insert into key_check (key_id, tag) values ($1, $2) on conflict (key_id) do nothing";
        const KEEP: &str = "insert into audit_key (position, key_id, sealed, next_public_key, endorsement) \
             select coalesce(max(position), 0) + 1, $1, $2, $3, $4 from audit_key";
        const USE: &str = "update change_epoch set key_id = $1 where name = 'all'";
        let ring = self.ring();
        let found = ring.dir.find_keys(&ring.source)?.ok_or(Error::WrongKey)?;
        ring.sealer.learn(&found);
        let new = found.first();
        let mut change = self.begin(audit).await?;
        let old = ring.sealer.in_use();
        if new.id() == old.id() {
            // Another process was faster.
            return Ok(());
        }
        let (id, old_id) = (new.id(), old.id());
        let sealed = new.seal(&audit::keys::place(&old_id), nonce, old.audit_seed.expose());
        let public = new.audit.public();
        let message = [b"gatewright audit key 1\n".as_slice(), public].concat();
        let endorsement = old.audit.sign(&message);
        on!(change.tx, |db| sqlx::query(TAG)
            .bind(&id)
            .bind(new.tag().as_slice())
            .execute(&mut **db)
            .await
            .map(drop)?);
        on!(change.tx, |db| sqlx::query(KEEP)
            .bind(&old_id)
            .bind(&sealed)
            .bind(public)
            .bind(&endorsement)
            .execute(&mut **db)
            .await
            .map(drop)?);
        on!(change.tx, |db| sqlx::query(USE).bind(&id).execute(&mut **db).await.map(drop)?);
        change.commit().await?;
        self.follow_key(&id).await
    }

    /// Values that the key in use has not sealed.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn count_old_seals(&self) -> Result<i64, Error> {
        let id = self.ring().sealer.in_use().id_bytes();
        let mut left = 0;
        for column in &COLUMNS {
            let (count,): (i64,) = on!(self.reader, |db| sqlx::query_as(column.left)
                .bind(id.as_slice())
                .fetch_one(db)
                .await?);
            left += count;
        }
        Ok(left)
    }

    /// Seals a hundred values anew with the key in use, in one transaction, and says how many; none when all are. What was done stays
    /// done: whoever goes on later finds what is left by the id of the key in each value.
    ///
    /// # Errors
    ///
    /// [`Error::Sealed`] when there is no key for a value.
    pub async fn seal_anew(&self, mut nonce: impl FnMut() -> [u8; 12]) -> Result<usize, Error> {
        let sealer = &self.ring().sealer;
        let key = sealer.in_use();
        for column in &COLUMNS {
            let mut tx = self.writer.begin().await?;
            let rows: Vec<Row> = on!(tx, |db| sqlx::query_as(column.select)
                .bind(key.id_bytes().as_slice())
                .bind(BATCH)
                .fetch_all(&mut **db)
                .await?);
            if rows.is_empty() {
                continue;
            }
            for (a, b, c, old) in &rows {
                let place = (column.place)(a, b, c)?;
                let plain = sealer.open(&place, old)?;
                let new = key.seal(&place, nonce(), plain.expose());
                on!(tx, |db| sqlx::query(column.update)
                    .bind(&new)
                    .bind(a)
                    .bind(b)
                    .bind(c)
                    .bind(old)
                    .execute(&mut **db)
                    .await
                    .map(drop)?);
            }
            tx.commit().await?;
            return Ok(rows.len());
        }
        Ok(0)
    }

    /// Leaves the key in use alone in the key file.
    ///
    /// # Errors
    ///
    /// [`Error::KeyInUse`] while an older key is still needed; [`Error::Directory`] when the file cannot be written.
    pub async fn retire_keys(&self, audit: &AuditRow) -> Result<(), Error> {
        let mut tx = self.begin(audit).await?.tx;
        let ring = self.ring();
        let id = ring.sealer.in_use().id_bytes();
        for column in &COLUMNS {
            let (left,): (i64,) = on!(tx, |db| sqlx::query_as(column.left)
                .bind(id.as_slice())
                .fetch_one(&mut **db)
                .await?);
            if left > 0 {
                return Err(Error::KeyInUse);
            }
        }
        if !self.first_key_is_in_use()? {
            return Err(Error::KeyInUse);
        }
        ring.dir.keep_first_key(&ring.source)?;
        tx.commit().await
    }
}

#[cfg(test)]
mod tests {
    use super::COLUMNS;
    use crate::migrations::MAIN;

    #[test]
    fn every_table_with_sealed_values_is_sealed_anew() {
        let mut tables = 0;
        for (_, _, sql) in MAIN {
            for table in sql.split("create table ").skip(1) {
                let (name, columns) = table.split_once(' ').unwrap();
                if columns.split(");").next().unwrap().contains(" sealed blob") {
                    let known =
                        COLUMNS.iter().filter(|it| it.select.contains(&format!(" from {name} ")));
                    assert_eq!(known.count(), 1, "{name} is not in COLUMNS");
                    tables += 1;
                }
            }
        }
        assert_eq!(tables, COLUMNS.len());
    }
}
