//! The strict scanner: one pass over a body that reads and checks at the same time.

use crate::{Json, text};
use std::borrow::Cow;

/// What a body may hold. The host bounds its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Nested objects and arrays; at most [`Limits::DEPTH_MAX`] whatever is asked for.
    pub depth: usize,
    /// Values of any kind, containers included.
    pub nodes: usize,
    /// Messages in a batch.
    pub batch: usize,
}

impl Limits {
    /// What the stack and serde are good for.
    pub const DEPTH_MAX: usize = 120;
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: 64, nodes: 100_000, batch: 20 }
    }
}

/// Why a text is refused, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{trouble} at byte {at}")]
pub struct JsonFault {
    /// Offset in bytes from the start of the body.
    pub at: usize,
    /// What is wrong there.
    pub trouble: Trouble,
}

/// What can be wrong with a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// Nothing but white space.
    #[error("there is no JSON value: the body is empty")]
    Empty,
    /// Not UTF-8.
    #[error("not UTF-8")]
    Utf8,
    /// Not what the grammar asks for.
    #[error("not JSON: expected {0}")]
    Expected(&'static str),
    /// `\ud800` without its other half.
    #[error("a lone surrogate stands for no character")]
    LoneSurrogate,
    /// A number beyond what a double can hold, such as `1e400`.
    #[error("the number is beyond the range of a double")]
    NumberRange,
    /// Two members of one name.
    #[error("the object has two members of the same name")]
    DuplicateKey,
    /// Nested beyond [`Limits::depth`].
    #[error("nested too deep")]
    TooDeep,
    /// More than [`Limits::nodes`] values.
    #[error("too many values")]
    TooManyNodes,
}

impl Trouble {
    /// Whether the text may still be JSON, but is more than is taken.
    #[must_use]
    pub const fn is_json(self) -> bool {
        matches!(self, Self::DuplicateKey | Self::TooDeep | Self::TooManyNodes)
    }
}

/// Checks that `body` is exactly one strict JSON value within `limits`, and gives it.
///
/// # Errors
///
/// The first fault, and where it is.
pub fn check_json<'a>(body: &'a [u8], limits: &Limits) -> Result<Json<'a>, JsonFault> {
    let mut scanner = Scanner::new(utf8(body)?, limits);
    let value = scanner.value().and_then(|value| scanner.end().map(|()| value));
    value.map_err(|stop| scanner.stopped(stop))
}

pub(crate) fn utf8(body: &[u8]) -> Result<&str, JsonFault> {
    std::str::from_utf8(body)
        .map_err(|error| JsonFault { at: error.valid_up_to(), trouble: Trouble::Utf8 })
}

// Up to this many members each key is compared with those before it; above, they are sorted at the end. Neither
// hashes, so there is no collision to provoke.
const COMPARED: usize = 16;

/// A string, such as a member's name, as it is written: the text between its quotes.
#[derive(Clone, Copy)]
struct Key<'a> {
    raw: &'a str,
    at: usize,
    escaped: bool,
}

impl<'a> Key<'a> {
    fn text(self) -> Cow<'a, str> {
        if self.escaped { text::unescape(self.raw) } else { Cow::Borrowed(self.raw) }
    }

    fn is(self, other: Self) -> bool {
        if self.escaped || other.escaped {
            self.text() == other.text()
        } else {
            self.raw == other.raw
        }
    }
}

/// Says only that a scanner stopped: what made it stop is kept there, so that results fit into registers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stop;

