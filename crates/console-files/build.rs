//! Builds the console with Node.js, in a folder of its own below the build directory, and lists its files for `src/lib.rs`.
//!
//! Without Node.js, or a network to fetch packages from, the crate is empty and the binary says how to get a console. What cannot be
//! built though all is there is an error.

#![allow(
    clippy::disallowed_methods,
    reason = "cargo tells a build script its task by the environment"
)]

use std::{
    env,
    fmt::Write as _,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    process::Command,
};

/// `off`: no console. `required`: no binary without one.
const SWITCH: &str = "GATEWRIGHT_CONSOLE";
/// A folder with a console that was built already.
const BUILT: &str = "GATEWRIGHT_CONSOLE_DIST";
/// What the console is made of.
const SOURCES: [&str; 8] = [
    "package.json",
    "package-lock.json",
    "vite.config.ts",
    "tsconfig.json",
    "index.html",
    "build",
    "public",
    "src",
];
/// The oldest Node.js that its build runs on.
const NODE: (u32, u32) = (20, 19);

/// Why there is no console.
enum Missing {
    /// It is not wanted.
    Off,
    /// Something is not there, and what to do.
    Lacking(String),
}

fn main() {
    println!("cargo::rerun-if-env-changed={SWITCH}");
    println!("cargo::rerun-if-env-changed={BUILT}");
    let out = PathBuf::from(variable("OUT_DIR").expect("cargo sets it"));
    let files = match folder(&out) {
        Ok(folder) => list(&folder),
        Err(Missing::Off) => Vec::new(),
        Err(Missing::Lacking(reason)) => {
            let required = variable(SWITCH).as_deref() == Some("required");
            assert!(!required, "{SWITCH}=required, and {reason}");
            println!("cargo::warning=the binary will have no console: {reason}");
            Vec::new()
        }
    };
    let mut table = String::from(
        "/// Every file of the console by its path; empty when it could not be built. Beside `NAME` may be `NAME.br` and `NAME.gz`.\npub static FILES: &[(&str, &[u8])] = &[\n",
    );
    for (name, path) in files {
        writeln!(table, "    ({name:?}, include_bytes!({path:?})),").expect("a text takes all");
    }
    table.push_str("];\n");
    write(&out.join("files.rs"), &table);
}

fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// Where a built console is.
fn folder(out: &Path) -> Result<PathBuf, Missing> {
    if let Some(built) = variable(BUILT) {
        println!("cargo::rerun-if-changed={built}");
        return Ok(PathBuf::from(built));
    }
    match variable(SWITCH).as_deref() {
        Some("off") => Err(Missing::Off),
        None | Some("required") => build(out),
        Some(other) => panic!("{SWITCH} is `off` or `required`, not {other:?}"),
    }
}

