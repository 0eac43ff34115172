//! A nurse-call system that reads alarm states over MQTT and answers them. Pure: it is handed topic and payload of each
//! message and hands out those it publishes.
//!
//! Topics and payloads: `…/alert/{id}/state` with schema `vigil/alarm/1`, answered on `…/alert/{id}/ack`. A message says at
//! once that it was received; a person acknowledges after a while.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use serde::Deserialize;
use vigil_model::{Instant, Now, Timestamp};

/// Most alarms that are tracked at once; further ones are counted and not answered.
pub const ALARMS_MAX: usize = 10_000;

/// Most delivery times that are kept for [`NurseCall::latencies`].
pub const LATENCIES_MAX: usize = 100_000;

/// What a simulated nurse call does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NurseCallSettings {
    /// Who answers, the `by` of the answers.
    pub name: String,
    /// Whether it says at once that a message was received.
    pub confirms: bool,
    /// How long somebody takes to acknowledge an alarm; `None`: nobody does.
    pub acknowledge_after: Option<Duration>,
}

impl Default for NurseCallSettings {
    fn default() -> Self {
        Self { name: "nurse-call".to_owned(), confirms: true, acknowledge_after: None }
    }
}

/// A message that the nurse call publishes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publication {
    /// Topic.
    pub topic: String,
    /// Payload.
    pub payload: Vec<u8>,
    /// Correlation data of the message it answers, if that had any.
    pub correlation: Option<Vec<u8>>,
}

/// Counters of a nurse call, all from its start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NurseCallCounters {
    /// Alarm states received, repeats not counted.
    pub delivered: u64,
    /// Alarm states that had been received before: same alarm, same sequence number.
    pub duplicates: u64,
    /// Alarm states older than one that was received before.
    pub outdated: u64,
    /// Retained states that were cleared.
    pub cleared: u64,
    /// Messages on an alarm topic that are no alarm state.
    pub unreadable: u64,
    /// Alarms beyond [`ALARMS_MAX`].
    pub overflowed: u64,
    /// Alarms acknowledged by this nurse call.
    pub acknowledged: u64,
}

/// An alarm as the nurse call knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrackedAlarm {
    /// Id of the occurrence.
    pub id: String,
    /// Sequence number of the newest state.
    pub seq: u64,
    /// `active`, `latched` or `inactive`.
    pub state: String,
    /// `PL`, `PM` or `PH`.
    pub priority: String,
    /// Text for people.
    pub text: String,
    /// Whether somebody has acknowledged it, here or elsewhere.
    pub acknowledged: bool,
    topic: String,
    correlation: Option<Vec<u8>>,
    acknowledge_at: Option<Instant>,
}

/// A simulated nurse call.
#[derive(Debug)]
pub struct NurseCall {
    settings: NurseCallSettings,
    alarms: BTreeMap<String, TrackedAlarm>,
    publications: VecDeque<Publication>,
    counters: NurseCallCounters,
    latencies: Vec<Duration>,
}

/// The part of an alarm state that a nurse call looks at.
#[derive(Deserialize)]
struct AlarmPayload {
    id: String,
    seq: u64,
    state: String,
    priority: String,
    #[serde(default)]
    inactivation: Vec<String>,
    event: EventPayload,
    #[serde(default)]
    t_sent: String,
}

#[derive(Deserialize)]
struct EventPayload {
    #[serde(default)]
    text: String,
}

impl NurseCall {
    /// A nurse call that knows no alarm.
    pub fn new(settings: NurseCallSettings) -> Self {
        Self {
            settings,
            alarms: BTreeMap::new(),
            publications: VecDeque::new(),
            counters: NurseCallCounters::default(),
            latencies: Vec::new(),
        }
    }

    /// Topic filters it subscribes to, for a prefix such as `ward/v1`.
    pub fn filters(prefix: &str) -> Vec<String> {
        vec![format!("{prefix}/+/+/+/+/alert/+/state")]
    }

    /// Takes one message. Topics that are no alarm state are passed over.
    pub fn handle_message(&mut self, now: Now, topic: &str, payload: &[u8], correlation: Option<&[u8]>) {
        let Some(id) = alarm_of(topic) else { return };
        if payload.is_empty() {
            self.counters.cleared += 1;
            self.alarms.remove(id);
            return;
        }
        let Ok(state) = serde_json::from_slice::<AlarmPayload>(payload) else {
            self.counters.unreadable += 1;
            return;
        };
        if state.id != id {
            self.counters.unreadable += 1; // the payload is about another alarm than its topic
            return;
        }
        match self.alarms.get(id).map(|known| known.seq.cmp(&state.seq)) {
            Some(std::cmp::Ordering::Equal) => self.counters.duplicates += 1,
            Some(std::cmp::Ordering::Greater) => {
                self.counters.outdated += 1;
                return;
            }
            Some(std::cmp::Ordering::Less) | None => {
                self.counters.delivered += 1;
                self.note_latency(now, &state.t_sent);
            }
        }
        self.track(now, topic, state, correlation);
    }

