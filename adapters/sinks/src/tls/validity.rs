//! Until when certificates are valid: our own and that which the other side showed last. What becomes of it is for others
//! to say; here it is only known.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use vigil_model::Timestamp;
use x509_cert::der::Decode;

/// Whose certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Whose {
    /// The one that this appliance shows.
    Own,
    /// An authority that we rely on: the first in its file to run out.
    Authority,
    /// The one that the receiver showed at the last connection.
    Receiver,
}

impl Whose {
    /// For people.
    pub const fn text(self) -> &'static str {
        match self {
            Whose::Own => "own certificate",
            Whose::Authority => "authority's certificate",
            Whose::Receiver => "receiver's certificate",
        }
    }
}

/// A certificate in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Certificate {
    /// Whose it is.
    pub whose: Whose,
    /// The end of its validity.
    pub not_after: Timestamp,
}

/// The certificates of one connection. Copies share them.
#[derive(Clone, Debug, Default)]
pub struct Validity(Arc<Mutex<BTreeMap<Whose, Timestamp>>>);

impl Validity {
    /// Everything that is known, in the order of [`Whose`].
    pub fn certificates(&self) -> Vec<Certificate> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().map(|(whose, not_after)| Certificate { whose: *whose, not_after: *not_after }).collect()
    }

    /// The first of these certificates (DER) to run out is now the one of `whose`. One that cannot be read is left out: rustls
    /// will say what is wrong with it.
    pub(super) fn note<'a>(&self, whose: Whose, certificates: impl IntoIterator<Item = &'a [u8]>) {
        let first = certificates.into_iter().filter_map(read_not_after).min();
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match first {
            Some(not_after) => drop(all.insert(whose, not_after)),
            None => drop(all.remove(&whose)),
        }
    }
}

/// The end of the validity of a certificate (DER); `None` if it cannot be read.
pub fn read_not_after(certificate: &[u8]) -> Option<Timestamp> {
    let certificate = x509_cert::Certificate::from_der(certificate).ok()?;
    let seconds = certificate.tbs_certificate.validity.not_after.to_unix_duration().as_secs();
    Some(Timestamp::from_seconds(i64::try_from(seconds).ok()?))
}
