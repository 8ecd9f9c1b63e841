//! The words of all tools: put in, replaced and taken out one tool at a time.

use crate::document::{Document, Field};
use crate::fold;
use crate::text::Reader;
use crate::words;
use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;

/// Tools and their words. What a tool weighs depends on that tool alone, so that a change to one touches no other, and an
/// index that was changed answers as one that was made anew.
pub struct Index {
    reader: Reader,
    terms: BTreeMap<String, u32>,
    /// The stem of each term.
    pub(crate) stems: Vec<String>,
    /// Of each term, the tools that have it.
    pub(crate) postings: Vec<Vec<Posting>>,
    pub(crate) slots: Vec<Option<Entry>>,
    by_key: HashMap<u32, u32>,
    free_slots: Vec<u32>,
    free_terms: Vec<u32>,
}

/// A tool that has a term.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Posting {
    pub(crate) slot: u32,
    /// From 0 to 1, more for a word that is said often, in few words, in a place that counts.
    pub(crate) weight: f32,
}

/// A tool in the index.
pub(crate) struct Entry {
    pub(crate) key: u32,
    pub(crate) app: String,
    pub(crate) read_only: bool,
    /// What its near-duplicates have too.
    pub(crate) mark: Option<u64>,
    /// By term.
    pub(crate) words: Vec<Held>,
    /// The terms of name and description in their order, but for stop words.
    pub(crate) name: Vec<u32>,
    pub(crate) description: Vec<u32>,
}

/// A term within a tool.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Held {
    pub(crate) term: u32,
    pub(crate) weight: f32,
    /// A bit for each of [`Field::ALL`].
    pub(crate) fields: u8,
}

/// How much a word counts in each of [`Field::ALL`], and how many words there are usually. Lengths are compared with
/// those of a usual tool rather than with the average of the others: then nothing depends on the others.
const WEIGHTS: [f32; 5] = [4.0, 3.0, 2.0, 1.0, 0.5];
const USUAL_LENGTHS: [f32; 5] = [4.0, 4.0, 20.0, 6.0, 45.0];
/// How far length is held against a field (b of BM25), and how soon more of a word adds nothing (k1).
const LENGTH_COUNTS: f32 = 0.75;
const SATURATION: f32 = 0.8;

impl Default for Index {
    fn default() -> Self {
        Self::new()
    }
}

impl Index {
    /// An index of no tools.
    #[must_use]
    pub fn new() -> Self {
        Self {
            reader: Reader::new(),
            terms: BTreeMap::new(),
            stems: Vec::new(),
            postings: Vec::new(),
            slots: Vec::new(),
            by_key: HashMap::new(),
            free_slots: Vec::new(),
            free_terms: Vec::new(),
        }
    }

