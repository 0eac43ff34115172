//! Writes segments straight into a byte vector. Empty fields and components are never written, so no segment ends with
//! empty ones.

use vigil_model::{Code, Quantity, Timestamp, Unit};

use super::escape::escape_into;
use super::time::append_dtm;

/// Writes one segment. Fields, repetitions and components are named in ascending order; what lies between stays empty.
/// The segment ends when the writer is dropped.
#[derive(Debug)]
pub struct SegmentWriter<'b> {
    out: &'b mut Vec<u8>,
    /// Where the writer stands and where the next value goes.
    written: Position,
    wanted: Position,
    repeat: bool,
}

#[derive(Clone, Copy, Debug)]
struct Position {
    field: u16,
    component: u16,
    subcomponent: u16,
}

impl<'b> SegmentWriter<'b> {
    /// Begins a segment.
    pub fn begin(out: &'b mut Vec<u8>, name: &'static str) -> Self {
        out.extend_from_slice(name.as_bytes());
        Self::standing_in(out, 0)
    }

    /// Begins segment MSH, with the delimiters `|^~\&`.
    pub fn begin_header(out: &'b mut Vec<u8>) -> Self {
        out.extend_from_slice(br"MSH|^~\&");
        Self::standing_in(out, 2)
    }

    fn standing_in(out: &'b mut Vec<u8>, field: u16) -> Self {
        let position = Position { field, component: 1, subcomponent: 1 };
        Self { out, written: position, wanted: position, repeat: false }
    }

    /// The next value goes to field `number`.
    #[inline]
    pub fn field(&mut self, number: u16) -> &mut Self {
        debug_assert!(number > self.wanted.field, "fields are written in ascending order");
        self.wanted = Position { field: number, component: 1, subcomponent: 1 };
        self.repeat = false;
        self
    }

    /// The next value goes to component `number` of the field.
    #[inline]
    pub fn component(&mut self, number: u16) -> &mut Self {
        debug_assert!(number >= self.wanted.component, "components are written in ascending order");
        (self.wanted.component, self.wanted.subcomponent) = (number, 1);
        self
    }

    /// The next value goes to subcomponent `number` of the component.
    #[inline]
    pub fn subcomponent(&mut self, number: u16) -> &mut Self {
        debug_assert!(number >= self.wanted.subcomponent, "subcomponents are written in ascending order");
        self.wanted.subcomponent = number;
        self
    }

    /// The next value goes to a further repetition of the field, if the field has a value already.
    pub fn repetition(&mut self) -> &mut Self {
        self.repeat = self.written.field == self.wanted.field;
        (self.wanted.component, self.wanted.subcomponent) = (1, 1);
        self
    }

    /// Text, escaped. Empty text is no value.
    #[inline]
    pub fn text(&mut self, text: &str) -> &mut Self {
        if !text.is_empty() {
            self.advance();
            escape_into(text, self.out);
        }
        self
    }

    /// Text that holds no delimiters but those that are meant: fixed codes and names.
    #[inline(always)]
    pub fn raw(&mut self, text: &'static str) -> &mut Self {
        self.advance();
        self.out.extend_from_slice(text.as_bytes());
        self
    }

    /// A whole number.
    #[inline]
    pub fn unsigned(&mut self, number: u64) -> &mut Self {
        self.advance();
        append_unsigned(number, self.out);
        self
    }

    /// A number with its decimals.
    #[inline]
    pub fn quantity(&mut self, quantity: Quantity) -> &mut Self {
        self.advance();
        append_quantity(quantity, self.out);
        self
    }

    /// A time in UTC with its offset.
    #[inline]
    pub fn time(&mut self, time: Timestamp) -> &mut Self {
        self.advance();
        append_dtm(time, self.out);
        self
    }

    /// Components 1 to 3 of a coded element: `147842^MDC_ECG_CARD_BEAT_RATE^MDC`. A provisional code goes out as `0`.
    #[inline]
    pub fn code(&mut self, code: Code) -> &mut Self {
        self.advance();
        append_unsigned(u64::from(code.value()), self.out);
        self.out.push(b'^');
        self.out.extend_from_slice(code.refid().as_bytes());
        self.out.extend_from_slice(b"^MDC");
        (self.written.component, self.wanted.component) = (3, 3);
        self
    }

