//! An association: what is asked when, what is waited for, and for how long.
//!
//! | deadline    | when it comes                                                                                     |
//! |-------------|-----------------------------------------------------------------------------------------------------|
//! | `answer`    | the poll that is out counts as unanswered: `Timeout`, and the next one is asked                      |
//! | `due`       | a poll is asked; one is out at a time, the one due longest first, alarms first of all                |
//! | `renew`     | the extended poll is renewed, so that the monitor does not stop                                      |
//! | `results`   | no results of the extended poll for [`RESULTS_TIME`]: `Timeout`, and it is asked for again           |
//! | `waves`     | waves are chosen, then asked for by an extended poll of their own, which is renewed; if none come for [`RESULTS_TIME`], `Timeout` and all over again |
//! | `silence`   | nothing at all for [`SILENCE_MAX`]: the association is over                                          |
//!
//! A poll every second keeps the association alive; the shortest time that a monitor grants is longer.

use std::time::Duration;

use vigil_model::{Fault, FaultKind, Instant, Now, Report};

use super::super::codec::{Options, PollAnswer, Polled, Request, Streamed, WaveSet, class, time::TICKS_PER_SECOND};
use super::super::mirror::Mirror;
use super::super::{Config, EXTENDED_PERIOD, decode};
use super::SILENCE_MAX;

/// How long the monitor may take to answer a poll. It takes up to one second.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(3);
/// How often the monitor itself is asked for: identity, mode, time.
const MONITOR_INTERVAL: Duration = Duration::from_secs(10);
/// For how long results of an extended poll are asked for, and when that is renewed.
const EXTENDED_TIME: Duration = Duration::from_secs(60);
const RENEW_AFTER: Duration = Duration::from_secs(40);
/// How long results of the extended poll may stay away: three of them, and the time of an answer.
const RESULTS_TIME: Duration = Duration::from_secs(5);

/// What is known of a running association.
pub(super) struct Association {
    extended: Option<Extended>,
    waves: Option<Waves>,
    plan: Vec<Entry>,
    out: Option<Out>,
    last_invoke_id: u16,
    silence: Instant,
    /// Whether the identity has been told.
    is_identified: bool,
}

/// The poll that makes the monitor send numerics by itself.
struct Extended {
    /// Numbers of the newest request and of the one before, whose results may still come.
    invoke_ids: (u16, Option<u16>),
    renew: Instant,
    results: Instant,
    /// How often numerics are asked for if the monitor does not do this.
    fallback: Duration,
}

/// The waves that are wanted.
struct Waves {
    wanted: WaveSet,
    /// Number of the choice that is out.
    choice: Option<u16>,
    /// Numbers of the extended polls whose results may come, the newest first.
    polls: (u16, Option<u16>),
    /// When the next thing is done: the choice made anew, or the poll renewed.
    due: Instant,
    /// When results should have come, while a poll runs.
    results: Option<Instant>,
}

/// What is asked for again and again.
struct Entry {
    polled: Polled,
    interval: Duration,
    due: Instant,
}

/// A poll that is waiting for its answer.
struct Out {
    invoke_id: u16,
    polled: Polled,
    answer: Instant,
}

/// What comes of time passing.
pub(super) struct Due {
    pub(super) requests: Vec<Request>,
    pub(super) reports: Vec<Report>,
    /// Whether the association is to be given up.
    pub(super) is_over: bool,
}

impl Association {
    /// An association that has just begun: everything is due. Faults say that the monitor grants less than was asked for.
    pub(super) fn new(now: Instant, config: &Config, granted: Options) -> (Self, Vec<Fault>) {
        let entry = |polled, interval| Entry { polled, interval, due: now };
        let mut plan = vec![entry(Polled::Alarms, config.alarm_interval)];
        let is_extended = config.is_extended() && granted.has_numerics();
        let extended = is_extended.then_some(Extended {
            invoke_ids: (0, None),
            renew: now,
            results: now + RESULTS_TIME,
            fallback: config.poll_interval(),
        });
        if !is_extended {
            plan.push(entry(Polled::Numerics, config.poll_interval()));
        }
        plan.push(entry(Polled::Monitor, MONITOR_INTERVAL));
        let wanted = config.wanted_waves();
        let waves = (!wanted.is_empty() && granted.has_waves()).then_some(Waves {
            wanted,
            choice: None,
            polls: (0, None),
            due: now,
            results: None,
        });
        let refused = [
            (config.is_extended() && !is_extended)
                .then_some("The monitor does not grant numerics every second; they are asked for one by one."),
            (!wanted.is_empty() && waves.is_none()).then_some("The monitor does not grant waves; there are none."),
        ];
        let faults = refused.into_iter().flatten().map(|detail| Fault::new(FaultKind::Exception, 0, detail)).collect();
        let silence = now + SILENCE_MAX;
        (Self { extended, waves, plan, out: None, last_invoke_id: 0, silence, is_identified: false }, faults)
    }

