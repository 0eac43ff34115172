//! The stages of a step, always in this order.
//!
//! | stage | what it does | takes | gives |
//! |---|---|---|---|
//! | [`Stage::Receive`] | reports in order of arrival; deliveries | inbox | latest values, facts |
//! | [`Stage::Associate`] | who lies where | association changes | patient contexts |
//! | [`Stage::Supervise`] | links and freshness, up to now | deadlines | facts |
//! | [`Stage::Derive`] | scores from what devices say and people chart | facts, chart commands | facts of calculating devices |
//! | [`Stage::Judge`] | do conditions exist | facts, condition delays | transitions |
//! | [`Stage::Signal`] | should people be told; commands | transitions, signal delays, inbox | drafts |
//! | [`Stage::Publish`] | events, sorted by identity | drafts | outbox |
//!
//! For one device every stage takes things in order of time: before an input of time t it takes the deadlines up to and
//! including t. So what is judged does not depend on how inputs were batched into steps. No stage spawns, despawns, or
//! uses `Commands`, hooks or observers; what a machine returns is the only source of transitions.

pub(crate) mod adjust;
pub(crate) mod associate;
pub(crate) mod derive;
pub(crate) mod judge;
pub(crate) mod judge_raised;
pub(crate) mod publish;
pub(crate) mod receive;
pub(crate) mod signal;
pub(crate) mod supervise;
pub(crate) mod telling;
mod watched;

use bevy_ecs::schedule::{
    IntoScheduleConfigs, LogLevel, Schedule, ScheduleBuildSettings, SingleThreadedExecutor, SystemSet,
};

/// The sets of the schedule.
#[derive(SystemSet, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Stage {
    Receive,
    Associate,
    Supervise,
    Derive,
    Judge,
    Signal,
    Publish,
}

/// The one schedule: single-threaded, sets chained; two systems without an order between them refuse to be built.
pub(crate) fn schedule() -> Schedule {
    let mut schedule = Schedule::default();
    schedule.set_executor(SingleThreadedExecutor::new());
    schedule.set_build_settings(ScheduleBuildSettings {
        ambiguity_detection: LogLevel::Error,
        hierarchy_detection: LogLevel::Error,
        ..ScheduleBuildSettings::default()
    });
    schedule.configure_sets(
        (
            Stage::Receive,
            Stage::Associate,
            Stage::Supervise,
            Stage::Derive,
            Stage::Judge,
            Stage::Signal,
            Stage::Publish,
        )
            .chain(),
    );
    receive::install(&mut schedule);
    associate::install(&mut schedule);
    supervise::install(&mut schedule);
    adjust::install(&mut schedule);
    derive::install(&mut schedule);
    judge::install(&mut schedule);
    signal::install(&mut schedule);
    publish::install(&mut schedule);
    schedule
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_systems_without_an_order_are_refused() {
        let mut schedule = schedule();
        schedule.add_systems(associate::associate_patients.in_set(Stage::Associate));
        let mut world = bevy_ecs::world::World::new();
        assert!(schedule.initialize(&mut world).is_err(), "a second writer of patient contexts has no order");
    }
}
