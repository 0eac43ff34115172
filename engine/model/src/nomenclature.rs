//! ISO/IEEE 11073-10101 codes and units.
//!
//! The tables [`mdc`] and [`dim`] are generated from `nomenclature/*.csv` (see `tests/nomenclature.rs`). A number can only
//! come from there: a [`Code`] cannot be built from a number and a name, so a code nobody verified cannot be sent. Terms
//! without a verified number are provisional: their value is 0 and they go out as `0^REFID^MDC`, the convention of the IHE
//! device framework for pending codes.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::{Mutex, OnceLock};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub mod dim;
pub mod mdc;

/// What a code stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CodeKind {
    /// A measured, set or calculated quantity.
    Metric,
    /// An event or alarm.
    Event,
    /// A device, subsystem or channel.
    Device,
    /// An attribute of an object, used as observation identifier in alarm and event messages.
    Attribute,
}

/// One row of the nomenclature.
#[derive(Debug)]
pub struct Term {
    /// Context-free code: partition × 65536 + term code; 0 when no verified code is known.
    pub value: u32,
    /// Reference id, `MDC_…`; `MDCX_…` for provisional and project-private terms.
    pub refid: &'static str,
    /// What it stands for.
    pub kind: CodeKind,
    /// Meaning in plain words.
    pub description: &'static str,
    /// LOINC code of the same meaning, where one was found.
    pub loinc: Option<&'static str>,
    /// Usual unit.
    pub unit: Option<Unit>,
}

/// A nomenclature term: number and reference id together. Ordered by number, then reference id; serialized as its
/// reference id.
#[derive(Clone, Copy)]
pub struct Code(&'static Term);

impl Code {
    pub(crate) const fn new(term: &'static Term) -> Self {
        Self(term)
    }

    /// Context-free code; 0 if provisional.
    pub const fn value(self) -> u32 {
        self.0.value
    }

    /// Reference id, `MDC_PULS_OXIM_SAT_O2`.
    pub const fn refid(self) -> &'static str {
        self.0.refid
    }

    /// What it stands for.
    pub const fn kind(self) -> CodeKind {
        self.0.kind
    }

    /// Meaning in plain words.
    pub const fn description(self) -> &'static str {
        self.0.description
    }

    /// LOINC code of the same meaning.
    pub const fn loinc(self) -> Option<&'static str> {
        self.0.loinc
    }

    /// Usual unit.
    pub const fn unit(self) -> Option<Unit> {
        self.0.unit
    }

    /// Whether the number is verified. A provisional term is sent with code 0.
    pub const fn is_verified(self) -> bool {
        self.0.value != 0
    }

    /// The term with this reference id, from the table or registered by [`Code::local`].
    pub fn named(refid: &str) -> Option<Code> {
        match mdc::TABLE.binary_search_by(|code| code.refid().cmp(refid)) {
            Ok(index) => Some(mdc::TABLE[index]),
            Err(_) => lock_locals().get(refid).copied(),
        }
    }

    /// The first term of the table with this context-free code.
    pub fn with_value(value: u32) -> Option<Code> {
        if value == 0 { None } else { mdc::TABLE.iter().copied().find(|code| code.value() == value) }
    }

    /// All terms of the generated table, sorted by reference id.
    pub fn all() -> &'static [Code] {
        mdc::TABLE
    }

    /// A provisional term of a site's own device profile. Its code is 0.
    ///
    /// Meant for loading profiles at start: each new name stays in memory until the program ends, so their number is
    /// limited.
    ///
    /// # Errors
    /// If the name is not `MDCX_` and then upper-case letters, digits and `_` (80 bytes at most), or if
    /// [`LOCAL_TERMS_MAX`] names are registered already.
    pub fn local(refid: &str, kind: CodeKind, description: &str) -> Result<Code, LocalCodeError> {
        if let Some(code) = Code::named(refid) {
            return Ok(code);
        }
        let shape = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        if refid.len() > 80
            || refid.strip_prefix("MDCX_").is_none_or(|rest| rest.is_empty() || !rest.chars().all(shape))
        {
            return Err(LocalCodeError::Shape(refid.to_owned()));
        }
        let mut locals = lock_locals();
        if locals.len() >= LOCAL_TERMS_MAX {
            return Err(LocalCodeError::TooMany(refid.to_owned()));
        }
        let term = Box::leak(Box::new(Term {
            value: 0,
            refid: Box::leak(refid.to_owned().into_boxed_str()),
            kind,
            description: Box::leak(description.to_owned().into_boxed_str()),
            loinc: None,
            unit: None,
        }));
        Ok(*locals.entry(term.refid).or_insert(Code(term)))
    }
}

