//! Numbers and alarm texts to observations and alarms, by the table. Knows no conversation and no clock.

use vigil_model::{
    Absence, ConditionKind, Containment, DeviceAlarm, Observation, Quantity, Reading, Timestamp, Value, mdc,
};

use super::codec::AlarmDisplay;
use super::codec::numbers::{GroupHead, Numbers, absence};
use super::table::{self, Item, Row, Variant};

/// Place of alarm texts: the monitor as a whole, since a text does not say what it is about.
const MONITOR: Containment = Containment::new(1, 0, 0, 0);

/// What the groups of a class say. A group whose measurement does not exist says nothing.
pub(super) fn observations(numbers: &Numbers) -> Vec<Observation> {
    let mut out = Vec::new();
    for row in table::rows().filter(|row| row.group.place().0 == numbers.class) {
        let head = numbers.head(row.group);
        if !head.speaks() {
            continue;
        }
        for variant in row.variants.iter().filter(|variant| (variant.when)(head)) {
            out.extend(variant.items.iter().filter_map(|item| observation(numbers, row, variant, item, head)));
        }
    }
    out
}

fn observation(numbers: &Numbers, row: &Row, variant: &Variant, item: &Item, head: GroupHead) -> Option<Observation> {
    let field = numbers.field(row.group, item.at);
    if field == 0 && item.zero_says_nothing {
        return None;
    }
    let reading = match absence(field) {
        Some(absence) => Reading::Absent(absence),
        None => {
            let quantity = Quantity::new(i64::from(field), -item.decimals);
            if is_plausible(quantity, item) {
                Reading::Value(Value::Numeric(quantity), (variant.quality)(head))
            } else {
                Reading::Absent(Absence::Invalid)
            }
        }
    };
    let device_time = Some(Timestamp::from_seconds(i64::from(numbers.time)));
    let containment = row.containment(variant, item);
    Some(Observation { device_time, ..Observation::new(item.code, containment, Some(item.unit), reading) })
}

fn is_plausible(quantity: Quantity, item: &Item) -> bool {
    let (low, high) = item.plausible;
    quantity.cmp_value(low).is_ge() && quantity.cmp_value(high).is_le()
}

/// The alarms that status bits stand for, each present or not, as far as the groups of one record speak. An alarm that two
/// groups know is present if either says so.
pub(super) fn bit_alarms<'a>(record: impl IntoIterator<Item = &'a Numbers>) -> Vec<DeviceAlarm> {
    let mut out: Vec<DeviceAlarm> = Vec::new();
    for numbers in record {
        for row in table::rows().filter(|row| row.group.place().0 == numbers.class) {
            if !numbers.head(row.group).speaks() {
                continue;
            }
            let bits = numbers.bits(row.group, row.alarm_bits_at);
            for alarm in row.alarms {
                let (source, present) = (row.alarm_source(), bits >> alarm.bit & 1 != 0);
                let same = |known: &&mut DeviceAlarm| {
                    known.event == alarm.event && known.source == source && *known.text == *alarm.text
                };
                if let Some(known) = out.iter_mut().find(same) {
                    known.present |= present;
                    continue;
                }
                out.push(DeviceAlarm {
                    event: alarm.event,
                    source,
                    present,
                    priority: alarm.priority,
                    kind: alarm.kind,
                    text: alarm.text.into(),
                });
            }
        }
    }
    out
}

/// The alarm texts on the screen. A text says nothing about its type; all count as about the patient, the careful choice.
pub(super) fn text_alarms(display: &AlarmDisplay) -> Vec<DeviceAlarm> {
    let mut out: Vec<DeviceAlarm> = Vec::new();
    for shown in &display.texts {
        let Some(priority) = shown.colour.priority() else { continue };
        if let Some(known) = out.iter_mut().find(|known| *known.text == *shown.text) {
            known.priority = known.priority.max(priority);
            continue;
        }
        out.push(DeviceAlarm {
            event: mdc::EVT_ALARM,
            source: MONITOR,
            present: true,
            priority,
            kind: ConditionKind::Physiological,
            text: shown.text.as_str().into(),
        });
    }
    out
}