fn build(out: &Path) -> Result<PathBuf, Missing> {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a crate of the workspace");
    let root = crates.with_file_name("console");
    if !root.join("package.json").is_file() {
        return Err(Missing::Lacking(
            "its sources, the folder `console`, are not there".to_owned(),
        ));
    }
    for name in SOURCES {
        println!("cargo::rerun-if-changed={}", root.join(name).display());
    }
    node()?;
    // Below the build directory, beside the folders of all profiles: packages are fetched once for them all.
    let place = out.ancestors().nth(4).expect("OUT_DIR is PROFILE/build/NAME/out").join("console");
    fs::create_dir_all(&place).expect("the build directory can be written to");
    let lock = File::create(place.join("lock")).expect("the build directory can be written to");
    lock.lock().expect("another profile's build ends");
    for name in SOURCES {
        refresh(&root.join(name), &place.join(name))
            .unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    packages(&root, &place)?;
    let built = out.join("dist");
    let mut vite = npm(&place, &["run", "build", "--", "--emptyOutDir", "--outDir"]);
    let output = vite.arg(&built).output().expect("npm has just run");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(
        output.status.success(),
        "the console does not build:\n{}{}",
        text(&output.stdout),
        text(&output.stderr)
    );
    Ok(built)
}

/// Looks for a Node.js that is new enough.
fn node() -> Result<(), Missing> {
    let (major, minor) = NODE;
    let lacking = |what: &str| {
        // A path that never is: cargo then asks again each time, until there is one.
        println!("cargo::rerun-if-changed=no-node");
        Missing::Lacking(format!(
            "{what}. Install Node.js {major}.{minor} or later and build again, or set {SWITCH}=off"
        ))
    };
    let output = Command::new("node").arg("--version").output();
    let output = output.map_err(|_| lacking("node is not on the PATH"))?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let mut numbers = text.trim_start_matches('v').split('.').map(|part| part.parse::<u32>().ok());
    let found = numbers.next().flatten().zip(numbers.next().flatten());
    if found.is_none_or(|found| found < NODE) {
        return Err(lacking(&format!("node is {text}")));
    }
    Ok(())
}

/// Has the packages of the lock file in the folder: whoever works on the console has installed them already, or they are installed, again
/// only when the lock file is another.
fn packages(root: &Path, place: &Path) -> Result<(), Missing> {
    let (lock, own) = (root.join("package-lock.json"), place.join("node_modules"));
    let stamp = place.join("installed.lock");
    let installed = root.join("node_modules/.package-lock.json");
    let age = |path: &Path| fs::metadata(path).and_then(|data| data.modified()).ok();
    if age(&installed).zip(age(&lock)).is_some_and(|(installed, lock)| installed >= lock) {
        let theirs = root.join("node_modules");
        // A build directory may serve several working copies: a link to another's packages is no link to these.
        if fs::read_link(&own).ok().as_ref() != Some(&theirs) {
            discard(&own).and_then(|()| discard(&stamp)).expect("the build directory is ours");
            std::os::unix::fs::symlink(theirs, &own).expect("it is gone");
        }
        return Ok(());
    }
    let wanted = fs::read(&lock).expect("the console has a lock file");
    if !own.is_symlink() && fs::read(&stamp).is_ok_and(|known| known == wanted) {
        return Ok(());
    }
    discard(&own).and_then(|()| discard(&stamp)).expect("the build directory is ours");
    let options = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"];
    let output = npm(place, &options).output();
    if !output.as_ref().is_ok_and(|output| output.status.success()) {
        let said = output.map(|output| String::from_utf8_lossy(&output.stderr).into_owned());
        let said = said.unwrap_or_else(|error| error.to_string());
        let said = said.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
        return Err(Missing::Lacking(format!(
            "npm could not install its packages ({said}). When it can: cargo clean -p console-files, and build again"
        )));
    }
    fs::write(&stamp, wanted).expect("the build directory is ours");
    Ok(())
}

fn npm(place: &Path, arguments: &[&str]) -> Command {
    let mut npm = Command::new("npm");
    npm.args(arguments).current_dir(place);
    npm
}

/// Makes `to` what `from` is; gone if it is gone.
fn refresh(from: &Path, to: &Path) -> io::Result<()> {
    discard(to)?;
    if from.is_dir() {
        fs::create_dir(to)?;
        for entry in fs::read_dir(from)? {
            let entry = entry?;
            refresh(&entry.path(), &to.join(entry.file_name()))?;
        }
    } else if from.exists() {
        fs::copy(from, to)?;
    }
    Ok(())
}

fn discard(path: &Path) -> io::Result<()> {
    if path.is_dir() && !path.is_symlink() {
        return fs::remove_dir_all(path);
    }
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Every file below a folder, by its path from there, in order. Maps from what is served to sources stay here.
fn list(folder: &Path) -> Vec<(String, PathBuf)> {
    let folder = fs::canonicalize(folder).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
    assert!(
        folder.join("index.html").is_file(),
        "{folder:?} holds no console: it has no index.html"
    );
    let (mut files, mut folders) = (Vec::new(), vec![folder.clone()]);
    while let Some(one) = folders.pop() {
        for entry in fs::read_dir(one).expect("what was just built can be read") {
            let path = entry.expect("what was just built can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_none_or(|extension| extension != "map") {
                let name = path.strip_prefix(&folder).expect("it is below the folder");
                files.push((name.to_string_lossy().into_owned(), path));
            }
        }
    }
    files.sort();
    files
}

fn write(path: &Path, text: &str) {
    fs::write(path, text).unwrap_or_else(|error| panic!("{path:?}: {error}"));
}
