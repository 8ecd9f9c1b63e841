//! Names of tools and of their arguments: valid, unique, and the same whatever stands around them.

use crate::text::{identifier, short_hash};
use std::collections::{HashMap, HashSet};

/// What a tool's name is made of.
pub(crate) struct Wanted<'a> {
    /// The name that the description asks for, an operation id or an `x-mcp` name.
    pub(crate) name: Option<&'a str>,
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
}

const HASH: usize = 6;

/// Names for all operations of a document, of at most `limit` characters of `A-Za-z0-9_-`.
///
/// A name depends on its own operation, and on whether another one asks for the same: then both get a suffix
/// made of method and path. So neither order nor unrelated operations change it.
pub(crate) fn tool_names(wanted: &[Wanted<'_>], limit: usize) -> Vec<String> {
    let limit = limit.clamp(16, 64);
    let place = |one: &Wanted<'_>| format!("{} {}", one.method, one.path);
    let base = |one: &Wanted<'_>| {
        let named = one
            .name
            .map(|name| identifier(name, &['-']))
            .filter(|name| name.chars().any(char::is_alphanumeric));
        named.unwrap_or_else(|| {
            identifier(&format!("{}_{}", one.method.to_lowercase(), one.path), &['-'])
        })
    };
    let with_hash = |name: &str, place: &str, length: usize| {
        let kept: String = name.chars().take(limit - length - 1).collect();
        format!("{}_{}", kept.trim_end_matches(['_', '-']), short_hash(place, length))
    };
    let mut names: Vec<String> = wanted
        .iter()
        .map(|one| {
            let name = base(one);
            if name.len() > limit { with_hash(&name, &place(one), HASH) } else { name }
        })
        .collect();
    for length in [HASH, 12] {
        let mut count: HashMap<String, usize> = HashMap::new();
        for name in &names {
            *count.entry(name.to_ascii_lowercase()).or_default() += 1;
        }
        for (name, one) in names.iter_mut().zip(wanted) {
            if count[&name.to_ascii_lowercase()] > 1 {
                *name = with_hash(&base(one), &place(one), length);
            }
        }
    }
    names
}

/// An argument before it has a name.
pub(crate) struct Slot<'a> {
    pub(crate) wire: &'a str,
    /// Such as `path`: what is appended when another place has the same name.
    pub(crate) place: &'static str,
}

