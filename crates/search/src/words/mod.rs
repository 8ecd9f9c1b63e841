//! What is known of English: words that say nothing, irregular forms, and words that stand for each other.

use crate::text::Reader;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::LazyLock;

/// The shortest word that another is made of, and the longest that is looked into.
const LEAST_PART: usize = 3;
const LONGEST_COMPOUND: usize = 32;

static IRREGULAR: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
    lines(include_str!("irregular.txt"))
        .flat_map(str::split_whitespace)
        .filter_map(|pair| pair.split_once('='))
        .collect()
});

static STOP: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| lines(include_str!("stop.txt")).flat_map(str::split_whitespace).collect());

static STOP_BEFORE: LazyLock<HashSet<(&'static str, &'static str)>> =
    LazyLock::new(|| STOP.iter().filter_map(|pair| pair.split_once('+')).collect());

static THESAURUS: LazyLock<HashMap<String, BTreeSet<String>>> = LazyLock::new(|| {
    let mut reader = Reader::new();
    let mut related: HashMap<String, BTreeSet<String>> = HashMap::new();
    for line in lines(include_str!("thesaurus.txt")) {
        let (from, to) = line.split_once('>').unwrap_or((line, line));
        let [from, to] = [from, to]
            .map(|words| reader.words(words).into_iter().map(|word| word.stem).collect::<Vec<_>>());
        for stem in &from {
            let others = to.iter().filter(|other| *other != stem).cloned();
            related.entry(stem.clone()).or_default().extend(others);
        }
    }
    related
});

static KNOWN: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    let texts = [include_str!("stop.txt"), include_str!("thesaurus.txt")];
    texts.into_iter().flat_map(lines).flat_map(str::split_whitespace).collect()
});

/// The words that `word` is written together of, if they are known and it is not: *send* and *email* of `sendemail`.
pub(crate) fn parts(word: &str) -> Vec<&str> {
    if word.is_ascii() && word.len() <= LONGEST_COMPOUND && !is_known(word) {
        for at in LEAST_PART..=word.len().saturating_sub(LEAST_PART) {
            let (first, rest) = word.split_at(at);
            if is_known(first) {
                if is_known(rest) {
                    return vec![first, rest];
                }
                let mut more = parts(rest);
                if !more.is_empty() {
                    more.insert(0, first);
                    return more;
                }
            }
        }
    }
    Vec::new()
}

fn is_known(word: &str) -> bool {
    KNOWN.contains(word) || word.strip_suffix('s').is_some_and(|one| KNOWN.contains(one))
}

/// The word that `form` is an irregular form of.
pub(crate) fn irregular(form: &str) -> Option<&'static str> {
    IRREGULAR.get(form).copied()
}

/// Whether the word says nothing of what is asked for.
pub(crate) fn is_stop(word: &str) -> bool {
    STOP.contains(word)
}

/// Whether the word says nothing before `next`: the *show* of *show me* is not that of *a show*.
pub(crate) fn is_stop_before(word: &str, next: &str) -> bool {
    STOP_BEFORE.contains(&(word, next))
}

/// Stems that may stand for `stem`, in alphabetical order.
pub(crate) fn related(stem: &str) -> impl Iterator<Item = &'static str> {
    THESAURUS.get(stem).into_iter().flatten().map(String::as_str)
}

fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|line| !line.starts_with('#'))
}

#[cfg(test)]
mod tests {
    use super::{is_stop, is_stop_before, lines, parts, related};
    use std::collections::BTreeSet;

    #[test]
    fn words_stand_for_each_other() {
        assert!(related("film").any(|word| word == "movi"));
        assert!(related("movi").any(|word| word == "film"));
        assert!(related("euro").any(|word| word == "currenc"));
        assert!(!related("currenc").any(|word| word == "euro"), "one way");
        assert_eq!(related("no such word").count(), 0);
    }

    #[test]
    fn some_words_say_nothing() {
        assert!(is_stop("please") && !is_stop("weather") && !is_stop("show"));
        assert!(is_stop_before("show", "me") && !is_stop_before("show", "times"));
    }

    #[test]
    fn words_are_written_together() {
        assert_eq!(parts("sendemail"), ["send", "email"]);
        assert_eq!(parts("getallproducts"), ["get", "all", "products"]);
        assert_eq!(parts("spreadsheet"), [] as [&str; 0], "a word of its own");
        assert_eq!(parts("weather"), [] as [&str; 0]);
    }

    #[test]
    fn no_line_of_the_thesaurus_stands_twice() {
        let all: Vec<BTreeSet<&str>> = lines(include_str!("thesaurus.txt"))
            .filter(|line| !line.is_empty())
            .map(|line| line.split_whitespace().collect())
            .collect();
        let distinct: BTreeSet<_> = all.iter().collect();
        assert_eq!(distinct.len(), all.len());
        assert!(all.iter().all(|line| line.len() > 1), "a line of one word relates nothing");
    }
}
