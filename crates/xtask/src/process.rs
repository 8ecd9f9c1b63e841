//! Child processes that end with the value that holds them.

use anyhow::{Context, Result, bail};
use std::{
    fs::{self, File},
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// How long a process has after it was asked to end.
const GRACE: Duration = Duration::from_secs(10);

/// How long a process has until it is ready.
const START: Duration = Duration::from_secs(60);

/// A server that runs.
pub(crate) struct Running {
    child: Child,
    /// The first line of its stdout.
    pub(crate) line: String,
}

impl Running {
    /// Starts a server that prints one line when it is ready, and waits for that line. Its stderr goes to `log`.
    pub(crate) fn start(command: &mut Command, log: &Path) -> Result<Self> {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(File::create(log)?);
        let mut child = command.spawn().with_context(|| format!("cannot start {command:?}"))?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped above")).read_line(&mut line)?;
        let running = Self { child, line: line.trim().to_owned() };
        if running.line.is_empty() {
            drop(running);
            bail!(
                "{command:?} printed nothing; its log says:\n{}",
                fs::read_to_string(log).unwrap_or_default()
            );
        }
        Ok(running)
    }
}

impl Running {
    /// Starts a server that says nothing, and waits until `is_ready`.
    pub(crate) fn until(
        command: &mut Command,
        log: &Path,
        is_ready: impl Fn() -> Result<bool>,
    ) -> Result<Self> {
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(File::create(log)?);
        let child = command.spawn().with_context(|| format!("cannot start {command:?}"))?;
        let mut running = Self { child, line: String::new() };
        let deadline = Instant::now() + START;
        while !is_ready()? {
            let ended = running.child.try_wait()?;
            if ended.is_some() || Instant::now() > deadline {
                let text = fs::read_to_string(log).unwrap_or_default();
                bail!("{command:?} is not ready ({ended:?}); its log says:\n{text}");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(running)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        end(&mut self.child, "TERM");
    }
}

/// Asks a process to end, by a signal, and kills it when it has not after [`GRACE`].
pub(crate) fn end(child: &mut Child, signal: &str) {
    let asked = Command::new("kill").args(["-s", signal, &child.id().to_string()]).status();
    let deadline = Instant::now() + GRACE;
    while asked.is_ok() && Instant::now() < deadline {
        if !matches!(child.try_wait(), Ok(None)) {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    // It may have ended by itself meanwhile: nothing to do then.
    let _ = child.kill();
    let _ = child.wait();
}
