//! ADT in: what a message of patient administration says about beds (HL7 v2, chapter 3). Read only.
//!
//! The trigger is that of MSH-9; EVN-1 is not looked at, since senders copy it wrongly. Movements of one stay are put in order
//! by when they occurred (EVN-6, else ZBE-2, else PV1-45 of a discharge), else by when they were recorded (EVN-2), else by when
//! the message was made (MSH-7). A time without seconds counts as the end of its minute, so that of two in one minute the later
//! to arrive counts.
//!
//! | trigger | what becomes of it |
//! |---|---|
//! | A01 A04 A02 A03 A08 A11 A12 A13 | a movement of one patient |
//! | A17 | movements of two patients at once |
//! | A18 A34 A39 A40 A47 | identifiers are merged (PID, MRG pairs) |
//! | A23 A30 A35 A36 A41 to A45 A49 to A51 | touches an identity: a person is to look at the bed |
//! | other triggers of chapter 3 | accepted and ignored |

use std::sync::Arc;

use vigil_model::{AdtChange, AdtEvent, Merge, Movement, MovementKind, PatientSaid, Place, Timestamp};

use super::{Dtm, FieldError, FieldProblem, Message, Precision, Presence, Segment, Value};
use crate::listener::{Listener, Site};

/// Most patients of one message.
pub const PATIENTS_MAX: usize = 64;
/// Longest identifier or name that is kept, in characters.
pub const TEXT_CHARS_MAX: usize = 200;

/// What a trigger is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// One patient comes, moves or goes.
    Movement(MovementKind),
    /// Two patients exchange their beds.
    Swap,
    /// Identifiers are merged.
    Merge,
    /// It touches an identity in a way that needs a person.
    Doubt,
    /// It says nothing about beds.
    Ignored,
}

impl Trigger {
    /// The trigger with this name; `None` if patient administration has none of this name.
    pub fn named(name: &str, updates_move: bool) -> Option<Self> {
        use MovementKind as Kind;
        Some(match name {
            "A01" | "A04" => Trigger::Movement(Kind::Admit),
            "A02" => Trigger::Movement(Kind::Transfer),
            "A03" => Trigger::Movement(Kind::Discharge),
            "A08" => Trigger::Movement(Kind::Update { moves: updates_move }),
            "A11" => Trigger::Movement(Kind::CancelAdmit),
            "A12" => Trigger::Movement(Kind::CancelTransfer),
            "A13" => Trigger::Movement(Kind::CancelDischarge),
            "A17" => Trigger::Swap,
            "A18" | "A34" | "A39" | "A40" | "A47" => Trigger::Merge,
            "A23" | "A30" | "A35" | "A36" | "A41" | "A42" | "A43" | "A44" | "A45" | "A49" | "A50" | "A51" => {
                Trigger::Doubt
            }
            _ => {
                let number = name.strip_prefix('A').filter(|digits| digits.len() == 2)?;
                let number: u8 = number.parse().ok().filter(|number| (1..=62).contains(number))?;
                let _ = number;
                Trigger::Ignored
            }
        })
    }
}

/// Reads an ADT message that arrived at `received`; `None` if its trigger says nothing about beds.
///
/// # Errors
/// Where something is missing without which nobody could tell who is where.
pub fn read(
    message: &Message<'_>,
    listener: &Listener,
    site: &Site,
    received: Timestamp,
) -> Result<Option<AdtEvent>, FieldError> {
    let header = message.header();
    let name = trigger_name(header.field(9));
    let trigger = Trigger::named(&name, listener.updates_move);
    let trigger = trigger.ok_or(header.error(9, FieldProblem::Expected("a trigger of patient administration")))?;
    if trigger == Trigger::Ignored {
        return Ok(None);
    }
    let sender = text(header.field(3).component(1));
    let reader =
        Reader { message, listener, site, is_reversed: listener.reversed_cancels.iter().any(|app| **app == *sender) };
    let groups = reader.groups();
    let first = groups.first().ok_or(reader.missing("PID"))?;
    let (order, occurred) = reader.times(first, trigger, received);
    let change = match trigger {
        Trigger::Movement(kind) => AdtChange::Moves(vec![reader.movement(first, kind)?]),
        Trigger::Swap => {
            let [one, other, ..] = &groups[..] else { return Err(reader.missing("PID")) };
            let kind = MovementKind::Transfer;
            AdtChange::Moves(vec![reader.movement(one, kind)?, reader.movement(other, kind)?])
        }
        Trigger::Merge => {
            let merges = groups.iter().map(|group| reader.merge(group));
            AdtChange::Merges(merges.collect::<Result<_, _>>()?)
        }
        Trigger::Doubt => AdtChange::Doubt(reader.patient(first)?),
        Trigger::Ignored => return Ok(None),
    };
    let by = if sender.is_empty() { "ADT".into() } else { sender };
    Ok(Some(AdtEvent { by, trigger: name.into(), order, occurred, change }))
}

