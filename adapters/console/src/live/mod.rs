//! The ward as it changes: one look at the appliance serves everybody who watches.
//!
//! ```text
//! appliance ──picture, at most every 200 ms while somebody watches──▶ desk ──ticks──▶ streams
//!                                                       journal ──▶ calls ┘
//! ```

mod calls;
mod desk;
pub(crate) mod stream;

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::pages::board::Tiles;
use crate::shared::Shared;
use crate::view::Picture;

pub(crate) use desk::Desk;

/// How often the appliance is looked at while somebody watches.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// How often everybody who watches is told that the appliance is there. The pages count on it: without this they say, within
/// 5 s, that it is lost.
pub(crate) const BEAT_EVERY: Duration = Duration::from_secs(1);
/// Ticks that somebody who watches may lag behind before everything is told anew.
pub(crate) const TICKS_KEPT: usize = 32;
/// People and programs that watch at the same time.
pub(crate) const WATCHERS_MAX: usize = 128;

/// One look at the ward.
#[derive(Debug)]
pub(crate) struct Tick {
    /// What was seen; `None` if the appliance did not answer: nothing is told then, also no beat.
    pub(crate) picture: Option<Arc<Picture>>,
    /// The tiles of the ward board.
    pub(crate) tiles: Arc<Tiles>,
    /// Whether everybody is to be told that the appliance is there.
    pub(crate) beat: bool,
}

/// Looks at the appliance while somebody watches, until `stop`.
pub(crate) async fn run(shared: Shared, stop: CancellationToken) {
    let looking = async {
        let mut timer = tokio::time::interval(LOOK_EVERY);
        timer.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let beats = BEAT_EVERY.as_millis() / LOOK_EVERY.as_millis();
        loop {
            for look in 0..beats {
                shared.watched().await;
                timer.tick().await;
                let picture = shared.picture().await.ok();
                let tiles = Arc::new(picture.as_ref().map(|picture| Tiles::of(picture)).unwrap_or_default());
                shared.tell_watchers(Tick { picture, tiles, beat: look == 0 });
            }
        }
    };
    stop.run_until_cancelled(looking).await;
}
