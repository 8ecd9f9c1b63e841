//! A mail of arguments, as text (RFC 5322, 2045, 2047). No argument begins a header of its own.

use super::{
    PlanError,
    value::{list, string},
};
use crate::Arguments;
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE},
};
use model::MailArguments;
use std::borrow::Cow;

/// What no base64 has in it.
const BOUNDARY: &str = "gatewright-alternative";
/// Bytes of a text in one encoded word, so that the word has less than 75 characters.
const WORD_BYTES: usize = 42;
/// The longest text that is written as it is on the line of its header.
const PLAIN_BYTES: usize = 900;
/// Bytes on a line of base64.
const LINE_BYTES: usize = 57;

/// The mail as base64url text.
pub(super) fn encoded(
    parts: &MailArguments,
    arguments: &Arguments<'_>,
) -> Result<String, PlanError> {
    Ok(URL_SAFE.encode(message(parts, arguments)?))
}

fn message(parts: &MailArguments, arguments: &Arguments<'_>) -> Result<String, PlanError> {
    let given = |name: &Option<String>| {
        let name = name.as_deref()?;
        Some((name.to_owned(), arguments.get(name).filter(|raw| *raw != "null")?))
    };
    let mut out = String::new();
    for (header, name) in [
        ("From", &parts.from),
        ("To", &parts.to),
        ("Cc", &parts.cc),
        ("Bcc", &parts.bcc),
        ("Reply-To", &parts.reply_to),
    ] {
        if let Some((argument, raw)) = given(name) {
            push_addresses(&mut out, header, &argument, raw)?;
        }
    }
    if let Some((argument, raw)) = given(&parts.subject) {
        out.push_str("Subject: ");
        push_text(&mut out, &line(&argument, raw)?);
        out.push_str("\r\n");
    }
    if let Some((argument, raw)) = given(&parts.in_reply_to) {
        let id = message_id(&argument, &line(&argument, raw)?)?;
        out.push_str(&format!("In-Reply-To: {id}\r\nReferences: {id}\r\n"));
    }
    let content = |name: &Option<String>| {
        given(name)
            .map(|(argument, raw)| string(raw).ok_or(PlanError::NotText(argument)))
            .transpose()
    };
    out.push_str("MIME-Version: 1.0\r\n");
    match (content(&parts.text)?, content(&parts.html)?) {
        (text, None) => push_part(&mut out, "plain", &text.unwrap_or_default()),
        (None, Some(html)) => push_part(&mut out, "html", &html),
        (Some(text), Some(html)) => {
            out.push_str(&format!(
                "Content-Type: multipart/alternative; boundary=\"{BOUNDARY}\"\r\n\r\n"
            ));
            for (kind, text) in [("plain", text), ("html", html)] {
                out.push_str(&format!("--{BOUNDARY}\r\n"));
                push_part(&mut out, kind, &text);
            }
            out.push_str(&format!("--{BOUNDARY}--\r\n"));
        }
    }
    Ok(out)
}

/// The characters of a text that stands in a header. A control character, a break of lines above all, is refused.
fn line<'a>(argument: &str, raw: &'a str) -> Result<Cow<'a, str>, PlanError> {
    let text = string(raw).ok_or_else(|| PlanError::NotText(argument.to_owned()))?;
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    if text.contains(breaks) {
        return Err(PlanError::NotAMailHeader(argument.to_owned()));
    }
    Ok(text)
}

fn push_addresses(
    out: &mut String,
    header: &str,
    argument: &str,
    raw: &str,
) -> Result<(), PlanError> {
    let texts = if raw.starts_with('[') { list(argument, raw)? } else { vec![raw] };
    let mut first = true;
    for raw in texts {
        for one in split(&line(argument, raw)?) {
            out.push_str(if first { header } else { ",\r\n" });
            out.push_str(if first { ": " } else { " " });
            push_address(out, argument, one)?;
            first = false;
        }
    }
    out.push_str(if first { "" } else { "\r\n" });
    Ok(())
}

/// The addresses of a text, at its commas outside of quotes and brackets.
fn split(text: &str) -> Vec<&str> {
    let (mut quoted, mut escaped, mut bracket) = (false, false, false);
    let parts = text.split(move |c: char| {
        let was_escaped = escaped;
        escaped = quoted && !was_escaped && c == '\\';
        match c {
            '"' if !was_escaped => quoted = !quoted,
            '<' if !quoted => bracket = true,
            '>' if !quoted => bracket = false,
            _ => {}
        }
        c == ',' && !quoted && !bracket
    });
    parts.map(str::trim).filter(|part| !part.is_empty()).collect()
}

/// `a@example.com`, `Name <a@example.com>` or `"Name" <a@example.com>`.
fn push_address(out: &mut String, argument: &str, text: &str) -> Result<(), PlanError> {
    let refused = || PlanError::NotAnAddress(argument.to_owned());
    let (name, address) = match text.strip_suffix('>') {
        Some(inner) => inner.rsplit_once('<').ok_or_else(refused)?,
        None => ("", text),
    };
    let allowed = |b: u8| matches!(b, b'!'..=b'~') && !br#"()<>[]:;,\""#.contains(&b);
    let (local, domain) = address.split_once('@').ok_or_else(refused)?;
    let is_address = !local.is_empty() && !domain.is_empty() && !domain.contains('@');
    if !is_address || !address.bytes().all(allowed) {
        return Err(refused());
    }
    let name = name.trim();
    if name.is_empty() {
        out.push_str(address);
        return Ok(());
    }
    let name = name.strip_prefix('"').and_then(|name| name.strip_suffix('"')).unwrap_or(name);
    let name = name.replace("\\\"", "\"").replace("\\\\", "\\");
    if name.is_ascii() && name.len() <= PLAIN_BYTES {
        let name = name.replace('\\', "\\\\").replace('"', "\\\"");
        out.push_str(&format!("\"{name}\""));
    } else {
        push_words(out, &name);
    }
    out.push_str(&format!(" <{address}>"));
    Ok(())
}

