//! Reports to buckets.
//!
//! What counts as a value here is what the engine takes for one: a valid number of a declared metric in its unit and within
//! its plausible range, while the device is in use on a patient, for as long as it is fresh and the device is heard.

use std::mem;
use std::sync::Arc;
use std::time::Duration;

use vigil_model::{
    BedIndex, CANARY, Code, Containment, DeviceIndex, DeviceReport, Instant, LinkState, MetricDescriptor, Now,
    Observation, OperatingMode, Quality, Quantity, Reading, Report, Timestamp, Unit, Value, Ward,
};

use super::{Bound, Bucket, Catalogue, PIECE_ROWS, SeriesKey, Spread, TrendPiece, TrendRow};

/// Makes buckets of what is reported. Bounded: it holds one open bucket of each series, and what [`Gatherer::pieces`] has not
/// taken yet.
pub struct Gatherer {
    length: Duration,
    beds: Vec<Bed>,
    devices: Vec<Device>,
    series: Vec<Series>,
    catalogue: Catalogue,
    open: Open,
    rows: Vec<TrendRow>,
}

/// The bucket that is being filled.
struct Open {
    start: Timestamp,
    from: Instant,
    until: Instant,
}

struct Bed {
    id: Arc<str>,
    bound: Option<Bound>,
    /// Positions of its series.
    series: Vec<u32>,
}

struct Device {
    bed: u32,
    /// Positions of its series, from and until.
    series: (u32, u32),
    /// Where the next observation is expected.
    hint: u32,
    quiet_time: Duration,
    heard: Instant,
    normal: bool,
    /// It is in doubt whose values they are.
    held: bool,
}

struct Series {
    unit: Option<Unit>,
    plausible: Option<(Quantity, Quantity)>,
    fresh_for: Duration,
    spread: Option<Spread>,
    /// Until when there is a current value unless another comes; `None` while there is none.
    until: Option<Instant>,
    /// Up to where `covered` has been counted.
    settled: Instant,
    covered: Duration,
    /// Determination time of the last episodic value.
    determined: Option<Timestamp>,
}

impl Series {
    fn settle(&mut self, at: Instant) {
        if at <= self.settled {
            return;
        }
        if let Some(until) = self.until {
            self.covered += until.min(at).since(self.settled);
            if until <= at {
                self.until = None;
            }
        }
        self.settled = at;
    }

    fn lose(&mut self, at: Instant) {
        self.settle(at);
        self.until = None;
    }

    fn add(&mut self, number: Quantity) {
        let one = Spread::of(number);
        self.spread = Some(self.spread.map_or(one, |spread| spread.then(one)));
    }

    fn take_bucket(&mut self) -> Bucket {
        Bucket { spread: self.spread.take(), covered: mem::take(&mut self.covered) }
    }
}

impl Gatherer {
    /// Of a ward whose appliance starts at `now`, with buckets of `length` (whole seconds, not zero). Nobody is bound to any
    /// bed until [`Gatherer::bind`] says so. The canary is no bed.
    pub fn new(ward: &Ward, length: Duration, now: Now) -> Self {
        let length = Duration::from_secs(length.as_secs().max(1));
        let mut beds: Vec<Bed> =
            ward.beds.iter().map(|bed| Bed { id: bed.id.clone(), bound: None, series: Vec::new() }).collect();
        let (mut devices, mut series, mut catalogue) = (Vec::new(), Vec::new(), Vec::new());
        for device in &ward.devices {
            let first = position(series.len());
            if let Some(bed) = beds.get_mut(device.bed.0 as usize).filter(|bed| &*bed.id != CANARY) {
                for metric in &device.profile.metrics {
                    bed.series.push(position(series.len()));
                    let fresh_for = device.fresh_for.or(metric.fresh_for).unwrap_or(device.profile.fresh_for);
                    series.push(Series::new(metric, fresh_for, now.monotonic));
                    let key = SeriesKey {
                        device: device.id.clone(),
                        metric: metric.code,
                        containment: metric.containment,
                        unit: metric.unit,
                    };
                    catalogue.push((bed.id.clone(), key));
                }
            }
            devices.push(Device {
                bed: device.bed.0,
                series: (first, position(series.len())),
                hint: first,
                quiet_time: device.quiet_time,
                heard: now.monotonic,
                normal: true,
                held: false,
            });
        }
        let open = Open::at(now, length);
        Self { length, beds, devices, series, catalogue: catalogue.into(), open, rows: Vec::new() }
    }

    /// When the open bucket ends: [`Gatherer::close`] has something to do from then on.
    pub fn due(&self) -> Instant {
        self.open.until
    }

