//! A wire in memory: two directions between an appliance and a device, with a fault plan, under a clock that is moved by
//! hand. Deterministic: same plan, same bytes at the same times, same result.
//!
//! [`FaultyLine`] is one direction and serves the real ports as well.

use std::collections::VecDeque;
use std::time::Duration;

use vigil_model::Instant;

use crate::fault::{Direction, FaultKind, FaultPlan};
use crate::noise::{Dice, derive};

/// Most bytes that wait in one direction; what comes on top is lost and counted, as on a line whose buffer runs over.
pub const HELD_BYTES_MAX: usize = 65_536;

/// One direction of a wire.
#[derive(Clone, Debug)]
pub struct FaultyLine {
    plan: FaultPlan,
    direction: Direction,
    start: Instant,
    dice: Dice,
    held: VecDeque<(Instant, Vec<u8>)>,
    held_bytes: usize,
    counts: FaultCounts,
}

/// What has happened on one direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FaultCounts {
    /// Bytes handed in.
    pub bytes: u64,
    /// Bytes lost: dropped by a rule, cable out, buffer full.
    pub lost: u64,
    /// Bits turned.
    pub flipped: u64,
    /// Transmissions doubled.
    pub duplicated: u64,
    /// Transmissions delayed or split.
    pub delayed: u64,
}

impl FaultyLine {
    /// A direction of a wire whose plan counts time from `start`.
    pub fn new(plan: &FaultPlan, direction: Direction, start: Instant) -> Self {
        let dice = Dice::new(derive(plan.seed, direction as u64));
        let (plan, held, counts) = (plan.clone(), VecDeque::new(), FaultCounts::default());
        Self { plan, direction, start, dice, held, held_bytes: 0, counts }
    }

    /// What has happened so far.
    pub fn counts(&self) -> FaultCounts {
        self.counts
    }

    /// One transmission goes in.
    pub fn push(&mut self, now: Instant, bytes: &[u8]) {
        let at = now.since(self.start);
        self.counts.bytes += bytes.len() as u64;
        if !self.plan.is_plugged(at) {
            self.counts.lost += bytes.len() as u64;
            return;
        }
        let mut pieces = vec![(Duration::ZERO, bytes.to_vec())];
        for index in 0..self.plan.rules.len() {
            let rule = self.plan.rules[index];
            if rule.direction.covers(self.direction) && rule.is_active(at) {
                self.apply(rule.kind, rule.rate, rule.delay(), &mut pieces);
            }
        }
        for (delay, piece) in pieces {
            self.hold(now + delay, piece);
        }
    }

    /// The next bytes that have arrived by `now`. What was on the way when the cable was pulled is lost.
    pub fn poll(&mut self, now: Instant) -> Option<Vec<u8>> {
        let at = now.since(self.start);
        if !self.plan.is_plugged(at) {
            self.counts.lost += self.held_bytes as u64;
            self.held.clear();
            self.held_bytes = 0;
            return None;
        }
        if self.is_stalled(at) || self.held.front().is_none_or(|(due, _)| *due > now) {
            return None;
        }
        let (_, bytes) = self.held.pop_front()?;
        self.held_bytes -= bytes.len();
        Some(bytes)
    }

    /// When [`Self::poll`] is worth calling again.
    pub fn poll_timeout(&self, now: Instant) -> Option<Instant> {
        let (due, _) = self.held.front()?;
        let at = now.since(self.start);
        if self.is_stalled(at) {
            return self.plan.next_change(at).map(|change| (self.start + change).max(*due));
        }
        Some(*due)
    }

    fn is_stalled(&self, at: Duration) -> bool {
        let stalls = self.plan.rules.iter().filter(|rule| rule.kind == FaultKind::Stall);
        stalls.into_iter().any(|rule| rule.direction.covers(self.direction) && rule.is_active(at))
    }

