//! Segments PID and PV1 (IHE PCD TF-2 B.5, B.6): who, and where; and the parent of an order row (OBR-29).

use vigil_model::{Appliance, Location, Patient};

use super::escape::escape_into;
use super::header::append_eui64;
use super::write::SegmentWriter;

/// Writes segment PID for a patient who is validly bound: identifier and name, and what is known of birth date and sex.
/// Address, telephone and social security number are never sent.
pub(crate) fn write_pid(out: &mut Vec<u8>, patient: &Patient) {
    let mut pid = SegmentWriter::begin(out, "PID");
    if patient.id.is_empty() {
        pid.field(3).raw("\"\"");
    } else {
        pid.field(3).text(&patient.id).component(4).text(&patient.authority).component(5).text(&patient.id_type);
    }
    pid.field(5).text(&patient.family).component(2).text(&patient.given);
    let named = !patient.family.is_empty() || !patient.given.is_empty();
    pid.component(7).raw(if named { "L" } else { "U" });
    pid.field(7).text(&patient.birth_date).field(8).text(&patient.sex);
    if patient.id.is_empty() {
        pid.field(31).raw("Y");
    }
}

/// Writes segment PID for a patient of whom the receiver may know something that tells patients apart, or else for nobody.
pub(crate) fn write_pid_of(out: &mut Vec<u8>, patient: Option<&Patient>) {
    match patient.filter(|patient| !patient.id.is_empty() || !patient.family.is_empty() || !patient.visit.is_empty()) {
        Some(patient) => write_pid(out, patient),
        None => write_pid_unknown(out),
    }
}

/// Writes segment PID for nobody: the identity is unknown (PID-31) or not for this receiver, and the location of PV1
/// finds the patient. PID-3 is required (HL7 v2.6 chapter 3.4.2) and any identifier here could be taken for somebody's, so
/// it is the explicit null.
pub(crate) fn write_pid_unknown(out: &mut Vec<u8>) {
    let mut pid = SegmentWriter::begin(out, "PID");
    pid.field(3).raw("\"\"").field(5).component(7).raw("U").field(31).raw("Y");
}

/// Where a bed stands, or its configured id if it is not in the plan any more.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place<'a> {
    Location(&'a Location),
    BedId(&'a str),
}

/// Writes segment PV1: class (`I`, in-patient; `U`, unknown, without a patient), location, visit.
pub(crate) fn write_pv1(out: &mut Vec<u8>, appliance: &Appliance, place: Place, patient: Option<&Patient>) {
    let mut pv1 = SegmentWriter::begin(out, "PV1");
    pv1.field(2).raw(if patient.is_some() { "I" } else { "U" });
    write_place(pv1.field(3), appliance, place);
    if let Some(patient) = patient.filter(|patient| !patient.visit.is_empty()) {
        let authority = if patient.authority.is_empty() { &appliance.facility } else { &patient.authority };
        pv1.field(19).text(&patient.visit).component(4).text(authority).component(5).raw("VN");
    }
}

/// A place (PL): point of care, room, bed, facility.
pub(crate) fn write_place(field: &mut SegmentWriter, appliance: &Appliance, place: Place) {
    match place {
        Place::Location(location) => {
            field.text(&location.unit).component(2).text(&location.room).component(3).text(&location.bed);
        }
        Place::BedId(id) => {
            field.component(3).text(id);
        }
    }
    field.component(4).text(&appliance.facility);
}

/// OBR-29.2: the OBR-3 of the first message, with `&` for `^`.
pub(crate) fn write_parent(field: &mut SegmentWriter, id: &str, appliance: &Appliance) {
    field.component(2).append(|out| {
        escape_into(id, out);
        out.push(b'&');
        escape_into(&appliance.id, out);
        out.push(b'&');
        append_eui64(appliance.eui64.0, out);
        out.extend_from_slice(b"&EUI-64");
    });
}
