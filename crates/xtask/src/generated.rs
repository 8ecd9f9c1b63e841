//! Files that the code makes and that are committed, so that a change of theirs is read like code.

use crate::{gateway, step::Tally, workspace};
use anyhow::{Context, Result, ensure};
use std::{
    fs,
    path::Path,
    process::{Command, ExitCode},
};

/// A file, and what the gateway's binary is asked to print it.
struct Generated {
    path: &'static str,
    arguments: &'static [&'static str],
}

const FILES: [Generated; 1] = [Generated { path: "openapi.json", arguments: &["openapi"] }];

/// `cargo xtask gen`: writes them all.
pub(crate) fn write() -> Result<ExitCode> {
    let binary = gateway::build(false)?;
    for file in &FILES {
        let path = workspace::root().join(file.path);
        fs::write(&path, file.make(&binary)?).with_context(|| path.display().to_string())?;
        println!("{}", file.path);
    }
    Ok(ExitCode::SUCCESS)
}

/// Compares what is committed with what would be written.
pub(crate) fn check(binary: &Path) -> Result<Tally> {
    let mut tally = Tally::default();
    for file in &FILES {
        let committed = fs::read_to_string(workspace::root().join(file.path)).unwrap_or_default();
        let difference = first_difference(&committed, &file.make(binary)?);
        if let Some(difference) = &difference {
            println!("{}:{difference}\nrun `cargo xtask gen` and commit the change", file.path);
        }
        tally.add(match difference {
            None => Tally::PASSED,
            Some(_) => Tally { passed: 0, failed: 1 },
        });
    }
    Ok(tally)
}

impl Generated {
    fn make(&self, binary: &Path) -> Result<String> {
        let output = Command::new(binary).args(self.arguments).output()?;
        let error = String::from_utf8_lossy(&output.stderr);
        ensure!(
            output.status.success(),
            "{:?} ended with {}: {error}",
            self.arguments,
            output.status
        );
        String::from_utf8(output.stdout).context("not UTF-8")
    }
}

/// The number of the first line that differs, and both of its forms.
fn first_difference(committed: &str, made: &str) -> Option<String> {
    let lines = |text: &str| text.split('\n').map(str::to_owned).collect::<Vec<_>>();
    let (committed, made) = (lines(committed), lines(made));
    let at = (0..committed.len().max(made.len())).find(|at| committed.get(*at) != made.get(*at))?;
    let text = |lines: &[String]| lines.get(at).map_or("(the end)", String::as_str).to_owned();
    let (committed, made) = (text(&committed), text(&made));
    Some(format!("{}: committed is {committed:?}, the code makes {made:?}", at + 1))
}

#[cfg(test)]
mod tests {
    use super::first_difference;

    #[test]
    fn names_the_line() {
        assert_eq!(first_difference("a\nb\n", "a\nb\n"), None);
        for (committed, made, at) in [
            ("a\nb\n", "a\nc\n", "2:"),
            ("a\n", "a\nb\n", "2:"),
            ("", "a\n", "1:"),
            ("a\n", "a", "2:"),
        ] {
            assert!(first_difference(committed, made).unwrap().starts_with(at), "{committed:?}");
        }
    }
}
