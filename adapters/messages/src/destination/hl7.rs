//! A receiver of HL7 v2 messages.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vigil_model::Code;

use super::dialect::Dialect;
use super::sees::{PatientItem, Sees, all_items};
use super::{DestinationProblem, Problems, TlsSettings, reconnect_max, reconnect_min};
use crate::DurationText;

/// A receiver of HL7 v2.6 messages over MLLP: observations (IHE PCD-01) and alarms (IHE PCD-04).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Hl7Destination {
    /// Name of the destination, unique.
    pub id: Arc<str>,
    /// Where it listens, `host:port`; the usual port is 2575.
    pub address: Arc<str>,
    /// MSH-5, `name` or `name^universal id^type`; empty if the receiver does not ask for it.
    #[serde(default)]
    pub receiving_application: Arc<str>,
    /// MSH-6, `name` or `name^universal id^type`; empty if the receiver does not ask for it.
    #[serde(default)]
    pub receiving_facility: Arc<str>,
    /// Who acknowledges what. The IHE device profiles ask for enhanced mode.
    #[serde(default)]
    pub acknowledgement: AcknowledgementMode,
    /// Release of MLLP, 1 or 2. In release 2 the receiver confirms each block with a commit block of its own; both sides must
    /// be configured for it.
    #[serde(default = "mllp_release")]
    pub mllp_release: u8,
    /// Connections that are kept open at a time, 1 to 16. Messages of one bed are always on one of them at a time, in order.
    #[serde(default = "connections")]
    pub connections: u16,
    /// Messages a second at most, over all connections, for a receiver that must not be sent more; 0 is no limit. Below 10 an
    /// alarm may wait longer than 100ms.
    #[serde(default)]
    pub messages_per_s_max: u32,
    /// After an outage, messages about the past a second at most; 0 is no limit. Alarms and newest values do not wait for it.
    #[serde(default = "gap_messages_per_s_max")]
    pub gap_messages_per_s_max: u32,
    /// From which age on an alarm that was not sent yet is not sent as it was, but as it is now, `10s` or more.
    #[serde(default = "alert_age_max")]
    pub alert_age_max: DurationText,
    /// From which age on observations that were not sent yet are the past: newer ones go before them, `10s` or more.
    #[serde(default = "gap_after")]
    pub gap_after: DurationText,
    /// How long an alarm may wait for its acknowledgement before it is sent again.
    #[serde(default = "ack_timeout_alarms")]
    pub ack_timeout_alarms: DurationText,
    /// How long an observation message may wait for its acknowledgement before it is sent again.
    #[serde(default = "ack_timeout_observations")]
    pub ack_timeout_observations: DurationText,
    /// Pause before the first attempt to connect again; doubled with each failure.
    #[serde(default = "reconnect_min")]
    pub reconnect_min: DurationText,
    /// Longest pause between attempts to connect.
    #[serde(default = "reconnect_max")]
    pub reconnect_max: DurationText,
    /// TLS. The connection is open to everybody on its way if left out.
    #[serde(default)]
    pub tls: Option<TlsSettings>,
    /// Whether it gets observations (PCD-01).
    #[serde(default = "yes")]
    pub observations: bool,
    /// Whether it gets alarms (PCD-04).
    #[serde(default = "yes")]
    pub alarms: bool,
    /// Whether alarms name the patient. Off: the location alone, for receivers that need no more.
    #[serde(default = "yes")]
    pub patient_in_alarms: bool,
    /// Whether it gets infusion events (PCD-10): start, stop and completion of each delivery of a pump.
    #[serde(default)]
    pub infusion_events: bool,
    /// How often it gets a message that proves the way of alarms while there is none, 5s to 1h; none if left out.
    #[serde(default)]
    pub watchdog: Option<DurationText>,
    /// Ids of the beds it is told about; empty means all.
    #[serde(default)]
    pub beds: Vec<Arc<str>>,
    /// Reference ids of the metrics it may see, `MDC_ECG_HEART_RATE`; empty means all. Alarms about others do not leave.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub metrics: Vec<Code>,
    /// What it may know of patients. All if left out; `[]` is nothing: the location alone.
    #[serde(default = "all_items")]
    pub identifiers: Vec<PatientItem>,
    /// How it wants its messages written, `[destination.dialect]`.
    #[serde(default)]
    pub dialect: Dialect,
}

