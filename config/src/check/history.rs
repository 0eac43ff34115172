//! What is kept of numbers over days.

use std::time::Duration;

use vigil_model::Device;

use super::appliance::bounds;
use crate::document::{Place, Problems};
use crate::file::HistorySection;
use crate::plan::HistoryPlan;

/// Bounds of the length of a bucket.
const BUCKET: (Duration, Duration) = (Duration::from_secs(10), Duration::from_secs(600));
/// Bounds of the time for which the history is kept.
const KEEP: (Duration, Duration) = (Duration::from_secs(3_600), Duration::from_secs(90 * 86_400));
/// Most mebibytes of the history: half of what the journal may have.
const MEBIBYTES_MAX: u32 = 8192;
/// About what a bucket of a metric takes on disk.
const BYTES_PER_BUCKET: u64 = 11;

/// Checks `[history]`; `None` if nothing is to be kept.
pub(crate) fn history(section: Option<&HistorySection>, problems: &mut Problems<'_, '_>) -> Option<HistoryPlan> {
    let section = section?;
    let place = Place::top("history");
    let good = bounds("bucket", section.bucket, BUCKET, &place, problems);
    let micros = section.bucket.get().as_micros();
    if good && 3_600_000_000 % micros != 0 {
        let message = format!("an hour is no multiple of {}", section.bucket);
        problems.error(&place.key("bucket"), message, "take 10s, 15s, 30s, 1m, 2m, 5m or 10m");
    } else if good && micros % 1_000_000 != 0 {
        problems.error(&place.key("bucket"), format!("{} is not whole seconds", section.bucket), "");
    }
    bounds("keep", section.keep, KEEP, &place, problems);
    if !(1..=MEBIBYTES_MAX).contains(&section.mebibytes) {
        let message = format!("{} is out of bounds: expected 1 to {MEBIBYTES_MAX}", section.mebibytes);
        problems.error(&place.key("mebibytes"), message, "");
    }
    section.enabled.then_some(HistoryPlan {
        bucket: section.bucket.get(),
        keep: section.keep.get(),
        bytes_max: u64::from(section.mebibytes) << 20,
    })
}

/// Says when the size will not do for the time, as far as can be told.
pub(crate) fn fits(plan: &HistoryPlan, devices: &[Device], problems: &mut Problems<'_, '_>) {
    let numbers = |device: &Device| device.profile.metrics.iter().filter(|metric| metric.unit.is_some()).count() as u64;
    let metrics: u64 = devices.iter().map(numbers).sum();
    let a_day = metrics * BYTES_PER_BUCKET * 86_400 / plan.bucket.as_secs().max(1);
    let needed = u128::from(a_day) * u128::from(plan.keep.as_secs()) / 86_400;
    if needed > u128::from(plan.bytes_max) {
        let message = format!(
            "about {} MiB a day for {metrics} metrics: {} MiB will not do for {}",
            a_day.div_ceil(1 << 20),
            plan.bytes_max >> 20,
            vigil_messages::DurationText::from(plan.keep),
        );
        let help = "the oldest goes earlier than that; raise mebibytes or bucket, or lower keep";
        problems.warning(&Place::top("history"), message, help);
    }
}
