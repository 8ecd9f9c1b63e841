//! The licence of every dependency. `deny.toml` says the same to those who have cargo-deny.

use crate::{step::Tally, workspace};
use anyhow::{Context, Result};
use serde_json::Value;
use std::fs;

/// What we accept: permissive, and compatible with Apache-2.0 in a binary.
const ALLOWED: [&str; 13] = [
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
    "Unlicense",
    "Zlib",
];

/// Checks every crate that comes from a registry, and every npm package that can become a part of the console's files.
pub(crate) fn run() -> Result<Tally> {
    let mut tally = Tally::default();
    let mut check = |name: &str, licence: &str| {
        if is_allowed(licence) {
            tally.passed += 1;
        } else {
            println!("{name}: {licence:?} is not among the licences that we accept");
            tally.failed += 1;
        }
    };
    let packages =
        workspace::metadata()?["packages"].as_array().context("cargo metadata without packages")?;
    for package in packages.iter().filter(|package| !package["source"].is_null()) {
        let name = format!("{} {}", package["name"], package["version"]);
        check(&name, package["license"].as_str().unwrap_or_default());
    }
    let lock = fs::read(workspace::root().join("console/package-lock.json"))?;
    let lock: Value = serde_json::from_slice(&lock)?;
    for (name, licence) in bundled(&lock).context("console/package-lock.json has no packages")? {
        check(name, licence);
    }
    Ok(tally)
}

/// The packages of a lock file that are not for development alone, and their licences.
fn bundled(lock: &Value) -> Option<Vec<(&str, &str)>> {
    let packages = lock["packages"].as_object()?.iter();
    // The project itself has no name there.
    let bundled = packages.filter(|(name, package)| !name.is_empty() && package["dev"] != true);
    Some(
        bundled
            .map(|(name, package)| (name.as_str(), package["license"].as_str().unwrap_or_default()))
            .collect(),
    )
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
    use super::{ALLOWED, bundled, is_allowed};
    use crate::workspace;
    use serde_json::json;

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
    fn packages_for_development_are_not_shipped() {
        let lock = json!({ "packages": {
            "": { "license": "Apache-2.0" },
            "node_modules/a": { "license": "MIT" },
            "node_modules/b": { "license": "GPL-3.0", "dev": true },
            "node_modules/a/node_modules/c": {},
        } });
        let expected = [("node_modules/a", "MIT"), ("node_modules/a/node_modules/c", "")];
        assert_eq!(bundled(&lock).unwrap(), expected);
        assert_eq!(bundled(&json!({})), None);
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
