//! What the reads of a Modbus bus cost in time, and how old a value can get.
//!
//! *Cost* of a read is the time for which it occupies the bus: request and answer on the wire, the silence that Modbus RTU
//! demands around frames, the longer of the bus's and the block's pause, and [`ANSWER_TIME`], what a unit is assumed to need
//! before it answers. The serial line behind a gateway is not known and not counted. The
//! *load* is the sum of cost divided by period. A *time-out* occupies the bus for the request, the whole response time-out
//! and the late window.
//!
//! Worst-case staleness of a value of a living unit while k other units die or are dead:
//!
//! ```text
//! period + (cost of every read once + k × n × time-out) / (1 − load)
//! ```
//!
//! The fraction is the longest time for which the bus can be busy without a pause, and so the longest that a read can be
//! late. n is how often a unit can time out within that time before the bus gives it up: once for each of its reads, at
//! most `FAILURES_MAX` times; a unit that is given up is probed less than that. An answer that the living unit itself fails
//! to give adds a period and a time-out, and is not in the bound.

use std::sync::Arc;
use std::time::Duration;

use vigil_model::{Code, Containment, Report};
use vigil_protocols::link::{BusSettings, Transport};
use vigil_protocols::modbus::adu::{Frame, Framing};
use vigil_protocols::modbus::{BusUnit, Data, FAILURES_MAX, PlannedRead, ReadRequest, RegisterProfile, decoder};

/// Time that a unit is assumed to need before it answers. Remote I/O and gateways need 1 to 20 ms; documents rarely say.
pub(crate) const ANSWER_TIME: Duration = Duration::from_millis(10);

/// Speed above which the silence around RTU frames is fixed (MODBUS over Serial Line V1.02, 2.5.1.1), bits per second.
const FIXED_SILENCE_BAUD: u32 = 19_200;

/// That fixed silence.
const FIXED_SILENCE: Duration = Duration::from_micros(1_750);

/// Time that a byte is assumed to need through a network: next to nothing beside [`ANSWER_TIME`].
const NETWORK_BYTE: Duration = Duration::from_micros(1);

/// One read of one unit, and what it costs.
#[derive(Clone, Debug)]
pub(crate) struct CostedRead {
    pub(crate) read: PlannedRead,
    pub(crate) period: Duration,
    pub(crate) cost: Duration,
}

/// The schedule of one bus.
pub(crate) struct Schedule {
    /// The reads, unit by unit.
    pub(crate) units: Vec<Vec<CostedRead>>,
    /// For how long one time-out occupies the bus.
    pub(crate) timeout: Duration,
}

impl Schedule {
    pub(crate) fn new(transport: &Transport, settings: &BusSettings, units: &[BusUnit]) -> Self {
        let line = Line::of(transport, settings.framing_on(transport));
        let costed = |unit: &BusUnit| -> Vec<CostedRead> {
            let plan = unit.profile.read_plan(unit.unit).into_iter();
            plan.map(|read| CostedRead {
                period: period(unit, &read),
                cost: line.cost(&read.request) + settings.pause.max(read.pause),
                read,
            })
            .collect()
        };
        let request = line.silence * 2 + line.byte * line.request_bytes;
        Self {
            units: units.iter().map(costed).collect(),
            timeout: request + settings.response_timeout + settings.late_window,
        }
    }

    /// Share of the time for which the bus is busy when every unit answers, in tenths of a percent, rounded up.
    pub(crate) fn load_permille(&self) -> u64 {
        let parts_per_million = self
            .units
            .iter()
            .flatten()
            .map(|read| read.cost.as_nanos().saturating_mul(1_000_000).div_ceil(read.period.as_nanos().max(1)));
        u64::try_from(parts_per_million.sum::<u128>().div_ceil(1000)).unwrap_or(u64::MAX)
    }

