//! What both outgoing messages say about devices: OBX rows for their parts, identifiers, values and limits.

use vigil_model::{Appliance, Code, Containment, Device, Identity, LimitSide, Quantity, Value};

use super::header::{append_eui64, write_entity};
use super::write::{SegmentWriter, append_quantity, append_unsigned};
use crate::Dialect;

/// Writes OBX rows with set ids that count up over the whole message, and each part of the device once, before what it
/// contains.
pub(crate) struct Rows<'b, 'a> {
    out: &'b mut Vec<u8>,
    /// `None` for a device that the plan does not have any more: its parts have no rows.
    device: Option<&'a Device>,
    identity: &'a Identity,
    appliance: &'a Appliance,
    set_id: u64,
    last: Option<Containment>,
}

impl<'b, 'a> Rows<'b, 'a> {
    pub(crate) fn new(
        out: &'b mut Vec<u8>,
        device: Option<&'a Device>,
        identity: &'a Identity,
        appliance: &'a Appliance,
    ) -> Self {
        Self { out, device, identity, appliance, set_id: 0, last: None }
    }

    /// Writes the rows of the parts that hold `row` and are not written yet. Level 0 inside a row is anonymous and has no
    /// row of its own.
    pub(crate) fn enter(&mut self, row: Containment) {
        let Some(device) = self.device else { return };
        let last = self.last.replace(row);
        if last.is_none_or(|last| last.mds != row.mds) {
            self.write_mds(device, row.mds_row());
        }
        if row.vmd != 0 && last.is_none_or(|last| last.vmd_row() != row.vmd_row()) {
            self.write_node(device, row.vmd_row());
        }
        if row.channel != 0 && last.is_none_or(|last| last.channel_row() != row.channel_row()) {
            self.write_node(device, row.channel_row());
        }
    }

    /// Begins the next row: set id written.
    pub(crate) fn begin(&mut self) -> SegmentWriter<'_> {
        self.set_id += 1;
        let mut obx = SegmentWriter::begin(self.out, "OBX");
        obx.field(1).unsigned(self.set_id);
        obx
    }

    /// Code of the part at a row: the device, or a VMD or channel of its profile.
    pub(crate) fn part(device: &Device, row: Containment) -> Option<Code> {
        if row.vmd == 0 && row.channel == 0 {
            return Some(device.profile.mds);
        }
        device.profile.nodes.iter().find(|node| node.containment == row).map(|node| node.code)
    }

    fn write_mds(&mut self, device: &Device, row: Containment) {
        let (identity, appliance) = (self.identity, self.appliance);
        let mut obx = self.begin();
        obx.field(3).code(device.profile.mds);
        write_containment(obx.field(4), row, None);
        obx.field(11).raw("X");
        write_device_id(obx.field(18), device, identity, appliance);
    }

    fn write_node(&mut self, device: &Device, row: Containment) {
        let Some(code) = Self::part(device, row) else { return };
        let mut obx = self.begin();
        obx.field(3).code(code);
        write_containment(obx.field(4), row, None);
        obx.field(11).raw("X");
    }
}

/// OBX-18: the EUI-64 of the device, or else the configured id in the name space of the appliance, which is the same in every
/// message about the device; then, as a further repetition, serial number, model and maker if the device has told its serial
/// number. EI-3 and EI-4 come together (HL7 v2 chapter 2A.28).
pub(crate) fn write_device_id(field: &mut SegmentWriter, device: &Device, identity: &Identity, appliance: &Appliance) {
    if let Some(eui64) = device.eui64 {
        let append = |out: &mut Vec<u8>| append_eui64(eui64.0, out);
        field.append(append).component(3).append(append).component(4).raw("EUI-64");
        return;
    }
    write_entity(field, &device.id, appliance);
    if !identity.serial.is_empty() {
        field.repetition().text(&identity.serial).component(2).text(&identity.model);
        if !identity.manufacturer.is_empty() {
            // A maker's name is no domain name; calling it one is kept for those that are.
            let domain = identity.manufacturer.contains('.') && !identity.manufacturer.contains(' ');
            let kind = if domain { "DNS" } else { "L" };
            field.component(3).text(&identity.manufacturer).component(4).raw(kind);
        } else if identity.model.is_empty() {
            field.component(2).text(&appliance.id);
        }
    }
}

/// OBX-4: `1.1.1.4`, and the facet of an alert, `1.1.1.4.7`.
pub(crate) fn write_containment(field: &mut SegmentWriter, row: Containment, facet: Option<u8>) {
    field.append(|out| {
        append_unsigned(u64::from(row.mds), out);
        for number in [row.vmd, row.channel, row.metric] {
            out.push(b'.');
            append_unsigned(u64::from(number), out);
        }
        if let Some(facet) = facet {
            out.push(b'.');
            append_unsigned(u64::from(facet), out);
        }
    });
}

/// A term, with the receiver's second code beside it.
#[inline]
pub(crate) fn write_term<'s, 'b>(
    field: &'s mut SegmentWriter<'b>,
    code: Code,
    dialect: &Dialect,
) -> &'s mut SegmentWriter<'b> {
    field.code(code);
    if dialect.has_alternates()
        && let Some((code, text, system)) = dialect.alternate(code)
    {
        field.component(4).text(code).component(5).text(text).component(6).text(system);
    }
    field
}

/// OBX-2 of a value.
pub(crate) fn value_type(value: &Value) -> &'static str {
    match value {
        Value::Numeric(_) => "NM",
        Value::Enumeration(_) => "CWE",
        Value::Text(_) => "ST",
    }
}

/// OBX-5 of a value; numbers are converted already.
pub(crate) fn write_value(field: &mut SegmentWriter, value: &Value, dialect: &Dialect) {
    match value {
        Value::Numeric(quantity) => {
            field.quantity(*quantity);
        }
        Value::Enumeration(enumeration) => match enumeration.code {
            Some(code) => {
                write_term(field, code, dialect).component(9).text(&enumeration.text);
            }
            None => {
                field.component(2).text(&enumeration.text);
            }
        },
        Value::Text(text) => {
            field.text(text);
        }
    }
}

/// OBX-7 from alarm limits: `90-160`, `>90` (a lower limit alone) or `<160` (an upper limit alone): the range in which there
/// is no alarm.
pub(crate) fn write_limits(field: &mut SegmentWriter, low: Option<Quantity>, high: Option<Quantity>) {
    match (low, high) {
        (Some(low), Some(high)) => field.append(|out| {
            append_quantity(low, out);
            out.push(b'-');
            append_quantity(high, out);
        }),
        (Some(low), None) => field.append(|out| {
            out.push(b'>');
            append_quantity(low, out);
        }),
        (None, Some(high)) => field.append(|out| {
            out.push(b'<');
            append_quantity(high, out);
        }),
        (None, None) => field,
    };
}

/// The two limits of [`write_limits`] from one crossed limit.
pub(crate) fn sides(limit: Option<(LimitSide, Quantity)>) -> (Option<Quantity>, Option<Quantity>) {
    match limit {
        Some((LimitSide::Low, limit)) => (Some(limit), None),
        Some((LimitSide::High, limit)) => (None, Some(limit)),
        None => (None, None),
    }
}
