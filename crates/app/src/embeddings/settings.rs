use super::endpoint::{DIMENSIONS_MAX, Endpoint};
use crate::{
    App, Error, Patch, WriteOnly, clock::entropy, connections::credential::read_quietly, number,
};
use model::{AccountId, Secret, Timestamp};
use serde::{Deserialize, Deserializer, Serialize};
use std::time::Duration;
use store::EmbeddingsEndpoint;
use utoipa::ToSchema;

/// The longest URL, in bytes, and the longest name of a model.
const URL_BYTES_MAX: usize = 2_000;
const MODEL_CHARS_MAX: usize = 200;
/// How long an endpoint is waited for: at least, at most, and unless it is said.
const TIMEOUT_MS_MIN: i64 = 100;
const TIMEOUT_MS_MAX: i64 = 30_000;
const TIMEOUT_MS: i64 = 10_000;
const FORM: &str = "this is an object with url and model, and maybe key, dimensions and timeout_ms";
/// What an endpoint is tried with: two texts, since some answer one for several.
const TRIED_WITH: [&str; 2] = ["Sends an email.", "Lists the events of a calendar."];

/// Where texts are put into numbers, so that tools are found by meaning too: an endpoint as OpenAI's `POST /v1/embeddings`. What the
/// account's tools say, and what is looked for, is sent there.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EmbeddingsSettings {
    /// Where texts are sent. With `http`, or an address of a private network, only where the operator allows those.
    #[schema(min_length = 1, max_length = 2000)]
    pub url: String,
    /// What the endpoint calls its model.
    #[schema(min_length = 1, max_length = 200, pattern = r"^[^\x00-\x1f\x7f-\x9f]*$")]
    pub model: String,
    /// What the endpoint is asked with, as a bearer token; `null` takes it away. Without it the key that is there stays, as long as the
    /// URL does.
    #[serde(default, skip_serializing)]
    pub key: Option<WriteOnly>,
    /// How many dimensions are asked for; as many as the model has when absent.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "number::optional"
    )]
    #[schema(minimum = 1, maximum = 8192)]
    pub dimensions: Option<i64>,
    /// How long the endpoint is waited for, in milliseconds. A search waits no longer than the operator lets it.
    #[serde(default = "timeout_ms", deserialize_with = "number::required")]
    #[schema(minimum = 100, maximum = 30000, default = 10000)]
    pub timeout_ms: i64,
}

/// Reads settings. For `deserialize_with`: they hold a key, which serde's own messages would quote in the wrong place.
///
/// # Errors
///
/// When they are none; nothing of them is quoted but names of members.
pub(crate) fn read<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<EmbeddingsSettings>, D::Error> {
    read_quietly(deserializer, FORM)
}

fn timeout_ms() -> i64 {
    TIMEOUT_MS
}

/// How an account's embeddings endpoint fares.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EmbeddingsStatus {
    /// Whether it does what it should.
    pub state: EmbeddingsState,
    /// Whether it is asked with a key.
    pub has_key: bool,
    /// How many dimensions its vectors have.
    pub dimensions: i64,
    /// Since when it has not answered as it should. Searches go by words alone meanwhile.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub failing_since: Option<Timestamp>,
    /// What was wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub reason: Option<String>,
}

/// Whether an embeddings endpoint does what it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EmbeddingsState {
    /// It has answered as it should when it was asked last.
    Working,
    /// It has not.
    Failing,
}

/// An account's endpoint as a change of its settings leaves it.
pub(crate) struct NextEndpoint {
    pub(crate) row: Option<EmbeddingsEndpoint>,
    is_other: bool,
    /// Whether what was kept of texts' meanings is of no use any more.
    forgets: bool,
}

impl NextEndpoint {
    /// # Errors
    ///
    /// [`store::Error::Sql`].
    pub(crate) async fn write(
        &self,
        account: AccountId,
        change: &mut store::Change,
    ) -> Result<(), store::Error> {
        if self.forgets {
            change.delete_embeddings(account).await?;
        }
        match &self.row {
            Some(row) if self.is_other => change.put_embeddings_endpoint(row).await,
            None if self.is_other => change.delete_embeddings_endpoint(account).await,
            Some(_) | None => Ok(()),
        }
    }
}

impl App {
    /// The account's endpoint as a patch leaves it. One that is new is tried first.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Invalid`] for settings that are none, and for an endpoint that does not answer as it should.
    pub(crate) async fn next_endpoint(
        &self,
        account: AccountId,
        before: Option<EmbeddingsEndpoint>,
        settings: Option<EmbeddingsSettings>,
        patch: &Patch,
        generation: i64,
    ) -> Result<NextEndpoint, Error> {
        let Some(settings) = settings else {
            let was_there = before.is_some();
            return Ok(NextEndpoint { row: None, is_other: was_there, forgets: was_there });
        };
        settings.check()?;
        let drops_key = patch.takes_away(&["embeddings", "key"]);
        let (key, sealed) = self.endpoint_key(account, before.as_ref(), &settings, drops_key)?;
        let row = EmbeddingsEndpoint {
            account_id: account,
            url: settings.url,
            model: settings.model,
            sealed,
            dimensions: settings.dimensions,
            vector_dimensions: 0,
            timeout_ms: settings.timeout_ms,
            generation,
            failing_since: None,
            failure: None,
        };
        let Some(before) = before else {
            let vector_dimensions = self.try_endpoint(&row, key.as_ref()).await?;
            let row = Some(EmbeddingsEndpoint { vector_dimensions, ..row });
            return Ok(NextEndpoint { row, is_other: true, forgets: false });
        };
        let asked = |row: &EmbeddingsEndpoint| {
            (row.url.clone(), row.model.clone(), row.sealed.clone(), row.dimensions)
        };
        if asked(&before) == asked(&row) {
            if before.timeout_ms == row.timeout_ms {
                return Ok(NextEndpoint { row: Some(before), is_other: false, forgets: false });
            }
            let row = EmbeddingsEndpoint { vector_dimensions: before.vector_dimensions, ..row };
            return Ok(NextEndpoint { row: Some(row), is_other: true, forgets: false });
        }
        let vector_dimensions = self.try_endpoint(&row, key.as_ref()).await?;
        let forgets = (&before.url, &before.model, before.vector_dimensions)
            != (&row.url, &row.model, vector_dimensions);
        let row = Some(EmbeddingsEndpoint { vector_dimensions, ..row });
        Ok(NextEndpoint { row, is_other: true, forgets })
    }