    /// How old a value of a read of a unit (by its position) can get while `dead` other units are dead.
    pub(crate) fn staleness(&self, unit: usize, read: &CostedRead, dead: usize) -> Duration {
        let all: Duration = self.units.iter().flatten().map(|read| read.cost).sum();
        let free_permille = 1000_u64.saturating_sub(self.load_permille()).max(1);
        let busy = |timeouts: u32| {
            let micros = (all + self.timeout * timeouts).as_micros() * 1000 / u128::from(free_permille);
            Duration::from_micros(u64::try_from(micros).unwrap_or(u64::MAX))
        };
        let mut others: Vec<&[CostedRead]> = Vec::new();
        others.extend(
            self.units.iter().enumerate().filter(|(other, _)| *other != unit).map(|(_, reads)| reads.as_slice()),
        );
        others.sort_by_key(|reads| std::cmp::Reverse(reads.len()));
        others.truncate(dead);
        let once = |reads: &[CostedRead]| u32::try_from(reads.len()).unwrap_or(u32::MAX).min(FAILURES_MAX);
        let first = busy(others.iter().map(|reads| once(reads)).sum());
        let again = |reads: &[CostedRead]| reads.iter().any(|read| read.period < first);
        let timeouts = others.iter().map(|reads| if again(reads) { FAILURES_MAX } else { once(reads) });
        read.period.saturating_add(busy(timeouts.sum()))
    }
}

/// How often a read of a unit is due. What the configuration says is the period of the fastest block; slower ones keep
/// their ratio to it.
fn period(unit: &BusUnit, read: &PlannedRead) -> Duration {
    let Some(fastest) = unit.poll_interval else { return read.period };
    let micros = read.period.as_micros() * fastest.as_micros() / unit.profile.poll_interval().as_micros().max(1);
    Duration::from_micros(u64::try_from(micros).unwrap_or(u64::MAX))
}

/// Times of a line.
struct Line {
    /// Of a character on the wire, or of a byte through a network.
    byte: Duration,
    /// Silence that must be kept between frames.
    silence: Duration,
    request_bytes: u32,
    /// Characters of an answer besides its values.
    answer_bytes: u32,
    /// Characters for each byte of the values.
    per_value_byte: u32,
}

impl Line {
    fn of(transport: &Transport, framing: Framing) -> Self {
        let byte = match transport {
            Transport::Serial(serial) => serial.character_time(),
            Transport::Tcp { .. } | Transport::Udp { .. } => NETWORK_BYTE,
        };
        let silence = match (framing, transport) {
            (Framing::Ascii | Framing::Tcp, _) => Duration::ZERO,
            (Framing::Rtu, Transport::Serial(serial)) if serial.baud <= FIXED_SILENCE_BAUD => byte * 7 / 2,
            (Framing::Rtu, _) => FIXED_SILENCE,
        };
        let (request_bytes, answer_bytes, per_value_byte) = match framing {
            // Unit, function, address, count and CRC; unit, function, length and CRC (V1.02, 2.3).
            Framing::Rtu => (8, 5, 1),
            // The same with an LRC of one byte, two characters a byte, between colon and line end (V1.02, 2.5.2).
            Framing::Ascii => (17, 11, 2),
            // The header of seven bytes instead of unit and CRC (Modbus Messaging on TCP/IP V1.0b, 3.1.3).
            Framing::Tcp => (12, 9, 1),
        };
        Self { byte, silence, request_bytes, answer_bytes, per_value_byte }
    }

    fn cost(&self, request: &ReadRequest) -> Duration {
        let values = u32::try_from(request.payload_bytes()).unwrap_or(u32::MAX);
        let characters = self.request_bytes + self.answer_bytes + values * self.per_value_byte;
        self.silence * 2 + self.byte * characters + ANSWER_TIME
    }
}

/// The metrics that a read brings: decodes an answer of zeros, since only the profile knows what lies where.
pub(crate) fn metrics_of(profile: &Arc<RegisterProfile>, request: &ReadRequest) -> Vec<(Code, Containment)> {
    let count = usize::from(request.count());
    let zeros =
        if request.table().is_bits() { Data::Bits(vec![false; count]) } else { Data::Registers(vec![0; count]) };
    let mut decoder = decoder(profile.clone(), Framing::Tcp, Some(*request));
    decoder.push(&Frame::answer(1, request, Ok(&zeros)).encode(Framing::Tcp));
    decoder.finish();
    let mut metrics = Vec::new();
    while let Some(report) = decoder.poll_report() {
        if let Report::Observation(observation) = report {
            metrics.push((observation.metric, observation.containment));
        }
    }
    metrics
}

