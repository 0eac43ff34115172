//! Codes of the receiver's own, from a CSV file: a second triplet beside that of the nomenclature.
//!
//! ```text
//! refid,code,text,system
//! MDC_ECG_HEART_RATE,HR,Heart rate,99NORTH
//! MDC_PULS_OXIM_SAT_O2,SPO2,,99NORTH
//! ```
//!
//! The first line names the columns, in any order; `text` may be left out, `system` is `L` (local) if it is. Lines that begin
//! with `#` and empty lines say nothing.

use std::collections::BTreeMap;

use vigil_model::Code;

/// Most codes of a table.
pub const CODES_MAX: usize = 10_000;

/// Longest code, text or system, in characters.
pub const CHARS_MAX: usize = 199;

/// A table of local codes, by code of the nomenclature.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LocalCodes(BTreeMap<Code, LocalCode>);

/// One code of the receiver's own: components 4 to 6 of a coded value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LocalCode {
    /// The code.
    pub code: String,
    /// Its text; may be empty.
    pub text: String,
    /// Its coding system, `L` for local or `99` and a name.
    pub system: String,
}

/// What is wrong in a table of local codes, and on which line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct LocalCodesError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, and what was expected.
    pub message: String,
}

impl LocalCodes {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The local code of a term.
    pub fn get(&self, code: Code) -> Option<&LocalCode> {
        self.0.get(&code)
    }

    /// All of them, ascending.
    pub fn iter(&self) -> impl Iterator<Item = (Code, &LocalCode)> {
        self.0.iter().map(|(code, local)| (*code, local))
    }

    /// Reads a table.
    ///
    /// # Errors
    /// Everything that is wrong, line by line: unknown columns and terms, a term twice, a code that is missing or too long.
    pub fn parse(text: &str) -> Result<Self, Vec<LocalCodesError>> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
        let mut lines = lines.map(|(number, line)| (number, cells(line)));
        let Some((line, header)) = lines.next() else {
            return Err(vec![LocalCodesError {
                line: 1,
                message: "empty; expected refid,code,text,system".to_owned(),
            }]);
        };
        let column = |name: &str| header.iter().position(|cell| cell.eq_ignore_ascii_case(name));
        let (Some(refid), Some(code)) = (column("refid"), column("code")) else {
            let message = format!("the columns are {}; expected refid,code,text,system", header.join(","));
            return Err(vec![LocalCodesError { line, message }]);
        };
        let (text, system) = (column("text"), column("system"));
        let (mut table, mut errors) = (BTreeMap::new(), Vec::new());
        for (line, row) in lines {
            let cell = |at: Option<usize>| at.and_then(|at| row.get(at)).cloned().unwrap_or_default();
            let local = LocalCode { code: cell(Some(code)), text: cell(text), system: cell(system) };
            let local =
                LocalCode { system: if local.system.is_empty() { "L".to_owned() } else { local.system }, ..local };
            match checked(&cell(Some(refid)), &local, &table) {
                Ok(term) => drop(table.insert(term, local)),
                Err(message) => errors.push(LocalCodesError { line, message }),
            }
        }
        if errors.is_empty() { Ok(Self(table)) } else { Err(errors) }
    }
}

fn checked(refid: &str, local: &LocalCode, table: &BTreeMap<Code, LocalCode>) -> Result<Code, String> {
    let term =
        Code::named(refid).ok_or_else(|| format!("{refid:?} is not in the nomenclature (`vigil codes` lists it)"))?;
    if local.code.is_empty() {
        return Err(format!("{refid} has no code"));
    }
    for part in [&local.code, &local.text, &local.system] {
        if part.chars().count() > CHARS_MAX || part.chars().any(char::is_control) {
            return Err(format!("{refid}: a cell is longer than {CHARS_MAX} characters or holds control characters"));
        }
    }
    if table.contains_key(&term) {
        return Err(format!("{refid} stands twice"));
    }
    if table.len() >= CODES_MAX {
        return Err(format!("more than {CODES_MAX} codes"));
    }
    Ok(term)
}

/// The cells of a line, blanks around them dropped; a cell may stand in quotation marks, doubled within (RFC 4180, without
/// line ends in cells).
fn cells(line: &str) -> Vec<String> {
    let (mut cells, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    let mut characters = line.trim_end().chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '"' if quoted && characters.peek() == Some(&'"') => cell.extend(characters.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(std::mem::take(&mut cell).trim().to_owned()),
            c => cell.push(c),
        }
    }
    cells.push(cell.trim().to_owned());
    cells
}

#[cfg(test)]
mod tests {
    use super::*;
    use vigil_model::mdc;

    #[test]
    fn a_table_is_read_whatever_the_order_of_its_columns() {
        let text = "\u{feff}# codes of the north\nsystem,refid,code,text\n99N,MDC_ECG_HEART_RATE,HR,\"Heart rate, \"\"ECG\"\"\"\n\n,MDC_TEMP, T1 ,\n";
        let table = LocalCodes::parse(text).unwrap();
        let heart = table.get(mdc::ECG_HEART_RATE).unwrap();
        assert_eq!(
            (heart.code.as_str(), heart.text.as_str(), heart.system.as_str()),
            ("HR", "Heart rate, \"ECG\"", "99N")
        );
        let temperature = table.get(mdc::TEMP).unwrap();
        assert_eq!(
            (temperature.code.as_str(), temperature.text.as_str(), temperature.system.as_str()),
            ("T1", "", "L")
        );
        assert_eq!(LocalCodes::parse("code,refid\nX,MDC_TEMP").unwrap().iter().count(), 1);
    }

    #[test]
    fn every_wrong_line_is_told() {
        let errors =
            LocalCodes::parse("refid,code\nMDC_TEMP,A\nMDC_NONSENSE,B\nMDC_TEMP,C\nMDC_TEMP_BODY,\n").unwrap_err();
        let told: Vec<String> = errors.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "line 3: \"MDC_NONSENSE\" is not in the nomenclature (`vigil codes` lists it)",
                "line 4: MDC_TEMP stands twice",
                "line 5: MDC_TEMP_BODY has no code"
            ]
        );
        assert_eq!(LocalCodes::parse("").unwrap_err()[0].line, 1);
        assert!(LocalCodes::parse("a,b\n").unwrap_err()[0].message.contains("expected refid,code"));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_survived(text in "(refid|code|MDC_TEMP|[,\"\n# a-zé]){0,60}") {
            let _ = LocalCodes::parse(&text);
        }
    }
}
