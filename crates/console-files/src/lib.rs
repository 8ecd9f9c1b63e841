//! The built console as bytes: what `build.rs` made of `console/` with Node.js, or nothing. Knows no HTTP.

include!(concat!(env!("OUT_DIR"), "/files.rs"));

#[cfg(test)]
mod tests {
    use super::FILES;

    #[test]
    fn a_console_is_whole_or_not_there() {
        let has = |path: &str| FILES.iter().any(|(one, _)| *one == path);
        assert_eq!(has("index.html"), !FILES.is_empty());
        for (path, bytes) in FILES {
            assert!(!path.ends_with(".map") && !path.starts_with('/'), "{path}");
            let plain = path.strip_suffix(".br").or_else(|| path.strip_suffix(".gz"));
            assert!(plain.is_none_or(has), "{path} is a form of a file that is not there");
            assert!(!bytes.is_empty(), "{path}");
        }
    }
}
