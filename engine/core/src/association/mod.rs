//! Who lies where in the whole ward: the beds' association machines, the stays that ADT tells of, and what people say.
//!
//! | who says | what it is worth |
//! |---|---|
//! | ADT: a movement that is the newest of its stay | the patient is gone from every other bed, whatever bound the patient there; at the new place it is a claim by location |
//! | ADT: a movement that is not the newest | counts only if it changes where the patient is now |
//! | a person or system binds | a claim of its evidence; the patient is gone from beds where evidence was not stronger |
//! | a person releases | whoever lies there is gone |
//!
//! Nothing here knows of devices, time or ECS; [`crate::stage::associate`] hands everything in and acts on what is said.

mod orders;
pub(crate) mod stay;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bevy_ecs::resource::Resource;
use vigil_model::{
    AdtChange, AdtEvent, AssociationNews, BedMemory, Claim, Evidence, HoldReason, Kept, Mark, Merge, Movement,
    MovementKind, Patient, PatientSaid, Remembered, Stay, Timestamp, Ward,
};

use crate::machine::association::{self as machine, Numbers, is_same, is_same_key, is_same_stay};
use stay::{bed_of, standing, take};

/// Stays that are remembered; beyond it the one that was not heard of for longest goes, of those in no bed of this ward.
const STAYS_MAX: usize = 4096;
/// Identifiers that were given up and are remembered.
const ALIASES_MAX: usize = 4096;

/// Identifier of a patient and who assigned it.
type PatientKey = (Arc<str>, Arc<str>);

/// Who lies where.
#[derive(Resource, Debug)]
pub(crate) struct Associations {
    /// Who assigns identifiers if nobody else is named.
    facility: Arc<str>,
    /// By position of the bed in the ward.
    beds: Vec<BedMemory>,
    stays: BTreeMap<Arc<str>, Stay>,
    aliases: BTreeMap<PatientKey, PatientKey>,
    numbers: Numbers,
    next_arrival: u64,
    /// Serial number that each device named last, by its configured id.
    pub(crate) serials: BTreeMap<Arc<str>, Arc<str>>,
    /// Keys of what changed and is to be remembered.
    changed: BTreeSet<String>,
}

impl Associations {
    /// Nobody lies anywhere.
    pub(crate) fn new(ward: &Ward) -> Self {
        let bed = |bed: &vigil_model::Bed| BedMemory { bed: Arc::clone(&bed.id), ..BedMemory::default() };
        Self {
            facility: Arc::clone(&ward.appliance.facility),
            beds: ward.beds.iter().map(bed).collect(),
            stays: BTreeMap::new(),
            aliases: BTreeMap::new(),
            numbers: Numbers(1),
            next_arrival: 1,
            serials: BTreeMap::new(),
            changed: BTreeSet::new(),
        }
    }

    /// The bed at a position of the ward.
    pub(crate) fn bed(&self, position: usize) -> Option<&BedMemory> {
        self.beds.get(position)
    }

    /// All beds, in the order of the ward.
    pub(crate) fn beds(&self) -> &[BedMemory] {
        &self.beds
    }

    fn position(&self, bed: &str) -> Option<usize> {
        self.beds.iter().position(|memory| *memory.bed == *bed)
    }

    /// Takes back what the journal remembers. Beds that are gone keep nothing.
    pub(crate) fn restore(&mut self, remembered: Vec<Remembered>) {
        for remembered in remembered {
            match remembered {
                Remembered::Bed(bed) => {
                    if let Some(position) = self.position(&bed.bed) {
                        self.beds[position] = bed;
                    }
                }
                Remembered::Stay(stay) => {
                    self.stays.insert(Arc::clone(&stay.key), stay);
                }
                Remembered::Alias { from, into } => {
                    self.aliases.insert(from, into);
                }
                Remembered::Numbers { association, arrival } => {
                    self.numbers.0 = self.numbers.0.max(association);
                    self.next_arrival = self.next_arrival.max(arrival);
                }
                Remembered::Device { device, serial } => {
                    self.serials.insert(device, serial);
                }
                // Others take these back.
                Remembered::Charted(_) | Remembered::Limit(_) => {}
            }
        }
        let open = self.beds.iter().filter_map(|bed| bed.current.as_ref());
        let used = open.map(|association| association.number).max().unwrap_or(0);
        self.numbers.0 = self.numbers.0.max(used.saturating_add(1));
    }

