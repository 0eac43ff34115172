//! What can be asked of a Modbus unit, and what comes back.
//!
//! The four function codes here only read (Modbus Application Protocol V1.1b3, sections 6.1 to 6.4). A request that writes
//! cannot be expressed.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Address of a unit on a bus or behind a gateway, 0 to 255. On RS-485 units have 1 to 247.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnitId(pub u8);

impl fmt::Display for UnitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The four tables of a Modbus unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Table {
    /// Single bits that a unit may let others set. Read with function code 1.
    Coils,
    /// Single bits, read only: dry contacts. Read with function code 2.
    DiscreteInputs,
    /// 16-bit registers that a unit may let others set. Read with function code 3.
    HoldingRegisters,
    /// 16-bit registers, read only. Read with function code 4.
    InputRegisters,
}

impl Table {
    /// All tables, in the order of their function codes.
    pub const ALL: [Table; 4] = [Table::Coils, Table::DiscreteInputs, Table::HoldingRegisters, Table::InputRegisters];

    /// Function code that reads it, 1 to 4.
    pub const fn function(self) -> u8 {
        match self {
            Table::Coils => 1,
            Table::DiscreteInputs => 2,
            Table::HoldingRegisters => 3,
            Table::InputRegisters => 4,
        }
    }

    /// The table that a function code reads.
    pub fn read_by(function: u8) -> Option<Table> {
        Table::ALL.into_iter().find(|table| table.function() == function)
    }

    /// Whether its entries are single bits.
    pub const fn is_bits(self) -> bool {
        match self {
            Table::Coils | Table::DiscreteInputs => true,
            Table::HoldingRegisters | Table::InputRegisters => false,
        }
    }

    /// How many entries one request can ask for: 2000 bits or 125 registers (sections 6.1 to 6.4).
    pub const fn count_max(self) -> u16 {
        if self.is_bits() { 2000 } else { 125 }
    }

    /// The word used in profiles.
    pub const fn as_str(self) -> &'static str {
        match self {
            Table::Coils => "coils",
            Table::DiscreteInputs => "discrete-inputs",
            Table::HoldingRegisters => "holding-registers",
            Table::InputRegisters => "input-registers",
        }
    }
}

/// A request that reads neighbouring entries of one table of one unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReadRequest {
    unit: UnitId,
    table: Table,
    address: u16,
    count: u16,
}

/// Why a request cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// Zero entries, or more than one request can ask for.
    #[error("a request reads 1 to {max} entries of {}, not {count}", .table.as_str())]
    Count {
        /// The table.
        table: Table,
        /// What was asked for.
        count: u16,
        /// The most that can be asked for.
        max: u16,
    },
    /// The last entry would lie behind address 65535.
    #[error("{count} entries from address {address} end behind 65535")]
    Address {
        /// First address, counted from 0.
        address: u16,
        /// What was asked for.
        count: u16,
    },
}

impl ReadRequest {
    /// A request for `count` entries from `address`, counted from 0.
    ///
    /// # Errors
    /// If the count is 0, above [`Table::count_max`], or leads behind address 65535.
    pub fn new(unit: UnitId, table: Table, address: u16, count: u16) -> Result<Self, RequestError> {
        let max = table.count_max();
        if count == 0 || count > max {
            return Err(RequestError::Count { table, count, max });
        }
        if u32::from(address) + u32::from(count) > 0x1_0000 {
            return Err(RequestError::Address { address, count });
        }
        Ok(Self { unit, table, address, count })
    }

    /// The unit that is asked.
    pub const fn unit(&self) -> UnitId {
        self.unit
    }

    /// The table that is read.
    pub const fn table(&self) -> Table {
        self.table
    }

    /// First address, counted from 0.
    pub const fn address(&self) -> u16 {
        self.address
    }

    /// Number of entries, 1 to 2000 bits or 125 registers.
    pub const fn count(&self) -> u16 {
        self.count
    }

    /// Bytes of values in the answer.
    pub const fn payload_bytes(&self) -> usize {
        if self.table.is_bits() { (self.count as usize).div_ceil(8) } else { self.count as usize * 2 }
    }
}

impl fmt::Display for ReadRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unit {}: {} {} from {}", self.unit, self.count, self.table.as_str(), self.address)
    }
}

/// Values that a unit answers with, in the order of their addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Data {
    /// Coils or discrete inputs.
    Bits(Vec<bool>),
    /// Holding or input registers.
    Registers(Vec<u16>),
}

impl Data {
    /// Number of entries.
    pub fn len(&self) -> usize {
        match self {
            Data::Bits(bits) => bits.len(),
            Data::Registers(registers) => registers.len(),
        }
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Why a request brought no values.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// No answer within the response time-out.
    #[error("no answer in time")]
    Timeout,
    /// The unit, or the gateway in front of it, refused.
    #[error("exception {0} ({text})", text = exception_text(*.0))]
    Exception(u8),
    /// An answer of another length than was asked for.
    #[error("asked for {want} entries, got {got}")]
    WrongLength {
        /// Entries asked for.
        want: usize,
        /// Entries received.
        got: usize,
    },
    /// Bytes that are no answer to the request: wrong check, unit, function or transaction.
    #[error("not an answer to the request: {0}")]
    Protocol(String),
    /// The port or connection is gone.
    #[error("connection failed: {0}")]
    Transport(String),
}

/// Name of a Modbus exception code (Modbus Application Protocol V1.1b3, section 7).
pub const fn exception_text(code: u8) -> &'static str {
    match code {
        1 => "illegal function",
        2 => "illegal data address",
        3 => "illegal data value",
        4 => "server device failure",
        5 => "acknowledge",
        6 => "server device busy",
        8 => "memory parity error",
        10 => "gateway path unavailable",
        11 => "gateway target device failed to respond",
        _ => "unknown exception",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_stay_within_the_limits_of_the_protocol() {
        let ask = |table, address, count| ReadRequest::new(UnitId(1), table, address, count);
        assert!(ask(Table::HoldingRegisters, 0, 125).is_ok());
        assert!(ask(Table::HoldingRegisters, 0, 126).is_err());
        assert!(ask(Table::Coils, 0, 2000).is_ok());
        assert!(ask(Table::Coils, 0, 2001).is_err());
        assert!(ask(Table::InputRegisters, 0, 0).is_err());
        assert!(ask(Table::InputRegisters, 65_535, 1).is_ok());
        assert!(ask(Table::InputRegisters, 65_535, 2).is_err());
    }

    #[test]
    fn only_four_functions_read() {
        let known: Vec<u8> = (0..=255).filter(|function| Table::read_by(*function).is_some()).collect();
        assert_eq!(known, [1, 2, 3, 4]);
    }
}
