//! What people and other systems say about who lies where.

use std::sync::Arc;

use vigil_model::{
    AssociationNews, AssociationOrder, Binding, Claim, Evidence, HeldVerdict, Mark, OrderOutcome, Patient, Timestamp,
};

use super::Associations;
use crate::machine::association::{self as machine, is_same, is_same_key, is_same_stay};

impl Associations {
    /// Takes an order in and says what became of it.
    pub(crate) fn order(
        &mut self,
        order: &AssociationOrder,
        now: Timestamp,
        news: &mut Vec<AssociationNews>,
    ) -> OrderOutcome {
        let done = match order {
            AssociationOrder::Adt(event) => {
                self.adt(event, now, news);
                Ok(())
            }
            AssociationOrder::Bind(binding) => self.bind(binding, now, news),
            AssociationOrder::Release { bed, patient, by, why } => {
                let mark = Mark { by: Arc::clone(by), why: Arc::clone(why), at: now };
                self.release(bed, patient.as_deref(), &mark, news)
            }
            AssociationOrder::Settle { bed, verdict, .. } => self.look_at(bed, *verdict, now),
            AssociationOrder::Withdraw { bed, .. } => self.known(bed).map(drop),
        };
        match done {
            Ok(()) => OrderOutcome::Taken,
            Err(reason) => OrderOutcome::Refused { reason: reason.into() },
        }
    }

    fn known(&self, bed: &str) -> Result<usize, String> {
        self.position(bed).ok_or_else(|| format!("there is no bed `{bed}`"))
    }

    fn bind(&mut self, binding: &Binding, now: Timestamp, news: &mut Vec<AssociationNews>) -> Result<(), String> {
        let position = self.known(&binding.bed)?;
        if binding.patient.id.trim().is_empty() {
            return Err("the patient's identifier is missing".to_owned());
        }
        let patient = self.identify(binding)?;
        if let Some(second) = &binding.second {
            confirm(&patient, second)?;
        }
        let elsewhere = |bed: &&vigil_model::BedMemory| {
            bed.bed != binding.bed && bed.current.as_ref().is_some_and(|current| is_same(&current.patient, &patient))
        };
        if let Some(other) = self.beds.iter().find(elsewhere)
            && other.current.as_ref().is_some_and(|current| current.evidence > binding.evidence)
        {
            return Err(format!("the patient is bound to bed `{}` by stronger evidence", other.bed));
        }
        let mark = Mark { by: Arc::clone(&binding.by), why: Arc::clone(&binding.why), at: now };
        self.leave_all(&Patient { visit: "".into(), ..patient.clone() }, Some(&binding.bed), &mark, now, news);
        let claim = Claim { patient: Arc::new(patient), evidence: binding.evidence, mark };
        let counts = machine::claim(&mut self.beds[position], claim, &mut self.numbers, news);
        if counts && binding.evidence == Evidence::Scan {
            machine::accept(&mut self.beds[position], now);
        }
        self.keep_bed(position);
        if counts {
            Ok(())
        } else {
            Err(format!("another patient is bound to bed `{}` by evidence as strong", binding.bed))
        }
    }

