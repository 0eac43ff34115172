//! What an operator may say about a listener: who may send, how locations are mapped, how a sender means things. And the
//! tables that are made of it. Nothing here listens.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vigil_model::{Place, Timestamp, Ward};

use crate::DurationText;

/// A place where HL7 v2 messages come in over MLLP: ADT, association messages (IHE DEV-51, DEV-52), answers to alerts (IHE
/// PCD-05). A sender with other habits gets a listener of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Listener {
    /// Name of the listener, unique.
    pub id: Arc<str>,
    /// Where it listens, `host:port`; the usual port is 2575.
    pub address: Arc<str>,
    /// Addresses that may connect, like `10.1.2.3`. Everybody who reaches the port if left out.
    #[serde(default)]
    pub peers: Vec<Arc<str>>,
    /// Sending applications (MSH-3) that are listened to; others are refused. All if left out.
    #[serde(default)]
    pub applications: Vec<Arc<str>>,
    /// Processing ids (MSH-11) that are taken: `P` production, `T` training, `D` debugging. `["P"]` if left out; an appliance
    /// that is itself a test takes all.
    #[serde(default = "production")]
    pub processing: Vec<Arc<str>>,
    /// Facilities (PV1-3.4) whose locations are those of this appliance; a location without a facility is taken as well. The
    /// facility of the appliance if left out.
    #[serde(default)]
    pub facilities: Vec<Arc<str>>,
    /// How locations are mapped to beds, beyond the beds' own unit, room and bed: one `[[listener.place]]` each.
    #[serde(default)]
    pub place: Vec<PlaceRow>,
    /// Offset of times without one, `+01:00`. UTC if left out.
    #[serde(default = "utc")]
    pub zone: Arc<str>,
    /// Whether that offset is an hour more in summer, and by which rule.
    #[serde(default)]
    pub summer_time: SummerTime,
    /// Kinds of identifiers (PID-3.5) that name a patient, the best first. `MR`, then `PI`, then whatever comes first, if left
    /// out.
    #[serde(default)]
    pub identifier_types: Vec<Arc<str>>,
    /// Authorities (PID-3.4) whose identifiers name a patient. All if left out.
    #[serde(default)]
    pub authorities: Vec<Arc<str>>,
    /// Whether an update (A08) may move a patient. `false` if left out: only admissions and transfers do.
    #[serde(default)]
    pub updates_move: bool,
    /// Sending applications that leave the target of a transfer in PV1-3 when they cancel it (A12) and put the bed to return
    /// to into PV1-6, the reverse of HL7. None if left out.
    #[serde(default)]
    pub reversed_cancels: Vec<Arc<str>>,
    /// How many may be connected at a time, 1 to 256. 16 if left out.
    #[serde(default = "connections_max")]
    pub connections_max: u16,
    /// Longest message in kibibytes, 4 to 4096. 1024 if left out.
    #[serde(default = "message_kibibytes_max")]
    pub message_kibibytes_max: u16,
    /// Longest pause inside a message, `1s` to `5m`. `10s` if left out.
    #[serde(default = "pause_max")]
    pub pause_max: DurationText,
    /// How long a connection may be silent, `10s` to `7d`. `24h` if left out.
    #[serde(default = "silence_max")]
    pub silence_max: DurationText,
}

/// How a location is written by a sender, and which bed it is. What is left out fits anything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaceRow {
    /// Id of the bed.
    pub bed: Arc<str>,
    /// Facility (PV1-3.4).
    #[serde(default)]
    pub facility: Option<Arc<str>>,
    /// Point of care (PV1-3.1).
    #[serde(default)]
    pub unit: Option<Arc<str>>,
    /// Room (PV1-3.2).
    #[serde(default)]
    pub room: Option<Arc<str>>,
    /// Bed (PV1-3.3).
    #[serde(default)]
    pub number: Option<Arc<str>>,
}

/// Rules of summer time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SummerTime {
    /// The offset is the same all year.
    #[default]
    None,
    /// From the last Sunday in March to the last Sunday in October, at 01:00 UTC.
    Eu,
    /// From the second Sunday in March to the first Sunday in November, at 02:00 local time.
    Us,
}

fn production() -> Vec<Arc<str>> {
    vec!["P".into()]
}

fn utc() -> Arc<str> {
    "+00:00".into()
}

const fn connections_max() -> u16 {
    16
}

const fn message_kibibytes_max() -> u16 {
    1024
}

fn pause_max() -> DurationText {
    DurationText::from_secs(10)
}

fn silence_max() -> DurationText {
    DurationText::from_secs(24 * 3600)
}

