//! The gateway under test.

use crate::{Options, mcp::Endpoint, process};
use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::Value;
use std::{
    fs::{self, File},
    io::{BufRead, BufReader},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// The variable of commands that holds a credential.
pub(crate) const CREDENTIAL: &str = "GATEWRIGHT_BENCH_CREDENTIAL";

/// The line that `up --json` prints when it is ready.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Ready {
    pub(crate) mcp_url: String,
    #[serde(default)]
    pub(crate) token: Option<String>,
    pub(crate) tools: usize,
    pub(crate) tokens_estimate: usize,
}

/// A running gateway that ends with this value.
pub(crate) struct Gateway {
    child: Child,
    pub(crate) ready: Ready,
    pub(crate) endpoint: Endpoint,
}

impl Gateway {
    /// Publishes a description and waits until it is ready. `token` is one of an earlier start of the same data.
    pub(crate) fn up(
        exe: &Path,
        description: &Path,
        upstream: SocketAddr,
        data: &Path,
        token: Option<&str>,
    ) -> Result<Self> {
        Self::up_on(exe, description, upstream, data, token, None)
    }

    /// The same, on a PostgreSQL database when there is a URL of one.
    pub(crate) fn up_on(
        exe: &Path,
        description: &Path,
        upstream: SocketAddr,
        data: &Path,
        token: Option<&str>,
        database: Option<&str>,
    ) -> Result<Self> {
        let start = Start::Up(description, upstream);
        let (mut child, log) = spawn_on(exe, start, data, free_address()?, database)?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped by spawn")).read_line(&mut line)?;
        let ready: Result<Ready, _> = serde_json::from_str(&line);
        let ready = match ready {
            Ok(ready) => ready,
            Err(error) => {
                process::end(&mut child);
                let log = fs::read_to_string(log).unwrap_or_default();
                anyhow::bail!("the gateway printed {line:?} ({error}) and logged:\n{log}");
            }
        };
        let token = ready.token.as_deref().or(token).context("the gateway named no token")?;
        let endpoint = Endpoint::new(&ready.mcp_url, token)?;
        Ok(Self { child, ready, endpoint })
    }

    /// Serves what `before` published, without a description, and waits until it accepts connections.
    pub(crate) fn serve(exe: &Path, data: &Path, before: &Ready, token: &str) -> Result<Self> {
        let address = free_address()?;
        let path = Endpoint::new(&before.mcp_url, token)?.path;
        let (mut child, _log) = spawn(exe, Start::Serve, data, address)?;
        while TcpStream::connect(address).is_err() {
            ensure!(child.try_wait()?.is_none(), "the gateway ended");
            thread::sleep(Duration::from_millis(1));
        }
        let endpoint = Endpoint { address, path, token: token.to_owned() };
        Ok(Self { child, ready: before.clone(), endpoint })
    }

    /// The process id.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        process::end(&mut self.child);
    }
}

/// How a gateway is started.
#[derive(Clone, Copy)]
pub(crate) enum Start<'a> {
    /// `up` with a description, whose API is at that address.
    Up(&'a Path, SocketAddr),
    /// `serve`: what was published before.
    Serve,
}

/// Starts it without waiting; the second value is the file that it logs to.
pub(crate) fn spawn(
    exe: &Path,
    start: Start<'_>,
    data: &Path,
    listen: SocketAddr,
) -> Result<(Child, PathBuf)> {
    spawn_on(exe, start, data, listen, None)
}

fn spawn_on(
    exe: &Path,
    start: Start<'_>,
    data: &Path,
    listen: SocketAddr,
    database: Option<&str>,
) -> Result<(Child, PathBuf)> {
    let log = data.with_extension("log");
    let mut command = Command::new(exe);
    match start {
        Start::Up(description, upstream) => {
            command.arg("up").arg(description).args([
                "--base-url",
                &format!("http://{upstream}"),
                "--json",
            ]);
        }
        Start::Serve => {
            command.arg("serve");
        }
    }
    command
        .args(["--allow-private-networks", "--listen", &listen.to_string()])
        .arg("--data-dir")
        .arg(data);
    // Checked on every call, and never reached.
    command.env("GATEWRIGHT_CALLS_PER_SECOND", "1000000");
    // Lists are measured whole, however long they are.
    command.env("GATEWRIGHT_MODE", "static");
    command.envs(database.map(|url| ("GATEWRIGHT_DATABASE_URL", url)));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(File::create(&log)?);
    let child = command.spawn().with_context(|| format!("cannot start {}", exe.display()))?;
    Ok((child, log))
}

/// Runs a command on a data directory that may be served meanwhile, for the account of that alias; returns what it
/// printed as JSON, or null.
pub(crate) fn command(exe: &Path, data: &Path, alias: &str, arguments: &[&str]) -> Result<Value> {
    let mut command = Command::new(exe);
    command.args(arguments).args(["--json", "--alias", alias]).arg("--data-dir").arg(data);
    // Upstreams take whatever they are sent.
    command.env(CREDENTIAL, "bench-credential");
    let output = command.stdin(Stdio::null()).output()?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{arguments:?}: {errors}");
    if output.stdout.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_slice(&output.stdout).with_context(|| format!("{arguments:?} printed no JSON"))
}

/// What `import --dry-run` says of a description.
#[derive(Debug, Deserialize)]
pub(crate) struct Report {
    pub(crate) exposed: usize,
    pub(crate) degraded: usize,
    pub(crate) excluded: usize,
    pub(crate) refused: usize,
}

/// One timed import.
pub(crate) fn import(
    exe: &Path,
    description: &Path,
    directory: &Path,
) -> Result<(process::Run, Report)> {
    let mut command = Command::new(exe);
    command.arg("import").arg(description).args(["--dry-run", "--json"]);
    command.stderr(File::create(directory.join("import.log"))?);
    let run = process::run(&mut command, &directory.join("import.json"))?;
    let value: Value =
        serde_json::from_slice(&run.stdout).context("import --json printed no JSON")?;
    let counts =
        value.get("report").filter(|report| report.get("exposed").is_some()).unwrap_or(&value);
    let report = Report::deserialize(counts).context("import --json printed no counts")?;
    Ok((run, report))
}

/// The binary that is measured.
pub(crate) fn binary(options: &Options) -> Result<PathBuf> {
    let path = match &options.gateway {
        Some(path) => path.clone(),
        None => std::env::current_exe()?.with_file_name("gatewright"),
    };
    ensure!(path.is_file(), "{} is not there: cargo build --release -p gatewright", path.display());
    Ok(path)
}

/// A port of loopback that was free just now.
pub(crate) fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

/// Seconds since a moment, for a table.
pub(crate) fn seconds_since(start: Instant) -> f64 {
    start.elapsed().as_secs_f64()
}
