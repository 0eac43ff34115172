//! Replies of the Puritan Bennett 840 and 980, and the commands that ask for them.
//!
//! Source: OpenICE (mdpnp, BSD-2), `devices/puritanbennett`, with its list of fields; form checked against real replies. A
//! reply is `NAME,bytes,fields,` 02 fields 03 0D: `bytes` counts what stands between 02 and 03, `fields` the commas there,
//! and each field has a fixed width. **There is no checksum**: name, both counts, each width and each character must fit,
//! or the reply is refused as a whole. The stream around replies is in `stream.rs`, which is re-exported here.

pub use super::stream::Replies;

/// Begins the fields of a reply.
pub const STX: u8 = 0x02;
/// Ends the fields of a reply.
pub const ETX: u8 = 0x03;

/// What Vigil can ask the ventilator. Both only read; the ventilator has no command that sets anything, and `RSET`, which
/// empties its input buffer, is not spoken.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "PuritanBennettRequest")]
pub enum Request {
    /// `SNDF`: 169 fields, alarms with their urgency.
    Sndf,
    /// `SNDA`: 97 fields, the form of the 7200 ventilator.
    Snda,
}

impl Request {
    /// All requests.
    pub const ALL: [Request; 2] = [Request::Sndf, Request::Snda];

    /// The word on the wire.
    pub const fn word(self) -> &'static str {
        match self {
            Request::Sndf => "SNDF",
            Request::Snda => "SNDA",
        }
    }

    /// The request as bytes.
    pub fn encode(self) -> Vec<u8> {
        format!("{}\r", self.word()).into_bytes()
    }

    /// The form of its answer.
    pub const fn form(self) -> &'static Form {
        match self {
            Request::Sndf => &MISCF,
            Request::Snda => &MISCA,
        }
    }
}

/// Form of a reply.
#[derive(Debug)]
pub struct Form {
    /// Its name.
    pub name: &'static str,
    /// Everything before 02.
    pub head: &'static str,
    /// Bytes between 02 and 03.
    pub bytes: usize,
    /// Fields there, each with a comma behind it.
    pub fields: usize,
    /// Field numbers that are not [`WIDTH`] wide, with their width.
    widths: &'static [(usize, usize)],
}

/// Width of most fields, in characters.
pub const WIDTH: usize = 6;

/// Number of the first field behind 02: the maker counts the head as 1 to 4.
pub const FIRST_FIELD: usize = 5;

/// Answer to [`Request::Sndf`].
pub static MISCF: Form = Form {
    name: "MISCF",
    head: "MISCF,1225,169 ,",
    bytes: 1225,
    fields: 169,
    widths: &[(6, 18), (7, 12), (8, 9), (50, 9), (53, 18), (55, 9), (66, 9)],
};

/// Answer to [`Request::Snda`].
pub static MISCA: Form = Form {
    name: "MISCA",
    head: "MISCA,706,97,",
    bytes: 706,
    fields: 97,
    widths: &[(6, 18), (8, 12), (62, 12), (100, 9)],
};

impl Form {
    /// Width of a field by its number.
    pub fn width(&self, number: usize) -> usize {
        self.widths.iter().find(|(wide, _)| *wide == number).map_or(WIDTH, |(_, width)| *width)
    }
}

/// A reply whose form fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// What it answers.
    pub request: Request,
    /// Its fields without the blanks behind them, from number [`FIRST_FIELD`].
    fields: Vec<String>,
}

impl Reply {
    /// A reply with empty fields: for simulators and tests.
    pub fn empty(request: Request) -> Self {
        Self { request, fields: vec![String::new(); request.form().fields] }
    }

    /// A field by its number, without blanks behind it; empty if the reply has no such field.
    pub fn field(&self, number: usize) -> &str {
        number.checked_sub(FIRST_FIELD).and_then(|index| self.fields.get(index)).map_or("", String::as_str)
    }

