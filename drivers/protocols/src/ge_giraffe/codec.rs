//! Lines of GE Giraffe OmniBed and Panda warmers: fields with commas between, a name and a revision first.
//!
//! Source: GE service manuals (easymanua.ls ge/giraffe-omnibed-carestation-cs1 p. 301, ge/panda p. 39 and 52; manualslib
//! 1619850 p. 39 and 51). The OmniBed has no check. The Panda ends with two hexadecimal digits whose rule is not stated; one
//! printed line fits two rules, another fits none.

use vigil_model::{Fault, FaultKind};

use crate::check::sum8;

/// Longest line in bytes. The longest printed has 94.
pub const LINE_MAX_BYTES: usize = 256;
/// Fields of a line of an OmniBed.
const OMNIBED_FIELDS: usize = 22;
/// Fields of a line of a Panda, if it has one alarm code.
const PANDA_FIELDS_MIN: usize = 10;
/// Alarm codes that a line of a Panda may hold.
const CODES_MAX: usize = 16;

/// What a line is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `HYB`: an OmniBed as a warmer or between the two.
    Hybrid,
    /// `INC`: an OmniBed as an incubator.
    Incubator,
    /// `PWRM`: a Panda warmer.
    Panda,
}

impl Kind {
    /// The word on the wire.
    pub const fn word(self) -> &'static str {
        match self {
            Kind::Hybrid => "HYB",
            Kind::Incubator => "INC",
            Kind::Panda => "PWRM",
        }
    }
}

/// One line, its fields as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What it is of.
    pub kind: Kind,
    /// Revision of the software.
    pub revision: String,
    /// The fields behind the name, without the check of a Panda.
    pub fields: Vec<String>,
    /// How the check of a Panda fits; [`Check::Absent`] for an OmniBed.
    pub check: Check,
}

/// Which rules the check of a line fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// The line has none.
    Absent,
    /// A Panda's.
    Found {
        /// The exclusive-or of all characters before the last comma.
        xor: bool,
        /// The sum of all characters up to the last comma, with it.
        sum: bool,
    },
}

impl Line {
    /// The line as the bed sends it: for simulators and tests. The check of a Panda is the sum.
    pub fn encode(&self) -> Vec<u8> {
        let mut text = format!("{}_{},{}", self.kind.word(), self.revision, self.fields.join(","));
        if self.kind == Kind::Panda {
            text.push(',');
            text.push_str(&format!("{:02x}", sum8(text.as_bytes())));
        }
        text.push_str("\r\n");
        text.into_bytes()
    }

    /// Reads a line without its end.
    ///
    /// # Errors
    /// What does not fit.
    pub fn decode(line: &[u8]) -> Result<Line, Fault> {
        let refused = |detail: &str| Fault::new(FaultKind::Framing, line.len(), detail);
        if !line.iter().all(|byte| (b' '..=b'~').contains(byte)) {
            return Err(refused("a line with characters that are no text"));
        }
        let text: String = line.iter().copied().map(char::from).collect();
        let mut fields: Vec<String> = text.split(',').map(|field| field.trim().to_owned()).collect();
        let head = fields.remove(0);
        let kinds = [Kind::Hybrid, Kind::Incubator, Kind::Panda];
        let found = head.split_once('_').and_then(|(word, revision)| {
            let kind = kinds.into_iter().find(|kind| kind.word() == word)?;
            is_revision(revision).then(|| (kind, revision.to_owned()))
        });
        let Some((kind, revision)) = found else {
            return Err(refused("a line that does not begin with HYB, INC or PWRM and a revision"));
        };
        let check = match kind {
            Kind::Hybrid | Kind::Incubator if fields.len() + 1 == OMNIBED_FIELDS => Check::Absent,
            Kind::Panda if (PANDA_FIELDS_MIN..PANDA_FIELDS_MIN + CODES_MAX).contains(&(fields.len() + 1)) => {
                let digits = fields.pop().unwrap_or_default();
                let found =
                    Some(&digits).filter(|digits| digits.len() == 2).and_then(|d| u8::from_str_radix(d, 16).ok());
                let found = found.ok_or_else(|| refused("a line whose check is not two hexadecimal digits"))?;
                let comma = text.rfind(',').unwrap_or_default();
                let xor = line[..comma].iter().fold(0, |sum, byte| sum ^ byte);
                Check::Found { xor: xor == found, sum: sum8(&line[..=comma]) == found }
            }
            Kind::Hybrid | Kind::Incubator | Kind::Panda => {
                return Err(refused("a line with another number of fields"));
            }
        };
        Ok(Line { kind, revision, fields, check })
    }
}

fn is_revision(text: &str) -> bool {
    (1..=16).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lines_have_their_number_of_fields() {
        let omnibed = b"INC_1.40,36.1,36.0,28.3,33.0,36.5,100,P,N,C,00,063,D,L,02043,0000,00,43,000,000,03,00";
        assert_eq!(Line::decode(omnibed).map(|line| line.kind), Ok(Kind::Incubator));
        assert!(Line::decode(&omnibed[..omnibed.len() - 3]).is_err());
        assert!(
            Line::decode(b"INC_,36.1").is_err() && Line::decode(b"ABC_1.0,1").is_err() && Line::decode(b"").is_err()
        );
        assert!(Line::decode(b"PWRM_2.0.0,36.8,36.4,0,P,0,0,0,00,2g").is_err());
    }

    #[test]
    fn both_rules_of_the_check_are_worked_out() {
        let check = |text: &str| Line::decode(text.as_bytes()).unwrap().check;
        let line = "PWRM_2.0.0,36.1,36.4,20,M,0,0,0,00,";
        let body = &line[..line.len() - 1];
        let (xor, sum) = (body.bytes().fold(0, |sum, byte| sum ^ byte), sum8(line.as_bytes()));
        assert_eq!(check(&format!("{line}{xor:02x}")), Check::Found { xor: true, sum: xor == sum });
        assert_eq!(check(&format!("{line}{sum:02X}")), Check::Found { xor: xor == sum, sum: true });
        assert_eq!(check(&format!("{line}{:02x}", !xor & !sum)), Check::Found { xor: false, sum: false });
    }

    proptest! {
        #[test]
        fn writing_and_reading_is_identity(
            panda: bool,
            fields in prop::collection::vec("[A-Z0-9.]{0,6}", OMNIBED_FIELDS - 1),
            codes in 0usize..CODES_MAX,
        ) {
            let (kind, check) = match panda {
                true => (Kind::Panda, Check::Found { xor: false, sum: true }),
                false => (Kind::Hybrid, Check::Absent),
            };
            let count = if panda { PANDA_FIELDS_MIN - 2 + codes } else { OMNIBED_FIELDS - 1 };
            let fields: Vec<String> = fields.iter().cycle().take(count).cloned().collect();
            let line = Line { kind, revision: "2.0.0".into(), fields, check };
            let wire = line.encode();
            let read = Line::decode(&wire[..wire.len() - 2]).unwrap();
            prop_assert_eq!((read.kind, &read.fields), (line.kind, &line.fields));
            let fits = match read.check { Check::Absent => !panda, Check::Found { sum, .. } => sum };
            prop_assert!(fits);
        }
    }
}
