//! PCD-10, Communicate Infusion Event Data: `ORU^R42^ORU_R01` with one event of one source of a pump (IHE PCD TF-2, appendix M).
//!
//! Nothing is charted without a patient who was validly bound when it happened. Rows that the device's profile has keep its
//! OBX-4; those that only the event knows stand behind them, from 101 on, so that every position is the same in every message:
//!
//! | position | row |
//! |---|---|
//! | 1.0.0.101, 102 | what happened, and the position of the source |
//! | delivery channel, 101 to 103 | infusing status, current flow, active sources |
//! | source channel, 104 to 108 | delivery status, program mode, reason, label, volume delivered |

use vigil_model::{
    Appliance, Bed, CANARY, Category, Code, Containment, Device, InfusionChange, InfusionEvent, Observation, Patient,
    Quantity, Reading, Timestamp, Unit, Value, Ward, dim, mdc,
};

use super::device::{Rows, value_type, write_containment, write_term, write_value};
use super::header::{self, Profile, write_entity};
use super::patient::{Place, write_pid_of, write_pv1};
use super::time::Times;
use super::write::SegmentWriter;
use crate::{Dialect, Hl7Destination};

/// What every event carries: a receiver that may not see one of them gets no infusion events.
pub const REQUIRED: [Code; 6] = [
    mdc::PUMP_INFUSING_STATUS,
    mdc::FLOW_FLUID_PUMP_CURRENT,
    mdc::DEV_PUMP_ACTIVE_SOURCES,
    mdc::DEV_PUMP_CURRENT_DELIVERY_STATUS,
    mdc::DEV_PUMP_PROGRAM_DELIVERY_MODE,
    mdc::DEV_PUMP_SOURCE_CHANNEL_LABEL,
];

/// Readings of the pump that go with an event where it has them.
const READINGS: [Code; 8] = [
    mdc::FLOW_FLUID_PUMP,
    mdc::RATE_DOSE,
    mdc::VOL_FLUID_TBI,
    mdc::VOL_FLUID_TBI_REMAIN,
    mdc::TIME_PD_REMAIN,
    mdc::DRUG_NAME_LABEL,
    mdc::CONC_DRUG,
    mdc::VOL_FLUID_DELIV_SEGMENT,
];

/// An event that may be charted: everything that a message needs is there.
#[derive(Clone, Copy, Debug)]
pub struct Infusion<'a> {
    appliance: &'a Appliance,
    bed: &'a Bed,
    device: &'a Device,
    patient: &'a Patient,
    event: &'a InfusionEvent,
}

/// One row of the message.
struct Row<'a> {
    at: Containment,
    code: Code,
    content: Content<'a>,
}