    fn next_invoke_id(&mut self) -> u16 {
        self.last_invoke_id = self.last_invoke_id.checked_add(1).unwrap_or(1);
        self.last_invoke_id
    }

    /// When [`Self::advance`] has something to do.
    pub(super) fn deadline(&self) -> Instant {
        let poll = match &self.out {
            Some(out) => Some(out.answer),
            None => self.plan.iter().map(|entry| entry.due).min(),
        };
        let extended = self.extended.as_ref().map(|extended| extended.renew.min(extended.results));
        let waves = self.waves.as_ref().map(|waves| waves.results.map_or(waves.due, |results| results.min(waves.due)));
        [poll, extended, waves].into_iter().flatten().fold(self.silence, Instant::min)
    }

    /// Does what is due.
    pub(super) fn advance(&mut self, now: Instant, mirror: &Mirror) -> Due {
        let (mut requests, mut reports) = (Vec::new(), Vec::new());
        let mut timeout = |detail: String| {
            reports.push(Report::Fault(Fault::new(FaultKind::Timeout, 0, detail)));
        };
        if self.silence <= now {
            timeout(format!("No message for {} s; a new association is asked for.", SILENCE_MAX.as_secs()));
            return Due { requests, reports, is_over: true };
        }
        let mut is_monitor_silent = false;
        if let Some(out) = self.out.take_if(|out| out.answer <= now) {
            timeout(format!("No answer to a {} within {} s.", out.request().describe(), ANSWER_TIME_MAX.as_secs()));
            is_monitor_silent = out.polled == Polled::Monitor;
        }
        let is_late = self.extended.as_ref().is_some_and(|extended| extended.results <= now);
        if is_late {
            timeout(format!("No numerics within {} s; asked for again.", RESULTS_TIME.as_secs()));
        }
        if self.extended.as_ref().is_some_and(|extended| is_late || extended.renew <= now) {
            requests.extend(self.renew(now));
        }
        requests.extend(self.ask_next(now));
        let (request, fault) = self.advance_waves(now);
        requests.extend(request);
        reports.extend(fault.map(Report::Fault));
        if is_monitor_silent {
            reports.extend(self.identify(mirror));
        }
        Due { requests, reports, is_over: false }
    }

    fn renew(&mut self, now: Instant) -> Option<Request> {
        let invoke_id = self.next_invoke_id();
        let extended = self.extended.as_mut()?;
        let before = Some(extended.invoke_ids.0).filter(|id| *id != 0);
        extended.invoke_ids = (invoke_id, before);
        extended.renew = now + RENEW_AFTER;
        extended.results = extended.results.max(now + RESULTS_TIME);
        let ticks = u32::try_from(EXTENDED_TIME.as_secs()).unwrap_or(60) * TICKS_PER_SECOND;
        Some(Request::ExtendedPoll { invoke_id, streamed: Streamed::Numerics, ticks })
    }

    /// Chooses waves, and asks for those that are chosen.
    fn advance_waves(&mut self, now: Instant) -> (Option<Request>, Option<Fault>) {
        let Some(waves) = &self.waves else { return (None, None) };
        let is_late = waves.results.is_some_and(|results| results <= now);
        if !is_late && waves.due > now {
            return (None, None);
        }
        let is_unanswered = waves.choice.is_some();
        let is_running = waves.results.is_some();
        let invoke_id = self.next_invoke_id();
        let Some(waves) = self.waves.as_mut() else { return (None, None) };
        if is_running && !is_late {
            waves.polls = (invoke_id, Some(waves.polls.0));
            waves.due = now + RENEW_AFTER;
            let ticks = u32::try_from(EXTENDED_TIME.as_secs()).unwrap_or(60) * TICKS_PER_SECOND;
            return (Some(Request::ExtendedPoll { invoke_id, streamed: Streamed::Waves, ticks }), None);
        }
        let what = if is_unanswered { "answer to the choice of waves" } else { "waves" };
        let fault = (is_late || is_unanswered).then(|| {
            let detail = format!("No {what} within {} s; chosen again.", RESULTS_TIME.as_secs());
            Fault::new(FaultKind::Timeout, 0, detail)
        });
        (waves.choice, waves.due, waves.results) = (Some(invoke_id), now + RESULTS_TIME, None);
        (Some(Request::ChooseWaves { invoke_id, waves: waves.wanted }), fault)
    }

    /// The monitor has taken the choice of waves: now they can be asked for.
    pub(super) fn take_choice(&mut self, now: Instant, invoke_id: u16, bytes: usize) -> Option<Fault> {
        self.silence = now + SILENCE_MAX;
        match self.waves.as_mut().filter(|waves| waves.choice == Some(invoke_id)) {
            Some(waves) => {
                (waves.choice, waves.due, waves.results) = (None, now, Some(now + RESULTS_TIME));
                None
            }
            None => {
                let detail = format!("An answer to choice {invoke_id} of waves that nobody is waiting for.");
                Some(Fault::new(FaultKind::Unexpected, bytes, detail))
            }
        }
    }

