//! The line doctor: what is known of a line, to one sentence of cause and one of remedy.
//!
//! A decision table without state: the first row that fits speaks. Rows that name one thing for sure stand before those that
//! conclude from silence.

use std::fmt;
use std::time::Duration;

/// Share of damaged frames from which a line that works is told about, one in so many.
const DAMAGED_ONE_IN: u64 = 50;
/// Share of missing answers from which a line that works is told about, one in so many.
const MISSING_ONE_IN: u64 = 10;
/// Bytes from which noise is more than a plug being moved.
const NOISE_BYTES_MIN: u64 = 8;
/// How close together ports of one hub are lost, if the hub is the cause.
pub const HUB_WINDOW: Duration = Duration::from_secs(2);

/// What is known of a line over some time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// Whether it is a serial line; otherwise a network connection.
    pub serial: bool,
    /// Why it could not be opened, or how it ended, if it is not open.
    pub closed: Option<Closed>,
    /// Bytes sent and received, where they are counted.
    pub bytes_sent: u64,
    /// Bytes received.
    pub bytes_received: u64,
    /// What was received is what was sent.
    pub echoes: bool,
    /// Valid frames or answers.
    pub frames: u64,
    /// Frames whose check does not fit.
    pub checksums: u64,
    /// Bytes that form no frame, and frames that end too early.
    pub framings: u64,
    /// Questions without an answer in time.
    pub timeouts: u64,
    /// Answers that were refusals.
    pub exceptions: u64,
    /// The device is not the expected one.
    pub strangers: u64,
    /// On a bus: another unit of it answers.
    pub others_answer: bool,
    /// What the kernel has counted in the adapter, where it says so.
    pub kernel: Option<KernelCounters>,
    /// The handshake lines of the port, where they can be read.
    pub signals: Option<Signals>,
    /// Other ports of the same hub that were lost within [`HUB_WINDOW`].
    pub hub_losses: usize,
}

/// Why a line is not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// There is no such port.
    NoPort,
    /// This user may not open it.
    Denied,
    /// Another program has it.
    Busy,
    /// The host refuses the connection.
    Refused,
    /// The host cannot be reached.
    Unreachable,
    /// It was open and went away.
    Gone,
}

impl Closed {
    /// From the words of the operating system.
    pub fn from_text(text: &str) -> Option<Closed> {
        let text = text.to_ascii_lowercase();
        let table: [(&[&str], Closed); 6] = [
            (&["no such file", "no such device", "not found"], Closed::NoPort),
            (&["permission denied", "operation not permitted"], Closed::Denied),
            (&["busy", "exclusive", "in use"], Closed::Busy),
            (&["connection refused"], Closed::Refused),
            (&["unreachable", "no route", "timed out", "no answer for"], Closed::Unreachable),
            (
                &["the port is gone", "connection was closed", "input/output error", "reset by peer", "broken pipe"],
                Closed::Gone,
            ),
        ];
        let fits = |words: &[&str]| words.iter().any(|word| text.contains(word));
        table.into_iter().find(|(words, _)| fits(words)).map(|(_, closed)| closed)
    }
}

/// Errors that the kernel has counted in an adapter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KernelCounters {
    /// Characters without a stop bit where one is due.
    pub framing: u64,
    /// Characters with a wrong parity bit.
    pub parity: u64,
    /// Characters that came faster than they were taken.
    pub overrun: u64,
    /// The line was held at the level of a start bit for a whole character or longer.
    pub breaks: u64,
}

impl KernelCounters {
    /// The counters of a line of `/proc/tty/driver/serial`, `0: uart:16550A … fe:3 pe:1 brk:2 oe:4 …`; what is not named is 0.
    pub fn from_proc(text: &str, number: u32) -> Option<KernelCounters> {
        let start = format!("{number}:");
        let line = text.lines().find(|line| line.trim_start().starts_with(&start))?;
        let of = |name: &str| {
            let word = line.split_whitespace().find_map(|word| word.strip_prefix(name));
            word.and_then(|number| number.parse().ok()).unwrap_or(0)
        };
        Some(KernelCounters { framing: of("fe:"), parity: of("pe:"), overrun: of("oe:"), breaks: of("brk:") })
    }

