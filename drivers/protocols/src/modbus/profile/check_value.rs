//! Checks single values of a profile: forms of numbers, units, decimals, ranges.

use toml::Spanned;
use vigil_model::{Absence, Quality, Quantity, Unit};

use super::Block;
use super::file_item::{RegisterFile, TypeFile, ValidityWord};
use super::item::{Number, Worth, mask};
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
        TypeFile::U64 => Number::U64,
        TypeFile::I64 => Number::I64,
        TypeFile::F64 => Number::F64,
        TypeFile::Bcd16 => Number::Bcd { digits: 4 },
        TypeFile::Bcd32 => Number::Bcd { digits: 8 },
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

/// Raw numbers that stand for no value, with what they mean.
pub(super) fn marks(file: &RegisterFile, number: Number, problems: &mut Problems<'_>) -> Vec<(u64, Absence)> {
    let lists = [
        (&file.absent, Absence::NotAvailable),
        (&file.invalid, Absence::Invalid),
        (&file.overflow, Absence::Overflow),
        (&file.underflow, Absence::Underflow),
    ];
    let mut marks = Vec::new();
    for (mark, absence) in lists.into_iter().flat_map(|(list, absence)| list.iter().map(move |mark| (mark, absence))) {
        match raw(*mark.get_ref(), number.bits()) {
            Some(raw) => marks.push((raw, absence)),
            None => problems.add(mark.span(), format!("{} does not fit the {} bits", mark.get_ref(), number.bits())),
        }
    }
    marks
}

/// All bits of a number that may be written signed or unsigned.
fn raw(number: i64, bits: u8) -> Option<u64> {
    let all = mask(bits);
    let low = -1i128 << bits.saturating_sub(1);
    (low..=i128::from(all)).contains(&i128::from(number)).then_some(number as u64 & all)
}

/// What other bits say about a value, and the addresses that must be read with it: first, and the one behind the last.
pub(super) fn worth(
    file: &RegisterFile,
    own: (u32, u32),
    block: &Block,
    problems: &mut Problems<'_>,
) -> (Vec<Worth>, (u32, u32)) {
    let (mut rules, mut reach) = (Vec::new(), own);
    for rule in &file.validity {
        let address = u32::from(*rule.address.get_ref());
        let count = rule.bits.unwrap_or(16u8.saturating_sub(rule.bit));
        let wide = (reach.0.min(address), reach.1.max(address + 1));
        let wrong = if address < u32::from(block.address) || address >= block.end() {
            Some("the bits that say what a value is worth lie in its own block")
        } else if block.gaps.iter().any(|gap| gap.start < wide.1 && wide.0 < gap.end) {
            Some("between the value and these bits lies a gap that must not be read")
        } else if wide.1 - wide.0 > u32::from(block.count_max) {
            Some("the device does not answer the value and these bits at once")
        } else if count == 0 || u16::from(rule.bit) + u16::from(count) > 16 {
            Some("bit = the lowest (0 to 15) and bits = how many lie within 16 bits")
        } else if rule.is.is_empty() == rule.is_not.is_empty() {
            Some("a rule has either is = […] or is_not = […]")
        } else {
            None
        };
        if let Some(wrong) = wrong {
            problems.add(rule.address.span(), wrong);
            continue;
        }
        reach = wide;
        let applies_to_listed = rule.is_not.is_empty();
        let numbers = if applies_to_listed { rule.is.clone() } else { rule.is_not.clone() };
        let then = match rule.then {
            ValidityWord::Questionable => Ok(Quality::Questionable),
            ValidityWord::Calibrating => Ok(Quality::Calibrating),
            ValidityWord::Invalid => Err(Absence::Invalid),
            ValidityWord::Overflow => Err(Absence::Overflow),
            ValidityWord::Underflow => Err(Absence::Underflow),
            ValidityWord::NotAvailable => Err(Absence::NotAvailable),
        };
        rules.push(Worth {
            address: *rule.address.get_ref(),
            first: rule.bit,
            count,
            numbers,
            applies_to_listed,
            then,
        });
    }
    (rules, reach)
}

/// A pair of decimals, the lower one first.
pub(super) fn pair(
    range: &Spanned<[String; 2]>,
    what: &str,
    problems: &mut Problems<'_>,
) -> Option<(Quantity, Quantity)> {
    let [low, high] = range.get_ref();
    match (low.parse::<Quantity>(), high.parse::<Quantity>()) {
        (Ok(low), Ok(high)) if low.cmp_value(high).is_le() => return Some((low, high)),
        (Ok(_), Ok(_)) => problems.add(range.span(), format!("the lowest {what} value comes first")),
        (Err(error), _) | (_, Err(error)) => problems.add(range.span(), format!("{what}: {error}")),
    }
    None
}
