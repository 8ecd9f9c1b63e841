//! Regular expressions that both of their readers can take: ECMAScript with the `u` flag (clients, ajv) and the
//! linear engine that checks arguments here. Authors write neither dialect, so what has one plain meaning is
//! respelled. Look-around and back references have no linear form: they stay for those who can run them, and
//! are not checked here. What is no regular expression to a client is left out.

use std::{collections::HashMap, sync::Arc};

/// Patterns seen so far: the portable spelling, or why there is none.
#[derive(Default)]
pub(crate) struct Patterns {
    known: HashMap<String, Result<Portable, &'static str>>,
}

/// A pattern that every client can read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Portable {
    pub(crate) text: Arc<str>,
    /// Whether the linear engine runs it.
    pub(crate) linear: bool,
}

impl Patterns {
    pub(crate) fn portable(
        &mut self,
        pattern: &str,
        limit: usize,
    ) -> Result<Portable, &'static str> {
        if pattern.len() > limit {
            return Err("it is longer than the limit (pattern_bytes)");
        }
        if let Some(known) = self.known.get(pattern) {
            return known.clone();
        }
        let made = respell(pattern).and_then(|(text, linear)| {
            if compiles(&text, linear) {
                Ok(Portable { text: text.into(), linear })
            } else {
                Err(UNKNOWN)
            }
        });
        self.known.insert(pattern.to_owned(), made.clone());
        made
    }
}

const UNKNOWN: &str = "it is no regular expression, or too large a one";
const FLAGS: &str = "inline flags do not exist in JSON Schema";

/// Bytes of one compiled pattern, as where arguments are checked.
const COMPILED_BYTES: usize = 1 << 20;

/// Whether an engine takes it: the linear one within its bounds, or one that looks around.
fn compiles(pattern: &str, linear: bool) -> bool {
    let schema = serde_json::json!({ "pattern": pattern });
    let options = jsonschema::options().with_draft(jsonschema::Draft::Draft202012);
    if linear {
        let engine = jsonschema::PatternOptions::regex().size_limit(COMPILED_BYTES);
        options.with_pattern_options(engine).build(&schema).is_ok()
    } else {
        let engine = jsonschema::PatternOptions::fancy_regex().size_limit(COMPILED_BYTES);
        options.with_pattern_options(engine).build(&schema).is_ok()
    }
}

fn respell(pattern: &str) -> Result<(String, bool), &'static str> {
    let mut reader = Respeller {
        rest: pattern.chars().peekable(),
        out: String::with_capacity(pattern.len()),
        atom: Atom::None,
        linear: true,
        open: Vec::new(),
    };
    reader.run()?;
    if reader.open.is_empty() {
        Ok((reader.out, reader.linear))
    } else {
        Err("a ( is never closed")
    }
}

struct Respeller<'p> {
    rest: std::iter::Peekable<std::str::Chars<'p>>,
    out: String,
    atom: Atom,
    linear: bool,
    /// For each open group whether it only looks around, so that nothing can repeat it.
    open: Vec<bool>,
}

/// What a quantifier would apply to.
#[derive(Clone, Copy, PartialEq)]
enum Atom {
    None,
    One,
    Quantified,
}

