//! A session with a look at who answers and at what is wrong with its line.
//!
//! Its device may have to say who it is ([`crate::identity`]), and when it is lost by its silence the line doctor
//! ([`crate::doctor`]) adds what the bytes since it was last heard tell. Pure, like the session inside: played again it says
//! the same.

use std::collections::VecDeque;
use std::sync::Arc;

use vigil_model::{FaultKind, Instant, LinkState, Now, Profile, Report};

use crate::doctor::{Evidence, diagnose};
use crate::identity::{ExpectedIdentity, IdentityGate};
use crate::{Session, Transmit};

/// Bytes of each direction that are kept to see whether the line echoes.
const ECHO_BYTES_MAX: usize = 64;

/// A session under guard.
pub struct GuardedSession {
    session: Box<dyn Session>,
    gate: Option<IdentityGate>,
    serial: bool,
    since: Since,
    /// A loss whose reason came from outside, and says everything already.
    is_told: bool,
    reports: VecDeque<Report>,
}

/// What went over the line since the device was last heard.
#[derive(Default)]
struct Since {
    evidence: Evidence,
    sent: Vec<u8>,
    received: Vec<u8>,
}

impl GuardedSession {
    /// Guards a session from its beginning. `serial` says that its line is a serial one.
    pub fn new(session: Box<dyn Session>, serial: bool, expected: ExpectedIdentity) -> Self {
        let gate = (!expected.is_empty()).then(|| IdentityGate::new(expected));
        Self { session, gate, serial, since: Since::default(), is_told: false, reports: VecDeque::new() }
    }

    /// Takes what the session has to say.
    fn collect(&mut self) {
        while let Some(report) = self.session.poll_report() {
            let report = self.look(report);
            match &mut self.gate {
                None => self.reports.push_back(report),
                Some(gate) => gate.pass(report, |report| self.reports.push_back(report)),
            }
        }
    }

    fn look(&mut self, report: Report) -> Report {
        let evidence = &mut self.since.evidence;
        match &report {
            Report::Fault(fault) => match fault.kind {
                FaultKind::Checksum => evidence.checksums += 1,
                FaultKind::Framing | FaultKind::Truncated | FaultKind::Overlong => evidence.framings += 1,
                FaultKind::Timeout => evidence.timeouts += 1,
                FaultKind::Exception => evidence.exceptions += 1,
                FaultKind::Identity => evidence.strangers += 1,
                FaultKind::Unexpected => {}
            },
            Report::Link(LinkState::Lost { reason }) if !self.is_told => {
                let known =
                    Evidence { serial: self.serial, echoes: self.since.echoes(), ..self.since.evidence.clone() };
                if let Some(diagnosis) = diagnose(&known) {
                    return Report::Link(LinkState::Lost { reason: format!("{reason} {diagnosis}").into() });
                }
            }
            Report::Link(_) => {}
            Report::Identity(_)
            | Report::Mode(_)
            | Report::Observation(_)
            | Report::Alarm(_)
            | Report::AlarmsListed
            | Report::Waveform(_) => {
                self.since = Since::default();
            }
        }
        report
    }
}

impl Since {
    /// Whether nothing but what was sent has come back.
    fn echoes(&self) -> bool {
        self.received.len() >= 4 && self.sent.starts_with(&self.received)
    }
}

fn keep(tail: &mut Vec<u8>, bytes: &[u8]) {
    tail.extend(bytes.iter().take(ECHO_BYTES_MAX.saturating_sub(tail.len())));
}

impl Session for GuardedSession {
    fn profile(&self) -> &Arc<Profile> {
        self.session.profile()
    }

    fn handle_connected(&mut self, now: Now) {
        self.since = Since::default();
        self.session.handle_connected(now);
        self.collect();
    }

    fn handle_disconnected(&mut self, now: Now, reason: &str) {
        self.session.handle_disconnected(now, reason);
        self.is_told = true;
        self.collect();
        self.is_told = false;
    }

