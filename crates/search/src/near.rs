//! Meaning beside words: where a model's embeddings are at hand, both say what fits.

use crate::closer::Candidate;
use crate::index::{Entry, Index};
use crate::query::Query;
use std::collections::HashSet;

/// How many tools come in by their meaning alone.
const NEAREST: usize = 50;
/// The likeness of the tool at this place, or of the last one, is none at all: models differ in how like they call what has nothing
/// in common.
const ZERO_AT: usize = 150;
/// What the nearest tool gains, as a share of what the best one has by its words. Between 0.3 and 0.8 it makes little difference.
const GAIN: f32 = 0.4;

/// How like the request tools are, by their slots.
pub(crate) struct Near {
    likeness: Vec<Option<f32>>,
    nearest: HashSet<u32>,
    zero: f32,
    most: f32,
}

impl Near {
    /// Nothing where no meaning is known.
    pub(crate) fn new(index: &Index, query: &Query<'_>) -> Option<Self> {
        let known = query.likeness?;
        let of = |entry: &Option<Entry>| {
            let entry = entry.as_ref().filter(|entry| query.may_find(entry))?;
            known(entry.key).filter(|likeness| likeness.is_finite())
        };
        let likeness: Vec<Option<f32>> = index.slots.iter().map(of).collect();
        let mut order: Vec<(f32, u32)> = (0..)
            .zip(&likeness)
            .filter_map(|(slot, likeness)| Some(((*likeness)?, slot)))
            .collect();
        // Of equals the one with the lower key, whatever slots they have.
        let key = |slot: u32| index.slots[slot as usize].as_ref().map(|entry| entry.key);
        let by_likeness =
            |a: &(f32, u32), b: &(f32, u32)| b.0.total_cmp(&a.0).then(key(a.1).cmp(&key(b.1)));
        if order.len() > ZERO_AT {
            order.select_nth_unstable_by(ZERO_AT, by_likeness);
            order.truncate(ZERO_AT + 1);
        }
        order.sort_unstable_by(by_likeness);
        let (most, zero) = (order.first()?.0, order.last()?.0);
        let nearest = order.iter().take(NEAREST).map(|(_, slot)| *slot).collect();
        Some(Self { likeness, nearest, zero, most })
    }

    /// Whether the tool of a slot comes in by its meaning.
    pub(crate) fn has(&self, slot: u32) -> bool {
        self.nearest.contains(&slot)
    }

    /// Adds what meaning says to what words have said. A tool whose meaning is not known is taken to mean what its words say.
    pub(crate) fn fuse(&self, candidates: &mut [Candidate<'_>]) {
        let best = candidates.iter().map(|candidate| candidate.score).fold(0.0, f32::max);
        // Without a word to go by, meaning alone decides.
        let scale = if best > 0.0 { best } else { 1.0 };
        let span = (self.most - self.zero).max(f32::EPSILON);
        for candidate in candidates {
            let share = match self.likeness[candidate.slot as usize] {
                Some(likeness) => ((likeness - self.zero) / span).clamp(0.0, 1.0),
                None => candidate.score / scale,
            };
            candidate.score += GAIN * scale * share;
        }
    }
}
