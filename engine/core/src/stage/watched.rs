//! One device under supervision: its link, its mode, and how long its values count. `Receive` moves it up to each report,
//! `Supervise` up to now.
//!
//! A value is stale *at* its bound. When contact is lost all values are stale at once, and that is told once and not value by
//! value; when it is back, a continuous metric has its bound once more to show a new value before its absence is a condition. Values of an operating mode other than
//! normal are never of a patient, not even after the mode is normal again.

use std::sync::Arc;

use vigil_model::{Absence, Instant, LinkState, Observation, ObservationReport, OperatingMode, Reading};

use crate::deadlines::NEVER;
use crate::device::{Connection, Fixed, Latest, Metrics, Standing};
use crate::flow::{Clock, Drafts, Fact, ReportDraft, Said};

/// A device with all that supervising it touches.
pub(crate) struct Watched<'a> {
    pub(super) fixed: &'a Fixed,
    pub(super) connection: &'a mut Connection,
    pub(super) metrics: &'a mut Metrics,
    pub(super) facts: &'a mut Vec<Fact>,
    pub(super) drafts: &'a mut Drafts,
    pub(super) clock: Clock,
}

impl Watched<'_> {
    /// Takes all deadlines up to and including `until`, in order of time.
    pub(super) fn lapse(&mut self, until: Instant) {
        while self.metrics.next <= until {
            let at = self.first_deadline();
            self.metrics.next = at;
            if at > until {
                break;
            }
            // First, since it explains the values that end at the same moment.
            if self.quiet_at() <= at {
                self.lose(at, true, &Arc::from("nothing was heard for longer than the quiet time"));
            }
            self.expire(at);
            if let Some(end) = self.metrics.interval_end.filter(|end| *end <= at) {
                self.close_interval(end);
            }
        }
    }

    /// The exact next deadline.
    #[inline]
    pub(super) fn first_deadline(&self) -> Instant {
        let due = self.metrics.latest.iter().map(|latest| latest.due).min().unwrap_or(NEVER);
        due.min(self.quiet_at()).min(self.metrics.interval_end.unwrap_or(NEVER))
    }

    fn quiet_at(&self) -> Instant {
        if self.connection.lost { NEVER } else { self.connection.heard + self.fixed.quiet_time }
    }

    fn expire(&mut self, at: Instant) {
        for (metric, latest) in (0u32..).zip(&mut self.metrics.latest) {
            if latest.due > at {
                continue;
            }
            latest.due = NEVER;
            latest.settled = false;
            latest.go_stale(at);
            self.facts.push(Fact {
                at,
                device: self.fixed.index,
                by_time: true,
                metric,
                said: Said::Stale,
                determined: at,
            });
        }
    }

    /// The link says something about itself.
    pub(super) fn link(&mut self, at: Instant, link: &LinkState) {
        match link {
            LinkState::Up => self.hear(at),
            LinkState::Lost { reason } => self.lose(at, false, reason),
            LinkState::Connecting | LinkState::Associating => {
                if self.connection.link != *link {
                    self.connection.since = self.clock.utc(at);
                    self.connection.link = link.clone();
                    self.drafts.devices.push(self.fixed.index);
                }
            }
        }
    }

    /// The device itself said something: whatever was thought of the link, it is up.
    #[inline]
    pub(super) fn hear(&mut self, at: Instant) {
        self.connection.heard = at;
        if self.connection.link != LinkState::Up {
            self.come_up(at);
        }
    }

    fn come_up(&mut self, at: Instant) {
        self.connection.link = LinkState::Up;
        self.connection.since = self.clock.utc(at);
        self.drafts.devices.push(self.fixed.index);
        if std::mem::take(&mut self.connection.lost) {
            self.expect_values(at);
        }
        self.tell(at, false, Said::LinkUp);
    }

    fn lose(&mut self, at: Instant, by_time: bool, reason: &Arc<str>) {
        let link = LinkState::Lost { reason: Arc::clone(reason) };
        if self.connection.link != link {
            if !matches!(self.connection.link, LinkState::Lost { .. }) {
                self.connection.since = self.clock.utc(at);
            }
            self.connection.link = link;
            self.drafts.devices.push(self.fixed.index);
        }
        if std::mem::replace(&mut self.connection.lost, true) {
            return;
        }
        for latest in self.metrics.latest.iter_mut().filter(|latest| latest.is_seen()) {
            latest.due = NEVER;
            latest.settled = false;
            latest.go_stale(at);
        }
        self.tell(at, by_time, Said::LinkLost);
    }

    /// The device says what it is doing.
    pub(super) fn mode(&mut self, at: Instant, mode: OperatingMode) {
        let before = std::mem::replace(&mut self.connection.mode, mode);
        if before == mode {
            return;
        }
        self.drafts.devices.push(self.fixed.index);
        let normal = mode == OperatingMode::Normal;
        if normal {
            self.expect_values(at);
        } else {
            for latest in self.metrics.latest.iter_mut().filter(|latest| latest.standing == Standing::Current) {
                (latest.standing, latest.settled) = (Standing::NotOfPatient, false);
            }
        }
        if normal || before == OperatingMode::Normal {
            self.tell(at, false, Said::Mode { normal });
        }
    }

    /// Whatever had a value before has its bound once more to show a new one.
    fn expect_values(&mut self, at: Instant) {
        let metrics = self.fixed.layout.metrics.iter().zip(&mut self.metrics.latest);
        for (metric, latest) in metrics.filter(|(_, latest)| latest.is_seen()) {
            latest.due = at + metric.fresh_for;
        }
        self.metrics.next = Instant::default(); // found again by the next lapse
    }

    pub(super) fn tell(&mut self, at: Instant, by_time: bool, said: Said) {
        self.facts.push(Fact { at, device: self.fixed.index, by_time, metric: 0, said, determined: at });
    }

    /// The interval for which a report is due once something is observed at `at`.
    pub(super) fn open_interval(&mut self, at: Instant) {
        let interval = self.fixed.report_interval;
        let passed = at.since(self.fixed.started).as_micros() / interval.as_micros();
        let end = (passed + 1).saturating_mul(interval.as_micros());
        let end =
            Instant::from_micros(self.fixed.started.as_micros().saturating_add(u64::try_from(end).unwrap_or(u64::MAX)));
        self.metrics.interval_end = Some(end);
        self.metrics.next = self.metrics.next.min(end);
    }

    /// Reports what was observed in the interval that ends, exclusively, at `end`.
    ///
    /// A continuous metric that has been seen is in every report, without a value when it has none that counts. An
    /// episodic one is in the report of the interval in which the device last said it: an old cuff pressure said again
    /// would look like a new one. An interval in which nothing at all was observed has no report; the technical
    /// conditions tell of it.
    fn close_interval(&mut self, end: Instant) {
        let start = self.interval_start(end);
        (self.metrics.interval_end, self.metrics.interval_start) = (None, None);
        let since = self.metrics.of_patient_since.filter(|(since, _)| *since < end);
        self.report(start, end, |latest| {
            since.is_none_or(|(since, since_utc)| latest.arrived >= since && latest.determined_at >= since_utc)
        });
    }

    fn interval_start(&self, end: Instant) -> Instant {
        let length = u64::try_from(self.fixed.report_interval.as_micros()).unwrap_or(u64::MAX);
        let start = Instant::from_micros(end.as_micros().saturating_sub(length));
        self.metrics.interval_start.map_or(start, |split| split.max(start))
    }

    /// Whoever is bound to the bed changes: the running report interval is split. What was determined before `until` is of
    /// who was bound until then; what is determined from now on is of who is bound now; what lies between is nobody's.
    pub(super) fn split(&mut self, until: Instant) {
        let now = self.clock.now;
        if let Some(end) = self.metrics.interval_end.filter(|end| *end > now.monotonic) {
            let start = self.interval_start(end);
            if start < until {
                let since = self.metrics.of_patient_since;
                let until_utc = self.clock.utc(until);
                self.report(start, until, |latest| {
                    (latest.arrived < until && latest.determined_at < until_utc)
                        && since.is_none_or(|(since, since_utc)| {
                            latest.arrived >= since && latest.determined_at >= since_utc
                        })
                });
            }
            self.metrics.interval_start = Some(now.monotonic);
        }
        self.metrics.of_patient_since = Some((now.monotonic, now.utc));
    }

    fn report(&mut self, start: Instant, end: Instant, is_of_patient: impl Fn(&Latest) -> bool) {
        let metrics = self.fixed.layout.metrics.iter().zip(&self.metrics.latest);
        let observations: Vec<Observation> = metrics
            .filter(|(metric, latest)| latest.is_seen() && !(metric.episodic && latest.arrived < start))
            .filter(|(_, latest)| is_of_patient(latest))
            .map(|(metric, latest)| Observation {
                metric: metric.code,
                containment: metric.containment,
                unit: metric.unit,
                reading: latest.as_reported(),
                determined_at: Some(latest.determined_at),
                device_time: latest.device_time,
                limits: latest.limits.clone(),
            })
            .collect();
        let report = ObservationReport {
            bed: Arc::clone(&self.fixed.bed_id),
            device: Arc::clone(&self.fixed.id),
            patient: None,
            held: false,
            start: self.clock.utc(start),
            end: self.clock.utc(end),
            identity: self.connection.identity.clone(),
            mode: self.connection.mode,
            observations,
        };
        self.drafts.reports.push(ReportDraft { bed: self.fixed.bed, device: self.fixed.index, start, end, report });
    }
}

impl Latest {
    fn go_stale(&mut self, at: Instant) {
        match self.standing {
            Standing::Current | Standing::NotOfPatient => self.standing = Standing::Stale { since: at },
            Standing::Never | Standing::Stale { .. } => {}
        }
    }

    fn as_reported(&self) -> Reading {
        match self.standing {
            Standing::Current => self.reading.clone(),
            Standing::NotOfPatient => Reading::Absent(Absence::Invalid),
            Standing::Stale { .. } | Standing::Never => Reading::Absent(Absence::NotAvailable),
        }
    }
}
