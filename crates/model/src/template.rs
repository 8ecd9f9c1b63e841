/// Text with places to be filled in: `{{name}}` stands for a value, `{{{{` for two braces. There is no logic, and what is filled
/// in is never read again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template<'a> {
    pieces: Vec<Piece<'a>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece<'a> {
    Text(&'a str),
    Place(&'a str),
}

/// Text that is no template.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// `{{` without `}}`.
    #[error("has {{{{ without }}}} at byte {at}: close it, or write {{{{{{{{ for two braces")]
    Open {
        /// Where it opens, in bytes.
        at: usize,
    },
    /// Something between the braces that is no name.
    #[error(
        "has {inside:?} between braces at byte {at}: name an argument, or write {{{{{{{{ for two braces"
    )]
    Name {
        /// Where it opens, in bytes.
        at: usize,
        /// What stands there, cut.
        inside: String,
    },
}

/// What opens a place.
const OPEN: &str = "{{";
/// Characters of a wrong name that are shown.
const SHOWN: usize = 40;

impl<'a> Template<'a> {
    /// Takes the text apart.
    ///
    /// # Errors
    ///
    /// [`TemplateError`] for the first place that is none.
    pub fn parse(text: &'a str) -> Result<Self, TemplateError> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once(OPEN) {
            let at = text.len() - after.len() - OPEN.len();
            pieces.push(Piece::Text(before));
            if let Some(after) = after.strip_prefix(OPEN) {
                pieces.push(Piece::Text(OPEN));
                rest = after;
                continue;
            }
            let (inside, after) = after.split_once("}}").ok_or(TemplateError::Open { at })?;
            let name = inside.trim();
            if !crate::is_argument_name(name) {
                let inside = inside.chars().take(SHOWN).collect();
                return Err(TemplateError::Name { at, inside });
            }
            pieces.push(Piece::Place(name));
            rest = after;
        }
        pieces.push(Piece::Text(rest));
        Ok(Self { pieces })
    }

    /// The name of each place, in order, as often as it occurs.
    pub fn names(&self) -> impl Iterator<Item = &'a str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Place(name) => Some(*name),
            Piece::Text(_) => None,
        })
    }

    /// The text with each place filled in.
    pub fn fill<'v>(&self, value: impl Fn(&str) -> &'v str) -> String {
        let mut text = String::new();
        for piece in &self.pieces {
            text.push_str(match piece {
                Piece::Text(text) => text,
                Piece::Place(name) => value(name),
            });
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::{Template, TemplateError};

    #[test]
    fn grammar() {
        for (text, names, filled) in [
            ("", vec![], ""),
            ("plain { } }} text", vec![], "plain { } }} text"),
            ("{{a}}", vec!["a"], "<a>"),
            ("{{ a }}-{{b.c}}{{a}}", vec!["a", "b.c", "a"], "<a>-<b.c><a>"),
            ("{{{{a}}", vec![], "{{a}}"),
            ("{{{{{{a}}", vec!["a"], "{{<a>"),
            ("é{{a}}é", vec!["a"], "é<a>é"),
        ] {
            let template = Template::parse(text).expect(text);
            assert_eq!(template.names().collect::<Vec<_>>(), names, "{text}");
            let values = [("a", "<a>"), ("b.c", "<b.c>")];
            let value = |name: &str| values.iter().find(|(one, _)| *one == name).unwrap().1;
            assert_eq!(template.fill(value), filled, "{text}");
        }
        assert_eq!(Template::parse("é{{a"), Err(TemplateError::Open { at: 2 }));
        for bad in ["{{}}", "{{a b}}", "{{#if a}}", "{{{a}}}", "{{a\n,}}", "{{é}}"] {
            assert!(matches!(Template::parse(bad), Err(TemplateError::Name { .. })), "{bad}");
        }
    }
}