    fn handle_bytes(&mut self, now: Now, bytes: &[u8]) {
        self.since.evidence.bytes_received += bytes.len() as u64;
        keep(&mut self.since.received, bytes);
        self.session.handle_bytes(now, bytes);
        self.collect();
    }

    fn handle_timeout(&mut self, now: Now) {
        self.session.handle_timeout(now);
        self.collect();
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.session.poll_timeout()
    }

    fn poll_transmit(&mut self) -> Option<Transmit> {
        let transmit = self.session.poll_transmit()?;
        self.since.evidence.bytes_sent += transmit.as_bytes().len() as u64;
        keep(&mut self.since.sent, transmit.as_bytes());
        Some(transmit)
    }

    fn poll_report(&mut self) -> Option<Report> {
        self.collect();
        self.reports.pop_front()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::driver::Driver;

    /// A scale's session, of which nothing or something is expected, on a serial line.
    fn scale(expected: ExpectedIdentity) -> GuardedSession {
        let config = Driver::EscScale.configure(toml::Table::new()).unwrap();
        GuardedSession::new(config.session(Duration::from_secs(5)), true, expected)
    }

    fn now(seconds: u64) -> Now {
        Now::default().after(Duration::from_secs(seconds))
    }

    /// Lets the time pass with these bytes once a second; what has been said, and why the link was lost.
    fn run(session: &mut GuardedSession, answer: impl Fn(&[u8]) -> Vec<u8>) -> (Vec<Report>, Option<String>) {
        session.handle_connected(now(0));
        let (mut said, mut lost) = (Vec::new(), None);
        for second in 1..20 {
            while let Some(transmit) = session.poll_transmit() {
                let bytes = answer(transmit.as_bytes());
                if !bytes.is_empty() {
                    session.handle_bytes(now(second), &bytes);
                }
            }
            session.handle_timeout(now(second));
            while let Some(report) = session.poll_report() {
                if let Report::Link(LinkState::Lost { reason }) = &report {
                    lost.get_or_insert(reason.to_string());
                }
                said.push(report);
            }
        }
        (said, lost)
    }

    #[test]
    fn silence_and_noise_and_echoes_are_told_apart() {
        let lost = |answer: fn(&[u8]) -> Vec<u8>| run(&mut scale(ExpectedIdentity::default()), answer).1.unwrap();
        let silent = lost(|_| Vec::new());
        assert!(silent.contains("Nothing comes back.") && silent.contains("straight or crossed"), "{silent}");
        let noise = lost(|_| vec![0xF8, 0x80, 0xFE, 0x78, 0x80, 0xF8, 0xFE, 0x80, 0x78]);
        assert!(noise.contains("another protocol"), "{noise}");
        let echo = lost(<[u8]>::to_vec);
        assert!(echo.contains("comes back, and nothing else"), "{echo}");
    }

    #[test]
    fn a_reason_from_outside_is_left_as_it_is() {
        let mut session = scale(ExpectedIdentity::default());
        session.handle_connected(now(0));
        session.handle_disconnected(now(1), "the port is gone");
        let lost = std::iter::from_fn(|| session.poll_report()).last();
        assert_eq!(lost, Some(Report::Link(LinkState::Lost { reason: "the port is gone".into() })));
    }

    #[test]
    fn what_is_said_before_the_device_has_said_who_it_is_stays_inside() {
        let expected = ExpectedIdentity { serial: Some("S-1".into()), ..ExpectedIdentity::default() };
        // 82.5 kg, and never a serial number.
        let weight = b"\x1bR\x1bW0082.5\x1bNm\x1bE";
        let (said, _) = run(&mut scale(expected), |_| weight.to_vec());
        assert!(said.iter().all(|report| matches!(report, Report::Link(_) | Report::Fault(_))), "{said:?}");
        let (said, _) = run(&mut scale(ExpectedIdentity::default()), |_| weight.to_vec());
        assert!(said.iter().any(|report| matches!(report, Report::Observation(_))), "the same without a gate");
    }
}
