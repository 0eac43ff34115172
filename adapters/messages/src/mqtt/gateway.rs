//! What the appliance says about itself: online, offline, the will, the heartbeat. Made by the sink when it connects; none of
//! it waits in the outbox.

use serde::Serialize;
use vigil_model::{Appliance, Timestamp};

use super::alarm::{json, properties};
use super::{MqttPublish, Qos, Topics};

/// Schema of the gateway's state.
pub const SCHEMA: &str = "vigil/gateway/1";

/// Schema of the heartbeat.
pub const HEARTBEAT_SCHEMA: &str = "vigil/heartbeat/1";

/// How long the broker waits before it publishes the will, in seconds: a short reconnect is no outage.
pub const WILL_DELAY_S: u32 = 5;

/// What the broker says when the appliance is gone without a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Will {
    /// What it publishes.
    pub publish: MqttPublish,
    /// How long it waits, in seconds.
    pub delay_s: u32,
}

#[derive(Serialize)]
struct Status<'a> {
    schema: &'static str,
    gateway: &'a str,
    online: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    t_sent: Option<String>,
    test: bool,
}

/// Published as soon as the connection stands and all retained states are told anew: what is not told is over.
pub fn online(topics: &Topics, appliance: &Appliance, at: Timestamp) -> MqttPublish {
    status(topics, appliance, true, Some(at))
}

/// Published before a planned end.
pub fn offline(topics: &Topics, appliance: &Appliance, at: Timestamp) -> MqttPublish {
    status(topics, appliance, false, Some(at))
}

/// The will. It has no time: nobody knows when it will be published.
pub fn will(topics: &Topics, appliance: &Appliance) -> Will {
    Will { publish: status(topics, appliance, false, None), delay_s: WILL_DELAY_S }
}

fn status(topics: &Topics, appliance: &Appliance, online: bool, at: Option<Timestamp>) -> MqttPublish {
    let status = Status {
        schema: SCHEMA,
        gateway: &appliance.id,
        online,
        t_sent: at.map(|at| at.to_string()),
        test: appliance.test,
    };
    MqttPublish {
        topic: topics.gateway_status(),
        payload: json(&status),
        retain: true,
        user_properties: properties(SCHEMA, &appliance.id, None, None),
        ..MqttPublish::default()
    }
}

/// The heartbeat; `count` goes up by one with each, from the start of the connection. Not retained, quality of service 0: its
/// absence is what it tells.
pub fn heartbeat(topics: &Topics, appliance: &Appliance, count: u64, at: Timestamp) -> MqttPublish {
    #[derive(Serialize)]
    struct Payload<'a> {
        schema: &'static str,
        gateway: &'a str,
        count: u64,
        t_sent: String,
        test: bool,
    }
    MqttPublish {
        topic: topics.gateway_heartbeat(),
        payload: json(&Payload {
            schema: HEARTBEAT_SCHEMA,
            gateway: &appliance.id,
            count,
            t_sent: at.to_string(),
            test: appliance.test,
        }),
        qos: Qos::AtMostOnce,
        user_properties: properties(HEARTBEAT_SCHEMA, &appliance.id, None, None),
        ..MqttPublish::default()
    }
}
