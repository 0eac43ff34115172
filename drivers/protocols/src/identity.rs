//! Identity by conversation: a device is the one that was configured if it says so itself. Cables get moved between beds.
//!
//! [`IdentityGate`] stands between a conversation and whoever receives its reports. It knows three standings:
//!
//! | standing | what passes | it ends |
//! |---|---|---|
//! | unconfirmed | states of the link other than up, faults | when the device says who it is |
//! | confirmed | everything | when the connection is lost, made anew, or the device has missed three answers in a row |
//! | held | faults, and that the connection is lost | when the right device answers |
//!
//! An expected device that is not there is told by what is told of any lost device: a link that is lost, with the reason. So
//! its values are stale at once, nothing of another device is judged, shown or sent, and no alarm ends by its silence.

use std::sync::Arc;

use vigil_model::{Fault, FaultKind, Identity, LinkState, Report};

/// Time-outs in a row after which anything may have been plugged in.
const TIMEOUTS_MAX: u32 = 3;

/// What a device must say it is. `None` is not looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExpectedIdentity {
    /// Maker.
    pub manufacturer: Option<Arc<str>>,
    /// Model.
    pub model: Option<Arc<str>>,
    /// Serial number, or another number that tells this device from others of its model.
    pub serial: Option<Arc<str>>,
}

/// What an identity is beside the expected one.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Verdict {
    Same,
    /// It does not say everything yet.
    Open,
    /// Another device, and by what.
    Other(String),
}

impl ExpectedIdentity {
    /// Whether nothing is expected.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn judge(&self, said: &Identity) -> Verdict {
        let fields = [
            ("manufacturer", &self.manufacturer, &said.manufacturer),
            ("model", &self.model, &said.model),
            ("serial number", &self.serial, &said.serial),
        ];
        let mut verdict = Verdict::Same;
        for (name, expected, said) in fields {
            let Some(expected) = expected else { continue };
            if said.trim().is_empty() {
                verdict = Verdict::Open;
            } else if said.trim() != expected.trim() {
                return Verdict::Other(format!("{name} {said:?} instead of {expected:?}"));
            }
        }
        verdict
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Unconfirmed,
    Confirmed,
    Held,
}

/// Lets through what is said by the device that is expected.
#[derive(Clone, Debug)]
pub struct IdentityGate {
    expected: ExpectedIdentity,
    standing: Standing,
    /// The link is up, and that has been held back.
    is_up: bool,
    /// It has been told that reports are held back.
    told: bool,
    timeouts: u32,
}

impl IdentityGate {
    /// A gate before the first report.
    pub fn new(expected: ExpectedIdentity) -> Self {
        Self { expected, standing: Standing::Unconfirmed, is_up: false, told: false, timeouts: 0 }
    }

    /// Takes a report and hands on what may pass, in order.
    pub fn pass(&mut self, report: Report, mut on: impl FnMut(Report)) {
        self.count_timeouts(&report);
        match report {
            Report::Fault(_) => on(report),
            Report::Link(LinkState::Up) => {
                self.is_up = true;
                if self.standing == Standing::Confirmed {
                    on(report);
                }
            }
            Report::Link(LinkState::Connecting | LinkState::Associating) => {
                self.is_up = false;
                if self.standing != Standing::Held {
                    self.doubt();
                    on(report);
                }
            }
            Report::Link(LinkState::Lost { .. }) => {
                self.is_up = false;
                if self.standing != Standing::Held {
                    self.doubt();
                }
                on(report);
            }
            Report::Identity(identity) => self.identity(identity, on),
            Report::Mode(_)
            | Report::Observation(_)
            | Report::Alarm(_)
            | Report::AlarmsListed
            | Report::Waveform(_) => match self.standing {
                Standing::Confirmed => on(report),
                Standing::Unconfirmed => {
                    if !std::mem::replace(&mut self.told, true) {
                        let detail = "reports are held back until the device has said who it is";
                        on(Report::Fault(Fault::new(FaultKind::Identity, 0, detail)));
                    }
                }
                Standing::Held => {}
            },
        }
    }

    fn identity(&mut self, said: Identity, mut on: impl FnMut(Report)) {
        match (self.expected.judge(&said), self.standing) {
            (Verdict::Same, Standing::Confirmed) | (Verdict::Open, Standing::Confirmed) => on(Report::Identity(said)),
            (Verdict::Same, Standing::Unconfirmed | Standing::Held) => {
                self.standing = Standing::Confirmed;
                if self.is_up {
                    on(Report::Link(LinkState::Up));
                }
                on(Report::Identity(said));
            }
            (Verdict::Open, Standing::Unconfirmed | Standing::Held) => {}
            (Verdict::Other(how), standing) => {
                on(Report::Fault(Fault::new(FaultKind::Identity, 0, how.clone())));
                if standing != Standing::Held {
                    self.standing = Standing::Held;
                    let reason =
                        format!("another device answers: {how}; put the right one back, or change the configuration");
                    on(Report::Link(LinkState::Lost { reason: reason.into() }));
                }
            }
        }
    }

    fn count_timeouts(&mut self, report: &Report) {
        match report {
            Report::Fault(fault) if fault.kind == FaultKind::Timeout => {
                self.timeouts += 1;
                if self.timeouts >= TIMEOUTS_MAX && self.standing == Standing::Confirmed {
                    self.doubt();
                    self.is_up = true;
                }
            }
            Report::Fault(_) => {}
            _ => self.timeouts = 0,
        }
    }

