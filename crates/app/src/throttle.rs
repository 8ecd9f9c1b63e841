use crate::{Error, error::Kind};
use jiff::SignedDuration;
use model::Timestamp;
use sha2::{Digest as _, Sha256};
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// What has been tried is forgotten after so long without another try.
const FORGOTTEN_AFTER: SignedDuration = SignedDuration::from_hours(1);
/// Guessers that are remembered; of more, those whose wait ends first are forgotten.
const REMEMBERED_MAX: usize = 10_000;
/// Tries without a wait that one address has for each that one user has: an address may be that of a whole office.
const ADDRESS_TRIES: u32 = 10;

/// Slows down whoever guesses passwords: after some tries each waits twice as long as the one before.
///
/// A try counts before its password is looked at, so that many at once gain nothing.
pub(crate) struct Throttle {
    tries: Mutex<HashMap<Key, Tries>>,
}

/// How often may be tried, and how slow it gets.
#[derive(Clone, Copy)]
pub(crate) struct Pace {
    /// Tries of one user without a wait.
    pub(crate) free: u32,
    /// The longest wait.
    pub(crate) longest: Duration,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    /// SHA-256 of the account and the address that were typed, whether or not they exist.
    User([u8; 32]),
    Address(IpAddr),
}

#[derive(Clone, Copy)]
struct Tries {
    count: u32,
    /// Nothing is tried before.
    next_at: Timestamp,
    last_at: Timestamp,
}

/// A try that was let through.
pub(crate) struct Attempt {
    user: Key,
    address: Option<Key>,
}

impl Throttle {
    pub(crate) fn new() -> Self {
        Self { tries: Mutex::default() }
    }

    /// Lets a try through, or says how long to wait. Addresses of this machine count no tries: a proxy there stands for everybody.
    ///
    /// # Errors
    ///
    /// [`Kind::Wait`].
    pub(crate) fn attempt(
        &self,
        account: &str,
        email: &str,
        source: Option<IpAddr>,
        pace: Pace,
        now: Timestamp,
    ) -> Result<Attempt, Error> {
        let user = Key::User(Sha256::digest(format!("{account}\0{email}")).into());
        let address = source.filter(|source| !source.to_canonical().is_loopback()).map(network);
        let of_address = Pace { free: pace.free.saturating_mul(ADDRESS_TRIES), ..pace };
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        // Whoever has to wait counts nowhere.
        check(&tries, user, now)?;
        if let Some(address) = address {
            check(&tries, address, now)?;
            count(&mut tries, address, of_address, now);
        }
        count(&mut tries, user, pace, now);
        Ok(Attempt { user, address })
    }

    /// Takes a try back that was right: what the user has tried before is forgotten.
    pub(crate) fn succeeded(&self, attempt: &Attempt) {
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        tries.remove(&attempt.user);
        if let Some(known) = attempt.address.and_then(|address| tries.get_mut(&address)) {
            known.count = known.count.saturating_sub(1);
            known.next_at = known.last_at;
        }
    }
}

fn check(tries: &HashMap<Key, Tries>, key: Key, now: Timestamp) -> Result<(), Error> {
    let Some(known) = tries.get(&key).filter(|known| now < known.next_at) else { return Ok(()) };
    let retry_after = Duration::try_from(known.next_at.duration_since(now)).unwrap_or_default();
    let message = "too many passwords were tried: wait, then try again";
    Err(Error::new(Kind::Wait { retry_after }, message).code("too_many_attempts"))
}

fn count(tries: &mut HashMap<Key, Tries>, key: Key, pace: Pace, now: Timestamp) {
    make_room(tries, now);
    let known = tries.entry(key).or_insert(Tries { count: 0, next_at: now, last_at: now });
    if now.duration_since(known.last_at) >= FORGOTTEN_AFTER {
        known.count = 0;
    }
    known.count = known.count.saturating_add(1);
    known.last_at = now;
    let beyond = known.count.saturating_sub(pace.free);
    let wait = match beyond {
        0 => Duration::ZERO,
        _ => {
            Duration::from_secs(1u64.checked_shl(beyond - 1).unwrap_or(u64::MAX)).min(pace.longest)
        }
    };
    known.next_at =
        now.saturating_add(SignedDuration::try_from(wait).unwrap_or_default()).unwrap_or(now);
}

