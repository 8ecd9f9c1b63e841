use app::Caller;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// How many streams each token has open.
#[derive(Default)]
pub(crate) struct Streams {
    open: Mutex<HashMap<Arc<str>, usize>>,
}

/// One open stream, given up when dropped.
pub(crate) struct OpenStream {
    shared: Arc<crate::Shared>,
    principal: Arc<str>,
}

impl OpenStream {
    /// A place for one more stream of the caller, if it has not too many.
    pub(crate) fn new(shared: &Arc<crate::Shared>, caller: &Caller) -> Option<Self> {
        let mut open = shared.streams.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(Arc::clone(caller.principal())).or_default();
        if *count >= shared.config.streams_per_token {
            return None;
        }
        *count += 1;
        drop(open);
        Some(Self { shared: Arc::clone(shared), principal: Arc::clone(caller.principal()) })
    }
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        let mut open = self.shared.streams.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.principal) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.principal);
            }
        }
    }
}
