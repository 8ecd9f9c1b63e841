//! What the search is compared with: `bm25-full` of the retrieval benchmark. Okapi BM25 (k1 1.5, b 0.75) over split names,
//! descriptions and parameters of two levels, stemmed.

use frostem::{Algorithm, Stemmer};
use serde_json::Value;
use std::collections::HashMap;

const K1: f64 = 1.5;
const B: f64 = 0.75;

/// Documents and how much each of their words weighs.
pub(crate) struct Bm25 {
    documents: usize,
    weights: HashMap<String, Vec<(usize, f64)>>,
}

impl Bm25 {
    /// An index of these tools.
    pub(crate) fn new(catalog: &[Value]) -> Self {
        let documents: Vec<Vec<String>> = catalog.iter().map(|tool| words(&text(tool))).collect();
        let count = documents.len() as f64;
        let average = documents.iter().map(Vec::len).sum::<usize>() as f64 / count;
        let mut weights: HashMap<String, Vec<(usize, f64)>> = HashMap::new();
        for (at, document) in documents.iter().enumerate() {
            let mut counts: HashMap<&String, f64> = HashMap::new();
            document.iter().for_each(|word| *counts.entry(word).or_default() += 1.0);
            let length = K1 * (1.0 - B + B * document.len() as f64 / average);
            for (word, count) in counts {
                let weight = count * (K1 + 1.0) / (count + length);
                weights.entry(word.clone()).or_default().push((at, weight));
            }
        }
        for found in weights.values_mut() {
            let having = found.len() as f64;
            let rarity = (1.0 + (count - having + 0.5) / (having + 0.5)).ln();
            found.iter_mut().for_each(|(_, weight)| *weight *= rarity);
        }
        Self { documents: documents.len(), weights }
    }

    /// The places of the best documents in the catalog, the best first.
    pub(crate) fn search(&self, text: &str, count: usize) -> Vec<usize> {
        let mut scores = vec![0.0; self.documents];
        for (at, weight) in words(text).iter().filter_map(|word| self.weights.get(word)).flatten() {
            scores[*at] += weight;
        }
        let mut order: Vec<usize> = (0..self.documents).collect();
        order.sort_by(|a, b| scores[*b].total_cmp(&scores[*a]));
        order.truncate(count);
        order
    }
}

fn text(tool: &Value) -> String {
    let mut text = format!("{} {}", field(tool, "name"), field(tool, "description"));
    parameters(&tool["inputSchema"], 2, &mut text);
    text
}

fn parameters(schema: &Value, depth: usize, text: &mut String) {
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        text.push_str(&format!(" {name} {}", field(property, "description")));
        if depth > 1 {
            parameters(property, depth - 1, text);
            parameters(&property["items"], depth - 1, text);
        }
    }
}

fn field<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

/// Runs of letters and digits, parted before the capitals of `camelCase` and `HTTPServer`.
fn words(text: &str) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    let mut spaced = String::with_capacity(text.len());
    for (at, character) in characters.iter().enumerate() {
        let before = at.checked_sub(1).map(|before| characters[before]);
        let after = characters.get(at + 1);
        let border = before.is_some_and(|before| {
            before.is_ascii_lowercase()
                || before.is_ascii_digit()
                || before.is_ascii_uppercase() && after.is_some_and(char::is_ascii_lowercase)
        });
        if character.is_ascii_uppercase() && border {
            spaced.push(' ');
        }
        spaced.push(*character);
    }
    let stemmer = Stemmer::new(Algorithm::English);
    let lower = spaced.to_lowercase();
    let words = lower.split(|character: char| !character.is_alphanumeric());
    words.filter(|word| !word.is_empty()).map(|word| stemmer.stem(word).into_owned()).collect()
}
