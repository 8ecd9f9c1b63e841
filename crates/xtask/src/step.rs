//! Steps: each says what it does, shows its command's output as it comes, and counts tests.

use anyhow::{Context, Result};
use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
    time::Instant,
};

/// Tests that passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
}

impl Tally {
    /// One check that passed.
    pub(crate) const PASSED: Self = Self { passed: 1, failed: 0 };

    /// Adds another one.
    pub(crate) fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }

    /// Reads a runner's line, `test result: ok. 12 passed; 0 failed; …` or `12 passed, 0 failed` alone.
    fn parse(line: &str) -> Option<Self> {
        if let Some((passed, failed)) =
            line.strip_suffix(" failed").and_then(|line| line.split_once(" passed, "))
        {
            return Some(Self { passed: passed.parse().ok()?, failed: failed.parse().ok()? });
        }
        let counts = line.split_once("result: ")?.1;
        let count = |word: &str| {
            let before = counts.split_once(word)?.0;
            before.rsplit(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
        };
        Some(Self { passed: count(" passed;")?, failed: count(" failed")? })
    }
}

/// Runs a step and reports it. A step that cannot be made counts as one failure.
pub(crate) fn step(name: &str, what: &str, action: impl FnOnce() -> Result<Tally>) -> Tally {
    println!("\n=== {name}: {what}");
    let start = Instant::now();
    let mut tally = action().unwrap_or_else(|error| {
        println!("error: {error:#}");
        Tally { passed: 0, failed: 1 }
    });
    if tally == Tally::default() {
        println!("error: nothing was tested");
        tally.failed = 1;
    }
    let verdict = if tally.failed == 0 { "ok" } else { "FAILED" };
    println!(
        "=== {name}: {verdict}, {} ok and {} wrong, {:.0?}",
        tally.passed,
        tally.failed,
        start.elapsed()
    );
    tally
}

/// Runs a command, shows its output, and sums the lines of its stdout that count tests.
///
/// A command that fails without having counted a failure counts as one, and one that succeeds without having
/// counted anything as one passed check.
pub(crate) fn counted(command: &mut Command) -> Result<Tally> {
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {command:?}"))?;
    let mut tally = Tally::default();
    for line in BufReader::new(child.stdout.take().expect("piped above")).lines() {
        let line = line?;
        println!("{line}");
        if let Some(counts) = Tally::parse(&line) {
            tally.add(counts);
        }
    }
    let status = child.wait()?;
    if !status.success() && tally.failed == 0 {
        println!("error: {command:?} ended with {status}");
        tally.failed = 1;
    }
    if status.success() && tally == Tally::default() {
        tally = Tally::PASSED;
    }
    Ok(tally)
}

#[cfg(test)]
mod tests {
    use super::{Tally, counted, step};
    use std::process::Command;

    fn shell(script: &str) -> Tally {
        counted(Command::new("sh").args(["-c", script])).unwrap()
    }

    #[test]
    fn counts_what_runners_say() {
        let tally = |passed, failed| Tally { passed, failed };
        assert_eq!(
            shell(
                "echo 'test result: ok. 12 passed; 0 failed; 1 ignored'; echo 'result: 3 passed; 1 failed'"
            ),
            tally(15, 1)
        );
        assert_eq!(shell("true"), tally(1, 0));
        assert_eq!(shell("echo 'test result: ok. 2 passed; 0 failed'; exit 3"), tally(2, 1));
        assert_eq!(shell("echo 'result: none'"), tally(1, 0));
        assert_eq!(shell("echo '3 passed, 1 failed'; echo 'then 9 passed, 9 failed'"), tally(3, 1));
    }

    #[test]
    fn a_step_that_tests_nothing_fails() {
        assert_eq!(step("x", "y", || Ok(Tally::default())).failed, 1);
        assert_eq!(step("x", "y", || anyhow::bail!("no")).failed, 1);
        assert_eq!(step("x", "y", || Ok(Tally::PASSED)).failed, 0);
    }
}
