//! Contenders in turn, round after round, so that a noisy neighbour disturbs all of them alike.

use crate::{
    Options,
    load::{Job, Measured, Work},
    process,
};
use anyhow::{Context, Result};
use std::{net::SocketAddr, time::Duration};

/// One of those who are compared.
pub(crate) struct Contender {
    pub(crate) name: String,
    pub(crate) address: SocketAddr,
    pub(crate) pid: u32,
    pub(crate) work: Work,
}

/// Medians over the rounds of one contender.
#[derive(Clone, Debug)]
pub(crate) struct Medians {
    pub(crate) name: String,
    /// CPU time of the server per 1,000 calls.
    pub(crate) cpu_ms: f64,
    pub(crate) calls_per_second: f64,
    pub(crate) p50_us: f64,
    pub(crate) p99_us: f64,
}

/// Runs every contender once a round.
pub(crate) fn compare(
    options: &Options,
    connections: u32,
    rate: Option<u32>,
    contenders: &[Contender],
) -> Result<Vec<Medians>> {
    let (warm_up, measure) = if options.quick { (1, 3) } else { (3, 10) };
    let mut results = vec![Vec::new(); contenders.len()];
    for round in 0..options.rounds.max(1) {
        for (contender, results) in contenders.iter().zip(&mut results) {
            let job = Job {
                address: contender.address,
                connections,
                warm_up: Duration::from_secs(warm_up),
                measure: Duration::from_secs(measure),
                rate,
                pid: contender.pid,
                work: contender.work.clone(),
            };
            let measured = process::load(&job).with_context(|| contender.name.clone())?;
            eprintln!(
                "  round {} {}: {:.1} CPU ms per 1,000, {:.0} calls/s, p50 {:.0} µs, p99 {:.0} µs",
                round + 1,
                contender.name,
                measured.cpu_ms * 1000.0 / measured.calls as f64,
                measured.calls as f64 / measured.seconds,
                measured.p50_us,
                measured.p99_us,
            );
            results.push(measured);
        }
    }
    Ok(contenders
        .iter()
        .zip(&results)
        .map(|(contender, results)| medians(&contender.name, results))
        .collect())
}

fn medians(name: &str, results: &[Measured]) -> Medians {
    let of = |figure: fn(&Measured) -> f64| median(results.iter().map(figure).collect());
    Medians {
        name: name.to_owned(),
        cpu_ms: of(|measured| measured.cpu_ms * 1000.0 / measured.calls as f64),
        calls_per_second: of(|measured| measured.calls as f64 / measured.seconds),
        p50_us: of(|measured| measured.p50_us),
        p99_us: of(|measured| measured.p99_us),
    }
}

/// The middle one, or the mean of the two in the middle.
pub(crate) fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    match figures.len() {
        0 => f64::NAN,
        count if count % 2 == 1 => figures[count / 2],
        count => f64::midpoint(figures[count / 2 - 1], figures[count / 2]),
    }
}

#[cfg(test)]
mod tests {
    use super::median;

    #[test]
    fn the_middle() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), 2.5);
        assert!(median(vec![]).is_nan());
    }
}
