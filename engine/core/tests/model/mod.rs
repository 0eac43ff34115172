//! A naive model of the alarm rules of the test ward: whole seconds, no deadlines, no machines. After every step it works
//! everything out again from the whole history. It shares no code with the engine.
//!
//! Within a second: signal delays that end, condition delays that end, what becomes stale, quiet times, and then inputs in
//! order of arrival. Answers and restarts come last.
#![allow(unreachable_pub, reason = "a module of a test")]

use std::collections::BTreeMap;

use vigil_model::{
    Absence, AlarmState, LimitSide, LinkState, OperatingMode, Priority, Quality, Quantity, Reading, Report, Value,
};

use crate::common::{CANNOT_EVALUATE_DELAY_S, CUFF, CUFF_FRESH_S, FRESH_S, HR, INVALID_DELAY_S, QUIET_S, SPO2, q};

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Happening {
    Heard {
        device: usize,
        report: Report,
    },
    Acknowledged {
        key: String,
    },
    /// All signals of the bed are paused for some seconds, or off without end.
    Held {
        seconds: Option<u64>,
    },
    Enabled,
    Restarted,
}

/// What begins again within so many seconds is joined.
pub const JOIN_S: u64 = 5;

/// What the model expects of an occurrence: state, acknowledged, held, priority, number of starts.
pub type Expected = BTreeMap<String, (AlarmState, bool, bool, Priority, u32)>;

/// Open occurrences at second `now`, and how many there ever were.
pub fn expected(history: &[(u64, Happening)], devices: usize, now: u64) -> (Expected, u64) {
    let mut ward = Ward {
        devices: (0..devices).map(Device::new).collect(),
        signals: BTreeMap::new(),
        ended: BTreeMap::new(),
        started: 0,
    };
    let mut rest = history;
    for second in 0..=now {
        ward.time(second);
        while let Some(((at, happening), later)) = rest.split_first().filter(|((at, _), _)| *at == second) {
            ward.happen(*at, happening);
            rest = later;
        }
    }
    let open = ward.signals.iter().filter(|(_, signal)| signal.told);
    let open = open.map(|(key, signal)| {
        let state = if signal.exists { AlarmState::Active } else { AlarmState::Latched };
        (key.clone(), (state, signal.acknowledged, signal.hold.is_some(), signal.priority, signal.count))
    });
    (open.collect(), ward.started)
}

struct Ward {
    devices: Vec<Device>,
    signals: BTreeMap<String, Signal>,
    /// When what people were told of was over, and how often it had begun.
    ended: BTreeMap<String, (u64, u32)>,
    started: u64,
}

#[derive(Clone, Debug)]
struct Signal {
    exists: bool,
    told: bool,
    acknowledged: bool,
    latching: bool,
    begun: u64,
    tell_at: u64,
    priority: Priority,
    count: u32,
    /// Held back: until a second, or without end.
    hold: Option<Option<u64>>,
}

struct Device {
    id: String,
    lost: bool,
    heard: u64,
    normal: bool,
    metrics: [Metric; 3],
    limits: [Limit; 3],
    /// Alarms of the device: priority, reported since the last list, begun.
    raised: BTreeMap<String, (Priority, bool, bool)>,
}

