//! Where things are.

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

/// The root of the checkout.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .and_then(Path::parent)
        .expect("crates/xtask is two levels deep")
}

/// What `cargo metadata` says, of every dependency too.
pub(crate) fn metadata() -> Result<&'static Value> {
    static METADATA: OnceLock<Value> = OnceLock::new();
    if let Some(known) = METADATA.get() {
        return Ok(known);
    }
    let output =
        cargo().args(["metadata", "--format-version", "1"]).output().context("cargo metadata")?;
    ensure!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    Ok(METADATA.get_or_init(|| serde_json::from_slice(&output.stdout).unwrap_or_default()))
}

/// The build directory: `target`, or what `CARGO_TARGET_DIR` says.
pub(crate) fn target() -> Result<PathBuf> {
    let target = metadata()?["target_directory"]
        .as_str()
        .context("cargo metadata without a target directory")?;
    Ok(PathBuf::from(target))
}

/// Cargo, at the root.
pub(crate) fn cargo() -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(root());
    command
}

/// The folder that is shared with the project, if it is there: real descriptions and checks.
pub(crate) fn shared(path: &str) -> Option<PathBuf> {
    let path = root().parent()?.join("shared").join(path);
    path.exists().then_some(path)
}

/// Whether a missing precondition is an error rather than a remark.
pub(crate) fn is_ci() -> bool {
    std::env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false")
}
