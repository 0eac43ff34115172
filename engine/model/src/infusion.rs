//! Infusion events: what a pump began, stopped or completed (IHE PCD TF-2, appendix M).
//!
//! The words are those of the profile. One event is of one source of one pump; a change that ends one delivery and begins
//! another is two events in a row.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{Containment, Identity, Observation, Patient, Quantity, Timestamp};

/// What happened to a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InfusionChange {
    /// It began: `MDC_EVT_PUMP_DELIV_START`.
    Start,
    /// It stopped before its end: `MDC_EVT_PUMP_DELIV_STOP`.
    Stop,
    /// Its volume is delivered, or its time over: `MDC_EVT_PUMP_DELIV_COMP`.
    Complete,
}

/// How the source delivers after the event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeliveryStatus {
    /// As programmed.
    Delivering,
    /// Not at all.
    NotDelivering,
    /// It goes over to another rate or source; the next event says to which.
    Transitioning,
    /// Just enough to keep the vein open.
    Kvo,
}

impl DeliveryStatus {
    /// The word of the profile.
    pub const fn as_str(self) -> &'static str {
        match self {
            DeliveryStatus::Delivering => "pump-delivery-status-delivering",
            DeliveryStatus::NotDelivering => "pump-delivery-status-not-delivering",
            DeliveryStatus::Transitioning => "pump-delivery-status-transitioning",
            DeliveryStatus::Kvo => "pump-delivery-status-kvo",
        }
    }
}

/// Why a source does not deliver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StopReason {
    /// A person stopped it.
    ByClinician,
    /// The pump does not say.
    NotSpecified,
    /// Another source of the pump delivers.
    SwitchingSource,
    /// The pump alarms.
    Alarming,
}

impl StopReason {
    /// The word of the profile.
    pub const fn as_str(self) -> &'static str {
        match self {
            StopReason::ByClinician => "pump-stopped-by-clinician",
            StopReason::NotSpecified => "pump-stopped-not-specified",
            StopReason::SwitchingSource => "pump-stopped-switching-source",
            StopReason::Alarming => "pump-stopped-alarming",
        }
    }
}

/// What a pump delivers from, or as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InfusionSource {
    /// The programmed infusion.
    #[default]
    Primary,
    /// A piggyback, which interrupts the programmed one.
    Secondary,
    /// A dose that the patient asks for.
    Pca,
    /// A loading dose.
    Loading,
    /// A bolus that a clinician gives.
    Clinician,
    /// Doses at intervals.
    Intermittent,
}

impl InfusionSource {
    /// The word of the profile.
    pub const fn as_str(self) -> &'static str {
        match self {
            InfusionSource::Primary => "pump-source-info-primary",
            InfusionSource::Secondary => "pump-source-info-secondary",
            InfusionSource::Pca => "pump-source-info-pca",
            InfusionSource::Loading => "pump-source-info-loading",
            InfusionSource::Clinician => "pump-source-info-clinician",
            InfusionSource::Intermittent => "pump-source-info-intermittent",
        }
    }

    /// Label of the source channel, for people.
    pub const fn label(self) -> &'static str {
        match self {
            InfusionSource::Primary => "Primary",
            InfusionSource::Secondary => "Secondary",
            InfusionSource::Pca => "PCA",
            InfusionSource::Loading => "Loading dose",
            InfusionSource::Clinician => "Bolus",
            InfusionSource::Intermittent => "Intermittent",
        }
    }
}

/// How the delivery is programmed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProgramMode {
    /// One rate.
    #[default]
    Continuous,
    /// One rate after the other.
    MultiStep,
    /// Doses.
    MultiDosing,
    /// A rate that rises or falls.
    RampTaper,
}

impl ProgramMode {
    /// The word of the profile.
    pub const fn as_str(self) -> &'static str {
        match self {
            ProgramMode::Continuous => "pump-program-delivery-mode-continuous",
            ProgramMode::MultiStep => "pump-program-delivery-mode-multi-step",
            ProgramMode::MultiDosing => "pump-program-delivery-mode-multi-dosing",
            ProgramMode::RampTaper => "pump-program-delivery-mode-ramp-taper",
        }
    }
}

/// One event of one source of one pump.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InfusionEvent {
    /// Configured id of the bed.
    pub bed: Arc<str>,
    /// Configured id of the device; a rack has several pumps.
    pub device: Arc<str>,
    /// The patient validly bound to the bed when it happened; without one it is not charted.
    pub patient: Option<Arc<Patient>>,
    /// The pump: its VMD.
    pub pump: Containment,
    /// When it was determined.
    pub at: Timestamp,
    /// What happened.
    pub change: InfusionChange,
    /// How the source delivers now.
    pub status: DeliveryStatus,
    /// Why it does not deliver; `None` while it does.
    pub reason: Option<StopReason>,
    /// Which source.
    pub source: InfusionSource,
    /// How it is programmed.
    pub mode: ProgramMode,
    /// What flows now; `None` if the pump does not say. Zero and infusing never go together.
    pub flow: Option<Quantity>,
    /// Who the device says it is.
    pub identity: Identity,
    /// Current valid readings of the pump, ascending by containment.
    pub readings: Vec<Observation>,
}

impl InfusionEvent {
    /// Whether fluid flows.
    pub fn is_infusing(&self) -> bool {
        match self.status {
            DeliveryStatus::Delivering | DeliveryStatus::Kvo => true,
            DeliveryStatus::NotDelivering => false,
            DeliveryStatus::Transitioning => self.flow.is_none_or(|flow| flow.mantissa() > 0),
        }
    }
}
