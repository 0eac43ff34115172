//! What a rack of B. Braun Space pumps reports: places and their rows, parameters, alarm flags and alarm bits.
//!
//! Parameters and bits: BCC specification v4.0. Codes and plausible ranges: ISO/IEEE 11073-10101 terms of the nomenclature
//! table. Texts are the plain reading of the names in the specification; the choice of events and the priorities are Vigil's
//! own.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use vigil_model::Priority::{High, Low, Medium};
use vigil_model::{Category, Containment, Node, Profile, dim, mdc};

pub use crate::row::{AlarmRow, Row};

/// Pillars that a rack can have.
pub const PILLARS: u8 = 3;
/// Places for pumps that a pillar can have.
pub const PLACES: u8 = 24;

/// Where in the rack a pump stands: pillar 1 to 3, place 1 to 24 from the bottom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Pillar, from 1.
    pub pillar: u8,
    /// Place, from 1 at the bottom.
    pub place: u8,
}

impl Place {
    /// All places, in order.
    pub fn all() -> impl Iterator<Item = Place> {
        (1..=PILLARS).flat_map(|pillar| (1..=PLACES).map(move |place| Place { pillar, place }))
    }

    /// Reads the last two characters of a pump's address: pillar 1 to 3, place 1 to 9 and A to O.
    pub fn of_address(characters: &str) -> Option<Place> {
        let [pillar @ b'1'..=b'3', place] = characters.as_bytes() else { return None };
        let place = match place {
            b'1'..=b'9' => place - b'0',
            b'A'..=b'O' => place - b'A' + 10,
            _ => return None,
        };
        Some(Place { pillar: pillar - b'0', place })
    }

    /// The last two characters of the pump's address.
    pub fn address(self) -> String {
        let place = if self.place < 10 { b'0' + self.place } else { b'A' + self.place - 10 };
        [b'0' + self.pillar, place].map(char::from).iter().collect()
    }

    /// The pump's subsystem in the rack's tree: 1 to 24 on the first pillar, 25 to 48 on the second, 49 to 72 on the third.
    pub const fn vmd(self) -> u16 {
        (self.pillar as u16 - 1) * PLACES as u16 + self.place as u16
    }

    /// The pump as a whole: its alarms are about it.
    pub const fn row(self) -> Containment {
        Containment::new(1, self.vmd(), 0, 0)
    }
}

/// For people: pillar, dash, place.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.pillar, self.place)
    }
}

/// How a pump delivers; the place of the pump stands where the 0 is.
const DELIVERY: Containment = Containment::new(1, 0, 1, 0);
/// What it delivers from.
const SOURCE: Containment = Containment::new(1, 0, 2, 0);

use Category::{Calculation, Measurement, Setting};

/// Pumping or not (`INM3`).
pub const INFUSING: Row = Row::new(DELIVERY, 1, mdc::PUMP_INFUSING_STATUS, Measurement, "Infusing");
/// Mode of operation (`OPMODE`).
pub const MODE: Row = Row::new(DELIVERY, 2, mdc::X_ATTR_OPERATING_MODE, Measurement, "Mode");
/// What flows: worked out from rate and flags.
pub const FLOW: Row =
    Row::new(DELIVERY, 3, mdc::FLOW_FLUID_PUMP_CURRENT, Calculation, "Flow").number(dim::MILLI_L_PER_HR, 0, 2000);
/// Line pressure as a part of the alarm pressure (`INP2`).
pub const PRESSURE: Row =
    Row::new(DELIVERY, 4, mdc::X_PUMP_PRESS_ALARM_RATIO, Measurement, "Pressure").number(dim::PERCENT, 0, 200);
/// Rate that is set (`INRT`).
pub const RATE: Row = Row::new(SOURCE, 1, mdc::FLOW_FLUID_PUMP, Setting, "Rate").number(dim::MILLI_L_PER_HR, 0, 2000);
/// Drug (`INSOL`, else `INSOLSN`).
pub const DRUG: Row = Row::new(SOURCE, 2, mdc::DRUG_NAME_LABEL, Setting, "Drug");
/// Volume infused (`INVI`).
pub const INFUSED: Row =
    Row::new(SOURCE, 3, mdc::VOL_FLUID_DELIV, Measurement, "Infused").number(dim::MILLI_L, 0, 100_000);
