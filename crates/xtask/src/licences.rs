//! The licence of every dependency. `deny.toml` says the same to those who have cargo-deny.

use crate::{step::Tally, workspace};
use anyhow::{Context, Result};

/// What we accept: permissive, and compatible with Apache-2.0 in a binary.
const ALLOWED: [&str; 12] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Zlib",
];

/// Checks every package that comes from a registry.
pub(crate) fn run() -> Result<Tally> {
    let packages =
        workspace::metadata()?["packages"].as_array().context("cargo metadata without packages")?;
    let mut tally = Tally::default();
    for package in packages.iter().filter(|package| !package["source"].is_null()) {
        let licence = package["license"].as_str().unwrap_or_default();
        if is_allowed(licence) {
            tally.passed += 1;
        } else {
            println!(
                "{} {}: {licence:?} is not among the licences that we accept",
                package["name"], package["version"]
            );
            tally.failed += 1;
        }
    }
    Ok(tally)
}

/// Whether an SPDX expression can be satisfied by what we accept. Old crates write `/` for `OR`.
fn is_allowed(expression: &str) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    let satisfied = any(&words, &mut at);
    satisfied && at == words.len()
}

fn any(words: &[&str], at: &mut usize) -> bool {
    let mut satisfied = all(words, at);
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        satisfied |= all(words, at);
    }
    satisfied
}

fn all(words: &[&str], at: &mut usize) -> bool {
    let mut satisfied = one(words, at);
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        satisfied &= one(words, at);
    }
    satisfied
}

fn one(words: &[&str], at: &mut usize) -> bool {
    let Some(word) = words.get(*at) else { return false };
    *at += 1;
    if *word == "(" {
        let satisfied = any(words, at);
        let closed = words.get(*at) == Some(&")");
        *at += 1;
        return satisfied && closed;
    }
    if words.get(*at) == Some(&"WITH") {
        let exception = words.get(*at + 1).copied().unwrap_or_default();
        *at += 2;
        return ALLOWED.contains(&format!("{word} WITH {exception}").as_str());
    }
    ALLOWED.contains(word)
}

#[cfg(test)]
mod tests {
    use super::{ALLOWED, is_allowed};
    use crate::workspace;

    #[test]
    fn deny_toml_says_the_same() {
        let text = std::fs::read_to_string(workspace::root().join("deny.toml")).unwrap();
        let deny: toml::Table = text.parse().unwrap();
        let allow: Vec<&str> = deny["licenses"]["allow"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(toml::Value::as_str)
            .collect();
        assert_eq!(allow, ALLOWED);
    }

    #[test]
    fn expressions() {
        for good in [
            "MIT",
            "MIT/Apache-2.0",
            "Apache-2.0 / MIT",
            "(MIT OR Apache-2.0) AND Unicode-3.0",
            "Apache-2.0 WITH LLVM-exception OR GPL-2.0",
            "MIT OR LGPL-2.1-or-later",
            "ISC AND (Apache-2.0 OR OpenSSL)",
        ] {
            assert!(is_allowed(good), "{good}");
        }
        for bad in [
            "",
            "GPL-3.0",
            "MIT AND GPL-3.0",
            "Apache-2.0 WITH Something-exception",
            "AGPL-3.0 OR SSPL-1.0",
            "MIT MIT",
            "(MIT",
        ] {
            assert!(!is_allowed(bad), "{bad}");
        }
    }
}
