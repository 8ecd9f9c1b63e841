use crate::cli::Data;
use clap::Subcommand;
use std::io::{self, IsTerminal as _, Write as _};

#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Put a new sealing key into use and seal every value anew, while servers run. Interrupted, run it again.
    Rotate,
    /// Remove old keys from the key file, a day after a rotation: MCP sessions that began before it end.
    Retire,
}

pub(crate) async fn run(data: &Data, command: KeyCommand) -> anyhow::Result<()> {
    let installation = super::open(data).await?;
    let line = match command {
        KeyCommand::Rotate => {
            let show = io::stderr().is_terminal();
            let progress = |sealed: usize| {
                if show {
                    eprint!("\r{sealed} values sealed anew");
                }
            };
            let rotation = installation.rotate_key(progress).await?;
            if show && rotation.sealed > 0 {
                eprintln!();
            }
            let what = if rotation.new_key {
                "a new key is in use"
            } else {
                "the rotation that was begun is finished"
            };
            format!(
                "{what}; {} values were sealed anew. Back up the key file. The old key still opens sessions: run `gatewright key retire` in a day.",
                rotation.sealed
            )
        }
        KeyCommand::Retire => {
            installation.retire_keys().await?;
            "the key file holds the key in use alone. Back it up.".to_owned()
        }
    };
    installation.close().await;
    let stdout = &mut io::stdout().lock();
    writeln!(stdout, "{line}")?;
    Ok(stdout.flush()?)
}
