//! `Associate`: opens and closes patient contexts.
//!
//! Today the only one who binds a patient is the configuration, with an interval that opens when the engine starts. An
//! admission or transfer is one more [`crate::flow::AssociationChange`] in the inbox.

use bevy_ecs::schedule::{IntoScheduleConfigs, Schedule};
use bevy_ecs::system::{Query, Res, ResMut};

use super::Stage;
use crate::bed::PatientContext;
use crate::flow::{Inbox, Index};

pub(crate) fn install(schedule: &mut Schedule) {
    schedule.add_systems(associate_patients.in_set(Stage::Associate));
}

/// Applies association changes in order of arrival.
pub(crate) fn associate_patients(mut inbox: ResMut<Inbox>, index: Res<Index>, mut beds: Query<&mut PatientContext>) {
    let Inbox { associations, associated, .. } = &mut *inbox;
    for change in associations.drain(..) {
        let bed = index.beds.get(change.bed as usize).and_then(|entity| beds.get_mut(*entity).ok());
        if let Some(mut context) = bed {
            context.current = change.association;
            associated.push(change.bed);
        }
    }
}