/// The trigger in MSH-9: component 2, or what some senders put after a hyphen or into component 1.
pub fn trigger_name(kind: Value<'_>) -> String {
    let name = kind.component(2).text().trim().to_ascii_uppercase();
    if !name.is_empty() {
        return name;
    }
    let whole = kind.component(1).text().trim().to_ascii_uppercase();
    whole.rsplit(['_', '-']).next().filter(|_| whole.len() > 3).unwrap_or_default().to_owned()
}

/// A patient of the message with the segments that belong to it.
struct Group<'m, 'a> {
    pid: Segment<'m, 'a>,
    pv1: Option<Segment<'m, 'a>>,
    mrg: Option<Segment<'m, 'a>>,
}

struct Reader<'r, 'm, 'a> {
    message: &'m Message<'a>,
    listener: &'r Listener,
    site: &'r Site,
    is_reversed: bool,
}

impl<'m, 'a> Reader<'_, 'm, 'a> {
    fn groups(&self) -> Vec<Group<'m, 'a>> {
        let mut groups: Vec<Group<'m, 'a>> = Vec::new();
        for segment in self.message.segments() {
            match segment.name().as_str() {
                "PID" if groups.len() < PATIENTS_MAX => groups.push(Group { pid: segment, pv1: None, mrg: None }),
                "PV1" => groups.last_mut().into_iter().for_each(|group| group.pv1 = group.pv1.or(Some(segment))),
                "MRG" => groups.last_mut().into_iter().for_each(|group| group.mrg = group.mrg.or(Some(segment))),
                _ => {}
            }
        }
        groups
    }

    fn missing(&self, segment: &str) -> FieldError {
        let count = self.message.segments_named(segment).count();
        let name = super::SegmentName::new(segment.as_bytes()).unwrap_or(self.message.header().name());
        FieldError { segment: name, occurrence: count + 1, field: 0, problem: FieldProblem::Missing }
    }

    fn movement(&self, group: &Group<'m, 'a>, kind: MovementKind) -> Result<Movement, FieldError> {
        let patient = self.patient(group)?;
        let (now_at, other) = match group.pv1 {
            Some(pv1) => (self.place(pv1.field(3)), self.place(pv1.field(6))),
            None => (Place::Unsaid, Place::Unsaid),
        };
        if kind == MovementKind::Transfer && now_at == Place::Unsaid {
            return Err(match group.pv1 {
                Some(pv1) => pv1.error(3, FieldProblem::Missing),
                None => self.missing("PV1"),
            });
        }
        let (place, other) =
            if kind == MovementKind::CancelTransfer && self.is_reversed { (other, now_at) } else { (now_at, other) };
        let zbe = self.message.segment("ZBE");
        let field = |number: usize| zbe.map(|zbe| zbe.field(number));
        let id = field(1).map(|id| text(id.component(1))).filter(|id| !id.is_empty());
        let action = field(4).map(|action| text(action)).unwrap_or_default();
        // A message that only refers to a movement makes none.
        let kind = if &*action == "REFERENCE" { MovementKind::Update { moves: false } } else { kind };
        let cancels = matches!(&*action, "CANCEL" | "DELETE");
        let id = id.filter(|_| !matches!(kind, MovementKind::Update { .. }));
        Ok(Movement { patient, kind, place, other, id, cancels })
    }

    fn merge(&self, group: &Group<'m, 'a>) -> Result<Merge, FieldError> {
        let into = self.patient(group)?;
        let mrg = group.mrg.ok_or(self.missing("MRG"))?;
        // The same kind of identifier on both sides, where there are several.
        let of_kind = |id: &Value<'_>| id.component(5).text().trim() == &*into.id_type;
        let id = mrg.field(1).repetitions().find(of_kind).or(self.identifier(mrg.field(1)));
        let id = id.filter(|id| !id.component(1).is_empty() && !id.component(1).is_null());
        let id = id.ok_or(mrg.error(1, FieldProblem::Missing))?;
        Ok(Merge { from: said_of(id), into })
    }

    fn patient(&self, group: &Group<'m, 'a>) -> Result<PatientSaid, FieldError> {
        let ids = group.pid.field(3);
        let is_there = |id: Value<'_>| !id.component(1).is_empty() && !id.component(1).is_null();
        let id = self.identifier(ids).filter(|id| is_there(*id));
        let id = id.ok_or(group.pid.error(
            3,
            if ids.repetitions().any(is_there) {
                FieldProblem::Expected("an identifier of a kind and authority that this listener takes")
            } else {
                FieldProblem::Missing
            },
        ))?;
        let name = group.pid.field(5).repetitions().next().unwrap_or(group.pid.field(5));
        let of_name = |number: usize| {
            if group.pid.field(5).is_null() { Some("".into()) } else { said(name.component(number).subcomponent(1)) }
        };
        let birth_date = said(group.pid.field(7).component(1)).map(|date| {
            let digits: String = date.chars().take_while(char::is_ascii_digit).take(8).collect();
            digits.as_str().into()
        });
        let sex = said(group.pid.field(8).component(1)).map(|sex| {
            let letter = sex.chars().next().filter(|letter| "FMOUAN".contains(*letter));
            letter.map(String::from).unwrap_or_default().as_str().into()
        });
        let visit = group.pv1.map(|pv1| text(pv1.field(19).component(1))).unwrap_or_default();
        let (family, given) = (of_name(1), of_name(2));
        Ok(PatientSaid { visit, family, given, birth_date, sex, ..said_of(id) })
    }

    /// The identifier that names the patient: of the authorities that are taken, the best kind.
    fn identifier(&self, field: Value<'a>) -> Option<Value<'a>> {
        let authorities = &self.listener.authorities;
        let is_taken = |id: &Value<'_>| {
            let authority = authority(*id);
            !id.component(1).is_empty()
                && (authorities.is_empty() || authorities.iter().any(|taken| **taken == *authority))
        };
        let ids: Vec<Value<'a>> = field.repetitions().filter(is_taken).collect();
        let of_kind = |kind: &str| ids.iter().find(|id| id.component(5).text().trim() == kind).copied();
        match &self.listener.identifier_types[..] {
            [] => ["MR", "PI"].into_iter().find_map(of_kind).or(ids.first().copied()),
            kinds => kinds.iter().find_map(|kind| of_kind(kind)),
        }
    }

    fn place(&self, location: Value<'_>) -> Place {
        if location.is_null() {
            return Place::Elsewhere; // the sender says that there is none
        }
        let part = |number: usize| text(location.component(number).subcomponent(1));
        // A facility may be a name with its universal id.
        self.site.place(&part(4), &part(1), &part(2), &part(3))
    }

    /// The time by which the event is put in order, and when it occurred, if that is said.
    fn times(&self, group: &Group<'m, 'a>, trigger: Trigger, received: Timestamp) -> (Timestamp, Option<Timestamp>) {
        let field = |segment: Option<Segment<'m, 'a>>, number: usize| {
            segment.and_then(|segment| segment.field(number).component(1).time().ok())
        };
        let (evn, zbe) = (self.message.segment("EVN"), self.message.segment("ZBE"));
        let discharge = matches!(trigger, Trigger::Movement(MovementKind::Discharge)).then_some(group.pv1).flatten();
        // A day alone says nothing about the order of that day.
        let is_fine = |time: &Dtm| time.precision >= Precision::Minute;
        let occurred = [field(evn, 6), field(zbe, 2), field(discharge, 45)].into_iter().flatten().find(is_fine);
        let recorded = [field(evn, 2), field(Some(self.message.header()), 7)].into_iter().flatten().find(is_fine);
        let order = occurred.or(recorded).map_or(received, |time| self.latest(time));
        (order, occurred.map(|time| self.utc(time)))
    }

    fn utc(&self, time: Dtm) -> Timestamp {
        let local = Timestamp::from_civil(time.local).unwrap_or_default();
        time.utc(self.listener.offset_at(local))
    }

    /// The last moment that a time can mean.
    fn latest(&self, time: Dtm) -> Timestamp {
        let micros = match time.precision {
            Precision::Year | Precision::Month | Precision::Day | Precision::Hour | Precision::Minute => 59_999_999,
            Precision::Second => 999_999,
            Precision::Fraction => 0,
        };
        Timestamp::from_micros(self.utc(time).as_micros().saturating_add(micros))
    }
}

fn said_of(id: Value<'_>) -> PatientSaid {
    PatientSaid {
        id: text(id.component(1)),
        authority: authority(id),
        id_type: text(id.component(5)),
        ..PatientSaid::default()
    }
}

/// Who assigned an identifier: by name, else by universal id.
fn authority(id: Value<'_>) -> Arc<str> {
    let part = |number: usize| text(id.component(4).subcomponent(number));
    let name = part(1);
    if name.is_empty() { part(2) } else { name }
}

/// What a component says about a stored value.
fn said(value: Value<'_>) -> Option<Arc<str>> {
    match value.presence() {
        Presence::Empty => None,
        Presence::Null => Some("".into()),
        Presence::Present => Some(text(value)),
    }
}

fn text(value: Value<'_>) -> Arc<str> {
    let text = value.text();
    let kept: String = text.trim().chars().filter(|c| !c.is_control()).take(TEXT_CHARS_MAX).collect();
    kept.into()
}
