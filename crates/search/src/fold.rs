//! Which tools are the same but for the app or the version that they belong to.

use crate::document::Document;
use crate::text::{Reader, Word};
use std::hash::{DefaultHasher, Hash, Hasher};

/// Shorter descriptions say too little to call two tools the same.
const LEAST_WORDS: usize = 3;

/// What near-duplicates have in common, or nothing for a tool that says too little of itself.
pub(crate) fn mark(document: &Document<'_>, reader: &mut Reader) -> Option<u64> {
    let app: Vec<String> = reader.words(document.app).into_iter().map(|word| word.stem).collect();
    let mut said = |text: &str| -> Vec<String> {
        let words = reader.words(text).into_iter();
        words
            .filter(|word| !is_version(word) && !app.contains(&word.stem))
            .map(|word| word.stem)
            .collect()
    };
    let description = said(document.description);
    if description.len() < LEAST_WORDS {
        return None;
    }
    let mut parameters: Vec<&str> =
        document.parameters.iter().map(|parameter| parameter.name.as_str()).collect();
    parameters.sort_unstable();
    let mut hasher = DefaultHasher::new();
    (said(document.name), description, parameters).hash(&mut hasher);
    Some(hasher.finish())
}

fn is_version(word: &Word) -> bool {
    word.text.strip_prefix('v').is_some_and(|digits| {
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}
