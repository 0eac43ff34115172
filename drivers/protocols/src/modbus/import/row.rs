//! One row of a table of registers: its cells by column, and what they say of its place among the others.

use super::Found;
use super::csv::{Cell, Place};
use crate::modbus::Table;

/// The columns, with what stands in them. `vigil profiles import --help` shows this table.
pub const COLUMNS: &[(&str, &str)] = &[
    (
        "table",
        "coils, discrete-inputs, holding-registers, input-registers, or the function code 1 to 4 that reads it; required",
    ),
    ("address", "first address, counted from 0 as on the wire: 4660 or 0x1234; required"),
    ("label", "short label; required. Gives the term (MDCX_…) where there is no code"),
    (
        "type",
        "u16, i16, u32, i32, f32, u64, i64, f64, bcd16, bcd32, text, bits, or bit; u16 if left out, bit in tables of bits",
    ),
    ("period", "how often it is read, like 500ms; 1s if left out"),
    ("code", "term of the metric"),
    ("containment", "row of the metric; numbered in the order of the file if left out"),
    ("unit", "MDC_DIM_… or UCUM; MDC_DIM_DIMLESS if left out"),
    ("scale", "decimal that one count is worth"),
    ("offset", "decimal that is added after scaling"),
    ("decimals", "decimals of the value"),
    ("word_order", "high-first or low-first"),
    ("byte_order", "big or little"),
    ("length", "registers of a text"),
    ("bit", "lowest bit, 0 to 15"),
    ("bits", "number of bits of type bits"),
    ("absent", "raw numbers that mean no value, with blanks between: 0x8000 -1"),
    ("low", "lowest plausible value"),
    ("high", "highest plausible value"),
    ("range_low", "lowest measurable value"),
    ("range_high", "highest measurable value"),
    ("states", "list of states: 0=-|1=closed|2=open!; - means no value, ! an alarm condition"),
    ("identity", "instead of a metric: manufacturer, model, serial or software"),
    ("active", "high or low: the level at which a bit is on"),
    ("on", "state of a bit that is on"),
    ("off", "state of a bit that is off"),
    ("alarm", "text of the alarm condition while a bit is on"),
    ("event", "term of the alarm condition; MDC_EVT_ALARM if left out"),
    ("kind", "physiological, technical or advisory; technical if left out"),
    ("priority", "high, medium or low; low if left out"),
];

/// A row with its cells in the order of [`COLUMNS`]; empty cells are left out.
pub(super) struct Row {
    cells: Vec<(usize, Cell)>,
    pub(super) place: Place,
    pub(super) table: Table,
    pub(super) address: u16,
    /// Entries it takes.
    pub(super) width: u16,
}

impl Row {
    /// Reads a row under a header of column numbers. What is wrong is noted, and the row left out.
    pub(super) fn read(header: &[Option<usize>], cells: Vec<Cell>, found: &mut Found) -> Option<Row> {
        let place = cells.first().map(|cell| cell.place).unwrap_or_default();
        if let Some(extra) = cells.get(header.len()).filter(|cell| !cell.text.is_empty()) {
            found.add(extra.place, format!("the row has more cells than the header's {}", header.len()));
        }
        let named = header.iter().zip(cells).filter_map(|(column, cell)| Some(((*column)?, cell)));
        let cells: Vec<(usize, Cell)> = named.filter(|(_, cell)| !cell.text.is_empty()).collect();
        let row = Row { cells, place, table: Table::Coils, address: 0, width: 1 };
        for required in ["table", "address", "label"] {
            if row.cell(required).is_none() {
                found.add(place, format!("the row has no {required}"));
            }
        }
        let table = row.cell("table").and_then(|cell| {
            let table = table(&cell.text);
            if table.is_none() {
                let known: Vec<&str> = Table::ALL.into_iter().map(Table::as_str).collect();
                found
                    .add(cell.place, format!("{:?} is no table; there are {}, or 1 to 4", cell.text, known.join(", ")));
            }
            table
        });
        let address = row.cell("address").and_then(|cell| found.number(cell));
        let length = row.cell("length").and_then(|cell| found.number(cell));
        let width = match row.text("type") {
            Some("u32" | "i32" | "f32" | "bcd32") => 2,
            Some("u64" | "i64" | "f64") => 4,
            Some("text") => length.unwrap_or(1),
            _ => 1,
        };
        row.cell("label")?;
        Some(Row { table: table?, address: address?, width, ..row })
    }

    pub(super) fn cell(&self, name: &str) -> Option<&Cell> {
        let column = COLUMNS.iter().position(|(known, _)| *known == name)?;
        self.cells.iter().find(|(of, _)| *of == column).map(|(_, cell)| cell)
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.cell(name).map(|cell| cell.text.as_str())
    }

    /// The place of a cell, or of the row if it has none.
    pub(super) fn place_of(&self, name: &str) -> Place {
        self.cell(name).map_or(self.place, |cell| cell.place)
    }

    pub(super) fn label(&self) -> &str {
        self.text("label").unwrap_or_default()
    }

    pub(super) fn period(&self) -> &str {
        self.text("period").unwrap_or("1s")
    }

    /// Whether it is a single bit.
    pub(super) fn is_bit(&self) -> bool {
        self.table.is_bits() || self.text("type") == Some("bit")
    }

    /// Whether it raises an alarm condition.
    pub(super) fn raises(&self) -> bool {
        self.cell("alarm").is_some() || self.text("states").is_some_and(|states| states.contains('!'))
    }

    /// The address behind its last entry.
    pub(super) fn end(&self) -> u32 {
        u32::from(self.address) + u32::from(self.width)
    }
}

fn table(word: &str) -> Option<Table> {
    let word = word.to_ascii_lowercase().replace([' ', '_'], "-");
    let code = word.trim_start_matches("fc").trim_start_matches('-').parse().ok().and_then(Table::read_by);
    let singular = |table: &Table| table.as_str() == word || table.as_str().trim_end_matches('s') == word;
    code.or_else(|| Table::ALL.into_iter().find(singular))
}
