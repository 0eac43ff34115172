//! Records: a header of 40 bytes with a list of subrecords, and the subrecords. Little endian, without padding.

use vigil_model::{Fault, FaultKind};

/// Bytes of the header.
pub const HEADER_BYTES: usize = 40;
/// Most bytes of all subrecords together (M1017617: "maximum data area").
pub const DATA_BYTES_MAX: usize = 1450;
/// Most bytes of a record.
pub const RECORD_BYTES_MAX: usize = HEADER_BYTES + DATA_BYTES_MAX;
/// Places in the list of subrecords.
pub const SUBRECORDS_MAX: usize = 8;

const LIST_OFFSET: usize = 16;
const LIST_ENTRY_BYTES: usize = 3;
/// Type that ends the list.
const LIST_END: u8 = 0xFF;

/// What kind of record it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MainType {
    /// Numbers ("physiological data").
    Numbers,
    /// Waves.
    Waves,
    /// Alarms.
    Alarms,
    /// Network management.
    Network,
    /// Anything else; 8 is "FO".
    Other(i16),
}

impl MainType {
    /// The number in the header.
    pub const fn number(self) -> i16 {
        match self {
            MainType::Numbers => 0,
            MainType::Waves => 1,
            MainType::Alarms => 4,
            MainType::Network => 5,
            MainType::Other(number) => number,
        }
    }

    /// The main type with a number.
    pub const fn of(number: i16) -> Self {
        match number {
            0 => MainType::Numbers,
            1 => MainType::Waves,
            4 => MainType::Alarms,
            5 => MainType::Network,
            other => MainType::Other(other),
        }
    }

    /// For people.
    pub const fn title(self) -> &'static str {
        match self {
            MainType::Numbers => "Numbers",
            MainType::Waves => "Waves",
            MainType::Alarms => "Alarms",
            MainType::Network => "Network records",
            MainType::Other(_) => "Records of an unknown main type",
        }
    }
}

/// One subrecord as it lies in the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subrecord {
    /// Its type; 0 is a host's request, what others mean depends on the main type.
    pub kind: u8,
    /// Its bytes, up to the next subrecord or the end of the record.
    pub body: Vec<u8>,
}

/// A record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Counts records.
    pub number: u8,
    /// Interface level of the monitor, see [`dri_year`].
    pub dri_level: u8,
    /// Number of the monitor.
    pub plug_id: u16,
    /// The monitor's time, seconds since 1970.
    pub time: u32,
    /// Network subnet of the monitor.
    pub subnet: u8,
    /// What kind of record it is.
    pub main: MainType,
    /// What is in it, 8 at most, ascending by place.
    pub subrecords: Vec<Subrecord>,
}

impl Record {
    /// A record as a host sends it: all zero but for its one request.
    pub fn request(main: MainType, body: Vec<u8>) -> Self {
        let subrecords = vec![Subrecord { kind: super::requests::REQUEST, body }];
        Self { number: 0, dri_level: 0, plug_id: 0, time: 0, subnet: 0, main, subrecords }
    }

    /// The bytes without checksum; `None` if there are more than [`SUBRECORDS_MAX`] subrecords or [`DATA_BYTES_MAX`]
    /// bytes in them.
    pub fn encode(&self) -> Option<Vec<u8>> {
        let data_bytes: usize = self.subrecords.iter().map(|subrecord| subrecord.body.len()).sum();
        if self.subrecords.len() > SUBRECORDS_MAX || data_bytes > DATA_BYTES_MAX {
            return None;
        }
        let mut out = vec![0; HEADER_BYTES];
        out[0..2].copy_from_slice(&u16::try_from(HEADER_BYTES + data_bytes).ok()?.to_le_bytes());
        out[2] = self.number;
        out[3] = self.dri_level;
        out[4..6].copy_from_slice(&self.plug_id.to_le_bytes());
        out[6..10].copy_from_slice(&self.time.to_le_bytes());
        out[10] = self.subnet;
        out[14..16].copy_from_slice(&self.main.number().to_le_bytes());
        for (index, subrecord) in self.subrecords.iter().enumerate() {
            let at = LIST_OFFSET + index * LIST_ENTRY_BYTES;
            let offset = u16::try_from(out.len() - HEADER_BYTES).ok()?;
            out[at..at + 2].copy_from_slice(&offset.to_le_bytes());
            out[at + 2] = subrecord.kind;
            out.extend(&subrecord.body);
        }
        if self.subrecords.len() < SUBRECORDS_MAX {
            out[LIST_OFFSET + self.subrecords.len() * LIST_ENTRY_BYTES + 2] = LIST_END;
        }
        Some(out)
    }

