//! Segment MSH of outgoing messages (IHE PCD TF-2 B.1).

use vigil_model::{Appliance, Timestamp};

use super::time::Times;
use super::write::SegmentWriter;
use crate::{AcknowledgementMode, Hl7Destination};

/// The outgoing messages. The profile is recognised by its object identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// PCD-01, Communicate PCD Data.
    CommunicatePcdData,
    /// PCD-04, Report Alert.
    ReportAlert,
    /// PCD-10, Communicate Infusion Event Data.
    CommunicateInfusionEvent,
    /// DEV-51, Assert Device-Patient Association.
    AssertAssociation,
    /// DEV-52, Report Device-Patient Association.
    ReportAssociation,
}

impl Profile {
    /// MSH-9.
    pub const fn message_type(self) -> &'static str {
        match self {
            Profile::CommunicatePcdData | Profile::AssertAssociation | Profile::ReportAssociation => "ORU^R01^ORU_R01",
            Profile::ReportAlert => "ORU^R40^ORU_R40",
            Profile::CommunicateInfusionEvent => "ORU^R42^ORU_R01",
        }
    }

    /// MSH-21.
    pub const fn identifier(self) -> &'static str {
        match self {
            Profile::CommunicatePcdData => "IHE_PCD_001^IHE PCD^1.3.6.1.4.1.19376.1.6.1.1.1^ISO",
            Profile::ReportAlert => "IHE_PCD_004^IHE PCD^1.3.6.1.4.1.19376.1.6.1.4.1^ISO",
            Profile::CommunicateInfusionEvent => "IHE_PCD_010^IHE PCD^1.3.6.1.4.1.19376.1.6.4.10^ISO",
            Profile::AssertAssociation => "IHE_DEV_051^IHE PCD^1.3.6.1.4.1.19376.1.6.1.51.1^ISO",
            Profile::ReportAssociation => "IHE_DEV_052^IHE PCD^1.3.6.1.4.1.19376.1.6.1.52.1^ISO",
        }
    }

    /// MSH-16 in enhanced mode: whether an answer of the application is asked for beside the commit.
    pub const fn application_acknowledgement(self) -> &'static str {
        match self {
            Profile::CommunicatePcdData | Profile::ReportAlert | Profile::CommunicateInfusionEvent => "NE",
            Profile::AssertAssociation | Profile::ReportAssociation => "AL",
        }
    }
}

/// Writes segment MSH. `at` is the time at which the message is made; `is_test` says that it is not about a patient.
#[allow(clippy::too_many_arguments, reason = "a header names everybody who is concerned")]
pub fn write(
    out: &mut Vec<u8>,
    profile: Profile,
    appliance: &Appliance,
    to: &Hl7Destination,
    control_id: &str,
    at: Timestamp,
    is_test: bool,
) {
    let mut msh = SegmentWriter::begin_header(out);
    write_appliance(msh.field(3), appliance);
    msh.field(4).text(&appliance.facility);
    write_parts(msh.field(5), &to.receiving_application);
    write_parts(msh.field(6), &to.receiving_facility);
    let dialect = &to.dialect;
    msh.field(7).append(|out| Times::of(dialect).append(at, out));
    msh.field(9).raw(profile.message_type());
    msh.field(10).text(control_id);
    msh.field(11).raw(if is_test { "D" } else { dialect.processing_id.as_str() });
    msh.field(12).raw(dialect.version.as_str());
    match to.acknowledgement {
        AcknowledgementMode::Enhanced => {
            msh.field(15).raw("AL").field(16).raw(profile.application_acknowledgement());
        }
        AcknowledgementMode::Original => {}
        AcknowledgementMode::None => {
            msh.field(15).raw("NE").field(16).raw("NE");
        }
    }
    msh.field(18)
        .raw(dialect.character_set.name())
        .field(19)
        .raw("en^English^ISO639")
        .field(21)
        .raw(profile.identifier());
}

/// The appliance as `name^EUI-64^EUI-64`: MSH-3, and the last three components of its entity identifiers.
pub(crate) fn write_appliance(msh: &mut SegmentWriter, appliance: &Appliance) {
    msh.text(&appliance.id).component(2).append(|out| append_eui64(appliance.eui64.0, out)).component(3).raw("EUI-64");
}

/// An entity identifier of the appliance: `<id>^name^EUI-64^EUI-64` (EI, HL7 v2 chapter 2A.28).
pub(crate) fn write_entity(segment: &mut SegmentWriter, id: &str, appliance: &Appliance) {
    segment.text(id).component(2).text(&appliance.id);
    segment.component(3).append(|out| append_eui64(appliance.eui64.0, out)).component(4).raw("EUI-64");
}

/// Appends 16 upper-case hexadecimal digits.
pub(crate) fn append_eui64(number: u64, out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut text = [0u8; 16];
    for (at, digit) in text.iter_mut().enumerate() {
        *digit = DIGITS[(number >> (60 - 4 * at) & 15) as usize];
    }
    out.extend_from_slice(&text);
}

/// A configured `name^universal id^type` as up to three components, each escaped.
fn write_parts(field: &mut SegmentWriter, text: &str) {
    for (number, part) in (1u16..=3).zip(text.split('^')) {
        field.component(number).text(part);
    }
}
