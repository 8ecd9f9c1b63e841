//! The text of one tool's schema: components inline where that is shorter, in `$defs` where they recur or recurse.

use super::{
    Json, Schemas,
    json::{Members, string_bytes},
    write::Writer,
};
use crate::{Limits, note::Finding, text::identifier};
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

/// Levels of JSON that inlining may add to one component; beyond them it becomes a definition.
const INLINE_DEPTH: usize = 24;

/// The deepest level of members at which cutting a schema that is too large begins.
const LEVELS: usize = 8;

/// One tool's schema.
pub(crate) struct Assembled {
    pub(crate) text: String,
    pub(crate) findings: Vec<Finding>,
    /// Names of optional members that were cut for size, with the count of all that were.
    pub(crate) cut: Vec<String>,
    pub(crate) cut_count: usize,
    /// Whether it is above every bound even so.
    pub(crate) too_large: bool,
}

/// How much of the descriptions inside is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Detail {
    Full,
    Short,
    None,
}

/// Where each reachable component is written.
pub(super) struct Plan {
    /// Components in the order in which they are met.
    pub(super) order: Vec<usize>,
    pub(super) names: BTreeMap<usize, String>,
    /// Levels of `properties` above a component, at least.
    pub(super) level: HashMap<usize, usize>,
    inline_bytes: usize,
    /// Whether everything that can be reached is in it.
    complete: bool,
}

impl<'t> Schemas<'t> {
    /// Writes `root`, an object schema, with all that it refers to.
    pub(crate) fn assemble(&mut self, root: &Json<'t>) -> Assembled {
        let limits = self.library.limits().clone();
        let plan = self.plan(root, usize::MAX, limits.schema_nodes);
        let mut findings = Vec::new();
        let taken = std::mem::take(&mut self.taken);
        for &index in
            plan.order.iter().chain(taken.iter().filter(|index| !plan.level.contains_key(index)))
        {
            findings.extend(self.made(index).findings.iter().take(20).cloned());
        }
        let mut done = Assembled {
            text: String::new(),
            findings,
            cut: Vec::new(),
            cut_count: 0,
            too_large: false,
        };
        if plan.complete && self.fits(root, &plan, usize::MAX, &limits, &mut done) {
            return done;
        }
        // Deep optional members go, level by level, but levels that are known to be too much are not tried.
        let nodes_within = |most: usize| -> usize {
            let near = plan.order.iter().filter(|index| plan.level[index] <= most);
            near.map(|index| self.components[*index].made.as_ref().map_or(0, |made| made.nodes))
                .sum()
        };
        let levels: Vec<usize> = (1..=LEVELS)
            .rev()
            .filter(|most| nodes_within(*most) <= limits.schema_nodes / 4)
            .collect();
        for most in levels {
            let plan = self.plan(root, most, limits.schema_nodes);
            if plan.complete && self.fits(root, &plan, most, &limits, &mut done) {
                return done;
            }
        }
        done.too_large = true;
        done
    }

    fn fits(
        &self,
        root: &Json<'t>,
        plan: &Plan,
        most: usize,
        limits: &Limits,
        done: &mut Assembled,
    ) -> bool {
        for (detail, bound) in [
            (Detail::Full, limits.schema_target_bytes),
            (Detail::Short, limits.schema_target_bytes),
            (Detail::None, limits.schema_bytes),
        ] {
            if detail == Detail::Full && plan.inline_bytes > bound * 2 {
                continue;
            }
            let mut writer = Writer {
                schemas: self,
                plan,
                detail,
                most,
                bound: limits.schema_bytes,
                out: String::new(),
                cut: Vec::new(),
                cut_count: 0,
            };
            writer.root(root);
            if writer.out.len() <= bound {
                done.text = writer.out;
                done.cut = writer.cut;
                done.cut_count = writer.cut_count;
                return true;
            }
        }
        false
    }