    fn apply(&mut self, kind: FaultKind, rate: f64, delay: Duration, pieces: &mut Vec<(Duration, Vec<u8>)>) {
        match kind {
            FaultKind::Drop => {
                for (_, piece) in pieces {
                    let before = piece.len();
                    piece.retain(|_| !self.dice.hits(rate));
                    self.counts.lost += (before - piece.len()) as u64;
                }
            }
            FaultKind::Flip => {
                for byte in pieces.iter_mut().flat_map(|(_, piece)| piece) {
                    if self.dice.hits(rate) {
                        *byte ^= 1 << self.dice.below(8);
                        self.counts.flipped += 1;
                    }
                }
            }
            FaultKind::Duplicate => {
                if self.dice.hits(rate) {
                    pieces.extend(pieces.clone());
                    self.counts.duplicated += 1;
                }
            }
            FaultKind::Delay | FaultKind::Late => {
                if self.dice.hits(rate) {
                    pieces.iter_mut().for_each(|(when, _)| *when += delay);
                    self.counts.delayed += 1;
                }
            }
            FaultKind::Split => {
                if self.dice.hits(rate)
                    && let Some((when, last)) = pieces.last_mut()
                    && last.len() > 1
                {
                    let tail = last.split_off(1 + self.dice.below(last.len() - 1));
                    let when = *when + delay;
                    pieces.push((when, tail));
                    self.counts.delayed += 1;
                }
            }
            FaultKind::Stall | FaultKind::Unplug => {} // judged by the time when bytes come out
        }
    }

    fn hold(&mut self, due: Instant, bytes: Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        if self.held_bytes + bytes.len() > HELD_BYTES_MAX {
            self.counts.lost += bytes.len() as u64;
            return;
        }
        // A line never changes the order of bytes.
        let due = self.held.back().map_or(due, |(last, _)| due.max(*last));
        self.held_bytes += bytes.len();
        self.held.push_back((due, bytes));
    }
}

/// The two ends of a wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The appliance.
    Appliance,
    /// The device.
    Device,
}

/// A wire between an appliance and a device.
#[derive(Clone, Debug)]
pub struct Wire {
    to_device: FaultyLine,
    to_appliance: FaultyLine,
    plan: FaultPlan,
    start: Instant,
}

impl Wire {
    /// A wire on which `plan` goes wrong, counted from `start`. The empty plan is a perfect wire.
    pub fn new(plan: &FaultPlan, start: Instant) -> Self {
        Self {
            to_device: FaultyLine::new(plan, Direction::ToDevice, start),
            to_appliance: FaultyLine::new(plan, Direction::ToAppliance, start),
            plan: plan.clone(),
            start,
        }
    }

    /// One end sends.
    pub fn send(&mut self, from: End, now: Instant, bytes: &[u8]) {
        match from {
            End::Appliance => self.to_device.push(now, bytes),
            End::Device => self.to_appliance.push(now, bytes),
        }
    }

    /// What has arrived at one end by `now`; call until `None`.
    pub fn receive(&mut self, at: End, now: Instant) -> Option<Vec<u8>> {
        match at {
            End::Appliance => self.to_appliance.poll(now),
            End::Device => self.to_device.poll(now),
        }
    }

    /// Whether the cable is in.
    pub fn is_plugged(&self, now: Instant) -> bool {
        self.plan.is_plugged(now.since(self.start))
    }

    /// When something next arrives, or a window of the plan opens or closes.
    pub fn poll_timeout(&self, now: Instant) -> Option<Instant> {
        let change = self.plan.next_change(now.since(self.start)).map(|at| self.start + at);
        [self.to_device.poll_timeout(now), self.to_appliance.poll_timeout(now), change].into_iter().flatten().min()
    }

