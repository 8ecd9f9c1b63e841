//! Child processes, and what the kernel says of them.

use anyhow::{Context, Result, ensure};
use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// `USER_HZ`: what `/proc/PID/stat` counts in, 100 on every architecture that we run on.
const TICKS_PER_SECOND: f64 = 100.0;

/// A server that ends with this value.
pub(crate) struct Server {
    pub(crate) child: Child,
    pub(crate) address: SocketAddr,
}

impl Server {
    /// Starts one of our own, which prints its port first.
    pub(crate) fn start(arguments: &[&str]) -> Result<Self> {
        let exe = std::env::current_exe()?;
        let mut child = Command::new(exe).args(arguments).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped above")).read_line(&mut line)?;
        let port: u16 =
            line.trim().parse().with_context(|| format!("{arguments:?} printed no port"))?;
        Ok(Self { child, address: SocketAddr::from(([127, 0, 0, 1], port)) })
    }

    /// The process id.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

/// Ends a process: asked first, killed after 10 s.
pub(crate) fn end(child: &mut Child) {
    let asked = Command::new("kill").args(["-TERM", &child.id().to_string()]).status();
    let deadline = Instant::now() + Duration::from_secs(10);
    while asked.is_ok() && Instant::now() < deadline {
        if !matches!(child.try_wait(), Ok(None)) {
            return;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    // It may have ended by itself meanwhile: nothing to do then.
    let _ = child.kill();
    let _ = child.wait();
}

/// CPU time of a process so far, user and system.
pub(crate) fn cpu_ms(pid: u32) -> Result<f64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).context("the server is gone")?;
    let after_name = stat.rsplit_once(')').context("/proc/PID/stat without a name")?.1;
    let ticks = |index: usize| {
        after_name.split_whitespace().nth(index).and_then(|text| text.parse::<f64>().ok())
    };
    let (user, system) = ticks(11).zip(ticks(12)).context("/proc/PID/stat is short")?;
    Ok((user + system) * 1000.0 / TICKS_PER_SECOND)
}

/// Resident and proportional memory.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Memory {
    pub(crate) rss_mb: f64,
    pub(crate) pss_mb: f64,
}

/// Memory of a process now.
pub(crate) fn memory(pid: u32) -> Result<Memory> {
    let text = fs::read_to_string(format!("/proc/{pid}/smaps_rollup"))?;
    let of = |name| kilobytes(&text, name).with_context(|| format!("no {name} in smaps_rollup"));
    Ok(Memory { rss_mb: of("Rss:")? / 1000.0, pss_mb: of("Pss:")? / 1000.0 })
}

/// What a command took.
pub(crate) struct Run {
    pub(crate) seconds: f64,
    pub(crate) peak_rss_mb: f64,
    pub(crate) stdout: Vec<u8>,
}

/// Runs a command to its end. The peak is the kernel's high-water mark, read every 2 ms.
pub(crate) fn run(command: &mut Command, stdout: &Path) -> Result<Run> {
    let start = Instant::now();
    let mut child = command.stdin(Stdio::null()).stdout(fs::File::create(stdout)?).spawn()?;
    let path = format!("/proc/{}/status", child.id());
    let mut peak = 0.0_f64;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if let Some(now) =
            fs::read_to_string(&path).ok().and_then(|text| kilobytes(&text, "VmHWM:"))
        {
            peak = peak.max(now);
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    let seconds = start.elapsed().as_secs_f64();
    ensure!(status.success(), "{command:?} ended with {status}");
    Ok(Run { seconds, peak_rss_mb: peak / 1000.0, stdout: fs::read(stdout)? })
}

/// A load generator that runs beside what is measured, and ends with this value.
pub(crate) struct Load(Child);

impl Load {
    /// Starts it.
    pub(crate) fn start(job: &crate::load::Job) -> Result<Self> {
        let exe = std::env::current_exe()?;
        let mut child =
            Command::new(exe).arg("load").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        child.stdin.take().expect("piped above").write_all(&serde_json::to_vec(job)?)?;
        Ok(Self(child))
    }

    /// Whether it still asks.
    pub(crate) fn lives(&mut self) -> bool {
        matches!(self.0.try_wait(), Ok(None))
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        // It may have ended by itself: nothing to do then.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs the load generator to its end.
pub(crate) fn load(job: &crate::load::Job) -> Result<crate::load::Measured> {
    let mut load = Load::start(job)?;
    let mut stdout = Vec::new();
    load.0.stdout.take().expect("piped above").read_to_end(&mut stdout)?;
    let status = load.0.wait()?;
    ensure!(status.success(), "the load generator found a fault, see above");
    Ok(serde_json::from_slice(&stdout)?)
}

fn kilobytes(text: &str, name: &str) -> Option<f64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().trim_end_matches("kB").trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{cpu_ms, memory};
    use std::time::Instant;

    #[test]
    fn reads_its_own_figures() {
        let pid = std::process::id();
        let (start, before) = (Instant::now(), cpu_ms(pid).unwrap());
        while start.elapsed().as_millis() < 200 {
            std::hint::spin_loop();
        }
        let spent = cpu_ms(pid).unwrap() - before;
        assert!(spent > 0.0, "{spent}");
        let memory = memory(pid).unwrap();
        assert!(memory.rss_mb >= memory.pss_mb && memory.pss_mb > 0.1, "{memory:?}");
    }
}