    /// What was counted since an earlier look.
    pub fn since(self, earlier: KernelCounters) -> KernelCounters {
        KernelCounters {
            framing: self.framing.saturating_sub(earlier.framing),
            parity: self.parity.saturating_sub(earlier.parity),
            overrun: self.overrun.saturating_sub(earlier.overrun),
            breaks: self.breaks.saturating_sub(earlier.breaks),
        }
    }
}

/// The handshake lines that come from the other end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Signals {
    /// Clear to send.
    pub cts: bool,
    /// Data set ready.
    pub dsr: bool,
    /// Carrier detect.
    pub dcd: bool,
}

/// What is wrong, and what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    /// One word for it, for machines.
    pub finding: &'static str,
    /// One sentence.
    pub cause: &'static str,
    /// One sentence.
    pub remedy: &'static str,
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.cause, self.remedy)
    }
}

const fn says(finding: &'static str, cause: &'static str, remedy: &'static str) -> Option<Diagnosis> {
    Some(Diagnosis { finding, cause, remedy })
}

/// What the evidence comes to; `None` if nothing is wrong with the line.
pub fn diagnose(evidence: &Evidence) -> Option<Diagnosis> {
    if evidence.closed.is_some() && evidence.hub_losses > 0 {
        return says(
            "hub",
            "Several ports of one hub were lost at the same moment.",
            "Check the hub's power supply and the cable to it.",
        );
    }
    if let Some(closed) = evidence.closed {
        return of_closed(closed);
    }
    if evidence.strangers > 0 {
        return says(
            "stranger",
            "Another device answers than the one that is configured.",
            "Look for a cable that was moved; put the right device back, or change the configuration.",
        );
    }
    of_kernel(evidence).or_else(|| if evidence.frames == 0 { without_frames(evidence) } else { with_frames(evidence) })
}

fn of_closed(closed: Closed) -> Option<Diagnosis> {
    match closed {
        Closed::NoPort => says(
            "no-port",
            "There is no such port: the adapter is unplugged, or in another socket.",
            "Plug it in where it was; `vigil ports` lists what is there.",
        ),
        Closed::Denied => says(
            "denied",
            "This user may not open the port.",
            "Add the user to the port's group, mostly `dialout`, and log in again.",
        ),
        Closed::Busy => {
            says("busy", "Another program has the port open.", "Stop it; `vigil ports` says which one it is.")
        }
        Closed::Refused => says(
            "refused",
            "The host is there and refuses the connection: nothing listens at this port, or its one connection is taken.",
            "Check the port number, and close other clients of the gateway.",
        ),
        Closed::Unreachable => says(
            "unreachable",
            "The host cannot be reached.",
            "Check its power, its network cable, the address, and the network between.",
        ),
        Closed::Gone => says(
            "gone",
            "The port or connection went away while it was in use.",
            "Check the plug, the adapter and its power; a loose USB plug does this.",
        ),
    }
}

/// What the adapter itself has noticed.
fn of_kernel(evidence: &Evidence) -> Option<Diagnosis> {
    let kernel = evidence.kernel?;
    if kernel.breaks > 0 && evidence.frames == 0 {
        return says(
            "break",
            "The line is held at the level of a start bit: two wires are swapped or shorted, or nothing drives the line.",
            "On RS-485 swap A and B and check the bias; on RS-232 check the wiring of the plug.",
        );
    }
    if kernel.framing > 0 && kernel.framing >= kernel.parity {
        return says(
            "bit-rate",
            "Characters end at the wrong time: the bit rate or the number of data bits does not fit the device.",
            "Set the rate that is set on the device; `vigil probe` finds it.",
        );
    }
    if kernel.parity > 0 {
        return says(
            "parity",
            "Characters have the wrong parity.",
            "Set the parity that is set on the device; `vigil probe` finds it.",
        );
    }
    if kernel.overrun > 0 {
        return says(
            "overrun",
            "Characters were lost in the adapter because they came faster than they were taken.",
            "Switch the handshake on if the device has one, or lower the bit rate.",
        );
    }
    None
}

