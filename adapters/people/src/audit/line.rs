//! One line of the trail and the head beside it: how they are written, signed and read. Written in one way only; what reads
//! but is written otherwise is not one of ours.

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};

use super::Entry;
use crate::files::{from_hex, hex, sha256};

/// What the first line names as the line before it.
pub(crate) const NOTHING_BEFORE: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Longest line that is read, in bytes.
pub(crate) const LINE_BYTES_MAX: usize = 32 * 1024;

const LINE_DOMAIN: &[u8] = b"vigil audit line 1\n";
const HEAD_DOMAIN: &[u8] = b"vigil audit head 1\n";

/// A record of the trail.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// Its number: 1, 2, 3 and so on without a gap.
    pub number: u64,
    /// SHA-256 of the line before, without its end of line.
    pub previous: String,
    /// What it says.
    pub entry: Entry,
    /// Ed25519 over everything before it.
    pub signature: String,
}

impl Line {
    /// The text of a signed line, without its end of line.
    pub(crate) fn write(
        number: u64,
        previous: &str,
        entry: &Entry,
        key: &SigningKey,
    ) -> Result<String, serde_json::Error> {
        let body = Self::body(number, previous, entry)?;
        let signature = key.sign(&[LINE_DOMAIN, body.as_bytes()].concat());
        Ok(format!("{body},\"signature\":\"{}\"}}", hex(&signature.to_bytes())))
    }

    /// Reads a line that is written as [`Line::write`] writes it.
    pub(crate) fn read(text: &[u8]) -> Option<Self> {
        let line: Line = serde_json::from_slice(text).ok()?;
        let again = serde_json::to_string(&line).ok()?;
        (again.as_bytes() == text).then_some(line)
    }

    /// Whether the signature is that of `key`.
    pub(crate) fn is_signed_by(&self, key: &VerifyingKey) -> bool {
        let Ok(body) = Self::body(self.number, &self.previous, &self.entry) else { return false };
        verifies(key, &[LINE_DOMAIN, body.as_bytes()].concat(), &self.signature)
    }

    /// What the next line names as the line before it.
    pub(crate) fn hash_of(text: &[u8]) -> String {
        sha256(text)
    }

    fn body(number: u64, previous: &str, entry: &Entry) -> Result<String, serde_json::Error> {
        let entry = serde_json::to_string(entry)?;
        Ok(format!("{{\"number\":{number},\"previous\":\"{previous}\",\"entry\":{entry}"))
    }
}

/// How far the trail goes, signed, in a place of its own.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// Number of the last line.
    pub number: u64,
    /// SHA-256 of the last line.
    pub hash: String,
    /// Ed25519 over both.
    pub signature: String,
}

impl Head {
    pub(crate) fn signed(number: u64, hash: &str, key: &SigningKey) -> Self {
        let signature = hex(&key.sign(&Self::signed_bytes(number, hash)).to_bytes());
        Self { number, hash: hash.to_owned(), signature }
    }

    pub(crate) fn write(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self).map(|text| text + "\n")
    }

    pub(crate) fn read(text: &[u8]) -> Option<Self> {
        let head: Head = serde_json::from_slice(text).ok()?;
        (head.write().ok()?.as_bytes() == text).then_some(head)
    }

    pub(crate) fn is_signed_by(&self, key: &VerifyingKey) -> bool {
        verifies(key, &Self::signed_bytes(self.number, &self.hash), &self.signature)
    }

    fn signed_bytes(number: u64, hash: &str) -> Vec<u8> {
        [HEAD_DOMAIN, format!("{number} {hash}").as_bytes()].concat()
    }
}

/// As it is noted elsewhere: `4711:0123…`.
impl std::fmt::Display for Head {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.number, self.hash)
    }
}

fn verifies(key: &VerifyingKey, bytes: &[u8], signature: &str) -> bool {
    from_hex(signature).is_some_and(|signature| key.verify_strict(bytes, &Signature::from_bytes(&signature)).is_ok())
}
