use super::{Finding, Tree};

/// How far a statement is looked at.
const REACH: usize = 400;

/// SQL lives in `store`, so that no handler can skip authorisation.
pub(super) fn only_in_store(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let outside = |path: &str| {
        !path.starts_with("crates/store/") && !path.starts_with("crates/xtask/src/tidy/")
    };
    for file in tree.ending(&[".rs"]).filter(|file| outside(&file.path)) {
        for (at, _) in file.text.match_indices('"') {
            let rest: String = file.text[at + 1..].chars().take(REACH).collect();
            let literal = rest.split('"').next().unwrap_or_default();
            if is_statement(literal) {
                let line = file.text[..at].lines().count();
                findings.push(Finding {
                    path: file.path.clone(),
                    line,
                    message: "SQL belongs to store".to_owned(),
                });
            }
        }
    }
    findings
}

fn is_statement(literal: &str) -> bool {
    let words =
        literal.split_whitespace().map(str::to_ascii_lowercase).collect::<Vec<_>>().join(" ");
    let pair =
        |start: &str, then: &str| words.strip_prefix(start).is_some_and(|rest| rest.contains(then));
    pair("select ", " from ")
        || pair("insert into ", " ")
        || pair("update ", " set ")
        || pair("delete from ", "")
        || pair("create table ", " ")
}

#[cfg(test)]
mod tests {
    use super::only_in_store;
    use crate::tidy::{Tree, tests::check};

    #[test]
    fn planted_statements_are_found() {
        for bad in [
            r#"let a = "select id from server where id = $1";"#,
            "let a = \"SELECT id,\n  name\n  FROM server\";",
            r#"f("insert into a values (1)")"#,
            r#"f("update token set used_at = $1")"#,
            r##"f(r#"delete from a"#)"##,
            r#"f("create table a (b text)")"#,
        ] {
            check(
                only_in_store,
                "crates/web/src/a.rs",
                bad,
                "// select x from y\nf(\"select one of these\")",
            );
            assert!(only_in_store(&Tree::of(&[("crates/store/src/a.rs", bad)])).is_empty());
        }
    }
}
