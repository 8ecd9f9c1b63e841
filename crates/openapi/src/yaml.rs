//! JSON as YAML that people like to read, and back. The one YAML parser of the product is in this crate, so documents of our own
//! pass here too.

use crate::{
    Error, Limits,
    schema::write_string,
    tree::{Doc, Node, Value, place_in},
};

/// Columns by which a nested value is set in.
const STEP: usize = 2;
/// Bytes of a name that may stand before its value on one line: YAML wants less than 1,024 characters there, escapes counted.
const SIMPLE_KEY_MAX: usize = 128;
/// Plain texts that some reader of YAML takes for something else.
const WORDS: [&str; 11] =
    ["true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan", "inf"];

/// A document of our own that somebody wrote in YAML, or in JSON.
pub struct OwnDocument {
    doc: Doc,
}

impl OwnDocument {
    /// Reads it. `name` is for messages.
    ///
    /// # Errors
    ///
    /// [`Error`] when it is neither, is beyond a limit, or holds a NUL character, which no database text can: where and why.
    pub fn read(name: &str, bytes: &[u8], limits: &Limits) -> Result<Self, Error> {
        let doc = Doc::read("", 0, bytes, limits)
            .map_err(|error| Error::at(name, error.message, place_in(bytes, error.offset)))?;
        if let Some(node) = with_nul(doc.root()) {
            let message = "this holds a NUL character; remove it";
            return Err(Error::at(name, message, node.place()));
        }
        Ok(Self { doc })
    }

    /// It as JSON text. Numbers keep every digit, and members their order.
    #[must_use]
    pub fn json(&self) -> String {
        let mut json = String::new();
        write_json(self.doc.root(), &mut json);
        json
    }

    /// The line, from 1, of the value at a path such as `tools[0].settings`, or of the innermost value around it that is there.
    #[must_use]
    pub fn line(&self, path: &str) -> u32 {
        let (mut node, mut rest) = (self.doc.root(), path);
        while let Some((inner, after)) = step(node, rest) {
            (node, rest) = (inner, after);
        }
        node.place().0
    }
}

