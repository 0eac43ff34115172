//! Modbus frames (ADUs) of all three framings: requests and answers, encode and decode side by side.
//!
//! Used by `vigil decode`, by simulators, by tests, and by the running appliance for Modbus ASCII; it lets tokio-modbus make
//! its RTU and TCP frames. A frame is a unit, a function and the rest (the PDU), wrapped in a check (RTU, ASCII) or a header
//! (TCP). No request that writes has a form here.

use super::request::{Data, ReadError, ReadRequest, Table, UnitId};

pub mod ascii;
mod reader;
pub mod rtu;
pub mod tcp;

pub use ascii::{AsciiCount, AsciiRules};
pub use reader::{FrameReader, Side};

#[cfg(test)]
mod tests;

/// How frames are told apart on a wire.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Framing {
    /// Modbus RTU: binary with a CRC.
    Rtu,
    /// Modbus TCP: binary with a header of seven bytes.
    Tcp,
    /// Modbus ASCII: hexadecimal digits between a colon and a line end.
    Ascii,
}

impl Framing {
    /// All framings.
    pub const ALL: [Framing; 3] = [Framing::Rtu, Framing::Tcp, Framing::Ascii];

    /// The word used on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Framing::Rtu => "rtu",
            Framing::Tcp => "tcp",
            Framing::Ascii => "ascii",
        }
    }

    /// The framing with this word.
    pub fn named(name: &str) -> Option<Framing> {
        Framing::ALL.into_iter().find(|framing| framing.as_str() == name)
    }
}

/// One frame of either direction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Transaction number of Modbus TCP; 0 with the other framings.
    pub transaction: u16,
    /// The unit that is asked or answers.
    pub unit: UnitId,
    /// The rest.
    pub body: Body,
}

/// What a frame says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// A request that reads.
    Request(ReadRequest),
    /// Values of one table, as they are on the wire.
    Values {
        /// The table that was read.
        table: Table,
        /// Packed bits, least significant first, or registers, high byte first.
        payload: Vec<u8>,
    },
    /// The unit refuses.
    Exception {
        /// Function code of the request.
        function: u8,
        /// Why, see [`super::exception_text`].
        code: u8,
    },
    /// A request or answer of a function that Vigil does not speak.
    Other {
        /// Function code.
        function: u8,
    },
}

impl Frame {
    /// The frame that asks `request`.
    pub fn request(transaction: u16, request: ReadRequest) -> Frame {
        Frame { transaction, unit: request.unit(), body: Body::Request(request) }
    }

    /// The frame that answers `request` with values or with an exception code.
    pub fn answer(transaction: u16, request: &ReadRequest, answer: Result<&Data, u8>) -> Frame {
        let body = match answer {
            Ok(data) => Body::Values { table: request.table(), payload: pack(data) },
            Err(code) => Body::Exception { function: request.table().function(), code },
        };
        Frame { transaction, unit: request.unit(), body }
    }

    /// The bytes on the wire. A frame of [`Body::Other`] has none.
    pub fn encode(&self, framing: Framing) -> Vec<u8> {
        self.encode_counting(framing, AsciiCount::Bytes)
    }

    /// As [`Self::encode`]; in Modbus ASCII the byte count of an answer counts this.
    pub fn encode_counting(&self, framing: Framing, count: AsciiCount) -> Vec<u8> {
        let per_byte = if framing == Framing::Ascii && count == AsciiCount::Characters { 2 } else { 1 };
        let mut pdu = vec![self.unit.0];
        match &self.body {
            Body::Request(request) => {
                pdu.push(request.table().function());
                pdu.extend(request.address().to_be_bytes());
                pdu.extend(request.count().to_be_bytes());
            }
            Body::Values { table, payload } => {
                pdu.push(table.function());
                pdu.push(u8::try_from(payload.len() * per_byte).unwrap_or(u8::MAX));
                pdu.extend(payload.iter().take(usize::from(u8::MAX)));
            }
            Body::Exception { function, code } => pdu.extend([function | 0x80, *code]),
            Body::Other { .. } => return Vec::new(),
        }
        match framing {
            Framing::Rtu => rtu::wrap(pdu),
            Framing::Tcp => tcp::wrap(self.transaction, &pdu),
            Framing::Ascii => ascii::wrap(&pdu),
        }
    }
}

