//! Text to words: where one ends, and what it is called in the index.

use crate::words;
use frostem::{Algorithm, Stemmer};
use std::{collections::HashMap, ops::Range};

/// How many bytes of each text of a tool are read. What follows is not looked at.
pub const TEXT_LIMIT: usize = 16 * 1024;

/// How many stems a [`Reader`] remembers.
const REMEMBERED: usize = 20_000;

/// A word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    /// In lower case.
    pub(crate) text: String,
    /// What all its forms have in common.
    pub(crate) stem: String,
    /// Where it stands, in bytes.
    pub(crate) at: Range<usize>,
}

/// Reads words; remembers stems, since the texts of a catalog repeat themselves.
pub(crate) struct Reader {
    stemmer: Stemmer,
    stems: HashMap<String, String>,
}

impl Reader {
    pub(crate) fn new() -> Self {
        Self { stemmer: Stemmer::new(Algorithm::English), stems: HashMap::new() }
    }

    /// The words of `text`: `getUserByID_v2` is get, user, by, id, v2. Text without spaces between words
    /// (Chinese, Japanese, Thai) is cut into pairs of characters.
    pub(crate) fn words(&mut self, text: &str) -> Vec<Word> {
        let mut found = Vec::new();
        for at in split(within(text, TEXT_LIMIT)) {
            let lower = text[at.clone()].to_lowercase();
            let stem = self.stem(&lower);
            found.push(Word { text: lower, stem, at });
        }
        found
    }

    /// What all forms of the word have in common.
    pub(crate) fn stem(&mut self, lower: &str) -> String {
        if let Some(stem) = self.stems.get(lower) {
            return stem.clone();
        }
        let stem = match words::irregular(lower) {
            Some(regular) => self.stemmer.stem(regular).to_string(),
            None => self.stemmer.stem(lower).to_string(),
        };
        if self.stems.len() < REMEMBERED {
            self.stems.insert(lower.to_owned(), stem.clone());
        }
        stem
    }
}

/// The start of `text` that has no more than `bytes`.
pub(crate) fn within(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

/// Where the words of a text stand.
pub(crate) fn split(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = None;
    let mut before: Option<char> = None;
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        if is_dense(character) {
            if let Some(start) = start.take() {
                found.push(start..at);
            }
            let end = at + character.len_utf8();
            match characters.peek() {
                Some(&(_, next)) if is_dense(next) => found.push(at..end + next.len_utf8()),
                _ if before.is_some_and(is_dense) => {}
                _ => found.push(at..end),
            }
        } else if character.is_alphanumeric() {
            let next = characters.peek().map(|&(_, next)| next);
            match start {
                Some(from) if is_border(before, character, next) => {
                    found.push(from..at);
                    start = Some(at);
                }
                Some(_) => {}
                None => start = Some(at),
            }
        } else if let Some(start) = start.take() {
            found.push(start..at);
        }
        before = Some(character);
    }
    found.extend(start.map(|start| start..text.len()));
    found
}

/// Whether a new word begins at `here`, within a run of letters and digits.
fn is_border(before: Option<char>, here: char, next: Option<char>) -> bool {
    let Some(before) = before else { return false };
    let after_lower = before.is_lowercase() || before.is_ascii_digit();
    let ends_capitals = before.is_uppercase() && next.is_some_and(char::is_lowercase);
    here.is_uppercase() && (after_lower || ends_capitals)
}

/// Whether the character is of a script that is written without spaces.
fn is_dense(character: char) -> bool {
    matches!(u32::from(character),
        0x0E00..=0x0EFF | 0x3040..=0x30FF | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x20000..=0x2FFFF)
}

#[cfg(test)]
mod tests {
    use super::{Reader, TEXT_LIMIT};

    fn check(text: &str, expected: &str) {
        let words: Vec<String> =
            Reader::new().words(text).into_iter().map(|word| word.text).collect();
        assert_eq!(words.join(" "), expected, "{text}");
    }

    #[test]
    fn words_end_where_people_see_it() {
        check("getUserByID_v2", "get user by id v2");
        check("HTTPServer.list-all/items", "http server list all items");
        check("What's the weather in São Paulo?", "what s the weather in são paulo");
        check("東京の天気", "東京 京の の天 天気");
        check("天 weather", "天 weather");
        check("天気API", "天気 api");
        check("서울 날씨", "서울 날씨");
        check("", "");
        check("!? --", "");
    }

    #[test]
    fn forms_of_a_word_are_one() {
        let mut reader = Reader::new();
        let mut stem = |text: &str| reader.words(text).remove(0).stem;
        assert_eq!(stem("scheduling"), stem("schedules"));
        assert_eq!(stem("sent"), stem("send"));
        assert_eq!(stem("bought"), stem("buying"));
        assert_eq!(stem("Countries"), stem("country"));
    }

    #[test]
    fn what_is_past_the_limit_is_not_read() {
        let text = format!("first {}é last", " ".repeat(TEXT_LIMIT - 7));
        check(&text, "first");
    }
}
