use crate::cli::Data;
use clap::Args;
use std::{
    io::{self, Write as _},
    path::PathBuf,
};

#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// Folder to make, and to put the databases into
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
    #[command(flatten)]
    pub(crate) data: Data,
}

pub(crate) async fn run(backup: &Backup) -> anyhow::Result<()> {
    let installation = super::open(&backup.data).await?;
    installation.backup(&backup.folder).await?;
    installation.close().await;
    let stdout = &mut io::stdout().lock();
    writeln!(
        stdout,
        "{} is written and checked. It needs the key, which is not in it: keep that elsewhere.",
        backup.folder.display()
    )?;
    Ok(stdout.flush()?)
}
