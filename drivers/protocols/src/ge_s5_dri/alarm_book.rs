//! Which alarms of the monitor are present, from its two sources: texts on the screen, which come as a whole list, and bits
//! in the status of groups, which come with the numbers.
//!
//! | what arrives                          | what is reported                                                             |
//! |---------------------------------------|-------------------------------------------------------------------------------|
//! | texts                                 | texts that are gone, then all that is present and "listed", once bits are known |
//! | the first numbers after a connection  | every bit alarm, present or not; "listed" if texts came before                |
//! | later numbers                         | bit alarms that changed                                                        |
//!
//! "Listed" ends what is remembered from before a connection, so it waits until both sources have spoken. A monitor that
//! has no alarm records never lists, and its bit alarms are told one by one. A group that no longer speaks leaves its bit
//! alarms as they are: missing data ends no alarm.

use vigil_model::{DeviceAlarm, Report};

/// Alarms since the connection was made.
#[derive(Clone, Debug, Default)]
pub(super) struct AlarmBook {
    /// `None` until the screen has been read.
    texts: Option<Vec<DeviceAlarm>>,
    /// Every bit alarm whose group has spoken; bounded by the table. `None` until numbers have come.
    bits: Option<Vec<DeviceAlarm>>,
}

impl AlarmBook {
    /// The texts on the screen have been read.
    pub(super) fn take_texts(&mut self, texts: Vec<DeviceAlarm>) -> Vec<Report> {
        let before = self.texts.replace(texts).unwrap_or_default();
        let now = self.texts.as_deref().unwrap_or_default();
        let gone = before.into_iter().filter(|old| !now.iter().any(|new| is_same(old, new)));
        let mut out: Vec<Report> = gone.map(|old| Report::Alarm(DeviceAlarm { present: false, ..old })).collect();
        if self.bits.is_some() {
            out.extend(self.list());
        } else {
            out.extend(now.iter().cloned().map(Report::Alarm));
        }
        out
    }

    /// The bits of one record have been read.
    pub(super) fn take_bits(&mut self, said: Vec<DeviceAlarm>) -> Vec<Report> {
        let is_first = self.bits.is_none();
        let known = self.bits.get_or_insert_default();
        let mut changed = Vec::new();
        for alarm in said {
            match known.iter_mut().find(|known| is_same(known, &alarm)) {
                Some(known) if known.present == alarm.present => {}
                Some(known) => {
                    known.present = alarm.present;
                    changed.push(alarm);
                }
                None => {
                    known.push(alarm.clone());
                    changed.push(alarm);
                }
            }
        }
        if is_first && self.texts.is_some() {
            changed.retain(|alarm| !alarm.present); // what is present follows in the list
            return changed.into_iter().map(Report::Alarm).chain(self.list()).collect();
        }
        changed.into_iter().map(Report::Alarm).collect()
    }

    /// All that is present, and that this is all.
    fn list(&self) -> Vec<Report> {
        let bits = self.bits.iter().flatten().filter(|alarm| alarm.present);
        let present = self.texts.iter().flatten().chain(bits).cloned();
        present.map(Report::Alarm).chain([Report::AlarmsListed]).collect()
    }
}

/// Whether both speak of the same alarm.
fn is_same(a: &DeviceAlarm, b: &DeviceAlarm) -> bool {
    a.event == b.event && a.source == b.source && a.text == b.text
}

#[cfg(test)]
mod tests {
    use super::*;
    use vigil_model::{ConditionKind, Containment, Priority, mdc};

    fn text(text: &str) -> DeviceAlarm {
        DeviceAlarm {
            event: mdc::EVT_ALARM,
            source: Containment::new(1, 0, 0, 0),
            present: true,
            priority: Priority::High,
            kind: ConditionKind::Physiological,
            text: text.into(),
        }
    }

    fn bit(present: bool) -> DeviceAlarm {
        DeviceAlarm { event: mdc::EVT_APNEA, present, ..text("Apnoea") }
    }

    fn told(reports: Vec<Report>) -> Vec<String> {
        reports
            .into_iter()
            .map(|report| match report {
                Report::Alarm(alarm) => format!("{}{}", if alarm.present { "+" } else { "-" }, alarm.text),
                Report::AlarmsListed => "listed".to_owned(),
                other => panic!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn the_list_waits_for_both_sources() {
        let mut book = AlarmBook::default();
        assert_eq!(told(book.take_texts(vec![text("HR HIGH")])), ["+HR HIGH"]);
        assert_eq!(told(book.take_bits(vec![bit(true)])), ["+HR HIGH", "+Apnoea", "listed"]);
        assert_eq!(told(book.take_bits(vec![bit(true)])), [""; 0]);
        assert_eq!(told(book.take_texts(vec![text("HR LOW")])), ["-HR HIGH", "+HR LOW", "+Apnoea", "listed"]);
        assert_eq!(told(book.take_bits(vec![])), [""; 0], "a group that is silent ends nothing");
        assert_eq!(told(book.take_bits(vec![bit(false)])), ["-Apnoea"]);
        assert_eq!(told(book.take_texts(vec![])), ["-HR LOW", "listed"]);
    }

    #[test]
    fn without_alarm_records_each_bit_is_told_once() {
        let mut book = AlarmBook::default();
        assert_eq!(told(book.take_bits(vec![bit(false)])), ["-Apnoea"]);
        assert_eq!(told(book.take_bits(vec![bit(true)])), ["+Apnoea"]);
    }
}
