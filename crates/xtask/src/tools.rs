//! Foreign tools in private places: a folder each below the build directory, pinned by a lock file, installed
//! again only when that file changes.

use crate::workspace;
use anyhow::{Context, Result, bail, ensure};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// The oldest Node.js that the clients run on.
const NODE: u32 = 20;

/// How npm installs what a lock file says, and runs nothing of it.
const CI: [&str; 6] = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"];

/// Installs the npm project of a folder and copies the folder's scripts beside it; returns where.
pub(crate) fn npm(name: &str, source: &Path) -> Result<PathBuf> {
    node()?;
    let place = workspace::target()?.join("tools").join(name);
    let lock = source.join("package-lock.json");
    if !is_current(&place, &lock)? {
        empty(&place)?;
        for file in ["package.json", "package-lock.json"] {
            fs::copy(source.join(file), place.join(file))
                .with_context(|| format!("{file} of {name}"))?;
        }
        println!("installing {name} …");
        install(Command::new("npm").args(CI).current_dir(&place))?;
        stamp(&place, &lock)?;
    }
    copy_scripts(source, &place)?;
    Ok(place)
}

/// Has the packages of the console where its programs look for them, beside its sources. Cargo's build of the console uses them too.
pub(crate) fn console() -> Result<PathBuf> {
    node()?;
    let place = workspace::root().join("console");
    let age = |path: &str| fs::metadata(place.join(path)).and_then(|data| data.modified()).ok();
    // What npm leaves last. It is younger than the lock file that it followed.
    let installed = age("node_modules/.package-lock.json");
    if installed.zip(age("package-lock.json")).is_none_or(|(installed, lock)| installed < lock) {
        println!("installing the console's packages …");
        install(Command::new("npm").args(CI).current_dir(&place))?;
    }
    Ok(place)
}

/// Installs pinned Python packages into an environment of their own; returns its interpreter.
pub(crate) fn python(name: &str, requirements: &Path) -> Result<PathBuf> {
    let place = workspace::target()?.join("tools").join(name);
    if !is_current(&place, requirements)? {
        empty(&place)?;
        println!("installing {name} …");
        install(Command::new("python3").args(["-m", "venv"]).arg(&place)).context(
            "Python 3.11 or later with its venv module is needed (Debian: python3-venv)",
        )?;
        let mut pip = Command::new(place.join("bin/python"));
        pip.args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-deps",
            "-r",
        ])
        .arg(requirements);
        install(&mut pip)?;
        stamp(&place, requirements)?;
    }
    Ok(place.join("bin/python"))
}

/// An empty folder of that name below the build directory.
pub(crate) fn scratch(name: &str) -> Result<PathBuf> {
    let place = workspace::target()?.join("suites").join(name);
    empty(&place)?;
    Ok(place)
}

fn node() -> Result<()> {
    let output = Command::new("node").arg("--version").output();
    let output = output
        .context("Node.js 20 or later is needed for the client tests: node is not on the PATH")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let major = text
        .trim()
        .trim_start_matches('v')
        .split('.')
        .next()
        .and_then(|major| major.parse::<u32>().ok());
    match major {
        Some(major) if major >= NODE => Ok(()),
        _ => bail!(
            "Node.js {NODE} or later is needed for the client tests: this one is {}",
            text.trim()
        ),
    }
}

fn install(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot start {command:?}"))?;
    ensure!(
        status.success(),
        "{command:?} ended with {status}: it must be able to reach its registry"
    );
    Ok(())
}

fn is_current(place: &Path, lock: &Path) -> Result<bool> {
    let wanted = fs::read(lock).with_context(|| lock.display().to_string())?;
    Ok(fs::read(place.join("installed.lock")).is_ok_and(|installed| installed == wanted))
}

/// Written last: a half-finished installation has none.
fn stamp(place: &Path, lock: &Path) -> Result<()> {
    fs::copy(lock, place.join("installed.lock")).context("cannot note what was installed")?;
    Ok(())
}

fn empty(place: &Path) -> Result<()> {
    if place.exists() {
        fs::remove_dir_all(place).with_context(|| place.display().to_string())?;
    }
    fs::create_dir_all(place).with_context(|| place.display().to_string())
}

fn copy_scripts(source: &Path, place: &Path) -> Result<()> {
    for entry in fs::read_dir(source)? {
        let path = entry?.path();
        let is_script =
            path.extension().is_some_and(|extension| extension == "mjs" || extension == "txt");
        if let (true, Some(name)) = (is_script, path.file_name()) {
            fs::copy(&path, place.join(name)).with_context(|| path.display().to_string())?;
        }
    }
    Ok(())
}
