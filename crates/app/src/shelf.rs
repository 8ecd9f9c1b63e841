use model::Timestamp;
use std::{
    collections::{HashMap, VecDeque},
    hash::Hash,
    sync::{Mutex, PoisonError},
};

/// Values that are kept in memory for a while, up to so many bytes: the oldest make room for new ones.
#[derive(Debug)]
pub(crate) struct Shelf<K, V> {
    bytes_max: usize,
    kept: Mutex<Kept<K, V>>,
}

#[derive(Debug)]
struct Kept<K, V> {
    slots: HashMap<K, Slot<V>>,
    /// In the order of their coming; one whose number is not the slot's any more was replaced.
    order: VecDeque<(u64, K)>,
    bytes: usize,
    last: u64,
}

#[derive(Debug)]
struct Slot<V> {
    number: u64,
    value: V,
    bytes: usize,
    expires_at: Timestamp,
}

/// Of all bytes, what one value may have at most.
const SHARE: usize = 4;

impl<K: Clone + Eq + Hash, V: Clone> Shelf<K, V> {
    pub(crate) fn new(bytes_max: usize) -> Self {
        let kept = Kept { slots: HashMap::new(), order: VecDeque::new(), bytes: 0, last: 0 };
        Self { bytes_max, kept: Mutex::new(kept) }
    }

    /// Keeps a value of so many bytes until then. Says whether it is kept: one larger than a quarter of all is not.
    pub(crate) fn put(&self, key: K, value: V, bytes: usize, expires_at: Timestamp) -> bool {
        if bytes > self.bytes_max / SHARE {
            return false;
        }
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.last += 1;
        let number = kept.last;
        let slot = Slot { number, value, bytes, expires_at };
        kept.bytes += bytes;
        if let Some(old) = kept.slots.insert(key.clone(), slot) {
            kept.bytes -= old.bytes;
        }
        kept.order.push_back((number, key));
        kept.make_room(self.bytes_max);
        true
    }

    /// The value, unless its time is over at `now`.
    pub(crate) fn get(&self, key: &K, now: Timestamp) -> Option<V> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.slots.get(key).filter(|slot| now < slot.expires_at).map(|slot| slot.value.clone())
    }

    /// Lets go of what has expired.
    pub(crate) fn forget_expired(&self, now: Timestamp) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let mut freed = 0;
        kept.slots.retain(|_, slot| {
            let stays = now < slot.expires_at;
            freed += if stays { 0 } else { slot.bytes };
            stays
        });
        kept.bytes -= freed;
        let Kept { slots, order, .. } = &mut *kept;
        order.retain(|(number, key)| slots.get(key).is_some_and(|slot| slot.number == *number));
    }
}

impl<K: Eq + Hash, V> Kept<K, V> {
    fn make_room(&mut self, bytes_max: usize) {
        while self.bytes > bytes_max {
            let Some((number, key)) = self.order.pop_front() else { return };
            if self.slots.get(&key).is_some_and(|slot| slot.number == number)
                && let Some(slot) = self.slots.remove(&key)
            {
                self.bytes -= slot.bytes;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Shelf;
    use model::Timestamp;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    #[test]
    fn the_oldest_make_room_and_time_ends_all() {
        let shelf = Shelf::new(100);
        assert!(!shelf.put("large", 0, 26, at(10)));
        for (number, key) in ["a", "b", "c", "d"].into_iter().enumerate() {
            assert!(shelf.put(key, number, 25, at(10)));
        }
        assert_eq!(shelf.get(&"a", at(0)), Some(0));
        assert!(shelf.put("e", 4, 10, at(10)));
        assert_eq!(shelf.get(&"a", at(0)), None);
        assert_eq!(shelf.get(&"b", at(0)), Some(1));
        assert_eq!(shelf.get(&"b", at(10)), None);
        shelf.forget_expired(at(10));
        assert_eq!(shelf.kept.lock().unwrap().bytes, 0);
        assert!(shelf.kept.lock().unwrap().order.is_empty());
    }

    #[test]
    fn a_value_that_was_replaced_counts_once() {
        let shelf = Shelf::new(100);
        for number in 0..50 {
            assert!(shelf.put("a", number, 20, at(10)));
        }
        assert_eq!(shelf.get(&"a", at(0)), Some(49));
        assert_eq!(shelf.kept.lock().unwrap().bytes, 20);
        for key in ["b", "c", "d", "e"] {
            assert!(shelf.put(key, 1, 20, at(10)));
        }
        assert_eq!(shelf.get(&"a", at(0)), Some(49), "its old places are not its new one's");
        assert!(shelf.kept.lock().unwrap().order.len() < 60);
    }
}