    /// What has happened so far, to the device and to the appliance.
    pub fn counts(&self) -> (FaultCounts, FaultCounts) {
        (self.to_device.counts(), self.to_appliance.counts())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::FaultRule;

    fn ms(ms: u64) -> Instant {
        Instant::from_micros(ms * 1000)
    }

    fn everything(line: &mut FaultyLine, now: Instant) -> Vec<u8> {
        std::iter::from_fn(|| line.poll(now)).flatten().collect()
    }

    #[test]
    fn a_perfect_wire_carries_bytes_as_they_are() {
        let mut wire = Wire::new(&FaultPlan::default(), ms(0));
        wire.send(End::Appliance, ms(1), b"ask");
        wire.send(End::Device, ms(2), b"answer");
        assert_eq!(wire.receive(End::Device, ms(1)).as_deref(), Some(&b"ask"[..]));
        assert_eq!(wire.receive(End::Appliance, ms(2)).as_deref(), Some(&b"answer"[..]));
        assert_eq!(wire.poll_timeout(ms(2)), None);
    }

    #[test]
    fn delays_keep_order_and_stalls_let_go_at_their_end() {
        let mut slow = FaultRule::always(FaultKind::Delay, 1.0);
        slow.until_s = Some(0.005);
        let stall = FaultRule { from_s: 1.0, until_s: Some(2.0), ..FaultRule::always(FaultKind::Stall, 1.0) };
        let plan = FaultPlan { seed: 1, rules: vec![slow, stall] };
        let mut line = FaultyLine::new(&plan, Direction::ToDevice, ms(0));
        line.push(ms(0), b"a");
        line.push(ms(10), b"b"); // not delayed itself, behind what is
        assert_eq!((line.poll(ms(99)), line.poll_timeout(ms(10))), (None, Some(ms(100))));
        assert_eq!(everything(&mut line, ms(100)), b"ab");
        line.push(ms(1_500), b"c");
        assert_eq!(line.poll(ms(1_999)), None);
        assert!(line.poll_timeout(ms(1_500)).unwrap().since(ms(1_999)) < Duration::from_millis(2));
        assert_eq!(everything(&mut line, ms(2_001)), b"c");
    }

    #[test]
    fn a_pulled_cable_loses_what_is_on_the_way() {
        let pulled = FaultRule { from_s: 1.0, until_s: Some(2.0), ..FaultRule::always(FaultKind::Unplug, 1.0) };
        let mut wire = Wire::new(&FaultPlan { seed: 1, rules: vec![pulled] }, ms(0));
        wire.send(End::Device, ms(999), b"lost");
        assert!(!wire.is_plugged(ms(1_000)));
        wire.send(End::Device, ms(1_100), b"lost too");
        assert_eq!(wire.receive(End::Appliance, ms(1_200)), None);
        assert_eq!(wire.receive(End::Appliance, ms(2_100)), None);
        wire.send(End::Device, ms(2_100), b"back");
        assert_eq!(wire.receive(End::Appliance, ms(2_100)).as_deref(), Some(&b"back"[..]));
        assert_eq!(wire.counts().1.lost, 12);
    }

    #[test]
    fn the_same_seed_makes_the_same_faults() {
        let kinds = [FaultKind::Drop, FaultKind::Flip, FaultKind::Duplicate, FaultKind::Split, FaultKind::Late];
        let rules = kinds.map(|kind| FaultRule::always(kind, 0.05)).to_vec();
        let run = |seed| {
            let mut line = FaultyLine::new(&FaultPlan { seed, rules: rules.clone() }, Direction::ToAppliance, ms(0));
            let mut arrived = Vec::new();
            for step in 0..500u64 {
                line.push(ms(step * 10), b"0123456789");
                arrived.extend(everything(&mut line, ms(step * 10)));
            }
            (arrived, line.counts())
        };
        assert_eq!(run(4), run(4));
        assert_ne!(run(4), run(5));
        let counts = run(4).1;
        assert!(counts.lost > 0 && counts.flipped > 0 && counts.duplicated > 0 && counts.delayed > 0, "{counts:?}");
    }
}
