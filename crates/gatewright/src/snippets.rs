use std::io::{self, Write};

/// How to reach a server that was just published, from the clients that people use.
pub(crate) struct Snippets<'a> {
    pub(crate) name: &'a str,
    pub(crate) url: &'a str,
    /// Absent when it was shown before: it is stored as a hash.
    pub(crate) token: Option<&'a str>,
    /// Whether the server takes the token in its URL as well.
    pub(crate) token_in_url: bool,
    /// The command that makes another token.
    pub(crate) another: &'a str,
}

impl Snippets<'_> {
    pub(crate) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let Self { name, url, token, token_in_url, another } = *self;
        writeln!(out, "\nMCP URL  {url}")?;
        match token {
            Some(token) => writeln!(
                out,
                "Token    {token}\n         (shown this once; `{another}` makes others)"
            )?,
            None => writeln!(out, "Token    shown when it was made; `{another}` makes another")?,
        }
        let token = token.unwrap_or("YOUR_TOKEN");
        for one in web::snippets(&web::SnippetTarget { name, url, token, token_in_url }) {
            snippet(out, one.title, one.file, &one.text, one.link.as_deref())?;
        }
        writeln!(out, "\nCtrl-C stops it.")
    }
}

/// What to paste into one client.
pub(crate) fn snippet(
    out: &mut impl Write,
    title: &str,
    file: Option<&str>,
    text: &str,
    link: Option<&str>,
) -> io::Result<()> {
    let place = file.map(|file| format!(", in {file}")).unwrap_or_default();
    let or = if link.is_some() { ", or by the link" } else { "" };
    writeln!(out, "\n{title}{place}{or}")?;
    text.lines().chain(link).try_for_each(|line| writeln!(out, "  {line}"))
}
