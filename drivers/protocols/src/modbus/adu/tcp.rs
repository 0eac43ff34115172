//! Modbus TCP framing (Modbus Messaging on TCP/IP V1.0b, section 3.1.3): transaction, protocol 0, length, then unit and PDU.

/// Bytes before the unit.
pub const HEADER_BYTES: usize = 6;

/// Longest unit and PDU together, bytes.
pub const BODY_BYTES_MAX: usize = 254;

/// Puts the header before unit and PDU.
pub(super) fn wrap(transaction: u16, pdu: &[u8]) -> Vec<u8> {
    let mut frame = Vec::with_capacity(HEADER_BYTES + pdu.len());
    frame.extend(transaction.to_be_bytes());
    frame.extend([0, 0]);
    frame.extend(u16::try_from(pdu.len()).unwrap_or(u16::MAX).to_be_bytes());
    frame.extend(pdu);
    frame
}

/// Transaction and length of unit and PDU, if this is a header.
pub(super) fn header(bytes: &[u8]) -> Option<(u16, usize)> {
    let header: &[u8; HEADER_BYTES] = bytes.first_chunk()?;
    let length = usize::from(u16::from_be_bytes([header[4], header[5]]));
    (header[2] == 0 && header[3] == 0 && (2..=BODY_BYTES_MAX).contains(&length))
        .then(|| (u16::from_be_bytes([header[0], header[1]]), length))
}
