//! What a message that came in means for this appliance: orders about who lies where, and answers to alarms.

use std::sync::Arc;

use vigil_messages::hl7::ack::AckError;
use vigil_messages::hl7::association::{Association, Change, Equipment, Standing};
use vigil_messages::hl7::ora_r41::AlertStatus;
use vigil_messages::listener::{Listener, Site};
use vigil_messages::receive::{Content, Refusal};
use vigil_model::{AssociationOrder, Binding, Command, Evidence, PatientSaid, Place, Timestamp, Ward};

/// What is to be said to the engine.
type Said = (Vec<AssociationOrder>, Vec<Command>);

/// What a message means.
///
/// # Errors
/// If it is about a device or bed that this appliance does not have.
pub(crate) fn said(
    content: &Content,
    listener: &Listener,
    site: &Site,
    ward: &Ward,
    now: Timestamp,
) -> Result<Said, Refusal> {
    match content {
        Content::Adt(event) => Ok((vec![AssociationOrder::Adt(event.clone())], Vec::new())),
        Content::AlertStatus(status) => answers(status),
        Content::Association(association) => Ok((of_association(association, listener, site, ward, now)?, Vec::new())),
        Content::Ignored => Ok((Vec::new(), Vec::new())),
    }
}

fn answers(status: &AlertStatus) -> Result<Said, Refusal> {
    let Some(occurrence) = status.occurrence() else {
        let location = Some(("OBR".to_owned(), 1, 29));
        let text = "the alert is not one of this appliance".to_owned();
        return Err(Refusal { rejects: false, error: AckError { code: 204, location, text } });
    };
    let commands = status.statuses.iter().filter_map(|reported| {
        let answer = reported.status.answer()?;
        Some(Command::Answer { occurrence: occurrence.clone(), answer, by: reported.by.as_str().into() })
    });
    Ok((Vec::new(), commands.collect()))
}

/// An association of a patient with devices is, here, one with the beds at which these devices stand.
fn of_association(
    association: &Association,
    listener: &Listener,
    site: &Site,
    ward: &Ward,
    now: Timestamp,
) -> Result<Vec<AssociationOrder>, Refusal> {
    let mut beds: Vec<Arc<str>> =
        association.equipment.iter().filter_map(|equipment| bed_of(equipment, site, ward)).collect();
    beds.sort();
    beds.dedup();
    if beds.is_empty() {
        let location = Some(("PRT".to_owned(), 1, 10));
        let text = "neither the device nor the location is one of this appliance".to_owned();
        return Err(Refusal { rejects: false, error: AckError { code: 204, location, text } });
    }
    if association.standing == Standing::Asserted {
        return Ok(Vec::new()); // good for showing, not for charting
    }
    let kinds = &listener.identifier_types;
    let of_kind = |kind: &str| association.patient.iter().find(|identifier| identifier.kind == kind);
    let identifier = match &kinds[..] {
        [] => ["MR", "PI"].into_iter().find_map(of_kind).or(association.patient.first()),
        kinds => kinds.iter().find_map(|kind| of_kind(kind)),
    };
    let voucher = association.confirmed.as_ref().or(association.asserted.as_ref());
    let by: Arc<str> = voucher.map_or("association message", |voucher| &voucher.by).into();
    let why: Arc<str> = format!("association {}", association.id.id).into();
    let until = association.to.map_or(now, |to| to.utc(listener.offset_at(now)));
    let from = association.from.map_or(now, |from| from.utc(listener.offset_at(now)));
    let release = |bed: Arc<str>, patient: Option<Arc<str>>| AssociationOrder::Release {
        bed,
        patient,
        by: Arc::clone(&by),
        why: Arc::clone(&why),
    };
    let withdraw = |bed: Arc<str>| AssociationOrder::Withdraw {
        bed,
        from,
        until: until.max(now),
        by: Arc::clone(&by),
        why: Arc::clone(&why),
    };
    let id = || identifier.map(|identifier| Arc::from(identifier.id.as_str()));
    let mut orders = Vec::new();
    for bed in beds {
        match (association.change, association.standing) {
            (_, Standing::Wrong) => orders.extend([release(bed.clone(), id()), withdraw(bed)]),
            (Change::Disassociate, _) => orders.push(release(bed, id())),
            (Change::Associate, standing) => {
                let Some(identifier) = identifier else { continue };
                if standing == Standing::Corrected {
                    orders.push(withdraw(bed.clone()));
                }
                let is_scan = voucher.is_some_and(|voucher| voucher.evidence.to_ascii_lowercase().contains("scan"));
                let confirmed = association.confirmed.is_some() || is_scan;
                let text = |text: &str| (!text.is_empty()).then(|| Arc::from(text));
                orders.push(AssociationOrder::Bind(Binding {
                    bed,
                    patient: PatientSaid {
                        id: identifier.id.as_str().into(),
                        authority: identifier.authority.as_str().into(),
                        id_type: identifier.kind.as_str().into(),
                        visit: association.visit.as_str().into(),
                        family: text(&association.family),
                        given: text(&association.given),
                        ..PatientSaid::default()
                    },
                    second: None,
                    evidence: if confirmed { Evidence::Scan } else { Evidence::Record },
                    by: Arc::clone(&by),
                    why: Arc::clone(&why),
                }));
            }
        }
    }
    Ok(orders)
}

/// The bed at which a device stands: by its EUI-64 or configured id, else by its location.
fn bed_of(equipment: &Equipment, site: &Site, ward: &Ward) -> Option<Arc<str>> {
    let names = [&equipment.device.id, &equipment.device.universal];
    let is_it = |device: &&vigil_model::Device| {
        names.iter().any(|name| **name == *device.id || device.eui64.is_some_and(|eui64| name.parse() == Ok(eui64)))
    };
    if let Some(device) = ward.devices.iter().find(is_it) {
        return ward.bed(device.bed).map(|bed| Arc::clone(&bed.id));
    }
    match site.place("", &equipment.place.unit, &equipment.place.room, &equipment.place.bed) {
        Place::Bed(bed) => Some(bed),
        Place::Elsewhere | Place::Unsaid => None,
    }
}
