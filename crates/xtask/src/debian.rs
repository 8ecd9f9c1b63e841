//! Debian's packages, where they are missing and we may install them.

use crate::services::postgres::is_root;
use anyhow::{Result, bail, ensure};
use std::process::Command;

/// Installs a package, as root on Debian; elsewhere the error is `missing`, which says what to do.
pub(crate) fn install(package: &str, missing: &str) -> Result<()> {
    let has_apt = Command::new("apt-get").arg("--version").output().is_ok();
    if !has_apt || !is_root()? {
        bail!("{missing}");
    }
    println!("installing {package} …");
    let install = ["install", "-y", "--no-install-recommends", "-qq", package];
    // The lists of a fresh image are missing, those of an old one name packages that are gone.
    if !apt(&install)? {
        ensure!(apt(&["update", "-qq"])?, "apt-get update failed");
        ensure!(apt(&install)?, "apt-get could not install {package}");
    }
    Ok(())
}

fn apt(arguments: &[&str]) -> Result<bool> {
    let mut apt = Command::new("apt-get");
    Ok(apt.args(arguments).env("DEBIAN_FRONTEND", "noninteractive").status()?.success())
}