    /// Takes reports in order of arrival, with the time at which each was received.
    pub fn take(&mut self, reports: &[DeviceReport]) {
        for report in reports {
            if report.received.monotonic >= self.open.until {
                self.close(report.received);
            }
            self.receive(report);
        }
    }

    /// What this appliance calculated for a metric, at `at`: a number, or that there is none. It stays until it is said anew.
    pub fn calculated(&mut self, device: DeviceIndex, observation: &Observation, at: Instant) {
        let Some(place) = self.place(device, observation) else { return };
        let series = &mut self.series[place as usize];
        series.settle(at);
        series.until = None;
        if let Reading::Value(Value::Numeric(number), Quality::Valid) = &observation.reading {
            series.until = Some(Instant::from_micros(u64::MAX));
            series.add(*number);
        }
    }

    /// As [`Gatherer::calculated`], but the number is known already and is only said to stand still, or no longer.
    pub fn still(&mut self, device: DeviceIndex, observation: &Observation, at: Instant) {
        let Some(place) = self.place(device, observation) else { return };
        let series = &mut self.series[place as usize];
        let stands = matches!(&observation.reading, Reading::Value(Value::Numeric(_), Quality::Valid));
        series.settle(at);
        series.until = if stands { Some(Instant::from_micros(u64::MAX)) } else { None };
    }

    /// Says who is bound to a bed from now on. What was read before is not his: every series of the bed is without a value
    /// until the next one.
    pub fn bind(&mut self, bed: BedIndex, bound: Option<Bound>, now: Now) {
        if now.monotonic >= self.open.until {
            self.close(now);
        }
        let Some(place) = self.beds.get_mut(bed.0 as usize) else { return };
        if place.bound == bound {
            return;
        }
        for series in &place.series {
            self.series[*series as usize].lose(now.monotonic);
        }
        self.row_of(bed.0 as usize);
        self.beds[bed.0 as usize].bound = bound;
    }

    /// Says whether it is in doubt whose values a device shows. While it is, it has none.
    pub fn hold(&mut self, device: DeviceIndex, held: bool, now: Now) {
        let index = device.0 as usize;
        let Some(known) = self.devices.get_mut(index) else { return };
        if !std::mem::replace(&mut known.held, held) && held {
            self.miss_silent(index, now.monotonic);
            self.miss(index, now.monotonic);
        }
    }

    /// Closes the open bucket if it has ended by `now`, and opens the one in which `now` is.
    pub fn close(&mut self, now: Now) {
        while now.monotonic >= self.open.until {
            let until = self.open.until;
            for device in 0..self.devices.len() {
                self.miss_silent(device, until);
            }
            for series in &mut self.series {
                series.settle(until);
            }
            for bed in 0..self.beds.len() {
                self.row_of(bed);
            }
            let over = now.monotonic.since(until);
            self.open = if over < self.length {
                Open::at(Now { monotonic: until, utc: now.utc - over }, self.length)
            } else {
                // Nobody looked for longer than a bucket: that time has none.
                Open::at(now, self.length)
            };
            for series in &mut self.series {
                series.settle(self.open.from);
                series.covered = Duration::ZERO;
            }
        }
    }

    /// Whether a series has a current value at `at`, which must not lie before anything that was taken.
    pub fn is_current(&self, device: DeviceIndex, metric: Code, containment: Containment, at: Instant) -> bool {
        let Some(device) = self.devices.get(device.0 as usize) else { return false };
        let (first, end) = device.series;
        let found = (first..end).find(|place| {
            let (_, key) = &self.catalogue[*place as usize];
            key.containment == containment && key.metric == metric
        });
        let until = found.and_then(|place| self.series[place as usize].until);
        until.is_some_and(|until| at < until && at < device.heard + device.quiet_time)
    }

    /// The rows that are ready, a few at a time.
    pub fn pieces(&mut self) -> Vec<TrendPiece> {
        let mut pieces = Vec::with_capacity(self.rows.len().div_ceil(PIECE_ROWS));
        while !self.rows.is_empty() {
            let rest = self.rows.split_off(self.rows.len().min(PIECE_ROWS));
            let rows = mem::replace(&mut self.rows, rest);
            pieces.push(TrendPiece { catalogue: Arc::clone(&self.catalogue), rows });
        }
        pieces
    }

    fn row_of(&mut self, bed: usize) {
        let bed = &self.beds[bed];
        let mut entries = Vec::with_capacity(bed.series.len());
        for place in &bed.series {
            let bucket = self.series[*place as usize].take_bucket();
            if !bucket.is_gap() {
                entries.push((*place, bucket));
            }
        }
        if !entries.is_empty() {
            let association = bed.bound.map_or(0, |bound| bound.association);
            let (start, length) = (self.open.start, self.length);
            self.rows.push(TrendRow { bed: bed.id.clone(), start, length, association, entries });
        }
    }

