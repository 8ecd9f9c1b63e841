//! Every description of the shared corpus, with the counts that its index gives.

use openapi::{FileError, Files, Import, Options, Status, import};
use serde_json::Value;
use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

struct Folder(PathBuf);

impl Files for Folder {
    fn read(&mut self, path: &str) -> Result<Vec<u8>, FileError> {
        std::fs::read(self.0.join(path)).map_err(|error| FileError(error.to_string()))
    }
}

/// The corpus; nothing, and a word about it, on a machine without it.
fn corpus() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/specs");
    let root = std::env::var_os("GATEWRIGHT_SPECS").map_or(root, PathBuf::from);
    if root.join("INDEX.md").is_file() {
        return Some(root);
    }
    assert!(
        std::env::var_os("CI").is_none(),
        "no descriptions at {}: set GATEWRIGHT_SPECS",
        root.display()
    );
    eprintln!("skipped: no descriptions at {}", root.display());
    None
}

/// `(file, version, operations)` as the index lists them.
fn index(root: &Path) -> Vec<(String, String, usize)> {
    let text = std::fs::read_to_string(root.join("INDEX.md")).expect("it was there a moment ago");
    let rows = text.lines().filter_map(|line| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let operations = cells.get(3)?.parse().ok()?;
        Some((cells[1].to_owned(), cells[2].to_owned(), operations))
    });
    rows.collect()
}

fn read(path: &Path, bytes: &[u8], options: &Options) -> Import {
    let mut folder = Folder(path.parent().expect("files have folders").to_path_buf());
    import("spec", bytes, &mut folder, options)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn every_operation_is_accounted_for() {
    let Some(root) = corpus() else { return };
    let rows = index(&root);
    assert!(rows.len() >= 25, "the index lists {} descriptions", rows.len());
    for (file, version, operations) in rows {
        let path = root.join(&file);
        let bytes = std::fs::read(&path).unwrap();
        let options = Options { deprecated: true, ..Options::default() };
        let made = read(&path, &bytes, &options);
        let counts = made.report.counts();
        assert_eq!(made.report.operations.len(), operations, "{file}");
        assert_eq!(
            counts.exposed + counts.degraded + counts.excluded + counts.refused,
            operations,
            "{file}"
        );
        assert_eq!(made.actions.len(), counts.exposed + counts.degraded, "{file}");
        assert!(version.starts_with(made.format.as_str()), "{file}: {version}");
        // Nothing in the corpus is refused but two operations of DigitalOcean whose servers are placeholders.
        let expected = if file.contains("DigitalOcean") { 2 } else { 0 };
        assert_eq!(counts.refused, expected, "{file}: {:#?}", refused(&made));
        assert_eq!(counts.excluded, 0, "{file}");
        for one in &made.report.operations {
            assert!(one.status == Status::Exposed || !one.notes.is_empty(), "{file}: {one:?}");
            for note in &one.notes {
                assert!(
                    note.line > 0 && note.column > 0 && !note.fix.is_empty(),
                    "{file}: {note:?}"
                );
            }
        }
        definitions(&file, &made);
        assert_eq!(read(&path, &bytes, &options), made, "{file}: twice the same");
    }
}

fn refused(made: &Import) -> Vec<String> {
    let all = made.report.operations.iter().filter(|one| one.status == Status::Refused);
    all.map(|one| format!("{} {}: {:?}", one.method, one.path, one.notes.first())).collect()
}

fn definitions(file: &str, made: &Import) {
    let mut names = HashSet::new();
    let mut seen = HashSet::new();
    for action in &made.actions {
        let name =
            model::ToolName::new(&action.name).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert!(names.insert(name.to_ascii_lowercase()), "{file}: {} twice", action.name);
        assert!(!action.description.trim().is_empty(), "{file}: {}", action.name);
        for schema in
            [Some(&action.input_schema), action.output_schema.as_ref()].into_iter().flatten()
        {
            let value: Value = serde_json::from_str(schema.get()).expect("schemas are JSON");
            assert_eq!(value["type"], "object", "{file}: {}", action.name);
            for word in ["oneOf", "anyOf", "allOf", "if", "not", "enum"] {
                assert!(
                    value.get(word).is_none(),
                    "{file}: {} has {word} at the root",
                    action.name
                );
            }
            for key in value["properties"].as_object().into_iter().flatten().map(|(key, _)| key) {
                let fine = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
                assert!(
                    !key.is_empty() && key.len() <= 64 && key.chars().all(fine),
                    "{file}: {} {key}",
                    action.name
                );
            }
            // Most schemas of the largest documents repeat each other's definitions: every 8th is proof enough there.
            let weigh = schema.get().len() > 20_000 && seen.len() % 8 != 0;
            if seen.insert(schema.get().to_owned()) && !weigh {
                super::compile(&value);
            }
        }
        for parameter in &action.call.parameters {
            assert!(
                schema_has(action, &parameter.argument),
                "{file}: {} {}",
                action.name,
                parameter.argument
            );
        }
    }
}

fn schema_has(action: &model::Action, argument: &str) -> bool {
    let value: Value = serde_json::from_str(action.input_schema.get()).expect("schemas are JSON");
    value["properties"].get(argument).is_some()
}

#[test]
fn order_of_paths_changes_no_name() {
    let Some(root) = corpus() else { return };
    for file in [
        "github-rest-3.0.json",
        "slack-2.0.json",
        "box-3.0.json",
        "notion-mcp-3.1.json",
        "kubernetes-2.0.json",
    ] {
        let path = root.join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        let mut document: serde_json::Map<String, Value> = serde_json::from_str(&text).unwrap();
        let paths = document["paths"].as_object().unwrap().clone();
        document.insert(
            "paths".to_owned(),
            paths.into_iter().rev().collect::<serde_json::Map<_, _>>().into(),
        );
        let reversed = serde_json::to_vec(&document).unwrap();
        let names = |bytes: &[u8]| {
            let made = read(&path, bytes, &Options::default());
            let all =
                made.report.operations.into_iter().map(|one| (one.method, one.path, one.tool));
            let mut all: Vec<_> = all.collect();
            all.sort();
            all
        };
        assert_eq!(names(text.as_bytes()), names(&reversed), "{file}");
    }
}
