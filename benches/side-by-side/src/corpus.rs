//! The 64 observation messages that all programs read and write.

use std::path::Path;

use vigil_messages::hl7::Message;

/// Messages of the corpus; work `i` takes message `i % MESSAGES`.
pub(crate) const MESSAGES: usize = 64;

/// One metric of the corpus' messages.
pub(crate) struct Row {
    /// Code of the metric.
    pub(crate) code: u64,
    /// Name of the metric.
    pub(crate) name: String,
    /// Code of its unit.
    pub(crate) unit: u64,
    /// Name of its unit.
    pub(crate) unit_name: String,
    /// Its place in the device.
    pub(crate) place: String,
}

/// The messages without their framing.
pub(crate) fn messages(folder: &Path) -> Result<Vec<Vec<u8>>, String> {
    let bytes = read(&folder.join("w1.mllp"))?;
    let blocks = bytes.split(|byte| *byte == 0x0b).filter_map(|block| block.strip_suffix(b"\x1c\x0d"));
    let messages: Vec<Vec<u8>> = blocks.map(<[u8]>::to_vec).collect();
    if messages.len() == MESSAGES { Ok(messages) } else { Err(format!("w1.mllp holds {} messages", messages.len())) }
}

/// The metrics of a message in their order.
pub(crate) fn rows(folder: &Path) -> Result<Vec<Row>, String> {
    let bytes = read(&folder.join("w1.codes.tsv"))?;
    let text = String::from_utf8(bytes).map_err(|error| format!("w1.codes.tsv: {error}"))?;
    let row = |line: &str| {
        let mut cells = line.split('\t');
        let code = cells.next()?.parse().ok()?;
        let name = cells.next()?.to_owned();
        let unit = cells.next()?.parse().ok()?;
        let unit_name = cells.next()?.to_owned();
        Some(Row { code, name, unit, unit_name, place: format!("1.1.1.{code}") })
    };
    text.lines().map(|line| row(line).ok_or_else(|| format!("w1.codes.tsv: {line:?} is not a row"))).collect()
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|error| format!("reading {}: {error}; make it with `benchref gen`", path.display()))
}

/// The reads that the work asks for: MSH-10, PID-3.1 and of each OBX 3.1, 5, 6.1 and 14, as one sum.
pub(crate) fn read_message(message: &Message) -> u64 {
    let mut sum = bytes(message.header().field(10).raw()) + bytes(message.field("PID", 3).component(1).raw());
    for obx in message.segments_named("OBX") {
        sum += obx.field(3).component(1).unsigned().unwrap_or(0) + obx.field(6).component(1).unsigned().unwrap_or(0);
        let tenths = obx.field(5).quantity().and_then(|value| value.rounded(1)).map_or(0, |value| value.mantissa());
        sum += tenths.cast_unsigned() + bytes(obx.field(14).raw());
    }
    sum
}

fn bytes(piece: &[u8]) -> u64 {
    piece.len() as u64
}