/// Time until the end (`INRMT`).
pub const TIME_LEFT: Row = Row::new(SOURCE, 4, mdc::TIME_PD_REMAIN, Calculation, "Time left").number(dim::MIN, 0, 6000);
/// Volume to be infused (`INVTB`).
pub const VTBI: Row = Row::new(SOURCE, 5, mdc::VOL_FLUID_TBI, Setting, "VTBI").number(dim::MILLI_L, 0, 100_000);
/// Size of the syringe (`INSYR`).
pub const SYRINGE: Row = Row::new(SOURCE, 6, mdc::VOL_SYRINGE, Setting, "Syringe").number(dim::MILLI_L, 0, 100);
/// Volume in the syringe (`INVOLACT`).
pub const REST: Row = Row::new(SOURCE, 7, mdc::VOL_FLUID_RES, Calculation, "In syringe").number(dim::MILLI_L, 0, 100);
/// Serial number of the pump (`INSERNUM`).
pub const SERIAL: Row = Row::new(SOURCE, 8, mdc::X_PUMP_SERIAL_NUMBER, Setting, "Pump");

/// All metrics of a pump, ascending by containment, for no place yet.
pub const ROWS: [Row; 12] =
    [INFUSING, MODE, FLOW, PRESSURE, RATE, DRUG, INFUSED, TIME_LEFT, VTBI, SYRINGE, REST, SERIAL];

/// Metrics that are a parameter with a number and nothing else.
pub const NUMBERS: [(&str, Row); 6] =
    [("INP2", PRESSURE), ("INRT", RATE), ("INVI", INFUSED), ("INVTB", VTBI), ("INSYR", SYRINGE), ("INVOLACT", REST)];

/// Words for the numbers of `OPMODE`; 6 is not in the specification.
pub const MODES: [&str; 8] = ["continuous", "ramp", "program", "piggyback", "PCA", "TCI", "", "interval bolus"];

const BATTERY: AlarmRow = AlarmRow::technical(mdc::EVT_BATT_LO, High, "Battery empty");
const BATTERY_LOW: AlarmRow = AlarmRow::technical(mdc::EVT_BATT_LO, Medium, "Battery nearly empty");
const EMPTY: AlarmRow = AlarmRow::technical(mdc::EVT_EMPTY, High, "Syringe empty");
const NEARLY_EMPTY: AlarmRow = AlarmRow::technical(mdc::EVT_PUMP_VOL_INFUS_NEAR_COMP, Low, "Nearly empty");
const PRESSURE_HIGH: AlarmRow = AlarmRow::technical(mdc::EVT_FLUID_LINE_OCCL, High, "Pressure high");
const STANDBY_OVER: AlarmRow = AlarmRow::technical(mdc::EVT_TIME_PD_STANDBY_COMP, Medium, "Standby time over");
const VOLUME_DONE: AlarmRow = AlarmRow::technical(mdc::EVT_PUMP_VOL_TBI_COMP, High, "Volume infused");
const TIME_DONE: AlarmRow = AlarmRow::technical(mdc::EVT_TIME_PD_DELIV_COMP, High, "Time over");
const DOOR: AlarmRow = AlarmRow::technical(mdc::EVT_DOOR_POSN_ERR, High, "Cover open");
const DROP: AlarmRow = AlarmRow::technical(mdc::EVT_FLUID_LINE_DRIP_MALF, High, "Drop alarm");
const AIR: AlarmRow = AlarmRow::technical(mdc::EVT_FLUID_LINE_AIR, High, "Air in line");
const KVO_END: AlarmRow = AlarmRow::technical(mdc::EVT_TIME_PD_DELIV_COMP, High, "KVO finished");
const SYRINGE_HOLDER: AlarmRow =
    AlarmRow::technical(mdc::EVT_PUMP_SYRINGE_BARREL_CAPTURE_FAULT, High, "Syringe not inserted right");

