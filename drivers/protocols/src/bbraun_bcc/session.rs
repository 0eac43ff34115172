//! The conversation with a rack: who is there, which version, and then everything again and again.
//!
//! An answer to `MEM:GET` is one block a pump, and the next block comes only when the one before has been acknowledged. So
//! this is not the shared poll loop, whose answers are one frame. Its rules:
//!
//! | situation                   | what happens                                                                         |
//! |-----------------------------|--------------------------------------------------------------------------------------|
//! | connected                   | `ADMIN:ALIVE` to the id that every rack answers to; then version; then everything     |
//! | a message                   | reported; acknowledged after [`ACKNOWLEDGE_PAUSE`]                                    |
//! | the last block              | acknowledged; everything again when the interval is over, [`ASK_PAUSE`] at least      |
//! | damage while one is awaited | asked for again ([`codec::NAK`]), [`REPEATS_MAX`] times for a request                 |
//! | no answer in time           | `Timeout`; `ADMIN:ALIVE` once more                                                    |
//! | a refusal, another rack, a rack that was switched off and on | `ADMIN:ALIVE` once more                              |
//! | a message nobody waits for  | `Unexpected`; only what it says about identity is used                                |
//! | silent for the quiet time   | link lost; asked on, every [`PROBE_PAUSE`]                                            |

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use vigil_model::{Fault, FaultKind, Instant, LinkState, Now, Profile, Report};

use super::Config;
use super::codec::{self, ANY_BED, Request};
use super::rack::{Kind, Rack, Said};
use crate::listen::Speaker as _;
use crate::watch::LinkWatch;
use crate::{Session, Transmit};

/// Between a block and its acknowledgement (specification: 0.1 s at least).
const ACKNOWLEDGE_PAUSE: Duration = Duration::from_millis(100);
/// Between the end of an answer and the next request (specification: 0.5 s at least).
const ASK_PAUSE: Duration = Duration::from_millis(500);
/// Between two requests to a rack that does not answer and whose link is lost.
const PROBE_PAUSE: Duration = Duration::from_secs(5);
/// How often damaged blocks of one answer are asked for again.
const REPEATS_MAX: u8 = 3;

/// A conversation with one rack.
pub(super) struct RackSession {
    profile: Arc<Profile>,
    rack: Rack,
    stuffing: bool,
    interval: Duration,
    response_timeout: Duration,
    watch: LinkWatch,
    turn: Turn,
    /// When everything was last asked for.
    asked: Instant,
    repeats: u8,
    transmits: VecDeque<Transmit>,
    reports: VecDeque<Report>,
}

/// Whose turn it is.
#[derive(Clone, Copy, Debug)]
enum Turn {
    /// The line is closed.
    Closed,
    /// Ours, to ask this at a time.
    Ask { request: Request, at: Instant },
    /// The rack's, until a time.
    Await { request: Request, until: Instant },
    /// Ours, to say at a time whether the block has arrived.
    Acknowledge { request: Request, at: Instant, byte: u8, more: bool },
}

impl RackSession {
    /// A conversation that has not begun.
    pub(super) fn new(config: &Config, quiet_time: Duration) -> Self {
        Self {
            profile: config.profile(),
            rack: Rack::new(config.bit_words, config.bed_id.clone()),
            stuffing: config.stuffing,
            interval: config.interval,
            response_timeout: config.response_timeout,
            watch: LinkWatch::new(quiet_time),
            turn: Turn::Closed,
            asked: Instant::default(),
            repeats: 0,
            transmits: VecDeque::new(),
            reports: VecDeque::new(),
        }
    }

    fn fault(&mut self, fault: Fault) {
        self.reports.push_back(Report::Fault(fault));
    }

    fn take(&mut self, now: Instant, found: Result<Said, Fault>) {
        let said = match (found, self.turn) {
            (Err(fault), turn) => {
                self.fault(fault);
                if let Turn::Await { request, .. } = turn
                    && self.repeats < REPEATS_MAX
                {
                    self.repeats += 1;
                    let at = now + ACKNOWLEDGE_PAUSE;
                    self.turn = Turn::Acknowledge { request, at, byte: codec::NAK, more: true };
                }
                return;
            }
            (Ok(said), _) => said,
        };
        self.reports.extend(self.watch.heard(now));
        match self.turn {
            // Also when only noise before it was damaged, and it is about to be asked for again.
            Turn::Await { request, .. } | Turn::Acknowledge { request, byte: codec::NAK, .. }
                if is_answer(&said, request) =>
            {
                self.reports.extend(said.reports);
                let at = now + ACKNOWLEDGE_PAUSE;
                self.turn = match (said.is_new, said.kind) {
                    (true, _) => Turn::Ask { request: Request::Alive, at: now + PROBE_PAUSE },
                    (false, Kind::Refusal) => Turn::Ask { request: Request::Alive, at: now + ASK_PAUSE },
                    (false, _) => Turn::Acknowledge { request, at, byte: codec::ACK, more: said.more },
                };
            }
            Turn::Closed | Turn::Ask { .. } | Turn::Await { .. } | Turn::Acknowledge { .. } => {
                self.fault(Fault::new(
                    FaultKind::Unexpected,
                    0,
                    "a message that nobody is waiting for; it is not used",
                ));
                self.reports.extend(said.reports.into_iter().filter(is_about_identity));
                if said.is_new {
                    self.turn = Turn::Ask { request: Request::Alive, at: now + PROBE_PAUSE };
                }
            }
        }
    }

