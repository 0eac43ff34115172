//! A piece of a waveform: samples at a constant rate, as the device sends them, and how they become numbers.
//!
//! Waveforms are looked at and recorded. Nothing judges them, and no metric holds them.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::{Quantity, Unit, Validity};

/// Most decimals of a sample's value.
const DECIMALS_MAX: u8 = 9;

/// Samples of one waveform, one after the other. Bounded: at most [`Waveform::SAMPLES_MAX`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waveform {
    label: Arc<str>,
    unit: Option<Unit>,
    rate: SampleRate,
    scale: Scale,
    validity: Validity,
    is_after_gap: bool,
    samples: Arc<[i32]>,
}

impl Waveform {
    /// Most samples of one piece; more come as several.
    pub const SAMPLES_MAX: usize = 4_096;
    /// Stands for a sample that the device does not have: lead off, out of range, cut off.
    pub const ABSENT: i32 = i32::MIN;

    /// Samples of the waveform `label`, in the words of the driver's documentation: `ECG1`, `PLETH`. What is beyond
    /// [`Self::SAMPLES_MAX`] is dropped: no protocol has frames of that length.
    pub fn new(
        label: impl Into<Arc<str>>,
        unit: Option<Unit>,
        rate: SampleRate,
        scale: Scale,
        samples: &[i32],
    ) -> Self {
        let samples = samples[..samples.len().min(Self::SAMPLES_MAX)].into();
        Self { label: label.into(), unit, rate, scale, validity: Validity::Valid, is_after_gap: false, samples }
    }

    /// The same with how far the device trusts it. What must not be used has no samples then, only their number.
    #[must_use]
    pub fn with_validity(mut self, validity: Validity) -> Self {
        match validity {
            Validity::Valid | Validity::Questionable | Validity::Calibrating => {}
            Validity::Invalid | Validity::Overflow | Validity::Underflow | Validity::NotAvailable => {
                self.samples = vec![Self::ABSENT; self.samples.len()].into();
            }
        }
        Self { validity, ..self }
    }

    /// The same, if `gap` with the device's word that something is missing before the first sample.
    #[must_use]
    pub fn after_gap(self, gap: bool) -> Self {
        Self { is_after_gap: gap, ..self }
    }

    /// Which waveform of its device.
    pub fn label(&self) -> &Arc<str> {
        &self.label
    }

    /// Unit of the values.
    pub fn unit(&self) -> Option<Unit> {
        self.unit
    }

    /// How fast samples follow each other.
    pub fn rate(&self) -> SampleRate {
        self.rate
    }

    /// How samples become values.
    pub fn scale(&self) -> Scale {
        self.scale
    }

    /// How far the device trusts them.
    pub fn validity(&self) -> Validity {
        self.validity
    }

    /// Whether the device says that something is missing before the first sample.
    pub fn is_after_gap(&self) -> bool {
        self.is_after_gap
    }

    /// The samples as they stand on the wire; [`Self::ABSENT`] where there is none.
    pub fn samples(&self) -> &Arc<[i32]> {
        &self.samples
    }

    /// The values in [`Self::unit`]; `None` where the device has none.
    pub fn values(&self) -> impl Iterator<Item = Option<Quantity>> + '_ {
        let value = |sample: &i32| if *sample == Self::ABSENT { None } else { self.scale.value(*sample) };
        self.samples.iter().map(value)
    }

    /// The time that the samples cover.
    pub fn duration(&self) -> Duration {
        self.rate.duration_of(self.samples.len())
    }
}

/// Samples a second, in thousandths: 62.5 a second can be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SampleRate(u32);

impl SampleRate {
    /// So many samples a second; at least one in 1000 s.
    pub const fn per_second(samples: u32) -> Self {
        Self::millihertz(samples.saturating_mul(1_000))
    }

    /// So many samples in 1000 s; 0 counts as 1.
    pub const fn millihertz(samples: u32) -> Self {
        Self(if samples == 0 { 1 } else { samples })
    }

    /// Samples in 1000 s.
    pub const fn as_millihertz(self) -> u32 {
        self.0
    }

    /// Time that so many samples cover, to the microsecond.
    pub fn duration_of(self, samples: usize) -> Duration {
        Duration::from_micros((samples as u64).saturating_mul(1_000_000_000) / u64::from(self.0))
    }
}

impl fmt::Display for SampleRate {
    /// Samples a second: `300`, `62.5`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.0 / 1_000, self.0 % 1_000);
        if rest == 0 {
            return write!(f, "{whole}");
        }
        f.write_str(format!("{whole}.{rest:03}").trim_end_matches('0'))
    }
}

/// A straight line through two points: which values two samples stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scale {
    low: (i32, Quantity),
    /// Value of the second sample less that of the first.
    span: Quantity,
    /// Second sample less the first, not zero.
    span_raw: i64,
    decimals: u8,
}

impl Scale {
    /// The samples are the values.
    pub const PLAIN: Scale = Scale { low: (0, Quantity::ZERO), span: Quantity::new(1, 0), span_raw: 1, decimals: 0 };

    /// A sample of 1 is this much, and 0 is zero.
    pub fn step(step: Quantity) -> Self {
        Self { low: (0, Quantity::ZERO), span: step, span_raw: 1, decimals: step.decimals() }
    }

    /// Through two points, each a sample and its value. `None` if the samples are the same or the values too far apart.
    pub fn through(low: (i32, Quantity), high: (i32, Quantity)) -> Option<Self> {
        let span_raw = i64::from(high.0) - i64::from(low.0);
        let span = high.1.checked_sub(low.1)?;
        (span_raw != 0).then(|| Self { low, span, span_raw, decimals: decimals(low.1, span, span_raw) })
    }

