//! How links and destinations are doing, in the words of the console.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use vigil_config::{LinkPlan, Plan};
use vigil_console::view::{Connection, Counters, Destination, Link, Moment, Sent, Text, Unit, Waiting};
use vigil_links::LinkStats;
use vigil_messages::Destination as Configuration;
use vigil_model::{DeviceIndex, FaultKind, Ward};
use vigil_protocols::link::{Parity, Transport};
use vigil_sinks::{SinkState, SinkStatus};

/// What configuration says about something, without how it is doing.
pub(super) struct Configured<T> {
    pub(super) id: Arc<str>,
    pub(super) view: T,
}

/// The links of a plan.
pub(super) fn links(plan: &Plan) -> Vec<Configured<Link>> {
    let name = |device: DeviceIndex| plan.ward.device(device).map(|device| Text::from(&device.id));
    let link = |link: &LinkPlan| Configured {
        id: link.id().clone(),
        view: Link {
            id: link.id().into(),
            transport: transport(link.transport()).into(),
            bus: matches!(link, LinkPlan::Bus { .. }),
            devices: match link {
                LinkPlan::Stream { device, .. } => name(*device).into_iter().collect(),
                LinkPlan::Bus { units, .. } => units.iter().filter_map(|unit| name(unit.device)).collect(),
            },
            ..Link::default()
        },
    };
    plan.links.iter().map(link).collect()
}

fn transport(transport: &Transport) -> String {
    match transport {
        Transport::Tcp { address } | Transport::Udp { address } => address.clone(),
        Transport::Serial(serial) => {
            let parity = match serial.parity {
                Parity::None => 'N',
                Parity::Even => 'E',
                Parity::Odd => 'O',
            };
            format!("{} {} {}{parity}{}", serial.port, serial.baud, serial.data_bits, serial.stop_bits)
        }
    }
}

/// The destinations of a plan.
pub(super) fn destinations(plan: &Plan) -> Vec<Configured<Destination>> {
    let destination = |destination: &Configuration| {
        let (kind, address, alarms, beds) = match destination {
            Configuration::Hl7(hl7) => ("hl7", &hl7.address, hl7.alarms, &hl7.beds),
            Configuration::Mqtt(mqtt) => ("mqtt", &mqtt.address, true, &mqtt.beds),
        };
        Configured {
            id: destination.id().clone(),
            view: Destination {
                id: destination.id().into(),
                kind: kind.into(),
                address: address.into(),
                alarms,
                beds: beds.iter().map(Text::from).collect(),
                ..Destination::default()
            },
        }
    };
    plan.destinations.iter().map(destination).collect()
}

/// A link with what it has counted.
pub(super) fn link(link: &Configured<Link>, stats: &[(Arc<str>, LinkStats)], ward: &Ward) -> Link {
    let view = link.view.clone();
    let Some((_, stats)) = stats.iter().find(|(id, _)| *id == link.id) else { return view };
    let counters = stats.read();
    let faults = FaultKind::ALL.iter().map(|kind| (Text::from(kind.as_str()), counters.faults_of(*kind)));
    let units = counters.units.iter().map(|(device, unit)| Unit {
        device: ward.device(*device).map(|device| Text::from(&device.id)).unwrap_or_default(),
        polls: unit.polls,
        answers: unit.answers,
        timeouts: unit.timeouts,
        exceptions: unit.exceptions,
        malformed: unit.malformed,
        probes: unit.probes,
        late_bytes: unit.late_bytes,
        missed: unit.missed,
        planned_period_ms: millis(unit.planned_period),
        actual_period_ms: millis(unit.actual_period()),
        longest_period_ms: millis(unit.interval_max),
    });
    Link {
        open: counters.is_open,
        opened: counters.opened,
        lost: counters.lost,
        last_reason: (&counters.last_reason).into(),
        bytes_received: counters.bytes_received,
        bytes_sent: counters.bytes_sent,
        reports: counters.reports,
        faults: faults.filter(|(_, count)| *count > 0).collect(),
        units: units.collect(),
        ..view
    }
}

/// A destination with how it is doing.
pub(super) fn destination(
    destination: &Configured<Destination>,
    sinks: &[(Arc<str>, watch::Receiver<SinkStatus>)],
) -> Destination {
    let view = destination.view.clone();
    let Some((_, status)) = sinks.iter().find(|(id, _)| *id == destination.id) else { return view };
    let SinkStatus { state, counters, depth, held, .. } = status.borrow().clone();
    let connection = match state {
        SinkState::Connecting => Connection::Connecting,
        SinkState::Connected { since } => Connection::Connected { since: since.into() },
        SinkState::Backoff { reason, until } => Connection::Backoff { reason: reason.into(), until: until.into() },
        SinkState::Refused { reason } => Connection::Refused { reason: reason.into() },
        SinkState::Stopped => Connection::Stopped,
    };
    Destination {
        connection,
        sent: Sent {
            sent: counters.sent,
            acknowledged: counters.acknowledged,
            refused: counters.refused,
            repeated: counters.repeated,
            deferred: counters.deferred,
            foreign_acks: counters.foreign_acks,
            malformed: counters.malformed,
            connected: counters.connected,
            disconnected: counters.disconnected,
            timeouts: counters.timeouts,
            unheard: counters.unheard,
            answers_dropped: counters.answers_dropped,
        },
        waiting: Waiting {
            alarms: depth.alarms,
            observations: depth.observations,
            refused: depth.refused,
            oldest_alarm: depth.oldest_alarm.map(Moment),
            oldest_observation: depth.oldest_observation.map(Moment),
            held_beds: held,
        },
        ..view
    }
}

/// What the engine has counted.
pub(super) fn counters(counters: &vigil_engine::Counters) -> Counters {
    let tally = &counters.tally;
    Counters {
        steps: tally.steps,
        reports: tally.reports,
        observations: tally.observations,
        events: tally.events,
        unknown_devices: tally.unknown_devices,
        undeclared_metrics: tally.undeclared_metrics,
        wrong_units: tally.wrong_units,
        implausible: tally.implausible,
        device_alarms_dropped: tally.device_alarms_dropped,
        unknown_answers: tally.unknown_answers,
        unknown_entries: tally.unknown_entries,
    }
}

pub(super) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
