use super::{
    meter::{Count, Meter},
    subject::{Call, Subject},
};
use crate::principal::PrincipalId;
use model::{LimitId, LimitUnit, ServerId, Timestamp};
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError, RwLock},
};
use store::Limit;

/// Callers and tools whose limits are kept worked out. Beyond, they are worked out anew.
const RESOLVED_MAX: usize = 100_000;

/// The limits of one account, worked out for each caller and tool once.
#[derive(Debug)]
pub(crate) struct Rules {
    rules: Vec<Arc<Limit>>,
    counts: Counts,
    resolved: RwLock<Resolved>,
}

/// What was counted, by rule and by what it counts; goes on when the rules change, unless their unit does.
type Counts = Arc<Mutex<HashMap<(LimitId, LimitUnit, Subject), Arc<Count>>>>;

/// The limits of one caller on one server, by tool.
type ByTool = HashMap<Box<str>, Arc<[Meter]>>;

#[derive(Debug, Default)]
struct Resolved {
    meters: HashMap<(PrincipalId, ServerId), ByTool>,
    size: usize,
}

/// Calls of the day and of the month, by this process and by all others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Used {
    pub(crate) own: (u64, u64),
    pub(crate) others: (u64, u64),
}

/// What was used until a moment.
#[derive(Clone, Debug)]
pub(crate) struct UsedSoFar {
    pub(crate) at: Timestamp,
    pub(crate) by_subject: HashMap<Subject, Used>,
}

impl UsedSoFar {
    /// The sums of an account's usage, by each thing that a limit may count.
    pub(crate) fn new(at: Timestamp, sums: &[store::UsageSum]) -> Self {
        let mut by_subject: HashMap<Subject, Used> = HashMap::new();
        let count = |calls: i64| u64::try_from(calls).unwrap_or(0);
        for sum in sums {
            for subject in Subject::of_usage(sum) {
                let used = by_subject.entry(subject).or_default();
                used.own.0 += count(sum.own.0);
                used.own.1 += count(sum.own.1);
                used.others.0 += count(sum.others.0);
                used.others.1 += count(sum.others.1);
            }
        }
        Self { at, by_subject }
    }
}

impl Rules {
    /// The rules, with the counts of those before.
    pub(crate) fn new(rules: Vec<Limit>, before: Option<&Self>) -> Self {
        let counts = before.map_or_else(Counts::default, |before| Arc::clone(&before.counts));
        let ids: HashSet<LimitId> = rules.iter().map(|rule| rule.id).collect();
        counts
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .retain(|(id, ..), _| ids.contains(id));
        let rules = rules.into_iter().map(Arc::new).collect();
        Self { rules, counts, resolved: RwLock::default() }
    }

    /// Whether these are the rules.
    pub(crate) fn are(&self, rules: &[Limit]) -> bool {
        self.rules.iter().map(|rule| &**rule).eq(rules)
    }

    /// Whether one of them goes by the calendar, so that it needs to know what was used before.
    pub(crate) fn has_quota(&self) -> bool {
        self.rules.iter().any(|rule| rule.unit.rate_seconds().is_none())
    }

    /// Begins each new count with what was used, and tells those that are there what other processes did.
    pub(crate) fn note(&self, used: &UsedSoFar) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        for rule in self.rules.iter().filter(|rule| rule.unit.rate_seconds().is_none()) {
            for (subject, of_subject) in &used.by_subject {
                if !subject.is_of(&rule.target) {
                    continue;
                }
                let key = (rule.id, rule.unit, subject.clone());
                match counts.get(&key) {
                    Some(known) => known.note(rule.unit, used.at, *of_subject),
                    None => {
                        let count = Count::new(rule.unit, used.at, *of_subject);
                        counts.insert(key, Arc::new(count));
                    }
                }
            }
        }
    }

    /// The limits of a call.
    pub(crate) fn meters(&self, call: &Call<'_>) -> Arc<[Meter]> {
        let key = (call.principal, call.server);
        let known = self.resolved.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(meters) = known.meters.get(&key).and_then(|tools| tools.get(call.tool)) {
            return Arc::clone(meters);
        }
        drop(known);
        let meters = self.resolve(call);
        let mut resolved = self.resolved.write().unwrap_or_else(PoisonError::into_inner);
        if resolved.size >= RESOLVED_MAX {
            *resolved = Resolved::default();
        }
        resolved.size += 1;
        let tools = resolved.meters.entry(key).or_default();
        tools.insert(call.tool.into(), Arc::clone(&meters));
        meters
    }

    fn resolve(&self, call: &Call<'_>) -> Arc<[Meter]> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        self.rules
            .iter()
            .filter_map(|rule| {
                let subject = call.subject(&rule.target)?;
                let count = counts.entry((rule.id, rule.unit, subject)).or_default();
                Some(Meter { rule: Arc::clone(rule), count: Arc::clone(count) })
            })
            .collect()
    }
}
