//! Whether certificates of a destination's connection are about to run out. Told well before: a renewal takes people, and a
//! connection whose certificate has run out does not come back by itself.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use vigil_model::Timestamp;
use vigil_sinks::tls::{Certificate, Whose};

use super::Finding;

/// What is known of one destination's certificates.
pub(super) struct Certificates {
    destination: Arc<str>,
    /// How long before its end one is told of.
    warning: Duration,
    /// Of which it was told.
    told: BTreeSet<Whose>,
    /// Whose that were never judged: an alarm may be remembered from before.
    unjudged: BTreeSet<Whose>,
}

impl Certificates {
    /// For a destination whose certificates are told of so long before their end; without TLS there are none.
    pub(super) fn new(destination: &Arc<str>, warning: Option<Duration>) -> Self {
        let all = [Whose::Own, Whose::Authority, Whose::Receiver];
        Self {
            destination: destination.clone(),
            warning: warning.unwrap_or_default(),
            told: BTreeSet::new(),
            unjudged: warning.iter().flat_map(|_| all).collect(),
        }
    }

    /// Judges the certificates in use.
    pub(super) fn look(&mut self, now: Timestamp, in_use: &[Certificate], findings: &mut Vec<Finding>) {
        for Certificate { whose, not_after } in in_use {
            let runs_out = now + self.warning >= *not_after;
            let is_first = self.unjudged.remove(whose);
            let changed = if runs_out { self.told.insert(*whose) } else { self.told.remove(whose) };
            if changed || (is_first && !runs_out) {
                findings.push(Finding::appliance(self.text(*whose), runs_out));
            }
        }
    }

    fn text(&self, whose: Whose) -> String {
        format!("Certificate runs out: {}, {}", self.destination, whose.text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_secs(86_400);

    #[test]
    fn a_certificate_is_told_of_before_its_end_and_no_longer_when_it_is_renewed() {
        let start = Timestamp::from_seconds(1_800_000_000);
        let mut certificates = Certificates::new(&"ehr".into(), Some(30 * DAY));
        let mut look = |day: u32, own_until: u32| {
            let certificate = |whose, until: u32| Certificate { whose, not_after: start + DAY * until };
            let mut findings = Vec::new();
            let in_use = [certificate(Whose::Own, own_until), certificate(Whose::Receiver, 1_000)];
            certificates.look(start + DAY * day, &in_use, &mut findings);
            findings.iter().map(|finding| (finding.text().to_owned(), finding.present)).collect::<Vec<_>>()
        };
        let own = |present| vec![("Certificate runs out: ehr, own certificate".to_owned(), present)];
        // At first what is well is said as well: an alarm of a life before may be over.
        assert_eq!(look(0, 100).iter().map(|(_, present)| *present).collect::<Vec<_>>(), [false, false]);
        assert_eq!(look(69, 100), []);
        assert_eq!(look(70, 100), own(true));
        assert_eq!(look(71, 100), []);
        assert_eq!(look(101, 100), [], "it has run out, and that was said");
        assert_eq!(look(102, 500), own(false));
    }
}
