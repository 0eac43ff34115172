//! Alarm codes: events of partition 3, whose numbers are those of the nomenclature. A code that is not here is reported as
//! the general alarm.

use vigil_model::{Code, mdc};

/// An event that alarms can have.
#[derive(Clone, Copy, Debug)]
pub(super) struct Event {
    pub(super) code: Code,
    /// For people, behind the name of what it is about, where the monitor sends no text.
    pub(super) text: &'static str,
}

const fn says(code: Code, text: &'static str) -> Event {
    Event { code, text }
}

/// The event of an alarm code and its text. The lowest bit of the code says where the alarm's source comes from and is not
/// part of the event.
pub(in super::super) fn event(code: u16) -> (Code, &'static str) {
    let number = 3 << 16 | u32::from(code & !1);
    let found = EVENTS.iter().find(|event| event.code.value() == number);
    found.map_or((mdc::EVT_ALARM, GENERAL), |event| (event.code, event.text))
}

const GENERAL: &str = "alarm";

pub(super) const EVENTS: &[Event] = &[
    says(mdc::EVT_ALARM, GENERAL),
    says(mdc::EVT_ABSENT, "absent"),
    says(mdc::EVT_DISCONN, "disconnected"),
    says(mdc::EVT_EMPTY, "empty"),
    says(mdc::EVT_ERR, "error"),
    says(mdc::EVT_FAIL, "failure"),
    says(mdc::EVT_HI, "high"),
    says(mdc::EVT_HI_GT_LIM, "above limit"),
    says(mdc::EVT_INOP, "inoperative"),
    says(mdc::EVT_LO, "low"),
    says(mdc::EVT_LO_LT_LIM, "below limit"),
    says(mdc::EVT_MALF, "malfunction"),
    says(mdc::EVT_OCCL, "occlusion"),
    says(mdc::EVT_RANGE_ERR, "range error"),
    says(mdc::EVT_BREATH_ABSENT, "no breath"),
    says(mdc::EVT_BATT_FAIL, "battery failed"),
    says(mdc::EVT_BATT_LO, "battery low"),
    says(mdc::EVT_BATT_MALF, "battery malfunction"),
    says(mdc::EVT_BATT_PROB, "battery problem"),
    says(mdc::EVT_CUFF_LEAK, "cuff leak"),
    says(mdc::EVT_CUFF_INFLAT_OVER, "cuff over-inflated"),
    says(mdc::EVT_CUFF_POSN_ERR, "cuff position"),
    says(mdc::EVT_EQUIP_MALF, "equipment malfunction"),
    says(mdc::EVT_LEAD_DISCONN, "lead disconnected"),
    says(mdc::EVT_LEAD_NOISY, "lead noisy"),
    says(mdc::EVT_LEAD_OFF, "lead off"),
    says(mdc::EVT_LEADS_OFF, "leads off"),
    says(mdc::EVT_MODULE_DISCONN, "module disconnected"),
    says(mdc::EVT_SENSOR_DISCONN, "sensor disconnected"),
    says(mdc::EVT_SENSOR_MALF, "sensor malfunction"),
    says(mdc::EVT_SENSOR_PROB, "sensor problem"),
    says(mdc::EVT_TUBE_DISCONN, "tube disconnected"),
    says(mdc::EVT_TUBE_OBSTRUC, "tube obstructed"),
    says(mdc::EVT_XDUCR_DISCONN, "transducer disconnected"),
    says(mdc::EVT_MSMT_DISCONN, "measurement disconnected"),
    says(mdc::EVT_MSMT_FAIL, "measurement failed"),
    says(mdc::EVT_MSMT_INTERF, "interference"),
    says(mdc::EVT_MSMT_RANGE_OVER, "over range"),
    says(mdc::EVT_MSMT_RANGE_UNDER, "under range"),
    says(mdc::EVT_SIG_LO, "signal low"),
    says(mdc::EVT_SIG_UNANALYZEABLE, "signal cannot be analysed"),
    says(mdc::EVT_SIG_NOISY, "signal noisy"),
    says(mdc::EVT_SIG_ABSENT, "no signal"),
    says(mdc::EVT_POWER_SUPPLY_PROB, "power supply problem"),
    says(mdc::EVT_APNEA, "apnoea"),
    says(mdc::EVT_DESAT, "desaturation"),
    says(mdc::EVT_ECG_ASYSTOLE, "asystole"),
    says(mdc::EVT_ECG_BRADY_EXTREME, "extreme bradycardia"),
    says(mdc::EVT_ECG_TACHY_EXTREME, "extreme tachycardia"),
    says(mdc::EVT_ECG_V_FIB, "ventricular fibrillation"),
    says(mdc::EVT_ECG_V_TACHY, "ventricular tachycardia"),
    says(mdc::EVT_ECG_V_TACHY_NON_SUST, "non-sustained ventricular tachycardia"),
    says(mdc::EVT_ECG_SV_TACHY, "supraventricular tachycardia"),
    says(mdc::EVT_ECG_TACHY, "tachycardia"),
    says(mdc::EVT_ECG_ATR_FIB, "atrial fibrillation"),
    says(mdc::EVT_ECG_PAUSE, "pause"),
    says(mdc::EVT_ECG_PACING_NON_CAPT, "pacemaker not capturing"),
    says(mdc::EVT_ECG_PACER_NOT_PACING, "pacemaker not pacing"),
    says(mdc::EVT_ECG_CARD_BEAT_RATE_HI, "heart rate high"),
    says(mdc::EVT_ECG_CARD_BEAT_RATE_LO, "heart rate low"),
    says(mdc::EVT_ECG_CARD_BEAT_RATE_IRREG, "heart rate irregular"),
    says(mdc::EVT_ECG_V_P_C_RUN, "PVC run"),
    says(mdc::EVT_ECG_ARRHY, "arrhythmia"),
    says(mdc::EVT_STAT_AL_OFF, "alarms off"),
    says(mdc::EVT_STAT_STANDBY_MODE, "standby"),
    says(mdc::EVT_STAT_DISCONN, "unplugged"),
    says(mdc::EVT_ADVIS_CHK, "check"),
    says(mdc::EVT_ADVIS_SETTINGS_CHK, "check settings"),
    says(mdc::EVT_ADVIS_BATT_REPLACE, "replace battery"),
    says(mdc::EVT_ADVIS_CABLE_CHK, "check cable"),
    says(mdc::EVT_ADVIS_LEAD_CHK, "check lead"),
    says(mdc::EVT_ADVIS_SENSOR_CHK, "check sensor"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_event_is_found_by_its_number() {
        for known in EVENTS {
            assert!(known.code.is_verified(), "{}", known.code);
            let low = u16::try_from(known.code.value() & 0xFFFF).unwrap();
            assert_eq!(low & 1, 0, "{}", known.code);
            assert_eq!(event(low), (known.code, known.text));
            assert_eq!(event(low | 1), (known.code, known.text), "the source is an object");
        }
        assert_eq!(event(0xF004).0, mdc::EVT_ALARM, "a private code");
    }
}
