use super::{Finding, Tree};

const SOURCES: [&str; 12] = [
    ".rs",
    ".mjs",
    ".js",
    ".ts",
    ".tsx",
    ".py",
    ".toml",
    ".yaml",
    ".yml",
    ".sh",
    ".ci/run",
    "Dockerfile",
];

/// Spelled in two halves, so that this file is not a finding of its own.
const LEFT: [(&str, &str); 8] = [
    ("TO", "DO"),
    ("FIX", "ME"),
    ("XX", "X"),
    ("HA", "CK"),
    ("todo", "!("),
    ("unimplemented", "!("),
    ("dbg", "!("),
    ("#[ig", "nore"),
];

const REGISTRIES: [(&str, &str); 8] = [
    ("registry.npmjs", ".org"),
    ("registry.yarnpkg", ".com"),
    ("files.pythonhosted", ".org"),
    ("pypi", ".org"),
    ("index.crates", ".io"),
    ("static.crates", ".io"),
    ("deb.debian", ".org"),
    ("proxy.golang", ".org"),
];

/// Folders that only this kind of machine has.
const LOCAL: [(&str, &str); 2] = [("/wo", "rk/"), ("/ro", "ot/")];

/// No word that stands for work not done, no macro and no attribute that hides it.
pub(super) fn nothing_left_to_do(tree: &Tree) -> Vec<Finding> {
    let sources = tree.ending(&SOURCES);
    sources
        .flat_map(|file| {
            file.lines(|line| first(line, &LEFT).map(|word| format!("{word} is left")))
        })
        .collect()
}

/// Which registry a machine uses is that machine's own affair.
pub(super) fn no_registry_hosts(tree: &Tree) -> Vec<Finding> {
    let all = tree.files.iter();
    all.flat_map(|file| {
        file.lines(|line| first(line, &REGISTRIES).map(|host| format!("names {host}")))
    })
    .collect()
}

/// A path of the author's machine means nothing on another.
pub(super) fn no_local_paths(tree: &Tree) -> Vec<Finding> {
    let others = tree.files.iter().filter(|file| !file.path.ends_with(".lock"));
    others
        .flat_map(|file| file.lines(|line| first(line, &LOCAL).map(|path| format!("names {path}"))))
        .collect()
}

/// The first of the words that the line has, not as a part of a longer one.
fn first(line: &str, words: &[(&str, &str)]) -> Option<String> {
    let has = |word: &str| {
        line.match_indices(word).any(|(at, _)| {
            let before = line[..at].chars().next_back();
            let after = line[at + word.len()..].chars().next();
            let ends_with_letter = word.ends_with(|c: char| c.is_ascii_alphanumeric());
            let inside = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_');
            !(inside(before) || ends_with_letter && inside(after))
        })
    };
    words.iter().map(|(one, two)| format!("{one}{two}")).find(|word| has(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::tests::check;

    fn planted(words: &[(&str, &str)], rule: crate::tidy::Rule) {
        for (one, two) in words {
            check(
                rule,
                "crates/a/src/a.rs",
                &format!("fn a() {{}}\n// {one}{two} b"),
                "fn a() {}\n// b",
            );
        }
    }

    #[test]
    fn planted_words_are_found() {
        planted(&LEFT, nothing_left_to_do);
        planted(&REGISTRIES, no_registry_hosts);
        planted(&LOCAL, no_local_paths);
    }

    #[test]
    fn parts_of_words_are_not() {
        let text = format!("let x = \"{}{}XX-0001\"; fn network() {{}}", "XX", "X");
        assert!(nothing_left_to_do(&Tree::of(&[("a.rs", &text)])).is_empty());
        let url = ["https://a.example/team", "work", "items"].join("/");
        assert!(no_local_paths(&Tree::of(&[("a.rs", &url)])).is_empty());
    }
}
