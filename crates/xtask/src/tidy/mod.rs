//! Rules of STYLE.md that a machine can see, each with a test that a planted violation is found.

mod docker;
mod files;
mod sql;
mod text;
mod threats;

use crate::{borders, step::Tally, workspace};
use anyhow::{Context, Result, ensure};
use std::{fs, path::Path, process::Command};

/// A file of the project.
pub(crate) struct File {
    /// From the root, with `/`.
    pub(crate) path: String,
    /// Empty when it is no UTF-8.
    pub(crate) text: String,
    /// Bytes.
    pub(crate) size: usize,
}

/// All files that git knows or would take.
pub(crate) struct Tree {
    pub(crate) files: Vec<File>,
}

/// One violation.
#[derive(Debug)]
pub(crate) struct Finding {
    pub(crate) path: String,
    /// From 1; 0 for the file as a whole.
    pub(crate) line: usize,
    pub(crate) message: String,
}

type Rule = fn(&Tree) -> Vec<Finding>;

const RULES: [(&str, Rule); 13] = [
    ("crate borders", borders::check),
    ("files of at most 800 lines", files::short),
    ("no build products, no large files", files::sources_only),
    ("crates say what they are", files::crates_open_with_docs),
    ("README.md names both commands", files::readme_names_the_commands),
    ("lock files without addresses", files::lock_files_without_addresses),
    ("Python requirements are pinned", files::requirements_are_pinned),
    ("no SQL outside store", sql::only_in_store),
    ("nothing left to do", text::nothing_left_to_do),
    ("no registry host names", text::no_registry_hosts),
    ("no paths of this machine", text::no_local_paths),
    ("Dockerfile", docker::check),
    ("threats have their tests", threats::named_tests_are_there),
];

/// Checks the project.
pub(crate) fn run() -> Result<Tally> {
    let tree = Tree::read(workspace::root())?;
    let mut tally = Tally::default();
    for (name, rule) in RULES {
        let findings = rule(&tree);
        for Finding { path, line, message } in &findings {
            println!("{path}:{line}: {message} ({name})");
        }
        tally.add(if findings.is_empty() { Tally::PASSED } else { Tally { passed: 0, failed: 1 } });
    }
    Ok(tally)
}

impl Tree {
    /// Reads the files of a git checkout: those that are tracked, and those that are neither tracked nor ignored.
    fn read(root: &Path) -> Result<Self> {
        let arguments = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
        let output = Command::new("git")
            .args(arguments)
            .current_dir(root)
            .output()
            .context("git is needed")?;
        ensure!(
            output.status.success(),
            "git ls-files: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        let mut files = Vec::new();
        for path in output.stdout.split(|byte| *byte == 0).filter(|path| !path.is_empty()) {
            let path = String::from_utf8_lossy(path).into_owned();
            // Deleted, but not yet in the index.
            let Ok(bytes) = fs::read(root.join(&path)) else { continue };
            let size = bytes.len();
            files.push(File { path, text: String::from_utf8(bytes).unwrap_or_default(), size });
        }
        Ok(Self { files })
    }

    /// The files whose name ends with one of these.
    pub(crate) fn ending<'a>(&'a self, endings: &'a [&str]) -> impl Iterator<Item = &'a File> {
        self.files.iter().filter(|file| endings.iter().any(|ending| file.path.ends_with(ending)))
    }

    /// A tree for tests.
    #[cfg(test)]
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let file = |(path, text): &(&str, &str)| File {
            path: (*path).to_owned(),
            text: (*text).to_owned(),
            size: text.len(),
        };
        Self { files: files.iter().map(file).collect() }
    }
}

impl File {
    /// A finding about the whole file.
    pub(crate) fn finding(&self, message: impl Into<String>) -> Finding {
        Finding { path: self.path.clone(), line: 0, message: message.into() }
    }

    /// A finding at each line that `is_wrong` names a reason for.
    pub(crate) fn lines(&self, is_wrong: impl Fn(&str) -> Option<String>) -> Vec<Finding> {
        let lines = self.text.lines().enumerate();
        lines
            .filter_map(|(index, line)| {
                Some(Finding { path: self.path.clone(), line: index + 1, message: is_wrong(line)? })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Rule, Tree};
    use std::process::Command;

    /// Checks a rule against one file that breaks it and one that does not.
    pub(super) fn check(rule: Rule, path: &str, bad: &str, good: &str) {
        let findings = rule(&Tree::of(&[(path, bad)]));
        assert_eq!(findings.len(), 1, "{bad}: {findings:?}");
        let findings = rule(&Tree::of(&[(path, good)]));
        assert!(findings.is_empty(), "{good}: {findings:?}");
    }

    #[test]
    fn reads_what_git_would_take() {
        let directory = tempfile::tempdir().unwrap();
        let git = |arguments: &[&str]| {
            assert!(
                Command::new("git")
                    .args(arguments)
                    .current_dir(directory.path())
                    .status()
                    .unwrap()
                    .success()
            );
        };
        git(&["init", "--quiet"]);
        for (path, text) in
            [(".gitignore", "/target\n"), ("a.rs", "fn a() {}"), ("b.rs", ""), ("target", "")]
        {
            std::fs::write(directory.path().join(path), text).unwrap();
        }
        git(&["add", "a.rs"]);
        let mut paths: Vec<String> =
            Tree::read(directory.path()).unwrap().files.into_iter().map(|file| file.path).collect();
        paths.sort();
        assert_eq!(paths, [".gitignore", "a.rs", "b.rs"]);
    }
}
