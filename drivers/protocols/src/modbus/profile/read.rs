//! Text to [`ProfileFile`], table by table, so that one misspelt table does not hide the problems of the others.

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use super::file::ProfileFile;
use super::problem::Problems;

/// Reads what can be read and notes the rest as problems.
pub(super) fn read(text: &str, problems: &mut Problems<'_>) -> ProfileFile {
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        problems.add(error.span().unwrap_or(0..0), format!("not TOML: {}", error.message()));
    }
    let mut file = ProfileFile::default();
    for (key, value) in table.into_inner() {
        match key.get_ref().as_ref() {
            "name" => file.name = one(value, problems),
            "title" => file.title = one(value, problems),
            "mds" => file.mds = one(value, problems),
            "fresh_for" => file.fresh_for = one(value, problems),
            "ascii_count" => file.ascii_count = one(value, problems),
            "vmd" => file.vmd = many("vmd", value, problems),
            "channel" => file.channel = many("channel", value, problems),
            "block" => file.block = many("block", value, problems),
            "register" => file.register = many("register", value, problems),
            "bit" => file.bit = many("bit", value, problems),
            "enumeration" => file.enumeration = many("enumeration", value, problems),
            "example" => file.example = many("example", value, problems),
            unknown => problems.add(
                key.span(),
                format!(
                    "unknown key {unknown:?}; a profile has name, title, mds, fresh_for, ascii_count, and the tables vmd, channel, \
                     block, register, bit, enumeration and example"
                ),
            ),
        }
    }
    file
}

fn one<'t, T: Deserialize<'t>>(value: Spanned<DeValue<'t>>, problems: &mut Problems<'_>) -> Option<T> {
    let span = value.span();
    match T::deserialize(ValueDeserializer::from(value)) {
        Ok(value) => Some(value),
        Err(error) => {
            problems.add(error.span().filter(|span| span.end > 0).unwrap_or(span), error.message());
            None
        }
    }
}

fn many<'t, T: Deserialize<'t>>(key: &str, value: Spanned<DeValue<'t>>, problems: &mut Problems<'_>) -> Vec<T> {
    let span = value.span();
    match value.into_inner() {
        DeValue::Array(tables) => tables.into_iter().filter_map(|table| one(table, problems)).collect(),
        other => {
            problems.add(
                span,
                format!("{key} is a list of tables, not {}; write [[{key}]] above each of them", other.type_str()),
            );
            Vec::new()
        }
    }
}
