//! Checks single values of a profile: forms of numbers, units, decimals, ranges.

use toml::Spanned;
use vigil_model::{Quantity, Unit};

use super::file_item::{RegisterFile, TypeFile};
use super::item::Number;
use super::problem::Problems;

/// Most registers of a text.
pub const TEXT_REGISTERS_MAX: u16 = 64;

pub(super) fn number(file: &RegisterFile, problems: &mut Problems<'_>) -> Option<Number> {
    Some(match file.kind.get_ref() {
        TypeFile::U16 => Number::U16,
        TypeFile::I16 => Number::I16,
        TypeFile::U32 => Number::U32,
        TypeFile::I32 => Number::I32,
        TypeFile::F32 => Number::F32,
        TypeFile::Text => match file.length {
            Some(registers @ 1..=TEXT_REGISTERS_MAX) => Number::Text { registers },
            Some(_) | None => {
                problems
                    .add(file.kind.span(), format!("a text takes 1 to {TEXT_REGISTERS_MAX} registers; add length = …"));
                return None;
            }
        },
        TypeFile::Bits => match (file.bit, file.bits) {
            (Some(first), Some(count)) if count > 0 && u16::from(first) + u16::from(count) <= 16 => {
                Number::Bits { first, count }
            }
            (Some(_) | None, Some(_) | None) => {
                let message =
                    "type bits takes bits = how many (1 to 16) and bit = the lowest (0 to 15), within 16 bits";
                problems.add(file.kind.span(), message);
                return None;
            }
        },
    })
}

pub(super) fn unit(text: &Spanned<String>, problems: &mut Problems<'_>) -> Option<Unit> {
    let found = Unit::named(text.get_ref()).or_else(|| Unit::with_ucum(text.get_ref()));
    if found.is_none() {
        let message = format!("{:?} is no unit of the nomenclature; `vigil codes MDC_DIM` lists them", text.get_ref());
        problems.add(text.span(), message);
    }
    found
}

pub(super) fn quantity(text: &Spanned<String>, problems: &mut Problems<'_>) -> Option<Quantity> {
    text.get_ref().parse().map_err(|error| problems.add(text.span(), format!("{:?}: {error}", text.get_ref()))).ok()
}

pub(super) fn plausible(range: &Spanned<[String; 2]>, problems: &mut Problems<'_>) -> Option<(Quantity, Quantity)> {
    let [low, high] = range.get_ref();
    match (low.parse::<Quantity>(), high.parse::<Quantity>()) {
        (Ok(low), Ok(high)) if low.cmp_value(high).is_le() => return Some((low, high)),
        (Ok(_), Ok(_)) => problems.add(range.span(), "the lowest plausible value comes first"),
        (Err(error), _) | (_, Err(error)) => problems.add(range.span(), format!("plausible: {error}")),
    }
    None
}
