//! Comma-separated text to cells with their places (RFC 4180). The separator is the comma, semicolon or tabulator of the first
//! line; empty lines and lines that begin with `#` are left out.

/// One cell with its place in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cell {
    /// Its text, without the blanks around it.
    pub(super) text: String,
    pub(super) place: Place,
}

/// A place in the text: line and column, counted from 1, the column in characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) line: usize,
    pub(super) column: usize,
}

/// All rows that hold something. The error is a quoted cell that never ends.
pub(super) fn rows(text: &str) -> Result<Vec<Vec<Cell>>, Place> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let first = text.lines().find(|line| is_row(line)).unwrap_or_default();
    let separator = [';', '\t'].into_iter().find(|separator| first.contains(*separator)).unwrap_or(',');
    let mut reader = Reader { rest: text.chars().peekable(), place: Place { line: 1, column: 1 }, separator };
    let mut rows = Vec::new();
    while reader.rest.peek().is_some() {
        if reader.rest.peek() == Some(&'#') {
            while reader.rest.peek().is_some_and(|character| *character != '\n') {
                reader.next();
            }
            reader.next();
            continue;
        }
        let row = reader.row()?;
        if row.iter().any(|cell| !cell.text.is_empty()) {
            rows.push(row);
        }
    }
    Ok(rows)
}

fn is_row(line: &str) -> bool {
    !line.trim().is_empty() && !line.starts_with('#')
}

struct Reader<'t> {
    rest: std::iter::Peekable<std::str::Chars<'t>>,
    place: Place,
    separator: char,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<char> {
        let character = self.rest.next()?;
        if character == '\n' {
            self.place = Place { line: self.place.line + 1, column: 1 };
        } else {
            self.place.column += 1;
        }
        Some(character)
    }

    /// The cells up to the end of the line, which is taken too.
    fn row(&mut self) -> Result<Vec<Cell>, Place> {
        let mut cells = Vec::new();
        loop {
            cells.push(self.cell()?);
            match self.next() {
                Some(character) if character == self.separator => {}
                Some(_) | None => return Ok(cells),
            }
        }
    }

    /// One cell, up to the separator or the end of the line, which stay.
    fn cell(&mut self) -> Result<Cell, Place> {
        while self.rest.peek().is_some_and(|character| *character == ' ') {
            self.next();
        }
        let place = self.place;
        let mut text = String::new();
        let mut quoted = self.rest.peek() == Some(&'"');
        if quoted {
            self.next();
        }
        loop {
            match self.rest.peek().copied() {
                None if quoted => return Err(place),
                None => break,
                Some('"') if quoted => {
                    self.next();
                    if self.rest.peek() == Some(&'"') {
                        self.next();
                        text.push('"');
                    } else {
                        quoted = false;
                    }
                }
                Some(character) if !quoted && (character == self.separator || character == '\n') => break,
                Some(character) => {
                    self.next();
                    text.push(character);
                }
            }
        }
        Ok(Cell { text: text.trim().to_owned(), place })
    }
}