fn make_room(tries: &mut HashMap<Key, Tries>, now: Timestamp) {
    if tries.len() < REMEMBERED_MAX {
        return;
    }
    tries.retain(|_, known| now.duration_since(known.last_at) < FORGOTTEN_AFTER);
    if tries.len() < REMEMBERED_MAX {
        return;
    }
    // A good part at once, so that a flood of names is not searched through for each of them.
    let mut ends: Vec<Timestamp> = tries.values().map(|known| known.next_at).collect();
    let (_, last, _) = ends.select_nth_unstable(REMEMBERED_MAX / 10);
    tries.retain(|_, known| known.next_at > *last);
}

/// An address, or the network that one subscriber has of IPv6.
fn network(address: IpAddr) -> Key {
    Key::Address(match address.to_canonical() {
        IpAddr::V4(v4) => v4.into(),
        IpAddr::V6(v6) => std::net::Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64)).into(),
    })
}

#[cfg(test)]
mod tests {
    use super::{Pace, REMEMBERED_MAX, Throttle};
    use crate::Kind;
    use model::Timestamp;
    use std::time::Duration;

    const PACE: Pace = Pace { free: 5, longest: Duration::from_secs(300) };

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_763_000_000 + seconds).unwrap()
    }

    /// Seconds to wait.
    fn wait(throttle: &Throttle, email: &str, source: &str, now: i64) -> Option<u64> {
        let source = source.parse().ok();
        throttle.attempt("acme", email, source, PACE, at(now)).err().map(|error| match error.kind {
            Kind::Wait { retry_after } => retry_after.as_secs(),
            other => panic!("{other:?}"),
        })
    }

    #[test]
    fn each_try_waits_twice_as_long_up_to_a_bound() {
        let throttle = Throttle::new();
        let (mut now, mut waits) = (0, Vec::new());
        for _ in 0..17 {
            match wait(&throttle, "ada", "", now) {
                None => waits.push(0),
                Some(seconds) => {
                    now += i64::try_from(seconds).unwrap();
                    waits.push(seconds);
                    assert_eq!(wait(&throttle, "ada", "", now), None);
                }
            }
        }
        assert_eq!(waits, [0, 0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
        assert_eq!(wait(&throttle, "bob", "", now), None, "another user");
        assert_eq!(wait(&throttle, "ada", "", now + 3_600), None);
        assert_eq!(wait(&throttle, "ada", "", now + 3_600), None, "an hour later it begins anew");
    }

    #[test]
    fn many_at_once_gain_nothing() {
        let throttle = Throttle::new();
        let passed = (0..1_000).filter(|_| wait(&throttle, "ada", "", 0).is_none()).count();
        assert_eq!(passed, 6);
    }

    #[test]
    fn an_address_is_slowed_down_whoever_it_tries() {
        let throttle = Throttle::new();
        let passed = |source: &str| {
            (0..100)
                .filter(|n| wait(&throttle, &format!("{source}{n}"), source, 0).is_none())
                .count()
        };
        assert_eq!(passed("192.0.2.1"), 51);
        assert_eq!(passed("192.0.2.2"), 51);
        assert_eq!(passed("::ffff:192.0.2.1"), 0, "the same address");
        assert_eq!(passed("2001:db8::1"), 51);
        assert_eq!(passed("2001:db8::2"), 0, "the same network");
        assert_eq!(passed("127.0.0.1"), 100);
        assert_eq!(passed("::1"), 100);
    }

    #[test]
    fn a_right_password_is_no_guess() {
        let throttle = Throttle::new();
        for _ in 0..200 {
            let attempt = throttle.attempt("acme", "ada", "192.0.2.1".parse().ok(), PACE, at(0));
            throttle.succeeded(&attempt.unwrap_or_else(|error| panic!("{error}")));
        }
    }

    #[test]
    fn what_is_remembered_has_a_bound() {
        let throttle = Throttle::new();
        for _ in 0..20 {
            wait(&throttle, "ada", "", 0);
        }
        for n in 0..2 * REMEMBERED_MAX {
            wait(&throttle, &n.to_string(), "", 0);
        }
        assert!(throttle.tries.lock().unwrap().len() <= REMEMBERED_MAX);
        assert!(wait(&throttle, "ada", "", 0).is_some(), "those that wait are kept");
    }
}
