//! Rows to the text of a profile. Each line remembers the cell that it comes from, so that what the profile's own check finds
//! is told at the place in the table.

use super::csv::Place;
use super::row::Row;
use super::{About, Found};

/// A profile in the making.
#[derive(Default)]
pub(super) struct Text {
    lines: Vec<(String, Place)>,
}

impl Text {
    fn line(&mut self, line: impl Into<String>, place: Place) {
        self.lines.push((line.into(), place));
    }

    /// `key = "text"`.
    fn say(&mut self, key: &str, text: &str, place: Place) {
        self.line(format!("{key} = {}", quoted(text)), place);
    }

    /// The same for a cell, if the row has one.
    fn copy(&mut self, row: &Row, key: &str) {
        if let Some(text) = row.text(key) {
            self.say(key, text, row.place_of(key));
        }
    }

    pub(super) fn whole(&self) -> String {
        self.lines.iter().map(|(line, _)| format!("{line}\n")).collect()
    }

    /// The cell that a line of [`Self::whole`], counted from 1, comes from.
    pub(super) fn origin(&self, line: usize) -> Place {
        self.lines.get(line.saturating_sub(1)).map(|(_, place)| *place).unwrap_or_default()
    }
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// Writes the profile.
pub(super) fn write(rows: &[Row], about: &About<'_>, found: &mut Found) -> Text {
    let top = Place { line: 1, column: 1 };
    let stem = about.name.to_ascii_uppercase().replace(|c: char| !c.is_ascii_alphanumeric(), "_");
    let mut text = Text::default();
    text.line(
        format!(
            "# Imported from {}. Add [[example]] tables: what a block holds, and what must come of it.",
            about.origin
        ),
        top,
    );
    text.line("", top);
    text.say("name", about.name, top);
    text.say("title", about.title, top);
    text.say("mds", &format!("MDCX_DEV_{stem}_MDS"), top);
    for (table, row, part) in [("vmd", "1.1.0.0", "VMD"), ("channel", "1.1.1.0", "CHAN")] {
        text.line("", top);
        text.line(format!("[[{table}]]"), top);
        text.say("containment", row, top);
        text.say("code", &format!("MDCX_DEV_{stem}_{part}"), top);
    }
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by_key(|index| (rows[*index].table, rows[*index].address));
    let mut blocks: Vec<Vec<usize>> = Vec::new();
    for index in order {
        match blocks.last_mut() {
            Some(block) if is_neighbour(&rows[block[0]], &rows[index]) => block.push(index),
            Some(_) | None => blocks.push(vec![index]),
        }
    }
    let mut names = vec![String::new(); rows.len()];
    for (number, block) in blocks.iter().enumerate() {
        let name = format!("block-{}", number + 1);
        block.iter().for_each(|index| names[*index].clone_from(&name));
        write_block(&mut text, &name, &block.iter().map(|index| &rows[*index]).collect::<Vec<_>>());
    }
    for (index, row) in rows.iter().enumerate() {
        let item = Item { row, block: &names[index], stem: &stem, number: index + 1 };
        if row.is_bit() { item.write_bit(&mut text) } else { item.write_register(&mut text, found) }
    }
    text
}

/// Whether two rows can be read by one block: what lies between them is left out as a gap.
fn is_neighbour(first: &Row, next: &Row) -> bool {
    first.table == next.table && first.period() == next.period()
}

fn write_block(text: &mut Text, name: &str, rows: &[&Row]) {
    let first = rows[0];
    let mut end = u32::from(first.address);
    let mut gaps = Vec::new();
    for row in rows {
        if u32::from(row.address) > end {
            gaps.push(format!("[{end}, {}]", row.address - 1));
        }
        end = end.max(row.end());
    }
    text.line("", first.place);
    text.line("[[block]]", first.place);
    text.say("name", name, first.place);
    text.say("table", first.table.as_str(), first.place_of("table"));
    text.line(format!("address = {}", first.address), first.place_of("address"));
    text.line(format!("count = {}", end - u32::from(first.address)), first.place_of("address"));
    text.say("period", first.period(), first.place_of("period"));
    if rows.iter().any(|row| row.raises()) {
        text.line("alarm = true", first.place);
    }
    if !gaps.is_empty() {
        text.line(format!("gaps = [{}]", gaps.join(", ")), first.place);
    }
}

struct Item<'r> {
    row: &'r Row,
    block: &'r str,
    stem: &'r str,
    number: usize,
}