impl Listener {
    /// Everything that is wrong with the values, each with its key.
    pub fn problems(&self) -> Vec<(&'static str, String)> {
        let mut problems = Vec::new();
        let port = self.address.rsplit_once(':').map(|(host, port)| (!host.is_empty(), port.parse::<u16>()));
        if !matches!(port, Some((true, Ok(_)))) {
            problems.push(("address", "expected `host:port`, like 0.0.0.0:2575".to_owned()));
        }
        if self.peers.iter().any(|peer| peer.parse::<IpAddr>().is_err()) {
            problems.push(("peers", "expected IP addresses, like 10.1.2.3".to_owned()));
        }
        if offset_minutes(&self.zone).is_none() {
            problems.push(("zone", "expected an offset from UTC, like +01:00".to_owned()));
        }
        if self.processing.is_empty() || self.processing.iter().any(|id| !matches!(&**id, "P" | "T" | "D")) {
            problems.push(("processing", "expected some of P, T and D".to_owned()));
        }
        if !(1..=256).contains(&self.connections_max) {
            problems.push(("connections_max", "expected 1 to 256".to_owned()));
        }
        if !(4..=4096).contains(&self.message_kibibytes_max) {
            problems.push(("message_kibibytes_max", "expected 4 to 4096".to_owned()));
        }
        let within = |value: DurationText, least: u64, most: u64| {
            (Duration::from_secs(least)..=Duration::from_secs(most)).contains(&value.get())
        };
        if !within(self.pause_max, 1, 300) {
            problems.push(("pause_max", "expected 1s to 5m".to_owned()));
        }
        if !within(self.silence_max, 10, 7 * 86_400) {
            problems.push(("silence_max", "expected 10s to 7d".to_owned()));
        }
        problems
    }

    /// Whether a peer may connect.
    pub fn takes_peer(&self, peer: IpAddr) -> bool {
        let is_it = |text: &Arc<str>| text.parse::<IpAddr>().is_ok_and(|allowed| allowed == peer.to_canonical());
        self.peers.is_empty() || self.peers.iter().any(is_it)
    }

    /// Offset in minutes of a time that has none, given as if it were UTC.
    pub fn offset_at(&self, local: Timestamp) -> i16 {
        let standard = offset_minutes(&self.zone).unwrap_or(0);
        let as_utc = Timestamp::from_micros(local.as_micros() - i64::from(standard) * 60_000_000);
        standard + if is_summer(self.summer_time, as_utc, standard) { 60 } else { 0 }
    }
}

/// `+01:00`, `-0330`, `Z` as minutes.
fn offset_minutes(text: &str) -> Option<i16> {
    if matches!(text, "Z" | "UTC") {
        return Some(0);
    }
    let (sign, rest) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let digits: String = rest.chars().filter(|c| *c != ':').collect();
    if digits.len() != 4 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes): (i16, i16) = (digits[..2].parse().ok()?, digits[2..].parse().ok()?);
    (hours <= 14 && minutes <= 59).then_some(sign * (hours * 60 + minutes))
}

fn is_summer(rule: SummerTime, at: Timestamp, standard_minutes: i16) -> bool {
    let year = at.civil().year;
    let at_utc = |month: u8, day: u8, minutes: i64| {
        let civil = vigil_model::Civil { year, month, day, hour: 0, minute: 0, second: 0, micros: 0 };
        Timestamp::from_civil(civil).map_or(0, |day| day.as_micros() + minutes * 60_000_000)
    };
    let (from, until) = match rule {
        SummerTime::None => return false,
        SummerTime::Eu => (at_utc(3, last_sunday(year, 3, 31), 60), at_utc(10, last_sunday(year, 10, 31), 60)),
        SummerTime::Us => {
            let local = |minutes: i64| minutes - i64::from(standard_minutes);
            // 02:00 daylight time is 01:00 standard time.
            (at_utc(3, first_sunday(year, 3) + 7, local(120)), at_utc(11, first_sunday(year, 11), local(60)))
        }
    };
    (from..until).contains(&at.as_micros())
}

/// Days since a Sunday, of a day of a month.
fn weekday(year: i32, month: u8, day: u8) -> i64 {
    let civil = vigil_model::Civil { year, month, day, hour: 0, minute: 0, second: 0, micros: 0 };
    let days = Timestamp::from_civil(civil).map_or(0, |at| at.as_micros().div_euclid(86_400_000_000));
    (days + 4).rem_euclid(7) // 1970-01-01 was a Thursday
}

fn last_sunday(year: i32, month: u8, days: u8) -> u8 {
    days - u8::try_from(weekday(year, month, days)).unwrap_or(0)
}

fn first_sunday(year: i32, month: u8) -> u8 {
    1 + u8::try_from((7 - weekday(year, month, 1)) % 7).unwrap_or(0)
}

/// Which location is which bed.
#[derive(Clone, Debug, Default)]
pub struct Site {
    facilities: Vec<String>,
    rows: Vec<SiteRow>,
}

