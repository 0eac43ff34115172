//! What the simulated patients really have, against what is reported of them.

use std::time::Duration;

use vigil_model::{Code, Instant, Observation, Quantity, Reading, Value, mdc};
use vigil_simulators::Patient;
use vigil_simulators::scenario::BedContact;
use vigil_simulators::vital::Vital;

use crate::line::{SentAt, sent_within};

/// Steps in which the time is searched in which a contact may have been read.
const CONTACT_STEP: Duration = Duration::from_millis(50);

/// A device and whom it is connected to.
pub(crate) struct Observed {
    pub(crate) patient: Patient,
    /// When it sent something; `None` for a unit on a bus, which answers at the time of its question.
    pub(crate) sent_at: Option<SentAt>,
    /// How long what it said can be on its way.
    pub(crate) longest_way: Duration,
    /// Whether its protocol has a check, or its wire is good.
    pub(crate) is_checked: bool,
}

impl Observed {
    /// Whether what is reported at `received` was so when the device said it. `None` for what is no matter of the patient.
    pub(crate) fn is_true(&self, observation: &Observation, received: Instant, start: Instant) -> Option<bool> {
        let Reading::Value(value, _) = &observation.reading else { return None };
        if !self.is_checked {
            return None;
        }
        let said_at: Vec<Instant> = match &self.sent_at {
            Some(sent_at) => sent_within(sent_at, received, self.longest_way),
            None => {
                let earliest = received.as_micros().saturating_sub(micros(self.longest_way)).max(start.as_micros());
                (earliest..=received.as_micros()).rev().step_by(50_000).map(Instant::from_micros).collect()
            }
        };
        debug_assert!(CONTACT_STEP.as_micros() == 50_000);
        let mut is_known = false;
        for at in said_at {
            let at = at.since(start);
            let fits = match value {
                Value::Numeric(number) => {
                    let Some(truth) = self.number(observation.metric, at) else { break };
                    truth.iter().any(|truth| truth.cmp_value(*number).is_eq())
                }
                Value::Enumeration(word) => {
                    let Some(truth) = self.word(observation, at) else { break };
                    truth == &*word.text
                }
                Value::Text(_) => break,
            };
            is_known = true;
            if fits {
                return Some(true);
            }
        }
        // A device that said nothing in all that time cannot have said this.
        let is_of_patient = self.number(observation.metric, Duration::ZERO).is_some();
        (is_known || is_of_patient).then_some(false)
    }

    /// The numbers that a metric may show at a time of the scenario; none if its sensor has nothing.
    fn number(&self, metric: Code, at: Duration) -> Option<Vec<Quantity>> {
        let patient = &self.patient;
        let vital = |vital| Some(patient.value(vital, at).into_iter().collect());
        let cuff = || patient.cuff(at).map(|cuff| cuff.pressure);
        let one = |quantity: Option<Quantity>| Some(quantity.into_iter().collect());
        match metric {
            code if code == mdc::ECG_CARD_BEAT_RATE
                || code == mdc::PULS_OXIM_PULS_RATE
                || code == mdc::BLD_PULS_RATE_INV =>
            {
                vital(Vital::HeartRate)
            }
            code if code == mdc::PULS_OXIM_SAT_O2 => vital(Vital::Spo2),
            code if code == mdc::TTHOR_RESP_RATE || code == mdc::CO2_RESP_RATE => vital(Vital::RespiratoryRate),
            code if code == mdc::PRESS_BLD_ART_ABP_SYS => vital(Vital::AbpSystolic),
            code if code == mdc::PRESS_BLD_ART_ABP_DIA => vital(Vital::AbpDiastolic),
            code if code == mdc::PRESS_BLD_ART_ABP_MEAN => one(patient.arterial(at).map(|p| p.mean)),
            code if code == mdc::PRESS_BLD_NONINV_SYS => one(cuff().map(|p| p.systolic)),
            code if code == mdc::PRESS_BLD_NONINV_DIA => one(cuff().map(|p| p.diastolic)),
            code if code == mdc::PRESS_BLD_NONINV_MEAN => one(cuff().map(|p| p.mean)),
            code if code == mdc::TEMP_CORE => vital(Vital::Temperature),
            code if code == mdc::CONC_AWAY_CO2_ET => vital(Vital::EtCo2),
            code if code == mdc::FLOW_FLUID_PUMP => vital(Vital::PumpRate),
            code if code == mdc::FLOW_FLUID_PUMP_CURRENT => vital(Vital::PumpRate),
            code if code == mdc::PRESS_FLUID_MEAS => vital(Vital::PumpPressure),
            code if code == mdc::VOL_FLUID_DELIV => one(patient.infused(at)),
            code if code == mdc::MASS_BODY_ACTUAL => vital(Vital::Weight),
            _ => None,
        }
    }

    /// The state of a contact of the bed.
    fn word(&self, observation: &Observation, at: Duration) -> Option<&'static str> {
        let row = observation.containment;
        let (contact, on, off) = match observation.metric {
            code if code == mdc::X_BED_OCCUPANCY => (BedContact::BedExit, "out", "in bed"),
            code if code == mdc::X_BED_SIDERAIL_STATE && row.channel == 2 => (BedContact::LeftRailDown, "down", "up"),
            code if code == mdc::X_BED_SIDERAIL_STATE => (BedContact::RightRailDown, "down", "up"),
            code if code == mdc::X_BED_BRAKE_STATE => (BedContact::BrakeReleased, "released", "set"),
            code if code == mdc::X_BED_NURSE_CALL_STATE => (BedContact::NurseCall, "calling", "quiet"),
            _ => return None,
        };
        Some(if self.patient.course().contact(contact, at) { on } else { off })
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