    /// The time of [`Self::poll_timeout`] has come: somebody acknowledges what is due.
    pub fn handle_timeout(&mut self, now: Now) {
        let due = |alarm: &TrackedAlarm| alarm.acknowledge_at.is_some_and(|at| at <= now.monotonic);
        let ids: Vec<String> = self.alarms.values().filter(|alarm| due(alarm)).map(|alarm| alarm.id.clone()).collect();
        for id in ids {
            if let Some(alarm) = self.alarms.get_mut(&id) {
                alarm.acknowledge_at = None;
                alarm.acknowledged = true;
                self.counters.acknowledged += 1;
                self.answer(now, &id, "acknowledge");
            }
        }
    }

    /// When somebody acknowledges next.
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.alarms.values().filter_map(|alarm| alarm.acknowledge_at).min()
    }

    /// The next message to publish.
    pub fn poll_publication(&mut self) -> Option<Publication> {
        self.publications.pop_front()
    }

    /// The alarms it knows, by id.
    pub fn alarms(&self) -> impl Iterator<Item = &TrackedAlarm> {
        self.alarms.values()
    }

    /// Alarms whose condition exists or is latched.
    pub fn active(&self) -> usize {
        self.alarms.values().filter(|alarm| alarm.state != "inactive").count()
    }

    /// Counters so far.
    pub fn counters(&self) -> NurseCallCounters {
        self.counters
    }

    /// Time from sending to receiving of every state, in the order of their arrival, at most [`LATENCIES_MAX`]. Of use only
    /// if both sides read the same clock.
    pub fn latencies(&self) -> &[Duration] {
        &self.latencies
    }

    fn track(&mut self, now: Now, topic: &str, state: AlarmPayload, correlation: Option<&[u8]>) {
        let known = self.alarms.get(&state.id);
        if known.is_none() && self.alarms.len() >= ALARMS_MAX {
            self.counters.overflowed += 1;
            return;
        }
        let elsewhere = state.inactivation.iter().any(|word| word == "alert-acknowledged");
        let acknowledged = elsewhere || known.is_some_and(|known| known.acknowledged);
        let wanted = state.state != "inactive" && !acknowledged;
        let planned = known.and_then(|known| known.acknowledge_at);
        let acknowledge_at =
            self.settings.acknowledge_after.filter(|_| wanted).map(|after| planned.unwrap_or(now.monotonic + after));
        let id = state.id.clone();
        let alarm = TrackedAlarm {
            id: state.id,
            seq: state.seq,
            state: state.state,
            priority: state.priority,
            text: state.event.text,
            acknowledged,
            topic: topic.to_owned(),
            correlation: correlation.map(<[u8]>::to_vec),
            acknowledge_at,
        };
        self.alarms.insert(id.clone(), alarm);
        if self.settings.confirms {
            self.answer(now, &id, "received");
        }
    }

    fn answer(&mut self, now: Now, id: &str, action: &str) {
        let Some(alarm) = self.alarms.get(id) else { return };
        let Some(topic) = alarm.topic.strip_suffix("/state").map(|rest| format!("{rest}/ack")) else { return };
        let payload =
            serde_json::json!({ "action": action, "by": self.settings.name, "at": now.utc.to_string() }).to_string();
        self.publications.push_back(Publication {
            topic,
            payload: payload.into_bytes(),
            correlation: alarm.correlation.clone(),
        });
    }

    fn note_latency(&mut self, now: Now, sent: &str) {
        if self.latencies.len() < LATENCIES_MAX
            && let Some(sent) = rfc_3339(sent)
        {
            self.latencies.push(now.utc.since(sent));
        }
    }
}

/// Id of the alarm whose state a topic carries.
fn alarm_of(topic: &str) -> Option<&str> {
    let mut levels = topic.strip_suffix("/state")?.rsplit('/');
    let id = levels.next().filter(|id| !id.is_empty())?;
    (levels.next() == Some("alert")).then_some(id)
}

/// `2026-03-01T09:15:01.250Z`.
fn rfc_3339(text: &str) -> Option<Timestamp> {
    let text = text.strip_suffix('Z')?;
    let (date, time) = text.split_once('T')?;
    let mut date = date.splitn(3, '-').map(|part| part.parse::<u16>().ok());
    let (clock, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let mut clock = clock.splitn(3, ':').map(|part| part.parse::<u8>().ok());
    let mut next_date = || date.next().flatten();
    let mut next_clock = || clock.next().flatten();
    let digits = fraction.len().min(6);
    let micros = fraction.get(..digits)?.parse::<u32>().ok()? * 10u32.pow(6 - u32::try_from(digits).ok()?);
    Timestamp::from_civil(vigil_model::Civil {
        year: i32::from(next_date()?),
        month: u8::try_from(next_date()?).ok()?,
        day: u8::try_from(next_date()?).ok()?,
        hour: next_clock()?,
        minute: next_clock()?,
        second: next_clock()?,
        micros,
    })
}

#[cfg(test)]
mod tests;
