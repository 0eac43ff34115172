//! The other side of the HL7 interface: a receiver that answers, recognises repeats, and remembers what was charted to
//! whom. Pure; it is handed the content of one MLLP block at a time.
//!
//! The pair of sender (MSH-3) and control id (MSH-10) identifies a message. A repeat with the same content gets the same
//! answer and is not charted again; the same pair with other content gets `AE` 205 (HL7 v2 chapter 2, IHE PCD TF-2 B.1).

mod chart;
mod settings;

use std::collections::{BTreeMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use vigil_messages::hl7::ack::{self, AckError};
use vigil_messages::hl7::{AckCode, Message};
use vigil_model::{Now, Timestamp};

pub use chart::{Charted, Content};
pub use settings::{EhrPolicy, EhrSettings, UnknownPolicy};

/// Most messages whose answer is remembered for repeats.
pub const REMEMBERED_MAX: usize = 20_000;

/// Most charted messages that are kept for [`Ehr::charted`]; counters go on.
pub const CHARTED_MAX: usize = 20_000;

/// Something that keeps a line for good before the message is answered: a file for tests that kill the appliance.
pub trait Receipts: Send {
    /// Appends one line, without its end, and returns when it is kept.
    ///
    /// # Errors
    /// If it could not be kept; the message is then not accepted.
    fn append(&mut self, line: &str) -> std::io::Result<()>;
}

impl<W: std::io::Write + Send> Receipts for W {
    fn append(&mut self, line: &str) -> std::io::Result<()> {
        self.write_all(format!("{line}\n").as_bytes())?;
        self.flush()
    }
}

/// An answer to one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EhrAnswer {
    /// How long the receiver takes before it sends it.
    pub after: Duration,
    /// Content of the MLLP block.
    pub bytes: Vec<u8>,
}

/// Counters of a receiver, all from its start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EhrCounters {
    /// Blocks received.
    pub received: u64,
    /// Blocks that are no HL7 message.
    pub unreadable: u64,
    /// Observation messages accepted.
    pub observations: u64,
    /// Alarm messages accepted.
    pub alarms: u64,
    /// Other messages accepted.
    pub others: u64,
    /// Messages answered with an error or rejection.
    pub refused: u64,
    /// Messages left without an answer.
    pub unanswered: u64,
    /// Repeats: same sender, control id and content.
    pub repeats: u64,
    /// Same sender and control id with other content.
    pub conflicts: u64,
    /// Accepted messages that say exactly what another accepted one says, under another control id.
    pub duplicates: u64,
    /// Accepted messages with a patient who is not the one expected at that place.
    pub misattributed: u64,
    /// Messages not accepted because their receipt could not be kept.
    pub receipts_failed: u64,
}

/// A receiver of HL7 messages.
pub struct Ehr {
    settings: EhrSettings,
    counters: EhrCounters,
    remembered: BTreeMap<(String, String), Remembered>,
    /// Keys of [`Self::remembered`] in the order of their arrival.
    order: VecDeque<(String, String)>,
    /// Content of what has been charted, without the header, and the control id it came with.
    contents: BTreeMap<u64, u32>,
    contents_order: VecDeque<u64>,
    charted: VecDeque<Charted>,
    receipts: Option<Box<dyn Receipts>>,
    answers: u64,
}

#[derive(Clone, Debug)]
struct Remembered {
    content: u64,
    answer: Vec<u8>,
}

impl Ehr {
    /// A receiver. With `receipts`, each accepted message is kept there before it is answered.
    pub fn new(settings: EhrSettings, receipts: Option<Box<dyn Receipts>>) -> Self {
        Self {
            settings,
            counters: EhrCounters::default(),
            remembered: BTreeMap::new(),
            order: VecDeque::new(),
            contents: BTreeMap::new(),
            contents_order: VecDeque::new(),
            charted: VecDeque::new(),
            receipts,
            answers: 0,
        }
    }

    /// Counters so far.
    pub fn counters(&self) -> EhrCounters {
        self.counters
    }

    /// What has been charted, oldest first, at most [`CHARTED_MAX`].
    pub fn charted(&self) -> impl DoubleEndedIterator<Item = &Charted> + ExactSizeIterator {
        self.charted.iter()
    }

    /// Changes how messages are answered from now on: a receiver that refuses for a while.
    pub fn set_policy(&mut self, policy: EhrPolicy) {
        self.settings.policy = policy;
    }

