//! Associations of a patient and a device as messages: asserted to a manager (DEV-51) or reported by one (DEV-52), made and
//! read (IHE Devices PCIM, A.3; CP-DEV-018).
//!
//! ```text
//! MSH PID PV1
//! OBR   3 id of the association · 4 69136^MDC_OBS_ASSOCIATION_PATIENT_DEVICE^MDC · 7 start · 8 end · 29 first id
//! OBX   68487^MDC_ATTR_EVT_COND^MDC  198332 association | 198334 disassociation · 11 how it stands
//! PRT   EQUIP  the device, where it is, from when to when
//! PRT   AUT    who asserted it, on what evidence, when
//! PRT   RO     who confirmed it, when
//! ```
//!
//! | OBX-11 | what it means for the reader |
//! |---|---|
//! | `F` | validated: a person has confirmed it, or the evidence was a scan |
//! | `R` | asserted and not validated yet: good for showing, not for charting |
//! | `C` | corrected: the same association (OBR-29.2) is of the patient named here |
//! | `W` | wrong: it never held; what was taken under it must be detached |

use vigil_model::{Appliance, Device, Identity, Location, Patient, Timestamp, mdc};

use super::device::write_device_id;
use super::header::{self, Profile, write_entity};
use super::ora_r41::person as person_text;
use super::patient::{Place, write_parent, write_pid_of, write_place, write_pv1};
use super::time::Times;
use super::write::SegmentWriter;
use super::{Dtm, FieldError, FieldProblem, Message, Segment, Value};
use crate::Hl7Destination;

/// Most identifiers of a patient and most devices that are read from one message.
pub const ENTRIES_MAX: usize = 32;

/// What happens to the association.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Change {
    /// It begins.
    Associate,
    /// It ends.
    Disassociate,
}

/// How an association stands, OBX-11.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// `F`: confirmed.
    Validated,
    /// `R`: asserted, not confirmed.
    Asserted,
    /// `C`: the same association, of another patient than was said before.
    Corrected,
    /// `W`: it never held.
    Wrong,
}

impl Standing {
    /// The letter of table 0085.
    pub const fn as_str(self) -> &'static str {
        match self {
            Standing::Validated => "F",
            Standing::Asserted => "R",
            Standing::Corrected => "C",
            Standing::Wrong => "W",
        }
    }

    /// The standing with this letter.
    pub fn named(letter: &[u8]) -> Option<Self> {
        match letter {
            b"F" => Some(Standing::Validated),
            b"R" => Some(Standing::Asserted),
            b"C" => Some(Standing::Corrected),
            b"W" => Some(Standing::Wrong),
            _ => None,
        }
    }
}

/// Which of the two transactions a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Transaction {
    /// DEV-51: somebody asserts an association to the manager of associations.
    Assert,
    /// DEV-52: the manager reports one.
    Report,
}

/// An identifier with whoever gave it (EI). Components that are not there are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct EntityId {
    /// The identifier, EI-1.
    pub id: String,
    /// Name of who gave it, EI-2.
    pub namespace: String,
    /// Universal identifier of who gave it, EI-3; for a device its own EUI-64.
    pub universal: String,
    /// Kind of the universal identifier, EI-4: `EUI-64`, `DNS`.
    pub universal_type: String,
}

/// One identifier of a patient, PID-3.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct PatientIdentifier {
    /// The identifier, CX-1.
    pub id: String,
    /// Who assigned it, CX-4.1.
    pub authority: String,
    /// Its kind, CX-5.
    pub kind: String,
}

/// A device that takes part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Equipment {
    /// Which, PRT-10; its first repetition.
    pub device: EntityId,
    /// Where, PRT-9.
    pub place: Location,
    /// From when, PRT-11.
    pub from: Option<Dtm>,
    /// Until when, PRT-12.
    pub to: Option<Dtm>,
}

/// Who asserted or confirmed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Voucher {
    /// Who, PRT-5: id and name.
    pub by: String,
    /// On what evidence, PRT-3; empty if nothing is said.
    pub evidence: String,
    /// When, PRT-11.
    pub at: Option<Dtm>,
}

