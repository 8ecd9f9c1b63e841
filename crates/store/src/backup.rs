use crate::{DataDir, Error, Store, engine::Engine};
use sqlx::{Connection as _, SqliteConnection, SqlitePool, sqlite::SqliteConnectOptions};
use std::{
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

/// The databases of a data directory, and of a backup.
const DATABASES: [&str; 2] = ["gatewright.db", "requests.db"];
/// Where a restore puts its files until they are checked. While it is there, nothing opens the data directory.
pub(crate) const RESTORING: &str = "restoring";

impl Store {
    /// Copies both SQLite files into a new folder, each as it is at one moment, while others go on writing. The copy is synced to disk
    /// and checked before the folder gets its name. The key is not in it.
    ///
    /// # Errors
    ///
    /// [`Error::Directory`] when the folder exists or cannot be written, and with PostgreSQL, which has its own means.
    pub async fn backup(&self, folder: &Path) -> Result<(), Error> {
        let (Engine::Sqlite(main), Engine::Sqlite(requests)) =
            (self.writer.each(), self.log_writer.each())
        else {
            return Err(refused("PostgreSQL is backed up by its own means: see pg_dump"));
        };
        if folder.exists() {
            let message = format!("{} is there already: name a new folder", folder.display());
            return Err(refused(message));
        }
        let partial = beside(folder);
        let failed = |source| cannot_write(folder, source);
        remove(&partial).map_err(failed)?;
        fs::DirBuilder::new().mode(0o700).create(&partial).map_err(failed)?;
        let copied = async {
            for (pool, name) in [(main, DATABASES[0]), (requests, DATABASES[1])] {
                copy(pool, &partial.join(name)).await?;
            }
            publish(&partial, folder).map_err(failed)
        };
        let copied = copied.await;
        if copied.is_err() {
            // What is left of it is no backup; the error that stopped it is the one to tell.
            drop(remove(&partial));
        }
        copied
    }
}

/// Writes one database as it is now to a new file that only its owner can read.
async fn copy(pool: &SqlitePool, path: &Path) -> Result<(), Error> {
    private(path).map_err(|source| cannot_write(path, source))?;
    let text = path.to_str().ok_or_else(|| refused("the folder's name must be UTF-8"))?;
    sqlx::query("vacuum into $1").bind(text).execute(pool).await?;
    check(path).await?;
    File::open(path).and_then(|file| file.sync_all()).map_err(|source| cannot_write(path, source))
}

/// SQLite's own opinion of a file.
async fn check(path: &Path) -> Result<(), Error> {
    let options = SqliteConnectOptions::new().filename(path).read_only(true);
    let mut connection = SqliteConnection::connect_with(&options).await?;
    let found: (String,) =
        sqlx::query_as("pragma integrity_check(1)").fetch_one(&mut connection).await?;
    connection.close().await?;
    if found.0 == "ok" {
        return Ok(());
    }
    Err(refused(format!("{} is damaged: take another backup", path.display())))
}

impl DataDir {
    /// Copies a backup's files to where a restore is prepared, and gives that place as a data directory of its own. The caller looks at
    /// it, and then calls [`Self::finish_restore`].
    ///
    /// # Errors
    ///
    /// [`Error::Directory`] when this data directory holds anything but a key, or the backup is not whole.
    pub async fn begin_restore(&self, backup: &Path) -> Result<Self, Error> {
        let failed = |source| self.failed(RESTORING, source);
        let place = self.path().join(RESTORING);
        if place.exists() {
            // What an interrupted restore has put here is put here again.
            for name in DATABASES {
                remove(&self.path().join(name)).map_err(failed)?;
            }
            remove(&place).map_err(failed)?;
        }
        for entry in fs::read_dir(self.path()).map_err(failed)? {
            let name = entry.map_err(failed)?.file_name();
            if name != "key" && name != "lock" {
                return Err(refused(format!(
                    "{} is not empty: restore into a new folder, with --data-dir",
                    self.path().display()
                )));
            }
        }
        fs::DirBuilder::new().mode(0o700).create(&place).map_err(failed)?;
        for name in DATABASES {
            let from = backup.join(name);
            let mut source = File::open(&from).map_err(|source| Error::Directory {
                message: format!("{} is no backup: it lacks {name}", backup.display()),
                source: Some(source),
            })?;
            let mut target = private(&place.join(name)).map_err(failed)?;
            io::copy(&mut source, &mut target).and_then(|_| target.sync_all()).map_err(failed)?;
            check(&place.join(name)).await?;
        }
        Ok(Self::at(&place))
    }

    /// Gives the files of a restore their names. A crash in between is finished by another restore; nothing else opens them.
    ///
    /// # Errors
    ///
    /// [`Error::Directory`] when they cannot be moved.
    pub fn finish_restore(&self) -> Result<(), Error> {
        let failed = |source| self.failed(RESTORING, source);
        let place = self.path().join(RESTORING);
        for name in DATABASES {
            // A log of writes beside a file belongs to it: closing the database has folded it in, or else it would be lost here.
            let log = place.join(format!("{name}-wal"));
            if fs::metadata(log).is_ok_and(|log| log.len() > 0) {
                return Err(refused("the restored database is still open: restore again"));
            }
            fs::rename(place.join(name), self.path().join(name)).map_err(failed)?;
        }
        sync(self.path()).map_err(failed)?;
        remove(&place).map_err(failed)?;
        sync(self.path()).map_err(failed)
    }

    /// Removes what a restore has prepared.
    ///
    /// # Errors
    ///
    /// [`Error::Directory`] when it cannot be removed.
    pub fn abandon_restore(&self) -> Result<(), Error> {
        remove(&self.path().join(RESTORING)).map_err(|source| self.failed(RESTORING, source))
    }
}

fn beside(folder: &Path) -> PathBuf {
    let mut name = folder.file_name().unwrap_or_default().to_owned();
    name.push(".partial");
    folder.with_file_name(name)
}

/// Syncs a folder and gives it its name.
fn publish(partial: &Path, folder: &Path) -> io::Result<()> {
    sync(partial)?;
    fs::rename(partial, folder)?;
    match folder.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => sync(parent),
        _ => sync(Path::new(".")),
    }
}

fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

fn private(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

/// Removes a file, or a folder with what is in it, if it is there.
fn remove(path: &Path) -> io::Result<()> {
    let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

fn refused(message: impl Into<String>) -> Error {
    Error::Directory { message: message.into(), source: None }
}

fn cannot_write(path: &Path, source: io::Error) -> Error {
    Error::Directory {
        message: format!("cannot write {}: check its owner and the disk", path.display()),
        source: Some(source),
    }
}
