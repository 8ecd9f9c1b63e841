//! The binary: a home of its own for each test, commands that end, and servers that are killed when a test is over.

use crate::{http::Reply, mcp::Endpoint};
use serde_json::Value;
use std::{
    fs::{self, File},
    io::{BufRead as _, BufReader},
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, ExitStatus, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

/// How long anything may take before it counts as hanging. Nothing here needs a fifth of it, but for what drains.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
const GATEWRIGHT: &str = env!("CARGO_BIN_EXE_gatewright");

/// A folder with a data directory in it, and whatever else a test writes.
pub(crate) struct Home {
    folder: tempfile::TempDir,
    started: AtomicUsize,
}

/// A command that has ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) took: Duration,
}

impl Home {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), started: AtomicUsize::new(0) }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The data directory of every command, unless it is told otherwise. It does not exist at first.
    pub(crate) fn data(&self) -> PathBuf {
        self.path().join("data")
    }

    /// Writes a file, with its folders.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// The binary with those arguments, in an environment that holds nothing of the caller's.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(GATEWRIGHT);
        command.args(arguments).current_dir(self.path()).env_clear().stdin(Stdio::null());
        command.env("GATEWRIGHT_DATA_DIR", self.data());
        command
    }

    fn stderr(&self) -> PathBuf {
        self.path().join(format!("stderr-{}", self.started.fetch_add(1, Ordering::SeqCst)))
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        self.finish(&mut self.command(arguments))
    }

    /// Runs a command that must succeed, and gives what it printed.
    pub(crate) fn done(&self, arguments: &[&str]) -> String {
        let ended = self.run(arguments);
        assert!(ended.status.success(), "{arguments:?}: {ended:?}");
        ended.stdout
    }

    /// Runs a command to its end, and kills it when it takes too long.
    pub(crate) fn finish(&self, command: &mut Command) -> Ended {
        let (stdout, stderr) = (self.stderr().with_extension("out"), self.stderr());
        command.stdout(File::create(&stdout).unwrap()).stderr(File::create(&stderr).unwrap());
        let began = Instant::now();
        let mut child = command.spawn().unwrap();
        let status = wait(&mut child, PATIENCE);
        let took = began.elapsed();
        let text = |path| String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned();
        let ended = Ended { status, stdout: text(&stdout), stderr: text(&stderr), took };
        assert!(!ended.stderr.contains("panicked"), "{command:?}: {ended:?}");
        ended
    }

    /// Starts `up --json` with further arguments, and waits for its one line.
    pub(crate) fn up(&self, arguments: &[&str]) -> Gateway {
        let mut all = vec!["up", "--json"];
        all.extend_from_slice(arguments);
        if !arguments.contains(&"--listen") {
            all.extend(["--listen", "127.0.0.1:0"]);
        }
        Gateway::ready(self, &mut self.command(&all))
    }

    /// Starts a command that serves, and waits until it says so in its log.
    pub(crate) fn serving(&self, command: &mut Command) -> Gateway {
        Gateway::serving(self, command)
    }
}

/// Waits for a process to end. One that does not is killed, and fails the test.
fn wait(child: &mut Child, patience: Duration) -> ExitStatus {
    let deadline = Instant::now() + patience;
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        if Instant::now() > deadline {
            child.kill().unwrap();
            child.wait().unwrap();
            panic!("a process did not end within {patience:?}");
        }
        thread::sleep(Duration::from_millis(2));
    }
}

/// A process that serves. It is killed when this value goes, and its log is searched for panics.
pub(crate) struct Gateway {
    pub(crate) address: SocketAddr,
    /// The line of `up --json`; null for a process that was started otherwise.
    pub(crate) ready: Value,
    child: Child,
    stdout: Option<BufReader<ChildStdout>>,
    stderr: PathBuf,
}

impl Gateway {
    /// A process that writes to pipes and files of the home.
    fn spawn(home: &Home, command: &mut Command) -> Self {
        let stderr = home.stderr();
        command.stdout(Stdio::piped()).stderr(File::create(&stderr).unwrap());
        let mut child = command.spawn().unwrap();
        let stdout = Some(BufReader::new(child.stdout.take().unwrap()));
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self { address, ready: Value::Null, child, stdout, stderr }
    }

    /// A process that may not live to be ready: for those that are killed.
    pub(crate) fn begin(home: &Home, command: &mut Command) -> Self {
        Self::spawn(home, command)
    }

    /// A process that says in one line of JSON that it is ready, and waits for it.
    pub(crate) fn ready(home: &Home, command: &mut Command) -> Self {
        let mut gateway = Self::spawn(home, command);
        assert!(gateway.wait_ready(), "{command:?}: {}", gateway.log());
        gateway
    }

