//! Frame checks of the device protocols: sums, complements and cyclic redundancy checks.
//!
//! Plain functions from bytes to the number that the protocol puts on the wire. Which bytes are covered, and in which form
//! the number is written (binary, hexadecimal, decimal digits, order of bytes), belongs to each codec. Each algorithm is
//! tested against a vector that its protocol publishes.

/// Sum of all bytes modulo 256: S/5 records (one binary byte), Medibus (two hexadecimal digits), BCC (decimal digits).
pub fn sum8(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |sum: u8, byte| sum.wrapping_add(*byte))
}

/// FFh minus [`sum8`]: Fresenius Base, two hexadecimal digits.
pub fn ff_minus_sum8(bytes: &[u8]) -> u8 {
    0xFF - sum8(bytes)
}

/// Longitudinal redundancy check of Modbus ASCII: two's complement of [`sum8`] over the bytes that the hexadecimal digits
/// stand for.
pub fn lrc(bytes: &[u8]) -> u8 {
    sum8(bytes).wrapping_neg()
}

/// Sum of the low seven bits of each byte, without overflow: TAP paging blocks write its low twelve bits as three
/// characters.
pub fn sum7(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |sum: u32, byte| sum.wrapping_add(u32::from(byte & 0x7F)))
}

/// CRC-16/CCITT-FALSE (polynomial 1021h, start FFFFh, not reflected): Alaris/Asena, four hexadecimal digits.
pub fn crc16_ccitt_false(bytes: &[u8]) -> u16 {
    forward(&CCITT, 0xFFFF, bytes)
}

/// CRC-16/XMODEM (polynomial 1021h, start 0, not reflected): Baxter AS50, four hexadecimal digits.
pub fn crc16_xmodem(bytes: &[u8]) -> u16 {
    forward(&CCITT, 0, bytes)
}

/// CRC-16/X-25 (polynomial 1021h, start FFFFh, reflected, inverted at the end): IntelliVue over RS-232, low byte first.
pub fn crc16_x25(bytes: &[u8]) -> u16 {
    !reflected(&X25, 0xFFFF, bytes)
}

/// CRC-16/MODBUS (polynomial 8005h, start FFFFh, reflected): Modbus RTU, low byte first.
pub fn crc16_modbus(bytes: &[u8]) -> u16 {
    reflected(&MODBUS, 0xFFFF, bytes)
}

/// What each byte does to the register, most significant bit first, for polynomial 1021h.
static CCITT: [u16; 256] = forward_table(0x1021);
/// What each byte does to the register, least significant bit first, for polynomial 1021h mirrored.
static X25: [u16; 256] = reflected_table(0x8408);
/// What each byte does to the register, least significant bit first, for polynomial 8005h mirrored.
static MODBUS: [u16; 256] = reflected_table(0xA001);

fn forward(table: &[u16; 256], start: u16, bytes: &[u8]) -> u16 {
    bytes.iter().fold(start, |crc, byte| (crc << 8) ^ table[usize::from((crc >> 8) as u8 ^ byte)])
}

fn reflected(table: &[u16; 256], start: u16, bytes: &[u8]) -> u16 {
    bytes.iter().fold(start, |crc, byte| (crc >> 8) ^ table[usize::from(crc as u8 ^ byte)])
}

const fn forward_table(polynomial: u16) -> [u16; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut crc = (byte as u16) << 8;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 0x8000 != 0 { (crc << 1) ^ polynomial } else { crc << 1 };
            bit += 1;
        }
        table[byte] = crc;
        byte += 1;
    }
    table
}

const fn reflected_table(mirrored_polynomial: u16) -> [u16; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut crc = byte as u16;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 1 != 0 { (crc >> 1) ^ mirrored_polynomial } else { crc >> 1 };
            bit += 1;
        }
        table[byte] = crc;
        byte += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_published_with_the_protocols_are_met() {
        assert_eq!(sum8(&[0x1B, 0x51]), 0x6C, "Medibus ICC");
        assert_eq!(ff_minus_sum8(b"0DC"), 0x48, "Fresenius Base");
        assert_eq!(crc16_x25(&[0x3A, 0x71]).to_le_bytes(), [0x9B, 0x26], "IntelliVue frame, digest section 6");
        assert_eq!(crc16_ccitt_false(b"INF"), 0x4961, "Alaris INF");
        assert_eq!(crc16_ccitt_false(b"8002-51740"), 0x3CC1, "Alaris serial number");
        assert_eq!(crc16_xmodem(b"[STATUS?]"), 0xC34B, "Baxter AS50");
        assert_eq!(crc16_modbus(&[0x03, 0x03, 0x03, 0xEB, 0x00, 0x01]).to_le_bytes(), [0xF5, 0x98], "Bender ISOMETER");
        assert_eq!(lrc(&[0x01, 0x03, 0x05, 0x30, 0x00, 0x02]), 0xC5, "Thermo, Modbus ASCII");
    }

    #[test]
    fn check_values_of_the_catalogues_are_met() {
        // The nine digits are the customary check input of CRC catalogues.
        let digits = b"123456789";
        assert_eq!(crc16_ccitt_false(digits), 0x29B1);
        assert_eq!(crc16_xmodem(digits), 0x31C3);
        assert_eq!(crc16_x25(digits), 0x906E);
        assert_eq!(crc16_modbus(digits), 0x4B37);
    }

    #[test]
    fn the_printed_tap_block_has_its_check() {
        // Three characters 30h + nibble, most significant first. The block is the one Zetron prints.
        let block = b"\x02300045002110\rABC\r\x03";
        let sum = sum7(block);
        let written: Vec<u8> = [8, 4, 0].iter().map(|shift| 0x30 + ((sum >> shift) & 0xF) as u8).collect();
        assert_eq!(written, b"335");
    }

    proptest::proptest! {
        #[test]
        fn one_damaged_byte_is_always_seen(bytes in proptest::collection::vec(proptest::num::u8::ANY, 1..64), at: proptest::sample::Index, flip in 1u8..) {
            let mut damaged = bytes.clone();
            let index = at.index(damaged.len());
            damaged[index] ^= flip;
            for check in [crc16_ccitt_false, crc16_xmodem, crc16_x25, crc16_modbus] {
                proptest::prop_assert_ne!(check(&bytes), check(&damaged));
            }
            for check in [sum8, ff_minus_sum8, lrc] {
                proptest::prop_assert_ne!(check(&bytes), check(&damaged));
            }
        }

        #[test]
        fn a_frame_with_its_lrc_sums_to_zero(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..64)) {
            let mut frame = bytes;
            frame.push(lrc(&frame));
            proptest::prop_assert_eq!(sum8(&frame), 0);
        }
    }
}