    fn plan(&mut self, root: &Json<'t>, most: usize, node_limit: usize) -> Plan {
        let mut plan = Plan {
            order: Vec::new(),
            names: BTreeMap::new(),
            level: HashMap::new(),
            inline_bytes: own_bytes(root),
            complete: true,
        };
        let mut uses: HashMap<usize, usize> = HashMap::new();
        let mut edges: HashMap<usize, Vec<usize>> = HashMap::new();
        let mut queue: VecDeque<(Option<usize>, usize)> = VecDeque::from([(None, 0)]);
        let mut nodes = 0;
        // Breadth first by levels, so that the first meeting of a component is its least level but for chains
        // of references at one level, whose order the queue keeps.
        while let Some((at, level)) = queue.pop_front() {
            let mut found = Vec::new();
            match at {
                None => collect(root, level, most, &mut found),
                Some(index) => collect(&self.made(index).schema, level, most, &mut found),
            }
            for &(target, level) in &found {
                *uses.entry(target).or_default() += 1;
                if plan.level.contains_key(&target) {
                    continue;
                }
                nodes += self.made(target).nodes;
                plan.level.insert(target, level);
                plan.order.push(target);
                queue.push_back((Some(target), level));
            }
            if nodes > node_limit || nodes > self.work {
                self.work = self.work.saturating_sub(nodes);
                plan.complete = false;
                return plan;
            }
            if let Some(index) = at {
                edges.insert(index, found.into_iter().map(|(target, _)| target).collect());
            }
        }
        self.work -= nodes;
        let recursive = cycles(&plan.order, &edges);
        self.choose(&mut plan, &uses, &edges, &recursive);
        plan
    }

    /// Decides for each component, those without references of their own first, whether it is a definition.
    fn choose(
        &self,
        plan: &mut Plan,
        uses: &HashMap<usize, usize>,
        edges: &HashMap<usize, Vec<usize>>,
        recursive: &HashSet<usize>,
    ) {
        let mut shared: HashSet<usize> = recursive.clone();
        let mut bytes: HashMap<usize, usize> = HashMap::new();
        let mut depth: HashMap<usize, usize> = HashMap::new();
        for index in leaves_first(&plan.order, edges, recursive) {
            let made =
                self.components[index].made.as_ref().expect("planning made every component it met");
            let inline = |target: &&usize| !shared.contains(*target);
            let targets = edges.get(&index).map(Vec::as_slice).unwrap_or_default();
            let size = own_bytes(&made.schema)
                + targets
                    .iter()
                    .filter(inline)
                    .map(|one| bytes.get(one).copied().unwrap_or(0))
                    .sum::<usize>();
            let deep = own_depth(&made.schema)
                + targets
                    .iter()
                    .filter(inline)
                    .map(|one| depth.get(one).copied().unwrap_or(0))
                    .max()
                    .unwrap_or(0);
            bytes.insert(index, size);
            depth.insert(index, deep);
            let count = uses.get(&index).copied().unwrap_or(1);
            let name = definition_name(self.components[index].node).len();
            let as_definition = size + name + 6 + count * (name + 18);
            if !recursive.contains(&index)
                && (deep > INLINE_DEPTH || (count > 1 && count * size > as_definition))
            {
                shared.insert(index);
            }
        }
        let mut taken = HashSet::new();
        for &index in plan.order.iter().filter(|index| shared.contains(index)) {
            let base = definition_name(self.components[index].node);
            let mut name = base.clone();
            let mut number = 2;
            while !taken.insert(name.clone()) {
                name = format!("{base}_{number}");
                number += 1;
            }
            plan.inline_bytes += bytes.get(&index).copied().unwrap_or(0);
            plan.names.insert(index, name);
        }
    }
}

/// What a component is called in `$defs`.
fn definition_name(node: crate::tree::Node<'_>) -> String {
    let pointer = node.pointer();
    let last = match pointer.rsplit('/').next().unwrap_or_default() {
        "" => node
            .doc()
            .name
            .rsplit('/')
            .next()
            .and_then(|file| file.split('.').next())
            .unwrap_or_default(),
        last => last,
    };
    let name = identifier(&last.replace("~1", "_").replace("~0", "_"), &['-', '.']);
    let name: String = name.chars().take(64).collect();
    if name.is_empty() { "Schema".to_owned() } else { name }
}

