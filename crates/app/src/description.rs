use crate::{Error, Kind};
use openapi::{FileError, Files, Import, NoFiles, Options};
use std::{
    io::Read,
    path::{Path, PathBuf},
};
use upstream::{AllowRule, Client, Egress, Limits, Roots};

/// Bytes of an API description, or of one of its files, that are read at most.
const DESCRIPTION_BYTES_MAX: u64 = 64 << 20;

/// An API description: its bytes, and where it and its other files are.
#[derive(Debug)]
pub struct Description {
    /// The absolute path or the URL that it came from.
    pub origin: String,
    name: String,
    bytes: Vec<u8>,
    files: Option<DescriptionFiles>,
}

/// How a description may be fetched.
#[derive(Clone, Debug, Default)]
pub struct Fetching {
    /// Whether private networks may be asked.
    pub allow_private_networks: bool,
    /// Single addresses that may be asked although they are private.
    pub allow_addresses: Vec<AllowRule>,
}

impl Description {
    /// Reads the description at a path or an `http(s)` URL.
    ///
    /// # Errors
    ///
    /// [`Kind::Invalid`] when it cannot be read, and what to do.
    pub async fn read(location: &str, fetching: Fetching) -> Result<Self, Error> {
        if location.starts_with("http://") || location.starts_with("https://") {
            let egress = Egress {
                allow_private: fetching.allow_private_networks,
                allow: fetching.allow_addresses,
                ..Egress::default()
            };
            let client = Client::new(egress, Limits::default(), &Roots::System)
                .map_err(|error| Error::new(Kind::Internal, error.to_string()))?;
            return Self::fetch_by(&client, location).await;
        }
        Self::read_path(location)
    }

    /// Reads the description at a path.
    ///
    /// # Errors
    ///
    /// [`Kind::Invalid`] when it cannot be read, and what to do.
    pub(crate) fn read_path(location: &str) -> Result<Self, Error> {
        let unreadable = |error: std::io::Error| {
            Error::invalid(format!("cannot read {location} ({}): check the path", error.kind()))
                .with_source(error)
        };
        let path = std::path::absolute(location)
            .map_err(unreadable)?
            .canonicalize()
            .map_err(unreadable)?;
        let bytes = read_file(&path).map_err(unreadable)?;
        let own = path.parent().unwrap_or(Path::new("/"));
        // References such as `../common/Error.json` are common, so the files may be a folder further up, and no further.
        let folder = own.parent().unwrap_or(own);
        let name = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().into_owned();
        let files = DescriptionFiles { folder: folder.to_owned(), own: own.to_owned() };
        Ok(Self { origin: path.display().to_string(), name, bytes, files: Some(files) })
    }

    /// Fetches the description at an `http(s)` URL.
    ///
    /// # Errors
    ///
    /// [`Kind::Invalid`] when it cannot be fetched, and what to do.
    pub(crate) async fn fetch_by(client: &Client, url: &str) -> Result<Self, Error> {
        let max = usize::try_from(DESCRIPTION_BYTES_MAX).expect("64 MiB fits");
        let document = client
            .get_document(url, max)
            .await
            .map_err(|error| Error::invalid(format!("cannot fetch {}: {error}", shown(url))))?;
        // A query may hold a key: the origin is shown, logged and stored without it.
        let origin = shown(&document.url);
        Ok(Self { name: origin.clone(), origin, bytes: document.bytes.into(), files: None })
    }

    /// Asks a URL of this machine or network, and says whether it answered with success: a health check.
    ///
    /// # Errors
    ///
    /// [`Kind::Unavailable`] when it did not.
    pub async fn probe(url: &str) -> Result<(), Error> {
        let egress = Egress { allow_private: true, ..Egress::default() };
        let client = Client::new(egress, Limits::default(), &Roots::System)
            .map_err(|error| Error::new(Kind::Internal, error.to_string()))?;
        match client.get_document(url, 1 << 16).await {
            Ok(_) => Ok(()),
            Err(error) => Err(Error::new(Kind::Unavailable, error.to_string())),
        }
    }