/// An association as a message says it. Patient data: never in logs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Association {
    /// Which transaction.
    pub transaction: Transaction,
    /// Its id, OBR-3.
    pub id: EntityId,
    /// Id of the first message about it, OBR-29.2; `None` in the first one.
    pub first: Option<EntityId>,
    /// Begins or ends.
    pub change: Change,
    /// How it stands.
    pub standing: Standing,
    /// Identifiers of the patient; empty if the identity is not known.
    pub patient: Vec<PatientIdentifier>,
    /// Family name, PID-5.1.
    pub family: String,
    /// Given name, PID-5.2.
    pub given: String,
    /// Visit number, PV1-19.1; empty if there is none.
    pub visit: String,
    /// Where the patient is, PV1-3.
    pub place: Location,
    /// From when, OBR-7.
    pub from: Option<Dtm>,
    /// Until when, OBR-8.
    pub to: Option<Dtm>,
    /// The devices, at least one.
    pub equipment: Vec<Equipment>,
    /// Who asserted it.
    pub asserted: Option<Voucher>,
    /// Who confirmed it.
    pub confirmed: Option<Voucher>,
}

impl Association {
    /// Whether a message is one: by its profile, in force or a printed variant, or by its service (OBR-4).
    pub fn is_in(message: &Message<'_>) -> bool {
        transaction_of(message).is_some() || message.field("OBR", 4).component(1).raw() == b"69136"
    }

    /// Reads an association.
    ///
    /// # Errors
    /// Where something is missing without which nobody could tell what is associated with whom.
    pub fn parse(message: &Message<'_>) -> Result<Self, FieldError> {
        let order = message.required("OBR")?;
        let id = entity(order.required(3)?);
        let is_event = |row: &Segment<'_, '_>| {
            row.field(3).component(1).raw() == b"68487" || refid(row.field(3)).ends_with("ATTR_EVT_COND")
        };
        message.required("OBX")?;
        let row = message.segments_named("OBX").find(is_event);
        let row = row.ok_or(
            order.error(4, FieldProblem::Expected("a row 68487^MDC_ATTR_EVT_COND^MDC that says what happens")),
        )?;
        let event = row.required(5)?;
        let change = match (event.component(1).raw(), refid(event).as_str()) {
            (b"198334", _) | (_, "MDC_EVT_DISASSOCIATION_PATIENT_DEVICE") => Change::Disassociate,
            (b"198332", _) | (_, "MDC_EVT_ASSOCIATION_PATIENT_DEVICE") => Change::Associate,
            _ => return Err(row.error(5, FieldProblem::Expected("198332 (association) or 198334 (its end)"))),
        };
        let standing = Standing::named(row.field(11).raw().trim_ascii())
            .ok_or(row.error(11, FieldProblem::Expected("F, R, C or W")))?;
        let first = subcomponents(order.field(29).component(2));
        if standing == Standing::Corrected && first.is_none() {
            return Err(order.error(29, FieldProblem::Expected("the id of the association that is corrected")));
        }
        let visit = message.segment("PV1");
        let pv1 = |field: usize| visit.map_or(order.field(999), |visit| visit.field(field));
        let place = location(pv1(3));
        let person = message.required("PID")?;
        let equipment: Vec<Equipment> = participations(message, "EQUIP")
            .map(|prt| equipment(prt, &place))
            .filter(|e| *e.device_key() != *"")
            .collect();
        if equipment.is_empty() {
            let prt = message.required("PRT")?;
            return Err(prt.error(10, FieldProblem::Expected("a device, in a participation EQUIP")));
        }
        Ok(Self {
            transaction: transaction_of(message).unwrap_or(Transaction::Report),
            id,
            first,
            change,
            standing,
            patient: identifiers(person.field(3)),
            family: text(person.field(5).component(1)),
            given: text(person.field(5).component(2)),
            visit: text(pv1(19).component(1)),
            place,
            from: order.field(7).time().ok(),
            to: order.field(8).time().ok(),
            equipment,
            asserted: participations(message, "AUT").find_map(voucher),
            confirmed: participations(message, "RO").find_map(voucher),
        })
    }
}

impl Equipment {
    /// What tells the device from others: its EUI-64 or the identifier itself.
    fn device_key(&self) -> &str {
        if self.device.id.is_empty() { &self.device.universal } else { &self.device.id }
    }
}

