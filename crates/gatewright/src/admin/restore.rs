use crate::{cli::Data, config};
use anyhow::bail;
use app::{Clock, DataDir, Database, Installation};
use clap::Args;
use std::{
    io::{self, Write as _},
    path::PathBuf,
};

#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// Folder that `gatewright backup` has made
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
    #[command(flatten)]
    pub(crate) data: Data,
}

pub(crate) async fn run(restore: &Restore) -> anyhow::Result<()> {
    let dir = DataDir::create(&config::data_dir(&restore.data))?;
    if let Database::Postgres { .. } = config::database(&restore.data, &dir)? {
        bail!("PostgreSQL is restored by its own means: see pg_restore");
    }
    let key = config::key(&restore.data);
    let reports = Installation::restore(&dir, &key, &restore.folder, Clock::system()).await?;
    let stdout = &mut io::stdout().lock();
    for report in &reports {
        super::audit::line(stdout, report)?;
    }
    writeln!(stdout, "{} is restored.", dir.path().display())?;
    Ok(stdout.flush()?)
}
