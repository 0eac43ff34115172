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
}

fn yes() -> bool {
    true
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
            ack_timeout_alarms: ack_timeout_alarms(),
            ack_timeout_observations: ack_timeout_observations(),
            tls: None,
            reconnect_min: reconnect_min(),
            reconnect_max: reconnect_max(),
            observations: true,
            alarms: true,
            patient_in_alarms: true,
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
