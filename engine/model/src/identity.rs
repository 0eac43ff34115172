//! Names of things. Configured names are text; inside, small indices into the [`crate::Ward`] stand for them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Position of a device in [`crate::Ward::devices`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DeviceIndex(pub u32);

/// Position of a bed in [`crate::Ward::beds`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BedIndex(pub u32);

/// An EUI-64 device identifier. Written as 16 upper-case hexadecimal digits, the form of IHE device messages.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Eui64(pub u64);

/// Why a text is not an [`Eui64`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an EUI-64 is 16 hexadecimal digits, with or without dashes or colons")]
pub struct Eui64Error;

impl fmt::Display for Eui64 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016X}", self.0)
    }
}

impl fmt::Debug for Eui64 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Eui64 {
    type Err = Eui64Error;

    fn from_str(text: &str) -> Result<Self, Eui64Error> {
        let digits: String = text.chars().filter(|c| !matches!(c, '-' | ':')).collect();
        if digits.len() != 16 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(Eui64Error);
        }
        u64::from_str_radix(&digits, 16).map(Self).map_err(|_| Eui64Error)
    }
}

impl Serialize for Eui64 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Eui64 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eui_64_is_read_leniently_and_written_strictly() {
        for text in ["0011223344556677", "00-11-22-33-44-55-66-77", "00:11:22:33:44:55:66:77"] {
            assert_eq!(text.parse::<Eui64>().unwrap().to_string(), "0011223344556677");
        }
        for refused in ["", "001122334455667", "00112233445566778", "+011223344556677", "00112233445566GG"] {
            assert!(refused.parse::<Eui64>().is_err(), "{refused}");
        }
    }
}