/// The first value that is, or has the name of, a text with a NUL character.
fn with_nul(node: Node<'_>) -> Option<Node<'_>> {
    if node.str().is_some_and(|text| text.contains('\0')) {
        return Some(node);
    }
    let named = node.members().find(|(name, _)| name.contains('\0')).map(|(_, value)| value);
    let mut inner = node.items().chain(node.members().map(|(_, value)| value));
    named.or_else(|| inner.find_map(with_nul))
}

/// The value that the beginning of the path names, and the rest of the path.
fn step<'t, 'p>(node: Node<'t>, path: &'p str) -> Option<(Node<'t>, &'p str)> {
    if let Some((index, rest)) = path.strip_prefix('[').and_then(|path| path.split_once(']')) {
        let item = index.parse().ok().and_then(|index| node.items().nth(index))?;
        return Some((item, rest));
    }
    let path = path.strip_prefix('.').unwrap_or(path);
    // A name may hold what otherwise ends one: the longest that fits is meant.
    let fits = |(name, value): (&str, Node<'t>)| {
        let rest = path.strip_prefix(name)?;
        let ends = !name.is_empty() && (rest.is_empty() || rest.starts_with(['.', '[']));
        ends.then_some((value, rest))
    };
    node.members().filter_map(fits).min_by_key(|(_, rest)| rest.len())
}

/// The YAML text of a JSON object. Numbers keep every digit, and members their order.
///
/// # Errors
///
/// [`Error`] when the text is no JSON object.
pub fn yaml_of_json(json: &str) -> Result<String, Error> {
    let bytes = json.as_bytes();
    let limits = Limits { document_bytes: usize::MAX, ..Limits::default() };
    let doc = Doc::read("", 0, bytes, &limits)
        .map_err(|error| Error::at("JSON", error.message, place_in(bytes, error.offset)))?;
    if !doc.root().is_object() {
        return Err(Error::at("JSON", "this is no object", (1, 1)));
    }
    let mut yaml = String::with_capacity(json.len() * 2);
    write_members(doc.root(), 0, &mut yaml);
    Ok(yaml)
}

fn write_json(node: Node<'_>, out: &mut String) {
    match node.value() {
        Value::Null => out.push_str("null"),
        Value::Bool(value) => out.push_str(if value { "true" } else { "false" }),
        Value::Number(text) => out.push_str(text),
        Value::String(text) => write_string(text, out),
        Value::Array => {
            out.push('[');
            for (at, item) in node.items().enumerate() {
                out.push_str(if at == 0 { "" } else { "," });
                write_json(item, out);
            }
            out.push(']');
        }
        Value::Object => {
            out.push('{');
            for (at, (name, value)) in node.members().enumerate() {
                out.push_str(if at == 0 { "" } else { "," });
                write_string(name, out);
                out.push(':');
                write_json(value, out);
            }
            out.push('}');
        }
    }
}

/// The members of an object, each on lines of its own; the first goes on where the text ends.
fn write_members(node: Node<'_>, indent: usize, out: &mut String) {
    for (at, (name, value)) in node.members().enumerate() {
        if at > 0 {
            set_in(indent, out);
        }
        let is_long = name.len() > SIMPLE_KEY_MAX;
        out.push_str(if is_long { "? " } else { "" });
        if is_plain(name) {
            out.push_str(name)
        } else {
            write_quoted(name, out)
        }
        if is_long {
            out.push('\n');
            set_in(indent, out);
        }
        out.push(':');
        write_value(value, indent, out);
    }
}

/// A value behind the name of a member, or behind the dash of an item, up to the end of its last line.
fn write_value(node: Node<'_>, indent: usize, out: &mut String) {
    match node.value() {
        Value::Object if node.len() > 0 => {
            out.push('\n');
            set_in(indent + STEP, out);
            write_members(node, indent + STEP, out);
        }
        Value::Array if node.len() > 0 => {
            out.push('\n');
            for item in node.items() {
                set_in(indent + STEP, out);
                out.push('-');
                write_item(item, indent + STEP, out);
            }
        }
        Value::String(text) if is_block(text) => {
            out.push_str(if text.ends_with('\n') { " |\n" } else { " |-\n" });
            for line in text.lines() {
                if !line.is_empty() {
                    set_in(indent + STEP, out);
                    out.push_str(line);
                }
                out.push('\n');
            }
        }
        value => {
            out.push(' ');
            match value {
                Value::Object => out.push_str("{}"),
                Value::Array => out.push_str("[]"),
                Value::String(text) if is_plain(text) => out.push_str(text),
                Value::String(text) => write_quoted(text, out),
                Value::Null | Value::Bool(_) | Value::Number(_) => write_json(node, out),
            }
            out.push('\n');
        }
    }
}

/// An item of a list: an object begins beside its dash.
fn write_item(node: Node<'_>, indent: usize, out: &mut String) {
    if node.is_object() && node.len() > 0 {
        out.push(' ');
        write_members(node, indent + STEP, out);
    } else {
        write_value(node, indent, out);
    }
}

fn set_in(indent: usize, out: &mut String) {
    out.extend(std::iter::repeat_n(' ', indent));
}

/// Whether every reader of YAML takes the text for itself without quotes.
fn is_plain(text: &str) -> bool {
    let inner = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'/' | b' ');
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && !text.ends_with(' ')
        && text.bytes().all(inner)
        && !WORDS.iter().any(|word| word.eq_ignore_ascii_case(text))
}

/// Whether the text is one of lines that can stand as they are.
fn is_block(text: &str) -> bool {
    let lined = text.strip_suffix('\n').unwrap_or(text);
    lined.contains('\n')
        && !lined.ends_with('\n')
        && !lined.starts_with([' ', '\n'])
        && !text.contains(|c| c != '\n' && needs_escape(c))
        // White space alone on a line is taken for an empty one, and a tab in front for indentation.
        && text.lines().all(|line| line.is_empty() || !line.trim_matches(' ').is_empty())
}

