//! The closer look at a tool: which of its own words were asked for, and in what order.

use crate::concept::Concept;
use crate::index::{Entry, Held, Index};
use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap};

/// What two words add that follow each other in the request and in the tool, as a share of the lesser.
const PAIR: f32 = 0.3;
/// What it adds when all of the name, or of the description, was asked for.
const NAMED: f32 = 0.3;
const DESCRIBED: f32 = 0.2;
/// Weight of words that nobody said: so that a name of one common word is not all said too easily.
const UNSAID_IN_NAME: f32 = 5.0;
const UNSAID_IN_DESCRIPTION: f32 = 10.0;

/// A tool that may be an answer.
pub(crate) struct Candidate<'a> {
    pub(crate) entry: &'a Entry,
    pub(crate) slot: u32,
    pub(crate) score: f32,
    /// What it gains by each concept.
    pub(crate) gains: Vec<f32>,
}

/// The better first; of equals, the one with the lower key.
pub(crate) fn by_score(a: &Candidate<'_>, b: &Candidate<'_>) -> Ordering {
    b.score.total_cmp(&a.score).then(a.entry.key.cmp(&b.entry.key))
}

/// What a term says: how well at best, and which concepts.
#[derive(Default)]
struct Said {
    share: f32,
    concepts: Vec<usize>,
}

/// What is looked for.
pub(crate) struct Look<'a> {
    index: &'a Index,
    concepts: &'a [Concept],
    /// What each term says.
    said: HashMap<u32, Said>,
}

impl<'a> Look<'a> {
    pub(crate) fn new(index: &'a Index, concepts: &'a [Concept]) -> Self {
        let mut said: HashMap<u32, Said> = HashMap::new();
        for (at, concept) in concepts.iter().enumerate() {
            for &(term, share) in &concept.terms {
                let said = said.entry(term).or_default();
                said.share = said.share.max(share);
                said.concepts.push(at);
            }
        }
        Self { index, concepts, said }
    }

    /// Finds out what the candidate gains by each concept, and scores it anew.
    pub(crate) fn at(&self, candidate: &mut Candidate<'_>) {
        let entry = candidate.entry;
        let gain = |concept: &Concept| {
            entry.says(concept).map_or(0.0, |(_, share)| concept.weight * share)
        };
        candidate.gains = self.concepts.iter().map(gain).collect();
        let gained: f32 = candidate.gains.iter().sum();
        let whole = NAMED * self.share_said(&entry.name, UNSAID_IN_NAME)
            + DESCRIBED * self.share_said(&entry.description, UNSAID_IN_DESCRIPTION);
        candidate.score = (gained + PAIR * self.pairs(entry)) * (1.0 + whole);
    }

    /// The weight of concepts that follow each other in the request and in the tool.
    fn pairs(&self, entry: &Entry) -> f32 {
        let mut found = BTreeSet::new();
        for terms in [&entry.name, &entry.description] {
            let said = terms.iter().map(|term| self.said.get(term));
            for (first, second) in said.clone().zip(said.skip(1)) {
                let (Some(first), Some(second)) = (first, second) else { continue };
                found.extend(
                    first.concepts.iter().filter(|at| second.concepts.contains(&(*at + 1))),
                );
            }
        }
        let weight = |at: usize| self.concepts[at].weight.min(self.concepts[at + 1].weight);
        found.into_iter().map(weight).sum()
    }

    /// How much of these words was said, by their weight.
    fn share_said(&self, terms: &[u32], unsaid: f32) -> f32 {
        let (mut said, mut all) = (0.0, unsaid);
        for term in terms {
            let weight = self.index.rarity(*term);
            all += weight;
            said += weight * self.said.get(term).map_or(0.0, |said| said.share);
        }
        said / all
    }
}

impl Entry {
    /// The word of the tool that says the concept best, and how well.
    pub(crate) fn says(&self, concept: &Concept) -> Option<(Held, f32)> {
        let said = concept.terms.iter().filter_map(|&(term, share)| {
            let at = self.words.binary_search_by_key(&term, |held| held.term).ok()?;
            Some((self.words[at], share * self.words[at].weight))
        });
        said.reduce(|best, next| if next.1 > best.1 { next } else { best })
    }
}
