//! The one place that asks the operating system for the time.

use std::sync::Arc;
use std::sync::OnceLock;
use std::time::{Instant as StdInstant, SystemTime, UNIX_EPOCH};

use vigil_model::{Instant, Now, Timestamp};

/// Reads both clocks. Shells hold one and hand [`Now`] to whatever decides.
pub type Clock = Arc<dyn Fn() -> Now + Send + Sync>;

/// Where the monotonic clock of a run begins, in microseconds: a year, so that something may have begun before the run.
const START_MICROS: u64 = 365 * 86_400_000_000;

/// The clocks of this machine.
pub fn system() -> Clock {
    Arc::new(now)
}

#[expect(clippy::disallowed_methods, reason = "this is the one clock that the others are handed from")]
fn now() -> Now {
    static ORIGIN: OnceLock<StdInstant> = OnceLock::new();
    let origin = *ORIGIN.get_or_init(StdInstant::now);
    let monotonic = Instant::from_micros(START_MICROS) + origin.elapsed();
    // A machine whose clock stands before 1970 gets 1970: times are wrong either way, and nothing is judged by them.
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let utc = Timestamp::from_micros(i64::try_from(since_epoch.as_micros()).unwrap_or(i64::MAX));
    Now { monotonic, utc }
}

#[cfg(test)]
mod tests {
    #[test]
    fn both_clocks_move_forward() {
        let clock = super::system();
        let (first, second) = (clock(), clock());
        assert!(second.monotonic >= first.monotonic);
        assert!(first.utc.civil().year >= 2024, "the machine's clock is not set");
    }
}
