//! A patient as the monitor's groups of numbers. Fields and labels: DRI record specification 8005313.

use std::time::Duration;

use vigil_model::Quantity;
use vigil_protocols::ge_s5_dri::codec::numbers::{Class, Group, GroupHead, INVALID, Numbers, NumbersKind};
use vigil_protocols::ge_s5_dri::codec::{Classes, Subrecord};

use crate::patient::Patient;
use crate::vital::Vital;

/// The module is there and the measurement runs: bits 0 and 1 of a group's status.
const ACTIVE: u32 = 0b11;
/// The module is there and has nothing: bit 0.
const PRESENT: u32 = 0b01;
/// Heart rate from the ECG: 1 in bits 3 to 6 of the ECG status.
const RATE_FROM_ECG: u32 = 1 << 3;
/// Leads II, V and aVL.
const LEADS: u16 = 0x0275;
/// Pressure label ABP.
const LABEL_ABP: u16 = 8;
/// Temperature label CORE.
const LABEL_CORE: u16 = 15;
/// Cuff label: automatic.
const CUFF_AUTO: u16 = 1 << 3;
/// Cuff label: older than 60 s.
const CUFF_OLD: u16 = 1 << 8;
/// Where "ECG extra" stands, counted from the ECG group: it has no head.
const ECG_EXTRA: [usize; 3] = [226, 228, 230];
/// Ambient pressure in the CO2 group, 0.1 mmHg.
const AMBIENT: i16 = 7_600;
/// Pleth amplitude, 0.01 %.
const PLETH_AMPLITUDE: i16 = 150;

/// One subrecord for each class that is asked for.
pub(super) fn subrecords(
    patient: &Patient,
    at: Duration,
    time: u32,
    kind: NumbersKind,
    classes: Classes,
) -> Vec<Subrecord> {
    let wanted = [
        (classes.basic, Class::Basic),
        (classes.ext1, Class::Ext1),
        (classes.ext2, Class::Ext2),
        (classes.ext3, Class::Ext3),
    ];
    let class = |class| {
        let mut numbers = Numbers::new(kind, class, time);
        if class == Class::Basic {
            fill_basic(&mut numbers, patient, at);
        }
        numbers.encode()
    };
    wanted.into_iter().filter(|(asked, _)| *asked).map(|(_, wanted)| class(wanted)).collect()
}

fn fill_basic(numbers: &mut Numbers, patient: &Patient, at: Duration) {
    let value = |vital| patient.value(vital, at);
    let rate = field(value(Vital::HeartRate), 0);
    let breaths = field(value(Vital::RespiratoryRate), 0);

    let ecg_says = rate != INVALID || breaths != INVALID;
    head(numbers, Group::Ecg, if ecg_says { ACTIVE | RATE_FROM_ECG } else { PRESENT }, LEADS);
    fields(numbers, Group::Ecg, &[rate, 10, -5, 5, breaths]);
    for at in ECG_EXTRA {
        numbers.set_field(Group::Ecg, at, rate);
    }

    let arterial = patient.arterial(at);
    head(numbers, Group::Pressure(1), status(arterial.is_some()), LABEL_ABP);
    let pressures = match arterial {
        Some(p) => [field(Some(p.systolic), 2), field(Some(p.diastolic), 2), field(Some(p.mean), 2), rate],
        None => [INVALID; 4],
    };
    fields(numbers, Group::Pressure(1), &pressures);

    let cuff = patient.cuff(at);
    let old = cuff.is_some_and(|cuff| at.saturating_sub(cuff.taken_at) > Duration::from_secs(60));
    head(numbers, Group::Nibp, status(cuff.is_some()), CUFF_AUTO | if old { CUFF_OLD } else { 0 });
    let pressures = match cuff {
        Some(cuff) => {
            let p = cuff.pressure;
            let pulse = field(patient.value(Vital::HeartRate, cuff.taken_at), 0);
            [field(Some(p.systolic), 2), field(Some(p.diastolic), 2), field(Some(p.mean), 2), pulse]
        }
        None => [INVALID; 4],
    };
    fields(numbers, Group::Nibp, &pressures);

    let temperature = value(Vital::Temperature);
    head(numbers, Group::Temperature(1), status(temperature.is_some()), LABEL_CORE);
    fields(numbers, Group::Temperature(1), &[field(temperature, 2)]);

    let saturation = value(Vital::Spo2);
    head(numbers, Group::Oximeter(1), status(saturation.is_some()), 0);
    let (pulse, amplitude) = if saturation.is_some() { (rate, PLETH_AMPLITUDE) } else { (INVALID, INVALID) };
    fields(numbers, Group::Oximeter(1), &[field(saturation, 2), pulse, amplitude, INVALID]);

    let expired = value(Vital::EtCo2);
    head(numbers, Group::Co2, status(expired.is_some()), 0);
    let (inspired, breaths) = if expired.is_some() { (0, breaths) } else { (INVALID, INVALID) };
    fields(numbers, Group::Co2, &[field(expired, 2), inspired, breaths, AMBIENT]);
}

fn status(measured: bool) -> u32 {
    if measured { ACTIVE } else { PRESENT }
}

fn head(numbers: &mut Numbers, group: Group, status: u32, label: u16) {
    numbers.set_head(group, GroupHead { status, label });
}

/// The fields behind the head, in their order.
fn fields(numbers: &mut Numbers, group: Group, values: &[i16]) {
    for (index, value) in values.iter().enumerate() {
        numbers.set_field(group, 6 + 2 * index, *value);
    }
}

/// A number with so many decimals as a field; what is not there or does not fit is invalid.
fn field(quantity: Option<Quantity>, decimals: u8) -> i16 {
    let scaled = quantity.and_then(|quantity| quantity.rounded(decimals));
    scaled.and_then(|quantity| i16::try_from(quantity.mantissa()).ok()).unwrap_or(INVALID)
}
