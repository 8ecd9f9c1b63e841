//! Who may use whom: the one table behind ARCHITECTURE.md, checked against every `Cargo.toml`.

use crate::tidy::{Finding, Tree};
use std::collections::BTreeSet;

/// What a crate may depend on. Dev-dependencies are free: a test may build the world around its crate.
struct Border {
    name: &'static str,
    /// Ours.
    ours: &'static [&'static str],
    /// Third-party crates that no other crate of the product may use.
    owns: &'static [&'static str],
    /// Third-party crates that it may not use, though nobody owns them.
    never: &'static [&'static str],
}

const NO_IO: &[&str] = &["tokio", "tokio-util", "hyper", "hyper-util", "tower", "getrandom"];

/// The product. `utoipa` describes what the control API takes and gives, wherever such a type is at home; `jsonschema` is nobody's own: upstream validates with it, openapi asks it which patterns it can run.
const PRODUCT: [Border; 12] = [
    Border { name: "model", ours: &[], owns: &["zeroize"], never: NO_IO },
    Border { name: "mcp", ours: &[], owns: &[], never: NO_IO },
    Border { name: "oauth", ours: &[], owns: &[], never: NO_IO },
    Border { name: "openapi", ours: &["model"], owns: &["saphyr-parser"], never: NO_IO },
    Border { name: "catalog", ours: &["model", "openapi"], owns: &[], never: NO_IO },
    Border { name: "search", ours: &[], owns: &["frostem"], never: NO_IO },
    Border {
        name: "upstream",
        ours: &["model"],
        owns: &[
            "hyper-rustls",
            "rustls-native-certs",
            "webpki-roots",
            "brotli-decompressor",
            "flate2",
            "ruzstd",
        ],
        never: &["getrandom"],
    },
    Border {
        name: "store",
        ours: &["model"],
        owns: &["sqlx"],
        never: &["hyper", "hyper-util", "tower"],
    },
    Border {
        name: "app",
        ours: &["catalog", "model", "oauth", "openapi", "search", "store", "upstream"],
        owns: &["arc-swap", "argon2", "crc32fast", "unicode-normalization"],
        never: &["http", "http-body", "http-body-util", "hyper", "hyper-util", "tower"],
    },
    Border {
        name: "web",
        ours: &["app", "mcp", "model"],
        owns: &["axum", "metrics-exporter-prometheus"],
        never: &["getrandom"],
    },
    Border { name: "console-files", ours: &[], owns: &[], never: NO_IO },
    Border {
        name: "gatewright",
        ours: &["app", "console-files", "model", "store", "web"],
        owns: &[
            "clap",
            "toml",
            "tracing-subscriber",
            "opentelemetry-otlp",
            "opentelemetry_sdk",
            "mimalloc",
        ],
        never: &[],
    },
];

/// What is built around the product: none of ours but this, and whatever it needs of others. `bench` measures how well `search`
/// finds, for which no socket is needed.
const AROUND: [(&str, &[&str]); 3] =
    [("bench", &["search"]), ("xtask", &[]), ("gatewright-fuzz", &[])];

/// `anyhow` hides what went wrong: it is for those who only report it.
const ANYHOW: [&str; 1] = ["gatewright"];

/// Checks every manifest of the tree.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.files.iter().filter(|file| file.path.ends_with("/Cargo.toml")) {
        let mut find =
            |message: String| findings.push(Finding { path: file.path.clone(), line: 0, message });
        let Ok(manifest) = file.text.parse::<toml::Table>() else {
            find("is no TOML".to_owned());
            continue;
        };
        let name = manifest
            .get("package")
            .and_then(|package| package.get("name"))
            .and_then(toml::Value::as_str);
        let used = dependencies(&manifest);
        match name.and_then(|name| PRODUCT.iter().find(|border| border.name == name)) {
            Some(border) => violations(border, &used).into_iter().for_each(find),
            None if name.is_some_and(|name| name == "gatewright-fuzz") => {}
            None if let Some((_, may)) = AROUND.iter().find(|(around, _)| name == Some(around)) => {
                let ours = used
                    .iter()
                    .filter(|used| PRODUCT.iter().any(|border| border.name == used.as_str()))
                    .filter(|used| !may.contains(&used.as_str()));
                ours.for_each(|used| {
                    find(format!("may not use {used}: it stands outside the product"))
                });
            }
            None => find("has no row in the table of crates/xtask/src/borders.rs".to_owned()),
        }
        let lints = manifest
            .get("lints")
            .and_then(|lints| lints.get("workspace"))
            .and_then(toml::Value::as_bool);
        if lints != Some(true) && name != Some("gatewright-fuzz") {
            findings.push(Finding {
                path: file.path.clone(),
                line: 0,
                message: "lacks `[lints] workspace = true`".to_owned(),
            });
        }
    }
    findings
}

