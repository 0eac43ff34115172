//! PCD-05, Report Alert Status: what became of an alert at the people it was meant for, `ORA^R41^ORA_R41` (IHE PCD TF-2 3.5,
//! B.10; CP-135, CP-150). Read only.
//!
//! One message names one alert (OBR-29.2, the OBR-3 of its first message) and has a participation (PRT) for each status.
//! There may be many messages about an alert, and none of them is the last.
//!
//! | status (PRT-3.2) | answer | why |
//! |---|---|---|
//! | `Received` `Delivered` `Read` `CallbackStart` `CallbackEnd` | received | proves the path; nobody has taken it on |
//! | `Accepted` `AcceptedPositive` `AcceptedNotRelevant` `AcceptedFalse` | accepted | somebody has looked and taken it on |
//! | `Rejected` | rejected | the next level is told at once |
//! | `Undeliverable` | rejected | that person cannot be reached: the next level is told at once |
//! | `Cancelled` `CancelledOther` | – | the manager has stopped telling; the condition is as it was |
//!
//! No status acknowledges the alarm signal: that is done at the source or by its own interface.
//!
//! Variants seen in public implementations are taken: `ORU^R41`, the alert named in OBR-3 or with `^` for `&`, the status as
//! PRT-3.1, no PRT-2, no OBR at all but MSA-2 with the control id of the alert's message.

use vigil_model::{Answer, OccurrenceId};

use super::alert_id::AlertId;
use super::{Dtm, FieldError, FieldProblem, Message, Segment, Value};

/// Most participations that are read from one message.
pub const STATUSES_MAX: usize = 64;

/// Longest name that is kept, in characters.
pub const NAME_CHARS_MAX: usize = 100;

/// What became of an alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertStatus {
    /// The alert it is about; `None` if it is named by the control id alone.
    pub alert: Option<AlertId>,
    /// MSA-2: control id (MSH-10) of a message about the alert; empty if there is none.
    pub control_id: String,
    /// Each status in the order of the message, at least one.
    pub statuses: Vec<Reported>,
}

/// One status, from one participation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reported {
    /// What is reported.
    pub status: Status,
    /// Who: a person with its id, else the device or telephone that was tried, else the sender. Never empty.
    pub by: String,
    /// When it was so, as the sender says; `None` if it does not.
    pub at: Option<Dtm>,
}

/// The statuses of the profile (IHE PCD TF-2 B.10, table B.10-2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// The alert manager has it.
    Received,
    /// It cannot be delivered to that person or device.
    Undeliverable,
    /// It is on that person's device.
    Delivered,
    /// It has been opened.
    Read,
    /// The person takes it on.
    Accepted,
    /// The person does not take it on.
    Rejected,
    /// Taken on, and a true alarm.
    AcceptedPositive,
    /// Taken on, true, and of no relevance.
    AcceptedNotRelevant,
    /// Taken on, and a false alarm.
    AcceptedFalse,
    /// The manager stopped telling that person.
    Cancelled,
    /// The manager stopped telling that person since another has taken it on.
    CancelledOther,
    /// A call back to the bed has begun.
    CallbackStart,
    /// A call back to the bed has ended.
    CallbackEnd,
}

/// Words of the statuses.
const WORDS: [(&str, Status); 13] = [
    ("Received", Status::Received),
    ("Undeliverable", Status::Undeliverable),
    ("Delivered", Status::Delivered),
    ("Read", Status::Read),
    ("Accepted", Status::Accepted),
    ("Rejected", Status::Rejected),
    ("AcceptedPositive", Status::AcceptedPositive),
    ("AcceptedNotRelevant", Status::AcceptedNotRelevant),
    ("AcceptedFalse", Status::AcceptedFalse),
    ("Cancelled", Status::Cancelled),
    ("CancelledOther", Status::CancelledOther),
    ("CallbackStart", Status::CallbackStart),
    ("CallbackEnd", Status::CallbackEnd),
];

impl Status {
    /// The word of the profile.
    pub fn as_str(self) -> &'static str {
        WORDS.iter().find(|(_, status)| *status == self).map_or("", |(word, _)| word)
    }

    /// The status with this word; upper and lower case, blanks and hyphens do not count.
    pub fn named(word: &str) -> Option<Self> {
        let letters = |text: &str| -> String {
            text.chars().filter(char::is_ascii_alphabetic).take(40).collect::<String>().to_ascii_lowercase()
        };
        let wanted = letters(word);
        WORDS.iter().find(|(known, _)| letters(known) == wanted).map(|(_, status)| *status)
    }

    /// What the engine is told; `None` for what is only written down.
    pub const fn answer(self) -> Option<Answer> {
        match self {
            Status::Received | Status::Delivered | Status::Read | Status::CallbackStart | Status::CallbackEnd => {
                Some(Answer::Received)
            }
            Status::Accepted | Status::AcceptedPositive | Status::AcceptedNotRelevant | Status::AcceptedFalse => {
                Some(Answer::Accepted)
            }
            Status::Rejected | Status::Undeliverable => Some(Answer::Rejected),
            Status::Cancelled | Status::CancelledOther => None,
        }
    }
}

