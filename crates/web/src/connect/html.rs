use std::fmt::Write as _;

/// HTML that is made of our own text, and of others' text that is escaped. There is no way to put anything else in.
#[derive(Default)]
pub(super) struct Html(String);

impl Html {
    /// Our own markup.
    pub(super) fn raw(mut self, markup: &'static str) -> Self {
        self.0.push_str(markup);
        self
    }

    /// Anybody's text, between tags or in a quoted attribute.
    pub(super) fn text(mut self, text: &str) -> Self {
        escape(text, &mut self.0);
        self
    }

    /// What was made like this.
    pub(super) fn html(mut self, other: Self) -> Self {
        self.0.push_str(&other.0);
        self
    }

    /// Each of them, one after the other.
    pub(super) fn each<T>(
        self,
        items: impl IntoIterator<Item = T>,
        one: impl Fn(T) -> Self,
    ) -> Self {
        items.into_iter().fold(self, |html, item| html.html(one(item)))
    }

    pub(super) fn into_string(self) -> String {
        self.0
    }
}

fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' | '<' | '>' | '"' | '\'' => {
                write!(out, "&#{};", u32::from(c)).expect("a string takes all text");
            }
            // Shown as what it is: it could turn around what comes after.
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => out.push('\u{fffd}'),
            '\0'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{7f}' => out.push('\u{fffd}'),
            _ => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Html;

    #[test]
    fn no_text_becomes_markup() {
        let check = |text: &str, expected: &str| {
            assert_eq!(Html::default().text(text).into_string(), expected, "{text:?}");
        };
        check("Ada & Bob", "Ada &#38; Bob");
        check("<script>", "&#60;script&#62;");
        check(r#"" onload="x"#, "&#34; onload=&#34;x");
        check("' x", "&#39; x");
        check("a\u{202e}b\0c", "a\u{fffd}b\u{fffd}c");
        check("é 漢 😀", "é 漢 😀");
    }
}
