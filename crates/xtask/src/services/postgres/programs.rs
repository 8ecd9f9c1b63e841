use crate::debian;
use anyhow::{Result, bail};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// What a cluster needs, all in one folder.
const NAMES: [&str; 4] = ["postgres", "initdb", "createdb", "psql"];
/// Where Debian puts a folder for each version.
const DEBIAN: &str = "/usr/lib/postgresql";

/// The folder of PostgreSQL's programs.
pub(crate) struct Programs {
    folder: PathBuf,
}

impl Programs {
    /// Finds the programs, or installs Debian's package if we may.
    pub(super) fn get() -> Result<Self> {
        if let Some(found) = Self::find() {
            return Ok(found);
        }
        let missing = format!(
            "PostgreSQL's {} are not in one folder of the PATH, nor below {DEBIAN}: install PostgreSQL 14 or later \
             (Debian: apt-get install postgresql)",
            NAMES.join(", ")
        );
        debian::install("postgresql", &missing)?;
        let Some(installed) = Self::find() else {
            bail!("the package postgresql left no server in {DEBIAN}")
        };
        Ok(installed)
    }

    /// The first folder of the `PATH` that has them all, or Debian's newest.
    pub(crate) fn find() -> Option<Self> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
        folders.extend(versions(Path::new(DEBIAN)));
        let complete = |folder: &PathBuf| NAMES.iter().all(|name| folder.join(name).is_file());
        Some(Self { folder: folders.into_iter().find(complete)? })
    }

    /// The path of one of them.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Whether a cluster can sort by ICU as a whole: PostgreSQL 15 can, if it was built so.
    pub(super) fn has_icu(&self) -> Result<bool> {
        let help = Command::new(self.path("initdb")).arg("--help").output()?;
        Ok(String::from_utf8_lossy(&help.stdout).contains("--icu-locale"))
    }
}

/// The `bin` folders below Debian's, newest version first.
fn versions(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<(u32, PathBuf)> = entries
        .filter_map(|entry| {
            Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin")))
        })
        .collect();
    found.sort_by(|one, other| other.cmp(one));
    found.into_iter().map(|(_, path)| path).collect()
}

#[cfg(test)]
mod tests {
    use super::versions;

    #[test]
    fn the_newest_version_comes_first() {
        let directory = tempfile::tempdir().unwrap();
        for name in ["9", "15", "common"] {
            std::fs::create_dir(directory.path().join(name)).unwrap();
        }
        let expected = ["15/bin", "9/bin"].map(|path| directory.path().join(path));
        assert_eq!(versions(directory.path()), expected);
    }
}
