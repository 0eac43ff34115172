//! What waits for the writer of recordings. Whoever puts something in never waits, and does not wake the writer for it: it
//! comes by itself a few times a second, and is woken only when much has gathered. A recording that cost a change of threads
//! for every record would cost more than what it records.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use vigil_model::Now;

/// Records that wait at most.
const WAITING_MAX: usize = 8192;
/// Bytes that wait at most.
const WAITING_BYTES_MAX: usize = 16 << 20;
/// Records, and bytes, with which the writer is woken.
const MUCH: (usize, usize) = (2048, 1 << 20);
/// How long the writer leaves what gathers alone.
const GATHER: Duration = Duration::from_millis(250);

/// A record as it is written.
pub(crate) struct Frame {
    pub(crate) stream: usize,
    pub(crate) now: Now,
    pub(crate) kind: u8,
    pub(crate) bytes: Vec<u8>,
}

#[derive(Default)]
struct Waiting {
    frames: Vec<Frame>,
    bytes: usize,
    closed: bool,
}

impl Waiting {
    fn is_much(&self) -> bool {
        self.frames.len() >= MUCH.0 || self.bytes >= MUCH.1
    }
}

/// The queue between those who record and the writer.
#[derive(Default)]
pub(crate) struct Queue {
    waiting: Mutex<Waiting>,
    called: Condvar,
}

impl Queue {
    /// Says whether there was room.
    pub(crate) fn put(&self, frame: Frame) -> bool {
        let mut waiting = self.lock();
        let bytes = waiting.bytes + frame.bytes.len();
        if waiting.closed || waiting.frames.len() >= WAITING_MAX || bytes > WAITING_BYTES_MAX {
            return false;
        }
        let was_much = waiting.is_much();
        waiting.bytes = bytes;
        waiting.frames.push(frame);
        let is_much = waiting.is_much();
        drop(waiting);
        if is_much && !was_much {
            self.called.notify_one();
        }
        true
    }

    /// Lets things gather, then takes all of them in exchange for the empty list in `frames`. Says whether there is more to
    /// come.
    pub(crate) fn take(&self, frames: &mut Vec<Frame>) -> bool {
        let goes_on = |waiting: &mut Waiting| !waiting.closed && !waiting.is_much();
        let waited = self.called.wait_timeout_while(self.lock(), GATHER, goes_on);
        let (mut waiting, _) = waited.unwrap_or_else(PoisonError::into_inner);
        std::mem::swap(&mut waiting.frames, frames);
        waiting.bytes = 0;
        !waiting.closed
    }

    /// Nothing more is taken.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.called.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