enum Content<'a> {
    /// A coded value.
    Term(Code),
    /// A word of an enumeration of the profile.
    Word(&'static str),
    /// Text.
    Text(String),
    /// A number, or the word that there is none.
    Number(Option<Quantity>, Unit),
    /// What the pump said.
    Said(&'a Observation),
}

impl<'a> Infusion<'a> {
    /// The event as something to chart; `None` without a patient, or if the ward does not have the bed or device (any more).
    pub fn of(ward: &'a Ward, event: &'a InfusionEvent) -> Option<Self> {
        let patient = event.patient.as_deref()?;
        let (_, bed) = ward.bed_named(&event.bed)?;
        let (_, device) = ward.device_named(&event.device)?;
        Some(Self { appliance: &ward.appliance, bed, device, patient, event })
    }

    /// Whether the receiver may see what belongs to every event.
    pub fn is_for(&self, to: &Hl7Destination) -> bool {
        REQUIRED.iter().all(|code| to.sees().metric(*code))
    }

    /// Appends the message. `at` is the time at which it is made.
    pub fn write(&self, to: &Hl7Destination, control_id: &str, at: Timestamp, out: &mut Vec<u8>) {
        let start = out.len();
        let is_test = self.appliance.test || *self.bed.id == *CANARY;
        let (dialect, sees) = (&to.dialect, to.sees());
        header::write(out, Profile::CommunicateInfusionEvent, self.appliance, to, control_id, at, is_test);
        let patient = sees.patient(self.patient);
        write_pid_of(out, patient.as_deref());
        write_pv1(out, self.appliance, Place::Location(&self.bed.location), patient.as_deref());
        let is_seen = |code: Code| sees.metric(code);
        self.write_obr(out, control_id, dialect, is_seen(mdc::DRUG_NAME_LABEL));
        let mut rows = Rows::new(out, Some(self.device), &self.event.identity, self.appliance);
        for row in self.rows().iter().filter(|row| row.is_of_event() || is_seen(row.code)) {
            rows.enter(row.at);
            row.write(rows.begin(), self.device, dialect);
        }
        dialect.character_set.rewrite(out, start);
    }

    /// OBR-4 is what is infused: the drug's name, or the device where nobody knows the drug.
    fn write_obr(&self, out: &mut Vec<u8>, control_id: &str, dialect: &Dialect, drug_is_seen: bool) {
        let mut obr = SegmentWriter::begin(out, "OBR");
        obr.field(1).unsigned(1);
        write_entity(obr.field(2), control_id, self.appliance);
        write_entity(obr.field(3), control_id, self.appliance);
        match self.said(mdc::DRUG_NAME_LABEL).and_then(|drug| drug.reading.value()).filter(|_| drug_is_seen) {
            Some(Value::Text(drug)) if !drug.trim().is_empty() => obr.field(4).component(2).text(drug),
            _ => write_term(obr.field(4), self.device.profile.mds, dialect),
        };
        obr.field(7).append(|out| Times::of(dialect).append(self.event.at, out));
    }

    fn said(&self, code: Code) -> Option<&'a Observation> {
        self.event.readings.iter().find(|reading| reading.metric == code)
    }

    /// A channel of the pump: the one with this code, else the one where its infusing status stands, else the pump itself.
    fn channel(&self, code: Code) -> Containment {
        let profile = &self.device.profile;
        let of_pump = |row: Containment| row.vmd_row() == self.event.pump;
        let named = profile.nodes.iter().find(|node| node.code == code && of_pump(node.containment));
        let status = |metric: &&vigil_model::MetricDescriptor| {
            metric.code == mdc::PUMP_INFUSING_STATUS && of_pump(metric.containment)
        };
        let of_status = || profile.metrics.iter().find(status).map(|metric| metric.containment.channel_row());
        named.map(|node| node.containment).or_else(of_status).unwrap_or(self.event.pump)
    }

    /// Where a metric of the event stands: in the place that the profile has for it, or else behind everything else.
    fn place(&self, channel: Containment, code: Code, number: u16) -> Containment {
        let own = |metric: &&vigil_model::MetricDescriptor| {
            metric.code == code && metric.containment.vmd_row() == self.event.pump
        };
        match self.device.profile.metrics.iter().find(own) {
            Some(metric) => metric.containment,
            None => Containment { metric: number, ..channel },
        }
    }

    /// All rows, ascending.
    fn rows(&self) -> Vec<Row<'a>> {
        let event = self.event;
        let (delivery, source) =
            (self.channel(mdc::DEV_PUMP_DELIVERY_INFO), self.channel(mdc::DEV_PUMP_INFUSATE_SOURCE_PRIMARY));
        // The source that is named has a row of its own.
        let has_row = |row: &Containment| Rows::part(self.device, *row).is_some();
        let named = [source, event.pump].into_iter().find(has_row).unwrap_or(event.pump.mds_row());
        let happened = match event.change {
            InfusionChange::Start => mdc::EVT_PUMP_DELIV_START,
            InfusionChange::Stop => mdc::EVT_PUMP_DELIV_STOP,
            InfusionChange::Complete => mdc::EVT_PUMP_DELIV_COMP,
        };
        let infusing = if event.is_infusing() { "pump-status-infusing" } else { "pump-status-not-infusing" };
        let mds = event.pump.mds_row();
        let at = |row: Containment, number: u16| Containment { metric: number, ..row };
        let mut rows = vec![
            Row { at: at(mds, 101), code: mdc::ATTR_EVT_COND, content: Content::Term(happened) },
            Row { at: at(mds, 102), code: mdc::ATTR_EVT_SOURCE, content: Content::Text(named.to_string()) },
        ];
        let mut add = |channel: Containment, number: u16, code: Code, content: Content<'a>| {
            rows.push(Row { at: self.place(channel, code, number), code, content });
        };
        add(delivery, 101, mdc::PUMP_INFUSING_STATUS, Content::Word(infusing));
        add(delivery, 102, mdc::FLOW_FLUID_PUMP_CURRENT, Content::Number(event.flow, dim::MILLI_L_PER_HR));
        add(delivery, 103, mdc::DEV_PUMP_ACTIVE_SOURCES, Content::Word(event.source.as_str()));
        add(source, 104, mdc::DEV_PUMP_CURRENT_DELIVERY_STATUS, Content::Word(event.status.as_str()));
        add(source, 105, mdc::DEV_PUMP_PROGRAM_DELIVERY_MODE, Content::Word(event.mode.as_str()));
        if let Some(reason) = event.reason {
            add(source, 106, mdc::DEV_PUMP_NOT_DELIVERING_REASON, Content::Word(reason.as_str()));
        }
        add(source, 107, mdc::DEV_PUMP_SOURCE_CHANNEL_LABEL, Content::Text(event.source.label().to_owned()));
        let delivered = [mdc::VOL_FLUID_DELIV_TOTAL, mdc::VOL_FLUID_DELIV].into_iter().find_map(|code| self.said(code));
        if let Some((said, volume)) = delivered.and_then(|said| Some((said, said.reading.value()?.quantity()?))) {
            let unit = said.unit.unwrap_or(dim::MILLI_L);
            add(source, 108, mdc::VOL_FLUID_DELIV_TOTAL, Content::Number(Some(volume), unit));
        }
        let said = event.readings.iter().filter(|reading| READINGS.contains(&reading.metric));
        rows.extend(said.map(|said| Row { at: said.containment, code: said.metric, content: Content::Said(said) }));
        rows.sort_by_key(|row| row.at);
        rows.dedup_by_key(|row| row.at);
        rows
    }
}

