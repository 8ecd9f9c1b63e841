use crate::{Change, Error, Store, engine::on};
use model::{AccountId, Timestamp};

/// Digests that one statement looks up.
const LOOKED_UP: usize = 16;

/// Where an account has texts put into numbers, by their meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmbeddingsEndpoint {
    /// Whose texts.
    pub account_id: AccountId,
    /// Where they are sent.
    pub url: String,
    /// What the endpoint calls its model.
    pub model: String,
    /// What [`crate::Sealer::seal`] made of its key for [`EmbeddingsEndpoint::place`], where it wants one.
    pub sealed: Option<Vec<u8>>,
    /// How many dimensions are asked for; what the model has when absent.
    pub dimensions: Option<i64>,
    /// How many it gave when it was tried.
    pub vector_dimensions: i64,
    /// How long it is waited for.
    pub timeout_ms: i64,
    /// The account's revision that set it: tells it from every other.
    pub generation: i64,
    /// Since when it has not answered as it should.
    pub failing_since: Option<Timestamp>,
    /// What was wrong.
    pub failure: Option<String>,
}

impl EmbeddingsEndpoint {
    /// The place that a key is sealed for.
    #[must_use]
    pub fn place(account: AccountId) -> String {
        format!("{account}|embeddings_endpoint|sealed")
    }
}

/// What a text means, by its digest.
pub type Embedding = ([u8; 32], Vec<u8>);

type Row = (
    String,
    String,
    String,
    Option<Vec<u8>>,
    Option<i64>,
    i64,
    i64,
    i64,
    Option<i64>,
    Option<String>,
);

fn endpoint(row: Row) -> Result<EmbeddingsEndpoint, Error> {
    let (account, url, model, sealed, dimensions, given, timeout_ms, generation, since, failure) =
        row;
    let corrupt = |column| Error::Corrupt { column };
    let time = |millis: i64| {
        Timestamp::from_millisecond(millis)
            .map_err(|_| corrupt("embeddings_endpoint.failing_since"))
    };
    Ok(EmbeddingsEndpoint {
        account_id: account.parse().map_err(|_| corrupt("embeddings_endpoint.account_id"))?,
        url,
        model,
        sealed,
        dimensions,
        vector_dimensions: given,
        timeout_ms,
        generation,
        failing_since: since.map(time).transpose()?,
        failure,
    })
}

