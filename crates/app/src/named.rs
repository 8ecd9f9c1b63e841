use model::Timestamp;

/// What a name stands for. A name that was given up goes on answering for a while, directly: a redirect would carry the token along.
#[derive(Clone, Debug)]
pub(crate) struct Named<T> {
    pub(crate) what: T,
    /// Until when it answers; absent for a name of today.
    pub(crate) former_until: Option<Timestamp>,
}

impl<T> Named<T> {
    pub(crate) fn is_former(&self) -> bool {
        self.former_until.is_some()
    }

    /// Whether it answers. The clock is read for former names alone: calls come by those of today.
    pub(crate) fn answers(&self, now: &impl Fn() -> Timestamp) -> bool {
        self.former_until.is_none_or(|until| now() < until)
    }
}