#[cfg(test)]
mod tests {
    use vigil_model::DeviceIndex;
    use vigil_protocols::link::{FlowControl, Parity, SerialSettings};
    use vigil_protocols::modbus::UnitId;

    use super::*;

    fn bus(count: u8) -> Schedule {
        let profile = Arc::new(RegisterProfile::named_embedded("bed-contacts").unwrap());
        let serial = SerialSettings {
            port: "/dev/null".into(),
            baud: 9_600,
            data_bits: 8,
            parity: Parity::Even,
            stop_bits: 1,
            flow: FlowControl::None,
        };
        let settings = BusSettings {
            response_timeout: Duration::from_millis(100),
            late_window: Duration::from_millis(50),
            pause: Duration::from_millis(2),
            ..BusSettings::default()
        };
        let unit = |number: u8| BusUnit {
            device: DeviceIndex(u32::from(number)),
            unit: UnitId(number),
            profile: profile.clone(),
            poll_interval: Some(Duration::from_secs(1)),
            quiet_time: None,
        };
        Schedule::new(&Transport::Serial(serial), &settings, &(1..=count).map(unit).collect::<Vec<_>>())
    }

    #[test]
    fn a_read_costs_its_characters_silences_answer_time_and_pause() {
        // 11 bits at 9600 baud are 1.1458 ms; 7 bits of contacts are one byte: 8 + 5 + 1 characters and twice 3.5 of silence.
        let cost = bus(1).units[0][0].cost.as_micros();
        assert_eq!(cost, 21 * 1_145_833 / 1000 + 10_000 + 2_000);
    }

    #[test]
    fn the_pause_that_a_device_needs_counts() {
        let text = "name = \"slow\"\ntitle = \"s\"\nmds = \"MDC_DEV_MON_MDS\"\n\
            block = [{ name = \"b\", table = \"coils\", address = 0, count = 8, period = \"1s\", pause = \"40ms\" }]\n\
            channel = [{ containment = \"1.1.1.0\", code = \"MDCX_TEST_CHAN\" }]\n\
            vmd = [{ containment = \"1.1.0.0\", code = \"MDCX_TEST_VMD\" }]\n\
            bit = [{ block = \"b\", address = 0, containment = \"1.1.1.1\", code = \"MDCX_TEST_BIT\" }]\n";
        let profile = Arc::new(RegisterProfile::parse(text, "slow").unwrap());
        let unit = BusUnit { device: DeviceIndex(0), unit: UnitId(1), profile, poll_interval: None, quiet_time: None };
        let tcp = Transport::Tcp { address: "gateway:502".into() };
        let cost = |pause_ms| {
            let settings = BusSettings { pause: Duration::from_millis(pause_ms), ..BusSettings::default() };
            Schedule::new(&tcp, &settings, std::slice::from_ref(&unit)).units[0][0].cost
        };
        let bare = ANSWER_TIME + NETWORK_BYTE * 22;
        assert_eq!((cost(0), cost(60)), (bare + Duration::from_millis(40), bare + Duration::from_millis(60)));
    }

    #[test]
    fn load_is_cost_by_period_and_grows_with_the_units() {
        assert_eq!(bus(1).load_permille(), 37);
        assert_eq!(bus(4).load_permille(), 145);
    }

    #[test]
    fn each_dead_unit_makes_values_older() {
        let bus = bus(4);
        let read = &bus.units[0][0];
        let ages: Vec<u128> = (0..4).map(|dead| bus.staleness(0, read, dead).as_millis()).collect();
        // A second, and 4 × 36 ms by 1 - 0.145; with k dead, k × 167 ms more of the latter.
        assert_eq!(ages, [1_168, 1_364, 1_559, 1_755]);
        assert_eq!(bus.staleness(0, read, 9), bus.staleness(0, read, 3), "there are only three others");
    }

    #[test]
    fn a_read_brings_the_metrics_of_its_block() {
        let bus = bus(1);
        let profile = Arc::new(RegisterProfile::named_embedded("bed-contacts").unwrap());
        let found: usize = bus.units[0].iter().map(|read| metrics_of(&profile, &read.read.request).len()).sum();
        assert_eq!(found, profile.profile().metrics.len());
    }
}
