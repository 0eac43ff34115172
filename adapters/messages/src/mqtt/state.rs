//! The retained states of a bed (schema `vigil/bed/1`) and of a device (schema `vigil/device/1`).

use serde::Serialize;
use vigil_model::{Appliance, Bed, BedSummary, CANARY, Device, DeviceStatus, Identity, LinkState, Priority, Timestamp};

use super::alarm::{BedPart, json, properties};
use super::{MqttPublish, Topics};

/// Schema of a bed's state.
pub const BED_SCHEMA: &str = "vigil/bed/1";

/// Schema of a device's state.
pub const DEVICE_SCHEMA: &str = "vigil/device/1";

/// What makes a state a message: its event and identity.
#[derive(Clone, Copy, Debug)]
pub struct Stamp<'a> {
    /// Number of the event.
    pub seq: u64,
    /// When the event happened.
    pub at: Timestamp,
    /// Identity of the message.
    pub id: &'a str,
}

/// The alarm picture of a bed.
pub fn bed(topics: &Topics, appliance: &Appliance, bed: &Bed, summary: &BedSummary, stamp: Stamp) -> MqttPublish {
    #[derive(Serialize)]
    struct Payload {
        schema: &'static str,
        seq: u64,
        bed: BedPart,
        highest: Option<&'static str>,
        active: u32,
        latched: u32,
        acknowledged: u32,
        t_sent: String,
        test: bool,
    }
    MqttPublish {
        topic: topics.bed_summary(&bed.location),
        payload: json(&Payload {
            schema: BED_SCHEMA,
            seq: stamp.seq,
            bed: BedPart::new(&appliance.site, &bed.location),
            highest: summary.highest.map(Priority::facet),
            active: summary.active,
            latched: summary.latched,
            acknowledged: summary.acknowledged,
            t_sent: stamp.at.to_string(),
            test: appliance.test || *bed.id == *CANARY,
        }),
        retain: true,
        user_properties: properties(BED_SCHEMA, &appliance.id, Some(stamp.seq), Some(stamp.id)),
        ..MqttPublish::default()
    }
}

/// Connection, identity and mode of a device at a bed.
pub fn device(
    topics: &Topics,
    appliance: &Appliance,
    bed: &Bed,
    device: &Device,
    status: &DeviceStatus,
    stamp: Stamp,
) -> MqttPublish {
    #[derive(Serialize)]
    struct Payload<'a> {
        schema: &'static str,
        seq: u64,
        device: &'a str,
        profile: &'a str,
        bed: BedPart,
        link: &'static str,
        reason: Option<&'a str>,
        t_since: String,
        identity: &'a Identity,
        mode: &'static str,
        t_sent: String,
        test: bool,
    }
    let (link, reason) = match &status.link {
        LinkState::Connecting => ("connecting", None),
        LinkState::Associating => ("associating", None),
        LinkState::Up => ("up", None),
        LinkState::Lost { reason } => ("lost", Some(&**reason)),
    };
    MqttPublish {
        topic: topics.device_status(&bed.location, device),
        payload: json(&Payload {
            schema: DEVICE_SCHEMA,
            seq: stamp.seq,
            device: &device.id,
            profile: &device.profile.name,
            bed: BedPart::new(&appliance.site, &bed.location),
            link,
            reason,
            t_since: status.since.to_string(),
            identity: &status.identity,
            mode: status.mode.as_str(),
            t_sent: stamp.at.to_string(),
            test: appliance.test || *bed.id == *CANARY,
        }),
        retain: true,
        user_properties: properties(DEVICE_SCHEMA, &appliance.id, Some(stamp.seq), Some(stamp.id)),
        ..MqttPublish::default()
    }
}
