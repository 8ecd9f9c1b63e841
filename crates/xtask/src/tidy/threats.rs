//! Threats and adversarial inputs name the tests that refuse them.

use super::{Finding, Tree};
use std::collections::BTreeMap;

const LIST: &str = "tests/threats.json";
/// Those that must have a test.
const THREATS: &[&str] = &[
    "T01", "T02", "T03", "T04", "T05", "T12", "T13", "T14", "T15", "T16", "T18", "T21", "T22",
    "T23", "T24", "T41", "T42", "T43", "T44", "T45", "T46", "T49", "T52", "T55",
];

/// Each threat has its cases, and each of them is a test.
pub(super) fn named_tests_are_there(tree: &Tree) -> Vec<Finding> {
    let finding = |message: String| Finding { path: LIST.to_owned(), line: 0, message };
    let Some(list) = tree.files.iter().find(|file| file.path == LIST) else {
        return vec![finding("is missing".to_owned())];
    };
    let list: BTreeMap<String, Vec<String>> = match serde_json::from_str(&list.text) {
        Ok(list) => list,
        Err(error) => return vec![finding(error.to_string())],
    };
    let without = THREATS
        .iter()
        .filter(|threat| list.get(**threat).is_none_or(Vec::is_empty))
        .map(|threat| finding(format!("{threat} has no test")));
    let named =
        list.iter().flat_map(|(threat, tests)| tests.iter().map(move |test| (threat, test)));
    let gone = named.filter(|(_, test)| !is_test(tree, test)).map(|(threat, test)| {
        finding(format!("{threat}: {test} is no test: write crate/path/file.rs::function"))
    });
    without.chain(gone).collect()
}

fn is_test(tree: &Tree, test: &str) -> bool {
    let Some((path, function)) = test.split_once("::") else { return false };
    let path = format!("crates/{path}");
    let Some(file) = tree.files.iter().find(|file| file.path == path) else { return false };
    let lines: Vec<&str> = file.text.lines().map(str::trim).collect();
    let opens = format!("fn {function}()");
    let Some(at) = lines.iter().position(|line| line.contains(&opens)) else { return false };
    lines[..at].iter().rev().take(3).any(|line| line.contains("test]"))
}

#[cfg(test)]
mod tests {
    use super::{
        super::{File, Tree},
        THREATS, named_tests_are_there,
    };

    fn findings(test: &str) -> usize {
        let list: serde_json::Map<_, _> = THREATS
            .iter()
            .map(|threat| ((*threat).to_owned(), serde_json::json!([test])))
            .collect();
        let file =
            |path: &str, text: String| File { path: path.to_owned(), size: text.len(), text };
        let source = "#[test]\nfn one() {}\n\n\n\nfn helper() {}\n".to_owned();
        let tree = Tree {
            files: vec![
                file("tests/threats.json", serde_json::to_string(&list).unwrap()),
                file("crates/a/tests/it/b.rs", source),
            ],
        };
        named_tests_are_there(&tree).len()
    }

    #[test]
    fn a_test_that_is_gone_is_found() {
        assert_eq!(findings("a/tests/it/b.rs::one"), 0);
        for gone in
            ["a/tests/it/b.rs::two", "a/tests/it/b.rs::helper", "a/tests/it/c.rs::one", "one"]
        {
            assert_eq!(findings(gone), THREATS.len(), "{gone}");
        }
        assert_eq!(named_tests_are_there(&Tree { files: Vec::new() }).len(), 1);
    }
}
