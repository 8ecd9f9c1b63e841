//! Which tools fit best: all by the words that they have, then the best of them by a closer look, and by their meaning where that is known.

use crate::closer::{Candidate, Look, by_score};
use crate::concept::{self, Concept};
use crate::document::Field;
use crate::index::{Held, Index};
use crate::near::Near;
use crate::query::{Hit, Match, Query};

/// How many get the closer look.
const LOOKED_AT: usize = 150;
/// What a tool loses of a gain that one before it has too: a request may ask for several things, and its words for one of
/// them are not to fill the list.
const TOLD_ALREADY: f32 = 0.1;

/// A candidate, and its near-duplicates.
type Chosen<'a> = (Candidate<'a>, Vec<u32>);

impl Index {
    /// The `count` tools that fit best, the best first; of equals, the one with the lower key.
    #[must_use]
    pub fn search(&self, query: &Query<'_>, count: usize) -> Vec<Hit> {
        let concepts = concept::read(query.text, self);
        let look = Look::new(self, &concepts);
        let near = Near::new(self, query);
        let mut candidates = self.candidates(&concepts, query, near.as_ref());
        candidates.iter_mut().for_each(|candidate| look.at(candidate));
        if let Some(near) = &near {
            near.fuse(&mut candidates);
        }
        let chosen = choose(candidates, concepts.len(), count);
        chosen.into_iter().map(|chosen| self.hit(chosen, &concepts)).collect()
    }

    fn candidates(
        &self,
        concepts: &[Concept],
        query: &Query<'_>,
        near: Option<&Near>,
    ) -> Vec<Candidate<'_>> {
        let (mut found, mut beside) = (Vec::new(), Vec::new());
        for (slot, (entry, score)) in (0..).zip(self.slots.iter().zip(self.scores(concepts))) {
            let is_near = near.is_some_and(|near| near.has(slot));
            if (score > 0.0 || is_near)
                && let Some(entry) = entry.as_ref().filter(|entry| query.may_find(entry))
            {
                let candidate = Candidate { entry, slot, score, gains: Vec::new() };
                if is_near { beside.push(candidate) } else { found.push(candidate) }
            }
        }
        if found.len() > LOOKED_AT {
            found.select_nth_unstable_by(LOOKED_AT, by_score);
            found.truncate(LOOKED_AT);
        }
        found.append(&mut beside);
        found
    }

    /// What each slot gains by all concepts. A concept counts once, by the word that says it best.
    fn scores(&self, concepts: &[Concept]) -> Vec<f32> {
        let mut scores = vec![0.0_f32; self.slots.len()];
        let mut best = vec![0.0_f32; self.slots.len()];
        let mut touched = Vec::new();
        for concept in concepts {
            for &(term, share) in &concept.terms {
                for posting in &self.postings[term as usize] {
                    let best = &mut best[posting.slot as usize];
                    if *best == 0.0 {
                        touched.push(posting.slot);
                    }
                    *best = best.max(share * posting.weight);
                }
            }
            for slot in touched.drain(..) {
                scores[slot as usize] += concept.weight * std::mem::take(&mut best[slot as usize]);
            }
        }
        scores
    }

    fn hit(&self, (candidate, others): Chosen<'_>, concepts: &[Concept]) -> Hit {
        let mut why: Vec<(f32, Match)> = Vec::new();
        for (concept, gain) in concepts.iter().zip(&candidate.gains) {
            if let Some((held, _)) = candidate.entry.says(concept) {
                let stem = &self.stems[held.term as usize];
                let stands_for = (*stem != concept.stem).then(|| stem.clone());
                let word = concept.word.clone();
                why.push((*gain, Match { word, stands_for, fields: fields(held) }));
            }
        }
        why.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        let why = why.into_iter().map(|(_, why)| why).collect();
        Hit { key: candidate.entry.key, score: candidate.score, why, others }
    }
}

fn fields(held: Held) -> Vec<Field> {
    Field::ALL.into_iter().filter(|field| held.fields & (1 << *field as u8) != 0).collect()
}

/// The best of the candidates, near-duplicates folded into the first of them.
fn choose(mut rest: Vec<Candidate<'_>>, concepts: usize, count: usize) -> Vec<Chosen<'_>> {
    rest.sort_unstable_by(by_score);
    let mut chosen: Vec<Chosen<'_>> = Vec::new();
    let mut told = vec![0.0_f32; concepts];
    while chosen.len() < count {
        let Some(candidate) = take_best(&mut rest, &told) else { break };
        if let Err(candidate) = fold(&mut chosen, candidate) {
            for (told, gain) in told.iter_mut().zip(&candidate.gains) {
                *told = told.max(*gain);
            }
            chosen.push((candidate, Vec::new()));
        }
    }
    for candidate in rest {
        let _ = fold(&mut chosen, candidate);
    }
    chosen
}

/// Puts the candidate with the one that it repeats, or gives it back.
fn fold<'a>(chosen: &mut [Chosen<'a>], candidate: Candidate<'a>) -> Result<(), Candidate<'a>> {
    let same = |chosen: &&mut Chosen<'_>| {
        candidate.entry.mark.is_some() && chosen.0.entry.mark == candidate.entry.mark
    };
    match chosen.iter_mut().find(same) {
        Some((_, others)) => others.push(candidate.entry.key),
        None => return Err(candidate),
    }
    Ok(())
}

fn take_best<'a>(rest: &mut Vec<Candidate<'a>>, told: &[f32]) -> Option<Candidate<'a>> {
    let value = |candidate: &Candidate<'_>| {
        let again: f32 = candidate.gains.iter().zip(told).map(|(gain, told)| gain.min(*told)).sum();
        candidate.score - TOLD_ALREADY * again
    };
    let values = rest.iter().map(value).enumerate();
    let (best, _) = values.reduce(|best, next| if next.1 > best.1 { next } else { best })?;
    Some(rest.remove(best))
}