    /// The next poll, if one is due and none is out.
    fn ask_next(&mut self, now: Instant) -> Option<Request> {
        if self.out.is_some() {
            return None;
        }
        let due = self.plan.iter_mut().filter(|entry| entry.due <= now);
        let entry = due.min_by_key(|entry| entry.due)?; // the first of equals: the order of the plan
        entry.due = now + entry.interval;
        let polled = entry.polled;
        let out = Out { invoke_id: self.next_invoke_id(), polled, answer: now + ANSWER_TIME_MAX };
        let request = out.request();
        self.out = Some(out);
        Some(request)
    }

    /// An answer of the monitor. Polls that become due are asked by [`Self::advance`].
    pub(super) fn take_answer(
        &mut self,
        now: Now,
        answer: &PollAnswer,
        mirror: &mut Mirror,
        bytes: usize,
    ) -> Vec<Report> {
        self.silence = now.monotonic + SILENCE_MAX;
        if answer.result.sequence.is_some() {
            return self.take_results(now, answer, mirror, bytes);
        }
        let Some(out) = self.out.as_mut().filter(|out| out.is_answered_by(answer)) else {
            return vec![unexpected(answer, bytes)];
        };
        out.answer = now.monotonic + ANSWER_TIME_MAX;
        let polled = out.polled;
        if answer.link.is_none() {
            self.out = None;
        }
        match polled {
            Polled::Numerics => mirror.take_numerics(Some(now), answer),
            Polled::Alarms => mirror.take_alarms(answer),
            Polled::Monitor => {
                let objects = answer.result.objects();
                let mut reports: Vec<Report> =
                    objects.filter_map(|(_, object)| mirror.take_monitor(&object.attributes)).collect();
                if answer.link.is_none() {
                    reports.extend(self.identify(mirror));
                }
                reports
            }
        }
    }

    /// Results of an extended poll.
    fn take_results(&mut self, now: Now, answer: &PollAnswer, mirror: &mut Mirror, bytes: usize) -> Vec<Report> {
        if answer.result.class == class::WAVE {
            let is_ours = |waves: &&mut Waves| {
                waves.polls.0 == answer.invoke_id || waves.polls.1.filter(|id| *id != 0) == Some(answer.invoke_id)
            };
            let Some(waves) = self.waves.as_mut().filter(is_ours) else {
                return vec![unexpected(answer, bytes)];
            };
            waves.results = waves.results.map(|_| now.monotonic + RESULTS_TIME);
            return mirror.take_waves(answer);
        }
        let is_ours = |extended: &&mut Extended| {
            let (newest, before) = extended.invoke_ids;
            let known = answer.invoke_id == newest || Some(answer.invoke_id) == before;
            known && answer.result.class == class::NUMERIC
        };
        let Some(extended) = self.extended.as_mut().filter(is_ours) else {
            return vec![unexpected(answer, bytes)];
        };
        extended.results = now.monotonic + RESULTS_TIME;
        mirror.take_numerics(Some(now), answer)
    }

    /// The monitor cannot do what was asked. Numerics that it does not send by itself are asked for one by one.
    pub(super) fn take_error(&mut self, now: Instant, invoke_id: u16, error: u16, mirror: &Mirror) -> Vec<Report> {
        self.silence = now + SILENCE_MAX;
        let mut reports = vec![Report::Fault(Fault::new(FaultKind::Exception, 0, decode::describe_error(error)))];
        if let Some(out) = self.out.take_if(|out| out.invoke_id == invoke_id) {
            if out.polled == Polled::Monitor {
                reports.extend(self.identify(mirror));
            }
        } else if self.waves.take_if(|waves| waves.choice == Some(invoke_id) || waves.polls.0 == invoke_id).is_some() {
            // What it cannot do with waves it will not do the next time.
        } else if let Some(extended) = self.extended.take_if(|extended| extended.invoke_ids.0 == invoke_id) {
            let interval = extended.fallback.max(EXTENDED_PERIOD);
            self.plan.insert(1, Entry { polled: Polled::Numerics, interval, due: now });
        }
        reports
    }

    /// Tells who the monitor is, once.
    fn identify(&mut self, mirror: &Mirror) -> Option<Report> {
        let is_first = !std::mem::replace(&mut self.is_identified, true);
        is_first.then(|| Report::Identity(mirror.identity()))
    }
}

impl Out {
    const fn request(&self) -> Request {
        Request::Poll { invoke_id: self.invoke_id, polled: self.polled }
    }

    fn is_answered_by(&self, answer: &PollAnswer) -> bool {
        self.invoke_id == answer.invoke_id && self.polled.class() == answer.result.class
    }
}

fn unexpected(answer: &PollAnswer, bytes: usize) -> Report {
    let detail = format!(
        "An answer about class {} to request {} that nobody is waiting for; it is not used.",
        answer.result.class, answer.invoke_id
    );
    Report::Fault(Fault::new(FaultKind::Unexpected, bytes, detail))
}
