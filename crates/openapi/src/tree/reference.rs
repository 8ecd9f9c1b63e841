//! Where a `$ref` leads, and which ones are not followed at all.

use super::{Doc, Library, Node};

/// Why a reference leads nowhere, with what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RefError {
    pub(crate) reason: String,
    pub(crate) fix: String,
}

impl RefError {
    pub(crate) fn new(reason: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { reason: reason.into(), fix: fix.into() }
    }
}

/// A reference taken apart.
#[derive(Debug, PartialEq, Eq)]
enum Target {
    /// Nothing before `#`.
    Same,
    /// A file, by its path below the root document's folder.
    File(String),
}

/// What a value is once its `$ref`s are followed.
pub(crate) enum Follow<'t> {
    /// No reference.
    Here(Node<'t>),
    /// The value at the end of the chain.
    There(Node<'t>),
}

impl<'t> Follow<'t> {
    pub(crate) fn node(self) -> Node<'t> {
        match self {
            Self::Here(node) | Self::There(node) => node,
        }
    }
}

impl Library<'_> {
    /// Follows `$ref` until a value has none. Only for places where the grammar allows a reference.
    pub(crate) fn follow<'t>(&'t self, node: Node<'t>) -> Result<Follow<'t>, RefError> {
        let Some(first) = node.text("$ref") else { return Ok(Follow::Here(node)) };
        let mut at = self.resolve(node, first)?;
        for _ in 0..self.limits().ref_chain {
            match at.text("$ref") {
                None => return Ok(Follow::There(at)),
                Some(next) => at = self.resolve(at, next)?,
            }
        }
        Err(RefError::new(
            format!(
                "more than {} references follow upon one another here (ref_chain)",
                self.limits().ref_chain
            ),
            "let the reference name its target directly",
        ))
    }

    /// The value that `reference`, standing in `from`, names.
    pub(crate) fn resolve<'t>(
        &'t self,
        from: Node<'t>,
        reference: &str,
    ) -> Result<Node<'t>, RefError> {
        let (file, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let doc = match self.named(from.doc(), file)? {
            Some(node) => return fragment_of(node, fragment, reference),
            None => match target(self.base_of(from.doc()), file)? {
                Target::Same => from.doc(),
                Target::File(path) => self.open(&path)?,
            },
        };
        if let Some(node) = fragment_anchor(doc, fragment) {
            return Ok(node);
        }
        fragment_of(doc.root(), fragment, reference)
    }

    /// The text of a file that is no document, such as a Markdown description.
    pub(crate) fn text_file(&self, from: &Doc, reference: &str) -> Result<String, RefError> {
        match target(self.base_of(from), reference)? {
            Target::Same => Err(RefError::new("this reference names no file", "name a file")),
            Target::File(path) => self.read_text(&path),
        }
    }

    /// An embedded schema by its `$id`, or the root document by its `$self`: nothing is fetched for them.
    fn named<'t>(&'t self, from: &'t Doc, uri: &str) -> Result<Option<Node<'t>>, RefError> {
        if uri.is_empty() {
            return Ok(None);
        }
        if let Some(node) = from.anchored(uri) {
            return Ok(Some(node));
        }
        let root = self.root();
        if root.text("$self") == Some(uri) {
            return Ok(Some(root));
        }
        Ok(root.doc().anchored(uri))
    }
}

fn fragment_anchor<'t>(doc: &'t Doc, fragment: &str) -> Option<Node<'t>> {
    if fragment.is_empty() || fragment.starts_with('/') {
        return None;
    }
    doc.anchored(&format!("#{fragment}"))
}

fn fragment_of<'t>(root: Node<'t>, fragment: &str, reference: &str) -> Result<Node<'t>, RefError> {
    let nothing = || {
        let shown: String = reference.chars().take(200).collect();
        RefError::new(
            format!("{shown} names nothing"),
            "correct the reference, or add what it names",
        )
    };
    if fragment.is_empty() {
        return Ok(root);
    }
    let Some(steps) = fragment.strip_prefix('/') else { return Err(nothing()) };
    let mut at = root;
    for step in steps.split('/') {
        let unescape = |text: &str| text.replace("~1", "/").replace("~0", "~");
        let decoded = unescape(&percent_decode(step));
        let next = if at.is_array() {
            decoded.parse().ok().and_then(|index: usize| at.items().nth(index))
        } else {
            // Some documents write a percent sign as it is.
            at.get(&decoded).or_else(|| at.get(&unescape(step)))
        };
        at = next.ok_or_else(nothing)?;
    }
    Ok(at)
}

fn target(from: &str, file: &str) -> Result<Target, RefError> {
    if file.is_empty() {
        return Ok(Target::Same);
    }
    let shown: String = file.chars().filter(|c| !c.is_control()).take(200).collect();
    let head = file.split('/').next().unwrap_or_default();
    if head.contains(':') || file.starts_with("//") {
        return Err(RefError::new(
            format!("{shown} is outside the document, and URLs are never fetched"),
            "bundle the description into files of one folder, and refer to them by relative paths",
        ));
    }
    if file.starts_with('/') || file.contains('\\') || percent_decode(file).contains(['\\', '\0']) {
        return Err(RefError::new(
            format!("{shown} is no relative path"),
            "refer to files of the description's folder by relative paths with /",
        ));
    }
    let mut segments: Vec<String> = from.split('/').map(str::to_owned).collect();
    segments.pop();
    for segment in file.split('/') {
        let segment = percent_decode(segment);
        match segment.as_str() {
            "" | "." => {}
            ".." => {
                if segments.pop().is_none() {
                    return Err(RefError::new(
                        format!("{shown} leads out of the description's folder"),
                        "move the file into the folder of the root document, or import from a higher folder",
                    ));
                }
            }
            other if other.contains('/') => {
                return Err(RefError::new(
                    format!("{shown} hides a slash"),
                    "write the path without %2F",
                ));
            }
            _ => segments.push(segment),
        }
    }
    Ok(Target::File(segments.join("/")))
}

fn percent_decode(text: &str) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        let hex = tail.get(..2).filter(|two| byte == b'%' && two.iter().all(u8::is_ascii_hexdigit));
        let value = hex.and_then(|two| u8::from_str_radix(std::str::from_utf8(two).ok()?, 16).ok());
        bytes.push(value.unwrap_or(byte));
        rest = if value.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::{Target, target};

    #[test]
    fn files_stay_inside() {
        let check = |from: &str, file: &str, expected: Option<&str>| {
            let expected = expected.map(|path| Target::File(path.to_owned()));
            assert_eq!(target(from, file).ok(), expected, "{from} {file}");
        };
        check("", "a.yml", Some("a.yml"));
        check("", "./x/../a.yml", Some("a.yml"));
        check("x/y.yml", "../a.yml", Some("a.yml"));
        check("x/y.yml", "z.yml", Some("x/z.yml"));
        check("", "a%20b.yml", Some("a b.yml"));
        for bad in [
            "http://169.254.169.254/latest",
            "https://example.com/a.yml",
            "file:///etc/passwd",
            "gopher://x/",
            "//host/x",
            "/etc/passwd",
            "../../etc/passwd",
            "%2e%2e/etc/passwd",
            "\\\\host\\share",
            "x%5c..%5cy",
            "C:/x",
            "a%2f..%2fb",
        ] {
            check("", bad, None);
        }
        check("x/y.yml", "../../a.yml", None);
    }
}
