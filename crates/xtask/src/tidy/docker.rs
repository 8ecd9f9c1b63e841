use super::{Finding, Tree};

/// The image cannot be built everywhere that the tests run, so its rules are read off the text.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.files.iter().filter(|file| file.path == "Dockerfile") {
        let joined = file.text.replace("\\\n", " ");
        let instructions: Vec<(String, &str)> = joined
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .map(|line| line.split_once(' ').unwrap_or((line, "")))
            .map(|(name, rest)| (name.to_ascii_uppercase(), rest.trim()))
            .collect();
        findings.extend(faults(&instructions).into_iter().map(|message| file.finding(message)));
    }
    findings
}

fn faults(instructions: &[(String, &str)]) -> Vec<String> {
    let mut faults = Vec::new();
    let all = |name: &'static str| {
        instructions.iter().filter(move |(known, _)| known == name).map(|(_, rest)| *rest)
    };
    let stages: Vec<&str> =
        all("FROM").filter_map(|from| Some(from.split_once(" AS ")?.1.trim())).collect();
    for from in all("FROM") {
        let image = from.split_whitespace().next().unwrap_or_default();
        let tag = image.rsplit('/').next().unwrap_or_default().split_once(':').map(|(_, tag)| tag);
        if !stages.contains(&image) && tag.is_none_or(|tag| tag == "latest") {
            faults.push(format!("{image} has no fixed tag"));
        }
    }
    if all("FROM").count() < 2 {
        faults.push("has one stage: the image would hold the compiler".to_owned());
    }
    let last_stage = instructions.iter().rposition(|(name, _)| name == "FROM").unwrap_or_default();
    let runtime = &instructions[last_stage..];
    let user = runtime.iter().rfind(|(name, _)| name == "USER").map(|(_, user)| *user);
    if user.is_none_or(|user| matches!(user.split(':').next(), Some("root" | "0"))) {
        faults.push("runs as root".to_owned());
    }
    for name in ["HEALTHCHECK", "ENTRYPOINT"] {
        if !runtime.iter().any(|(known, _)| known == name) {
            faults.push(format!("has no {name}"));
        }
    }
    for (name, rest) in instructions {
        if name == "ADD" {
            faults.push("uses ADD, which fetches and unpacks: COPY".to_owned());
        }
        if matches!(name.as_str(), "ENTRYPOINT" | "CMD") && !rest.starts_with('[') {
            faults
                .push(format!("{name} runs through a shell, which keeps signals from the process"));
        }
        if name == "RUN"
            && rest.contains("apt-get install")
            && !rest.contains("--no-install-recommends")
        {
            faults.push("installs recommended packages".to_owned());
        }
        if rest.contains("sudo ") {
            faults.push("uses sudo".to_owned());
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use crate::tidy::tests::check;

    const GOOD: &str = "FROM rust:1.95-bookworm AS build\nRUN cargo build\nFROM debian:12-slim\nCOPY --from=build /a /a\n\
                        USER 10001:10001\nHEALTHCHECK CMD [\"/a\"]\nENTRYPOINT [\"/a\"]\n";

    #[test]
    fn planted_faults_are_found() {
        for (from, to) in [
            ("debian:12-slim", "debian"),
            ("debian:12-slim", "debian:latest"),
            ("USER 10001:10001\n", ""),
            ("USER 10001:10001", "USER root"),
            ("HEALTHCHECK CMD [\"/a\"]\n", ""),
            ("ENTRYPOINT [\"/a\"]", "ENTRYPOINT /a"),
            ("COPY", "ADD"),
            ("cargo build", "apt-get update && \\\n  apt-get install -y cmake"),
            ("cargo build", "sudo cargo build"),
        ] {
            assert!(GOOD.contains(from), "{from}");
            check(super::check, "Dockerfile", &GOOD.replacen(from, to, 1), GOOD);
        }
    }
}
