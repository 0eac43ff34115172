//! How long an alarm may take on each part of its way.

use std::time::Duration;

use super::appliance::bounds;
use crate::document::{Place, Problems};
use crate::file::LedgerSection;
use crate::plan::LedgerPlan;

/// Bounds of what a part may take.
const PART: (Duration, Duration) = (Duration::from_millis(10), Duration::from_secs(3600));

/// Checks `[ledger]`; `None` if nothing is to be watched.
pub(crate) fn ledger(section: Option<&LedgerSection>, problems: &mut Problems<'_, '_>) -> Option<LedgerPlan> {
    let section = section?;
    let place = Place::top("ledger");
    for (key, value) in [
        ("taken_in", section.taken_in),
        ("judged", section.judged),
        ("journalled", section.journalled),
        ("sent", section.sent),
        ("confirmed", section.confirmed),
    ] {
        bounds(key, value, PART, &place, problems);
    }
    section.watched.then_some(LedgerPlan {
        taken: section.taken_in.get(),
        judged: section.judged.get(),
        journalled: section.journalled.get(),
        sent: section.sent.get(),
        confirmed: section.confirmed.get(),
    })
}