/// Alarm flags of a pump: `1` is present.
pub const FLAGS: [(&str, AlarmRow); 14] = [
    ("INA1", BATTERY),
    ("INA2", EMPTY),
    ("INA3", PRESSURE_HIGH),
    ("INA5", STANDBY_OVER),
    ("INA7", VOLUME_DONE),
    ("INA8", TIME_DONE),
    ("INA9", SYRINGE_HOLDER),
    ("INA11", BATTERY_LOW),
    ("INA12", NEARLY_EMPTY),
    ("INA13", DOOR),
    ("INA14", DROP),
    ("INA15", AIR),
    ("INA16", KVO_END),
    ("INM10", AlarmRow::advisory(mdc::EVT_ALARM, "Keeping the vein open")),
];

const fn malfunction(text: &'static str) -> AlarmRow {
    AlarmRow::technical(mdc::EVT_EQUIP_MALF, High, text)
}

const fn plain(priority: vigil_model::Priority, text: &'static str) -> AlarmRow {
    AlarmRow::technical(mdc::EVT_ALARM, priority, text)
}

/// Bits of the words that a rack sends instead of flags when it is set so: word, bit, alarm.
pub const BITS: [(&str, u32, AlarmRow); 47] = [
    ("ALARM1", 1, malfunction("Calibration data")),
    ("ALARM1", 2, AlarmRow::technical(mdc::EVT_BATT_LO, High, "Battery alarm")),
    ("ALARM1", 3, malfunction("Therapy data")),
    ("ALARM1", 4, malfunction("Therapy data and settings")),
    ("ALARM1", 5, AlarmRow::technical(mdc::EVT_BATT_PROB, High, "Battery voltage")),
    ("ALARM1", 6, AlarmRow::technical(mdc::EVT_BATT_PROB, High, "No battery")),
    ("ALARM1", 7, AlarmRow::technical(mdc::EVT_BATT_LO, High, "Battery flat at power-on")),
    ("ALARM1", 8, DOOR),
    ("ALARM1", 9, EMPTY),
    ("ALARM1", 10, PRESSURE_HIGH),
    ("ALARM1", 11, AlarmRow::technical(mdc::EVT_FLUID_LINE_OCCL, High, "Pressure high, drive blocked")),
    ("ALARM1", 12, STANDBY_OVER),
    ("ALARM1", 13, VOLUME_DONE),
    ("ALARM1", 14, TIME_DONE),
    ("ALARM1", 15, plain(High, "Claw")),
    ("ALARM1", 16, malfunction("Pressure sensor")),
    ("ALARM1", 17, AlarmRow::technical(mdc::EVT_PUMP_SYRINGE_BARREL_CAPTURE_FAULT, High, "Syringe holder open")),
    ("ALARM1", 18, SYRINGE_HOLDER),
    ("ALARM1", 19, KVO_END),
    ("ALARM1", 20, AlarmRow::technical(mdc::EVT_OCCL, High, "Upstream pressure")),
    ("ALARM1", 21, plain(High, "Dummy syringe")),
    ("ALARM1", 22, DROP),
    ("ALARM1", 23, AlarmRow::technical(mdc::EVT_FLUID_LINE_DRIP_MALF, High, "No drops")),
    ("ALARM1", 24, AlarmRow::technical(mdc::EVT_FLUID_LINE_DRIP_MALF, High, "Too few drops")),
    ("ALARM1", 25, AlarmRow::technical(mdc::EVT_FLUID_LINE_DRIP_MALF, High, "Too many drops")),
    ("ALARM1", 26, AlarmRow::technical(mdc::EVT_PUMP_FLOW_FREE, High, "Free flow")),
    ("ALARM1", 27, AlarmRow::technical(mdc::EVT_FLUID_LINE_FLOW_SENSOR_PROB, High, "No drop sensor")),
    ("ALARM1", 28, AlarmRow::technical(mdc::EVT_FLUID_LINE_AIR, High, "Air sum")),
    ("ALARM1", 29, AlarmRow::technical(mdc::EVT_FLUID_LINE_AIR, High, "Air bubble")),
    ("ALARM1", 30, AlarmRow::technical(mdc::EVT_FLUID_LINE_AIR, High, "Air rate")),
    ("ALARM1", 31, malfunction("Air sensor")),
    ("ALARM2", 1, plain(Medium, "Data lock")),
    ("ALARM2", 2, plain(Medium, "PCA limit")),
    ("ALARM2", 3, plain(Medium, "SGC end")),
    ("ALARM2", 4, plain(High, "Take-over: syringe ends")),
    ("ALARM2", 5, plain(High, "Take-over failed")),
    ("ALARM2", 6, plain(High, "Take-over: second pump")),
    ("ALARM2", 7, AlarmRow::technical(mdc::EVT_PUMP_FLOW_FREE, High, "Free flow (second bit)")),
    ("PREALARM", 1, plain(Low, "No disposable")),
    ("PREALARM", 2, AlarmRow::technical(mdc::EVT_PUMP_VOL_INFUS_NEAR_COMP, Low, "Volume nearly infused")),
    ("PREALARM", 3, AlarmRow::technical(mdc::EVT_PUMP_VOL_INFUS_NEAR_COMP, Low, "Time nearly over")),
    ("PREALARM", 4, BATTERY_LOW),
    ("PREALARM", 5, AlarmRow::advisory(mdc::EVT_ALARM, "Keeping the vein open")),
    ("PREALARM", 6, plain(Low, "Data lock ends")),
    ("PREALARM", 8, plain(Low, "Piggyback infused")),
    ("PREALARM", 10, AlarmRow::technical(mdc::EVT_FLUID_LINE_OCCL, Low, "Occlusion begins")),
    ("PREALARM", 15, AlarmRow::technical(mdc::EVT_BATT_PROB, Medium, "Battery defective")),
];

