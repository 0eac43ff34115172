//! The bytes of a status: what follows the command and the result in a reply.
//!
//! Source: instructions for use of TE-SS730 and TE-SS830P. Numbers are big endian. More bytes than are described may follow.

/// Bytes before the data: sequence, command, subcommand, result.
const HEAD_BYTES: usize = 5;
/// Command and subcommand of a status.
const COMMAND: [u8; 3] = [0x01, 0x00, 0x00];
/// Bytes of the data that are described.
const DATA_BYTES: usize = 29;
/// Mark in place of a number: it is not valid.
const INVALID: u32 = 0xEE_EEEE;
/// Mark in place of a number: there is no limit, or none.
const NONE: u32 = 0xFF_FFFF;

/// A number as the pump sends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dose {
    /// A number, in the units of its field.
    Is(u32),
    /// `EEEEEE`.
    Invalid,
    /// `FFFFFF`.
    None,
}

impl Dose {
    fn of(value: u32) -> Self {
        match value {
            INVALID => Dose::Invalid,
            NONE => Dose::None,
            value => Dose::Is(value),
        }
    }

    fn value(self) -> u32 {
        match self {
            Dose::Is(value) => value,
            Dose::Invalid => INVALID,
            Dose::None => NONE,
        }
    }
}

/// What the pump shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status {
    /// Version of the protocol, high and low byte.
    pub version: [u8; 2],
    /// 0 stop, 1 start, 2 standby, 3 purge, 4 bolus hands-on, 5 bolus hands-free.
    pub state: u8,
    /// Bits of alarms, 24.
    pub alarms: u32,
    /// Bits of the supply: 0-3 battery, 4-5 mains.
    pub power: u8,
    /// Bits 0-1: line pressure in quarters of the occlusion pressure.
    pub monitor: u8,
    /// Size of the syringe, a code.
    pub syringe: u8,
    /// Rate in hundredths of mL/h.
    pub rate: Dose,
    /// Volume in hundredths of mL.
    pub volume: Dose,
    /// Volume to be infused in tenths of mL.
    pub vtbi: Dose,
}

/// Why bytes are not a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StatusError {
    /// The pump did not do what it was asked.
    #[error("the pump answers with result {code:02X}: {text}", code = .0, text = result_text(*.0))]
    Result(u8),
    /// Not the answer to a status.
    #[error("an answer to a command that is not spoken")]
    Command,
    /// Fewer bytes than are described.
    #[error("a status of {0} bytes")]
    Short(usize),
    /// A state that is not described.
    #[error("a state {0:X} that is not known")]
    State(u8),
}

fn result_text(result: u8) -> &'static str {
    match result {
        0x11 => "unknown command",
        0x12 => "invalid command",
        0x13 => "too short",
        0x14 => "too long",
        0x15 => "out of range",
        _ => "not described",
    }
}

impl Status {
    /// Reads the bytes of a command. The sequence number is not compared: whether the pump repeats it is UNVERIFIED.
    ///
    /// # Errors
    /// What it is instead.
    pub fn decode(command: &[u8]) -> Result<Status, StatusError> {
        let Some(([_, of @ .., result], data)) = command.split_first_chunk::<HEAD_BYTES>() else {
            return Err(StatusError::Short(command.len()));
        };
        if *of != COMMAND {
            return Err(StatusError::Command);
        }
        if *result != 0 {
            return Err(StatusError::Result(*result));
        }
        let Some((data, _)) = data.split_first_chunk::<DATA_BYTES>() else {
            return Err(StatusError::Short(command.len()));
        };
        let three = |at: usize| u32::from_be_bytes([0, data[at], data[at + 1], data[at + 2]]);
        let state = data[2] >> 4;
        if state > 5 {
            return Err(StatusError::State(state));
        }
        Ok(Status {
            version: [data[0], data[1]],
            state,
            alarms: three(5),
            power: data[8],
            monitor: data[9],
            syringe: data[10],
            rate: Dose::of(three(11)),
            volume: Dose::of(three(14)),
            vtbi: Dose::of(three(17)),
        })
    }

    /// The bytes of a command, as the pump sends them: for simulators and tests. Dose, weight and dilution are "none".
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![0];
        bytes.extend(COMMAND);
        bytes.push(0);
        bytes.extend(self.version);
        bytes.extend([self.state << 4, 0, 0]);
        let three = |value: u32| value.to_be_bytes().into_iter().skip(1);
        bytes.extend(three(self.alarms));
        bytes.extend([self.power, self.monitor, self.syringe]);
        for number in [self.rate, self.volume, self.vtbi, Dose::Invalid] {
            bytes.extend(three(number.value()));
        }
        bytes.extend([0x00, 0xFF, 0xFF]);
        bytes.extend(three(INVALID));
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writing_and_reading_is_identity() {
        let status = Status {
            version: [4, 3],
            state: 1,
            alarms: 0x80_0008,
            power: 0x13,
            monitor: 3,
            syringe: 5,
            rate: Dose::Is(1250),
            volume: Dose::Invalid,
            vtbi: Dose::None,
        };
        let bytes = status.encode();
        assert_eq!(bytes.len(), HEAD_BYTES + DATA_BYTES);
        assert_eq!(Status::decode(&bytes), Ok(status));
        assert_eq!(Status::decode(&[&bytes[..], &[1, 2, 3]].concat()), Ok(status), "more bytes may follow");
        for short in 0..bytes.len() {
            assert_eq!(Status::decode(&bytes[..short]), Err(StatusError::Short(short)));
        }
    }
}