    /// The patient whom somebody means: what is known of the identifier, with what is said.
    fn identify(&self, binding: &Binding) -> Result<Patient, String> {
        let said = self.resolved(&binding.patient);
        let known = self.stays.values().map(|stay| &stay.patient);
        let known =
            known.chain(self.beds.iter().filter_map(|bed| bed.current.as_ref().map(|current| &current.patient)));
        let meant = |patient: &&Arc<Patient>| {
            is_same_key((&patient.id, &patient.authority), (&said.id, &said.authority))
                && (said.visit.is_empty() || patient.visit.is_empty() || patient.visit == said.visit)
        };
        let mut found: Vec<&Arc<Patient>> = known.filter(meant).collect();
        found.sort_by_key(|patient| (&patient.authority, &patient.visit));
        let first = found.last().copied();
        if let (Some(first), Some(other)) = (first, found.first())
            && first.authority != other.authority
        {
            return Err("two patients have that identifier; name the authority as well".to_owned());
        }
        let Some(first) = first else {
            let mut patient = said.to_patient();
            if patient.authority.is_empty() {
                patient.authority = Arc::clone(&self.facility);
            }
            return Ok(patient);
        };
        for (what, said, known) in [
            ("family name", &said.family, &first.family),
            ("given name", &said.given, &first.given),
            ("date of birth", &said.birth_date, &first.birth_date),
        ] {
            if said.as_ref().is_some_and(|said| !known.is_empty() && !is_alike(said, known)) {
                return Err(format!("the {what} is not that of the patient with this identifier"));
            }
        }
        let mut patient = Patient::clone(first);
        said.renew(&mut patient);
        Ok(patient)
    }

    fn release(
        &mut self,
        bed: &str,
        patient: Option<&str>,
        mark: &Mark,
        news: &mut Vec<AssociationNews>,
    ) -> Result<(), String> {
        let position = self.known(bed)?;
        let memory = &mut self.beds[position];
        let Some(current) = &memory.current else { return Err(format!("nobody is bound to bed `{bed}`")) };
        if patient.is_some_and(|id| *id != *current.patient.id) {
            return Err(format!("another patient is bound to bed `{bed}`"));
        }
        let who = Arc::clone(&current.patient);
        machine::leave(memory, |other| is_same_stay(other, &who), mark, mark.at, &mut self.numbers, news);
        self.keep_bed(position);
        Ok(())
    }

    fn look_at(&mut self, bed: &str, verdict: HeldVerdict, now: Timestamp) -> Result<(), String> {
        let position = self.known(bed)?;
        if verdict == HeldVerdict::Release {
            machine::accept(&mut self.beds[position], now);
            self.keep_bed(position);
        }
        Ok(())
    }
}

/// Whether a second identifier is one of a patient.
fn confirm(patient: &Patient, second: &str) -> Result<(), String> {
    let second = second.trim();
    let known = [&patient.visit, &patient.birth_date, &patient.family];
    if known.iter().all(|known| known.is_empty()) {
        return Err(
            "nothing is known of the patient that could confirm it; give the date of birth, the family name or the \
                    visit as well"
                .to_owned(),
        );
    }
    if known.iter().any(|known| !known.is_empty() && is_alike(second, known)) {
        Ok(())
    } else {
        Err("the second identifier is not one of this patient (visit, date of birth or family name)".to_owned())
    }
}

/// The same but for case and surrounding blanks; a date also with dashes, or with a time behind it that ADT gave.
fn is_alike(said: &str, known: &str) -> bool {
    let plain = |text: &str| text.trim().to_lowercase();
    let date = |text: &str| -> Option<String> {
        let digits: String = text.trim().chars().filter(|c| !matches!(c, '-' | '.' | '/')).collect();
        (digits.len() >= 8
            && digits.is_char_boundary(8)
            && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'+'))
        .then(|| digits[..8].to_owned())
    };
    plain(said) == plain(known) || date(said).is_some_and(|said| date(known) == Some(said))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_identifier_must_be_one_of_the_patient() {
        let patient = Patient {
            id: "P1".into(),
            family: "Doe".into(),
            birth_date: "19700101".into(),
            visit: "V1".into(),
            ..Patient::default()
        };
        for good in ["Doe", " doe ", "19700101", "1970-01-01", "V1"] {
            assert_eq!(confirm(&patient, good), Ok(()), "{good}");
        }
        for bad in ["", "P1", "1970", "D", "19700102"] {
            assert!(confirm(&patient, bad).is_err(), "{bad}");
        }
        assert!(confirm(&Patient { id: "P1".into(), ..Patient::default() }, "").is_err());
    }
}
