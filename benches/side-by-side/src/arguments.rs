//! `--key value` pairs of a work.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

/// What a work was called with.
pub(crate) struct Arguments(BTreeMap<String, String>);

impl Arguments {
    /// Reads pairs; an error names what is left over.
    pub(crate) fn parse(words: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut pairs = BTreeMap::new();
        let mut words = words.into_iter();
        while let Some(word) = words.next() {
            let key =
                word.strip_prefix("--").ok_or_else(|| format!("{word:?} is no argument; expected --key value"))?;
            let value = words.next().ok_or_else(|| format!("--{key} has no value"))?;
            pairs.insert(key.to_owned(), value);
        }
        Ok(Self(pairs))
    }

    /// The text of a key that must be there.
    pub(crate) fn text(&self, key: &str) -> Result<&str, String> {
        self.0.get(key).map(String::as_str).ok_or_else(|| format!("--{key} is missing"))
    }

    /// The number of a key that must be there.
    pub(crate) fn number<T: FromStr>(&self, key: &str) -> Result<T, String> {
        let text = self.text(key)?;
        text.parse().map_err(|_| format!("--{key} {text:?} is not a number that fits"))
    }

    /// The number of a key, or another one if it is not there.
    pub(crate) fn number_or<T: FromStr>(&self, key: &str, otherwise: T) -> Result<T, String> {
        if self.0.contains_key(key) { self.number(key) } else { Ok(otherwise) }
    }

    /// The path of a key, if it is there.
    pub(crate) fn path(&self, key: &str) -> Option<PathBuf> {
        self.0.get(key).map(PathBuf::from)
    }

    /// `--secs`.
    pub(crate) fn duration(&self) -> Result<Duration, String> {
        Duration::try_from_secs_f64(self.number("secs")?).map_err(|error| format!("--secs: {error}"))
    }
}