fn without_frames(evidence: &Evidence) -> Option<Diagnosis> {
    if evidence.echoes {
        return says(
            "echo",
            "What is sent comes back, and nothing else: the adapter echoes, or the plug is a loop.",
            "Switch the adapter's echo off, and check that the device is at the other end.",
        );
    }
    if evidence.checksums > 0 {
        return says(
            "damage",
            "Frames arrive, and every one is damaged.",
            "Check the ground wire, the length and the shield of the cable, and on RS-485 the terminating resistors.",
        );
    }
    if evidence.bytes_received >= NOISE_BYTES_MIN || evidence.framings > 0 {
        return says(
            "not-understood",
            "Bytes arrive that form no frame: the bit rate or the parity does not fit, or the device speaks another protocol.",
            "Compare the line settings and the protocol with those set on the device; `vigil probe` tries them.",
        );
    }
    if evidence.timeouts == 0 && evidence.bytes_sent == 0 {
        return None; // nothing was asked and nothing was said
    }
    if evidence.others_answer {
        return says(
            "unit-silent",
            "This unit does not answer while others on the line do.",
            "Check its power, its address, and its branch of the line.",
        );
    }
    match (evidence.serial, evidence.signals) {
        (false, _) => says(
            "silent-behind-gateway",
            "The gateway is connected and nothing answers behind it.",
            "Check the device's power and its line to the gateway, and the gateway's line settings and protocol.",
        ),
        (true, Some(Signals { cts: false, dsr: false, dcd: false })) => says(
            "no-cable",
            "Nothing comes back and the other end drives no handshake line: no device, or a straight cable where a crossed one \
             is needed.",
            "Switch the device on and check the plug; then try a null-modem adapter.",
        ),
        (true, Some(_)) => says(
            "silent",
            "The other end is switched on and connected, and does not answer.",
            "Check that its data output is enabled, and the protocol, the address and the line settings that are set on it.",
        ),
        (true, None) => says(
            "silent-unknown",
            "Nothing comes back.",
            "Check that the device is on and its output enabled, the plug, whether the cable is the straight or crossed one \
             that it needs, and the line settings.",
        ),
    }
}

