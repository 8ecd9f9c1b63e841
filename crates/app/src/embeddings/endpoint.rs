use bytes::Bytes;
use model::Secret;
use search::Meaning;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use store::EmbeddingsEndpoint;
use upstream::{Client, Credential, Request, Route, SendError};

/// Dimensions of a vector.
pub(super) const DIMENSIONS_MAX: usize = 8_192;

/// Where an account's texts are sent, ready to be asked.
pub(super) struct Endpoint {
    /// Complete but for its body.
    request: Request,
    route: Route,
    model: String,
    dimensions: Option<i64>,
    /// How many it gives; not known before it was asked.
    given: Option<usize>,
    pub(super) timeout: Duration,
}

/// Why no meaning came. It quotes nothing of the answer, which may repeat the key.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) reason: String,
    /// For how long the endpoint wants to be left alone.
    pub(super) retry_after: Option<Duration>,
}

#[derive(Serialize)]
struct Asked<'a> {
    model: &'a str,
    input: &'a [&'a str],
    #[serde(skip_serializing_if = "Option::is_none")]
    dimensions: Option<i64>,
}

/// OpenAI's API, Create embeddings. What else it answers is not looked at.
#[derive(Deserialize)]
struct Answered {
    data: Vec<One>,
}

#[derive(Deserialize)]
struct One {
    index: usize,
    embedding: Vec<f32>,
}

impl Endpoint {
    /// # Errors
    ///
    /// [`SendError::Url`] for a URL that cannot be used.
    pub(super) fn new(
        client: &Client,
        row: &EmbeddingsEndpoint,
        key: Option<&Secret>,
    ) -> Result<Self, SendError> {
        let request = client.json_request(&row.url, Bytes::new())?;
        let origin = request.origin();
        let credential = match key {
            Some(key) => {
                let value = Secret::new([b"Bearer ", key.expose()].concat());
                Credential::new(vec![origin.clone()])
                    .with_header("authorization", &value)
                    .map_err(|_| SendError::Url("its key has characters that no header has"))?
            }
            None => Credential::none(),
        };
        Ok(Self {
            request,
            route: client.route(origin, row.account_id, credential),
            model: row.model.clone(),
            dimensions: row.dimensions,
            given: usize::try_from(row.vector_dimensions).ok().filter(|given| *given > 0),
            timeout: Duration::from_millis(row.timeout_ms.unsigned_abs()),
        })
    }

    /// What each of the texts means, in their order.
    pub(super) async fn ask(
        &self,
        client: &Client,
        texts: &[&str],
        timeout: Duration,
    ) -> Result<Vec<Meaning>, Failure> {
        let asked = Asked { model: &self.model, input: texts, dimensions: self.dimensions };
        let body = serde_json::to_vec(&asked).expect("it has text keys only");
        let request = Request { body: body.into(), ..self.request.clone() };
        let limits = client.limits().with_timeout(timeout);
        let answer = client.send(request, &self.route, &limits).await.map_err(|error| {
            let retry_after = if let SendError::Busy { retry_after, .. }
            | SendError::CircuitOpen { retry_after, .. } = &error
            {
                Some(*retry_after)
            } else {
                None
            };
            Failure { reason: error.to_string(), retry_after }
        })?;
        if answer.status != 200 {
            let reason = format!("it answered HTTP {}", answer.status);
            return Err(Failure { reason, retry_after: answer.retry_after });
        }
        let expected = self.given.or_else(|| usize::try_from(self.dimensions?).ok());
        read(&answer.body, texts.len(), expected)
            .map_err(|reason| Failure { reason, retry_after: None })
    }
}

/// The meanings of so many texts, of so many dimensions if that is known.
fn read(body: &[u8], texts: usize, dimensions: Option<usize>) -> Result<Vec<Meaning>, String> {
    let answered: Answered = serde_json::from_slice(body).map_err(|_| {
        "it answered something else than OpenAI's API does: a JSON object whose `data` has an `index` and an `embedding` for each text"
            .to_owned()
    })?;
    if answered.data.len() != texts {
        return Err(format!("it gave {} vectors for {texts} texts", answered.data.len()));
    }
    let mut found: Vec<Option<Meaning>> = vec![None; texts];
    let dimensions = dimensions.or_else(|| Some(answered.data.first()?.embedding.len()));
    for one in answered.data {
        let length = one.embedding.len();
        if length == 0 || length > DIMENSIONS_MAX || Some(length) != dimensions {
            let wanted = dimensions.unwrap_or_default();
            return Err(format!("it gave a vector of {length} dimensions where {wanted} were due"));
        }
        let slot = found.get_mut(one.index).filter(|slot| slot.is_none());
        let slot = slot.ok_or("it gave no vector, or two, for one of the texts")?;
        *slot = Some(Meaning::new(&one.embedding).ok_or("it gave a vector that points nowhere")?);
    }
    found
        .into_iter()
        .map(|one| one.ok_or_else(|| "it gave no vector for a text".to_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn an_answer_is_taken_whole_or_not_at_all() {
        let check = |body: &str, texts, dimensions, expected: Result<usize, &str>| {
            let found = read(body.as_bytes(), texts, dimensions);
            match (found, expected) {
                (Ok(found), Ok(count)) => assert_eq!(found.len(), count, "{body}"),
                (Err(reason), Err(part)) => assert!(reason.contains(part), "{reason}"),
                (found, expected) => panic!("{body}: {found:?} is not {expected:?}"),
            }
        };
        let two = r#"{"object":"list","data":[{"index":1,"embedding":[0.5,1]},{"index":0,"embedding":[1,0]}],"usage":{}}"#;
        check(two, 2, None, Ok(2));
        check(two, 2, Some(2), Ok(2));
        check(two, 3, Some(2), Err("2 vectors for 3 texts"));
        check(two, 2, Some(3), Err("2 dimensions where 3 were due"));
        check("<html>", 1, None, Err("something else"));
        check(r#"{"data":[{"index":0,"embedding":"AACA"}]}"#, 1, None, Err("something else"));
        check(r#"{"data":[{"index":0,"embedding":[]}]}"#, 1, None, Err("0 dimensions"));
        check(r#"{"data":[{"index":0,"embedding":[0,0]}]}"#, 1, None, Err("points nowhere"));
        check(r#"{"data":[{"index":0,"embedding":[1e39]}]}"#, 1, None, Err(""));
        check(r#"{"data":[{"index":1,"embedding":[1]}]}"#, 1, None, Err("for one of the texts"));
        let twice = r#"{"data":[{"index":0,"embedding":[1]},{"index":0,"embedding":[1]}]}"#;
        check(twice, 2, None, Err("or two"));
        let uneven = r#"{"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":[1,2]}]}"#;
        check(uneven, 2, None, Err("2 dimensions where 1 were due"));
    }

    #[test]
    fn order_is_that_of_the_texts() {
        let body = r#"{"data":[{"index":1,"embedding":[0,1]},{"index":0,"embedding":[1,0]}]}"#;
        let found = read(body.as_bytes(), 2, None).unwrap();
        let east = search::Meaning::new(&[1.0, 0.0]).unwrap();
        assert!(found[0].likeness(&east).unwrap() > 0.99);
    }
}