impl Store {
    /// The account's endpoint.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when the row cannot be read.
    pub async fn embeddings_endpoint(
        &self,
        account: AccountId,
    ) -> Result<Option<EmbeddingsEndpoint>, Error> {
        const SQL: &str = "select account_id, url, model, sealed, dimensions, vector_dimensions, timeout_ms, generation, failing_since, failure \
             from embeddings_endpoint where account_id = $1";
        let row: Option<Row> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .fetch_optional(db)
            .await?);
        row.map(endpoint).transpose()
    }

    /// Every account's: for the registry, which answers each account by its own.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when a row cannot be read.
    pub async fn all_embeddings_endpoints(&self) -> Result<Vec<EmbeddingsEndpoint>, Error> {
        const SQL: &str = "select account_id, url, model, sealed, dimensions, vector_dimensions, timeout_ms, generation, failing_since, failure \
             from embeddings_endpoint";
        let rows: Vec<Row> = on!(self.reader, |db| sqlx::query_as(SQL).fetch_all(db).await?);
        rows.into_iter().map(endpoint).collect()
    }

    /// Writes down that the endpoint of that generation does not answer as it should, or that it does again. Who has it learns of it
    /// by asking; nothing is read anew for it.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn embeddings_answered(
        &self,
        account: AccountId,
        generation: i64,
        failure: Option<(&str, Timestamp)>,
    ) -> Result<(), Error> {
        const SQL: &str = "update embeddings_endpoint set failure = $1, \
             failing_since = case when $1 is null then null else coalesce(failing_since, $2) end \
             where account_id = $3 and generation = $4";
        on!(self.writer, |db| sqlx::query(SQL)
            .bind(failure.map(|(reason, _)| reason))
            .bind(failure.map(|(_, since)| since.as_millisecond()))
            .bind(account.to_string())
            .bind(generation)
            .execute(db)
            .await
            .map(drop)?);
        Ok(())
    }

    /// Of those texts, what they mean, where that is kept.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when a row cannot be read.
    pub async fn embeddings(
        &self,
        account: AccountId,
        digests: &[[u8; 32]],
    ) -> Result<Vec<Embedding>, Error> {
        const SQL: &str = "select digest, vector from embedding where account_id = $1 and digest in \
             ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)";
        let mut found = Vec::new();
        for some in digests.chunks(LOOKED_UP) {
            let at = |place: usize| some[place.min(some.len() - 1)].to_vec();
            let rows: Vec<(Vec<u8>, Vec<u8>)> = on!(self.reader, |db| {
                let mut query = sqlx::query_as(SQL).bind(account.to_string());
                for place in 0..LOOKED_UP {
                    query = query.bind(at(place));
                }
                query.fetch_all(db).await?
            });
            for (digest, vector) in rows {
                let corrupt = |_| Error::Corrupt { column: "embedding.digest" };
                found.push((digest.try_into().map_err(corrupt)?, vector));
            }
        }
        Ok(found)
    }

    /// Keeps what texts mean, if the account still has the endpoint of that generation; of all that it has, at most `most`, the last made.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn keep_embeddings(
        &self,
        account: AccountId,
        generation: i64,
        embeddings: &[Embedding],
        most: i64,
        now: Timestamp,
    ) -> Result<(), Error> {
        const SQL: &str = "insert into embedding (account_id, digest, vector, made_at) \
             select account_id, $1, $2, $3 from embeddings_endpoint where account_id = $4 and generation = $5 \
             on conflict (account_id, digest) do nothing";
        const PRUNE: &str = "delete from embedding where account_id = $1 and digest in \
             (select digest from embedding where account_id = $1 order by made_at desc, digest limit $3 offset $2)";
        let mut tx = self.writer.begin().await?;
        for (digest, vector) in embeddings {
            on!(tx, |db| sqlx::query(SQL)
                .bind(digest.as_slice())
                .bind(vector)
                .bind(now.as_millisecond())
                .bind(account.to_string())
                .bind(generation)
                .execute(&mut **db)
                .await
                .map(drop)?);
        }
        on!(tx, |db| sqlx::query(PRUNE)
            .bind(account.to_string())
            .bind(most)
            .bind(i64::MAX)
            .execute(&mut **db)
            .await
            .map(drop)?);
        tx.commit().await
    }
}

impl Change {
    /// Sets the account's endpoint, in place of the one that it has.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn put_embeddings_endpoint(
        &mut self,
        endpoint: &EmbeddingsEndpoint,
    ) -> Result<(), Error> {
        const SQL: &str = "insert into embeddings_endpoint \
             (account_id, url, model, sealed, dimensions, vector_dimensions, timeout_ms, generation, failing_since, failure) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, null, null) on conflict (account_id) do update set url = excluded.url, \
             model = excluded.model, sealed = excluded.sealed, dimensions = excluded.dimensions, vector_dimensions = excluded.vector_dimensions, \
             timeout_ms = excluded.timeout_ms, generation = excluded.generation, failing_since = null, failure = null";
        on!(self.tx, |db| sqlx::query(SQL)
            .bind(endpoint.account_id.to_string())
            .bind(&endpoint.url)
            .bind(&endpoint.model)
            .bind(endpoint.sealed.as_ref())
            .bind(endpoint.dimensions)
            .bind(endpoint.vector_dimensions)
            .bind(endpoint.timeout_ms)
            .bind(endpoint.generation)
            .execute(&mut **db)
            .await
            .map(drop)?);
        Ok(())
    }

    /// Takes the account's endpoint away.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn delete_embeddings_endpoint(&mut self, account: AccountId) -> Result<(), Error> {
        const SQL: &str = "delete from embeddings_endpoint where account_id = $1";
        on!(self.tx, |db| sqlx::query(SQL)
            .bind(account.to_string())
            .execute(&mut **db)
            .await
            .map(drop)?);
        Ok(())
    }

    /// Forgets what the account's texts mean.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn delete_embeddings(&mut self, account: AccountId) -> Result<(), Error> {
        const SQL: &str = "delete from embedding where account_id = $1";
        on!(self.tx, |db| sqlx::query(SQL)
            .bind(account.to_string())
            .execute(&mut **db)
            .await
            .map(drop)?);
        Ok(())
    }
}