    /// A description whose text was sent.
    pub(crate) fn of_text(text: String) -> Self {
        let name = "the description".to_owned();
        Self { origin: String::new(), name, bytes: text.into_bytes(), files: None }
    }

    /// A description that is at hand, such as the demo's.
    #[must_use]
    pub fn built_in(origin: &str, bytes: &[u8]) -> Self {
        Self {
            origin: origin.to_owned(),
            name: origin.to_owned(),
            bytes: bytes.to_vec(),
            files: None,
        }
    }

    /// Turns it into actions, with a report.
    ///
    /// # Errors
    ///
    /// [`Kind::Invalid`] when the document as a whole cannot be read: where and why.
    pub fn import(&self, options: &Options) -> Result<Import, Error> {
        let imported = match &self.files {
            Some(files) => openapi::import(&self.name, &self.bytes, &mut files.clone(), options),
            None => openapi::import(&self.name, &self.bytes, &mut NoFiles, options),
        };
        imported.map_err(|error| Error::invalid(error.to_string()))
    }

    /// Where its actions are called: `chosen`, or the description's first server, resolved against its own URL.
    pub(crate) fn base_url(
        &self,
        chosen: Option<&str>,
        servers: &[String],
    ) -> Result<String, Error> {
        let absolute = |text: &str| match upstream::BaseUrl::parse(text) {
            Ok(_) => Ok(text.trim_end_matches('/').to_owned()),
            Err(error) => Err(Error::invalid(format!("{error}: name a good one with --base-url"))),
        };
        if let Some(chosen) = chosen {
            return absolute(chosen);
        }
        let Some(server) = servers.first() else {
            let message =
                "the description names no server: say where the API is with --base-url https://…";
            return Err(Error::invalid(message));
        };
        if server.contains("://") {
            return absolute(server);
        }
        let joined = url::Url::parse(&self.origin)
            .ok()
            .filter(|url| url.has_host())
            .and_then(|url| url.join(server).ok());
        joined.map_or_else(
            || Err(Error::invalid(format!("the description's server {server:?} has no host: name it with --base-url https://…"))),
            |url| absolute(url.as_str()),
        )
    }
}

/// The files of a description: those in its own folder, and documents in the folders beside it.
#[derive(Clone, Debug)]
struct DescriptionFiles {
    /// One above the description's own: what paths are relative to.
    folder: PathBuf,
    own: PathBuf,
}

/// What a file beside the description's own folder is called, so that a reference cannot read whatever lies there.
const DOCUMENTS: [&str; 5] = ["json", "yaml", "yml", "md", "txt"];

impl Files for DescriptionFiles {
    fn read(&mut self, path: &str) -> Result<Vec<u8>, FileError> {
        let missing =
            |error: std::io::Error| FileError(format!("{path} cannot be read ({})", error.kind()));
        let found = self.folder.join(path).canonicalize().map_err(missing)?;
        // A link may lead out where the path did not.
        if !found.starts_with(&self.own) && !self.is_document_beside(&found) {
            return Err(FileError(format!("{path} is outside the description's folder")));
        }
        read_file(&found).map_err(missing)
    }
}

impl DescriptionFiles {
    fn is_document_beside(&self, found: &Path) -> bool {
        let Ok(path) = found.strip_prefix(&self.folder) else { return false };
        let hidden =
            path.components().any(|part| part.as_os_str().to_string_lossy().starts_with('.'));
        let document = path
            .extension()
            .is_some_and(|kind| DOCUMENTS.iter().any(|known| kind.eq_ignore_ascii_case(known)));
        document && !hidden
    }
}

