//! Imports descriptions and prints, for each, what became of its operations, and what that cost:
//! `cargo run --release -p openapi --example import -- FILE…`. With `--tools`, the tools as JSON lines; with
//! `--notes`, the report.

use openapi::{FileError, Files, Options, Status, import};
use std::{
    io::Write,
    path::{Path, PathBuf},
    time::Instant,
};

/// The folder of the root document, for what it refers to.
struct Folder(PathBuf);

impl Files for Folder {
    fn read(&mut self, path: &str) -> Result<Vec<u8>, FileError> {
        std::fs::read(self.0.join(path)).map_err(|error| FileError(error.to_string()))
    }
}

fn main() -> std::io::Result<()> {
    let (flags, names): (Vec<String>, Vec<String>) =
        std::env::args().skip(1).partition(|one| one.starts_with("--"));
    let has = |flag: &str| flags.iter().any(|one| one == flag);
    let mut out = std::io::stdout().lock();
    for name in &names {
        let path = Path::new(name);
        let bytes = std::fs::read(path)?;
        let mut folder = Folder(path.parent().map(Path::to_path_buf).unwrap_or_default());
        let options = Options { deprecated: has("--deprecated"), ..Options::default() };
        let start = Instant::now();
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        let made = match import(&file, &bytes, &mut folder, &options) {
            Ok(made) => made,
            Err(error) => {
                writeln!(out, "{error}")?;
                continue;
            }
        };
        let seconds = start.elapsed().as_secs_f64();
        let size = |action: &model::Action| {
            action.name.len()
                + action.description.len()
                + action.input_schema.get().len()
                + action.output_schema.as_ref().map_or(0, |schema| schema.get().len())
                + 160
        };
        let bytes: usize = made.actions.iter().map(size).sum();
        let largest = made.actions.iter().map(size).max().unwrap_or(0);
        let counts = made.report.counts();
        if !has("--tools") {
            writeln!(
                out,
                "{:<46} {} exposed {:>4} degraded {:>3} excluded {:>3} refused {:>3}  list {:>9} B  largest {:>7} B  {:.3} s  peak {} kB",
                path.file_name().unwrap_or_default().to_string_lossy(),
                made.format.as_str(),
                counts.exposed,
                counts.degraded,
                counts.excluded,
                counts.refused,
                bytes,
                largest,
                seconds,
                peak()
            )?;
        }
        if has("--tools") {
            for action in &made.actions {
                writeln!(out, "{}", serde_json::to_string(action)?)?;
            }
        }
        if has("--notes") {
            for note in &made.report.notes {
                writeln!(
                    out,
                    "  document: {} | {} | {}:{}:{}",
                    note.reason, note.fix, note.pointer, note.line, note.column
                )?;
            }
            for one in made.report.operations.iter().filter(|one| one.status != Status::Excluded) {
                for note in &one.notes {
                    writeln!(
                        out,
                        "  {:?} {} {}: {} | {}",
                        one.status, one.method, one.path, note.reason, note.pointer
                    )?;
                }
            }
        }
    }
    Ok(())
}

/// Peak resident memory in kB, where the system tells.
fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or_else(|| "?".to_owned(), |rest| rest.trim().trim_end_matches(" kB").to_owned())
}