    /// What the configuration says of a bed when the engine starts. What is bound by stronger evidence is left alone.
    pub(crate) fn configure(
        &mut self,
        bed: usize,
        patient: Option<&Arc<Patient>>,
        now: Timestamp,
        news: &mut Vec<AssociationNews>,
    ) {
        let Some(memory) = self.beds.get_mut(bed) else { return };
        let mark = |why: &str| Mark { by: "configuration".into(), why: why.into(), at: now };
        let stands = memory.current.as_ref().filter(|current| current.evidence == Evidence::Configuration);
        if stands.is_some_and(|current| patient.is_none_or(|patient| !is_same_stay(patient, &current.patient))) {
            let gone = mark("the configuration names somebody else");
            machine::leave(memory, |_| true, &gone, now, &mut self.numbers, news);
        }
        if let Some(patient) = patient
            && memory.current.as_ref().is_none_or(|current| current.evidence == Evidence::Configuration)
        {
            let patient = Arc::clone(patient);
            let claim =
                Claim { patient, evidence: Evidence::Configuration, mark: mark("the configuration names the patient") };
            machine::claim(memory, claim, &mut self.numbers, news);
        }
        if !news.is_empty() {
            self.keep_bed(bed);
        }
    }

    /// Says of every bed whether more than one patient is said to lie there, and what holds it.
    pub(crate) fn settle(&mut self, now: Timestamp, held_before: &[Vec<HoldReason>], news: &mut Vec<AssociationNews>) {
        for position in 0..self.beds.len() {
            let bed = &mut self.beds[position];
            if machine::is_contested(bed) {
                machine::hold(bed, HoldReason::Contested, now);
            } else {
                machine::unhold(bed, &HoldReason::Contested);
            }
            let reasons = reasons(bed);
            if held_before.get(position) != Some(&reasons) {
                news.push(AssociationNews::Held { bed: Arc::clone(&bed.bed), holds: bed.holds.clone() });
                self.keep_bed(position);
            }
        }
    }

    /// What holds each bed.
    pub(crate) fn held(&self) -> Vec<Vec<HoldReason>> {
        self.beds.iter().map(reasons).collect()
    }

    /// Something holds a bed, or does so no longer.
    pub(crate) fn set_hold(&mut self, bed: usize, reason: &HoldReason, holds: bool, now: Timestamp) {
        let Some(memory) = self.beds.get_mut(bed) else { return };
        let changed = if holds { machine::hold(memory, reason.clone(), now) } else { machine::unhold(memory, reason) };
        if changed {
            self.keep_bed(bed);
        }
    }

    /// A device said its serial number; the one before, if that was another.
    pub(crate) fn note_serial(&mut self, device: &Arc<str>, serial: &Arc<str>) -> Option<Arc<str>> {
        let before = self.serials.insert(Arc::clone(device), Arc::clone(serial));
        if before.as_ref() != Some(serial) {
            self.changed.insert(format!("device/{device}"));
        }
        before.filter(|before| before != serial)
    }

    fn keep_bed(&mut self, bed: usize) {
        self.changed.insert(format!("bed/{}", self.beds[bed].bed));
        self.changed.insert("numbers".to_owned());
    }

    /// What changed since this was asked last.
    pub(crate) fn take_changed(&mut self) -> Vec<Kept> {
        if self.changed.is_empty() {
            return Vec::new();
        }
        let changed = std::mem::take(&mut self.changed);
        changed.into_iter().map(|key| Kept { what: self.remembered(&key), key }).collect()
    }

    /// Everything that is to be remembered.
    pub(crate) fn all(&self) -> Vec<Remembered> {
        let beds =
            self.beds.iter().filter(|bed| bed.current.is_some() || !bed.waiting.is_empty() || !bed.holds.is_empty());
        let beds = beds.cloned().map(Remembered::Bed);
        let stays = self.stays.values().cloned().map(Remembered::Stay);
        let aliases =
            self.aliases.iter().map(|(from, into)| Remembered::Alias { from: from.clone(), into: into.clone() });
        let devices = self.serials.iter();
        let devices =
            devices.map(|(device, serial)| Remembered::Device { device: device.clone(), serial: serial.clone() });
        beds.chain(stays).chain(aliases).chain(devices).chain([self.remembered_numbers()]).collect()
    }