impl AlertStatus {
    /// Whether a message is one, by its type: `ORA^R41` or `ORU^R41`.
    pub fn is_in(message: &Message<'_>) -> bool {
        let kind = message.header().field(9);
        matches!(kind.component(1).raw(), b"ORA" | b"ORU") && kind.component(2).raw() == b"R41"
    }

    /// Reads the status of an alert.
    ///
    /// # Errors
    /// If the message names no alert in any of the ways that are seen, or no status that is known.
    pub fn parse(message: &Message<'_>) -> Result<Self, FieldError> {
        let control_id = message.field("MSA", 2).text().trim().to_owned();
        let alert = message.segments_named("OBR").find_map(alert_of);
        if alert.is_none() && control_id.is_empty() {
            let order = message.required("OBR")?;
            return Err(order.error(29, FieldProblem::Expected("the id of an alert, as OBR-3 of its first message")));
        }
        let sender = name_of(message.header().field(3)).unwrap_or_else(|| "unnamed alert manager".to_owned());
        let participations = message.segments_named("PRT").take(STATUSES_MAX);
        let statuses: Vec<Reported> = participations.filter_map(|prt| reported(prt, &sender)).collect();
        if statuses.is_empty() {
            let first = message.required("PRT")?;
            return Err(
                first.error(3, FieldProblem::Expected("a status: Received, Delivered, Read, Accepted, Rejected …"))
            );
        }
        Ok(Self { alert, control_id, statuses })
    }

    /// The occurrence it is about, if the message names one.
    pub fn occurrence(&self) -> Option<&OccurrenceId> {
        self.alert.as_ref().map(|alert| &alert.occurrence)
    }
}

/// The alert of an order row: OBR-29.2 with its subcomponents, or what senders make of it, or OBR-3.
fn alert_of(order: Segment<'_, '_>) -> Option<AlertId> {
    let (parent, own) = (order.field(29), order.field(3));
    let candidates = [
        parent.component(2).subcomponent(1),
        parent.component(1).subcomponent(1),
        own.component(1),
        own.component(2), // a counter first, the alert second
    ];
    candidates.into_iter().find_map(|id| id.text().trim().parse().ok())
}

fn reported(prt: Segment<'_, '_>, sender: &str) -> Option<Reported> {
    let reason = prt.field(3);
    let status = [2, 1, 9].into_iter().find_map(|part| Status::named(&reason.component(part).text()))?;
    let at = [11, 12].into_iter().find_map(|field| prt.field(field).component(1).time().ok());
    let by = person(prt.field(5))
        .or_else(|| name_of(prt.field(10)))
        .or_else(|| telecom(prt.field(15)))
        .unwrap_or_else(|| sender.to_owned());
    Some(Reported { status, by, at })
}

/// A person (XCN) as `58793 Diesel, N`: id, family name, given name.
pub(crate) fn person(person: Value<'_>) -> Option<String> {
    let part = |number: usize| person.component(number).subcomponent(1).text().trim().to_owned();
    let names = [part(2), part(3)].into_iter().filter(|name| !name.is_empty()).collect::<Vec<_>>().join(", ");
    bounded(&format!("{} {names}", part(1)))
}

/// The first component that says anything.
fn name_of(value: Value<'_>) -> Option<String> {
    (1..=3).find_map(|part| bounded(&value.component(part).text()))
}

/// A telephone number or address (XTN): the number as text, or the address, or the parts of a number.
fn telecom(value: Value<'_>) -> Option<String> {
    [1, 4, 12, 7].into_iter().find_map(|part| bounded(&value.component(part).text()))
}

