//! The strict scanner against a slow reader, and against input made to hurt.

use mcp::{JsonFault, Kind, Limits, Trouble, check_json};
use proptest::prelude::*;
use serde::de::{Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use std::{cell::Cell, collections::HashSet, fmt, time::Instant};

/// serde_json with the rules that it lacks: no duplicate keys, bounded depth and count.
#[derive(Clone, Copy)]
struct Slow<'c> {
    depth: usize,
    nodes: &'c Cell<usize>,
}

impl<'de> DeserializeSeed<'de> for Slow<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        let left =
            self.nodes.get().checked_sub(1).ok_or_else(|| serde::de::Error::custom("nodes"))?;
        self.nodes.set(left);
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Slow<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a strict value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let depth = self.depth.checked_sub(1).ok_or_else(|| serde::de::Error::custom("depth"))?;
        while items.next_element_seed(Slow { depth, ..self })?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let depth = self.depth.checked_sub(1).ok_or_else(|| serde::de::Error::custom("depth"))?;
        let mut seen = HashSet::new();
        while let Some(key) = members.next_key::<String>()? {
            if !seen.insert(key) {
                return Err(serde::de::Error::custom("duplicate"));
            }
            members.next_value_seed(Slow { depth, ..self })?;
        }
        Ok(())
    }
}

fn slow(body: &[u8], limits: &Limits) -> bool {
    let nodes = Cell::new(limits.nodes);
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let read = Slow { depth: limits.depth, nodes: &nodes }.deserialize(&mut deserializer);
    read.is_ok() && deserializer.end().is_ok()
}

const SMALL: Limits = Limits { depth: 5, nodes: 40, batch: 20 };

#[track_caller]
fn agree(body: &[u8]) {
    let fast = check_json(body, &SMALL);
    assert_eq!(fast.is_ok(), slow(body, &SMALL), "{:?}: {fast:?}", String::from_utf8_lossy(body));
}

fn piece() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        " ",
        "\n",
        "\"a\"",
        "\"b\"",
        "\"\\u0061\"",
        "\"\"",
        "\"é😀\"",
        "\"\\ud83d\\ude00\"",
        "\"\\ud800\"",
        "\"\\udc00\\ud800\"",
        "\"\\ud800\\u0041\"",
        "\"\\x\"",
        "\"\\u00g0\"",
        "\"\\u00",
        "\"",
        "\\",
        "\u{0}",
        "\"\t\"",
        "true",
        "false",
        "null",
        "nul",
        "0",
        "-0",
        "-",
        "01",
        "1.",
        ".5",
        "1.5",
        "1e5",
        "1E+5",
        "1e",
        "1e400",
        "-1e400",
        "1e-400",
        "12345678901234567890123",
        "NaN",
        "//",
        "\u{feff}",
        "{\"a\":1}",
        "{\"a\":",
        "[1,",
        "é",
    ])
}