    fn remembered_numbers(&self) -> Remembered {
        Remembered::Numbers { association: self.numbers.0, arrival: self.next_arrival }
    }

    fn remembered(&self, key: &str) -> Option<Remembered> {
        let (kind, name) = key.split_once('/').unwrap_or((key, ""));
        match kind {
            "bed" => self.position(name).map(|position| Remembered::Bed(self.beds[position].clone())),
            "stay" => self.stays.get(name).cloned().map(Remembered::Stay),
            "alias" => {
                let named = |(from, _): &(&PatientKey, &PatientKey)| format!("{}/{}", from.0, from.1) == name;
                let (from, into) = self.aliases.iter().find(named)?;
                Some(Remembered::Alias { from: from.clone(), into: into.clone() })
            }
            "device" => {
                let (device, serial) = self.serials.get_key_value(name)?;
                Some(Remembered::Device { device: Arc::clone(device), serial: Arc::clone(serial) })
            }
            _ => Some(self.remembered_numbers()),
        }
    }

    /// Takes an ADT message in.
    pub(crate) fn adt(&mut self, event: &AdtEvent, now: Timestamp, news: &mut Vec<AssociationNews>) {
        match &event.change {
            AdtChange::Moves(movements) => self.moves(event, movements, now, news),
            AdtChange::Merges(merges) => {
                for merge in merges {
                    self.merge(event, merge, now, news);
                }
            }
            AdtChange::Doubt(said) => {
                let said = self.resolved(said);
                let doubtful =
                    |patient: &Patient| is_same_key((&patient.id, &patient.authority), (&said.id, &said.authority));
                let reason = HoldReason::Identity { message: Arc::clone(&event.trigger) };
                for bed in 0..self.beds.len() {
                    if self.beds[bed].current.as_ref().is_some_and(|current| doubtful(&current.patient)) {
                        self.set_hold(bed, &reason, true, now);
                    }
                }
            }
        }
        self.keep_bounds();
    }

    /// All movements of one message at once: first everybody goes, then everybody comes.
    fn moves(&mut self, event: &AdtEvent, movements: &[Movement], now: Timestamp, news: &mut Vec<AssociationNews>) {
        let at = event.order.min(now); // what lies in the future has not happened later than it was told
        let mark = |at: Timestamp| Mark { by: Arc::clone(&event.by), why: why(event), at };
        let (mut gone, mut come) = (Vec::new(), Vec::new());
        for movement in movements {
            let (key, former) = self.stay_of(movement, now);
            let arrival = self.next_arrival;
            self.next_arrival += 1;
            let Some(stay) = self.stays.get_mut(&key) else { continue };
            let before = standing(stay);
            let is_newest = take(stay, movement, at, arrival);
            let after = standing(stay);
            self.changed.insert(format!("stay/{key}"));
            self.changed.insert("numbers".to_owned());
            let patient = Arc::clone(&stay.patient);
            let is_update = matches!(movement.kind, MovementKind::Update { .. });
            let counts = after != before || (is_newest && !is_update);
            let until = event.occurred.map_or(now, |occurred| occurred.min(now));
            let bed = bed_of(&after).cloned();
            // A visit that names another patient now: the former one is gone with it.
            if let Some(former) = former {
                gone.push((former, None, mark(now)));
                if let Some(bed) = &bed {
                    come.push((Arc::clone(&patient), Arc::clone(bed)));
                }
            }
            // Told late: the patient was somewhere else for a while within what is bound now. That while is nobody's.
            let was_away = !is_update && !is_newest && self.is_bound_since_before(&patient, until);
            if counts || was_away {
                gone.push((Arc::clone(&patient), bed.clone().filter(|_| !was_away), mark(until)));
                come.extend(bed.map(|bed| (patient, bed)));
            } else {
                self.renew(&patient, news);
            }
        }
        for (patient, stays_in, mark) in &gone {
            self.leave_all(patient, stays_in.as_deref(), mark, now, news);
        }
        for (patient, bed) in come {
            let Some(position) = self.position(&bed) else { continue };
            let claim = Claim { patient, evidence: Evidence::Location, mark: mark(now) };
            machine::claim(&mut self.beds[position], claim, &mut self.numbers, news);
            self.keep_bed(position);
        }
    }

    /// Whether a patient is bound somewhere by an association that was opened before a time.
    fn is_bound_since_before(&self, patient: &Patient, at: Timestamp) -> bool {
        let mut open = self.beds.iter().filter_map(|bed| bed.current.as_ref());
        open.any(|current| is_same_stay(&current.patient, patient) && current.opened.at < at)
    }

