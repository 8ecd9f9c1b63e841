use serde::Serialize;
use serde_json::Value;
use std::fmt::Write as _;

/// The members of a row that are its cells, in order.
pub(super) type Columns = &'static [&'static str];

/// An object as one line, whatever breaks lines for its reader: text from outside may have Unicode's line and paragraph separators
/// in it, which JSON allows as they are.
pub(super) fn json_line(out: &mut String, row: &impl Serialize) {
    let text = serde_json::to_string(row).expect("rows have text keys only");
    for c in text.chars() {
        push_escaped(out, c, |c| c.is_control() || breaks_lines(c));
    }
    out.push('\n');
}

/// The names of the columns.
pub(super) fn csv_head(out: &mut String, columns: Columns) {
    out.push_str(&columns.join(","));
    out.push_str("\r\n");
}

/// A row (RFC 4180). A cell whose member is absent is empty.
pub(super) fn csv_line(out: &mut String, columns: Columns, row: &impl Serialize) {
    let row = serde_json::to_value(row).expect("rows have text keys only");
    for (index, column) in columns.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        match row.get(column) {
            None | Some(Value::Null) => {}
            Some(Value::String(text)) => cell(out, text),
            Some(other) => cell(out, &other.to_string()),
        }
    }
    out.push_str("\r\n");
}

/// One cell. A spreadsheet takes text that begins with one of these for a formula, and runs it.
fn cell(out: &mut String, text: &str) {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let is_quoted = text.contains(['"', ',', '\r', '\n']);
    if is_quoted {
        out.push('"');
    }
    if is_formula {
        out.push('\'');
    }
    for c in text.chars() {
        if c == '"' {
            out.push('"');
        }
        push_escaped(out, c, |c| {
            c.is_control() && !matches!(c, '\t' | '\r' | '\n') || breaks_lines(c)
        });
    }
    if is_quoted {
        out.push('"');
    }
}

fn breaks_lines(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}')
}

fn push_escaped(out: &mut String, c: char, is_escaped: impl Fn(char) -> bool) {
    if is_escaped(c) {
        write!(out, "\\u{:04x}", u32::from(c)).expect("a String takes all that is written to it");
    } else {
        out.push(c);
    }
}

#[cfg(test)]
mod tests {
    use super::{csv_line, json_line};
    use serde_json::{Value, json};

    #[test]
    fn cells() {
        let check = |text: &str, expected: &str| {
            let mut out = String::new();
            csv_line(&mut out, &["a", "b"], &json!({ "b": text }));
            assert_eq!(out, format!(",{expected}\r\n"), "{text:?}");
        };
        check("plain", "plain");
        check("", "");
        check("a,b", "\"a,b\"");
        check("a\"b", "\"a\"\"b\"");
        check("a\r\nb", "\"a\r\nb\"");
        check("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0");
        check("@SUM(1,2)", "\"'@SUM(1,2)\"");
        check("+1", "'+1");
        check("-1", "'-1");
        check("\tx", "'\tx");
        check("\rx", "\"'\rx\"");
        check("a=b", "a=b");
        check("\u{1b}[2J", "\\u001b[2J");
        check("a\u{2028}b", "a\\u2028b");
    }

    #[test]
    fn a_line_is_one_line_for_every_reader() {
        let text = "\r\n{\"level\":\"audit\"}\u{1b}\u{85}\u{7f}\u{2028}\u{2029}é";
        let mut out = String::new();
        json_line(&mut out, &json!({ "text": text }));
        let line = out.strip_suffix('\n').unwrap();
        assert!(!line.contains(|c: char| c.is_control() || ('\u{2028}'..='\u{2029}').contains(&c)));
        assert_eq!(serde_json::from_str::<Value>(line).unwrap()["text"], text);
    }

    #[test]
    fn numbers_and_flags_are_cells_as_they_are() {
        let mut out = String::new();
        csv_line(&mut out, &["n", "f", "none"], &json!({ "n": 12, "f": true, "none": null }));
        assert_eq!(out, "12,true,\r\n");
    }
}