    /// Takes the content of one MLLP block; the answer, if there is one.
    pub fn handle_message(&mut self, now: Now, bytes: &[u8]) -> Option<EhrAnswer> {
        self.counters.received += 1;
        let Ok(message) = Message::parse(bytes) else {
            self.counters.unreadable += 1; // without MSH there is nobody to answer
            return None;
        };
        let header = message.header();
        let key = (header.field(3).text().into_owned(), header.field(10).text().into_owned());
        let content = hash(bytes);
        if !key.1.is_empty() {
            match self.remembered.get(&key) {
                Some(known) if known.content == content => {
                    self.counters.repeats += 1;
                    let answer = known.answer.clone();
                    return Some(self.reply(answer));
                }
                Some(_) => {
                    self.counters.conflicts += 1;
                    self.counters.refused += 1;
                    let error = AckError::new(205, "this control id came before with other content");
                    let answer = self.build(&message, AckCode::ApplicationError, &[error], now.utc);
                    return Some(self.reply(answer));
                }
                None => {}
            }
        }
        let (code, answer) = self.decide(now, &message)?;
        // After "not now" the sender may come again with the same message and find it accepted.
        if !matches!(code, AckCode::CommitError | AckCode::ApplicationReject) {
            self.remember(key, Remembered { content, answer: answer.clone() });
        }
        Some(self.reply(answer))
    }

    /// A message that has not been seen before: the code and the answer.
    fn decide(&mut self, now: Now, message: &Message) -> Option<(AckCode, Vec<u8>)> {
        if message.header().field(10).is_empty() {
            self.counters.refused += 1;
            let missing = [AckError::new(101, "MSH-10 is missing")];
            let code = AckCode::ApplicationError;
            return Some((code, self.build(message, code, &missing, now.utc)));
        }
        let Some(code) = self.settings.policy.code(message) else {
            self.counters.unanswered += 1;
            return None;
        };
        if !code.is_accept() {
            self.counters.refused += 1;
            let errors = [AckError::new(self.settings.policy.error_code(), "as this simulated receiver was told")];
            return Some((code, self.build(message, code, &errors, now.utc)));
        }
        let charted = Charted::read(message, now.utc, &self.settings.expected);
        if let Some(receipts) = &mut self.receipts
            && receipts.append(&charted.receipt()).is_err()
        {
            self.counters.receipts_failed += 1;
            self.counters.refused += 1;
            let errors = [AckError::new(207, "the receipt could not be kept")];
            let code = self.settings.policy.failure(message);
            return Some((code, self.build(message, code, &errors, now.utc)));
        }
        self.chart(charted, message);
        Some((code, self.build(message, code, &[], now.utc)))
    }

    fn chart(&mut self, charted: Charted, message: &Message) {
        match charted.content {
            Content::Observations { .. } => self.counters.observations += 1,
            Content::Alarm { .. } => self.counters.alarms += 1,
            Content::Other => self.counters.others += 1,
        }
        self.counters.misattributed += u64::from(charted.misattributed);
        let header_end = message.bytes().iter().position(|byte| *byte == b'\r').unwrap_or(0);
        let body = hash(&chart::without_own_ids(&message.bytes()[header_end..], &charted.control_id));
        if charted.content != Content::Other {
            let times = self.contents.entry(body).or_insert(0);
            *times += 1;
            self.counters.duplicates += u64::from(*times > 1);
            if *times == 1 {
                self.contents_order.push_back(body);
            }
        }
        if self.contents_order.len() > REMEMBERED_MAX
            && let Some(oldest) = self.contents_order.pop_front()
        {
            self.contents.remove(&oldest);
        }
        if self.charted.len() >= CHARTED_MAX {
            self.charted.pop_front();
        }
        self.charted.push_back(charted);
    }

    fn remember(&mut self, key: (String, String), what: Remembered) {
        if key.1.is_empty() {
            return;
        }
        if self.order.len() >= REMEMBERED_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.remembered.remove(&oldest);
        }
        self.order.push_back(key.clone());
        self.remembered.insert(key, what);
    }

    fn build(&mut self, message: &Message, code: AckCode, errors: &[AckError], at: Timestamp) -> Vec<u8> {
        self.answers += 1;
        let mut bytes = Vec::new();
        ack::build(message, code, errors, &format!("EHR-{}", self.answers), at, &mut bytes);
        bytes
    }

    fn reply(&self, bytes: Vec<u8>) -> EhrAnswer {
        EhrAnswer { after: self.settings.delay, bytes }
    }
}

fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests;