    fn doubt(&mut self) {
        self.standing = Standing::Unconfirmed;
        self.told = false;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use vigil_model::{Absence, Containment, Observation, Reading, mdc};

    use super::*;

    fn gate() -> IdentityGate {
        IdentityGate::new(ExpectedIdentity {
            serial: Some("SN-1".into()),
            model: Some("X".into()),
            ..ExpectedIdentity::default()
        })
    }

    fn identity(model: &str, serial: &str) -> Report {
        Report::Identity(Identity { model: model.into(), serial: serial.into(), ..Identity::default() })
    }

    fn value() -> Report {
        let reading = Reading::Absent(Absence::NotAvailable);
        Report::Observation(Observation::new(mdc::TEMP_BODY, Containment::default(), None, reading))
    }

    /// What passes, in short.
    fn said(gate: &mut IdentityGate, report: Report) -> Vec<&'static str> {
        let mut passed = Vec::new();
        gate.pass(report, |report| {
            passed.push(match report {
                Report::Link(LinkState::Up) => "up",
                Report::Link(LinkState::Lost { .. }) => "lost",
                Report::Link(_) => "opening",
                Report::Identity(_) => "identity",
                Report::Observation(_) => "value",
                Report::Fault(fault) if fault.kind == FaultKind::Identity => "identity fault",
                Report::Fault(_) => "fault",
                Report::Mode(_) | Report::Alarm(_) | Report::AlarmsListed | Report::Waveform(_) => "other",
            });
        });
        passed
    }

    fn lost() -> Report {
        Report::Link(LinkState::Lost { reason: "gone".into() })
    }

    fn timeout() -> Report {
        Report::Fault(Fault::new(FaultKind::Timeout, 0, "no answer"))
    }

    #[test]
    fn values_pass_once_the_device_has_said_who_it_is() {
        let mut gate = gate();
        assert_eq!(said(&mut gate, Report::Link(LinkState::Associating)), ["opening"]);
        assert_eq!(said(&mut gate, Report::Link(LinkState::Up)), [""; 0]);
        assert_eq!(said(&mut gate, value()), ["identity fault"], "told once");
        assert_eq!(said(&mut gate, value()), [""; 0]);
        assert_eq!(said(&mut gate, identity("X", "")), [""; 0], "not everything is said yet");
        assert_eq!(said(&mut gate, identity("X", " SN-1")), ["up", "identity"]);
        assert_eq!(said(&mut gate, value()), ["value"]);
    }

    #[test]
    fn another_device_is_held_as_a_lost_link_until_the_right_one_is_back() {
        let mut gate = gate();
        said(&mut gate, Report::Link(LinkState::Up));
        said(&mut gate, identity("X", "SN-1"));
        assert_eq!(said(&mut gate, identity("X", "SN-2")), ["identity fault", "lost"]);
        assert_eq!(said(&mut gate, value()), [""; 0]);
        assert_eq!(said(&mut gate, Report::AlarmsListed), [""; 0], "no alarm ends by another device's list");
        assert_eq!(said(&mut gate, identity("X", "SN-2")), ["identity fault"], "one loss, every surprise counted");
        assert_eq!(
            said(&mut gate, Report::Link(LinkState::Associating)),
            [""; 0],
            "it stays lost while it is opened again"
        );
        assert_eq!(said(&mut gate, Report::Link(LinkState::Up)), [""; 0]);
        assert_eq!(said(&mut gate, identity("X", "SN-1")), ["up", "identity"]);
        assert_eq!(said(&mut gate, value()), ["value"]);
    }

    #[test]
    fn every_connection_is_looked_at_anew() {
        for interruption in [vec![lost()], vec![timeout(), timeout(), timeout()]] {
            let mut gate = gate();
            said(&mut gate, Report::Link(LinkState::Up));
            said(&mut gate, identity("X", "SN-1"));
            assert_eq!(said(&mut gate, value()), ["value"]);
            interruption.into_iter().for_each(|report| drop(said(&mut gate, report)));
            assert_eq!(said(&mut gate, value()), ["identity fault"]);
            said(&mut gate, Report::Link(LinkState::Up));
            assert_eq!(said(&mut gate, identity("X", "SN-1")), ["up", "identity"]);
        }
        let mut gate = gate();
        said(&mut gate, Report::Link(LinkState::Up));
        said(&mut gate, identity("X", "SN-1"));
        for _ in 0..9 {
            said(&mut gate, timeout());
            assert_eq!(said(&mut gate, value()), ["value"], "single time-outs change nothing");
        }
    }

    proptest! {
        /// Whatever happens: between two moments at which the expected device was the last to say who it is, and unless the
        /// connection was interrupted since, nothing but faults and states of the link passes.
        #[test]
        fn nothing_of_another_device_ever_passes(script in prop::collection::vec(0u8..8, 0..60)) {
            let mut gate = gate();
            let mut confirmed = false;
            for step in script {
                let report = match step {
                    0 => lost(),
                    1 => Report::Link(LinkState::Associating),
                    2 => Report::Link(LinkState::Up),
                    3 => identity("X", "SN-1"),
                    4 => identity("X", "SN-2"),
                    5 => identity("Y", ""),
                    6 => Report::AlarmsListed,
                    _ => value(),
                };
                match step {
                    0 | 1 | 4 | 5 => confirmed = false,
                    3 => confirmed = true,
                    _ => {}
                }
                let passed = said(&mut gate, report);
                let speaks = passed.iter().any(|word| ["value", "other", "identity", "up"].contains(word));
                prop_assert!(confirmed || !speaks, "{:?}", passed);
            }
        }
    }
}