fn read_file(path: &Path) -> std::io::Result<Vec<u8>> {
    // Looked at before it is opened: opening a pipe would wait for its writer.
    if !std::fs::metadata(path)?.is_file() {
        return Err(std::io::Error::new(std::io::ErrorKind::InvalidInput, "not a file"));
    }
    let file = std::fs::File::open(path)?;
    let mut bytes = Vec::new();
    file.take(DESCRIPTION_BYTES_MAX + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > DESCRIPTION_BYTES_MAX {
        return Err(std::io::Error::new(std::io::ErrorKind::FileTooLarge, "larger than 64 MiB"));
    }
    Ok(bytes)
}

/// A URL without what may be secret in it: user, password, query and fragment.
fn shown(url: &str) -> String {
    let text = url.split(['?', '#']).next().unwrap_or(url);
    let Some((scheme, rest)) = text.split_once("://") else { return text.to_owned() };
    let (authority, path) = rest.find('/').map_or((rest, ""), |slash| rest.split_at(slash));
    let host = authority.rsplit('@').next().unwrap_or(authority);
    format!("{scheme}://{host}{path}")
}

#[cfg(test)]
mod tests {
    use super::{Description, DescriptionFiles, Files as _};
    use std::fs;

    #[test]
    fn files_are_of_the_folder_or_documents_beside_it() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        for folder in ["api/spec", "api/spec/.parts", "api/common", "api/.aws"] {
            fs::create_dir_all(root.join(folder)).unwrap();
        }
        let files = [
            "api/spec/a.json",
            "api/spec/key",
            "api/spec/.parts/b.json",
            "api/common/c.yaml",
            "api/common/key",
            "api/.aws/d.json",
            "e.json",
        ];
        for file in files {
            fs::write(root.join(file), "{}").unwrap();
        }
        std::os::unix::fs::symlink(root.join("e.json"), root.join("api/spec/link.json")).unwrap();
        let mut files = DescriptionFiles { folder: root.join("api"), own: root.join("api/spec") };
        for (path, allowed) in [
            ("spec/a.json", true),
            ("spec/key", true),
            ("spec/.parts/b.json", true),
            ("common/c.yaml", true),
            ("common/key", false),
            (".aws/d.json", false),
            ("spec/link.json", false),
            ("../e.json", false),
            ("spec/missing.json", false),
        ] {
            assert_eq!(files.read(path).is_ok(), allowed, "{path}");
        }
    }

    #[test]
    fn what_is_shown_of_a_url() {
        for (url, expected) in [
            ("https://api.example.com/a.yaml?key=s#f", "https://api.example.com/a.yaml"),
            ("https://user:pass@api.example.com/a@b", "https://api.example.com/a@b"),
            ("https://api.example.com", "https://api.example.com"),
        ] {
            assert_eq!(super::shown(url), expected);
        }
    }

    #[test]
    fn base_urls() {
        let check =
            |origin: &str, chosen: Option<&str>, servers: &[&str], expected: Option<&str>| {
                let servers: Vec<String> = servers.iter().map(|&one| one.to_owned()).collect();
                let url = Description::built_in(origin, b"").base_url(chosen, &servers);
                assert_eq!(url.ok().as_deref(), expected, "{origin} {chosen:?} {servers:?}");
            };
        check("a.yaml", None, &["https://api.example.com/v1/"], Some("https://api.example.com/v1"));
        check(
            "a.yaml",
            Some("http://10.0.0.1:8080"),
            &["https://api.example.com"],
            Some("http://10.0.0.1:8080"),
        );
        check(
            "https://docs.example.com/specs/a.yaml",
            None,
            &["/v3"],
            Some("https://docs.example.com/v3"),
        );
        check(
            "https://docs.example.com/specs/a.yaml",
            None,
            &["v3"],
            Some("https://docs.example.com/specs/v3"),
        );
        for (origin, servers) in [
            ("a.yaml", &["/v3"][..]),
            ("a.yaml", &[]),
            ("a.yaml", &["javascript:alert(1)"]),
            ("a.yaml", &["https://user:pass@api.example.com"]),
            ("a.yaml", &["unix:///run/docker.sock"]),
            ("a.yaml", &["https://api.example.com/?a=b"]),
        ] {
            check(origin, None, servers, None);
        }
        check("a.yaml", Some("ftp://x"), &[], None);
    }
}
