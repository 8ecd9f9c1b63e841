//! What must never be read from a stolen data directory.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};
use std::{fs, path::Path};

/// Files below `folder` that hold `secret`: as it is, in base64 at any of its three alignments, or in hexadecimal.
pub(crate) fn holding(folder: &Path, secret: &str) -> Vec<String> {
    let forms = forms(secret);
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            files += 1;
            // A process at work may have removed it meanwhile.
            let Ok(bytes) = fs::read(&path) else { continue };
            if forms.iter().any(|form| contains(&bytes, form)) {
                found.push(path.display().to_string());
            }
        }
    }
    assert!(files > 2, "a data directory has files");
    found
}

fn contains(bytes: &[u8], form: &[u8]) -> bool {
    bytes.windows(form.len()).any(|window| window == form)
}

fn forms(secret: &str) -> Vec<Vec<u8>> {
    let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    let mut forms = vec![secret.into(), hex.to_uppercase().into(), hex.into()];
    for before in 0..3 {
        let mut bytes = vec![0; before];
        bytes.extend(secret.bytes());
        // Characters that do not depend on the bytes before and after.
        let (first, last) = ((before * 8).div_ceil(6), bytes.len() * 8 / 6);
        for engine in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
            forms.push(engine.encode(&bytes)[first..last].into());
        }
    }
    forms
}

#[test]
fn the_search_finds_what_it_looks_for() {
    let secret = "canary-7f3b9c1d5e8a2046";
    let check = |text: String, found: bool| {
        assert_eq!(
            forms(secret).iter().any(|form| contains(text.as_bytes(), form)),
            found,
            "{text}"
        );
    };
    check(format!("a{secret}b"), true);
    check(secret[1..].to_owned(), false);
    for before in ["", "x", "xy", "xyz"] {
        for after in ["", "x", "xy"] {
            let text = format!("{before}{secret}{after}");
            check(STANDARD_NO_PAD.encode(&text), true);
            check(URL_SAFE_NO_PAD.encode(&text), true);
            check(text.bytes().map(|byte| format!("{byte:02X}")).collect(), true);
        }
    }
}
