use std::io::{self, Write};

/// How to reach a server that was just published, from the clients that people use.
pub(crate) struct Snippets<'a> {
    pub(crate) name: &'a str,
    pub(crate) url: &'a str,
    /// Absent when it was shown before: it is stored as a hash.
    pub(crate) token: Option<&'a str>,
}

impl Snippets<'_> {
    pub(crate) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let Self { name, url, token } = self;
        writeln!(out, "\nMCP URL  {url}")?;
        match token {
            Some(token) => writeln!(
                out,
                "Token    {token}\n         (shown this once; `gatewright token create` makes others)"
            )?,
            None => writeln!(
                out,
                "Token    shown when it was made; `gatewright token create --name …` makes another"
            )?,
        }
        for one in web::snippets(name, url, token.unwrap_or("YOUR_TOKEN")) {
            snippet(out, one.title, one.file, &one.text)?;
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
) -> io::Result<()> {
    let place = file.map(|file| format!(", in {file}")).unwrap_or_default();
    writeln!(out, "\n{title}{place}")?;
    text.lines().try_for_each(|line| writeln!(out, "  {line}"))
}