    fn receive(&mut self, report: &DeviceReport) {
        let index = report.device.0 as usize;
        if index >= self.devices.len() {
            return;
        }
        let at = report.received.monotonic;
        match &report.report {
            Report::Fault(_) => {}
            Report::Link(LinkState::Lost { .. }) => {
                self.miss_silent(index, at);
                self.miss(index, at);
            }
            Report::Link(LinkState::Up) => self.hear(index, at),
            Report::Link(LinkState::Connecting | LinkState::Associating) => {}
            Report::Mode(mode) => {
                self.hear(index, at);
                self.devices[index].normal = *mode == OperatingMode::Normal;
                if *mode != OperatingMode::Normal {
                    self.miss(index, at);
                }
            }
            Report::Observation(observation) => {
                self.hear(index, at);
                self.observe(report.device, observation, report.received);
            }
            Report::Identity(_) | Report::Alarm(_) | Report::AlarmsListed | Report::Waveform(_) => self.hear(index, at),
        }
    }

    fn hear(&mut self, device: usize, at: Instant) {
        self.miss_silent(device, at);
        self.devices[device].heard = self.devices[device].heard.max(at);
    }

    /// A device that was silent for too long has had no current value since it was.
    fn miss_silent(&mut self, device: usize, at: Instant) {
        let Device { quiet_time, heard, .. } = self.devices[device];
        let silent = heard + quiet_time;
        if silent <= at {
            self.miss(device, silent);
        }
    }

    fn miss(&mut self, device: usize, at: Instant) {
        let (first, end) = self.devices[device].series;
        self.series[first as usize..end as usize].iter_mut().for_each(|series| series.lose(at));
    }

    fn place(&mut self, device: DeviceIndex, observation: &Observation) -> Option<u32> {
        let device = self.devices.get_mut(device.0 as usize)?;
        let (first, end) = device.series;
        let is_it = |place: u32| {
            let (_, key) = &self.catalogue[place as usize];
            key.containment == observation.containment && key.metric == observation.metric
        };
        let place = if (first..end).contains(&device.hint) && is_it(device.hint) {
            device.hint
        } else {
            (first..end).find(|place| is_it(*place))?
        };
        device.hint = if place + 1 < end { place + 1 } else { first };
        Some(place)
    }

    fn observe(&mut self, device: DeviceIndex, observation: &Observation, received: Now) {
        let Some(place) = self.place(device, observation) else { return };
        let Device { bed, normal, held, .. } = self.devices[device.0 as usize];
        let opened = self.beds[bed as usize].bound.map(|bound| bound.opened);
        let series = &mut self.series[place as usize];
        let at = received.monotonic;
        series.settle(at);
        let before = mem::replace(&mut series.determined, observation.determined_at);
        let age = observation.determined_at.map_or(Duration::ZERO, |determined| received.utc.since(determined));
        // Of what was determined before somebody was bound to the bed, nobody knows that it is his.
        let is_his = opened.is_none_or(|opened| observation.determined_at.is_none_or(|at| at >= opened));
        match &observation.reading {
            Reading::Value(Value::Numeric(number), Quality::Valid)
                if normal && !held && is_his && age < series.fresh_for && series.takes(*number, observation.unit) =>
            {
                series.until = Some(at + (series.fresh_for - age));
                if before.is_none() || before != observation.determined_at {
                    series.add(*number);
                }
            }
            _ => series.until = None,
        }
    }
}

impl Series {
    fn new(metric: &MetricDescriptor, fresh_for: Duration, now: Instant) -> Self {
        Self {
            unit: metric.unit,
            plausible: metric.plausible,
            fresh_for,
            spread: None,
            until: None,
            settled: now,
            covered: Duration::ZERO,
            determined: None,
        }
    }

    fn takes(&self, number: Quantity, unit: Option<Unit>) -> bool {
        let plausible =
            |(low, high): (Quantity, Quantity)| number.cmp_value(low).is_ge() && number.cmp_value(high).is_le();
        unit == self.unit && self.plausible.is_none_or(plausible)
    }
}

impl Open {
    /// The bucket in which `now` is. A part of it may have gone by unseen.
    fn at(now: Now, length: Duration) -> Self {
        let micros = i64::try_from(length.as_micros()).unwrap_or(i64::MAX);
        let start = now.utc.as_micros().div_euclid(micros).saturating_mul(micros);
        let end = Timestamp::from_micros(start.saturating_add(micros));
        Self { start: Timestamp::from_micros(start), from: now.monotonic, until: now.monotonic + end.since(now.utc) }
    }
}

fn position(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

#[cfg(test)]
#[path = "gather_tests.rs"]
mod tests;
