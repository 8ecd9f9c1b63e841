//! A request as the index sees it: what is meant, each with the terms that may say it.

use crate::index::Index;
use crate::text::{Reader, Word, within};
use crate::words;

/// How many bytes of a request are read. What follows is not looked at.
pub const REQUEST_LIMIT: usize = 4 * 1024;

/// Something that is meant by a request.
pub(crate) struct Concept {
    /// The word that was asked.
    pub(crate) word: String,
    pub(crate) stem: String,
    /// The terms that say it, and how well.
    pub(crate) terms: Vec<(u32, f32)>,
    /// What a tool gains that has it in full.
    pub(crate) weight: f32,
}

/// How well another word says it that the thesaurus knows, and one that is written nearly alike.
const RELATED: f32 = 0.3;
const ALIKE: f32 = 0.5;
/// Shorter words are not searched for slips of the pen.
const LEAST_FOR_SLIPS: usize = 6;
/// The shortest word that a compound is made of, and the longest compound.
const LEAST_PART: usize = 4;
const LONGEST_COMPOUND: usize = 32;
/// What is quoted, or has digits in it, is more often a value than a word of a tool.
const QUOTED: f32 = 0.5;
const DIGITS: f32 = 0.4;
/// A word that is said again says it again, but not as loudly.
const AGAIN: f32 = 0.4;

/// What `text` means, in the order in which it says so.
pub(crate) fn read(text: &str, index: &Index) -> Vec<Concept> {
    let mut reader = Reader::new();
    let words = reader.words(within(text, REQUEST_LIMIT));
    let quotes = quotes(text);
    let mut found: Vec<(Word, f32)> = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let next = words.get(at + 1).map_or("", |next| next.text.as_str());
        if words::is_stop(&word.text) || words::is_stop_before(&word.text, next) {
            continue;
        }
        let said = loudness(word, &quotes);
        for part in parts(word, index, &mut reader) {
            match found.iter_mut().find(|(other, _)| other.stem == part.stem) {
                Some((_, sum)) => *sum += said,
                None => found.push((part, said)),
            }
        }
    }
    found.into_iter().filter_map(|(word, said)| concept(&word, said.powf(AGAIN), index)).collect()
}

/// The word, or the two that it is made of when no tool has it but some have those: `travelplan` is also *travel plan*.
fn parts(word: &Word, index: &Index, reader: &mut Reader) -> Vec<Word> {
    let known = index.term_of(&word.stem).is_some() || words::related(&word.stem).next().is_some();
    let may_be_two = (2 * LEAST_PART..=LONGEST_COMPOUND).contains(&word.text.len());
    if !known && may_be_two && word.text.is_ascii() {
        for at in LEAST_PART..=word.text.len() - LEAST_PART {
            let (first, second) = word.text.split_at(at);
            let parts: Vec<Word> =
                [first, second].into_iter().flat_map(|part| reader.words(part)).collect();
            if parts.len() == 2 && parts.iter().all(|part| index.term_of(&part.stem).is_some()) {
                return parts;
            }
        }
    }
    vec![word.clone()]
}

fn concept(word: &Word, said: f32, index: &Index) -> Option<Concept> {
    let mut terms: Vec<(u32, f32)> = Vec::new();
    let own = index.term_of(&word.stem);
    terms.extend(own.map(|term| (term, 1.0)));
    for other in words::related(&word.stem) {
        terms.extend(index.term_of(other).map(|term| (term, RELATED)));
    }
    if terms.is_empty() {
        terms.extend(alike(word, index).map(|term| (term, ALIKE)));
    }
    // A word that no tool has says no more than the commonest word for it.
    let commonest = terms.iter().map(|(term, _)| index.rarity(*term)).reduce(f32::min)?;
    let rarity = own.map_or(commonest, |own| index.rarity(own));
    Some(Concept { word: word.text.clone(), stem: word.stem.clone(), terms, weight: said * rarity })
}

fn loudness(word: &Word, quotes: &[std::ops::Range<usize>]) -> f32 {
    if word.text.bytes().any(|byte| byte.is_ascii_digit()) {
        DIGITS
    } else if quotes.iter().any(|quote| quote.contains(&word.at.start)) {
        QUOTED
    } else {
        1.0
    }
}

/// Where the text quotes: between two double quotes, or two single ones that are no apostrophes.
fn quotes(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    for quote in ['"', '\'', '`'] {
        let mut open = None;
        for (at, _) in text.match_indices(quote) {
            let before = text[..at].chars().next_back().is_some_and(char::is_alphanumeric);
            let after = text[at + 1..].chars().next().is_some_and(char::is_alphanumeric);
            match open {
                None if !before && after => open = Some(at),
                Some(from) if !after => {
                    found.push(from..at);
                    open = None;
                }
                None | Some(_) => {}
            }
        }
    }
    found
}

/// The commonest term, or the last of those by the alphabet, that is `word` but for one slip: a letter more, less or another, or
/// two that changed places.
fn alike(word: &Word, index: &Index) -> Option<u32> {
    let start = word.stem.char_indices().nth(2).map(|(at, _)| &word.stem[..at])?;
    if word.stem.chars().count() < LEAST_FOR_SLIPS
        || !word.stem.bytes().all(|byte| byte.is_ascii_lowercase())
    {
        return None;
    }
    let near = index.terms_from(start).filter(|(term, _)| is_one_slip(&word.stem, term));
    near.max_by_key(|(_, term)| index.postings[*term as usize].len()).map(|(_, term)| term)
}

fn is_one_slip(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let same = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (rest_a, rest_b) = (&a[same..], &b[same..]);
    match (rest_a, rest_b) {
        ([_, tail @ ..], _) if tail == rest_b => true,
        (_, [_, tail @ ..]) if tail == rest_a => true,
        ([_, a @ ..], [_, b @ ..]) if a == b => true,
        ([a, b, tail_a @ ..], [c, d, tail_b @ ..]) => a == d && b == c && tail_a == tail_b,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{is_one_slip, quotes};

    #[test]
    fn one_slip_is_forgiven() {
        for (a, b) in [
            ("weather", "weathr"),
            ("weather", "weatther"),
            ("weather", "wether"),
            ("weather", "waether"),
            ("weather", "weathes"),
        ] {
            assert!(is_one_slip(a, b) && is_one_slip(b, a), "{a} {b}");
        }
        for (a, b) in [("weather", "wethr"), ("weather", "leather2"), ("weather", "w")] {
            assert!(!is_one_slip(a, b), "{a} {b}");
        }
    }

    #[test]
    fn quotes_are_found_and_apostrophes_are_none() {
        let text = "What's the 'new title' of \"my file\", isn't it?";
        let quoted: Vec<&str> = quotes(text).into_iter().map(|at| &text[at]).collect();
        assert_eq!(quoted, ["\"my file", "'new title"]);
    }
}
