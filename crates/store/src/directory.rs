use crate::Error;
use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

/// The folder that holds the databases, the key and the lock: mode 0700, its files 0600.
#[derive(Clone, Debug)]
pub struct DataDir {
    path: PathBuf,
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

    pub(crate) fn at(path: &Path) -> Self {
        Self { path: path.to_owned() }
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