impl ReadRequest {
    /// The values in the payload of an answer to this request.
    ///
    /// # Errors
    /// If the payload has another length than was asked for.
    pub fn unpack(&self, payload: &[u8]) -> Result<Data, ReadError> {
        let want = usize::from(self.count());
        if payload.len() != self.payload_bytes() {
            let got = if self.table().is_bits() { payload.len() * 8 } else { payload.len() / 2 };
            return Err(ReadError::WrongLength { want, got });
        }
        Ok(if self.table().is_bits() {
            Data::Bits((0..want).map(|index| payload[index / 8] >> (index % 8) & 1 == 1).collect())
        } else {
            Data::Registers(payload.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect())
        })
    }

    /// What a frame is as the answer to this request, sent with this transaction number.
    ///
    /// # Errors
    /// The unit's exception, or why the frame is no answer to the request.
    pub fn accept(&self, frame: &Frame, framing: Framing, transaction: u16) -> Result<Data, ReadError> {
        let other = |what: &str| Err(ReadError::Protocol(format!("an answer of another {what}")));
        if frame.unit != self.unit() {
            return other("unit");
        }
        if framing == Framing::Tcp && frame.transaction != transaction {
            return other("transaction");
        }
        match &frame.body {
            Body::Values { table, payload } if *table == self.table() => self.unpack(payload),
            Body::Exception { function, code } if *function == self.table().function() => {
                Err(ReadError::Exception(*code))
            }
            Body::Request(_) | Body::Values { .. } | Body::Exception { .. } | Body::Other { .. } => other("function"),
        }
    }

    /// The first reading request among the bytes of a frame, for `vigil decode --request HEX`.
    pub fn from_frame(framing: Framing, bytes: &[u8]) -> Option<ReadRequest> {
        let mut reader = FrameReader::new(framing, Side::Requests);
        reader.push(bytes);
        reader.finish();
        loop {
            if let Ok(Frame { body: Body::Request(request), .. }) = reader.next_frame(None)? {
                return Some(request);
            }
        }
    }
}

/// Values as they are on the wire.
fn pack(data: &Data) -> Vec<u8> {
    match data {
        Data::Registers(registers) => registers.iter().flat_map(|register| register.to_be_bytes()).collect(),
        Data::Bits(bits) => bits
            .chunks(8)
            .map(|eight| eight.iter().enumerate().fold(0, |byte, (index, bit)| byte | u8::from(*bit) << index))
            .collect(),
    }
}

/// Reads unit and PDU, without check or header. `None` if it is none that fits its own length.
///
/// A request and an answer of the same length cannot be told apart by their bytes alone (three bytes of bits): `side`
/// and `expected`, the number of value bytes of the answer that is due, decide.
pub(super) fn parse_pdu(transaction: u16, bytes: &[u8], side: Side, expected: Option<usize>) -> Option<Frame> {
    let (&unit, pdu) = bytes.split_first()?;
    let (&function, rest) = pdu.split_first()?;
    let unit = UnitId(unit);
    let frame = |body| Some(Frame { transaction, unit, body });
    if function & 0x80 != 0 {
        return match rest {
            [code] if side != Side::Requests => frame(Body::Exception { function: function & 0x7F, code: *code }),
            _ => None,
        };
    }
    let Some(table) = Table::read_by(function) else { return frame(Body::Other { function }) };
    let values = || match rest.split_first() {
        Some((&length, payload))
            if usize::from(length) == payload.len() && length > 0 && (table.is_bits() || length % 2 == 0) =>
        {
            Some(Body::Values { table, payload: payload.to_vec() })
        }
        Some(_) | None => None,
    };
    let request = || match *rest {
        [a, b, c, d] => ReadRequest::new(unit, table, u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]))
            .ok()
            .map(Body::Request),
        _ => None,
    };
    let body = match side {
        Side::Requests => request(),
        Side::Responses => values(),
        Side::Both => {
            let values = values().filter(|_| rest.len() != 4 || expected == Some(3));
            values.or_else(request)
        }
    };
    frame(body?)
}
