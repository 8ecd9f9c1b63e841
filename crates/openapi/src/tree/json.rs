//! JSON (RFC 8259), strictly, into a [`Builder`]: duplicate keys and everything behind the value are refused.

use super::{Builder, Kind, Member, ReadError, Text, small};

pub(super) fn read(builder: &mut Builder<'_>) -> Result<u32, ReadError> {
    let mut reader =
        Reader { text: builder.source.as_bytes(), at: 0, items: Vec::new(), members: Vec::new() };
    reader.space();
    let root = reader.value(builder, 0)?;
    reader.space();
    match reader.peek() {
        None => Ok(root),
        Some(_) => Err(reader.error("there is more text behind the end of the JSON value")),
    }
}

struct Reader<'s> {
    text: &'s [u8],
    at: usize,
    /// Items and members of the values that are still open, innermost last.
    items: Vec<u32>,
    members: Vec<Member>,
}

impl Reader<'_> {
    fn value(&mut self, builder: &mut Builder<'_>, depth: usize) -> Result<u32, ReadError> {
        let start = self.at;
        match self.peek() {
            Some(b'{') => self.object(builder, depth),
            Some(b'[') => self.array(builder, depth),
            Some(b'"') => {
                let text = self.string(builder)?;
                builder.node(Kind::String(text), start)
            }
            Some(b't') => self.word("true", Kind::Bool(true), builder),
            Some(b'f') => self.word("false", Kind::Bool(false), builder),
            Some(b'n') => self.word("null", Kind::Null, builder),
            Some(b'-' | b'0'..=b'9') => {
                self.number()?;
                let text = Text { start: small(start), len: small(self.at - start) };
                builder.node(Kind::Number(text), start)
            }
            Some(_) => Err(self.error("expected a JSON value here")),
            None => Err(self.error("the JSON ends too early; the file seems to be cut off")),
        }
    }

    fn object(&mut self, builder: &mut Builder<'_>, depth: usize) -> Result<u32, ReadError> {
        let start = self.at;
        builder.deeper(depth, start)?;
        self.at += 1;
        let first = self.members.len();
        self.space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return builder.object(&[], start);
        }
        loop {
            self.space();
            if self.peek() != Some(b'"') {
                return Err(self.error("expected a key in double quotes here"));
            }
            let offset = small(self.at);
            let key = self.string(builder)?;
            self.space();
            self.expect(b':')?;
            self.space();
            let value = self.value(builder, depth + 1)?;
            self.members.push(Member { key, offset, value });
            self.space();
            if self.peek() == Some(b'}') {
                self.at += 1;
                break;
            }
            self.expect(b',')?;
        }
        let made = builder.object(&self.members[first..], start);
        self.members.truncate(first);
        made
    }

    fn array(&mut self, builder: &mut Builder<'_>, depth: usize) -> Result<u32, ReadError> {
        let start = self.at;
        builder.deeper(depth, start)?;
        self.at += 1;
        let first = self.items.len();
        self.space();
        if self.peek() == Some(b']') {
            self.at += 1;
            return builder.array(&[], start);
        }
        loop {
            self.space();
            let value = self.value(builder, depth + 1)?;
            self.items.push(value);
            self.space();
            if self.peek() == Some(b']') {
                self.at += 1;
                break;
            }
            self.expect(b',')?;
        }
        let made = builder.array(&self.items[first..], start);
        self.items.truncate(first);
        made
    }

    fn string(&mut self, builder: &mut Builder<'_>) -> Result<Text, ReadError> {
        self.at += 1;
        let start = self.at;
        loop {
            match self.peek() {
                Some(b'"') => {
                    let text = Text { start: small(start), len: small(self.at - start) };
                    self.at += 1;
                    return Ok(text);
                }
                Some(b'\\') => return self.escaped(builder, start),
                Some(byte) if byte >= 0x20 => self.at += 1,
                Some(_) => {
                    return Err(self.error("a control character must be escaped in a JSON string"));
                }
                None => {
                    return Err(self.error("this string never ends; the file seems to be cut off"));
                }
            }
        }
    }

    fn escaped(&mut self, builder: &mut Builder<'_>, start: usize) -> Result<Text, ReadError> {
        let mut out = builder.source[start..self.at].to_owned();
        loop {
            let run = self.at;
            while self.peek().is_some_and(|byte| byte >= 0x20 && byte != b'"' && byte != b'\\') {
                self.at += 1;
            }
            out.push_str(&builder.source[run..self.at]);
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(builder.keep(&out));
                }
                Some(b'\\') => {
                    self.at += 1;
                    out.push(self.escape()?);
                }
                Some(_) => {
                    return Err(self.error("a control character must be escaped in a JSON string"));
                }
                None => {
                    return Err(self.error("this string never ends; the file seems to be cut off"));
                }
            }
        }
    }

    fn escape(&mut self) -> Result<char, ReadError> {
        let byte = self.peek();
        self.at += 1;
        Ok(match byte {
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                let high = self.hex4()?;
                let pair =
                    (0xd800..0xdc00).contains(&high) && self.text[self.at..].starts_with(b"\\u");
                if !pair {
                    return Ok(char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER));
                }
                let back = self.at;
                self.at += 2;
                let low = self.hex4()?;
                if (0xdc00..0xe000).contains(&low) {
                    let joined = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
                    return Ok(char::from_u32(joined).unwrap_or(char::REPLACEMENT_CHARACTER));
                }
                self.at = back;
                char::REPLACEMENT_CHARACTER
            }
            _ => {
                self.at -= 1;
                return Err(self.error("this is no escape that JSON knows"));
            }
        })
    }

    fn hex4(&mut self) -> Result<u32, ReadError> {
        let digits = self
            .text
            .get(self.at..self.at + 4)
            .filter(|four| four.iter().all(u8::is_ascii_hexdigit));
        let value =
            digits.and_then(|four| u32::from_str_radix(std::str::from_utf8(four).ok()?, 16).ok());
        let value =
            value.ok_or_else(|| self.error("expected four hexadecimal digits after \\u"))?;
        self.at += 4;
        Ok(value)
    }

    fn number(&mut self) -> Result<(), ReadError> {
        let skip = |reader: &mut Self| {
            let from = reader.at;
            while reader.peek().is_some_and(|byte| byte.is_ascii_digit()) {
                reader.at += 1;
            }
            reader.at > from
        };
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let zero = self.peek() == Some(b'0');
        let from = self.at;
        let mut good = skip(self) && !(zero && self.at - from > 1);
        if self.peek() == Some(b'.') {
            self.at += 1;
            good &= skip(self);
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            good &= skip(self);
        }
        if good { Ok(()) } else { Err(self.error("this is no JSON number")) }
    }

    fn word(
        &mut self,
        word: &str,
        kind: Kind,
        builder: &mut Builder<'_>,
    ) -> Result<u32, ReadError> {
        if !self.text[self.at..].starts_with(word.as_bytes()) {
            return Err(self.error("expected a JSON value here"));
        }
        let start = self.at;
        self.at += word.len();
        builder.node(kind, start)
    }

    fn expect(&mut self, byte: u8) -> Result<(), ReadError> {
        if self.peek() == Some(byte) {
            self.at += 1;
            return Ok(());
        }
        let end = if self.peek().is_none() { "; the file seems to be cut off" } else { "" };
        Err(self.error(&format!("expected {:?} here{end}", char::from(byte))))
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn error(&self, message: &str) -> ReadError {
        ReadError::new(message, self.at.min(self.text.len()))
    }
}