#[derive(Clone, Default)]
struct Metric {
    seen: bool,
    had_valid: bool,
    knowledge: Knowledge,
    due: Option<u64>,
    overdue: bool,
    bad_since: Option<u64>,
    stale: bool,
    invalid: bool,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
enum Knowledge {
    Value(Quantity),
    Bad,
    #[default]
    Nothing,
}

#[derive(Clone, Default)]
struct Limit {
    violated_since: Option<u64>,
    exists: bool,
    lacking_since: Option<u64>,
    cannot: bool,
}

struct Plan {
    name: &'static str,
    metric: &'static str,
    side: LimitSide,
    limit: &'static str,
    back: &'static str,
    delay: u64,
    signal_delay: u64,
    latching: bool,
    priority: Priority,
}

const METRICS: [&str; 3] =
    ["MDC_PULS_OXIM_SAT_O2/1.1.1.1", "MDC_ECG_HEART_RATE/1.1.1.2", "MDC_PRESS_BLD_ART_SYS/1.2.1.1"];
const EPISODIC: usize = 2;
const LIMITS: [Plan; 3] = [
    Plan {
        name: "spo2-low",
        metric: METRICS[0],
        side: LimitSide::Low,
        limit: "90",
        back: "92",
        delay: 3,
        signal_delay: 2,
        latching: true,
        priority: Priority::High,
    },
    Plan {
        name: "hr-high",
        metric: METRICS[1],
        side: LimitSide::High,
        limit: "120",
        back: "115",
        delay: 0,
        signal_delay: 0,
        latching: false,
        priority: Priority::Medium,
    },
    Plan {
        name: "cuff-high",
        metric: METRICS[2],
        side: LimitSide::High,
        limit: "180",
        back: "180",
        delay: 0,
        signal_delay: 0,
        latching: false,
        priority: Priority::Medium,
    },
];

impl Device {
    fn new(index: usize) -> Self {
        let mut limits: [Limit; 3] = Default::default();
        limits[0].lacking_since = Some(0);
        limits[1].lacking_since = Some(0);
        Self {
            id: format!("mon-{}", index + 1),
            lost: false,
            heard: 0,
            normal: true,
            metrics: Default::default(),
            limits,
            raised: BTreeMap::new(),
        }
    }

    fn forget_values(&mut self) {
        for metric in &mut self.metrics {
            metric.knowledge = Knowledge::Nothing;
            metric.bad_since = metric.bad_since.filter(|_| metric.invalid);
        }
    }

    fn await_values(&mut self, now: u64) {
        for (index, metric) in self.metrics.iter_mut().enumerate().filter(|(_, metric)| metric.seen) {
            metric.due = Some(now + bound(index));
        }
    }
}

fn bound(metric: usize) -> u64 {
    if metric == EPISODIC { CUFF_FRESH_S } else { FRESH_S }
}

fn limit_key(device: &str, kind: &str, plan: &Plan) -> String {
    format!("{device}/{kind}/{}/{}/{}", plan.metric, plan.side.as_str(), plan.name)
}

impl Ward {
    fn time(&mut self, now: u64) {
        for signal in self.signals.values_mut() {
            signal.hold = signal.hold.filter(|until| until.is_none_or(|until| until > now));
        }
        let due = self.signals.iter().filter(|(_, signal)| !signal.told && signal.tell_at <= now);
        let due: Vec<String> = due.map(|(key, _)| key.clone()).collect();
        due.iter().for_each(|key| self.start(key));
        for index in 0..self.devices.len() {
            self.judge(index, now);
            for metric in &mut self.devices[index].metrics {
                if metric.due.is_some_and(|due| due <= now) {
                    (metric.due, metric.knowledge, metric.overdue) = (None, Knowledge::Nothing, true);
                }
            }
            self.judge(index, now);
            let device = &mut self.devices[index];
            if !device.lost && now >= device.heard + QUIET_S {
                self.lose(index, now);
            }
        }
    }

    fn lose(&mut self, index: usize, now: u64) {
        let device = &mut self.devices[index];
        device.lost = true;
        device.forget_values();
        device.metrics.iter_mut().for_each(|metric| metric.due = None);
        device.limits.iter_mut().for_each(|limit| limit.lacking_since = None);
        self.judge(index, now);
    }

    fn happen(&mut self, now: u64, happening: &Happening) {
        match happening {
            Happening::Heard { device, report } => self.hear(*device, now, report),
            Happening::Acknowledged { key } => {
                let Some(signal) = self.signals.get_mut(key).filter(|signal| signal.told) else { return };
                signal.acknowledged = true;
                if !signal.exists {
                    self.end(key, now);
                }
            }
            Happening::Held { seconds } => {
                for signal in self.signals.values_mut().filter(|signal| signal.told) {
                    signal.hold = Some(seconds.map(|seconds| now + seconds));
                }
            }
            Happening::Enabled => self.signals.values_mut().for_each(|signal| signal.hold = None),
            Happening::Restarted => self.restart(now),
        }
    }