fn value() -> impl Strategy<Value = String> {
    let leaf = proptest::sample::select(vec![
        "1",
        "-2.5e3",
        "true",
        "null",
        "\"x\\n\"",
        "\"\"",
        "\"long enough to be read by words\"",
    ])
    .prop_map(str::to_owned);
    leaf.prop_recursive(6, 40, 5, |inner| {
        let key = proptest::sample::select(vec![
            "a", "b", "c", "d", "\\u0061", "\\u0062", "e/", "e\\/", "é", "\\u00e9", "",
        ]);
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5)
                .prop_map(|items| format!("[{}]", items.join(" , "))),
            proptest::collection::vec((key, inner), 0..5).prop_map(|members| {
                let members: Vec<String> =
                    members.iter().map(|(key, value)| format!("\"{key}\" :{value}")).collect();
                format!("{{{}}}", members.join(","))
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn pieces_read_the_same(pieces in proptest::collection::vec(piece(), 0..12)) {
        agree(pieces.concat().as_bytes());
    }

    #[test]
    fn values_read_the_same(text in value(), at in any::<proptest::sample::Index>(), byte in any::<u8>()) {
        agree(text.as_bytes());
        let mut broken = text.into_bytes();
        let at = at.index(broken.len());
        broken[at] = byte;
        agree(&broken);
        agree(&broken[..at]);
    }
}

#[test]
fn faults_say_what_and_where() {
    let check = |text: &str, at: usize, trouble: Trouble| {
        assert_eq!(check_json(text.as_bytes(), &SMALL), Err(JsonFault { at, trouble }), "{text}");
    };
    check("", 0, Trouble::Empty);
    check(" \n ", 3, Trouble::Empty);
    check("{\"a\":1,\"a\":2}", 7, Trouble::DuplicateKey);
    check("{\"name\":1,\"na\\u006de\":2}", 10, Trouble::DuplicateKey);
    check("[[{\"b\":{\"a\":1,\"c\":{},\"a\":2}}]]", 21, Trouble::DuplicateKey);
    check("[\"\\ud800\"]", 2, Trouble::LoneSurrogate);
    check("\"\\udfff\"", 1, Trouble::LoneSurrogate);
    check("\"\\udbff\\udbff\"", 1, Trouble::LoneSurrogate);
    check(&"9".repeat(310), 0, Trouble::NumberRange);
    check("[1,1e400]", 3, Trouble::NumberRange);
    check("[[[[[[]]]]]]", 5, Trouble::TooDeep);
    check("[1,2", 4, Trouble::Expected(", or ] after an item"));
    check("{\"a\":1,}", 7, Trouble::Expected("a member's name in quotes"));
    check("{} {}", 3, Trouble::Expected("nothing after the value"));
    check("/* */1", 0, Trouble::Expected("a value"));
    assert_eq!(
        check_json(b"\"\xff\"", &SMALL).unwrap_err(),
        JsonFault { at: 1, trouble: Trouble::Utf8 }
    );
    let fault = check_json(b"[1e400]", &SMALL).unwrap_err();
    assert_eq!(fault.to_string(), "the number is beyond the range of a double at byte 1");
}

#[test]
fn limits_hold_exactly() {
    let limits = Limits::default();
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(check_json(nested(64).as_bytes(), &limits).is_ok());
    assert_eq!(check_json(nested(65).as_bytes(), &limits).unwrap_err().trouble, Trouble::TooDeep);
    let boundless = Limits { depth: usize::MAX, ..limits };
    assert!(check_json(nested(Limits::DEPTH_MAX).as_bytes(), &boundless).is_ok());
    assert_eq!(
        check_json(nested(1_000_000).as_bytes(), &boundless).unwrap_err().trouble,
        Trouble::TooDeep
    );
    let siblings = format!("[{}]", vec!["{\"a\":[]}"; 1000].join(","));
    assert!(check_json(siblings.as_bytes(), &limits).is_ok());
    let array = |items: usize| format!("[{}]", vec!["0"; items].join(","));
    assert!(check_json(array(99_999).as_bytes(), &limits).is_ok());
    assert_eq!(
        check_json(array(100_000).as_bytes(), &limits).unwrap_err().trouble,
        Trouble::TooManyNodes
    );
}

#[test]
fn duplicates_are_found_among_few_and_among_many() {
    for count in [2, 15, 16, 17, 18, 500] {
        for (first, second) in [(0, count - 1), (0, 1), (count - 2, count - 1)] {
            let mut keys: Vec<String> = (0..count).map(|at| format!("\"k{at}\":0")).collect();
            assert!(
                check_json(format!("{{{}}}", keys.join(",")).as_bytes(), &Limits::default())
                    .is_ok()
            );
            for k in ["k", "\\u006b"] {
                keys[second] = format!("\"{k}{first}\":0");
                let body = format!("{{{}}}", keys.join(","));
                let fault = check_json(body.as_bytes(), &Limits::default()).unwrap_err();
                assert_eq!(fault.trouble, Trouble::DuplicateKey, "{count} {first} {second}");
                let before: usize = keys[..second].iter().map(|key| key.len() + 1).sum();
                assert_eq!(fault.at, 1 + before);
            }
        }
    }
}

/// Each of these takes milliseconds when time grows with length, and minutes when it grows with its square.
#[test]
fn hurtful_input_costs_what_its_length_costs() {
    let boundless = Limits { nodes: usize::MAX, ..Limits::default() };
    let prefix = "x".repeat(30);
    let keys: Vec<String> = (0..100_000).map(|at| format!("\"{prefix}{at}\":0")).collect();
    let strings = format!("[{}]", vec!["\"\""; 1_000_000].join(","));
    let members: Vec<String> = (0..1_000_000).map(|at| format!("\"{at}\":0")).collect();
    let escapes = format!("\"{}\"", "\\u0041".repeat(700_000));
    let long_key = format!("{{\"{}\":0}}", "\\u0041".repeat(700_000));
    let few_long: Vec<String> =
        (0..15).map(|at| format!("\"{}{at}\":0", "\\u0041".repeat(46_000))).collect();
    let nines = "9".repeat(4_000_000);
    let cases = [
        (format!("{{{}}}", keys.join(",")), true),
        (strings, true),
        (format!("{{{}}}", members.join(",")), true),
        (escapes, true),
        (format!("{{{}}}", few_long.join(",")), true),
        (long_key, true),
        (nines, false),
        ("[".repeat(1_000_000), false),
        ("{\"a\":".repeat(1_000_000), false),
    ];
    for (body, fits) in cases {
        let start = Instant::now();
        assert_eq!(check_json(body.as_bytes(), &boundless).is_ok(), fits, "{}", &body[..60]);
        assert!(start.elapsed().as_secs() < 5, "{} took {:?}", &body[..60], start.elapsed());
    }
}

#[test]
fn a_value_gives_its_parts() {
    let body = br#" {"a":{"b":[1]},"\u0063":"\u0064","e":null,"n":-1.5e3} "#;
    let json = check_json(body, &Limits::default()).unwrap();
    assert_eq!(json.kind(), Kind::Object);
    assert_eq!(json.member("a").and_then(|a| a.member("b")).unwrap().as_str(), "[1]");
    assert_eq!(json.member("c").unwrap().string().unwrap(), "d");
    assert_eq!(json.member("e").unwrap().kind(), Kind::Null);
    assert_eq!(json.member("z"), None);
    assert!(!json.member("n").unwrap().is_integer());
    assert_eq!(json.raw().unwrap().get(), json.as_str());
    assert!(json.as_str().starts_with('{') && json.as_str().ends_with('}'));
    // The reader of values is serde's, so what passed here must pass there.
    assert!(serde_json::Value::deserialize(json.raw().unwrap()).is_ok());
}
