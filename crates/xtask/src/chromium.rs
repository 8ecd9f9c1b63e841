//! The browser of the tests.

use crate::debian;
use anyhow::{Context, Result};
use std::{env, path::PathBuf};

/// What it is called.
const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// Chromium, or what Debian has of it if we may install it.
pub(crate) fn find() -> Result<PathBuf> {
    if let Some(found) = on_path() {
        return Ok(found);
    }
    debian::install(
        "chromium",
        "Chromium is not on the PATH: install it (Debian: apt-get install chromium)",
    )?;
    on_path().context("the package chromium left no program on the PATH")
}

fn on_path() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = env::split_paths(&path).collect();
    let places = NAMES.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    places.into_iter().find(|path| path.is_file())
}