    fn restart(&mut self, now: u64) {
        self.signals.retain(|_, signal| signal.told);
        self.ended.clear();
        let signals = &self.signals;
        let exists = |key: String| signals.get(&key).is_some_and(|signal| signal.exists);
        for (index, old) in self.devices.iter_mut().enumerate() {
            let mut new = Device::new(index);
            let id = new.id.clone();
            new.heard = now;
            new.lost = exists(format!("{id}/link-lost"));
            for (metric, name) in new.metrics.iter_mut().zip(METRICS) {
                metric.stale = exists(format!("{id}/stale/{name}"));
                metric.invalid = exists(format!("{id}/invalid/{name}"));
            }
            for (limit, plan) in new.limits.iter_mut().zip(&LIMITS) {
                limit.exists = exists(limit_key(&id, "limit", plan));
                limit.cannot = exists(limit_key(&id, "cannot-evaluate", plan));
                limit.lacking_since = limit.lacking_since.and(if new.lost { None } else { Some(now) });
            }
            for (text, (priority, _, begun)) in &old.raised {
                if *begun {
                    new.raised.insert(text.clone(), (*priority, false, true));
                }
            }
            *old = new;
        }
    }

    fn hear(&mut self, index: usize, now: u64, report: &Report) {
        if let Report::Link(LinkState::Lost { .. }) = report {
            if !self.devices[index].lost {
                self.lose(index, now);
            }
            return;
        }
        if matches!(report, Report::Link(LinkState::Connecting | LinkState::Associating) | Report::Fault(_)) {
            return;
        }
        // The generator never lets a device that is up connect again without losing it, so a list starts anew only then.
        let device = &mut self.devices[index];
        device.heard = now;
        if std::mem::take(&mut device.lost) {
            device.await_values(now);
            device.raised.values_mut().for_each(|raised| raised.1 = false);
            for limit in &mut device.limits[..EPISODIC] {
                limit.lacking_since = Some(now);
            }
        }
        match report {
            Report::Mode(mode) => {
                let normal = *mode == OperatingMode::Normal;
                let before = std::mem::replace(&mut device.normal, normal);
                if before && !normal {
                    device.forget_values();
                } else if normal && !before {
                    device.await_values(now);
                    device.raised.values_mut().for_each(|raised| raised.2 = true);
                }
            }
            Report::Observation(observation) => {
                let metric = [SPO2.2, HR.2, CUFF.2].iter().position(|row| *row == observation.containment).unwrap();
                let knowledge = match &observation.reading {
                    Reading::Value(Value::Numeric(number), Quality::Valid)
                        if number.cmp_value(q("300")).is_le()
                            && observation.unit == [SPO2.1, HR.1, CUFF.1].get(metric).copied() =>
                    {
                        Knowledge::Value(*number)
                    }
                    Reading::Absent(Absence::NotAvailable) if metric == EPISODIC => Knowledge::Nothing,
                    _ => Knowledge::Bad,
                };
                let normal = device.normal;
                let metric_state = &mut device.metrics[metric];
                metric_state.seen = true;
                metric_state.due = Some(now + bound(metric));
                if normal {
                    metric_state.overdue = false;
                    metric_state.knowledge = knowledge;
                }
            }
            Report::Alarm(alarm) => {
                let text = alarm.text.to_string();
                if alarm.present {
                    let begun = device.normal || device.raised.get(&text).is_some_and(|raised| raised.2);
                    device.raised.insert(text, (alarm.priority, true, begun));
                } else {
                    device.raised.remove(&text);
                }
            }
            Report::AlarmsListed => {
                device.raised.retain(|_, raised| raised.1);
                device.raised.values_mut().for_each(|raised| raised.1 = false);
            }
            Report::Link(_) | Report::Identity(_) | Report::Waveform(_) | Report::Fault(_) => {}
        }
        self.judge(index, now);
    }