    /// Components 1 to 6 of a unit: `266016^MDC_DIM_MMHG^MDC^mm[Hg]^mm[Hg]^UCUM`.
    #[inline]
    pub fn unit(&mut self, unit: Unit) -> &mut Self {
        self.advance();
        append_unsigned(u64::from(unit.value()), self.out);
        self.out.push(b'^');
        self.out.extend_from_slice(unit.refid().as_bytes());
        self.out.extend_from_slice(b"^MDC^");
        // No unit of the table has anything to escape; a test says so.
        self.out.extend_from_slice(unit.ucum().as_bytes());
        self.out.push(b'^');
        self.out.extend_from_slice(unit.ucum().as_bytes());
        self.out.extend_from_slice(b"^UCUM");
        (self.written.component, self.wanted.component) = (6, 6);
        self
    }

    /// Hands the place of the next value to `append`, which writes escaped bytes.
    pub(crate) fn append(&mut self, append: impl FnOnce(&mut Vec<u8>)) -> &mut Self {
        self.advance();
        append(self.out);
        self
    }

    /// Writes the delimiters between the last value and the next one.
    #[inline]
    fn advance(&mut self) {
        let fields = self.wanted.field.saturating_sub(self.written.field);
        if fields != 0 {
            push_run(self.out, b'|', fields);
            self.written = Position { field: self.wanted.field, component: 1, subcomponent: 1 };
            self.repeat = false;
        }
        let at_place =
            self.wanted.component == self.written.component && self.wanted.subcomponent == self.written.subcomponent;
        if self.repeat || !at_place {
            self.advance_in_field();
        }
    }

    fn advance_in_field(&mut self) {
        if self.repeat {
            self.out.push(b'~');
            (self.written.component, self.written.subcomponent) = (1, 1);
            self.repeat = false;
        }
        let components = self.wanted.component.saturating_sub(self.written.component);
        if components != 0 {
            push_run(self.out, b'^', components);
            (self.written.component, self.written.subcomponent) = (self.wanted.component, 1);
        }
        let subcomponents = self.wanted.subcomponent.saturating_sub(self.written.subcomponent);
        push_run(self.out, b'&', subcomponents);
        self.written.subcomponent += subcomponents;
    }
}

/// Appends `count` times the same delimiter. Sixteen at a time and the surplus taken back: cheaper than one by one.
#[inline]
fn push_run(out: &mut Vec<u8>, delimiter: u8, count: u16) {
    let end = out.len() + usize::from(count);
    while out.len() < end {
        out.extend_from_slice(&[delimiter; 16]);
    }
    out.truncate(end);
}

impl Drop for SegmentWriter<'_> {
    fn drop(&mut self) {
        self.out.push(b'\r');
    }
}

/// Appends the digits of a number.
#[inline]
pub(crate) fn append_unsigned(number: u64, out: &mut Vec<u8>) {
    if number < 10 {
        out.push(b'0' + number as u8);
        return;
    }
    if number < 100_000_000 {
        append_eight_digits(number as u32, out);
        return;
    }
    let mut digits = [0u8; 20];
    let mut at = digits.len();
    let mut rest = number;
    while rest >= 10 {
        at -= 2;
        digits[at..at + 2].copy_from_slice(&TWO_DIGITS[(rest % 100) as usize]);
        rest /= 100;
    }
    if rest > 0 {
        at -= 1;
        digits[at] = b'0' + rest as u8;
    }
    out.extend_from_slice(&digits[at..]);
}

/// Appends a number below 100 000 000, eight bytes at once and the surplus taken back.
#[inline]
fn append_eight_digits(number: u32, out: &mut Vec<u8>) {
    let pair = |number: u32| TWO_DIGITS[(number % 100) as usize];
    let ([a, b], [c, d], [e, f], [g, h]) =
        (pair(number / 1_000_000), pair(number / 10_000), pair(number / 100), pair(number));
    let digits = u64::from_be_bytes([a, b, c, d, e, f, g, h]);
    // A leading zero is the digit 0x30; what is left of it after taking 0x30 away is no bit at all.
    let zeros = ((digits ^ 0x3030_3030_3030_3030).leading_zeros() / 8).min(7);
    let end = out.len() + 8 - zeros as usize;
    out.extend_from_slice(&(digits << (8 * zeros)).to_be_bytes());
    out.truncate(end);
}

