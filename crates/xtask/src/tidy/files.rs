use super::{File, Finding, Tree};

const MAX_LINES: usize = 800;
const MAX_BYTES: usize = 1_500_000;
const COMMANDS: [&str; 2] = ["cargo run --release -- up", "cargo xtask test"];

/// Source files have at most 800 lines; aim for 100 to 300.
pub(super) fn short(tree: &Tree) -> Vec<Finding> {
    let sources = tree.ending(&[".rs", ".mjs", ".js", ".py", ".ts", ".tsx"]);
    let long = sources.filter(|file| file.text.lines().count() > MAX_LINES);
    long.map(|file| file.finding(format!("has more than {MAX_LINES} lines"))).collect()
}

/// What a build makes, databases, keys and large files stay out.
pub(super) fn sources_only(tree: &Tree) -> Vec<Finding> {
    let is_product = |file: &File| {
        let folders = file.path.split('/').rev().skip(1);
        let made = ["node_modules", "target", "dist", "__pycache__", ".venv"];
        let endings = [".db", ".sqlite", ".sqlite3", ".pem", ".key", ".pyc", ".log"];
        folders.into_iter().any(|folder| made.contains(&folder))
            || endings.iter().any(|ending| file.path.ends_with(ending))
    };
    let mut findings = Vec::new();
    for file in &tree.files {
        if is_product(file) {
            findings.push(file.finding("should not be committed"));
        } else if file.size > MAX_BYTES {
            findings.push(file.finding(format!("is larger than {MAX_BYTES} bytes")));
        }
    }
    findings
}

/// `lib.rs` and `main.rs` open with the crate's one job.
pub(super) fn crates_open_with_docs(tree: &Tree) -> Vec<Finding> {
    let roots = tree.ending(&["/src/lib.rs", "/src/main.rs"]);
    let silent = roots.filter(|file| !file.text.starts_with("//!"));
    silent.map(|file| file.finding("does not open with `//!` and the crate's one job")).collect()
}

/// The README opens with the two commands that must work on a fresh clone.
pub(super) fn readme_names_the_commands(tree: &Tree) -> Vec<Finding> {
    let Some(readme) = tree.files.iter().find(|file| file.path == "README.md") else {
        return vec![Finding {
            path: "README.md".to_owned(),
            line: 0,
            message: "is missing".to_owned(),
        }];
    };
    let missing = COMMANDS.into_iter().filter(|command| !readme.text.contains(command));
    missing.map(|command| readme.finding(format!("does not name `{command}`"))).collect()
}

/// npm's lock files name versions and hashes, and leave the place to fetch from to the machine.
pub(super) fn lock_files_without_addresses(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.ending(&["package-lock.json"]) {
        let line = file
            .text
            .lines()
            .position(|line| line.trim_start().starts_with("\"resolved\": \"http"));
        findings.extend(line.map(|index| Finding {
            path: file.path.clone(),
            line: index + 1,
            message: "names an address: npm install --package-lock-only --omit-lockfile-registry-resolved".to_owned(),
        }));
    }
    findings
}

/// Every line of a `requirements.txt` is `name==version`.
pub(super) fn requirements_are_pinned(tree: &Tree) -> Vec<Finding> {
    let is_pinned = |line: &str| line.is_empty() || line.starts_with('#') || line.contains("==");
    tree.ending(&["requirements.txt"])
        .flat_map(|file| {
            file.lines(|line| (!is_pinned(line.trim())).then(|| "is not pinned with ==".to_owned()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::tests::check;

    #[test]
    fn planted_violations_are_found() {
        check(short, "a/b.rs", &"x\n".repeat(801), &"x\n".repeat(800));
        check(sources_only, "a.txt", &"x".repeat(MAX_BYTES + 1), "x");
        check(crates_open_with_docs, "crates/a/src/lib.rs", "mod a;", "//! One job.\nmod a;");
        check(readme_names_the_commands, "README.md", COMMANDS[0], &COMMANDS.join("\n"));
        check(
            lock_files_without_addresses,
            "t/package-lock.json",
            "{\n \"resolved\": \"https://x/y\"}",
            "{\"version\": 3}",
        );
        check(requirements_are_pinned, "t/requirements.txt", "a==1\nb>=2", "# c\na==1\n\nb==2");
    }

    #[test]
    fn build_products_are_found() {
        for path in ["web/node_modules/a.js", "target/x", "a/data.db", "k.pem"] {
            assert_eq!(sources_only(&Tree::of(&[(path, "")])).len(), 1, "{path}");
        }
        assert!(sources_only(&Tree::of(&[("crates/a/src/target.rs", "")])).is_empty());
    }
}
