//! Properties of what reads strangers' bytes: each function takes any bytes, and panics when a property does not hold.
//!
//! `fuzz_targets/` hands them to libFuzzer; the tests here run every seed, cut and altered in many ways, on stable Rust.

mod adapt;
mod importer;
mod mcp_read;
mod plan;

pub use adapt::adapt;
pub use importer::importer;
pub use mcp_read::mcp_read;
pub use plan::plan;

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    /// Places at which each seed is cut, and at which single bytes are altered.
    const PLACES: usize = 24;
    /// What a byte is altered with.
    const MASKS: [u8; 4] = [0x01, 0x20, 0x80, 0xff];
    /// Seeds that a target has at least.
    const SEEDS: usize = 15;

    fn check(target: &str, property: fn(&[u8])) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(target);
        let mut paths: Vec<_> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        assert!(paths.len() >= SEEDS, "{target} has {} seeds", paths.len());
        for path in paths {
            let seed = fs::read(&path).unwrap();
            // Printed only when the property does not hold.
            println!("{}", path.display());
            property(&seed);
            for place in 0..PLACES {
                let at = seed.len() * place / PLACES;
                println!("cut at {at}");
                property(&seed[..at]);
                println!("begun at {at}");
                property(&seed[at..]);
                for mask in MASKS {
                    println!("byte {at} with {mask:#x}");
                    let mut altered = seed.clone();
                    if let Some(byte) = altered.get_mut(at) {
                        *byte ^= mask;
                    }
                    property(&altered);
                }
            }
        }
    }

    #[test]
    fn adapt_seeds() {
        check("adapt", super::adapt);
    }

    #[test]
    fn importer_seeds() {
        check("importer", super::importer);
    }

    #[test]
    fn plan_seeds() {
        check("plan", super::plan);
    }

    #[test]
    fn mcp_read_seeds() {
        check("mcp_read", super::mcp_read);
    }
}