/// A bit that is set and stands not in [`BITS`].
pub const UNKNOWN: AlarmRow = plain(Medium, "Alarm that is not in the table");

/// The profile, with values current for `fresh_for`.
pub fn profile(fresh_for: Duration) -> Arc<Profile> {
    let node = |containment, code| Node { containment, code };
    let nodes = Place::all().flat_map(|place| {
        let channel = |channel| Containment { channel, ..place.row() };
        [
            node(place.row(), mdc::DEV_PUMP_INFUS_VMD),
            node(channel(DELIVERY.channel), mdc::DEV_PUMP_DELIVERY_INFO),
            node(channel(SOURCE.channel), mdc::DEV_PUMP_INFUSATE_SOURCE_PRIMARY),
        ]
    });
    let mut alarms: Vec<AlarmRow> = Vec::new();
    let known = FLAGS.iter().map(|(_, row)| row).chain(BITS.iter().map(|(.., row)| row)).chain([&UNKNOWN]);
    for row in known {
        if !alarms.contains(row) {
            alarms.push(*row);
        }
    }
    Arc::new(Profile {
        name: "bbraun-bcc".into(),
        title: "B. Braun Space pumps in a rack (BCC)".into(),
        mds: mdc::DEV_PUMP_RACK_MDS,
        nodes: nodes.collect(),
        metrics: Place::all()
            .flat_map(|place| ROWS.iter().map(move |row| row.of_vmd(place.vmd()).descriptor()))
            .collect(),
        alarms: alarms.iter().map(AlarmRow::descriptor).collect(),
        fresh_for,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_have_an_address_and_a_row_of_their_own() {
        let all: Vec<Place> = Place::all().collect();
        assert!(all.windows(2).all(|pair| pair[0].vmd() + 1 == pair[1].vmd()));
        assert!(all.iter().all(|place| Place::of_address(&place.address()) == Some(*place)));
        assert_eq!(Place::of_address("1O").map(Place::vmd), Some(24));
        assert_eq!(Place::of_address("21").map(Place::vmd), Some(25));
        for refused in ["", "1", "10", "00", "41", "1P", "1a", "111", "é"] {
            assert_eq!(Place::of_address(refused), None, "{refused}");
        }
    }

    #[test]
    fn rows_ascend_and_texts_tell_alarms_apart() {
        assert!(ROWS.windows(2).all(|pair| pair[0].containment < pair[1].containment));
        assert!(BITS.iter().all(|(_, bit, row)| *bit < 32 && row.event.is_verified()));
        // Several causes of one text are one alarm; alarms of one text are the same in all respects.
        let rows: Vec<&AlarmRow> = FLAGS.iter().map(|(_, row)| row).chain(BITS.iter().map(|(.., row)| row)).collect();
        for row in &rows {
            assert!(rows.iter().all(|other| other.text != row.text || other == row), "{}", row.text);
        }
    }
}
