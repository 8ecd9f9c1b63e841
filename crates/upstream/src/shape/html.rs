/// The text of an HTML error page: no tags, no scripts and styles, white space collapsed. For reading, not for showing.
pub(super) fn text(page: &str) -> String {
    // The same bytes at the same places, so that names can be searched for in one pass each.
    let lower = page.to_ascii_lowercase();
    let find = |from: usize, what: &str| lower[from..].find(what).map(|at| from + at);
    let after = |from: usize, what: &str| find(from, what).map(|at| at + what.len());
    let mut out = String::new();
    let mut at = 0;
    while let Some(start) = find(at, "<") {
        push_words(&mut out, &page[at..start]);
        let tag = &lower[start + 1..];
        let hidden = ["script", "style"].into_iter().find(|name| is_tag(tag, name));
        // As in a browser, what is never closed hides the rest.
        let end = if tag.starts_with("!--") {
            after(start, "-->")
        } else if let Some(name) = hidden {
            find(start, &format!("</{name}")).and_then(|closing| after(closing, ">"))
        } else {
            after(start, ">")
        };
        let Some(end) = end else { return out };
        at = end;
    }
    push_words(&mut out, &page[at..]);
    out
}

fn is_tag(tag: &str, name: &str) -> bool {
    tag.strip_prefix(name)
        .is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
}

fn push_words(out: &mut String, text: &str) {
    let text = text
        .replace("&nbsp;", " ")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"");
    for word in text.replace("&#39;", "'").replace("&amp;", "&").split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn pages() {
        for (page, expected) in [
            (
                "<html><head><title>502 Bad Gateway</title><style>b{}</style></head><body><h1>502</h1><hr>nginx</body>",
                "502 Bad Gateway 502 nginx",
            ),
            ("<p>a &amp; b&nbsp;c</p><script>if (a < b) {}</script>d<!-- no --> e", "a & b c d e"),
            ("<header>kept</header>", "kept"),
            ("no tags", "no tags"),
            ("<p>unclosed <b", "unclosed"),
            ("a<script>never ends", "a"),
            ("a<!-- never ends", "a"),
            ("<", ""),
            ("<é>x", "x"),
        ] {
            assert_eq!(text(page), expected, "{page}");
        }
    }
}