fn violations(border: &Border, used: &BTreeSet<String>) -> Vec<String> {
    let mut found = Vec::new();
    for used in used.iter().map(String::as_str) {
        let name = border.name;
        if PRODUCT.iter().any(|other| other.name == used) {
            if !border.ours.contains(&used) {
                found.push(format!("{name} may not use {used}: only {:?} of ours", border.ours));
            }
        } else if let Some(owner) =
            PRODUCT.iter().find(|other| other.owns.contains(&used) && other.name != name)
        {
            found.push(format!("{name} may not use {used}: it is {}'s alone", owner.name));
        } else if border.never.contains(&used) {
            found.push(format!("{name} may never use {used}"));
        } else if used == "anyhow" && !ANYHOW.contains(&name) {
            found.push(format!("{name} may not use anyhow: its callers branch on its errors"));
        }
    }
    found
}

/// Names of all normal and build dependencies, of every target.
fn dependencies(manifest: &toml::Table) -> BTreeSet<String> {
    let mut tables: Vec<&toml::Table> = vec![manifest];
    if let Some(targets) = manifest.get("target").and_then(toml::Value::as_table) {
        tables.extend(targets.values().filter_map(toml::Value::as_table));
    }
    let sections = tables
        .iter()
        .flat_map(|table| [table.get("dependencies"), table.get("build-dependencies")]);
    let named =
        sections.flatten().filter_map(toml::Value::as_table).flat_map(|section| section.iter());
    named
        .map(|(name, value)| {
            value.get("package").and_then(toml::Value::as_str).unwrap_or(name).to_owned()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{PRODUCT, check};
    use crate::tidy::Tree;

    fn check_one(name: &str, dependencies: &str) -> usize {
        let text =
            format!("[package]\nname = \"{name}\"\n[lints]\nworkspace = true\n{dependencies}");
        check(&Tree::of(&[(&format!("crates/{name}/Cargo.toml"), &text)])).len()
    }

    #[test]
    fn a_planted_violation_is_found() {
        for (name, dependencies) in [
            ("web", "[dependencies]\nstore.workspace = true"),
            ("web", "[dependencies]\nupstream = { path = \"../upstream\" }"),
            ("web", "[target.'cfg(unix)'.dependencies]\nsqlx = \"0.9\""),
            ("app", "[dependencies]\nmcp.workspace = true"),
            ("app", "[dependencies]\nhttp.workspace = true"),
            ("app", "[dependencies]\nanyhow.workspace = true"),
            ("mcp", "[dependencies]\nmodel.workspace = true"),
            ("model", "[dependencies]\ntokio.workspace = true"),
            ("openapi", "[build-dependencies]\nflate2.workspace = true"),
            ("openapi", "[dependencies]\nnice = { package = \"axum\", version = \"0.8\" }"),
            ("bench", "[dependencies]\nweb.workspace = true"),
            ("stranger", ""),
        ] {
            assert_eq!(check_one(name, dependencies), 1, "{name} {dependencies}");
        }
        assert_eq!(
            check(&Tree::of(&[("crates/web/Cargo.toml", "[package]\nname = \"web\"")])).len(),
            1,
            "no lints"
        );
        assert_eq!(check(&Tree::of(&[("crates/web/Cargo.toml", "[package")])).len(), 1, "no TOML");
    }

    #[test]
    fn what_is_allowed_is_not_found() {
        assert_eq!(
            check_one("web", "[dependencies]\napp.workspace = true\naxum.workspace = true"),
            0
        );
        assert_eq!(check_one("openapi", "[dev-dependencies]\nflate2.workspace = true"), 0);
        assert_eq!(
            check_one("bench", "[dependencies]\nanyhow.workspace = true\nsearch.workspace = true"),
            0
        );
    }

    #[test]
    fn the_table_has_one_owner_for_each() {
        let mut owned: Vec<&str> = PRODUCT.iter().flat_map(|border| border.owns).copied().collect();
        let count = owned.len();
        owned.sort_unstable();
        owned.dedup();
        assert_eq!(owned.len(), count);
    }
}