#[derive(Clone, Debug)]
struct SiteRow {
    bed: Arc<str>,
    facility: Option<String>,
    /// Unit, room, bed; `None` fits anything.
    parts: [Option<String>; 3],
}

impl Site {
    /// The table of a listener of an appliance: the listener's rows, then the beds' own locations.
    pub fn new(listener: &Listener, ward: &Ward) -> Self {
        let plain = |part: &Option<Arc<str>>| part.as_ref().map(|text| normalised(text));
        let given = listener.place.iter().map(|row| SiteRow {
            bed: Arc::clone(&row.bed),
            facility: plain(&row.facility),
            parts: [plain(&row.unit), plain(&row.room), plain(&row.number)],
        });
        let own = ward.beds.iter().map(|bed| SiteRow {
            bed: Arc::clone(&bed.id),
            facility: None,
            parts: [&bed.location.unit, &bed.location.room, &bed.location.bed].map(|text| Some(normalised(text))),
        });
        let facilities = match &listener.facilities[..] {
            [] => vec![normalised(&ward.appliance.facility)],
            given => given.iter().map(|facility| normalised(facility)).collect(),
        };
        Self { facilities, rows: given.chain(own).collect() }
    }

    /// The place of a location: facility, unit, room and bed as the sender writes them. A location that fits two beds is no
    /// bed: nobody is bound by a guess.
    pub fn place(&self, facility: &str, unit: &str, room: &str, bed: &str) -> Place {
        let facility = normalised(facility);
        let parts = [unit, room, bed].map(normalised);
        if facility.is_empty() && parts.iter().all(String::is_empty) {
            return Place::Unsaid;
        }
        // A unit alone, a patient in the corridor: no bed, whatever a row leaves out.
        if parts[2].is_empty() && parts[1].is_empty() {
            return Place::Elsewhere;
        }
        let fits = |row: &&SiteRow| {
            let of_facility = match &row.facility {
                Some(given) => *given == facility,
                None => facility.is_empty() || self.facilities.contains(&facility),
            };
            of_facility && row.parts.iter().zip(&parts).all(|(row, said)| row.as_ref().is_none_or(|row| row == said))
        };
        let mut beds: Vec<&Arc<str>> = self.rows.iter().filter(fits).map(|row| &row.bed).collect();
        beds.sort();
        beds.dedup();
        match beds[..] {
            [bed] => Place::Bed(Arc::clone(bed)),
            _ => Place::Elsewhere,
        }
    }
}

/// A word of a location without what senders write differently: case, blanks, leading zeros of numbers.
fn normalised(text: &str) -> String {
    let words = text.split_whitespace().map(|word| {
        let upper = word.to_uppercase();
        let is_number = !upper.is_empty() && upper.bytes().all(|byte| byte.is_ascii_digit());
        let short = upper.trim_start_matches('0');
        if is_number { if short.is_empty() { "0".to_owned() } else { short.to_owned() } } else { upper }
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listener(text: &str) -> Listener {
        serde_json::from_str(&format!(r#"{{"id":"adt","address":"127.0.0.1:2575",{text}}}"#)).unwrap()
    }

    #[test]
    fn summer_time_follows_its_rule() {
        let berlin = listener(r#""zone":"+01:00","summer_time":"eu""#);
        let ottawa = listener(r#""zone":"-05:00","summer_time":"us""#);
        let local = |month, day, hour| {
            let civil = vigil_model::Civil { year: 2026, month, day, hour, minute: 0, second: 0, micros: 0 };
            Timestamp::from_civil(civil).unwrap()
        };
        assert_eq!((last_sunday(2026, 3, 31), last_sunday(2026, 10, 31)), (29, 25));
        assert_eq!((first_sunday(2026, 3) + 7, first_sunday(2026, 11)), (8, 1));
        for (at, berlin_minutes, ottawa_minutes) in [
            (local(1, 15, 12), 60, -300),
            (local(3, 8, 1), 60, -300),
            (local(3, 8, 3), 60, -240),
            (local(3, 29, 1), 60, -240),
            (local(3, 29, 3), 120, -240),
            (local(7, 1, 0), 120, -240),
            (local(10, 25, 4), 60, -240),
            (local(11, 1, 3), 60, -300),
        ] {
            assert_eq!((berlin.offset_at(at), ottawa.offset_at(at)), (berlin_minutes, ottawa_minutes), "{at}");
        }
        assert_eq!(listener(r#""zone":"-03:30""#).offset_at(local(7, 1, 0)), -210);
        for bad in ["", "1", "+1", "+25:00", "x01:00", "é"] {
            assert_eq!(offset_minutes(bad), None, "{bad}");
        }
    }

    #[test]
    fn locations_are_compared_without_case_blanks_and_leading_zeros() {
        assert_eq!(normalised("  bed  01 "), "BED 1");
        assert_eq!(normalised("000"), "0");
        assert_eq!(normalised("0A"), "0A");
    }
}
