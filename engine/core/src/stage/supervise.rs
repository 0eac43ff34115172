//! `Supervise`: what happens to a device because time passes. Quiet times, freshness bounds and report intervals up to now.

use bevy_ecs::schedule::{IntoScheduleConfigs, Schedule};
use bevy_ecs::system::{Query, Res, ResMut};

use super::Stage;
use super::watched::Watched;
use crate::device::{Connection, Fixed, Metrics};
use crate::flow::{Clock, Drafts, Facts, Index, Timers};

pub(crate) fn install(schedule: &mut Schedule) {
    schedule.add_systems(supervise_devices.in_set(Stage::Supervise));
}

fn supervise_devices(
    clock: Res<Clock>,
    index: Res<Index>,
    mut timers: ResMut<Timers>,
    mut facts: ResMut<Facts>,
    mut drafts: ResMut<Drafts>,
    mut devices: Query<(&Fixed, &mut Connection, &mut Metrics)>,
) {
    let Timers { supervise, due, .. } = &mut *timers;
    due.clear();
    supervise.due_at(clock.now.monotonic, due);
    for device in due.iter() {
        let Ok((fixed, mut connection, mut metrics)) = devices.get_mut(index.devices[*device as usize]) else {
            continue;
        };
        let mut watched = Watched {
            fixed,
            connection: &mut connection,
            metrics: &mut metrics,
            facts: &mut facts.0,
            drafts: &mut drafts,
            clock: *clock,
        };
        watched.lapse(clock.now.monotonic);
        let next = watched.first_deadline();
        metrics.next = next;
        supervise.set(*device, next);
    }
}
