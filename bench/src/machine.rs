//! What the figures were taken on. Never a host name, a user or a path.

use std::{fs, process::Command};

/// One line a fact.
pub(crate) fn facts(load_before: &str) -> Vec<(&'static str, String)> {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let processor = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model =
        processor.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or_default();
    vec![
        ("cores", format!("{cores} ({})", model.trim_start_matches(['\t', ' ', ':']))),
        ("memory", format!("{} GB", total_memory_gb())),
        ("load average before / after", format!("{load_before} / {}", load_average())),
        (
            "kernel",
            fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default().trim().to_owned(),
        ),
        ("rustc", output("rustc", &["--version"])),
        ("commit", output("git", &["rev-parse", "--short", "HEAD"])),
        ("date", output("date", &["-u", "+%Y-%m-%d"])),
    ]
}

/// One, five and fifteen minutes.
pub(crate) fn load_average() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace().take(3).collect::<Vec<_>>().join(" ")
}

fn total_memory_gb() -> u64 {
    let text = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:")).unwrap_or_default();
    line.trim().trim_end_matches("kB").trim().parse::<u64>().unwrap_or(0) / 1_000_000
}

fn output(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    let text = output.ok().filter(|output| output.status.success()).map(|output| output.stdout);
    text.map_or("unknown".to_owned(), |text| String::from_utf8_lossy(&text).trim().to_owned())
}
