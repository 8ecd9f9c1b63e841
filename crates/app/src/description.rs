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
    folder: Option<PathBuf>,
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
            return Self::fetch(location, fetching).await;
        }
        let unreadable = |error: std::io::Error| {
            Error::invalid(format!("cannot read {location} ({}): check the path", error.kind()))
                .with_source(error)
        };
        let path = std::path::absolute(location)
            .map_err(unreadable)?
            .canonicalize()
            .map_err(unreadable)?;
        let bytes = read_file(&path).map_err(unreadable)?;
        let name = path
            .file_name()
            .map_or_else(|| location.to_owned(), |name| name.to_string_lossy().into_owned());
        Ok(Self {
            origin: path.display().to_string(),
            name,
            bytes,
            folder: path.parent().map(Path::to_owned),
        })
    }

    async fn fetch(url: &str, fetching: Fetching) -> Result<Self, Error> {
        let egress = Egress {
            allow_private: fetching.allow_private_networks,
            allow: fetching.allow_addresses,
            ..Egress::default()
        };
        let client = Client::new(egress, Limits::default(), &Roots::System)
            .map_err(|error| Error::new(Kind::Internal, error.to_string()))?;
        let max = usize::try_from(DESCRIPTION_BYTES_MAX).expect("64 MiB fits");
        let document = client.get_document(url, max).await.map_err(|error| {
            Error::invalid(format!("cannot fetch {}: {error}", without_query(url)))
        })?;
        Ok(Self {
            name: document.url.clone(),
            origin: document.url,
            bytes: document.bytes.into(),
            folder: None,
        })
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

    /// A description that is at hand, such as the demo's.
    #[must_use]
    pub fn built_in(origin: &str, bytes: &[u8]) -> Self {
        Self {
            origin: origin.to_owned(),
            name: origin.to_owned(),
            bytes: bytes.to_vec(),
            folder: None,
        }
    }

    /// Turns it into actions, with a report.
    ///
    /// # Errors
    ///
    /// [`Kind::Invalid`] when the document as a whole cannot be read: where and why.
    pub fn import(&self, options: &Options) -> Result<Import, Error> {
        let imported = match &self.folder {
            Some(folder) => {
                let mut files = DescriptionFiles { folder: folder.clone() };
                openapi::import(&self.name, &self.bytes, &mut files, options)
            }
            None => openapi::import(&self.name, &self.bytes, &mut NoFiles, options),
        };
        imported.map_err(|error| Error::invalid(error.to_string()).with_source(error))
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

/// The files beside a description, and below its folder only.
#[derive(Debug)]
struct DescriptionFiles {
    folder: PathBuf,
}

impl Files for DescriptionFiles {
    fn read(&mut self, path: &str) -> Result<Vec<u8>, FileError> {
        let missing =
            |error: std::io::Error| FileError(format!("{path} cannot be read ({})", error.kind()));
        let found = self.folder.join(path).canonicalize().map_err(missing)?;
        // A link may lead out where the path did not.
        if !found.starts_with(&self.folder) {
            return Err(FileError(format!("{path} is outside the description's folder")));
        }
        read_file(&found).map_err(missing)
    }
}

fn read_file(path: &Path) -> std::io::Result<Vec<u8>> {
    let file = std::fs::File::open(path)?;
    if !file.metadata()?.is_file() {
        return Err(std::io::Error::new(std::io::ErrorKind::InvalidInput, "not a file"));
    }
    let mut bytes = Vec::new();
    file.take(DESCRIPTION_BYTES_MAX + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > DESCRIPTION_BYTES_MAX {
        return Err(std::io::Error::new(std::io::ErrorKind::FileTooLarge, "larger than 64 MiB"));
    }
    Ok(bytes)
}

fn without_query(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or(url)
}
