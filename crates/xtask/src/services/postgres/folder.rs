use super::account::Account;
use anyhow::{Context, Result, ensure};
use std::{
    fs::{self, File},
    os::unix::fs::{MetadataExt, chown},
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::{AtomicU32, Ordering},
};

/// A cluster's folder. Deleted with the value, or by the next run when this process had no time for it.
pub(super) struct Folder {
    pub(super) path: PathBuf,
    /// Locked as long as we live: the system lets go of it even when we are killed.
    _owner: File,
}

impl Folder {
    /// Makes one for `account` below `parent`, or below the system's temporary folder if the account cannot go there.
    pub(super) fn create(parent: &Path, account: &Account) -> Result<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let parent = reachable(parent, account)?;
        let (process, number) = (std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        // One at a time: a folder that is not locked yet would look forsaken.
        let turn = File::create(parent.join("turn.lock"))?;
        turn.lock()?;
        sweep(&parent)?;
        let path = parent.join(format!("{process}-{number}"));
        fs::create_dir(&path).with_context(|| path.display().to_string())?;
        let owner = File::create(path.join("owner.lock"))?;
        owner.lock()?;
        if let Some((user, group)) = account.lent {
            chown(&path, Some(user), Some(group))?;
        }
        Ok(Self { path, _owner: owner })
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.path) {
            println!("{} stays behind: {error}", self.path.display());
        }
    }
}

fn reachable(parent: &Path, account: &Account) -> Result<PathBuf> {
    fs::create_dir_all(parent).with_context(|| parent.display().to_string())?;
    let mut test: Command = account.command(Path::new("test"));
    if test.arg("-x").arg(parent).current_dir("/").status()?.success() {
        return Ok(parent.to_owned());
    }
    let own = fs::metadata(parent)?.uid();
    let other = std::env::temp_dir().join(format!("gatewright-postgres-{own}"));
    fs::create_dir_all(&other).with_context(|| other.display().to_string())?;
    let owner = fs::symlink_metadata(&other)?;
    ensure!(owner.is_dir() && owner.uid() == own, "{} is not ours", other.display());
    Ok(other)
}

/// Deletes the folders whose process is gone.
fn sweep(parent: &Path) -> Result<()> {
    for entry in fs::read_dir(parent)? {
        let path = entry?.path();
        let forsaken = match File::open(path.join("owner.lock")) {
            Ok(owner) => owner.try_lock().is_ok(),
            Err(_) => false,
        };
        if forsaken {
            fs::remove_dir_all(&path).with_context(|| path.display().to_string())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_folder_goes_with_its_process_or_with_the_next_run() {
        let directory = tempfile::tempdir().unwrap();
        let account = Account::choose().unwrap();
        let forsaken = directory.path().join("1-0");
        fs::create_dir_all(forsaken.join("data")).unwrap();
        File::create(forsaken.join("owner.lock")).unwrap();
        let held = directory.path().join("2-0");
        fs::create_dir(&held).unwrap();
        let owner = File::create(held.join("owner.lock")).unwrap();
        owner.lock().unwrap();

        let folder = Folder { path: directory.path().join("3-0"), _owner: owner };
        fs::create_dir(&folder.path).unwrap();
        sweep(directory.path()).unwrap();
        assert!(!forsaken.exists() && held.exists());
        let path = folder.path.clone();
        drop(folder);
        assert!(!path.exists());

        assert!(Folder::create(directory.path(), &account).unwrap().path.starts_with(&directory));
        fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o700)).unwrap();
        let closed = Folder::create(directory.path(), &account).unwrap();
        assert_eq!(closed.path.starts_with(&directory), account.lent.is_none());
    }
}
