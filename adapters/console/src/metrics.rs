//! `/metrics`: what the appliance counts, as Prometheus reads it. No label and no value can hold anything about a patient: labels are
//! configured ids and fixed words.

mod hops;

use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use crate::shared::Shared;
use crate::view::{Counters, DeviceLinkState, Reach};

pub(crate) use hops::Hops;

type Real = Gauge<f64, AtomicU64>;

/// Upper bounds of the time that a request of the console takes, seconds.
const REQUEST_S: [f64; 8] = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0];

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Destination {
    destination: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Lane {
    destination: String,
    lane: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Outcome {
    destination: String,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Link {
    link: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct LinkFault {
    link: String,
    kind: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct BusUnit {
    link: String,
    device: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct UnitOutcome {
    link: String,
    device: String,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Device {
    device: String,
    bed: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct DeviceFault {
    device: String,
    kind: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct AlarmKind {
    priority: &'static str,
    kind: &'static str,
    signal: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Bed {
    bed: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct What {
    what: &'static str,
}

/// A request that the console answered.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Request {
    route: String,
    status: u16,
}

/// What the console counts about itself and the ledger, from its start on.
#[derive(Debug)]
pub(crate) struct Own {
    requests: Family<Request, Histogram, fn() -> Histogram>,
    hops: hops::Histograms,
}

impl Default for Own {
    fn default() -> Self {
        Self { requests: Family::new_with_constructor(|| Histogram::new(REQUEST_S)), hops: hops::histograms() }
    }
}

impl Own {
    /// Counts a request. `route` is the pattern of the route, never the path that was asked for.
    pub(crate) fn request(&self, route: &str, status: u16, seconds: f64) {
        self.requests.get_or_create(&Request { route: route.to_owned(), status }).observe(seconds);
    }

    /// Hop times.
    pub(crate) fn hops(&self) -> &hops::Histograms {
        &self.hops
    }
}

/// Everything as text.
pub(crate) async fn exposition(shared: &Shared) -> String {
    shared.read_hops().await;
    let mut registry = Registry::with_prefix("vigil");
    registry.register_with_unit(
        "alarm_hop",
        "Time that alarms took on each part of their way",
        Unit::Seconds,
        shared.own().hops.clone(),
    );
    registry.register_with_unit(
        "console_request",
        "Time until the console answered",
        Unit::Seconds,
        shared.own().requests.clone(),
    );
    register(&mut registry, "console_watchers", "Pages and programs that watch the ward", int(shared.watchers()));
    let up = shared.picture().await;
    register(&mut registry, "up", "Whether the appliance's loop answers", int(usize::from(up.is_ok())));
    if let Ok(picture) = up {
        ward(&mut registry, &picture);
    }
    if let Some(counters) = shared.counters().await {
        engine(&mut registry, &counters);
    }
    links(&mut registry, shared);
    destinations(&mut registry, shared);
    register(
        &mut registry,
        "journal_failing",
        "Whether the journal cannot be written",
        int(usize::from(shared.appliance().journal_failing().is_some())),
    );
    let mut out = String::new();
    if text::encode(&mut out, &registry).is_err() {
        tracing::error!("The metrics could not be written.");
    }
    out
}

fn register(registry: &mut Registry, name: &str, help: &str, metric: impl prometheus_client::registry::Metric) {
    registry.register(name, help, metric);
}

fn int(value: usize) -> Gauge {
    let gauge = Gauge::default();
    gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
    gauge
}

fn set<L: Clone + std::hash::Hash + Eq>(family: &Family<L, Gauge>, labels: L, value: u64) {
    family.get_or_create(&labels).set(i64::try_from(value).unwrap_or(i64::MAX));
}

fn add<L: Clone + std::hash::Hash + Eq>(family: &Family<L, Counter>, labels: L, value: u64) {
    family.get_or_create(&labels).inc_by(value);
}

fn ward(registry: &mut Registry, picture: &crate::view::Picture) {
    let active = Family::<AlarmKind, Gauge>::default();
    for alarm in picture.alarms() {
        let labels = AlarmKind {
            priority: alarm.priority.as_str(),
            kind: crate::pages::words::kind(alarm.kind),
            signal: crate::pages::words::signal(alarm),
        };
        active.get_or_create(&labels).inc();
    }
    registry.register("alarms", "Alarms that are not over, by priority, kind and signal", active);
    let (up, faults, reach) = (
        Family::<Device, Gauge>::default(),
        Family::<DeviceFault, Counter>::default(),
        Family::<Bed, Gauge>::default(),
    );
    for bed in &picture.beds {
        let steps = match bed.reach {
            Reach::None => 0,
            Reach::DeviceOnly => 1,
            Reach::EndToEnd => 2,
        };
        set(&reach, Bed { bed: bed.id.to_string() }, steps);
        for device in bed.apparatus() {
            let labels = Device { device: device.id.to_string(), bed: bed.id.to_string() };
            set(&up, labels, u64::from(device.link.state == DeviceLinkState::Up));
            for (kind, count) in &device.faults {
                add(&faults, DeviceFault { device: device.id.to_string(), kind: kind.to_string() }, *count);
            }
        }
    }
    registry.register("device_up", "Whether a device answers", up);
    registry.register("device_faults", "Wire faults of a device since the start, by kind", faults);
    registry.register(
        "bed_reach",
        "How far what happens at a bed can reach: 0 no device, 1 device only, 2 end to end",
        reach,
    );
}

fn engine(registry: &mut Registry, counters: &Counters) {
    for (name, help, value) in [
        ("engine_steps", "Steps of the engine", counters.steps),
        ("engine_reports", "Reports that the engine took in", counters.reports),
        ("engine_observations", "Observations of declared metrics among them", counters.observations),
        ("engine_events", "Events that the engine published", counters.events),
    ] {
        let counter: Counter = Counter::default();
        counter.inc_by(value);
        registry.register(name, help, counter);
    }
    let dropped = Family::<What, Counter>::default();
    for (what, value) in [
        ("unknown-device", counters.unknown_devices),
        ("undeclared-metric", counters.undeclared_metrics),
        ("wrong-unit", counters.wrong_units),
        ("implausible", counters.implausible),
        ("device-alarm", counters.device_alarms_dropped),
        ("unknown-answer", counters.unknown_answers),
        ("unknown-entry", counters.unknown_entries),
    ] {
        add(&dropped, What { what }, value);
    }
    registry.register("engine_refused", "What the engine did not take as it came, by kind", dropped);
}

fn links(registry: &mut Registry, shared: &Shared) {
    let (open, lost) = (Family::<Link, Gauge>::default(), Family::<Link, Counter>::default());
    let (received, reports) = (Family::<Link, Counter>::default(), Family::<Link, Counter>::default());
    let faults = Family::<LinkFault, Counter>::default();
    let polls = Family::<UnitOutcome, Counter>::default();
    let planned = Family::<BusUnit, Real>::default();
    let (actual, longest) = (Family::<BusUnit, Real>::default(), Family::<BusUnit, Real>::default());
    for link in shared.appliance().links() {
        let label = || Link { link: link.id.to_string() };
        set(&open, label(), u64::from(link.open));
        add(&lost, label(), link.lost);
        add(&received, label(), link.bytes_received);
        add(&reports, label(), link.reports);
        for (kind, count) in &link.faults {
            add(&faults, LinkFault { link: link.id.to_string(), kind: kind.to_string() }, *count);
        }
        for unit in &link.units {
            let labels = BusUnit { link: link.id.to_string(), device: unit.device.to_string() };
            planned.get_or_create(&labels).set(unit.planned_period_ms as f64 / 1000.0);
            actual.get_or_create(&labels).set(unit.actual_period_ms as f64 / 1000.0);
            longest.get_or_create(&labels).set(unit.longest_period_ms as f64 / 1000.0);
            for (outcome, count) in [
                ("answered", unit.answers),
                ("timeout", unit.timeouts),
                ("exception", unit.exceptions),
                ("malformed", unit.malformed),
                ("missed", unit.missed),
            ] {
                let (link, device) = (link.id.to_string(), unit.device.to_string());
                add(&polls, UnitOutcome { link, device, outcome }, count);
            }
        }
    }
    registry.register("link_open", "Whether the port or connection of a link is open", open);
    registry.register("link_lost", "Times that a link was lost or could not be opened", lost);
    registry.register("link_received_bytes", "Bytes that came in on a link; only of streams", received);
    registry.register("link_reports", "Reports of a link that say something of a device", reports);
    registry.register("link_faults", "Wire faults of a link since the start, by kind", faults);
    registry.register("bus_polls", "Requests to a unit of a bus, by outcome", polls);
    registry.register_with_unit(
        "bus_planned_period",
        "Planned period of a unit's fastest block",
        Unit::Seconds,
        planned,
    );
    registry.register_with_unit(
        "bus_actual_period",
        "Period of it that was kept, on average since the start",
        Unit::Seconds,
        actual,
    );
    registry.register_with_unit("bus_longest_period", "Longest time between two answers of it", Unit::Seconds, longest);
}

fn destinations(registry: &mut Registry, shared: &Shared) {
    let (connected, messages) = (Family::<Destination, Gauge>::default(), Family::<Outcome, Counter>::default());
    let (waiting, oldest) = (Family::<Lane, Gauge>::default(), Family::<Lane, Real>::default());
    let now = shared.appliance().now().utc;
    for destination in shared.appliance().destinations() {
        let id = || destination.id.to_string();
        set(&connected, Destination { destination: id() }, u64::from(destination.connection.is_open()));
        let sent = destination.sent;
        for (outcome, count) in [
            ("sent", sent.sent),
            ("acknowledged", sent.acknowledged),
            ("refused", sent.refused),
            ("repeated", sent.repeated),
            ("deferred", sent.deferred),
            ("timeout", sent.timeouts),
            ("foreign-ack", sent.foreign_acks),
            ("malformed-answer", sent.malformed),
            ("unheard", sent.unheard),
            ("answer-dropped", sent.answers_dropped),
        ] {
            add(&messages, Outcome { destination: id(), outcome }, count);
        }
        let queues = destination.waiting;
        for (lane, depth, since) in [
            ("alarm", queues.alarms, queues.oldest_alarm),
            ("observation", queues.observations, queues.oldest_observation),
            ("refused", queues.refused, None),
        ] {
            set(&waiting, Lane { destination: id(), lane }, depth);
            if lane != "refused" {
                let age = since.map_or(0.0, |since| now.since(since.0).as_secs_f64());
                oldest.get_or_create(&Lane { destination: id(), lane }).set(age);
            }
        }
    }
    registry.register("destination_connected", "Whether a destination is connected", connected);
    registry.register("messages", "Messages of a destination since the start, by outcome", messages);
    registry.register(
        "outbox_messages",
        "Messages that wait for a destination, by lane; refused ones are kept as dead letters",
        waiting,
    );
    registry.register_with_unit("outbox_oldest", "Age of the oldest message that waits", Unit::Seconds, oldest);
}
