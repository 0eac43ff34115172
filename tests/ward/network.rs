//! The hospital's network between the appliance and one receiver: a little latency, and times when it is away.

use std::collections::VecDeque;
use std::time::Duration;

use vigil_model::Instant;
use vigil_simulators::noise::Dice;

/// What goes wrong with a receiver or on the way to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Nothing.
    None,
    /// The network is away for a while, again and again; what is on the way is lost.
    Outages,
    /// The receiver takes messages and does not answer.
    Silent,
    /// The receiver says "not now".
    Busy,
}

impl Trouble {
    pub(crate) fn of(number: u64) -> Self {
        match number % 4 {
            0 => Trouble::None,
            1 => Trouble::Outages,
            2 => Trouble::Silent,
            _ => Trouble::Busy,
        }
    }

    /// Whether there is trouble at a time since the start. Towards the end everything works.
    pub(crate) fn is_on(self, at: Duration, length: Duration) -> bool {
        let second = at.as_secs() % 23;
        self != Trouble::None && at < length && (11..17).contains(&second)
    }

    /// When that next changes.
    pub(crate) fn next_change(self, at: Duration) -> Option<Duration> {
        let second = at.as_secs() % 23;
        let round = at.as_secs() - second;
        let next = [11, 17, 34].into_iter().find(|edge| *edge > second)?;
        (self != Trouble::None).then(|| Duration::from_secs(round + next))
    }
}

/// One direction: messages and when they arrive, in order.
pub(crate) struct Way<T> {
    on_the_way: VecDeque<(Instant, T)>,
    dice: Dice,
}

impl<T> Way<T> {
    pub(crate) fn new(seed: u64) -> Self {
        Self { on_the_way: VecDeque::new(), dice: Dice::new(seed) }
    }

    pub(crate) fn send(&mut self, now: Instant, message: T) {
        let arrival = now + Duration::from_micros(2_000 + self.dice.below(30_000) as u64);
        let arrival = self.on_the_way.back().map_or(arrival, |(before, _)| arrival.max(*before));
        self.on_the_way.push_back((arrival, message));
    }

    pub(crate) fn receive(&mut self, now: Instant) -> Option<T> {
        self.on_the_way.front().filter(|(at, _)| *at <= now)?;
        self.on_the_way.pop_front().map(|(_, message)| message)
    }

    pub(crate) fn next(&self) -> Option<Instant> {
        self.on_the_way.front().map(|(at, _)| *at)
    }

    pub(crate) fn cut(&mut self) {
        self.on_the_way.clear();
    }
}