/// A text as it is where every reader takes it so, in encoded words otherwise.
fn push_text(out: &mut String, text: &str) {
    if text.is_ascii() && text.len() <= PLAIN_BYTES && !text.contains("=?") {
        out.push_str(text);
    } else {
        push_words(out, text);
    }
}

/// RFC 2047 §2: a character is never divided between two words.
fn push_words(out: &mut String, text: &str) {
    let mut rest = text;
    while !rest.is_empty() {
        let (word, after) = rest.split_at(rest.floor_char_boundary(WORD_BYTES));
        out.push_str(&format!("=?UTF-8?B?{}?=", STANDARD.encode(word)));
        out.push_str(if after.is_empty() { "" } else { "\r\n " });
        rest = after;
    }
}

fn message_id(argument: &str, text: &str) -> Result<String, PlanError> {
    let id = text.trim().trim_start_matches('<').trim_end_matches('>');
    let allowed = |b: u8| matches!(b, b'!'..=b'~') && !matches!(b, b'<' | b'>');
    if id.is_empty() || id.len() > PLAIN_BYTES || !id.bytes().all(allowed) {
        return Err(PlanError::NotAMailHeader(argument.to_owned()));
    }
    Ok(format!("<{id}>"))
}

fn push_part(out: &mut String, kind: &str, text: &str) {
    out.push_str(&format!("Content-Type: text/{kind}; charset=UTF-8\r\n"));
    out.push_str("Content-Transfer-Encoding: base64\r\n\r\n");
    let text = text.replace("\r\n", "\n").replace('\n', "\r\n");
    for line in text.as_bytes().chunks(LINE_BYTES) {
        STANDARD.encode_string(line, out);
        out.push_str("\r\n");
    }
}

#[cfg(test)]
mod tests {
    use super::{PlanError, message};
    use crate::Arguments;
    use model::MailArguments;

    fn mail(arguments: &str) -> Result<String, PlanError> {
        let parts: MailArguments = serde_json::from_str(
            r#"{"to":"to","cc":"cc","bcc":"bcc","subject":"subject","text":"body","html":"html","in_reply_to":"answers"}"#,
        )
        .unwrap();
        message(&parts, &Arguments::parse(arguments).unwrap())
    }

    #[test]
    fn a_mail_is_text_that_every_reader_takes() {
        assert_eq!(
            mail(r#"{"to":"a@example.com, \"Doe, J\" <j@example.com>","subject":"Hi","body":"One\nTwo"}"#).unwrap(),
            "To: a@example.com,\r\n \"Doe, J\" <j@example.com>\r\nSubject: Hi\r\nMIME-Version: 1.0\r\n\
             Content-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: base64\r\n\r\nT25lDQpUd28=\r\n"
        );
        let mail = mail(
            r#"{"to":["Jürgen <j@example.com>"],"cc":"","subject":"Grüße","body":"a","html":"<b>a</b>","answers":"x@y"}"#,
        )
        .unwrap();
        assert!(mail.starts_with("To: =?UTF-8?B?SsO8cmdlbg==?= <j@example.com>\r\nSubject: =?UTF-8?B?R3LDvMOfZQ==?=\r\nIn-Reply-To: <x@y>\r\nReferences: <x@y>\r\n"), "{mail}");
        assert!(
            mail.contains("multipart/alternative")
                && mail.ends_with("--gatewright-alternative--\r\n")
        );
    }

    #[test]
    fn long_texts_are_folded_and_come_back() {
        let subject = "ü😀".repeat(200);
        let mail =
            mail(&format!(r#"{{"to":"a@b.example","subject":"{subject}","body":"{subject}"}}"#))
                .unwrap();
        assert!(mail.lines().all(|line| line.len() <= 78), "{mail}");
    }

    #[test]
    fn no_argument_begins_a_header() {
        for evil in [
            r#"{"to":"a@example.com\r\nBcc: b@example.com"}"#,
            r#"{"to":["a@example.com","b@example.com\nX: y"]}"#,
            r#"{"to":"a@example.com","subject":"Hi\r\nBcc: b@example.com"}"#,
            r#"{"to":"a@example.com","subject":"Hi\nX"}"#,
            r#"{"to":"a@example.com","subject":"Hi\u0000"}"#,
            r#"{"to":"a@example.com","subject":"Hi\u2028X"}"#,
            r#"{"to":"a@example.com","answers":"<a> <b>"}"#,
            r#"{"to":"a@example.com","answers":"a\r\nX: y"}"#,
        ] {
            assert!(matches!(mail(evil), Err(PlanError::NotAMailHeader(_))), "{evil}");
        }
        for none in [
            "a",
            "a@",
            "@b",
            "a b@c",
            "A <a@b> x",
            "a@b@c",
            "A <a@b",
            "<a@b>, <c>",
            "a@bücher.example",
        ] {
            let arguments = serde_json::json!({ "to": none }).to_string();
            assert_eq!(mail(&arguments), Err(PlanError::NotAnAddress("to".to_owned())), "{none}");
        }
    }
}
