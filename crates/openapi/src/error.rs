/// Why a description as a whole cannot be read, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name}{}: {message}", place(*line, *column))]
pub struct Error {
    /// The file, or the URL, as the caller or a `$ref` names it.
    pub name: String,
    /// What is wrong and what to do, for people.
    pub message: String,
    /// Line, from 1; 0 when the error has no place.
    pub line: u32,
    /// Column in characters, from 1; 0 when the error has no place.
    pub column: u32,
}

impl Error {
    pub(crate) fn at(name: &str, message: impl Into<String>, (line, column): (u32, u32)) -> Self {
        Self { name: name.to_owned(), message: message.into(), line, column }
    }
}

fn place(line: u32, column: u32) -> String {
    if line == 0 { String::new() } else { format!(":{line}:{column}") }
}

#[cfg(test)]
mod tests {
    use super::Error;

    #[test]
    fn says_where() {
        assert_eq!(Error::at("a.yaml", "no", (3, 4)).to_string(), "a.yaml:3:4: no");
        assert_eq!(Error::at("a.yaml", "no", (0, 0)).to_string(), "a.yaml: no");
    }
}