    /// The key that an endpoint is asked with, and what is kept of it: the new one, or the one that is there.
    fn endpoint_key(
        &self,
        account: AccountId,
        before: Option<&EmbeddingsEndpoint>,
        settings: &EmbeddingsSettings,
        drops: bool,
    ) -> Result<(Option<Secret>, Option<Vec<u8>>), Error> {
        let place = EmbeddingsEndpoint::place(account);
        if let Some(key) = settings.key.clone() {
            let key = key.checked_at("embeddings.key")?;
            let sealed = self.sealer.seal(&place, entropy(), key.expose());
            return Ok((Some(key), Some(sealed)));
        }
        let Some((before, sealed)) =
            before.and_then(|before| Some((before, before.sealed.as_deref()?))).filter(|_| !drops)
        else {
            return Ok((None, None));
        };
        let invalid = |message: &'static str| Error::invalid(message).field("embeddings.key");
        // What was given for one endpoint is not for another, which somebody else may have.
        if before.url != settings.url {
            return Err(invalid(
                "the key was given for another URL: send it again, or null for none",
            ));
        }
        let key = self.sealer.open(&place, sealed);
        let key = key.map_err(|_| invalid("the key that is there does not open: send it again"))?;
        Ok((Some(key), Some(sealed.to_vec())))
    }

    /// Asks an endpoint once, and says how many dimensions its vectors have.
    async fn try_endpoint(
        &self,
        row: &EmbeddingsEndpoint,
        key: Option<&Secret>,
    ) -> Result<i64, Error> {
        let untried = EmbeddingsEndpoint { vector_dimensions: 0, ..row.clone() };
        let endpoint = Endpoint::new(&self.client, &untried, key)
            .map_err(|error| Error::invalid(error.to_string()).field("embeddings.url"))?;
        let timeout = Duration::from_millis(row.timeout_ms.unsigned_abs());
        let found = endpoint.ask(&self.client, &TRIED_WITH, timeout).await.map_err(|failure| {
            let message = format!("the embeddings endpoint was tried: {}", failure.reason);
            Error::invalid(message).code("embeddings_refused").field("embeddings.url")
        })?;
        let dimensions = found.first().map_or(0, search::Meaning::dimensions);
        Ok(i64::try_from(dimensions).unwrap_or(i64::MAX))
    }
}

impl EmbeddingsSettings {
    fn check(&self) -> Result<(), Error> {
        let invalid = |member: &str, message: String| {
            Err(Error::invalid(message).field(format!("embeddings.{member}")))
        };
        if self.url.is_empty() || self.url.len() > URL_BYTES_MAX {
            return invalid("url", format!("a URL has 1 to {URL_BYTES_MAX} bytes"));
        }
        let characters = self.model.chars().count();
        if !(1..=MODEL_CHARS_MAX).contains(&characters) || self.model.contains(char::is_control) {
            let message = format!(
                "a model's name has 1 to {MODEL_CHARS_MAX} characters, all of them visible"
            );
            return invalid("model", message);
        }
        let most = i64::try_from(DIMENSIONS_MAX).unwrap_or(i64::MAX);
        if self.dimensions.is_some_and(|dimensions| !(1..=most).contains(&dimensions)) {
            return invalid("dimensions", format!("there are 1 to {most} dimensions"));
        }
        if !(TIMEOUT_MS_MIN..=TIMEOUT_MS_MAX).contains(&self.timeout_ms) {
            let message = format!("timeout_ms is {TIMEOUT_MS_MIN} to {TIMEOUT_MS_MAX}");
            return invalid("timeout_ms", message);
        }
        Ok(())
    }
}

impl From<&EmbeddingsEndpoint> for EmbeddingsSettings {
    fn from(row: &EmbeddingsEndpoint) -> Self {
        Self {
            url: row.url.clone(),
            model: row.model.clone(),
            key: None,
            dimensions: row.dimensions,
            timeout_ms: row.timeout_ms,
        }
    }
}

impl From<&EmbeddingsEndpoint> for EmbeddingsStatus {
    fn from(row: &EmbeddingsEndpoint) -> Self {
        let state = match row.failing_since {
            Some(_) => EmbeddingsState::Failing,
            None => EmbeddingsState::Working,
        };
        Self {
            state,
            has_key: row.sealed.is_some(),
            dimensions: row.vector_dimensions,
            failing_since: row.failing_since,
            reason: row.failure.clone(),
        }
    }
}
