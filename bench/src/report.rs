//! Tables, on the terminal and in `RESULTS.md`.

use crate::machine;
use std::fmt::Write;

/// What one scenario found.
pub(crate) struct Section {
    pub(crate) title: &'static str,
    /// How it was done, in a sentence or two.
    pub(crate) method: &'static str,
    pub(crate) header: Vec<&'static str>,
    pub(crate) rows: Vec<Vec<String>>,
    pub(crate) verdicts: Vec<Verdict>,
    /// What was not run, and why.
    pub(crate) not_run: Vec<String>,
}

/// A goal and what was reached.
pub(crate) struct Verdict {
    pub(crate) what: String,
    pub(crate) goal: String,
    pub(crate) reached: String,
    pub(crate) met: bool,
}

impl Section {
    /// An empty one.
    pub(crate) fn new(title: &'static str, method: &'static str, header: &[&'static str]) -> Self {
        Self {
            title,
            method,
            header: header.to_vec(),
            rows: Vec::new(),
            verdicts: Vec::new(),
            not_run: Vec::new(),
        }
    }

    /// Adds a verdict: met when `reached` is at most `goal`.
    pub(crate) fn at_most(&mut self, what: impl Into<String>, goal: f64, reached: f64, unit: &str) {
        self.verdicts.push(Verdict {
            what: what.into(),
            goal: format!("≤ {goal} {unit}"),
            reached: format!("{reached:.2} {unit}"),
            met: reached <= goal,
        });
    }

    /// As Markdown.
    pub(crate) fn markdown(&self) -> String {
        let mut text = format!("## {}\n{}\n", self.title, self.method);
        if !self.rows.is_empty() {
            text.push('\n');
            table(&mut text, &self.header, &self.rows);
        }
        for line in &self.not_run {
            let _ = writeln!(text, "\nNot run: {line}");
        }
        text
    }
}

/// The goals of all sections.
pub(crate) fn goals(sections: &[Section]) -> String {
    let mut text = String::from("## Goals\n\n");
    let rows: Vec<Vec<String>> = sections
        .iter()
        .flat_map(|section| &section.verdicts)
        .map(|verdict| {
            let met = if verdict.met { "met" } else { "**missed**" };
            vec![
                verdict.what.clone(),
                verdict.goal.clone(),
                verdict.reached.clone(),
                met.to_owned(),
            ]
        })
        .collect();
    table(&mut text, &["what", "goal", "reached", ""], &rows);
    text
}

/// The whole of `RESULTS.md`.
pub(crate) fn document(
    sections: &[Section],
    rounds: usize,
    quick: bool,
    load_before: &str,
) -> String {
    let seconds = if quick { 3 } else { 10 };
    let mut text = format!(
        "# Results\n\nMade by `cargo xtask bench`; how is in each section. Contenders run in turn in one run, {rounds} rounds of \
         {seconds} s each after warm-up; medians. Load generator, server and upstream share the machine, so trust the ratios, \
         not the absolute figures. Every answer is parsed and compared with the one that is right; one wrong answer ends the run.\n\n"
    );
    text.push_str(&goals(sections));
    for section in sections {
        text.push('\n');
        text.push_str(&section.markdown());
    }
    text.push_str("\n## Machine\n\n");
    let facts: Vec<Vec<String>> = machine::facts(load_before)
        .into_iter()
        .map(|(name, value)| vec![name.to_owned(), value])
        .collect();
    table(&mut text, &["fact", "value"], &facts);
    text
}

fn table(text: &mut String, header: &[&str], rows: &[Vec<String>]) {
    let _ = writeln!(text, "| {} |", header.join(" | "));
    let _ = writeln!(text, "|{}", " --- |".repeat(header.len()));
    for row in rows {
        let _ = writeln!(text, "| {} |", row.join(" | "));
    }
}
