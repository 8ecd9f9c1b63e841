//! `tests/golden/<case>/input.*` → `expected.json`. A new case is a new folder; `UPDATE_GOLDEN=1` writes what is
//! made now, to be read like code.

use super::Memory;
use openapi::{Options, import};
use serde_json::{Value, json};
use std::path::Path;

#[test]
fn golden() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut cases: Vec<_> =
        std::fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    assert!(cases.len() >= 6, "{} cases", cases.len());
    for case in cases {
        let mut files = Memory::default();
        let mut input = None;
        for entry in std::fs::read_dir(&case).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let text = std::fs::read_to_string(&path).unwrap();
            if name.starts_with("input.") {
                input = Some((name, text));
            } else if name != "expected.json" {
                files.files.insert(name, text);
            }
        }
        let (name, text) = input.unwrap_or_else(|| panic!("{} has no input", case.display()));
        let made = import(&name, text.as_bytes(), &mut files, &Options::default());
        let made: Value = match made {
            Ok(made) => json!({
                "title": made.title,
                "servers": made.servers,
                "slots": made.slots,
                "counts": made.report.counts(),
                "actions": made.actions,
                "report": made.report,
            }),
            Err(error) => json!({ "error": error.to_string() }),
        };
        let text = serde_json::to_string_pretty(&made).unwrap() + "\n";
        let expected = case.join("expected.json");
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(&expected, &text).unwrap();
        }
        let known = std::fs::read_to_string(&expected).unwrap_or_default();
        assert_eq!(known, text, "{}: read the difference, then UPDATE_GOLDEN=1", case.display());
    }
}