impl Item<'_> {
    fn head(&self, text: &mut Text, table: &str) {
        let row = self.row;
        text.line("", row.place);
        text.line(format!("[[{table}]]"), row.place);
        text.say("block", self.block, row.place_of("address"));
        text.line(format!("address = {}", row.address), row.place_of("address"));
    }

    fn write_bit(&self, text: &mut Text) {
        let row = self.row;
        self.head(text, "bit");
        if let Some(bit) = row.text("bit") {
            text.line(format!("bit = {bit}"), row.place_of("bit"));
        }
        ["active", "on", "off"].iter().for_each(|key| text.copy(row, key));
        self.metric(text);
        if let Some(alarm) = row.text("alarm") {
            text.line(format!("condition = {}", self.condition(alarm)), row.place_of("alarm"));
        }
    }

    fn write_register(&self, text: &mut Text, found: &mut Found) {
        let row = self.row;
        let name = format!(
            "{}-{}",
            row.label().to_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "-"),
            self.number
        );
        if let Some(states) = row.text("states") {
            self.write_states(text, &name, states, found);
        }
        self.head(text, "register");
        text.say("type", row.text("type").unwrap_or("u16"), row.place_of("type"));
        ["word_order", "byte_order", "scale", "offset", "identity"].iter().for_each(|key| text.copy(row, key));
        for key in ["length", "bit", "bits", "decimals"] {
            if let Some(number) = row.cell(key).and_then(|cell| found.number(cell)) {
                text.line(format!("{key} = {number}"), row.place_of(key));
            }
        }
        for (key, low, high) in [("plausible", "low", "high"), ("range", "range_low", "range_high")] {
            match (row.text(low), row.text(high)) {
                (Some(a), Some(b)) => text.line(format!("{key} = [{}, {}]", quoted(a), quoted(b)), row.place_of(low)),
                (None, None) => {}
                (Some(_), None) => found.add(row.place_of(low), format!("{low} comes with {high}")),
                (None, Some(_)) => found.add(row.place_of(high), format!("{high} comes with {low}")),
            }
        }
        if let Some(cell) = row.cell("absent") {
            let marks: Vec<String> =
                cell.text.split_whitespace().filter_map(|mark| found.mark(cell.place, mark)).collect();
            text.line(format!("absent = [{}]", marks.join(", ")), cell.place);
        }
        if row.cell("identity").is_some() {
            return;
        }
        if row.cell("states").is_some() {
            text.say("enumeration", &name, row.place_of("states"));
        } else if row.text("type") != Some("text") {
            text.say("unit", row.text("unit").unwrap_or("MDC_DIM_DIMLESS"), row.place_of("unit"));
        }
        self.metric(text);
    }

    /// Term, row and label.
    fn metric(&self, text: &mut Text) {
        let row = self.row;
        let made = format!(
            "MDCX_{}_{}",
            self.stem,
            row.label().to_ascii_uppercase().replace(|c: char| !c.is_ascii_alphanumeric(), "_")
        );
        text.say(
            "code",
            row.text("code").unwrap_or(&made),
            row.place_of(if row.cell("code").is_some() { "code" } else { "label" }),
        );
        let place = row.place_of("containment");
        text.say("containment", row.text("containment").unwrap_or(&format!("1.1.1.{}", self.number)), place);
        text.copy(row, "label");
    }

    fn condition(&self, said: &str) -> String {
        let of = |key: &str, default: &str| quoted(self.row.text(key).unwrap_or(default));
        format!(
            "{{ event = {}, kind = {}, priority = {}, text = {} }}",
            of("event", "MDC_EVT_ALARM"),
            of("kind", "technical"),
            of("priority", "low"),
            quoted(said)
        )
    }

    fn write_states(&self, text: &mut Text, name: &str, states: &str, found: &mut Found) {
        let place = self.row.place_of("states");
        text.line("", place);
        text.line("[[enumeration]]", place);
        text.say("name", name, place);
        text.line("states = [", place);
        for state in states.split('|') {
            let Some((number, word)) = state.split_once('=') else {
                found.add(place, format!("{state:?} is no state; write number=text, like 1=open"));
                continue;
            };
            let (Some(number), word) = (found.mark(place, number.trim()), word.trim()) else { continue };
            let alarm = word.strip_suffix('!').map(str::trim_end);
            let mut line = format!(
                "    {{ value = {number}, text = {}",
                quoted(alarm.unwrap_or(if word == "-" { "no value" } else { word }))
            );
            if word == "-" {
                line.push_str(", absent = true");
            }
            if let Some(word) = alarm {
                line.push_str(&format!(", condition = {}", self.condition(&format!("{}: {word}", self.row.label()))));
            }
            text.line(line + " },", place);
        }
        text.line("]", place);
    }
}
