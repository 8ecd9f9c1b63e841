//! A throw-away PostgreSQL: a cluster with its own data, port and process, gone when the value is.
//!
//! It keeps nothing through a power cut (`fsync=off`) and trusts everybody on the loopback interface: for tests only.

mod account;
mod folder;
mod programs;

use crate::{process, workspace};
use account::Account;
pub(crate) use account::is_root;
use anyhow::{Context, Result, bail, ensure};
use folder::Folder;
use programs::Programs;
use std::{
    fs::{self, File},
    net::{Ipv4Addr, TcpListener},
    path::Path,
    process::{Child, Command, ExitCode, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

/// Where tests find the cluster: the URL of its database `postgres`, as a superuser.
pub(crate) const VARIABLE: &str = "GATEWRIGHT_TEST_POSTGRES";

/// Each test has a pool of its own, and they run at once.
const MAX_CONNECTIONS: u32 = 200;
/// How often a port is tried that somebody else may take between our look and the server's.
const ATTEMPTS: u32 = 5;
const START: Duration = Duration::from_secs(60);
const SUPERUSER: &str = "postgres";

/// A cluster that runs.
pub(crate) struct Cluster {
    // The server is dropped first: it writes into the folder until it ends.
    server: Server,
    programs: Programs,
    _folder: Folder,
}

impl Cluster {
    /// Makes a cluster and waits until it takes connections. Installs PostgreSQL where that is possible.
    pub(crate) fn start() -> Result<Self> {
        let programs = Programs::get()?;
        let account = Account::choose()?;
        let folder = Folder::create(&workspace::target()?.join("postgres"), &account)?;
        let data = folder.path.join("data");
        initialize(&programs, &account, &data)?;
        for _ in 1..ATTEMPTS {
            match Server::start(&programs, &account, &data) {
                Ok(server) => return Ok(Self { server, programs, _folder: folder }),
                Err(error) => println!("trying another port: {error:#}"),
            }
        }
        let server = Server::start(&programs, &account, &data)?;
        Ok(Self { server, programs, _folder: folder })
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://{SUPERUSER}@127.0.0.1:{}/{database}", self.server.port)
    }

    /// What [`VARIABLE`] is set to.
    pub(crate) fn test_url(&self) -> String {
        self.url("postgres")
    }

    /// Creates an empty database; returns its URL.
    pub(crate) fn create_database(&self, name: &str) -> Result<String> {
        let mut createdb = Command::new(self.programs.path("createdb"));
        createdb.args(["--host", "127.0.0.1", "--port", &self.server.port.to_string()]);
        createdb.args(["--username", SUPERUSER, name]);
        ensure!(createdb.status()?.success(), "cannot create the database {name}");
        Ok(self.url(name))
    }
}

/// `cargo xtask postgres -- COMMAND…`: a cluster for as long as the command runs.
pub(crate) fn command(arguments: &[String]) -> Result<ExitCode> {
    let arguments = arguments.strip_prefix(&["--".to_owned()]).unwrap_or(arguments);
    let Some((program, rest)) = arguments.split_first() else {
        bail!("name a command: cargo xtask postgres -- COMMAND…")
    };
    let cluster = Cluster::start()?;
    let mut command = Command::new(program);
    command.args(rest).env(VARIABLE, cluster.test_url());
    let status = command.status().with_context(|| format!("cannot start {program}"))?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}

fn initialize(programs: &Programs, account: &Account, data: &Path) -> Result<()> {
    let mut initdb = account.command(&programs.path("initdb"));
    initdb.arg("--pgdata").arg(data).args(["--username", SUPERUSER, "--auth", "trust"]);
    initdb.args(["--no-sync", "--encoding", "UTF8", "--locale", "C"]);
    // Installations sort text as people do, SQLite sorts bytes: a query that leans on either must fail here.
    if programs.has_icu()? {
        initdb.args(["--locale-provider", "icu", "--icu-locale", "en-US"]);
    }
    let output = initdb.current_dir("/").output().context("initdb")?;
    let text = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "initdb ended with {}: {text}", output.status);
    Ok(())
}

/// The process of a cluster.
struct Server {
    child: Child,
    port: u16,
}

impl Server {
    fn start(programs: &Programs, account: &Account, data: &Path) -> Result<Self> {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let log = data.with_file_name("postgres.log");
        let mut postgres = account.command(&programs.path("postgres"));
        postgres.arg("-D").arg(data).current_dir("/");
        for setting in [
            "listen_addresses=127.0.0.1".to_owned(),
            format!("port={port}"),
            // None: the path of a build directory may be longer than a socket's name can be.
            "unix_socket_directories=".to_owned(),
            format!("max_connections={MAX_CONNECTIONS}"),
            "fsync=off".to_owned(),
            "full_page_writes=off".to_owned(),
        ] {
            postgres.args(["-c", &setting]);
        }
        postgres.stdin(Stdio::null()).stdout(Stdio::null()).stderr(File::create(&log)?);
        let child = postgres.spawn().with_context(|| format!("cannot start {postgres:?}"))?;
        let mut server = Self { child, port };
        server.wait(data, &log)?;
        Ok(server)
    }

    /// Waits for its own word that it is ready: whoever answers at the port may be somebody else.
    fn wait(&mut self, data: &Path, log: &Path) -> Result<()> {
        let deadline = Instant::now() + START;
        let ready = || {
            let status = fs::read_to_string(data.join("postmaster.pid")).unwrap_or_default();
            status.lines().nth(7).is_some_and(|word| word.trim() == "ready")
        };
        while !ready() {
            let log = || fs::read_to_string(log).unwrap_or_default();
            if let Some(status) = self.child.try_wait()? {
                bail!("PostgreSQL ended with {status}: {}", log());
            }
            ensure!(Instant::now() < deadline, "PostgreSQL is not ready in {START:?}: {}", log());
            sleep(Duration::from_millis(20));
        }
        Ok(())
    }
}

impl Drop for Server {
    /// `SIGINT` ends its sessions; on `SIGTERM` it would wait for them.
    fn drop(&mut self) {
        process::end(&mut self.child, "INT");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpStream;

    fn query(url: &str, sql: &str) -> Option<String> {
        let mut psql = Command::new(Programs::find().unwrap().path("psql"));
        let output = psql.args(["--no-psqlrc", "-At", "-c", sql, url]).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        output.status.success().then(|| text.trim().to_owned())
    }

    #[test]
    fn two_clusters_run_side_by_side_and_leave_nothing() {
        if Programs::find().is_none() {
            assert!(!workspace::is_ci(), "PostgreSQL is not installed");
            return;
        }
        let (one, other) = (Cluster::start().unwrap(), Cluster::start().unwrap());
        let url = one.create_database("only_here").unwrap();
        let maximum = query(&url, "show max_connections").unwrap();
        assert_eq!(maximum, MAX_CONNECTIONS.to_string());
        assert_eq!(query(&one.test_url(), "show fsync").unwrap(), "off");
        assert_eq!(query(&other.url("only_here"), "select 1"), None);
        let (port, folder) = (one.server.port, one._folder.path.clone());
        assert!(folder.join("data").is_dir());
        drop(one);
        assert!(!folder.exists());
        assert!(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err());
        assert_eq!(query(&other.test_url(), "select 1").unwrap(), "1");
    }
}
