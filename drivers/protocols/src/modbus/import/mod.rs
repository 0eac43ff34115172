//! A table of registers as people have it (CSV out of a spreadsheet) to the text of a register profile, for
//! `vigil profiles import`. Every problem is told at its line and column of the table.

use super::profile::{ProfileProblem, RegisterProfile};

mod csv;
mod row;
#[cfg(test)]
mod tests;
mod write;

use csv::{Cell, Place};
pub use row::COLUMNS;
use row::Row;

/// Most rows of a table.
pub const ROWS_MAX: usize = 4096;

/// What the table does not say.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// Name of the profile: lower-case letters, digits and hyphens.
    pub name: &'a str,
    /// The devices it serves, for people.
    pub title: &'a str,
    /// Name of the table's file, for problems.
    pub origin: &'a str,
}

/// The text of a profile that can be used: neighbouring registers of one period are joined to blocks, and what lies between
/// is left out as a gap.
///
/// # Errors
/// Every problem of the table at once, in its order.
pub fn import(table: &str, about: &About<'_>) -> Result<String, Vec<ProfileProblem>> {
    let mut found = Found::default();
    let rows = read(table, &mut found);
    if found.0.is_empty() && rows.is_empty() {
        found.add(Place { line: 1, column: 1 }, "the table has no row below its header");
    }
    let text = write::write(&rows, about, &mut found);
    // The profile's own check says the rest; only where nothing else is wrong, so that nothing is told twice.
    if found.0.is_empty() {
        let whole = text.whole();
        match RegisterProfile::parse(&whole, about.origin) {
            Ok(_) => return Ok(whole),
            Err(problems) => {
                problems.into_iter().for_each(|problem| found.add(text.origin(problem.line), problem.message))
            }
        }
    }
    found.0.sort();
    found.0.dedup();
    let told = found.0.into_iter().map(|(place, message)| ProfileProblem {
        origin: about.origin.to_owned(),
        line: place.line,
        column: place.column,
        message,
    });
    Err(told.collect())
}

fn read(table: &str, found: &mut Found) -> Vec<Row> {
    let mut rows = match csv::rows(table) {
        Ok(rows) => rows.into_iter(),
        Err(place) => {
            found.add(place, "a cell begins with a quote and never ends; close it, or double the quotes inside it");
            return Vec::new();
        }
    };
    let Some(header) = rows.next() else { return Vec::new() };
    let columns: Vec<Option<usize>> = header.iter().map(|cell| found.column(cell)).collect();
    for required in ["table", "address", "label"] {
        let is_there = columns.iter().flatten().any(|column| COLUMNS[*column].0 == required);
        if !is_there {
            found.add(header[0].place, format!("the header has no column {required}"));
        }
    }
    if !found.0.is_empty() {
        return Vec::new();
    }
    let mut kept = Vec::new();
    for (number, cells) in rows.enumerate() {
        if number == ROWS_MAX {
            found.add(cells[0].place, format!("a table has at most {ROWS_MAX} rows"));
            break;
        }
        kept.extend(Row::read(&columns, cells, found));
    }
    kept
}

/// Problems with their places.
#[derive(Default)]
struct Found(Vec<(Place, String)>);

impl Found {
    fn add(&mut self, place: Place, message: impl Into<String>) {
        self.0.push((place, message.into()));
    }

    /// The column that a cell of the header names.
    fn column(&mut self, cell: &Cell) -> Option<usize> {
        let word = cell.text.to_ascii_lowercase().replace([' ', '-'], "_");
        let column = COLUMNS.iter().position(|(name, _)| *name == word);
        if column.is_none() && !cell.text.is_empty() {
            let known: Vec<&str> = COLUMNS.iter().map(|(name, _)| *name).collect();
            self.add(cell.place, format!("there is no column {:?}; there are {}", cell.text, known.join(", ")));
        }
        column
    }

    /// A whole number from 0 to 65535, decimal or hexadecimal.
    fn number(&mut self, cell: &Cell) -> Option<u16> {
        let number = whole(&cell.text).and_then(|number| u16::try_from(number).ok());
        if number.is_none() {
            self.add(cell.place, format!("{:?} is no whole number from 0 to 65535, like 4660 or 0x1234", cell.text));
        }
        number
    }

    /// A raw number as a profile writes it.
    fn mark(&mut self, place: Place, text: &str) -> Option<String> {
        let number = whole(text);
        if number.is_none() {
            self.add(place, format!("{text:?} is no whole number, like -1 or 0x8000"));
        }
        number.map(|number| number.to_string())
    }
}

fn whole(text: &str) -> Option<i64> {
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => u64::from_str_radix(digits, 16).ok().map(|number| number as i64),
        None => text.parse().ok(),
    }
}