/// How many provisional terms of site profiles one process can hold.
pub const LOCAL_TERMS_MAX: usize = 4096;

/// Why a provisional term was not registered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LocalCodeError {
    /// Not in the nomenclature and not of the form of a provisional name.
    #[error(
        "{0:?} is not in the nomenclature (`vigil codes` lists it); a provisional name is MDCX_ and then A-Z, 0-9 and _, \
         80 characters at most"
    )]
    Shape(String),
    /// The bound is reached.
    #[error("no room for the provisional term {0:?}: {LOCAL_TERMS_MAX} are registered already")]
    TooMany(String),
}

fn lock_locals() -> std::sync::MutexGuard<'static, BTreeMap<&'static str, Code>> {
    static LOCALS: OnceLock<Mutex<BTreeMap<&'static str, Code>>> = OnceLock::new();
    LOCALS.get_or_init(Mutex::default).lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

impl PartialEq for Code {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0) || (self.0.value == other.0.value && self.0.refid == other.0.refid)
    }
}

impl Eq for Code {}

impl PartialOrd for Code {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Code {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.0.value, self.0.refid).cmp(&(other.0.value, other.0.refid))
    }
}

impl Hash for Code {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.refid.hash(state);
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}^{}", self.0.value, self.0.refid)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.refid)
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.refid)
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let refid = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Code::named(&refid).ok_or_else(|| {
            serde::de::Error::custom(format_args!("{refid:?} is not in the nomenclature; `vigil codes` lists it"))
        })
    }
}

/// One unit of measurement.
#[derive(Debug)]
pub struct UnitTerm {
    /// Context-free MDC code of the unit; 0 when no verified code is known.
    pub value: u32,
    /// Reference id, `MDC_DIM_MMHG`.
    pub refid: &'static str,
    /// UCUM text, `mm[Hg]`.
    pub ucum: &'static str,
    /// Meaning in plain words.
    pub description: &'static str,
}

/// A unit of measurement, in both nomenclatures. Ordered by number, then reference id; serialized
/// as its reference id.
#[derive(Clone, Copy)]
pub struct Unit(&'static UnitTerm);

impl Unit {
    pub(crate) const fn new(term: &'static UnitTerm) -> Self {
        Self(term)
    }

    /// Context-free MDC code; 0 if provisional.
    pub const fn value(self) -> u32 {
        self.0.value
    }

    /// Reference id, `MDC_DIM_MMHG`; `MDCX_DIM_…` if provisional.
    pub const fn refid(self) -> &'static str {
        self.0.refid
    }

    /// UCUM text, `mm[Hg]`.
    pub const fn ucum(self) -> &'static str {
        self.0.ucum
    }

    /// Meaning in plain words.
    pub const fn description(self) -> &'static str {
        self.0.description
    }

    /// The unit with this reference id.
    pub fn named(refid: &str) -> Option<Unit> {
        dim::TABLE.binary_search_by(|unit| unit.refid().cmp(refid)).ok().map(|index| dim::TABLE[index])
    }

    /// The first unit with this UCUM text.
    pub fn with_ucum(ucum: &str) -> Option<Unit> {
        dim::TABLE.iter().copied().find(|unit| unit.ucum() == ucum)
    }

    /// All units, sorted by reference id.
    pub fn all() -> &'static [Unit] {
        dim::TABLE
    }
}

impl PartialEq for Unit {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0) || (self.0.value == other.0.value && self.0.refid == other.0.refid)
    }
}

impl Eq for Unit {}

impl PartialOrd for Unit {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Unit {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.0.value, self.0.refid).cmp(&(other.0.value, other.0.refid))
    }
}

impl fmt::Debug for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}^{}", self.0.value, self.0.refid)
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.ucum)
    }
}

impl Serialize for Unit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.refid)
    }
}

impl<'de> Deserialize<'de> for Unit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let refid = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Unit::named(&refid).ok_or_else(|| {
            serde::de::Error::custom(format_args!(
                "{refid:?} is not a unit of the nomenclature; `vigil codes MDC_DIM` lists them"
            ))
        })
    }
}
