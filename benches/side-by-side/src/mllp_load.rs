//! A sender of HL7 messages: the real sink ([`vigil_sinks::mllp::out`]) over an outbox that makes its messages from the
//! corpus when they are asked for. One sink a connection, one message in flight each.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::json;
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use vigil_journal::{Depth, JournalError, Outbox, OutboxRow, RowId, Settlement};
use vigil_messages::Hl7Destination;
use vigil_model::{Lane, Timestamp};
use vigil_sinks::SinkStatus;

use crate::Outcome;
use crate::arguments::Arguments;
use crate::corpus::{self, MESSAGES};
use crate::figures::{latencies, rate, with};

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let messages = Arc::new(corpus::messages(Path::new(arguments.text("corpus")?))?);
    let (address, connections) = (arguments.text("addr")?, arguments.number::<u64>("conns")?.max(1));
    let each = arguments.number::<u64>("n")? / connections;
    let clock = vigil::clock::system();
    let took = Arc::new(Mutex::new(Vec::new()));
    crate::runtime()?.block_on(async {
        let (tasks, mut watched) = (TaskTracker::new(), Vec::new());
        let from = clock().monotonic;
        for connection in 0..connections {
            let (done, stop) = (Arc::new(Notify::new()), CancellationToken::new());
            let (sender, status) = watch::channel(SinkStatus::default());
            let load = Load {
                messages: messages.clone(),
                first: connection * each,
                count: each,
                settled: 0,
                took: Vec::with_capacity(usize::try_from(each)?),
                all: took.clone(),
                done: done.clone(),
            };
            let destination = Hl7Destination::new(format!("load-{connection}"), address);
            let wake = Arc::new(Notify::new());
            let sink =
                vigil_sinks::mllp::out::run(destination, Box::new(load), wake, sender, clock.clone(), stop.clone());
            tasks.spawn(sink);
            watched.push((done, stop, status));
        }
        for (done, _, _) in &watched {
            done.notified().await;
        }
        let secs = clock().monotonic.since(from);
        watched.iter().for_each(|(_, stop, _)| stop.cancel());
        tasks.close();
        tasks.wait().await;
        let bad: u64 = watched
            .iter()
            .map(|(_, _, status)| status.borrow().counters)
            .map(|counters| counters.refused + counters.malformed + counters.foreign_acks + counters.repeated)
            .sum();
        let took = std::mem::take(&mut *took.lock().unwrap_or_else(PoisonError::into_inner));
        let figures = with(rate(took.len() as u64, secs), latencies(took));
        Ok(Some(with(figures, json!({ "bad_acks": bad }))))
    })
}

/// An outbox that holds `count` messages of the corpus, each under a control id of its own.
struct Load {
    messages: Arc<Vec<Vec<u8>>>,
    first: u64,
    count: u64,
    settled: u64,
    took: Vec<u64>,
    all: Arc<Mutex<Vec<u64>>>,
    done: Arc<Notify>,
}

impl Load {
    /// Message `number`, from 1: MSH-10 stands at a fixed place and has nine bytes.
    fn row(&self, number: u64) -> OutboxRow {
        let id = format!("M{:08}", self.first + number - 1);
        let mut body = self.messages[(number as usize - 1) % MESSAGES].clone();
        if let Some(at) = body.windows(2).position(|pair| pair == b"|M") {
            body[at + 1..at + 10].copy_from_slice(id.as_bytes());
        }
        OutboxRow {
            row: RowId(number),
            lane: Lane::Observation,
            order: "bed".into(),
            control_id: id.into(),
            occurrence: None,
            created: Timestamp::default(),
            body,
        }
    }
}

impl Outbox for Load {
    fn next(&mut self, lane: Lane, after: RowId, limit: usize) -> Result<Vec<OutboxRow>, JournalError> {
        if lane == Lane::Alarm {
            return Ok(Vec::new());
        }
        let from = after.0.max(self.settled) + 1;
        Ok((from..=self.count).take(limit).map(|number| self.row(number)).collect())
    }

    fn settle(&mut self, row: RowId, settlement: Settlement) {
        self.settled = row.0;
        if let Settlement::Delivered(hop) = settlement {
            self.took.push(u64::try_from(hop.settled.since(hop.sent).as_micros()).unwrap_or(u64::MAX));
        }
        if self.settled == self.count {
            self.all.lock().unwrap_or_else(PoisonError::into_inner).append(&mut self.took);
            self.done.notify_one();
        }
    }

    fn depth(&mut self) -> Result<Depth, JournalError> {
        Ok(Depth { observations: self.count - self.settled, ..Depth::default() })
    }
}