fn with_frames(evidence: &Evidence) -> Option<Diagnosis> {
    let one_in = |part: u64, share: u64| part > 0 && part * share >= evidence.frames;
    if one_in(evidence.checksums + evidence.framings, DAMAGED_ONE_IN) {
        return says(
            "some-damage",
            "The device is understood, and some of its frames are damaged.",
            "Check the ground wire, the length and the shield of the cable, and what runs beside it.",
        );
    }
    if one_in(evidence.timeouts, MISSING_ONE_IN) {
        return says(
            "some-silence",
            "The device answers, and not every time.",
            "Ask it less often, or raise the response time-out; then look for a loose contact.",
        );
    }
    if one_in(evidence.exceptions, MISSING_ONE_IN) {
        return says(
            "refusals",
            "The device answers and refuses what it is asked for.",
            "Check that driver or profile are those of this model and its software.",
        );
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn finding(evidence: Evidence) -> &'static str {
        diagnose(&evidence).map_or("sound", |diagnosis| diagnosis.finding)
    }

    fn line() -> Evidence {
        Evidence { serial: true, bytes_sent: 100, ..Evidence::default() }
    }

    #[test]
    fn every_row_of_the_table_speaks() {
        let kernel = |framing, parity, overrun, breaks| Some(KernelCounters { framing, parity, overrun, breaks });
        let on = Some(Signals { cts: true, ..Signals::default() });
        let works = Evidence { frames: 1_000, bytes_received: 20_000, ..line() };
        let rows = [
            ("hub", Evidence { closed: Some(Closed::Gone), hub_losses: 2, ..line() }),
            ("no-port", Evidence { closed: Some(Closed::NoPort), ..line() }),
            ("denied", Evidence { closed: Some(Closed::Denied), ..line() }),
            ("busy", Evidence { closed: Some(Closed::Busy), ..line() }),
            ("refused", Evidence { closed: Some(Closed::Refused), ..Evidence::default() }),
            ("unreachable", Evidence { closed: Some(Closed::Unreachable), ..Evidence::default() }),
            ("gone", Evidence { closed: Some(Closed::Gone), ..line() }),
            ("stranger", Evidence { strangers: 1, ..works.clone() }),
            ("break", Evidence { kernel: kernel(4, 0, 0, 4), ..line() }),
            ("bit-rate", Evidence { kernel: kernel(9, 3, 0, 0), ..line() }),
            ("parity", Evidence { kernel: kernel(0, 3, 0, 0), ..line() }),
            ("overrun", Evidence { kernel: kernel(0, 0, 3, 0), ..works.clone() }),
            ("echo", Evidence { echoes: true, bytes_received: 100, ..line() }),
            ("damage", Evidence { checksums: 3, bytes_received: 300, ..line() }),
            ("not-understood", Evidence { bytes_received: 300, ..line() }),
            ("unit-silent", Evidence { others_answer: true, timeouts: 3, ..line() }),
            ("silent-behind-gateway", Evidence { timeouts: 3, ..Evidence::default() }),
            ("no-cable", Evidence { signals: Some(Signals::default()), ..line() }),
            ("silent", Evidence { signals: on, ..line() }),
            ("silent-unknown", line()),
            ("some-damage", Evidence { checksums: 20, ..works.clone() }),
            ("some-silence", Evidence { timeouts: 200, ..works.clone() }),
            ("refusals", Evidence { exceptions: 500, ..works.clone() }),
            ("sound", works.clone()),
            ("sound", Evidence { checksums: 19, timeouts: 99, ..works }),
            ("sound", Evidence { serial: true, ..Evidence::default() }),
        ];
        for (expected, evidence) in rows {
            assert_eq!(finding(evidence.clone()), expected, "{evidence:?}");
        }
    }

    #[test]
    fn the_words_of_the_system_are_understood() {
        for (text, closed) in [
            ("cannot open serial port /dev/x: No such file or directory", Closed::NoPort),
            ("cannot open serial port /dev/x: Permission denied", Closed::Denied),
            ("cannot open serial port /dev/x: Device or resource busy", Closed::Busy),
            ("cannot connect to h:1: Connection refused (os error 111)", Closed::Refused),
            ("cannot connect to h:1: no answer for 3 s", Closed::Unreachable),
            ("the port is gone", Closed::Gone),
        ] {
            assert_eq!(Closed::from_text(text), Some(closed), "{text}");
        }
        assert_eq!(Closed::from_text("No valid frame for 3 s."), None);
    }

    #[test]
    fn counters_of_the_kernel_are_read() {
        let text = "serinfo:1.0 driver revision:\n0: uart:16550A port:000003F8 irq:4 tx:10 rx:20 fe:3 pe:1 brk:2 oe:4 RTS|DTR\n\
                    1: uart:unknown port:000002F8 irq:3\n";
        let counted = KernelCounters { framing: 3, parity: 1, overrun: 4, breaks: 2 };
        assert_eq!(KernelCounters::from_proc(text, 0), Some(counted));
        assert_eq!(KernelCounters::from_proc(text, 1), Some(KernelCounters::default()));
        assert_eq!(KernelCounters::from_proc(text, 2), None);
        assert_eq!(counted.since(counted), KernelCounters::default());
    }

    proptest! {
        /// Whatever is known: at most one cause and one remedy, each one sentence.
        #[test]
        fn any_evidence_gives_one_sentence_of_each(
            numbers in prop::collection::vec(0u64..2_000, 9),
            flags in prop::collection::vec(any::<bool>(), 6),
            counted in prop::option::of(prop::collection::vec(0u64..3, 4)),
            hub_losses in 0usize..3,
        ) {
            let evidence = Evidence {
                serial: flags[0],
                closed: flags[1].then_some(Closed::Gone),
                bytes_sent: numbers[0],
                bytes_received: numbers[1],
                echoes: flags[2],
                frames: numbers[2],
                checksums: numbers[3],
                framings: numbers[4],
                timeouts: numbers[5],
                exceptions: numbers[6],
                strangers: numbers[7] / 1_900,
                others_answer: flags[3],
                kernel: counted.map(|c| KernelCounters { framing: c[0], parity: c[1], overrun: c[2], breaks: c[3] }),
                signals: flags[4].then_some(Signals { cts: flags[5], ..Signals::default() }),
                hub_losses,
            };
            if let Some(Diagnosis { cause, remedy, .. }) = diagnose(&evidence) {
                for sentence in [cause, remedy] {
                    prop_assert!(sentence.ends_with('.') && !sentence.trim_end_matches('.').contains(". "), "{}", sentence);
                }
            }
        }
    }
}