/// Acknowledgement mode of HL7 v2 (chapter 2.9).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AcknowledgementMode {
    /// MSH-15 `AL`, MSH-16 `NE`: the receiver says `CA` as soon as the message is safe.
    #[default]
    Enhanced,
    /// MSH-15 and MSH-16 empty: the receiver says `AA` after it has processed the message.
    Original,
    /// MSH-15 and MSH-16 `NE`: no acknowledgement in HL7. The commit block of MLLP release 2 alone says that the receiver has
    /// the message, and nothing says whether it could use it.
    None,
}

fn yes() -> bool {
    true
}

fn mllp_release() -> u8 {
    1
}

fn connections() -> u16 {
    1
}

fn gap_messages_per_s_max() -> u32 {
    1_000
}

fn alert_age_max() -> DurationText {
    DurationText::from_secs(300)
}

fn gap_after() -> DurationText {
    DurationText::from_secs(300)
}

fn ack_timeout_alarms() -> DurationText {
    DurationText::from_secs(5)
}

fn ack_timeout_observations() -> DurationText {
    DurationText::from_secs(30)
}

impl Hl7Destination {
    /// A destination with every default.
    pub fn new(id: impl Into<Arc<str>>, address: impl Into<Arc<str>>) -> Self {
        Self {
            id: id.into(),
            address: address.into(),
            receiving_application: "".into(),
            receiving_facility: "".into(),
            acknowledgement: AcknowledgementMode::default(),
            mllp_release: mllp_release(),
            connections: connections(),
            messages_per_s_max: 0,
            gap_messages_per_s_max: gap_messages_per_s_max(),
            alert_age_max: alert_age_max(),
            gap_after: gap_after(),
            ack_timeout_alarms: ack_timeout_alarms(),
            ack_timeout_observations: ack_timeout_observations(),
            tls: None,
            reconnect_min: reconnect_min(),
            reconnect_max: reconnect_max(),
            observations: true,
            alarms: true,
            patient_in_alarms: true,
            infusion_events: false,
            watchdog: None,
            beds: Vec::new(),
            metrics: Vec::new(),
            identifiers: all_items(),
            dialect: Dialect::default(),
        }
    }

    /// What it may see.
    pub fn sees(&self) -> Sees<'_> {
        Sees { beds: &self.beds, metrics: &self.metrics, items: &self.identifiers }
    }

    pub(super) fn problems(&self) -> Vec<DestinationProblem> {
        let mut problems = Problems::default();
        problems.id(&self.id);
        problems.address(&self.address);
        problems.tls(self.tls.as_ref());
        problems.at_least("ack_timeout_alarms", self.ack_timeout_alarms, DurationText::from_millis(100));
        problems.at_least("ack_timeout_observations", self.ack_timeout_observations, DurationText::from_millis(100));
        problems.backoff(self.reconnect_min, self.reconnect_max);
        problems.at_least("alert_age_max", self.alert_age_max, DurationText::from_secs(10));
        problems.at_least("gap_after", self.gap_after, DurationText::from_secs(10));
        if !matches!(self.mllp_release, 1 | 2) {
            problems.add("mllp_release", format!("{} is no release of MLLP; expected 1 or 2", self.mllp_release));
        }
        if !(1..=16).contains(&self.connections) {
            problems.add("connections", format!("{} is not a usable number; expected 1 to 16", self.connections));
        }
        if self.acknowledgement == AcknowledgementMode::None && self.mllp_release != 2 {
            problems.add(
                "acknowledgement",
                "`none` without the commit blocks of `mllp_release = 2` would leave nothing by which a message is known to \
                 have arrived; expected enhanced or original, or release 2"
                    .to_owned(),
            );
        }
        if let Some(every) = self.watchdog {
            problems.at_least("watchdog", every, DurationText::from_secs(5));
            problems.at_most("watchdog", every, DurationText::from_secs(3600));
        }
        self.dialect.problems(&mut problems);
        for (key, text) in
            [("receiving_application", &self.receiving_application), ("receiving_facility", &self.receiving_facility)]
        {
            if text.split('^').count() > 3 {
                problems.add(key, format!("{text:?} has more than three parts; expected name^universal id^type"));
            }
        }
        problems.0
    }
}
