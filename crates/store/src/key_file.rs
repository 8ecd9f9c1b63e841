use crate::{DataDir, Error, Sealer};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use model::Secret;
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

/// Where the sealing keys come from: text of one key or several, of 32 bytes in base64 each, apart by white space. The first is the
/// one to use; the others open what was sealed before.
#[derive(Clone, Debug)]
pub enum KeySource {
    /// The file `key` in the data directory, made at the first start.
    File,
    /// A file of the operator's.
    Path(PathBuf),
    /// The text itself, from the environment.
    Given(Secret),
}

impl DataDir {
    /// A sealer with the keys that were given or that lie in the key file; none when the data directory has no such file.
    ///
    /// # Errors
    ///
    /// [`Error::Directory`] when a key is unreadable or weak.
    pub(crate) fn find_keys(&self, source: &KeySource) -> Result<Option<Sealer>, Error> {
        let text = match (source, self.key_path(source)) {
            (KeySource::Given(text), _) => text.clone(),
            (KeySource::File | KeySource::Path(_), path) => match fs::read(&path) {
                Ok(text) => Secret::new(text),
                Err(error)
                    if error.kind() == io::ErrorKind::NotFound
                        && matches!(source, KeySource::File) =>
                {
                    return Ok(None);
                }
                Err(error) => return Err(failed(&path, error)),
            },
        };
        sealer(&text).map(Some)
    }

    /// Makes the key file, and gives the key that is in it then: of two processes that start at once the second reads the first one's.
    ///
    /// # Errors
    ///
    /// [`Error::Directory`] when it cannot be written.
    pub(crate) fn make_key(&self, entropy: [u8; 32]) -> Result<Sealer, Error> {
        let path = self.key_path(&KeySource::File);
        let linked =
            write_beside(&path, STANDARD.encode(entropy).as_bytes(), |beside| match fs::hard_link(
                beside, &path,
            ) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
                linked => linked,
            });
        linked.map_err(|source| failed(&path, source))?;
        let kept = fs::read(&path).map_err(|source| failed(&path, source))?;
        sealer(&Secret::new(kept))
    }

    /// Puts a new key before those of the key file.
    ///
    /// # Errors
    ///
    /// [`Error::Directory`] when the file cannot be written, or the keys come from the environment.
    pub(crate) fn add_key(&self, source: &KeySource, entropy: [u8; 32]) -> Result<(), Error> {
        self.rewrite(source, |old| format!("{}\n{old}\n", STANDARD.encode(entropy)))
    }

    /// Leaves the first key alone in the key file.
    ///
    /// # Errors
    ///
    /// As [`Self::add_key`].
    pub(crate) fn keep_first_key(&self, source: &KeySource) -> Result<(), Error> {
        self.rewrite(source, |old| {
            format!("{}\n", old.split_whitespace().next().unwrap_or_default())
        })
    }

    fn rewrite(
        &self,
        source: &KeySource,
        change: impl FnOnce(&str) -> String,
    ) -> Result<(), Error> {
        if let KeySource::Given(_) = source {
            let message = "the keys come from the environment: change them there, the new one first, and start again";
            return Err(Error::Directory { message: message.to_owned(), source: None });
        }
        let path = self.key_path(source);
        let written = fs::read_to_string(&path).and_then(|old| {
            let text = Secret::from(change(old.trim()));
            write_beside(&path, text.expose(), |beside| fs::rename(beside, &path))
        });
        written.map_err(|source| Error::Directory {
            message: format!(
                "cannot write {}: put the new key before the old one yourself, and try again",
                path.display()
            ),
            source: Some(source),
        })
    }

    /// The refusal to make a new key for a database that was sealed with another.
    pub(crate) fn key_is_gone(&self) -> Error {
        let message = format!(
            "{} is gone but the database is there: put the key back, or start with an empty database",
            self.key_path(&KeySource::File).display()
        );
        Error::Directory { message, source: None }
    }

    fn key_path(&self, source: &KeySource) -> PathBuf {
        match source {
            KeySource::Path(path) => path.clone(),
            KeySource::File | KeySource::Given(_) => self.path().join("key"),
        }
    }
}

/// Written beside, synced and put into place: a crash leaves the old file or the new one, whole.
fn write_beside(
    path: &Path,
    text: &[u8],
    put: impl FnOnce(&Path) -> io::Result<()>,
) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}", std::process::id()));
    let beside = path.with_file_name(name);
    let mut file =
        OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
    file.write_all(text)?;
    file.sync_all()?;
    let put = put(&beside);
    match fs::remove_file(&beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    put?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

fn sealer(text: &Secret) -> Result<Sealer, Error> {
    let text = std::str::from_utf8(text.expose()).unwrap_or_default();
    let keys = text
        .split_whitespace()
        .map(|key| Secret::new(STANDARD.decode(key).unwrap_or_default()))
        .collect::<Vec<_>>();
    let keys: Vec<&[u8]> = keys.iter().map(Secret::expose).collect();
    Sealer::of(&keys).map_err(|weak| Error::Directory { message: weak.to_string(), source: None })
}

fn failed(path: &Path, source: io::Error) -> Error {
    let message =
        format!("cannot use the key file {}: check its owner and the disk", path.display());
    Error::Directory { message, source: Some(source) }
}
