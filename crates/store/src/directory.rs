use crate::{Error, Sealer};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

/// The folder that holds the databases, the key and the lock: mode 0700, its files 0600.
#[derive(Clone, Debug)]
pub struct DataDir {
    path: PathBuf,
}

/// Where the sealing key comes from.
#[derive(Debug)]
pub enum KeySource {
    /// The file `key` in the data directory, made at the first start.
    File,
    /// 32 bytes in base64 from the environment or a file of the operator's.
    Given(String),
}

impl DataDir {
    /// Makes the folder if it is missing, and closes it to other users.
    ///
    /// # Errors
    ///
    /// [`Error::Directory`] when it cannot be made or written.
    pub fn create(path: &Path) -> Result<Self, Error> {
        let failed = |source| Error::Directory {
            message: format!(
                "cannot use the data directory {}: choose a writable one with --data-dir",
                path.display()
            ),
            source: Some(source),
        };
        fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(failed)?;
        fs::set_permissions(path, fs::Permissions::from_mode(0o700)).map_err(failed)?;
        Ok(Self { path: path.to_owned() })
    }

    /// The folder, which must exist already.
    ///
    /// # Errors
    ///
    /// [`Error::Directory`] when there is no database in it.
    pub fn existing(path: &Path) -> Result<Self, Error> {
        let dir = Self { path: path.to_owned() };
        if dir.main_database().is_file() {
            return Ok(dir);
        }
        let message = format!(
            "{} holds no Gatewright database: run `gatewright up` first, or name its folder with --data-dir",
            path.display()
        );
        Err(Error::Directory { message, source: None })
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn main_database(&self) -> PathBuf {
        self.path.join("gatewright.db")
    }

    pub(crate) fn request_database(&self) -> PathBuf {
        self.path.join("requests.db")
    }

    /// Takes the lock that one serving process at a time holds, for as long as the file lives.
    ///
    /// # Errors
    ///
    /// [`Error::Locked`] when another process has it.
    pub fn lock(&self) -> Result<File, Error> {
        let file = self.open_private("lock").map_err(|source| self.failed("lock", source))?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => Err(Error::Locked),
            Err(TryLockError::Error(source)) => Err(self.failed("lock", source)),
        }
    }

    /// The sealer of the key that was given or that lies in the key file; none when that file is missing.
    ///
    /// # Errors
    ///
    /// [`Error::Directory`] when the key is unreadable or weak.
    pub(crate) fn find_key(&self, source: &KeySource) -> Result<Option<Sealer>, Error> {
        let text = match source {
            KeySource::Given(text) => text.clone(),
            KeySource::File => match fs::read_to_string(self.key_path()) {
                Ok(text) => text,
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                Err(error) => return Err(self.failed("key", error)),
            },
        };
        sealer(&text).map(Some)
    }

    /// Makes the key file, and gives the key that is in it then.
    ///
    /// # Errors
    ///
    /// [`Error::Directory`] when it cannot be written.
    pub(crate) fn make_key(&self, entropy: [u8; 32]) -> Result<Sealer, Error> {
        let text = self
            .write_key(&self.key_path(), &STANDARD.encode(entropy))
            .map_err(|source| self.failed("key", source))?;
        sealer(&text)
    }

    /// The refusal to make a new key for a database that was sealed with another.
    pub(crate) fn key_is_gone(&self) -> Error {
        let message = format!(
            "{} is gone but the database is there: put the key back, or start with an empty database",
            self.key_path().display()
        );
        Error::Directory { message, source: None }
    }

    fn key_path(&self) -> PathBuf {
        self.path.join("key")
    }

    // Written beside, synced and linked into place: a crash leaves a whole key or none, and of two processes that start at
    // once the second reads the first one's.
    fn write_key(&self, path: &Path, text: &str) -> io::Result<String> {
        let beside = self.path.join(format!("key.{}", std::process::id()));
        let mut file =
            OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        let linked = fs::hard_link(&beside, path);
        fs::remove_file(&beside)?;
        match linked {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        File::open(&self.path)?.sync_all()?;
        let mut kept = String::new();
        File::open(path)?.read_to_string(&mut kept)?;
        Ok(kept)
    }

    /// Makes a file that only its owner can read, if it is missing. SQLite gives its mode to the files beside it.
    pub(crate) fn open_private(&self, name: &str) -> io::Result<File> {
        OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(self.path.join(name))
    }

    pub(crate) fn failed(&self, name: &str, source: io::Error) -> Error {
        let message =
            format!("cannot use {}: check its owner and the disk", self.path.join(name).display());
        Error::Directory { message, source: Some(source) }
    }
}

fn sealer(text: &str) -> Result<Sealer, Error> {
    let bytes = STANDARD.decode(text.trim()).unwrap_or_default();
    Sealer::new(&bytes).map_err(|weak| Error::Directory { message: weak.to_string(), source: None })
}