    /// How many tools there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_key.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_key.is_empty()
    }

    /// Puts a tool in under `key`, in place of the one that is there.
    pub fn put(&mut self, key: u32, document: &Document<'_>) {
        self.remove(key);
        let slot = self.free_slots.pop().unwrap_or_else(|| {
            self.slots.push(None);
            u32::try_from(self.slots.len() - 1)
                .expect("keys are of 32 bits, and slots no more than keys")
        });
        let entry = self.entry(key, document);
        for held in &entry.words {
            self.postings[held.term as usize].push(Posting { slot, weight: held.weight });
        }
        self.slots[slot as usize] = Some(entry);
        self.by_key.insert(key, slot);
    }

    /// Takes the tool of `key` out; says whether there was one.
    pub fn remove(&mut self, key: u32) -> bool {
        let Some(slot) = self.by_key.remove(&key) else { return false };
        let entry = self.slots[slot as usize].take().expect("every key has its slot");
        for held in &entry.words {
            let postings = &mut self.postings[held.term as usize];
            postings.retain(|posting| posting.slot != slot);
            if postings.is_empty() {
                self.terms.remove(&self.stems[held.term as usize]);
                self.free_terms.push(held.term);
            }
        }
        self.free_slots.push(slot);
        true
    }

    fn entry(&mut self, key: u32, document: &Document<'_>) -> Entry {
        let mut counts: BTreeMap<u32, [u16; 5]> = BTreeMap::new();
        let mut lengths = [0_u32; 5];
        let mut order: [Vec<u32>; 5] = Default::default();
        for field in Field::ALL {
            let at = field as usize;
            for text in texts(document, field) {
                for word in self.reader.words(text) {
                    for part in words::parts(&word.text) {
                        let stem = self.reader.stem(part);
                        count(&mut counts, self.term(&stem), field);
                    }
                    let term = self.term(&word.stem);
                    count(&mut counts, term, field);
                    lengths[at] += 1;
                    if !words::is_stop(&word.text) {
                        order[at].push(term);
                    }
                }
            }
        }
        let [name, _, description, ..] = order;
        Entry {
            key,
            app: document.app.to_owned(),
            read_only: document.read_only,
            mark: fold::mark(document, &mut self.reader),
            words: counts.into_iter().map(|(term, counts)| held(term, counts, lengths)).collect(),
            name,
            description,
        }
    }

    /// The term of `stem`, if any tool has it.
    pub(crate) fn term_of(&self, stem: &str) -> Option<u32> {
        self.terms.get(stem).copied()
    }

    /// The terms in use that begin with `start`.
    pub(crate) fn terms_from<'a>(&'a self, start: &'a str) -> impl Iterator<Item = (&'a str, u32)> {
        let terms = self.terms.range::<str, _>((Bound::Included(start), Bound::Unbounded));
        terms
            .take_while(move |(term, _)| term.starts_with(start))
            .map(|(stem, term)| (stem.as_str(), *term))
    }

    /// How much it says to have this term: the logarithm of how few tools do (idf of BM25).
    pub(crate) fn rarity(&self, term: u32) -> f32 {
        #[allow(clippy::cast_precision_loss, reason = "a rounded count is as good")]
        let (all, having) = (self.len() as f32, self.postings[term as usize].len() as f32);
        (1.0 + (all - having + 0.5) / (having + 0.5)).ln()
    }

    fn term(&mut self, stem: &str) -> u32 {
        if let Some(&term) = self.terms.get(stem) {
            return term;
        }
        let term = self.free_terms.pop().unwrap_or_else(|| {
            self.postings.push(Vec::new());
            self.stems.push(String::new());
            u32::try_from(self.stems.len() - 1).expect("fewer than four billion terms")
        });
        stem.clone_into(&mut self.stems[term as usize]);
        self.terms.insert(stem.to_owned(), term);
        term
    }
}

fn texts<'a>(document: &'a Document<'_>, field: Field) -> Vec<&'a str> {
    let parameters = document.parameters.iter();
    match field {
        Field::Name => vec![document.name],
        Field::Title => vec![document.title, document.app],
        Field::Description => vec![document.description],
        Field::Parameter => parameters.map(|parameter| parameter.name.as_str()).collect(),
        Field::ParameterText => parameters
            .flat_map(|parameter| {
                std::iter::once(&parameter.description).chain(&parameter.values).map(String::as_str)
            })
            .collect(),
    }
}

fn count(counts: &mut BTreeMap<u32, [u16; 5]>, term: u32, field: Field) {
    let count = &mut counts.entry(term).or_default()[field as usize];
    *count = count.saturating_add(1);
}

fn held(term: u32, counts: [u16; 5], lengths: [u32; 5]) -> Held {
    let (mut sum, mut fields) = (0.0, 0);
    for field in 0..Field::ALL.len() {
        if counts[field] > 0 {
            #[allow(clippy::cast_precision_loss, reason = "no text has so many words")]
            let length = lengths[field] as f32 / USUAL_LENGTHS[field];
            sum += WEIGHTS[field] * f32::from(counts[field])
                / (1.0 - LENGTH_COUNTS + LENGTH_COUNTS * length);
            fields |= 1 << field;
        }
    }
    Held { term, weight: sum / (sum + SATURATION), fields }
}