    /// The value of a sample; `None` if it does not fit. Exact where the step has at most nine decimals, else to about a tenth
    /// of a step.
    pub fn value(self, sample: i32) -> Option<Quantity> {
        let exponent = -i8::try_from(self.decimals).ok()?;
        let common = self.low.1.exponent().min(self.span.exponent()).min(exponent);
        let wide = |quantity: Quantity| {
            let factor = 10i128.checked_pow(u32::from(quantity.exponent().abs_diff(common)))?;
            i128::from(quantity.mantissa()).checked_mul(factor)
        };
        let steps = i128::from(sample) - i128::from(self.low.0);
        let span_raw = i128::from(self.span_raw);
        let sum = wide(self.low.1)?.checked_mul(span_raw)?.checked_add(steps.checked_mul(wide(self.span)?)?)?;
        let divisor = span_raw.checked_mul(10i128.checked_pow(u32::from(exponent.abs_diff(common)))?)?;
        let (sum, divisor) = if divisor < 0 { (-sum, -divisor) } else { (sum, divisor) };
        let mantissa = sum.checked_add(divisor / 2 * sum.signum())? / divisor;
        Some(Quantity::new(i64::try_from(mantissa).ok()?, exponent))
    }
}

/// Decimals that say a step exactly, or a tenth of it.
fn decimals(low: Quantity, span: Quantity, span_raw: i64) -> u8 {
    let needed = |decimals: u8| {
        let places = i32::from(decimals) + i32::from(span.exponent());
        let scaled = u32::try_from(places)
            .ok()
            .and_then(|places| i128::from(span.mantissa()).checked_mul(10i128.checked_pow(places)?));
        scaled.is_some_and(|scaled| scaled % i128::from(span_raw) == 0)
    };
    let tenth = |decimals: u8| {
        let places = 10f64.powi(i32::from(decimals));
        (span.to_f64() / span_raw as f64).abs() * places >= 10.0
    };
    let exact = (0..=DECIMALS_MAX).find(|decimals| needed(*decimals));
    let found = exact.or_else(|| (0..DECIMALS_MAX).find(|decimals| tenth(*decimals))).unwrap_or(DECIMALS_MAX);
    found.max(low.decimals().min(DECIMALS_MAX))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(scale: Scale, sample: i32) -> String {
        scale.value(sample).unwrap().to_string()
    }

    #[test]
    fn a_scale_goes_through_its_points() {
        let scale = |low: (i32, &str), high: (i32, &str)| {
            Scale::through((low.0, low.1.parse().unwrap()), (high.0, high.1.parse().unwrap())).unwrap()
        };
        // ABP of a monitor: -40 to 520 mmHg from 0 to 8960, in sixteenths.
        let pressure = scale((0, "-40"), (8_960, "520"));
        assert_eq!([0, 1, 640, 8_960].map(|raw| text(pressure, raw)), ["-40.0000", "-39.9375", "0.0000", "520.0000"]);
        let thirds = scale((0, "0"), (3, "1"));
        assert_eq!([1, 2, 3].map(|raw| text(thirds, raw)), ["0.33", "0.67", "1.00"]);
        let falling = scale((10, "1"), (0, "2"));
        assert_eq!([10, 5, 0].map(|raw| text(falling, raw)), ["1.0", "1.5", "2.0"]);
        assert_eq!(text(Scale::step(Quantity::new(2, -2)), -50), "-1.00");
        assert_eq!(text(Scale::PLAIN, -7), "-7");
        assert_eq!(Scale::through((5, Quantity::ZERO), (5, Quantity::new(1, 0))), None);
    }

    #[test]
    fn a_rate_and_the_time_that_samples_cover() {
        let rate = SampleRate::millihertz(62_500);
        assert_eq!((rate.to_string(), rate.duration_of(16)), ("62.5".to_owned(), Duration::from_millis(256)));
        assert_eq!(SampleRate::per_second(300).to_string(), "300");
        assert_eq!(SampleRate::millihertz(0).as_millihertz(), 1);
    }

    #[test]
    fn samples_are_bounded_and_may_be_absent() {
        let rate = SampleRate::per_second(100);
        let long = Waveform::new("ECG1", None, rate, Scale::PLAIN, &[0; 5_000]);
        assert_eq!(long.samples().len(), Waveform::SAMPLES_MAX);
        let short = Waveform::new("ECG1", None, rate, Scale::PLAIN, &[1, Waveform::ABSENT]).after_gap(true);
        assert_eq!(short.values().collect::<Vec<_>>(), [Some(Quantity::new(1, 0)), None]);
        assert!(short.is_after_gap() && short.duration() == Duration::from_millis(20));
        let off = short.with_validity(Validity::Invalid);
        assert_eq!((off.samples().len(), off.values().flatten().count()), (2, 0), "nothing that could be shown");
    }

    proptest! {
        #[test]
        fn any_scale_is_survived_and_meets_its_points(
            low: (i32, i64, i8), high: (i32, i64, i8), sample: i32, near in -1_000_000i64..1_000_000, far in -1_000_000i64..1_000_000,
        ) {
            if let Some(scale) = Scale::through((low.0, Quantity::new(low.1, low.2)), (high.0, Quantity::new(high.1, high.2))) {
                let _ = scale.value(sample);
            }
            let (near, far) = (Quantity::new(near, -3), Quantity::new(far, -2));
            if let Some(scale) = Scale::through((low.0, near), (high.0, far)) {
                prop_assert!(scale.value(low.0).unwrap().cmp_value(near).is_eq());
                prop_assert!(scale.value(high.0).unwrap().cmp_value(far).is_eq());
            }
        }
    }
}