fn bounded(text: &str) -> Option<String> {
    let text: String = text.trim().chars().filter(|c| !c.is_control()).take(NAME_CHARS_MAX).collect();
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(segments: &str) -> Result<AlertStatus, String> {
        let text =
            format!("MSH|^~\\&|AM^0030E60000000001^EUI-64|H|ward-4b|H|20260301||ORA^R41^ORA_R41|5|P|2.6\r{segments}");
        let message = Message::parse(text.as_bytes()).unwrap();
        assert!(AlertStatus::is_in(&message));
        AlertStatus::parse(&message).map_err(|error| error.to_string())
    }

    #[test]
    fn every_status_of_a_message_is_read_with_its_person_and_time() {
        let order = "MSA|AA|ward-4b-41\rPID|||\"\"\rPV1||I\rOBR|1||r-9^AM|196616^MDC_EVT_ALARM^MDC|||||||||||||||||||||||||^ward-4b:000123&ward-4b&0011223344556677&EUI-64\r";
        let status = parsed(&format!(
            "{order}PRT||AD|1^Delivered^IHE_PCD_ACM|RO^^^AAP|58793^Diesel&van^N|||||PH7^^1122334455667788^EUI-64|20260301101501+0100\r\
             PRT||UP|^accepted|RO|||||||20260301101509\rPRT||AD||RO\r"
        ))
        .unwrap();
        assert_eq!(status.occurrence().unwrap().to_string(), "ward-4b:000123");
        assert_eq!(status.control_id, "ward-4b-41");
        let read: Vec<_> = status.statuses.iter().map(|s| (s.status, s.by.as_str(), s.status.answer())).collect();
        assert_eq!(
            read,
            [
                (Status::Delivered, "58793 Diesel, N", Some(Answer::Received)),
                (Status::Accepted, "AM", Some(Answer::Accepted))
            ]
        );
        assert_eq!(status.statuses[0].at.unwrap().utc(0).to_string(), "2026-03-01T09:15:01.000Z");
        assert_eq!(status.statuses[1].at.unwrap().offset_minutes, None);
    }

    #[test]
    fn the_variants_of_public_senders_are_taken() {
        for (order, alert) in [
            ("OBR|||||||||||||||||||||||||||||^ward-4b:000123.2-9&ward-4b&X&EUI-64", Some("ward-4b:000123.2-9")),
            ("OBR|||||||||||||||||||||||||||||^ward-4b:000123^ward-4b^X^EUI-64", Some("ward-4b:000123")),
            ("OBR|||||||||||||||||||||||||||||ward-4b:000123&ward-4b&X&EUI-64", Some("ward-4b:000123")),
            ("OBR|||ward-4b:000123^ward-4b^X^EUI-64", Some("ward-4b:000123")),
            ("OBR|||1^ward-4b:000123", Some("ward-4b:000123")),
            ("MSA|AA|ward-4b-41", None),
        ] {
            for reason in ["^Read^IHE_PCD_ACM", "Read", "READ^^L", "^^^^^^^^read"] {
                let status = parsed(&format!("{order}\rPRT|||{reason}\r")).unwrap();
                assert_eq!(status.alert.map(|alert| alert.to_string()).as_deref(), alert, "{order}");
                assert_eq!(status.statuses[0].status, Status::Read, "{reason}");
                assert_eq!(status.statuses[0].by, "AM");
            }
        }
        let named = parsed("OBR|||w:1\rPRT||AD|^Undeliverable||||||||||||^PRN^PH^a@b.example\r").unwrap();
        assert_eq!(
            (named.statuses[0].by.as_str(), named.statuses[0].status.answer()),
            ("a@b.example", Some(Answer::Rejected))
        );
    }

    #[test]
    fn what_names_no_alert_or_no_status_is_refused_with_the_place() {
        for (segments, error) in [
            ("PRT|||Read", "reading segment OBR (1), field 0: required and missing"),
            (
                "OBR|1||other^alert\rPRT|||Read",
                "reading segment OBR (1), field 29: expected the id of an alert, as OBR-3 of its first message",
            ),
            ("OBR|||w:1", "reading segment PRT (1), field 0: required and missing"),
            (
                "OBR|||w:1\rPRT|||Whatever",
                "reading segment PRT (1), field 3: expected a status: Received, Delivered, Read, Accepted, Rejected …",
            ),
        ] {
            assert_eq!(parsed(segments).unwrap_err(), error);
        }
    }

    #[test]
    fn every_status_has_its_word() {
        for (word, status) in WORDS {
            assert_eq!((status.as_str(), Status::named(word)), (word, Some(status)));
        }
        assert_eq!(Status::named(""), None);
    }

    proptest::proptest! {
        #[test]
        fn any_message_is_survived(tail in "(OBR|PRT|MSA|[|^~&A-Za-z0-9:.\r-]){0,40}") {
            let text = format!("MSH|^~\\&|||||||ORA^R41|1\r{tail}");
            if let Ok(message) = Message::parse(text.as_bytes())
                && let Ok(status) = AlertStatus::parse(&message)
            {
                proptest::prop_assert!(!status.statuses.is_empty() && status.statuses.len() <= STATUSES_MAX);
                proptest::prop_assert!(status.statuses.iter().all(|s| !s.by.is_empty()));
            }
        }
    }
}
