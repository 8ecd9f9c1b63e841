//! `kill -9` during the very first start: the next one begins where that one stopped.

use crate::{
    binary::{Gateway, Home},
    crash::Random,
    tokens,
};
use std::{
    thread,
    time::{Duration, Instant},
};

/// First starts that are killed.
const STARTS: usize = 30;

fn begin(home: &Home) -> Gateway {
    Gateway::begin(home, &mut home.command(&["up", "--json", "--listen", "127.0.0.1:0"]))
}

#[test]
fn a_first_start_that_was_killed_is_gone_on_with() {
    let mut random = Random::seeded();
    let (home, began) = (Home::new(), Instant::now());
    let mut first = begin(&home);
    assert!(first.wait_ready(), "{}", first.log());
    // From the first instruction to a little after the ready line.
    let whole = began.elapsed() + Duration::from_millis(20);
    drop(first);
    let mut unfinished = 0;
    for start in 0..STARTS {
        let home = Home::new();
        let gateway = begin(&home);
        // Twice on the way, so that the second start is interrupted too.
        thread::sleep(whole.mul_f64(random.below(1_000) as f64 / 1_000.0));
        gateway.kill();
        let gateway = begin(&home);
        thread::sleep(whole.mul_f64(random.below(1_000) as f64 / 1_000.0));
        gateway.kill();
        unfinished += usize::from(!home.data().join("requests.db").exists());

        let mut gateway = begin(&home);
        assert!(gateway.wait_ready(), "start {start}: {}", gateway.log());
        let (_, token) = tokens::create(&home, &[]);
        assert_eq!(gateway.endpoint_for(&token).names().len(), 6, "start {start}");
        gateway.stop();
    }
    eprintln!("{unfinished} of {STARTS} were killed before the databases were made");
}