impl Row<'_> {
    /// What happened and where, which are no metrics.
    fn is_of_event(&self) -> bool {
        self.code == mdc::ATTR_EVT_COND || self.code == mdc::ATTR_EVT_SOURCE
    }

    fn write(&self, mut obx: SegmentWriter, device: &Device, dialect: &Dialect) {
        obx.field(2).raw(match &self.content {
            Content::Term(_) | Content::Word(_) => "CWE",
            Content::Text(_) => "ST",
            Content::Number(..) => "NM",
            Content::Said(said) => said.reading.value().map_or("ST", value_type),
        });
        write_term(obx.field(3), self.code, dialect);
        write_containment(obx.field(4), self.at, None);
        obx.field(5);
        match &self.content {
            Content::Term(code) => drop(write_term(&mut obx, *code, dialect)),
            Content::Word(word) => drop(obx.component(2).text(word)),
            Content::Text(text) => drop(obx.text(text)),
            Content::Number(number, unit) => return self.write_number(obx, *number, Some(*unit), dialect),
            Content::Said(said) => match &said.reading {
                Reading::Value(Value::Numeric(number), _) => {
                    let category = device.profile.metric(said.metric, said.containment).map(|metric| metric.category);
                    let is_setting = category == Some(Category::Setting);
                    self.write_number_of(obx, Some(*number), said.unit, dialect, is_setting);
                    return;
                }
                Reading::Value(value, _) => write_value(&mut obx, value, dialect),
                Reading::Absent(_) => {}
            },
        }
        obx.field(11).raw("R");
    }

    fn write_number(&self, obx: SegmentWriter, number: Option<Quantity>, unit: Option<Unit>, dialect: &Dialect) {
        self.write_number_of(obx, number, unit, dialect, false);
    }

    fn write_number_of(
        &self,
        mut obx: SegmentWriter,
        number: Option<Quantity>,
        unit: Option<Unit>,
        dialect: &Dialect,
        is_setting: bool,
    ) {
        let sent = dialect.converted(self.code, unit);
        match number.and_then(|number| sent.number(number)) {
            Some(number) => {
                obx.quantity(number);
                if let Some(unit) = sent.unit {
                    obx.field(6).unit(unit);
                }
                obx.field(11).raw("R");
            }
            None => drop(obx.field(8).raw("NAV").field(11).raw("X")),
        }
        if is_setting {
            obx.field(17).raw("ASET^auto-setting^MDC");
        }
    }
}