    /// A patient is in no bed any more but one.
    fn leave_all(
        &mut self,
        patient: &Patient,
        except: Option<&str>,
        mark: &Mark,
        now: Timestamp,
        news: &mut Vec<AssociationNews>,
    ) {
        for position in 0..self.beds.len() {
            let bed = &mut self.beds[position];
            if except != Some(&*bed.bed)
                && machine::leave(bed, |other| is_same_stay(other, patient), mark, now, &mut self.numbers, news)
            {
                self.keep_bed(position);
            }
        }
    }

    /// What is known of a patient changed: whoever lies here under that identity is told of by it from now on.
    fn renew(&mut self, patient: &Arc<Patient>, news: &mut Vec<AssociationNews>) {
        for position in 0..self.beds.len() {
            let Some(current) = self.beds[position].current.clone() else { continue };
            if is_same_stay(&current.patient, patient) && current.patient != *patient {
                let claim =
                    Claim { patient: Arc::clone(patient), evidence: Evidence::Configuration, mark: current.opened };
                machine::claim(&mut self.beds[position], claim, &mut self.numbers, news);
                self.keep_bed(position);
            }
        }
    }

    /// The stay that a movement is about, made if nobody knew it; and who had that visit before, if that is somebody else.
    fn stay_of(&mut self, movement: &Movement, now: Timestamp) -> (Arc<str>, Option<Arc<Patient>>) {
        let said = self.resolved(&movement.patient);
        let by_visit: Option<Arc<str>> = (!said.visit.is_empty()).then(|| format!("visit/{}", said.visit).into());
        let by_patient: Arc<str> = format!("patient/{}/{}", said.id, said.authority).into();
        let key = match by_visit {
            Some(key) => {
                if !self.stays.contains_key(&key)
                    && let Some(mut stay) = self.stays.remove(&by_patient)
                {
                    // The visit is told for the first time.
                    self.changed.insert(format!("stay/{by_patient}"));
                    stay.key = Arc::clone(&key);
                    self.stays.insert(Arc::clone(&key), stay);
                }
                key
            }
            None => self.only_stay_of(&said).unwrap_or(by_patient),
        };
        let mut former = None;
        let stay =
            self.stays.entry(Arc::clone(&key)).or_insert_with(|| Stay { key: Arc::clone(&key), ..Stay::default() });
        let mut patient = Patient::clone(&stay.patient);
        let is_known = !patient.id.is_empty();
        if is_known && patient.id != said.id {
            former = Some(Arc::clone(&stay.patient));
            patient = Patient::default();
        }
        said.renew(&mut patient);
        if *stay.patient != patient {
            stay.patient = Arc::new(patient);
        }
        stay.touched = now;
        self.changed.insert(format!("stay/{key}"));
        (key, former)
    }

    /// The stay of a patient whose visit is not told: the one in which the patient is here, else the one that was heard of
    /// last.
    fn only_stay_of(&self, said: &PatientSaid) -> Option<Arc<str>> {
        let of_patient =
            |stay: &&Stay| is_same_key((&stay.patient.id, &stay.patient.authority), (&said.id, &said.authority));
        let found = self.stays.values().filter(of_patient).max_by_key(|stay| (standing(stay).here, stay.touched));
        found.map(|stay| Arc::clone(&stay.key))
    }

    /// An identifier as it is now, if it was given up for another.
    fn resolved(&self, said: &PatientSaid) -> PatientSaid {
        let mut said = said.clone();
        for _ in 0..8 {
            let key = (Arc::clone(&said.id), Arc::clone(&said.authority));
            let Some((id, authority)) = self.aliases.get(&key) else { break };
            (said.id, said.authority) = (Arc::clone(id), Arc::clone(authority));
        }
        said
    }

