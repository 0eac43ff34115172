//! What became of an alarm whose message waited too long to be sent as it is: after an outage a receiver is told what is so
//! now, not what was so when nobody listened.
//!
//! | the message says | the alarm now | what is sent |
//! |---|---|---|
//! | how it ended | – | the message as it is, with the gap: the receiver may have the beginning |
//! | anything else | over, or began again as another alert | nothing: its end says so |
//! | anything else | exists | it as it is now, phase `present`, once; under a control id of its own |
//!
//! What was told anew is looked at once more when its turn comes: if the alarm has changed meanwhile, a newer message says so,
//! and the one here would come after it.

use std::collections::BTreeMap;
use std::sync::Arc;

use vigil_journal::{OutboxRow, Reader};
use vigil_messages::Hl7Destination;
use vigil_messages::hl7::oru_r40::Alert;
use vigil_messages::hl7::{AlertId, Message};
use vigil_model::{AlarmState, Now, Occurrence, Phase, Timestamp, Ward, mdc};
use vigil_sinks::mllp::delivery::Renewal;
use vigil_sinks::mllp::out::Renew;

/// What is between a control id and the number of its renewal.
const MARK: &str = ".r";
/// Alerts that are remembered as told anew; more are told once too often.
const TOLD_MAX: usize = 10_000;

/// Looks at old alarms of a destination. Patients are not named in what it makes: who is in the bed now may be somebody else.
pub(crate) fn renew(destination: Hl7Destination, ward: Arc<Ward>, reader: Reader) -> Renew {
    let mut desk = Desk { destination, ward, told: BTreeMap::new() };
    Box::new(move |row, now| {
        let Some(id) = &row.occurrence else { return Renewal::Current };
        match reader.occurrence(id) {
            Ok(occurrence) => desk.look(row, occurrence.as_ref(), now),
            Err(error) => {
                tracing::error!(%error, "An old alarm cannot be looked at again; it is sent as it is.");
                Renewal::Current
            }
        }
    })
}

struct Desk {
    destination: Hl7Destination,
    ward: Arc<Ward>,
    /// Alerts that were told anew: when, and as what.
    told: BTreeMap<String, (Timestamp, Occurrence)>,
}

impl Desk {
    fn look(&mut self, row: &OutboxRow, occurrence: Option<&Occurrence>, now: Now) -> Renewal {
        let Some(said) = Said::read(&row.body) else { return Renewal::Current };
        if said.is_over {
            return Renewal::WithTheGap;
        }
        let exists =
            |occurrence: &&Occurrence| occurrence.state != AlarmState::Inactive && alert_id(occurrence) == said.alert;
        let Some(occurrence) = occurrence.filter(exists) else {
            self.told.remove(&said.alert);
            return Renewal::Gone;
        };
        let told = self.told.get(&said.alert);
        if renewals(&row.control_id) > 0 && said.is_present {
            let is_so_still = told.map_or(occurrence.changed <= row.created, |(_, told)| told == occurrence);
            if is_so_still && now.utc.since(row.created) <= self.destination.alert_age_max.get() {
                return Renewal::Current;
            }
            if !is_so_still {
                return Renewal::Gone;
            }
        } else if told.is_some_and(|(at, _)| row.created <= *at) {
            return Renewal::Gone;
        }
        let control_id: Arc<str> = renewed(&row.control_id).into();
        let alert = Alert { ward: &self.ward, phase: Phase::Present, occurrence, patient: None, seq: 0 };
        let mut body = Vec::new();
        alert.write(&self.destination, &control_id, now.utc, &mut body);
        if self.told.len() < TOLD_MAX {
            self.told.insert(said.alert, (now.utc, occurrence.clone()));
        }
        Renewal::Rewrite { control_id, body }
    }
}

/// What a waiting alert says.
struct Said {
    alert: String,
    is_present: bool,
    is_over: bool,
}

impl Said {
    fn read(body: &[u8]) -> Option<Self> {
        let message = Message::parse(body).ok()?;
        let facet = |code: u32| {
            let obx = message
                .segments_named("OBX")
                .find(|obx| obx.field(3).component(1).unsigned() == Some(u64::from(code)))?;
            Some(obx.field(5).text().into_owned())
        };
        let obr = message.segments_named("OBR").next()?;
        let named: AlertId = obr.field(3).component(1).text().parse().ok()?;
        let alert = AlertId { event: None, ..named }.to_string();
        Some(Self {
            alert,
            is_present: facet(mdc::ATTR_EVENT_PHASE.value())? == Phase::Present.as_str(),
            is_over: facet(mdc::ATTR_ALARM_STATE.value())? == AlarmState::Inactive.as_str(),
        })
    }
}

/// The id under which a receiver knows the alert that an occurrence is now.
fn alert_id(occurrence: &Occurrence) -> String {
    let start = occurrence.restarts.saturating_add(1);
    AlertId { occurrence: occurrence.id.clone(), start, event: None }.to_string()
}

/// How often the message of a control id was told anew.
fn renewals(control_id: &str) -> u32 {
    control_id.rsplit_once(MARK).and_then(|(_, number)| number.parse().ok()).unwrap_or(0)
}

/// The control id of the next renewal.
fn renewed(control_id: &str) -> String {
    let times = renewals(control_id);
    let first =
        if times == 0 { control_id } else { control_id.rsplit_once(MARK).map_or(control_id, |(first, _)| first) };
    format!("{first}{MARK}{}", times + 1)
}

#[cfg(test)]
#[path = "renewal_tests.rs"]
mod tests;
