use axum::{
    Json,
    extract::{FromRequest, FromRequestParts, Query, Request},
    http::{StatusCode, request},
    response::{IntoResponse, Response},
};
use serde::de::DeserializeOwned;
use serde_json::json;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Items of a list at most, and unless asked for fewer.
const LIST_MAX: usize = 50;

/// Why a request is not done, for whoever sent it.
#[derive(Debug)]
pub(super) struct Refusal(StatusCode, String);

/// What a handler of the demo apps comes to.
pub(super) type Answer = Result<Response, Refusal>;

impl Refusal {
    /// There is nothing of that id; `list` names what tells the ids.
    pub(super) fn absent(what: &str, id: &str, list: &str) -> Self {
        let id: String = id.chars().take(60).collect();
        Self(StatusCode::NOT_FOUND, format!("there is no {what} {id:?}: take its id from {list}"))
    }

    /// It contradicts what is there.
    pub(super) fn conflict(why: impl Into<String>) -> Self {
        Self(StatusCode::CONFLICT, why.into())
    }

    /// A value that cannot be used.
    pub(super) fn unusable(why: impl Into<String>) -> Self {
        Self(StatusCode::UNPROCESSABLE_ENTITY, why.into())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        failure(self.0, &self.1)
    }
}

/// A failure in the form of RFC 9457.
pub(super) fn failure(status: StatusCode, detail: &str) -> Response {
    let body =
        json!({ "title": status.canonical_reason(), "status": status.as_u16(), "detail": detail });
    (status, Json(body)).into_response()
}

/// What is kept. A handler that panicked while it held it leaves it as it was.
pub(super) fn open<T>(kept: &Mutex<T>) -> MutexGuard<'_, T> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A body of JSON.
pub(super) struct Sent<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Sent<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let read = Json::<T>::from_request(request, state).await;
        read.map(|Json(body)| Self(body))
            .map_err(|error| Refusal(error.status(), error.body_text()))
    }
}

/// What the query says.
pub(super) struct Filter<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Filter<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut request::Parts, state: &S) -> Result<Self, Refusal> {
        let read = Query::<T>::from_request_parts(parts, state).await;
        read.map(|Query(filter)| Self(filter))
            .map_err(|error| Refusal(error.status(), error.body_text()))
    }
}

/// A text that is not empty, and not too long.
pub(super) fn text(name: &str, value: &str, most: usize) -> Result<(), Refusal> {
    if !value.trim().is_empty() && value.chars().count() <= most {
        return Ok(());
    }
    Err(Refusal::unusable(format!("{name} has 1 to {most} characters")))
}

/// A text that may be empty, and not too long.
pub(super) fn at_most(name: &str, value: &str, most: usize) -> Result<(), Refusal> {
    if value.chars().count() <= most {
        return Ok(());
    }
    Err(Refusal::unusable(format!("{name} has at most {most} characters")))
}

/// Room for one more.
pub(super) fn room(what: &str, kept: usize, most: usize) -> Result<(), Refusal> {
    if kept < most {
        return Ok(());
    }
    Err(Refusal::conflict(format!("the demo keeps {most} {what}: delete some")))
}

/// How many items a list gives.
pub(super) fn limit(asked: Option<usize>) -> Result<usize, Refusal> {
    match asked {
        None => Ok(LIST_MAX),
        Some(asked) if (1..=LIST_MAX).contains(&asked) => Ok(asked),
        Some(_) => Err(Refusal::unusable(format!("max_results is between 1 and {LIST_MAX}"))),
    }
}

/// Whether every word of a request is in a text, in whatever case.
pub(super) fn has_words(text: &str, words: &str) -> bool {
    let text = text.to_lowercase();
    words.to_lowercase().split_whitespace().all(|word| text.contains(word))
}

/// The beginning of a text, on one line.
pub(super) fn snippet(text: &str) -> String {
    const CHARS: usize = 120;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(CHARS) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::{has_words, snippet};

    #[test]
    fn words_are_found_in_whatever_case_and_order() {
        for (words, expected) in
            [("", true), ("invoice ACME", true), ("acme", true), ("acme lunch", false)]
        {
            assert_eq!(has_words("Acme: invoice 4711", words), expected, "{words}");
        }
    }

    #[test]
    fn a_snippet_is_one_line_and_short() {
        assert_eq!(snippet("Hello,\n\n  Ada"), "Hello, Ada");
        let long = snippet(&"é".repeat(200));
        assert_eq!((long.chars().count(), long.chars().last()), (121, Some('…')));
    }
}