    /// Reads the ready line. False when the process ended without one.
    pub(crate) fn wait_ready(&mut self) -> bool {
        let line = self.line();
        if line.is_empty() {
            return false;
        }
        assert!(line.ends_with('\n'), "the line is whole: {line}");
        self.ready = serde_json::from_str(&line).unwrap_or_else(|_| panic!("no JSON: {line}"));
        let url = self.ready["mcp_url"].as_str().unwrap();
        let (authority, _) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
        self.address = authority.parse().unwrap();
        true
    }

    fn serving(home: &Home, command: &mut Command) -> Self {
        let mut gateway = Self::spawn(home, command);
        let line = gateway.logged("the process serves", |line| line["message"] == "serving");
        gateway.address = line["address"].as_str().unwrap().parse().unwrap();
        gateway
    }

    /// The first line of the log that `fits`.
    pub(crate) fn logged(&mut self, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
        until(what, || {
            let log = self.log();
            let mut lines = log.lines().filter_map(|line| serde_json::from_str(line).ok());
            let found = lines.find(&fits);
            let ended = self.child.try_wait().unwrap();
            assert!(found.is_some() || ended.is_none(), "{what}: ended as {ended:?}: {log}");
            found
        })
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it wrote to stderr so far.
    pub(crate) fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.stderr).unwrap()).into_owned()
    }

    /// The next line of its stdout, empty when it has closed it.
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.as_mut().unwrap().read_line(&mut line).unwrap();
        line
    }

    /// Its stdout, to be read elsewhere.
    pub(crate) fn take_stdout(&mut self) -> BufReader<ChildStdout> {
        self.stdout.take().unwrap()
    }

    /// The MCP server that the ready line names, with its token.
    pub(crate) fn endpoint(&self) -> Endpoint {
        self.endpoint_for(self.ready["token"].as_str().unwrap())
    }

    /// The same server, with another token.
    pub(crate) fn endpoint_for(&self, token: &str) -> Endpoint {
        let url = self.ready["mcp_url"].as_str().unwrap();
        let path = url.strip_prefix(&format!("http://{}", self.address)).unwrap();
        Endpoint::new(self.address, path, token)
    }

    /// A server of a process that `serve` started.
    pub(crate) fn endpoint_at(&self, path: &str, token: &str) -> Endpoint {
        Endpoint::new(self.address, path, token)
    }

    pub(crate) fn get(&self, path: &str) -> Reply {
        crate::http::get(self.address, path)
    }

    /// Sends a signal by its name.
    pub(crate) fn signal(&self, name: &str) {
        let pid = self.pid().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &pid]).status().unwrap().success());
    }

    /// `kill -9`.
    pub(crate) fn kill(mut self) {
        // Dropping does it; whether it had ended before is the caller's to know.
        self.child.kill().unwrap();
    }

    /// Whether it still runs.
    pub(crate) fn lives(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Waits until it ends by itself.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        let log = self.stderr.clone();
        let status = wait(&mut self.child, PATIENCE);
        assert!(!fs::read_to_string(log).unwrap().contains("panicked"));
        status
    }

    /// Asks it to end, and gives the rest of its stdout.
    pub(crate) fn stop(mut self) -> String {
        self.signal("TERM");
        let status = self.wait();
        assert_eq!(status.code(), Some(0), "{}", self.log());
        let mut rest = String::new();
        while self.stdout.as_mut().unwrap().read_line(&mut rest).unwrap() > 0 {}
        rest
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        // It may have ended already: then there is nothing to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let log = self.log();
        assert!(thread::panicking() || !log.contains("panicked"), "{log}");
    }
}

/// Waits until `look` finds something, and fails when that takes too long.
pub(crate) fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "waited in vain: {what}");
        thread::sleep(Duration::from_millis(2));
    }
}

/// A port that nobody listens on just now.
pub(crate) fn free_address() -> SocketAddr {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap()
}

impl Ended {
    /// Checks that it failed, and said why in one line that holds all of `words`.
    pub(crate) fn refused(&self, words: &[&str]) {
        assert!(!self.status.success(), "{words:?}: {self:?}");
        assert_eq!(self.stdout, "", "{words:?}: {self:?}");
        let lines: Vec<&str> = self.stderr.lines().collect();
        assert_eq!(lines.len(), 1, "{words:?}: {self:?}");
        assert!(lines[0].starts_with("gatewright: "), "{self:?}");
        for word in words {
            assert!(lines[0].contains(word), "{word} is not in {self:?}");
        }
    }
}