/// The components that a schema refers to, each as often as it does, with the level of `properties` of the place.
fn collect(schema: &Json<'_>, level: usize, most: usize, found: &mut Vec<(usize, usize)>) {
    match schema {
        Json::Component(index) => found.push((*index, level)),
        Json::Array(items) => items.iter().for_each(|item| collect(item, level, most, found)),
        Json::Object(members) => {
            for (key, value) in members {
                match (&**key, value) {
                    ("properties", Json::Object(inner)) => {
                        for (name, one) in inner {
                            if level < most || is_required(members, name) {
                                collect(one, level + 1, most, found);
                            }
                        }
                    }
                    ("default" | "const" | "enum" | "required", _) => {}
                    _ => collect(value, level, most, found),
                }
            }
        }
        _ => {}
    }
}

fn is_required(members: &Members<'_>, name: &str) -> bool {
    let required = members.iter().find(|(key, _)| key == "required");
    required.is_some_and(|(_, names)| names.items().iter().any(|one| one.str() == Some(name)))
}

/// The components on a cycle, or between two.
fn cycles(order: &[usize], edges: &HashMap<usize, Vec<usize>>) -> HashSet<usize> {
    let mut left: HashSet<usize> = order.iter().copied().collect();
    let mut back: HashMap<usize, Vec<usize>> = HashMap::new();
    for (from, targets) in edges {
        for target in targets {
            back.entry(*target).or_default().push(*from);
        }
    }
    peel(&mut left, order, edges, &back);
    peel(&mut left, order, &back, edges);
    left
}

/// Removes what has no edge (in the sense of `out`) to anything left, over and over.
fn peel(
    left: &mut HashSet<usize>,
    order: &[usize],
    out: &HashMap<usize, Vec<usize>>,
    back: &HashMap<usize, Vec<usize>>,
) {
    let count = |index: &usize, left: &HashSet<usize>| {
        out.get(index).map_or(0, |targets| targets.iter().filter(|one| left.contains(one)).count())
    };
    let mut counts: HashMap<usize, usize> =
        order.iter().map(|index| (*index, count(index, left))).collect();
    let mut free: Vec<usize> =
        order.iter().copied().filter(|index| left.contains(index) && counts[index] == 0).collect();
    while let Some(index) = free.pop() {
        left.remove(&index);
        for from in back.get(&index).into_iter().flatten().filter(|from| left.contains(from)) {
            if let Some(count) = counts.get_mut(from) {
                *count = count.saturating_sub(1);
                if *count == 0 {
                    free.push(*from);
                }
            }
        }
    }
}

/// Every component after those that it refers to, but for recursion.
fn leaves_first(
    order: &[usize],
    edges: &HashMap<usize, Vec<usize>>,
    recursive: &HashSet<usize>,
) -> Vec<usize> {
    let mut done: HashSet<usize> = HashSet::new();
    let mut sorted = Vec::with_capacity(order.len());
    for &start in order {
        let mut stack = vec![(start, 0)];
        while let Some((index, next)) = stack.pop() {
            if next == 0 && !done.insert(index) {
                continue;
            }
            let targets = edges.get(&index).map(Vec::as_slice).unwrap_or_default();
            match targets.get(next) {
                None => sorted.push(index),
                Some(&target) => {
                    stack.push((index, next + 1));
                    let around = recursive.contains(&target) && recursive.contains(&index);
                    if !around && !done.contains(&target) {
                        stack.push((target, 0));
                    }
                }
            }
        }
    }
    sorted
}

fn own_bytes(schema: &Json<'_>) -> usize {
    match schema {
        Json::Null | Json::Bool(_) => 5,
        Json::Number(text) => text.len(),
        Json::String(text) => string_bytes(text),
        Json::Array(items) => 2 + items.iter().map(|item| own_bytes(item) + 1).sum::<usize>(),
        Json::Object(members) => {
            2 + members
                .iter()
                .map(|(key, value)| string_bytes(key) + 2 + own_bytes(value))
                .sum::<usize>()
        }
        Json::Component(_) => 0,
    }
}

fn own_depth(schema: &Json<'_>) -> usize {
    match schema {
        Json::Array(items) => 1 + items.iter().map(own_depth).max().unwrap_or(0),
        Json::Object(members) => {
            1 + members.iter().map(|(_, value)| own_depth(value)).max().unwrap_or(0)
        }
        _ => 0,
    }
}