/// Whether the character cannot be seen, or is taken for a break of lines by some.
fn needs_escape(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// A text in double quotes, which YAML reads as JSON does.
fn write_quoted(text: &str, out: &mut String) {
    let mut quoted = String::with_capacity(text.len() + 2);
    write_string(text, &mut quoted);
    for c in quoted.chars() {
        if needs_escape(c) {
            out.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            out.push(c);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{OwnDocument, yaml_of_json};
    use crate::Limits;

    fn back(yaml: &str) -> String {
        OwnDocument::read("x.yaml", yaml.as_bytes(), &Limits::default())
            .unwrap_or_else(|error| panic!("{error}\n{yaml}"))
            .json()
    }

    #[test]
    fn written_as_people_would() {
        let json = r#"{"name":"CRM","on":true,"none":{},"list":[],"text":"one\ntwo\n","tools":[{"name":"a","count":1.10,"big":12345678901234567890123},{"x":[["item"],[]]},"no"],"odd key":"a: b","end":"1\n2"}"#;
        let yaml = "name: CRM\n\"on\": true\nnone: {}\nlist: []\ntext: |\n  one\n  two\ntools:\n  - name: a\n    count: 1.10\n    big: 12345678901234567890123\n  - x:\n      -\n        - item\n      - []\n  - \"no\"\nodd key: \"a: b\"\nend: |-\n  1\n  2\n";
        assert_eq!(yaml_of_json(json).unwrap(), yaml);
        assert_eq!(back(yaml), json);
    }

    #[test]
    fn every_text_comes_back_as_it_was() {
        let parts = [
            "a", " ", "\n", "\t", ":", "#", "-", "'", "\"", "\\", "|", ">", "{", "}", "[", "]",
            ",", "&", "*", "!", "%", "@", "`", "?", "~", "0", "1e3", "0x1", "true", "null", "<<",
            "é", "😀", "\u{85}", "\u{2028}", "\u{feff}", "\r", "\u{7f}", "\u{1}", "...", "---",
            "=", ".",
        ];
        // Every pair and, by a fixed stride, longer ones.
        let mut texts: Vec<String> = parts.iter().map(|&one| one.to_owned()).collect();
        for one in parts {
            for other in parts {
                texts.push(format!("{one}{other}"));
            }
        }
        for seed in 0..4_000_usize {
            let pick = |at: usize| parts[(seed * 7 + at * (seed % 31 + 3)) % parts.len()];
            texts.push((0..seed % 9 + 1).map(pick).collect());
        }
        for text in texts {
            let value = serde_json::json!({ &text: [&text, { "a": &text }], "last": &text });
            let json = serde_json::to_string(&value).unwrap();
            let yaml = yaml_of_json(&json).unwrap();
            let read: serde_json::Value = serde_json::from_str(&back(&yaml)).expect(&yaml);
            assert_eq!(read, value, "{yaml}");
        }
    }

    #[test]
    fn what_is_neither_is_refused_with_its_place() {
        let limits = Limits::default();
        let error = OwnDocument::read("x.yaml", b"a: 1\na: 2\n", &limits).err().unwrap();
        assert_eq!((error.line, error.name.as_str()), (2, "x.yaml"), "{error}");
        for wrong in ["a: [1\n", "a: {b: \"\\0\"}", "{\"a\":[\"\\u0000\"]}", "{\"\\u0000\":1}"] {
            assert!(OwnDocument::read("x.yaml", wrong.as_bytes(), &limits).is_err(), "{wrong}");
        }
        assert!(yaml_of_json("[1]").is_err());
    }

    #[test]
    fn a_path_has_a_line() {
        let yaml = b"name: x\ntools:\n  - name: a\n  - name: b\n    at:\n      x.y: 1\n      x: 2\n      x[0]: 3\n";
        let document = OwnDocument::read("x.yaml", yaml, &Limits::default()).unwrap();
        for (path, line) in [
            ("", 1),
            ("name", 1),
            ("tools[0].name", 3),
            ("tools[1]", 4),
            ("tools[1].at.x.y", 6),
            ("tools[1].at.x", 7),
            ("tools[1].at.x[0]", 8),
            ("tools[1].none.of", 4),
            ("tools[7].name", 3),
            ("nothing", 1),
        ] {
            assert_eq!(document.line(path), line, "{path}");
        }
    }

    #[test]
    fn a_name_of_any_length_comes_back() {
        let json = serde_json::json!({ "n".repeat(5_000): { "é".repeat(2_000): 1 } }).to_string();
        assert!(back(&yaml_of_json(&json).unwrap()) == json);
    }
}