pub(crate) struct Scanner<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    depth_max: usize,
    nodes_left: usize,
    // Keys of all open objects, innermost last.
    keys: Vec<Key<'a>>,
    fault: Option<JsonFault>,
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(text: &'a str, limits: &Limits) -> Self {
        Self {
            text,
            at: 0,
            depth: 0,
            depth_max: limits.depth.min(Limits::DEPTH_MAX),
            nodes_left: limits.nodes,
            keys: Vec::with_capacity(24),
            fault: None,
        }
    }

    // For text that has passed already.
    pub(crate) fn checked(text: &'a str) -> Self {
        Self {
            nodes_left: usize::MAX,
            depth_max: Limits::DEPTH_MAX,
            ..Self::new(text, &Limits::default())
        }
    }

    #[cold]
    fn fault<T>(&mut self, at: usize, trouble: Trouble) -> Result<T, Stop> {
        self.fault = Some(JsonFault { at, trouble });
        Err(Stop)
    }

    /// What made it stop.
    pub(crate) fn stopped(&self, _: Stop) -> JsonFault {
        self.fault.unwrap_or(JsonFault { at: self.at, trouble: Trouble::Expected("a value") })
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.byte() {
            self.at += 1;
        }
    }

    /// What the next value begins with.
    pub(crate) fn peek(&mut self) -> Option<u8> {
        self.skip_space();
        self.byte()
    }

    /// Nothing but white space may follow.
    pub(crate) fn end(&mut self) -> Result<(), Stop> {
        match self.peek() {
            None => Ok(()),
            Some(_) => self.fault(self.at, Trouble::Expected("nothing after the value")),
        }
    }

    /// Reads one value of any kind.
    pub(crate) fn value(&mut self) -> Result<Json<'a>, Stop> {
        self.skip_space();
        let start = self.at;
        self.skip()?;
        Ok(Json::scanned(&self.text[start..self.at]))
    }

    /// Reads over one value of any kind. No white space stands before it.
    fn skip(&mut self) -> Result<(), Stop> {
        match self.byte() {
            Some(b'"') => {
                self.node()?;
                self.string().map(drop)
            }
            Some(b'{') => self.object(|scanner, _| {
                scanner.skip_space();
                scanner.skip()
            }),
            Some(b'[') => self.array(Self::skip),
            Some(b'-' | b'0'..=b'9') => {
                self.node()?;
                self.number()
            }
            Some(b't') => self.word("true"),
            Some(b'f') => self.word("false"),
            Some(b'n') => self.word("null"),
            None if self.text.trim_ascii().is_empty() => self.fault(self.at, Trouble::Empty),
            _ => self.fault(self.at, Trouble::Expected("a value")),
        }
    }

    fn node(&mut self) -> Result<(), Stop> {
        match self.nodes_left.checked_sub(1) {
            Some(left) => self.nodes_left = left,
            None => return self.fault(self.at, Trouble::TooManyNodes),
        }
        Ok(())
    }

    fn open(&mut self) -> Result<(), Stop> {
        self.node()?;
        if self.depth == self.depth_max {
            return self.fault(self.at, Trouble::TooDeep);
        }
        self.depth += 1;
        self.at += 1;
        Ok(())
    }

    /// Reads one value of any kind; if it is an object, `member` gets each key and must read exactly one value.
    pub(crate) fn members<F>(&mut self, member: F) -> Result<Json<'a>, Stop>
    where
        F: FnMut(&mut Self, &str) -> Result<(), Stop>,
    {
        if self.peek() != Some(b'{') {
            return self.value();
        }
        let start = self.at;
        self.object(member)?;
        Ok(Json::scanned(&self.text[start..self.at]))
    }

    /// Reads an object; `member` gets each key and must read exactly one value.
    pub(crate) fn object<F>(&mut self, mut member: F) -> Result<(), Stop>
    where
        F: FnMut(&mut Self, &str) -> Result<(), Stop>,
    {
        self.open()?;
        let first = self.keys.len();
        if self.peek() == Some(b'}') {
            self.at += 1;
        } else {
            loop {
                let key = self.key(first)?;
                if key.escaped {
                    member(self, &key.text())?
                } else {
                    member(self, key.raw)?
                }
                match self.peek() {
                    Some(b',') => self.at += 1,
                    Some(b'}') => break self.at += 1,
                    _ => return self.fault(self.at, Trouble::Expected(", or } after a member")),
                }
            }
        }
        self.no_duplicates(first)?;
        self.keys.truncate(first);
        self.depth -= 1;
        Ok(())
    }

    fn key(&mut self, first: usize) -> Result<Key<'a>, Stop> {
        if self.peek() != Some(b'"') {
            return self.fault(self.at, Trouble::Expected("a member's name in quotes"));
        }
        let key = self.string()?;
        let seen = &self.keys[first..];
        if !key.escaped
            && seen.len() < COMPARED
            && seen.iter().any(|other| !other.escaped && other.raw == key.raw)
        {
            return self.fault(key.at, Trouble::DuplicateKey);
        }
        if self.peek() != Some(b':') {
            return self.fault(self.at, Trouble::Expected(": after a member's name"));
        }
        self.at += 1;
        self.keys.push(key);
        Ok(key)
    }

    fn no_duplicates(&mut self, first: usize) -> Result<(), Stop> {
        let keys = &mut self.keys[first..];
        // Names with escapes are undone once each, never once for each of their neighbors.
        if keys.iter().any(|key| key.escaped) {
            keys.sort_by_cached_key(|key| (key.text().into_owned(), key.at));
        } else if keys.len() > COMPARED {
            keys.sort_unstable_by(|a, b| a.raw.cmp(b.raw).then(a.at.cmp(&b.at)));
        } else {
            return Ok(());
        }
        match keys.windows(2).find(|pair| pair[0].is(pair[1])).map(|pair| pair[1].at) {
            None => Ok(()),
            Some(at) => self.fault(at, Trouble::DuplicateKey),
        }
    }

    /// Reads an array; `item` must read exactly one value, before which no white space stands.
    pub(crate) fn array<F>(&mut self, mut item: F) -> Result<(), Stop>
    where
        F: FnMut(&mut Self) -> Result<(), Stop>,
    {
        self.open()?;
        if self.peek() == Some(b']') {
            self.at += 1;
        } else {
            loop {
                self.skip_space();
                item(self)?;
                match self.peek() {
                    Some(b',') => self.at += 1,
                    Some(b']') => break self.at += 1,
                    _ => return self.fault(self.at, Trouble::Expected(", or ] after an item")),
                }
            }
        }
        self.depth -= 1;
        Ok(())
    }

    fn word(&mut self, word: &'static str) -> Result<(), Stop> {
        self.node()?;
        if !self.text[self.at..].starts_with(word) {
            return self.fault(self.at, Trouble::Expected("a value"));
        }
        self.at += word.len();
        Ok(())
    }

    // At the opening quote; leaves `at` behind the closing one.
    fn string(&mut self) -> Result<Key<'a>, Stop> {
        let bytes = self.text.as_bytes();
        let start = self.at + 1;
        let mut at = start;
        let mut escaped = false;
        loop {
            at += text::plain_prefix(&bytes[at..]);
            match bytes.get(at) {
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    at = self.escape(at)?;
                }
                Some(_) => {
                    return self
                        .fault(at, Trouble::Expected("no bare control character in a string"));
                }
                None => return self.fault(at, Trouble::Expected("the string's closing quote")),
            }
        }
        self.at = at + 1;
        Ok(Key { raw: &self.text[start..at], at: start - 1, escaped })
    }

    // At a backslash; gives the place behind the escape, or behind the pair when it is a surrogate.
    fn escape(&mut self, at: usize) -> Result<usize, Stop> {
        match self.text.as_bytes().get(at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(at + 2),
            Some(b'u') => match self.code_unit(at)? {
                0xd800..=0xdbff => match self.text.as_bytes().get(at + 6..at + 8) {
                    Some(b"\\u") if (0xdc00..=0xdfff).contains(&self.code_unit(at + 6)?) => {
                        Ok(at + 12)
                    }
                    _ => self.fault(at, Trouble::LoneSurrogate),
                },
                0xdc00..=0xdfff => self.fault(at, Trouble::LoneSurrogate),
                _ => Ok(at + 6),
            },
            _ => self.fault(at, Trouble::Expected("a valid escape")),
        }
    }

    fn code_unit(&mut self, at: usize) -> Result<u32, Stop> {
        let digits = self.text.as_bytes().get(at + 2..at + 6).unwrap_or_default();
        let mut unit = 0;
        for digit in digits {
            match char::from(*digit).to_digit(16) {
                Some(value) => unit = unit << 4 | value,
                None => return self.fault(at, Trouble::Expected("four hexadecimal digits")),
            }
        }
        if digits.len() < 4 {
            return self.fault(at, Trouble::Expected("four hexadecimal digits"));
        }
        Ok(unit)
    }

    fn digits(&mut self) -> Result<(), Stop> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.byte() {
            self.at += 1;
        }
        if self.at == start { self.fault(start, Trouble::Expected("a digit")) } else { Ok(()) }
    }

    fn number(&mut self) -> Result<(), Stop> {
        let start = self.at;
        if self.byte() == Some(b'-') {
            self.at += 1;
        }
        if self.byte() == Some(b'0') {
            self.at += 1;
            if let Some(b'0'..=b'9') = self.byte() {
                return self.fault(self.at, Trouble::Expected("no digit after a leading zero"));
            }
        } else {
            self.digits()?;
        }
        if self.byte() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        let mut exponent = false;
        if let Some(b'e' | b'E') = self.byte() {
            exponent = true;
            self.at += 1;
            if let Some(b'+' | b'-') = self.byte() {
                self.at += 1;
            }
            self.digits()?;
        }
        let text = &self.text[start..self.at];
        // Without an exponent it takes 309 digits to leave a double's range.
        if (exponent || text.len() > 300) && !text.parse::<f64>().is_ok_and(f64::is_finite) {
            return self.fault(start, Trouble::NumberRange);
        }
        Ok(())
    }
}