    /// Sets a field by its number: for simulators and tests. What is too long for the field is cut off.
    pub fn set(&mut self, number: usize, text: &str) {
        let width = self.request.form().width(number);
        if let Some(field) = number.checked_sub(FIRST_FIELD).and_then(|index| self.fields.get_mut(index)) {
            *field = text.trim_end().chars().filter(|c| (' '..='~').contains(c) && *c != ',').take(width).collect();
        }
    }

    /// The reply as the ventilator sends it: for simulators and tests.
    pub fn encode(&self) -> Vec<u8> {
        let form = self.request.form();
        let mut bytes = form.head.as_bytes().to_vec();
        bytes.push(STX);
        for (index, field) in self.fields.iter().enumerate() {
            let width = form.width(index + FIRST_FIELD);
            bytes.extend(format!("{field:width$},").bytes());
        }
        bytes.extend([ETX, b'\r']);
        bytes
    }

    /// Reads what stands between 02 and 03.
    ///
    /// # Errors
    /// What does not fit, for people.
    pub fn decode(request: Request, body: &[u8]) -> Result<Reply, String> {
        let form = request.form();
        if body.len() != form.bytes {
            return Err(format!("{} with {} bytes instead of {}", form.name, body.len(), form.bytes));
        }
        if !body.iter().all(|byte| (b' '..=b'~').contains(byte)) {
            return Err(format!("{} with characters that are no text", form.name));
        }
        let mut fields = Vec::with_capacity(form.fields);
        let mut rest = body;
        for number in FIRST_FIELD..FIRST_FIELD + form.fields {
            let Some((field, [b',', behind @ ..])) = rest.split_at_checked(form.width(number)) else {
                return Err(format!("{} with another width of field {number}", form.name));
            };
            let text: String = field.iter().copied().map(char::from).collect();
            if text.contains(',') || (text.starts_with(' ') && !text.trim().is_empty()) {
                return Err(format!("{} with a field {number} that does not begin at its place", form.name));
            }
            fields.push(text.trim_end().to_owned());
            rest = behind;
        }
        if !rest.is_empty() {
            return Err(format!("{} with more than {} fields", form.name, form.fields));
        }
        Ok(Reply { request, fields })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn widths_add_up_to_the_counts() {
        for request in Request::ALL {
            let form = request.form();
            let fields = FIRST_FIELD..FIRST_FIELD + form.fields;
            assert_eq!(fields.map(|number| form.width(number) + 1).sum::<usize>(), form.bytes, "{}", form.name);
            assert!(form.head.starts_with(form.name));
            let empty = Reply::empty(request).encode();
            assert_eq!(empty.len(), form.head.len() + 1 + form.bytes + 2);
        }
    }

    proptest! {
        #[test]
        fn writing_and_reading_is_identity(
            request in prop::sample::select(&Request::ALL[..]),
            set in prop::collection::vec((5usize..180, "[!-+--~]{0,6}"), 0..40),
        ) {
            let mut reply = Reply::empty(request);
            set.iter().for_each(|(number, text)| reply.set(*number, text));
            let bytes = reply.encode();
            let form = request.form();
            let body = &bytes[form.head.len() + 1..bytes.len() - 2];
            prop_assert_eq!(Reply::decode(request, body), Ok(reply));
        }

        #[test]
        fn a_reply_with_a_byte_too_few_or_too_many_is_refused(
            request in prop::sample::select(&Request::ALL[..]),
            at: prop::sample::Index,
            byte: Option<u8>,
        ) {
            let bytes = Reply::empty(request).encode();
            let mut body = bytes[request.form().head.len() + 1..bytes.len() - 2].to_vec();
            let at = at.index(body.len());
            match byte {
                Some(byte) => body.insert(at, byte),
                None => drop(body.remove(at)),
            }
            prop_assert!(Reply::decode(request, &body).is_err());
        }
    }
}