    /// Reads a record without its checksum.
    ///
    /// # Errors
    /// If it is shorter than a header, or a subrecord lies outside.
    pub fn decode(bytes: &[u8]) -> Result<Record, Fault> {
        let Some((header, data)) = bytes.split_at_checked(HEADER_BYTES) else {
            let detail = format!("A record of {} bytes; the header alone has {HEADER_BYTES}.", bytes.len());
            return Err(Fault::new(FaultKind::Truncated, bytes.len(), detail));
        };
        let list: Vec<(usize, u8)> = header[LIST_OFFSET..]
            .as_chunks::<LIST_ENTRY_BYTES>()
            .0
            .iter()
            .take_while(|entry| entry[2] != LIST_END)
            .map(|entry| (usize::from(u16::from_le_bytes([entry[0], entry[1]])), entry[2]))
            .collect();
        let mut subrecords = Vec::with_capacity(list.len());
        for (index, (offset, kind)) in list.iter().enumerate() {
            let end = list.get(index + 1).map_or(data.len(), |(next, _)| *next);
            let Some(body) = data.get(*offset..end) else {
                let detail = format!("Subrecord {index} from {offset} to {end} in {} bytes of data.", data.len());
                return Err(Fault::new(FaultKind::Framing, bytes.len(), detail));
            };
            subrecords.push(Subrecord { kind: *kind, body: body.to_vec() });
        }
        Ok(Record {
            number: header[2],
            dri_level: header[3],
            plug_id: u16::from_le_bytes([header[4], header[5]]),
            time: u32::from_le_bytes([header[6], header[7], header[8], header[9]]),
            subnet: header[10],
            main: MainType::of(i16::from_le_bytes([header[14], header[15]])),
            subrecords,
        })
    }
}

/// The year of an interface level, as GE names it; `None` for levels that are not in the specification.
pub const fn dri_year(level: u8) -> Option<u16> {
    match level {
        2 => Some(1995),
        3 => Some(1997),
        4 => Some(1998),
        5 => Some(1999),
        6 => Some(2001),
        7 => Some(2002),
        8 => Some(2003),
        9 => Some(2005),
        10 => Some(2009),
        11 => Some(2015),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_record() -> impl Strategy<Value = Record> {
        let body = proptest::collection::vec(any::<u8>(), 1..180);
        let subrecords = proptest::collection::vec((0u8..LIST_END, body), 0..=SUBRECORDS_MAX);
        (any::<(u8, u8, u16, u32, u8, i16)>(), subrecords).prop_map(|(header, subrecords)| Record {
            number: header.0,
            dri_level: header.1,
            plug_id: header.2,
            time: header.3,
            subnet: header.4,
            main: MainType::of(header.5),
            subrecords: subrecords.into_iter().map(|(kind, body)| Subrecord { kind, body }).collect(),
        })
    }

    proptest! {
        #[test]
        fn encoding_and_back_is_identity(record in any_record()) {
            let bytes = record.encode().unwrap();
            prop_assert_eq!(Record::decode(&bytes), Ok(record));
        }

        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            if let Ok(record) = Record::decode(&bytes) {
                let _ = super::super::parts(&record);
            }
        }
    }

    #[test]
    fn what_does_not_fit_is_not_encoded() {
        let mut record = Record::request(MainType::Numbers, vec![0; DATA_BYTES_MAX]);
        assert_eq!(record.encode().map(|bytes| bytes.len()), Some(RECORD_BYTES_MAX));
        record.subrecords.push(Subrecord { kind: 1, body: vec![0] });
        assert_eq!(record.encode(), None);
    }
}