impl Respeller<'_> {
    fn run(&mut self) -> Result<(), &'static str> {
        while let Some(c) = self.rest.next() {
            match c {
                '\\' => self.escape()?,
                '[' => self.class()?,
                '(' => self.group()?,
                ')' => {
                    let looks = self.open.pop().ok_or("a ) is never opened")?;
                    self.out.push(')');
                    self.atom = if looks { Atom::None } else { Atom::One };
                }
                '*' | '+' | '?' => self.quantifier(c)?,
                '{' => self.braces()?,
                '}' | ']' => self.literal(c),
                '|' | '^' | '$' => {
                    self.out.push(c);
                    self.atom = Atom::None;
                }
                _ => {
                    self.out.push(c);
                    self.atom = Atom::One;
                }
            }
        }
        Ok(())
    }

    fn literal(&mut self, c: char) {
        if "^$\\.*+?()[]{}|/".contains(c) {
            self.out.push('\\');
        }
        self.out.push(c);
        self.atom = Atom::One;
    }

    fn escape(&mut self) -> Result<(), &'static str> {
        let c = self.rest.next().ok_or(UNKNOWN)?;
        self.atom = Atom::One;
        match c {
            'd' | 'D' | 'w' | 'W' | 's' | 'S' | 't' | 'r' | 'n' | 'v' | 'f' => self.put(&['\\', c]),
            'b' | 'B' => {
                self.put(&['\\', c]);
                self.atom = Atom::None;
            }
            'A' => self.anchor('^'),
            'z' | 'Z' => self.anchor('$'),
            'h' => self.out.push_str("[ \\t]"),
            'x' | 'u' => self.code_point(c)?,
            'p' | 'P' => self.property(c)?,
            '0' if !self.rest.peek().is_some_and(char::is_ascii_digit) => {
                self.out.push_str("\\x00")
            }
            '1'..='9' => {
                self.linear = false;
                self.put(&['\\', c]);
            }
            '0' | 'k' => return Err(UNKNOWN),
            c if c.is_ascii_alphabetic() => return Err(UNKNOWN),
            c => self.literal(c),
        }
        Ok(())
    }

    fn anchor(&mut self, c: char) {
        self.out.push(c);
        self.atom = Atom::None;
    }

    fn put(&mut self, chars: &[char]) {
        self.out.extend(chars);
    }

    fn code_point(&mut self, kind: char) -> Result<(), &'static str> {
        let mut digits = String::new();
        if self.rest.next_if_eq(&'{').is_some() {
            while let Some(digit) = self.rest.next_if(char::is_ascii_hexdigit) {
                digits.push(digit);
            }
            self.rest.next_if_eq(&'}').ok_or(UNKNOWN)?;
        } else {
            for _ in 0..if kind == 'x' { 2 } else { 4 } {
                digits.push(self.rest.next_if(char::is_ascii_hexdigit).ok_or(UNKNOWN)?);
            }
        }
        let code = u32::from_str_radix(&digits, 16).map_err(|_| UNKNOWN)?;
        char::from_u32(code).ok_or("it names half of a surrogate pair")?;
        self.out.push_str(&format!("\\u{{{code:X}}}"));
        Ok(())
    }

    fn property(&mut self, kind: char) -> Result<(), &'static str> {
        let mut name = String::new();
        if self.rest.next_if_eq(&'{').is_some() {
            while let Some(c) =
                self.rest.next_if(|c| c.is_ascii_alphanumeric() || "_=".contains(*c))
            {
                name.push(c);
            }
            self.rest.next_if_eq(&'}').ok_or(UNKNOWN)?;
        } else {
            name.push(self.rest.next().ok_or(UNKNOWN)?);
        }
        let name = match name.as_str() {
            "IsAlphabetic" | "Alpha" => "Alphabetic",
            "IsDigit" | "Digit" => "Nd",
            "Upper" => "Lu",
            "Lower" => "Ll",
            "Latin" | "Greek" | "Cyrillic" | "Han" | "Hiragana" | "Katakana" | "Arabic"
            | "Hebrew" | "Thai" => {
                name.insert_str(0, "Script=");
                &name
            }
            other => other,
        };
        self.out.push_str(&format!("\\{kind}{{{name}}}"));
        Ok(())
    }

    fn group(&mut self) -> Result<(), &'static str> {
        self.out.push('(');
        self.atom = Atom::None;
        if self.rest.next_if_eq(&'?').is_none() {
            self.open.push(false);
            return Ok(());
        }
        let mut looks = false;
        match self.rest.next() {
            Some(':') => self.out.push_str("?:"),
            Some(c @ ('=' | '!')) => {
                looks = true;
                self.put(&['?', c]);
            }
            Some('P') if self.rest.next_if_eq(&'<').is_some() => self.out.push_str("?<"),
            Some('<') => {
                self.out.push_str("?<");
                if let Some(c) = self.rest.next_if(|c| "=!".contains(*c)) {
                    looks = true;
                    self.out.push(c);
                }
            }
            Some('>') => return Err("atomic groups do not exist in JSON Schema"),
            _ => return Err(FLAGS),
        }
        self.linear &= !looks;
        self.open.push(looks);
        Ok(())
    }

    fn quantifier(&mut self, c: char) -> Result<(), &'static str> {
        self.atom = match (self.atom, c) {
            (Atom::One, _) => Atom::Quantified,
            (Atom::Quantified, '?') => Atom::None,
            _ => return Err("a quantifier stands behind nothing that it could repeat"),
        };
        self.out.push(c);
        Ok(())
    }

    fn braces(&mut self) -> Result<(), &'static str> {
        let ahead: String = self.rest.clone().take_while(|c| *c != '}').take(24).collect();
        let (low, high) = match ahead.split_once(',') {
            Some((low, high)) => (low, Some(high)),
            None => (ahead.as_str(), None),
        };
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let counts = digits(low)
            && high.is_none_or(digits)
            && !(low.is_empty() && high.is_none_or(str::is_empty));
        if !counts || self.rest.clone().nth(ahead.chars().count()) != Some('}') {
            self.literal('{');
            return Ok(());
        }
        if self.atom != Atom::One {
            return Err("a quantifier stands behind nothing that it could repeat");
        }
        let low = if low.is_empty() { "0" } else { low };
        self.out.push_str(&match high {
            Some(high) => format!("{{{low},{high}}}"),
            None => format!("{{{low}}}"),
        });
        for _ in 0..=ahead.chars().count() {
            self.rest.next();
        }
        self.atom = Atom::Quantified;
        Ok(())
    }

    fn class(&mut self) -> Result<(), &'static str> {
        self.out.push('[');
        if self.rest.next_if_eq(&'^').is_some() {
            self.out.push('^');
        }
        let start = self.out.len();
        // The last single character, which a `-` would begin a range with.
        let mut single: Option<char> = None;
        loop {
            let c = self.rest.next().ok_or("a character class is not closed")?;
            if c == ']' {
                if self.out.len() == start {
                    return Err("a character class is empty");
                }
                break;
            }
            if c == '[' && self.rest.peek() == Some(&':') {
                self.posix()?;
                single = None;
                continue;
            }
            if c == '-' && single.is_some() && self.rest.peek().is_some_and(|next| *next != ']') {
                let low = single.take().unwrap_or_default();
                match self.class_char()? {
                    Some(high) if low <= high => {
                        self.out.push('-');
                        self.class_literal(high);
                    }
                    Some(_) => return Err("a range in a character class runs backwards"),
                    None => self.hyphen_before_last(),
                }
                continue;
            }
            single = if c == '\\' {
                let escaped = self.class_escape()?;
                if let Some(c) = escaped {
                    self.class_literal(c);
                }
                escaped
            } else {
                self.class_literal(c);
                Some(c)
            };
        }
        self.out.push(']');
        self.atom = Atom::One;
        Ok(())
    }

    /// The end of a range: a character, or nothing when it was a set, which has been written already.
    fn class_char(&mut self) -> Result<Option<char>, &'static str> {
        match self.rest.next() {
            Some('\\') => self.class_escape(),
            Some('[') if self.rest.peek() == Some(&':') => self.posix().map(|()| None),
            Some(c) => Ok(Some(c)),
            None => Err("a character class is not closed"),
        }
    }

    // `a-\d`: the hyphen is meant literally; order within a class does not matter.
    fn hyphen_before_last(&mut self) {
        self.out.push_str("\\-");
    }

    /// A single character, or nothing when the escape was a set and has been written.
    fn class_escape(&mut self) -> Result<Option<char>, &'static str> {
        let c = self.rest.next().ok_or(UNKNOWN)?;
        Ok(Some(match c {
            'd' | 'D' | 'w' | 'W' | 's' | 'S' => {
                self.put(&['\\', c]);
                return Ok(None);
            }
            'p' | 'P' => {
                self.property(c)?;
                return Ok(None);
            }
            'x' | 'u' => {
                let from = self.out.len();
                self.code_point(c)?;
                let digits = self.out.split_off(from);
                let code = u32::from_str_radix(digits.trim_matches(|c| "\\u{}".contains(c)), 16);
                code.ok().and_then(char::from_u32).ok_or(UNKNOWN)?
            }
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\u{b}',
            'f' => '\u{c}',
            'b' => '\u{8}',
            '0' => '\0',
            c if c.is_ascii_alphanumeric() => return Err(UNKNOWN),
            c => c,
        }))
    }

    fn class_literal(&mut self, c: char) {
        match c {
            '[' | ']' | '\\' | '^' | '-' => self.put(&['\\', c]),
            '&' | '~' => self.out.push_str(&format!("\\x{:02X}", u32::from(c))),
            c if c.is_control() => self.out.push_str(&format!("\\u{{{:X}}}", u32::from(c))),
            c => self.out.push(c),
        }
    }

    fn posix(&mut self) -> Result<(), &'static str> {
        self.rest.next();
        let mut name = String::new();
        while let Some(c) = self.rest.next_if(char::is_ascii_alphabetic) {
            name.push(c);
        }
        if self.rest.next() != Some(':') || self.rest.next() != Some(']') {
            return Err(UNKNOWN);
        }
        self.out.push_str(match name.as_str() {
            "alpha" => "a-zA-Z",
            "digit" => "0-9",
            "alnum" => "a-zA-Z0-9",
            "upper" => "A-Z",
            "lower" => "a-z",
            "space" => "\\s",
            "word" => "\\w",
            "xdigit" => "0-9a-fA-F",
            "blank" => " \\t",
            "punct" => "!-\\/:-@\\[-`{-\\x7E",
            _ => return Err(UNKNOWN),
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Patterns;

    #[test]
    fn one_spelling_for_both_engines() {
        let check = |pattern: &str, expected: Option<&str>| {
            let made = Patterns::default().portable(pattern, 2_048).ok();
            assert_eq!(made.as_ref().map(|made| &*made.text), expected, "{pattern}");
        };
        for same in [
            "^[a-z]+$",
            r"^\d{4}-\d{2}$",
            r"^(?:a|b)*?$",
            r"^[\w.]+@x\.y$",
            "^$|^(^a)$",
            "(a+)+$",
            r"\/x",
            "^(?<year>[0-9]{4})$",
            "a{2,}b{3,4}",
            "[a-z][^0-9]",
            "",
        ] {
            check(same, Some(same));
        }
        check(r"^\-\_\@\:\'$", Some(r"^-_@:'$"));
        check(r"[\w-.]", Some(r"[\w\-.]"));
        check(r"[a-]", Some(r"[a\-]"));
        check(r"[-a]", Some(r"[\-a]"));
        check(r"[\d\-x]", Some(r"[\d\-x]"));
        check(r"[\.\-\_]", Some(r"[.\-_]"));
        check("x{y}", Some(r"x\{y\}"));
        check("^{[a]}$", Some(r"^\{[a]\}$"));
        check("a{,3}", Some("a{0,3}"));
        check("[[:alpha:]_]", Some("[a-zA-Z_]"));
        check(r"\A[a-z]\Z", Some("^[a-z]$"));
        check("(?P<x>a)", Some("(?<x>a)"));
        check(r"\u00e9\x41", Some(r"\u{E9}\u{41}"));
        check(r"[\u0000-\u001f]", Some(r"[\u{0}-\u{1F}]"));
        check(r"\p{L}\pN", Some(r"\p{L}\p{N}"));
        check("[a&&b]", Some(r"[a\x26\x26b]"));
        check("[[a]", Some(r"[\[a]"));
        for bad in
            ["(?=a)*", "(?i)a", "[", "(a", "a**", "*a", "a++", "[]", "[z-a]", r"\y", "(?>a)", "a)"]
        {
            check(bad, None);
        }
        for looking in ["^(?=.*[0-9])[a-z0-9]+$", "(?<!a)b", r"(a)\1"] {
            check(looking, Some(looking));
            assert!(!Patterns::default().portable(looking, 2_048).unwrap().linear, "{looking}");
        }
        check(r"\1", None);
        check(&"a".repeat(3_000), None);
        check("^(a{1000}){1000}$", None);
    }
}
