//! Schemas of descriptions become JSON Schema 2020-12.

mod assemble;
mod convert;
mod flatten;
mod json;
mod keywords;
mod output;
mod pattern;
mod wire;
mod write;

pub(crate) use flatten::Flat;
pub(crate) use json::{Json, is_annotation, write_string};
pub(crate) use output::output_schema;

use crate::{
    Format,
    note::Finding,
    tree::{Library, Node},
};
use pattern::Patterns;
use std::collections::{BTreeSet, HashMap};

/// The request schemas of one description, each target of a reference converted once.
pub(crate) struct Schemas<'t> {
    library: &'t Library<'t>,
    format: Format,
    components: Vec<Component<'t>>,
    by_node: HashMap<(u32, u32), usize>,
    patterns: Patterns,
    /// Components whose members were taken over into the operation at hand: what was found in them concerns it.
    taken: BTreeSet<usize>,
    /// Schema parts that may still be walked for this description.
    work: usize,
}

/// The target of a `$ref`.
struct Component<'t> {
    node: Node<'t>,
    /// Made when first needed.
    made: Option<Made<'t>>,
}

/// A converted schema.
struct Made<'t> {
    schema: Json<'t>,
    findings: Vec<Finding>,
    /// Schema parts in it, less those behind references.
    nodes: usize,
}

impl<'t> Schemas<'t> {
    pub(crate) fn new(library: &'t Library<'t>, format: Format) -> Self {
        Self {
            library,
            format,
            components: Vec::new(),
            by_node: HashMap::new(),
            patterns: Patterns::default(),
            taken: BTreeSet::new(),
            work: library.limits().schema_work,
        }
    }

    /// The number of the component at `node`.
    fn component(&mut self, node: Node<'t>) -> usize {
        *self.by_node.entry(node.key()).or_insert_with(|| {
            self.components.push(Component { node, made: None });
            self.components.len() - 1
        })
    }

    fn made(&mut self, index: usize) -> &Made<'t> {
        if self.components[index].made.is_none() {
            let made = convert::convert(self, self.components[index].node);
            self.components[index].made = Some(made);
        }
        self.components[index].made.as_ref().expect("it was made above")
    }

    /// Begins another operation.
    pub(crate) fn begin(&mut self) {
        self.taken.clear();
    }

    /// Converts a schema as a request has it: read-only members are left out.
    pub(crate) fn request(&mut self, node: Node<'t>) -> (Json<'t>, Vec<Finding>) {
        let made = convert::convert(self, node);
        (made.schema, made.findings)
    }

    /// The schema behind a chain of references: itself when there is none. Members beside a `$ref` are kept by
    /// `allOf` unless they only describe.
    pub(crate) fn resolved(&mut self, schema: &Json<'t>) -> Json<'t> {
        let mut at = schema.clone();
        for _ in 0..self.library.limits().ref_chain {
            let Some(&Json::Component(index)) = at.get("$ref") else { return at };
            self.taken.insert(index);
            let target = self.made(index).schema.clone();
            at.remove("$ref");
            at = beside(target, at);
        }
        Json::any()
    }
}

/// A schema with members that stood beside its `$ref`.
fn beside<'t>(target: Json<'t>, siblings: Json<'t>) -> Json<'t> {
    let Json::Object(siblings) = siblings else { return target };
    if siblings.is_empty() {
        return target;
    }
    if siblings.iter().all(|(key, _)| is_annotation(key)) && matches!(target, Json::Object(_)) {
        let mut target = target;
        if let Json::Object(members) = &mut target {
            for (key, value) in siblings {
                match members.iter_mut().find(|(name, _)| *name == key) {
                    Some((_, old)) => *old = value,
                    None => members.push((key, value)),
                }
            }
        }
        return target;
    }
    let (annotations, rest): (Vec<_>, Vec<_>) =
        siblings.into_iter().partition(|(key, _)| is_annotation(key));
    let mut both = Json::Object(annotations);
    both.set("allOf", Json::Array(vec![target, Json::Object(rest)]));
    both
}
