use super::{Doc, Value};
use crate::Limits;
use std::time::{Duration, Instant};

fn read(text: &str) -> Doc {
    Doc::read("", 0, text.as_bytes(), &Limits::default())
        .unwrap_or_else(|error| panic!("{}\n{text}", error.message))
}

fn refused(text: &str, wanted: &str) {
    match Doc::read("", 0, text.as_bytes(), &Limits::default()) {
        Ok(_) => panic!("read: {text}"),
        Err(error) => {
            assert!(error.message.contains(wanted), "{} has no {wanted:?}", error.message)
        }
    }
}

#[test]
fn json_values_and_places() {
    let doc = read(
        "\u{feff}{\n  \"a\": [1.50, -0, 12345678901234567890123],\n  \"ä\\u00e9\\n\\ud83d\\ude00\": null, \"t\": true}",
    );
    let root = doc.root();
    let items: Vec<_> = root.get("a").unwrap().items().map(super::Node::value).collect();
    assert_eq!(
        items,
        [Value::Number("1.50"), Value::Number("-0"), Value::Number("12345678901234567890123")]
    );
    assert_eq!(root.get("äé\n😀").map(super::Node::value), Some(Value::Null));
    assert_eq!(root.get("a").unwrap().place(), (2, 8));
    assert_eq!(root.get("a").unwrap().items().nth(1).unwrap().pointer(), "/a/1");
    assert!(root.flag("t") && root.get("none").is_none());
}

#[test]
fn json_is_strict() {
    for (bad, wanted) in [
        (r#"{"a":1,"a":2}"#, "twice"),
        (r#"{"a":1"#, "cut off"),
        (r#"{"a":1}x"#, "behind"),
        (r#"{"a":01}"#, "number"),
        (r#"{"a":+1}"#, "JSON value"),
        (r#"{"a":1,}"#, "key"),
        (r#"{"a":[1,]}"#, "JSON value"),
        (r#"{a:1}"#, "key"),
        ("{\"a\":\"\u{1}\"}", "control"),
        (r#"{"a":"\x"}"#, "escape"),
        (r#"{"a":"\u12"}"#, "hexadecimal"),
        (r#"{"a":nul}"#, "JSON value"),
        ("  ", "empty"),
    ] {
        refused(bad, wanted);
    }
    let many: String = (0..100).map(|i| format!("\"k{}\":1,", i % 99)).collect();
    refused(&format!("{{{}}}", many.trim_end_matches(',')), "twice");
    refused(&format!("{{\"a\":{}1{}}}", "[".repeat(200), "]".repeat(200)), "deeper");
    let bytes = Doc::read("", 0, b"{\"a\":\"\xff\"}", &Limits::default());
    assert!(bytes.is_err_and(|error| error.message.contains("UTF-8") && error.offset == 6));
}

#[test]
fn limits_of_a_file() {
    let check = |limits: Limits, wanted: &str| {
        let error = Doc::read("", 0, b"{\"a\":[1,2,3]}", &limits).err().unwrap();
        assert!(error.message.contains(wanted), "{}", error.message);
    };
    check(Limits { document_bytes: 5, ..Limits::default() }, "document_bytes");
    check(Limits { nodes: 4, ..Limits::default() }, "nodes");
    check(Limits { depth: 1, ..Limits::default() }, "depth");
}

#[test]
fn yaml_core_schema() {
    let doc = read(
        "a: true\nb: yes\nc: NO\ny: ~\ne: 0x1F\nf: 0o17\ng: +5\nh: .5\ni: 090\nj: 1e3\nk: 3.1.0\nl: 2020-01-01\n\
         m: \"1\"\nn: !!str 1\no: .inf\n200: ok\np: -9223372036854776000123\nq: 'it''s'\nr: 12:30\n",
    );
    let check = |key: &str, expected| {
        assert_eq!(doc.root().get(key).map(super::Node::value), Some(expected), "{key}")
    };
    check("a", Value::Bool(true));
    check("b", Value::String("yes"));
    check("c", Value::String("NO"));
    check("y", Value::Null);
    check("e", Value::Number("31"));
    check("f", Value::Number("15"));
    check("g", Value::Number("5"));
    check("h", Value::Number("0.5"));
    check("i", Value::Number("90"));
    check("j", Value::Number("1e3"));
    check("k", Value::String("3.1.0"));
    check("l", Value::String("2020-01-01"));
    check("m", Value::String("1"));
    check("n", Value::String("1"));
    check("o", Value::String(".inf"));
    check("200", Value::String("ok"));
    check("p", Value::Number("-9223372036854776000123"));
    check("q", Value::String("it's"));
    check("r", Value::String("12:30"));
}

#[test]
fn yaml_aliases_and_merges() {
    let doc = read(
        "x: &x {a: 1, b: 2}\ny: &y {c: 3}\nz:\n  <<: [*x, *y]\n  b: 5\nw: {<<: *x}\nv: *y\nä:\n  k: [*x]\n",
    );
    let z = doc.root().get("z").unwrap();
    let members: Vec<_> = z.members().map(|(key, value)| (key, value.scalar().unwrap())).collect();
    assert_eq!(members, [("b", "5"), ("a", "1"), ("c", "3")]);
    assert_eq!(doc.root().get("w").unwrap().len(), 2);
    assert_eq!(doc.root().get("v").unwrap().text("c"), None);
    assert_eq!(doc.root().get("ä").unwrap().get("k").unwrap().place(), (9, 6));
}

#[test]
fn yaml_refusals() {
    for (bad, wanted) in [
        ("a: 1\na: 2\n", "twice"),
        ("a: !!python/object:os.system x\n", "tag"),
        ("a: !custom x\n", "tag"),
        ("a: !!binary aGk=\n", "tag"),
        ("a: 1\n---\nb: 2\n", "several"),
        ("a:\n\t- b\n", "YAML"),
        ("a: &a [*a]\n", "alias"),
        ("? [a]\n: b\n", "key"),
        ("a: [1, 2\n", "YAML"),
        ("a: {<<: 3}\n", "merge"),
        ("# nothing\n", "empty"),
    ] {
        refused(bad, wanted);
    }
    refused(&format!("a: {}1{}", "[".repeat(200), "]".repeat(200)), "deeper");
}

#[test]
fn yaml_bombs_are_cheap() {
    let mut laughs = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for i in 1..12 {
        let row = format!("*a{}, ", i - 1).repeat(10);
        laughs += &format!("a{i}: &a{i} [{}]\n", row.trim_end_matches(", "));
    }
    let mut deep = String::from("a0: &a0 {x: 1}\n");
    let mut merges = String::from("a0: &a0 {");
    for i in 1..3_000 {
        deep += &format!("a{i}: &a{i} {{x: *a{}}}\n", i - 1);
        merges += &format!("k{i}: 1, ");
    }
    merges += "}\n";
    for i in 1..9_000 {
        merges += &format!("b{i}: {{<<: *a0}}\n");
    }
    for (bomb, wanted) in [(laughs, "alias_nodes"), (deep, "deeper"), (merges, "merged_members")] {
        let start = Instant::now();
        refused(&bomb, wanted);
        assert!(start.elapsed() < Duration::from_secs(20), "{wanted}: {:?}", start.elapsed());
    }
}