/// `00` to `99`.
static TWO_DIGITS: [[u8; 2]; 100] = {
    let mut table = [[b'0'; 2]; 100];
    let mut number = 0;
    while number < 100 {
        table[number] = [b'0' + (number / 10) as u8, b'0' + (number % 10) as u8];
        number += 1;
    }
    table
};

/// Appends a number as [`Quantity`] writes it, with its decimals.
pub(crate) fn append_quantity(quantity: Quantity, out: &mut Vec<u8>) {
    if quantity.mantissa() < 0 {
        out.push(b'-');
    }
    let magnitude = quantity.mantissa().unsigned_abs();
    let decimals = u32::from(quantity.decimals());
    if decimals == 0 {
        append_unsigned(magnitude, out);
        if magnitude != 0 {
            out.extend(std::iter::repeat_n(b'0', usize::from(quantity.exponent().unsigned_abs())));
        }
        return;
    }
    let scale = 10u64.pow(decimals);
    append_unsigned(magnitude / scale, out);
    out.push(b'.');
    let mut rest = magnitude % scale;
    let mut digits = [b'0'; 18];
    for at in (0..decimals as usize).rev() {
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    out.extend_from_slice(&digits[..decimals as usize]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use vigil_model::{dim, mdc};

    fn written(write: impl FnOnce(&mut SegmentWriter)) -> String {
        let mut out = Vec::new();
        write(&mut SegmentWriter::begin(&mut out, "ZZZ"));
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn values_stand_where_they_belong_and_nothing_empty_trails() {
        let text = written(|s| {
            s.field(1)
                .unsigned(7)
                .field(3)
                .text("a|b")
                .component(3)
                .text("")
                .component(4)
                .text("c")
                .subcomponent(2)
                .text("d");
            s.field(5).text("");
            s.field(6).component(2).text("x").repetition().text("y").repetition().component(2).text("z");
            s.field(9).component(4).text("");
        });
        assert_eq!(text, "ZZZ|7||a\\F\\b^^^c&d|||^x~y~^z\r");
        assert_eq!(written(|_| {}), "ZZZ\r");
        assert_eq!(
            written(|s| {
                s.field(2).repetition().text("").repetition().text("only");
            }),
            "ZZZ||only\r"
        );
    }

    #[test]
    fn codes_and_units_are_whole() {
        let text = written(|s| {
            s.field(3).code(mdc::PULS_OXIM_SAT_O2).component(9).text("SpO2").field(6).unit(dim::MMHG);
        });
        assert_eq!(
            text,
            "ZZZ|||150456^MDC_PULS_OXIM_SAT_O2^MDC^^^^^^SpO2|||266016^MDC_DIM_MMHG^MDC^mm[Hg]^mm[Hg]^UCUM\r"
        );
    }

    #[test]
    fn units_have_nothing_to_escape() {
        for unit in Unit::all() {
            let mut out = Vec::new();
            escape_into(unit.ucum(), &mut out);
            assert_eq!(out, unit.ucum().as_bytes());
        }
    }

    proptest::proptest! {
        #[test]
        fn whole_numbers_are_written_as_they_display(number in proptest::prop_oneof![0u64..20_000, proptest::num::u64::ANY]) {
            let mut out = Vec::new();
            append_unsigned(number, &mut out);
            proptest::prop_assert_eq!(String::from_utf8(out).unwrap(), number.to_string());
        }

        #[test]
        fn quantities_are_written_as_they_display(mantissa in proptest::num::i64::ANY, exponent in -18i8..=18) {
            let quantity = Quantity::new(mantissa, exponent);
            let mut out = Vec::new();
            append_quantity(quantity, &mut out);
            proptest::prop_assert_eq!(String::from_utf8(out).unwrap(), quantity.to_string());
        }
    }
}