    /// Does what is due.
    fn advance(&mut self, now: Instant) {
        match self.turn {
            Turn::Closed => {}
            Turn::Ask { request, at } if at <= now => {
                let bed = match request {
                    Request::Alive => ANY_BED.to_owned(),
                    Request::Version | Request::Get => self.rack.bed().unwrap_or(ANY_BED).to_owned(),
                };
                if request == Request::Get {
                    self.rack.begin_answer();
                    self.asked = now;
                }
                self.repeats = 0;
                self.transmits.push_back(Transmit::new(request.encode(&bed, self.stuffing)));
                self.turn = Turn::Await { request, until: now + self.response_timeout };
            }
            Turn::Acknowledge { request, at, byte, more } if at <= now => {
                self.transmits.push_back(Transmit::new(vec![byte]));
                self.turn = match more {
                    true => Turn::Await { request, until: now + self.response_timeout },
                    false => self.next_request(now, request),
                };
            }
            Turn::Await { request, until } if until <= now => {
                if let Some(fault) = self.rack.cut() {
                    self.fault(fault);
                }
                let detail =
                    format!("no answer to {} within {} ms", request.words(), self.response_timeout.as_millis());
                self.fault(Fault::new(FaultKind::Timeout, 0, detail));
                let pause = match self.watch.state() {
                    LinkState::Connecting | LinkState::Associating | LinkState::Up => ASK_PAUSE,
                    LinkState::Lost { .. } => PROBE_PAUSE,
                };
                self.turn = Turn::Ask { request: Request::Alive, at: now + pause };
            }
            Turn::Ask { .. } | Turn::Await { .. } | Turn::Acknowledge { .. } => {}
        }
    }

    fn next_request(&self, now: Instant, after: Request) -> Turn {
        match after {
            Request::Alive => Turn::Ask { request: Request::Version, at: now + ASK_PAUSE },
            Request::Version => Turn::Ask { request: Request::Get, at: now + ASK_PAUSE },
            Request::Get => {
                let at = (self.asked + self.interval).max(now + ASK_PAUSE);
                Turn::Ask { request: Request::Get, at }
            }
        }
    }
}

fn is_answer(said: &Said, request: Request) -> bool {
    match said.kind {
        Kind::Alive => request == Request::Alive,
        Kind::Version => request == Request::Version,
        Kind::Block => request == Request::Get,
        Kind::Refusal => true,
    }
}

fn is_about_identity(report: &Report) -> bool {
    matches!(report, Report::Identity(_) | Report::Fault(Fault { kind: FaultKind::Identity, .. }))
}

impl Session for RackSession {
    fn profile(&self) -> &Arc<Profile> {
        &self.profile
    }

    fn handle_connected(&mut self, now: Now) {
        self.rack.forget();
        self.transmits.clear();
        self.reports.extend(self.watch.connected(now.monotonic));
        self.turn = Turn::Ask { request: Request::Alive, at: now.monotonic };
        self.advance(now.monotonic);
    }

    fn handle_disconnected(&mut self, _now: Now, reason: &str) {
        self.rack.forget();
        self.turn = Turn::Closed;
        self.transmits.clear();
        self.reports.extend(self.watch.disconnected(reason));
    }

    fn handle_bytes(&mut self, now: Now, bytes: &[u8]) {
        if matches!(self.turn, Turn::Closed) {
            return; // left over from a line that is gone
        }
        self.rack.push(bytes);
        while let Some(found) = self.rack.next() {
            self.take(now.monotonic, found);
        }
    }

    fn handle_timeout(&mut self, now: Now) {
        if let Some(lost) = self.watch.expire(now.monotonic) {
            self.rack.forget();
            self.reports.push_back(lost);
        }
        self.advance(now.monotonic);
    }

    fn poll_timeout(&self) -> Option<Instant> {
        let turn = match self.turn {
            Turn::Closed => None,
            Turn::Ask { at, .. } | Turn::Acknowledge { at, .. } => Some(at),
            Turn::Await { until, .. } => Some(until),
        };
        [turn, self.watch.deadline()].into_iter().flatten().min()
    }

    fn poll_transmit(&mut self) -> Option<Transmit> {
        self.transmits.pop_front()
    }

    fn poll_report(&mut self) -> Option<Report> {
        self.reports.pop_front()
    }
}
