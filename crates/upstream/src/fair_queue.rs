use std::collections::VecDeque;

/// Those who wait: each kind in the order of its coming, the kinds in turn.
#[derive(Debug)]
pub(crate) struct FairQueue<K, W> {
    /// In the order of their turns; none is empty.
    lines: VecDeque<Line<K, W>>,
    len: usize,
    next: u64,
}

#[derive(Debug)]
struct Line<K, W> {
    key: K,
    waiters: VecDeque<(u64, W)>,
}

/// Names one who waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ticket(u64);

impl<K: Copy + Eq, W> FairQueue<K, W> {
    pub(crate) const fn new() -> Self {
        Self { lines: VecDeque::new(), len: 0, next: 0 }
    }

    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    /// Whether one of that kind waits.
    pub(crate) fn holds(&self, key: K) -> bool {
        self.lines.iter().any(|line| line.key == key)
    }

    /// Whether one of another kind waits.
    pub(crate) fn holds_others(&self, key: K) -> bool {
        self.lines.len() > usize::from(self.holds(key))
    }

    /// Adds one who waits. When `capacity` is reached, the last of the longest line goes for it, unless its own line is
    /// as long: `None`, and it is not added. So no kind can keep another from waiting.
    pub(crate) fn push(&mut self, key: K, waiter: W, capacity: usize) -> Option<Ticket> {
        if self.len >= capacity {
            let own = self.line(key).map_or(0, |line| line.waiters.len());
            let longest = self.lines.iter_mut().max_by_key(|line| line.waiters.len())?;
            if longest.waiters.len() <= own + 1 {
                return None;
            }
            longest.waiters.pop_back();
            self.len -= 1;
        }
        let ticket = Ticket(self.next);
        self.next += 1;
        self.len += 1;
        match self.line(key) {
            Some(line) => line.waiters.push_back((ticket.0, waiter)),
            None => self.lines.push_back(Line { key, waiters: [(ticket.0, waiter)].into() }),
        }
        Some(ticket)
    }

    /// Takes the first of the next kind that `may` have a turn now, given whether other kinds wait too. Its kind goes to
    /// the end of the turns.
    pub(crate) fn pop(&mut self, may: impl Fn(K, bool) -> bool) -> Option<W> {
        let others = self.lines.len() > 1;
        let turn = self.lines.iter().position(|line| may(line.key, others))?;
        let mut line = self.lines.remove(turn)?;
        let (_, waiter) = line.waiters.pop_front()?;
        self.len -= 1;
        if !line.waiters.is_empty() {
            self.lines.push_back(line);
        }
        Some(waiter)
    }

    /// Removes one who waits no longer, if it is still there.
    pub(crate) fn remove(&mut self, key: K, ticket: Ticket) -> Option<W> {
        let turn = self.lines.iter().position(|line| line.key == key)?;
        let line = &mut self.lines[turn];
        let place = line.waiters.binary_search_by_key(&ticket.0, |(ticket, _)| *ticket).ok()?;
        let (_, waiter) = line.waiters.remove(place)?;
        if line.waiters.is_empty() {
            self.lines.remove(turn);
        }
        self.len -= 1;
        Some(waiter)
    }

    fn line(&mut self, key: K) -> Option<&mut Line<K, W>> {
        self.lines.iter_mut().find(|line| line.key == key)
    }
}

#[cfg(test)]
mod tests {
    use super::FairQueue;

    fn queue(waiters: &[&'static str]) -> FairQueue<char, &'static str> {
        let mut queue = FairQueue::new();
        for waiter in waiters {
            queue.push(waiter.chars().next().unwrap(), *waiter, 100).unwrap();
        }
        queue
    }

    fn drained(mut queue: FairQueue<char, &'static str>) -> Vec<&'static str> {
        let drained: Vec<_> = std::iter::from_fn(|| queue.pop(|_, _| true)).collect();
        assert_eq!(queue.len(), 0);
        drained
    }

    #[test]
    fn kinds_take_turns_and_each_is_in_order() {
        let queue = queue(&["a1", "a2", "a3", "b1", "c1", "c2"]);
        assert_eq!(drained(queue), ["a1", "b1", "c1", "a2", "c2", "a3"]);
    }

    #[test]
    fn a_kind_that_may_not_is_passed_over_and_keeps_its_turn() {
        let mut queue = queue(&["a1", "a2", "b1", "b2"]);
        assert_eq!(queue.pop(|key, others| key != 'a' && others), Some("b1"));
        assert_eq!(queue.pop(|_, _| false), None);
        assert_eq!(drained(queue), ["a1", "b2", "a2"]);
    }

    #[test]
    fn a_full_queue_gives_way_to_the_shorter_line() {
        let mut queue = queue(&["a1", "a2", "a3", "b1"]);
        assert_eq!(queue.push('a', "a4", 4), None);
        assert!(queue.push('b', "b2", 4).is_some());
        assert_eq!(queue.push('b', "b3", 4), None);
        assert_eq!(drained(queue), ["a1", "b1", "a2", "b2"]);
        let mut none = FairQueue::new();
        assert_eq!(none.push('a', "a1", 0), None);
    }

    #[test]
    fn who_has_gone_is_not_called() {
        let mut queue = queue(&["a1"]);
        let second = queue.push('a', "a2", 9).unwrap();
        let only = queue.push('b', "b1", 9).unwrap();
        assert_eq!(queue.remove('a', second), Some("a2"));
        assert_eq!(queue.remove('b', only), Some("b1"));
        assert_eq!(queue.remove('b', only), None);
        assert!(queue.holds('a') && !queue.holds('b') && !queue.holds_others('a'));
        assert_eq!(drained(queue), ["a1"]);
    }
}
