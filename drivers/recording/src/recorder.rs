//! Writes recordings on a thread of its own. Whoever is recorded hands its records over and goes on; when they come faster
//! than the disk takes them, they are dropped, counted, and missed in the recording.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;

use vigil_model::Now;
use vigil_protocols::tape::{Entry, Tape};

use crate::codec;
use crate::queue::{Frame, Queue};
use crate::record::{Gap, Record};
use crate::ring::{Bounds, ENGINE, Ring};
use crate::run::{self, Beginning};
use crate::{RecordingError, StepTape, failed};

/// How recording is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// Records that were written.
    pub written: u64,
    /// Records that were dropped, because the disk was slow or refused.
    pub dropped: u64,
}

/// A recording in the making.
pub struct Recorder {
    outlet: Outlet,
    links: usize,
    bounds: Bounds,
    thread: Option<JoinHandle<()>>,
}

impl Recorder {
    /// Begins a run in the folder `root` of all runs.
    ///
    /// # Errors
    /// If the folder or the file with the beginning cannot be written.
    pub fn start(root: &Path, bounds: Bounds, beginning: &Beginning) -> Result<Self, RecordingError> {
        let folder = run::begin(root, beginning)?;
        let engine = std::iter::once(ENGINE.to_owned());
        let streams = engine.chain(beginning.links.iter().map(|id| run::link_folder(id)));
        let rings = streams.map(|name| Ring::new(&folder, &name, bounds)).collect();
        let (queue, counts) = (Arc::new(Queue::default()), Arc::new(Counts::default()));
        let writer = Writer { rings, counts: counts.clone() };
        let source = queue.clone();
        let thread = std::thread::Builder::new()
            .name("recording".into())
            .spawn(move || writer.run(&source))
            .map_err(failed("start the writer of", &folder))?;
        Ok(Self { outlet: Outlet { queue, counts }, links: beginning.links.len(), bounds, thread: Some(thread) })
    }

    /// The tape of the link at this position of [`Beginning::links`].
    pub fn link(&self, position: u16) -> LinkTape {
        LinkTape { outlet: self.outlet.clone(), stream: usize::from(position) + 1, missed: Gap::default() }
    }

    /// The tape of the engine's loop. `links` has the position of its link for every device, in the order of the ward.
    pub fn steps(&self, links: Vec<u16>) -> StepTape {
        StepTape::new(self.outlet.clone(), links, self.links, self.bounds.segment_age())
    }

    /// How it is doing.
    pub fn status(&self) -> Status {
        self.outlet.counts.status()
    }

    /// Writes what waits and ends. What tapes take after this is dropped.
    pub fn close(mut self) {
        self.outlet.queue.close();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join(); // a panic of the writer has been reported by the runtime
        }
    }
}

/// Takes down one link.
pub struct LinkTape {
    outlet: Outlet,
    stream: usize,
    missed: Gap,
}

impl Tape for LinkTape {
    fn take(&mut self, entry: Entry) {
        self.outlet.offer(self.stream, entry.now, &Record::Entry(entry), &mut self.missed);
    }
}

#[derive(Default)]
struct Counts {
    written: AtomicU64,
    dropped: AtomicU64,
}

impl Counts {
    fn status(&self) -> Status {
        Status { written: self.written.load(Ordering::Relaxed), dropped: self.dropped.load(Ordering::Relaxed) }
    }
}

/// Where tapes put their records. Never waits.
#[derive(Clone)]
pub(crate) struct Outlet {
    queue: Arc<Queue>,
    counts: Arc<Counts>,
}

impl Outlet {
    /// Hands a record over, after the gap that the stream has to tell of, if any.
    pub(crate) fn offer(&self, stream: usize, now: Now, record: &Record, missed: &mut Gap) {
        let was_told = missed.records == 0 || self.send(stream, missed.now, &Record::Gap(*missed));
        if was_told {
            *missed = Gap::default();
        }
        if !was_told || !self.send(stream, now, record) {
            *missed = Gap { now, records: missed.records + 1 };
            self.counts.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn send(&self, stream: usize, now: Now, record: &Record) -> bool {
        let mut bytes = Vec::new();
        codec::encode(record, &mut bytes);
        let kind = bytes[codec::HEAD_BYTES];
        bytes.len() <= codec::FRAME_BYTES_MAX && self.queue.put(Frame { stream, now, kind, bytes })
    }
}

struct Writer {
    rings: Vec<Ring>,
    counts: Arc<Counts>,
}

impl Writer {
    fn run(mut self, queue: &Queue) {
        let mut frames = Vec::new();
        let mut goes_on = true;
        while goes_on {
            goes_on = queue.take(&mut frames);
            if frames.is_empty() {
                continue;
            }
            for Frame { stream, now, kind, bytes } in frames.drain(..) {
                self.write(stream, now, kind, &bytes);
            }
            self.flush();
        }
    }

    fn write(&mut self, stream: usize, now: Now, kind: u8, frame: &[u8]) {
        let Some(ring) = self.rings.get_mut(stream) else { return };
        let missed = ring.missed();
        let written = ring.write(now, kind, frame);
        if ring.missed() > 0 {
            self.counts.dropped.fetch_add(1, Ordering::Relaxed);
        } else {
            self.counts.written.fetch_add(1, Ordering::Relaxed);
        }
        match written {
            Err(error) if missed == 0 => {
                tracing::error!(%error, "The recording cannot be written; what happens now will be missing in it.");
            }
            Err(_) | Ok(()) => {}
        }
    }

    fn flush(&mut self) {
        for ring in &mut self.rings {
            if let Err(error) = ring.flush() {
                tracing::error!(%error, "The recording cannot be written; a part of it will be missing.");
            }
        }
    }
}

#[cfg(test)]
#[path = "recorder_tests.rs"]
mod tests;