    /// Looks at what is known now, and at nothing else.
    fn judge(&mut self, index: usize, now: u64) {
        let device = &mut self.devices[index];
        let id = device.id.clone();
        let mut facts: Vec<(String, bool, Priority, bool, u64)> = Vec::new();
        facts.push((format!("{id}/link-lost"), device.lost, Priority::Medium, false, 0));
        for (number, metric) in device.metrics.iter_mut().enumerate() {
            match metric.knowledge {
                Knowledge::Value(_) => {
                    (metric.had_valid, metric.stale, metric.invalid, metric.bad_since) = (true, false, false, None);
                }
                Knowledge::Bad if metric.had_valid => {
                    let since = *metric.bad_since.get_or_insert(now);
                    metric.invalid |= now - since >= INVALID_DELAY_S;
                }
                Knowledge::Bad | Knowledge::Nothing => {}
            }
            if std::mem::take(&mut metric.overdue) && number != EPISODIC && metric.had_valid && device.normal {
                metric.stale = true;
            }
            facts.push((format!("{id}/stale/{}", METRICS[number]), metric.stale, Priority::Low, false, 0));
            facts.push((format!("{id}/invalid/{}", METRICS[number]), metric.invalid, Priority::Low, false, 0));
        }
        for (number, (limit, plan)) in device.limits.iter_mut().zip(&LIMITS).enumerate() {
            let knowledge = device.metrics[number].knowledge;
            if let Knowledge::Value(value) = knowledge {
                let beyond = |threshold: &str, or_equal: bool| {
                    let order = value.cmp_value(q(threshold));
                    let order = if plan.side == LimitSide::High { order.reverse() } else { order };
                    order.is_lt() || (or_equal && order.is_eq())
                };
                if beyond(plan.limit, false) {
                    let since = *limit.violated_since.get_or_insert(now);
                    limit.exists |= now - since >= plan.delay;
                } else {
                    limit.violated_since = None;
                    limit.exists &= beyond(plan.back, false);
                }
                (limit.lacking_since, limit.cannot) = (None, false);
            } else if !device.lost && (number != EPISODIC || knowledge == Knowledge::Bad) {
                let since = *limit.lacking_since.get_or_insert(now);
                limit.cannot |= now - since >= CANNOT_EVALUATE_DELAY_S;
            }
            let key = limit_key(&id, "limit", plan);
            facts.push((key, limit.exists, plan.priority, plan.latching, plan.signal_delay));
            facts.push((limit_key(&id, "cannot-evaluate", plan), limit.cannot, Priority::Low, false, 0));
        }
        let prefix = format!("{id}/alarm/MDC_EVT_ALARM/1.1.0.0/");
        for (text, (priority, _, begun)) in &device.raised {
            facts.push((format!("{prefix}{text}"), *begun, *priority, false, 0));
        }
        let gone = self.signals.keys().filter(|key| key.starts_with(&prefix));
        let gone: Vec<String> = gone.filter(|key| facts.iter().all(|fact| fact.0 != **key)).cloned().collect();
        facts.extend(gone.into_iter().map(|key| (key, false, Priority::Low, false, 0)));
        for (key, exists, priority, latching, delay) in facts {
            self.tell(key, exists, priority, latching, now + delay, now);
        }
    }

    fn tell(&mut self, key: String, exists: bool, priority: Priority, latching: bool, tell_at: u64, now: u64) {
        let Some(signal) = self.signals.get_mut(&key) else {
            if exists {
                let (told, acknowledged, begun, count, hold) = (false, false, now, 1, None);
                let signal = Signal { exists, told, acknowledged, latching, begun, tell_at, priority, count, hold };
                self.signals.insert(key.clone(), signal);
                if tell_at <= now {
                    self.start(&key);
                }
            }
            return;
        };
        if exists {
            if priority > signal.priority {
                (signal.acknowledged, signal.hold) = (false, None);
            }
            if !signal.exists {
                (signal.count, signal.hold) = (signal.count + 1, None);
            }
            (signal.exists, signal.priority) = (true, priority);
        } else if signal.told && signal.latching && !signal.acknowledged {
            signal.exists = false;
        } else {
            self.end(&key, now);
        }
    }

    /// People are told: under a name of before if it was over a short time ago.
    fn start(&mut self, key: &str) {
        let Some(signal) = self.signals.get_mut(key) else { return };
        signal.told = true;
        match self.ended.get(key).filter(|(ended, _)| signal.begun - ended <= JOIN_S) {
            Some((_, count)) => signal.count = count + 1,
            None => self.started += 1,
        }
    }

    fn end(&mut self, key: &str, now: u64) {
        if let Some(signal) = self.signals.remove(key).filter(|signal| signal.told) {
            self.ended.insert(key.to_owned(), (now, signal.count));
        }
    }
}