/// Names for the arguments of one operation: `^[a-zA-Z0-9_.-]{1,64}$`, each once. The name on the wire where it is
/// one already, with the place appended when several places have it.
pub(crate) fn argument_names(slots: &[Slot<'_>]) -> Vec<String> {
    let bases: Vec<String> = slots.iter().map(|slot| argument_base(slot.wire)).collect();
    let mut count: HashMap<&str, usize> = HashMap::new();
    let mut exact: HashMap<&str, usize> = HashMap::new();
    for (base, slot) in bases.iter().zip(slots) {
        *count.entry(base).or_default() += 1;
        *exact.entry(base).or_default() += usize::from(base == slot.wire);
    }
    let mut names: Vec<String> = Vec::with_capacity(slots.len());
    for (base, slot) in bases.iter().zip(slots) {
        let alone = count[base.as_str()] == 1 || (exact[base.as_str()] == 1 && base == slot.wire);
        names.push(if alone {
            base.clone()
        } else if base == slot.wire {
            shortened(base, slot.place)
        } else {
            shortened(base, &short_hash(slot.wire, HASH))
        });
    }
    let mut taken: HashSet<String> = HashSet::new();
    for (name, slot) in names.iter_mut().zip(slots) {
        let mut round = 0;
        while !taken.insert(name.clone()) {
            round += 1;
            *name = shortened(
                name,
                &short_hash(&format!("{} {} {round}", slot.place, slot.wire), HASH),
            );
        }
    }
    names
}

/// A name for an argument that stands for no single wire name: `wanted`, unless it is taken.
pub(crate) fn free_name(wanted: &str, taken: &[String]) -> String {
    let mut name = wanted.to_owned();
    let mut number = 1;
    while taken.contains(&name) {
        name =
            if number == 1 { format!("{wanted}_body") } else { format!("{wanted}_body{number}") };
        number += 1;
    }
    name
}

fn shortened(base: &str, suffix: &str) -> String {
    let kept: String = base.chars().take(63 - suffix.len()).collect();
    format!("{kept}_{suffix}")
}

fn argument_base(wire: &str) -> String {
    let fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    if !wire.is_empty() && wire.len() <= 64 && wire.chars().all(fine) && wire != "__proto__" {
        return wire.to_owned();
    }
    let spelled = wire.replace('<', "_lt").replace('>', "_gt");
    let name = identifier(&spelled, &['-', '.']);
    if name.is_empty() {
        return format!("arg_{}", short_hash(wire, HASH));
    }
    if name.len() > 64 { shortened(&name[..56], &short_hash(wire, HASH)) } else { name }
}

#[cfg(test)]
mod tests {
    use super::{Slot, Wanted, argument_names, free_name, tool_names};

    fn check_tools(wanted: &[(&str, &str, &str)], expected: &[&str]) {
        let all: Vec<_> = wanted
            .iter()
            .map(|(name, method, path)| Wanted {
                name: (!name.is_empty()).then_some(*name),
                method,
                path,
            })
            .collect();
        let names = tool_names(&all, 64);
        assert_eq!(names, expected);
        let reversed: Vec<_> = wanted
            .iter()
            .rev()
            .map(|(name, method, path)| Wanted { name: Some(name), method, path })
            .collect();
        let mut back = tool_names(&reversed, 64);
        back.reverse();
        assert_eq!(back, names, "order must not matter");
    }

    #[test]
    fn tools() {
        check_tools(&[("repos/get-all", "GET", "/repos")], &["repos_get-all"]);
        check_tools(&[("", "GET", "/users/{id}/keys")], &["get_users_id_keys"]);
        check_tools(&[("😀", "GET", "/")], &["get"]);
        check_tools(&[("a.b:c d", "GET", "/")], &["a_b_c_d"]);
        check_tools(&[("../../x", "GET", "/")], &["x"]);
        check_tools(&[("__proto__", "GET", "/")], &["proto"]);
        check_tools(
            &[("get", "GET", "/a"), ("Get", "GET", "/b"), ("put", "PUT", "/a")],
            &["get_kkh7ez", "Get_mrygaj", "put"],
        );
        let long = "x".repeat(500);
        let made = tool_names(&[Wanted { name: Some(&long), method: "GET", path: "/" }], 40);
        assert_eq!(made[0].len(), 40);
        let twins: Vec<_> =
            (0..300).map(|_| Wanted { name: Some(&long), method: "GET", path: "/" }).collect();
        assert_eq!(tool_names(&twins, 64).len(), 300);
    }

    fn check_arguments(slots: &[(&str, &'static str)], expected: &[&str]) {
        let slots: Vec<_> = slots.iter().map(|(wire, place)| Slot { wire, place }).collect();
        assert_eq!(argument_names(&slots), expected);
    }

    #[test]
    fn arguments() {
        check_arguments(&[("id", "path"), ("name", "query")], &["id", "name"]);
        check_arguments(
            &[("id", "path"), ("id", "query"), ("id", "body")],
            &["id_path", "id_query", "id_body"],
        );
        check_arguments(&[("X-Rate", "header"), ("_id", "query")], &["X-Rate", "_id"]);
        check_arguments(&[("filter[name]", "query"), ("$top", "query")], &["filter_name", "top"]);
        check_arguments(
            &[("At<", "query"), ("At>", "query"), ("At", "query")],
            &["At_lt", "At_gt", "At"],
        );
        check_arguments(&[("a[]", "query"), ("a", "query")], &["a_ke5z72", "a"]);
        check_arguments(
            &[("id", "path"), ("id", "query"), ("id_path", "query")],
            &["id_path", "id_query", "id_path_ea7da3"],
        );
        check_arguments(&[("ä", "query"), ("__proto__", "query")], &["arg_q3k2tt", "proto"]);
        assert_eq!(free_name("body", &["body".into(), "body_body".into()]), "body_body2");
    }
}
