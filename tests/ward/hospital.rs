//! The EHR behind its MLLP connection: the real delivery machine on one side, the simulated receiver on the other.

use std::collections::BTreeMap;
use std::time::Duration;

use vigil_messages::Hl7Destination;
use vigil_messages::hl7::{Ack, Message};
use vigil_model::{Instant, Now};
use vigil_simulators::Ehr;
use vigil_simulators::ehr::{EhrPolicy, EhrSettings};
use vigil_sinks::mllp::delivery::{Action, Delivery, Renewal, Settings};

use crate::disk::DiskOutbox;
use crate::network::{Trouble, Way};

/// Actions of the machine at one moment; more would go round in circles.
const ACTIONS_MAX: usize = 10_000;

pub(crate) struct Hospital {
    destination: Hl7Destination,
    delivery: Delivery,
    pub(crate) ehr: Ehr,
    there: Way<Vec<u8>>,
    back: Way<Vec<u8>>,
    is_open: bool,
    wait_until: Instant,
    trouble: Trouble,
    start: Instant,
    length: Duration,
}

impl Hospital {
    pub(crate) fn new(
        destination: Hl7Destination,
        expected: BTreeMap<String, String>,
        (trouble, seed, length): (Trouble, u64, Duration),
        start: Now,
    ) -> Self {
        let settings = EhrSettings { policy: EhrPolicy::Accept, delay: Duration::from_millis(3), expected };
        Self {
            delivery: Delivery::new(&destination.id, Settings::from(&destination), start),
            destination,
            ehr: Ehr::new(settings, None),
            there: Way::new(seed),
            back: Way::new(seed ^ 1),
            is_open: false,
            wait_until: start.monotonic,
            trouble,
            start: start.monotonic,
            length,
        }
    }

    /// The outbox has grown.
    pub(crate) fn wake(&mut self, now: Now) {
        self.delivery.handle_wake();
        self.wait_until = now.monotonic;
    }

    /// The appliance was killed and started again.
    pub(crate) fn restart_appliance(&mut self, now: Now) {
        self.delivery = Delivery::new(&self.destination.id, Settings::from(&self.destination), now);
        self.close();
        self.wait_until = now.monotonic;
    }

    /// Does what is due. Each message is handed to `arrives` before the receiver has it.
    pub(crate) fn step(&mut self, now: Now, outbox: &mut DiskOutbox, arrives: &mut dyn FnMut(&[u8])) {
        let at = now.monotonic;
        let is_troubled = self.trouble.is_on(at.since(self.start), self.length);
        self.ehr.set_policy(match self.trouble {
            Trouble::Silent if is_troubled => EhrPolicy::Silent,
            Trouble::Busy if is_troubled => EhrPolicy::Reject,
            Trouble::None | Trouble::Outages | Trouble::Silent | Trouble::Busy => EhrPolicy::Accept,
        });
        let is_away = self.trouble == Trouble::Outages && is_troubled;
        if is_away && self.is_open {
            self.close();
            self.delivery.handle_disconnected(0, now, "the network is away");
            self.wait_until = at;
        }
        while let Some(message) = self.there.receive(at) {
            arrives(&message);
            if let Some(answer) = self.ehr.handle_message(now, &message) {
                self.back.send(at + answer.after, answer.bytes);
            }
        }
        while let Some(answer) = self.back.receive(at) {
            let message = Message::parse(&answer).ok();
            let ack = message.and_then(|message| Ack::parse(&message).ok());
            self.delivery.handle_answer(0, now, ack.as_ref(), outbox);
            self.wait_until = at;
        }
        if self.wait_until > at {
            return;
        }
        for _ in 0..ACTIONS_MAX {
            match self.delivery.poll_action(0, now, outbox) {
                Action::Connect if is_away => self.delivery.handle_disconnected(0, now, "the network is away"),
                Action::Connect => {
                    self.is_open = true;
                    self.delivery.handle_connected(0, now);
                }
                Action::Send(row) => self.there.send(at, row.body),
                // The ward's disk cannot tell what is past: everything goes in the order of its making.
                Action::Renew(row) => {
                    if let Some(row) = self.delivery.handle_renewal(0, now, row, Renewal::Current, outbox) {
                        self.there.send(at, row.body);
                    }
                }
                Action::Close => self.close(),
                Action::Wait(until) => {
                    self.wait_until = until.max(at + Duration::from_micros(1));
                    return;
                }
            }
        }
        panic!("the delivery machine goes round in circles");
    }

    pub(crate) fn next_due(&self, now: Now) -> Option<Instant> {
        let change = self.trouble.next_change(now.monotonic.since(self.start)).map(|at| self.start + at);
        [self.there.next(), self.back.next(), Some(self.wait_until), change].into_iter().flatten().min()
    }

    fn close(&mut self) {
        self.is_open = false;
        self.there.cut();
        self.back.cut();
    }
}
