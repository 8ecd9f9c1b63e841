use super::Context;
use crate::{descriptions, gateway, report::Section, rounds::median};
use anyhow::Result;

const DESCRIPTIONS: [&str; 4] = [
    "github-rest-full-3.0.json",
    "kubernetes-2.0.json",
    "openai-3.1.yaml",
    "digitalocean-multifile/DigitalOcean-public.v2.yaml",
];

/// `gatewright import --dry-run` of the largest descriptions.
pub(super) fn run(context: &Context) -> Result<Section> {
    let mut section = Section::new(
        "Import",
        "`gatewright import DESCRIPTION --dry-run --json`: process start to end, and the kernel's high-water mark of resident memory.",
        &[
            "description",
            "operations",
            "exposed",
            "degraded",
            "excluded",
            "refused",
            "seconds",
            "peak MB",
        ],
    );
    for name in DESCRIPTIONS.into_iter().filter(|name| context.wants(name)) {
        let Some(description) = descriptions::real(name) else {
            section.not_run.push(format!("{name}, which is not there"));
            continue;
        };
        let (mut seconds, mut peak, mut last) = (Vec::new(), 0.0_f64, None);
        for _ in 0..context.options.rounds.max(1) {
            let (run, report) =
                gateway::import(&context.gateway, &description, context.directory.path())?;
            seconds.push(run.seconds);
            peak = peak.max(run.peak_rss_mb);
            last = Some(report);
        }
        let report = last.expect("at least one round");
        let seconds = median(seconds);
        eprintln!("  {name}: {seconds:.2} s, {peak:.0} MB");
        let operations = report.exposed + report.degraded + report.excluded + report.refused;
        section.rows.push(vec![
            name.to_owned(),
            operations.to_string(),
            report.exposed.to_string(),
            report.degraded.to_string(),
            report.excluded.to_string(),
            report.refused.to_string(),
            format!("{seconds:.2}"),
            format!("{peak:.0}"),
        ]);
        if name == DESCRIPTIONS[0] {
            section.at_most("import of GitHub's 1,223 operations", 1.0, seconds, "s");
            section.at_most("its peak memory", 300.0, peak, "MB");
        }
    }
    Ok(section)
}