    /// Two records are of one person: everything known under the one is known under the other from now on.
    fn merge(&mut self, event: &AdtEvent, merge: &Merge, now: Timestamp, news: &mut Vec<AssociationNews>) {
        let (from, into) = (merge.from.clone(), self.resolved(&merge.into));
        if is_same_key((&from.id, &from.authority), (&into.id, &into.authority)) {
            return;
        }
        let key = |said: &PatientSaid| (Arc::clone(&said.id), Arc::clone(&said.authority));
        // The record that stays is given up no longer, should it have been before.
        if self.aliases.remove(&key(&into)).is_some() {
            self.changed.insert(format!("alias/{}/{}", into.id, into.authority));
        }
        self.aliases.insert(key(&from), key(&into));
        self.changed.insert(format!("alias/{}/{}", from.id, from.authority));

        let is_from = |patient: &Patient| is_same_key((&patient.id, &patient.authority), (&from.id, &from.authority));
        let renamed = |patient: &Patient| {
            let mut renamed = Patient { id: into.id.clone(), authority: into.authority.clone(), ..patient.clone() };
            PatientSaid { visit: "".into(), ..into.clone() }.renew(&mut renamed);
            renamed
        };
        let keys: Vec<Arc<str>> =
            self.stays.values().filter(|stay| is_from(&stay.patient)).map(|stay| Arc::clone(&stay.key)).collect();
        for old in keys {
            let Some(mut stay) = self.stays.remove(&old) else { continue };
            self.changed.insert(format!("stay/{old}"));
            stay.patient = Arc::new(renamed(&stay.patient));
            if old.starts_with("patient/") {
                stay.key = format!("patient/{}/{}", into.id, into.authority).into();
            }
            self.changed.insert(format!("stay/{}", stay.key));
            match self.stays.get_mut(&stay.key) {
                Some(known) => stay::join(known, stay),
                None => drop(self.stays.insert(Arc::clone(&stay.key), stay)),
            }
        }
        let mark = Mark { by: Arc::clone(&event.by), why: why(event), at: now };
        for position in 0..self.beds.len() {
            let bed = &mut self.beds[position];
            if bed
                .current
                .iter()
                .map(|current| &current.patient)
                .chain(bed.waiting.iter().map(|claim| &claim.patient))
                .any(|p| is_from(p))
            {
                machine::rename(bed, is_from, renamed, &mark, &mut self.numbers, news);
                self.keep_bed(position);
            }
        }
        // One person cannot lie in two beds: somebody has to look.
        let of_survivor = |bed: &BedMemory| {
            let current = bed.current.as_ref();
            current.is_some_and(|current| {
                is_same_key((&current.patient.id, &current.patient.authority), (&into.id, &into.authority))
            })
        };
        let beds: Vec<usize> = (0..self.beds.len()).filter(|position| of_survivor(&self.beds[*position])).collect();
        if beds.len() > 1 {
            for bed in beds {
                self.set_hold(bed, &HoldReason::Identity { message: Arc::clone(&event.trigger) }, true, now);
            }
        }
    }

    fn keep_bounds(&mut self) {
        while self.stays.len() > STAYS_MAX {
            let is_in_bed = |stay: &Stay| {
                self.beds
                    .iter()
                    .any(|bed| bed.current.as_ref().is_some_and(|current| is_same(&current.patient, &stay.patient)))
            };
            let oldest = self
                .stays
                .values()
                .min_by_key(|stay| (is_in_bed(stay), stay.touched))
                .map(|stay| Arc::clone(&stay.key));
            let Some(key) = oldest else { break };
            self.stays.remove(&key);
            self.changed.insert(format!("stay/{key}"));
        }
        while self.aliases.len() > ALIASES_MAX {
            let Some(((id, authority), _)) = self.aliases.pop_first() else { break };
            self.changed.insert(format!("alias/{id}/{authority}"));
        }
    }
}

fn reasons(bed: &BedMemory) -> Vec<HoldReason> {
    bed.holds.iter().map(|hold| hold.reason.clone()).collect()
}

/// What an ADT message says, in words.
fn why(event: &AdtEvent) -> Arc<str> {
    let words = match &event.change {
        AdtChange::Merges(_) => "merge",
        AdtChange::Doubt(_) => "identity",
        AdtChange::Moves(movements) => match movements.first().map(|movement| movement.kind) {
            Some(MovementKind::Admit) => "admission",
            Some(MovementKind::Transfer) => "transfer",
            Some(MovementKind::Discharge) => "discharge",
            Some(MovementKind::Update { .. }) | None => "update",
            Some(MovementKind::CancelAdmit) => "admission cancelled",
            Some(MovementKind::CancelTransfer) => "transfer cancelled",
            Some(MovementKind::CancelDischarge) => "discharge cancelled",
        },
    };
    format!("{} {words}", event.trigger).into()
}
