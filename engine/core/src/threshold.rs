//! A limit with its hysteresis: beyond, back, or between.

use vigil_model::{LimitSide, Quantity};

use crate::machine::condition::Input;

/// A limit on a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Threshold {
    pub(crate) side: LimitSide,
    pub(crate) limit: Quantity,
    /// Where a value must come back to.
    clear: Quantity,
}

impl Threshold {
    /// A limit from which values come back by `hysteresis`.
    pub(crate) fn new(side: LimitSide, limit: Quantity, hysteresis: Quantity) -> Self {
        let clear = match side {
            LimitSide::Low => limit.checked_add(hysteresis),
            LimitSide::High => limit.checked_sub(hysteresis),
        };
        Self { side, limit, clear: clear.unwrap_or(limit) }
    }

    /// Whether a value is beyond the limit; equal to it is not.
    #[inline]
    pub(crate) fn is_violated_by(&self, value: Quantity) -> bool {
        match self.side {
            LimitSide::Low => less(value, self.limit),
            LimitSide::High => less(self.limit, value),
        }
    }

    /// What a value says about the limit.
    #[inline]
    pub(crate) fn judge(&self, value: Quantity) -> Input {
        let back = match self.side {
            LimitSide::Low => !less(value, self.clear),
            LimitSide::High => !less(self.clear, value),
        };
        if self.is_violated_by(value) {
            Input::Violating
        } else if back {
            Input::Clear
        } else {
            Input::Near
        }
    }
}

/// Whether `a` is the smaller number. Devices and rules mostly use the same precision, and then integers are compared.
#[inline]
pub(crate) fn less(a: Quantity, b: Quantity) -> bool {
    if a.exponent() == b.exponent() { a.mantissa() < b.mantissa() } else { a.cmp_value(b).is_lt() }
}