fn transaction_of(message: &Message<'_>) -> Option<Transaction> {
    message.header().field(21).repetitions().find_map(|profile| match profile.component(3).raw().trim_ascii() {
        b"1.3.6.1.4.1.19376.1.6.1.51.1" | b"1.3.6.1.4.1.19376.1.6.4.51.1" => Some(Transaction::Assert),
        b"1.3.6.1.4.1.19376.1.6.1.52.1" | b"1.3.6.1.4.1.19376.1.6.4.52.1" => Some(Transaction::Report),
        _ => None,
    })
}

fn participations<'m, 'a>(message: &'m Message<'a>, role: &'static str) -> impl Iterator<Item = Segment<'m, 'a>> {
    let is_role = move |prt: &Segment<'_, '_>| prt.field(4).component(1).raw() == role.as_bytes();
    message.segments_named("PRT").filter(is_role).take(ENTRIES_MAX)
}

fn equipment(prt: Segment<'_, '_>, patient_place: &Location) -> Equipment {
    let place = location(prt.field(9));
    Equipment {
        device: prt.field(10).repetitions().next().map(entity).unwrap_or_default(),
        place: if place == Location::default() { patient_place.clone() } else { place },
        from: prt.field(11).time().ok(),
        to: prt.field(12).time().ok(),
    }
}

fn voucher(prt: Segment<'_, '_>) -> Option<Voucher> {
    let reason = prt.field(3);
    let evidence = [2, 1, 9].into_iter().map(|part| text(reason.component(part))).find(|text| !text.is_empty());
    Some(Voucher {
        by: person_text(prt.field(5))?,
        evidence: evidence.unwrap_or_default(),
        at: prt.field(11).time().ok(),
    })
}

fn identifiers(field: Value<'_>) -> Vec<PatientIdentifier> {
    let read = |id: Value<'_>| PatientIdentifier {
        id: text(id.component(1)),
        authority: text(id.component(4).subcomponent(1)),
        kind: text(id.component(5)),
    };
    field.repetitions().take(ENTRIES_MAX).map(read).filter(|identifier| !identifier.id.is_empty()).collect()
}

fn location(place: Value<'_>) -> Location {
    let part = |number: usize| place.component(number).subcomponent(1).text().trim().into();
    Location { unit: part(1), room: part(2), bed: part(3) }
}

fn entity(id: Value<'_>) -> EntityId {
    EntityId {
        id: text(id.component(1)),
        namespace: text(id.component(2)),
        universal: text(id.component(3)),
        universal_type: text(id.component(4)),
    }
}

/// An identifier in subcomponents, as a parent is named.
fn subcomponents(id: Value<'_>) -> Option<EntityId> {
    let part = |number: usize| text(id.subcomponent(number));
    let read = EntityId { id: part(1), namespace: part(2), universal: part(3), universal_type: part(4) };
    (!read.id.is_empty()).then_some(read)
}

fn refid(code: Value<'_>) -> String {
    text(code.component(2))
}

fn text(value: Value<'_>) -> String {
    value.text().trim().to_owned()
}

/// Who vouches for an association that is told, on what evidence and when.
#[derive(Clone, Copy, Debug)]
pub struct Vouched<'a> {
    /// Id or name of the person or system.
    pub by: &'a str,
    /// On what evidence: `scan`, `ehr`, `device`, `bed`.
    pub evidence: &'a str,
    /// When.
    pub at: Timestamp,
}

/// An association of this appliance, to be told. Message and id say the same on every repeat.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    /// Asserted to a manager, or reported to whoever listens.
    pub transaction: Transaction,
    /// This appliance.
    pub appliance: &'a Appliance,
    /// Id of this message's association event, OBR-3.1.
    pub id: &'a str,
    /// Id of the first message about it; `None` in that one.
    pub first: Option<&'a str>,
    /// Begins or ends.
    pub change: Change,
    /// How it stands.
    pub standing: Standing,
    /// Who; `None` if nobody knows yet.
    pub patient: Option<&'a Patient>,
    /// Where the bed is.
    pub location: &'a Location,
    /// Which device.
    pub device: &'a Device,
    /// Who the device says it is.
    pub identity: &'a Identity,
    /// Since when it holds.
    pub from: Timestamp,
    /// Until when it held; `None` while it does.
    pub to: Option<Timestamp>,
    /// Who asserted it.
    pub asserted: Option<Vouched<'a>>,
    /// Who confirmed it.
    pub confirmed: Option<Vouched<'a>>,
}

impl Told<'_> {
    /// Appends the message. `at` is the time at which it is made.
    pub fn write(&self, to: &Hl7Destination, control_id: &str, at: Timestamp, out: &mut Vec<u8>) {
        let start = out.len();
        let (appliance, dialect) = (self.appliance, &to.dialect);
        let mut times = Times::of(dialect);
        let profile = match self.transaction {
            Transaction::Assert => Profile::AssertAssociation,
            Transaction::Report => Profile::ReportAssociation,
        };
        header::write(out, profile, appliance, to, control_id, at, appliance.test);
        let sees = to.sees();
        let patient = self.patient.and_then(|patient| sees.patient(patient));
        write_pid_of(out, patient.as_deref());
        write_pv1(out, appliance, Place::Location(self.location), patient.as_deref());
        let mut obr = SegmentWriter::begin(out, "OBR");
        obr.field(1).unsigned(1);
        write_entity(obr.field(3), self.id, appliance);
        obr.field(4).code(mdc::OBS_ASSOCIATION_PATIENT_DEVICE).field(7).append(|out| times.append(self.from, out));
        if let Some(end) = self.to {
            obr.field(8).append(|out| times.append(end, out));
        }
        if let Some(first) = self.first {
            write_parent(obr.field(29), first, appliance);
        }
        drop(obr);
        let mut obx = SegmentWriter::begin(out, "OBX");
        obx.field(1).unsigned(1).field(2).raw("CWE").field(3).code(mdc::ATTR_EVT_COND);
        obx.field(5).code(match self.change {
            Change::Associate => mdc::EVT_ASSOCIATION_PATIENT_DEVICE,
            Change::Disassociate => mdc::EVT_DISASSOCIATION_PATIENT_DEVICE,
        });
        obx.field(11).raw(self.standing.as_str());
        drop(obx);
        let mut prt = SegmentWriter::begin(out, "PRT");
        prt.field(1).unsigned(1).field(2).raw("UC").field(4).raw("EQUIP^EQUIP^HL70912");
        write_place(prt.field(9), appliance, Place::Location(self.location));
        write_device_id(prt.field(10), self.device, self.identity, appliance);
        prt.field(11).append(|out| times.append(self.from, out));
        if let Some(end) = self.to {
            prt.field(12).append(|out| times.append(end, out));
        }
        drop(prt);
        let vouchers = [(self.asserted, "AUT^AUT^HL70912"), (self.confirmed, "RO^RO^HL70912")];
        for (number, (voucher, role)) in (2u64..).zip(vouchers.into_iter().filter_map(|(v, role)| Some((v?, role)))) {
            let mut prt = SegmentWriter::begin(out, "PRT");
            prt.field(1).unsigned(number).field(2).raw("UC").field(3).component(2).text(voucher.evidence);
            prt.field(4).raw(role).field(5).text(voucher.by);
            prt.field(11).append(|out| times.append(voucher.at, out));
        }
        dialect.character_set.rewrite(out, start);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALIDATED: &str = "MSH|^~\\&|CritCare||AssocMgr||20160726123002||ORU^R01^ORU_R01|12d|P|2.6|||AL|AL|USA||||IHE_DEV_051^IHE PCD^1.3.6.1.4.1.19376.1.6.1.51.1^ISO\r\
        PID|||AB60001^^^A^PI~77^^^B&1.2&ISO^MR||Spaniel^C^R^^^^L\rPV1||E|3 WEST ICU^3001^1||||||||||||||||V9\r\
        OBR|||15404652|69136^MDC_OBS_ASSOCIATION_PATIENT_DEVICE^MDC|||20160726120000|20160726123000\r\
        OBX|1|CWE|68487^MDC_ATTR_EVT_COND^MDC||198332^MDC_EVT_ASSOCIATION_PATIENT_DEVICE^MDC||||||F\r\
        PRT|1|UC||EQUIP^EQUIP^HL70912|||||3 WEST ICU^3001^1|MON5588^^231A8456B1CB2366^EUI-64|20160726120000\r\
        PRT|2|UC|^scan|AUT^AUT^HL70912|58793^Diesel^N||||3 WEST ICU^3001^1||20160726123000\r";

    fn parsed(text: &str) -> Result<Association, String> {
        let message = Message::parse(text.as_bytes()).unwrap();
        assert!(Association::is_in(&message));
        Association::parse(&message).map_err(|error| error.to_string())
    }

    #[test]
    fn everything_that_a_message_says_is_read() {
        let read = parsed(VALIDATED).unwrap();
        assert_eq!(
            (read.transaction, read.change, read.standing),
            (Transaction::Assert, Change::Associate, Standing::Validated)
        );
        assert_eq!((read.id.id.as_str(), read.first.as_ref()), ("15404652", None));
        let ids: Vec<_> = read.patient.iter().map(|p| (p.id.as_str(), p.authority.as_str(), p.kind.as_str())).collect();
        assert_eq!(ids, [("AB60001", "A", "PI"), ("77", "B", "MR")]);
        assert_eq!((read.family.as_str(), read.visit.as_str(), &*read.place.room), ("Spaniel", "V9", "3001"));
        let [equipment] = &read.equipment[..] else { panic!("one device") };
        assert_eq!(
            (equipment.device.id.as_str(), equipment.device.universal.as_str()),
            ("MON5588", "231A8456B1CB2366")
        );
        let asserted = read.asserted.unwrap();
        assert_eq!((asserted.by.as_str(), asserted.evidence.as_str()), ("58793 Diesel, N", "scan"));
        assert_eq!(read.confirmed, None);
    }

    #[test]
    fn corrections_and_ends_are_told_apart() {
        let corrected = VALIDATED.replace("||||||F\r", "||||||C\r");
        let parent = corrected.replace("20160726123000\rOBX", "20160726123000|||||||||||||||||||||^15404649\rOBX");
        let read = parsed(&parent).unwrap();
        assert_eq!((read.standing, read.first.unwrap().id.as_str()), (Standing::Corrected, "15404649"));
        let ended = VALIDATED.replace("198332^MDC_EVT_ASSOCIATION", "0^MDC_EVT_DISASSOCIATION").replace("|F\r", "|W\r");
        let read = parsed(&ended).unwrap();
        assert_eq!((read.change, read.standing), (Change::Disassociate, Standing::Wrong));
    }

    #[test]
    fn what_leaves_in_doubt_who_or_what_is_refused_with_the_place() {
        for (from, to, error) in [
            ("15404652", "", "reading segment OBR (1), field 3: required and missing"),
            (
                "198332^MDC_EVT_ASSOCIATION_PATIENT_DEVICE",
                "1^X",
                "reading segment OBX (1), field 5: expected 198332 (association) or 198334 (its end)",
            ),
            ("||||||F\r", "||||||X\r", "reading segment OBX (1), field 11: expected F, R, C or W"),
            (
                "||||||F\r",
                "||||||C\r",
                "reading segment OBR (1), field 29: expected the id of the association that is corrected",
            ),
            (
                "MON5588^^231A8456B1CB2366^EUI-64",
                "",
                "reading segment PRT (1), field 10: expected a device, in a participation EQUIP",
            ),
            ("PID|", "ZID|", "reading segment PID (1), field 0: required and missing"),
        ] {
            assert_eq!(parsed(&VALIDATED.replace(from, to)).unwrap_err(), error);
        }
    }

    proptest::proptest! {
        #[test]
        fn any_message_is_survived(tail in "(\rOBR|\rPRT|\rOBX|\rPID|68487|198332|EQUIP|[|^~&A-Z0-9]){0,40}") {
            let text = format!("MSH|^~\\&|||||||ORU^R01|1{tail}");
            if let Ok(message) = Message::parse(text.as_bytes())
                && let Ok(read) = Association::parse(&message)
            {
                proptest::prop_assert!(!read.equipment.is_empty() && read.equipment.len() <= ENTRIES_MAX);
            }
        }
    }
}
