//! Captured and printed frames for tests, read from a folder beside the repository where there is one.

use std::path::Path;

/// One line of a `frames.jsonl` or `lines.jsonl`.
pub(crate) struct Frame {
    /// Its name.
    pub(crate) id: String,
    /// The bytes on the wire.
    pub(crate) bytes: Vec<u8>,
    /// Whether it passes its own check; `None` where that is open.
    pub(crate) valid: Option<bool>,
}

/// The frames of a device; none, and a printed line, if the folder is not there.
pub(crate) fn read(device: &str) -> Vec<Frame> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/reference/captures");
    let files = ["frames.jsonl", "lines.jsonl"].map(|name| root.join(device).join(name));
    let Some(text) = files.iter().find_map(|file| std::fs::read_to_string(file).ok()) else {
        println!("skipped: no captured frames of {device} beside the repository");
        return Vec::new();
    };
    text.lines().filter(|line| !line.trim().is_empty()).map(frame).collect()
}

fn frame(line: &str) -> Frame {
    let value: serde_json::Value = serde_json::from_str(line).unwrap();
    let hex = value["hex"].as_str().unwrap();
    let bytes = (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect();
    Frame { id: value["id"].as_str().unwrap().to_owned(), bytes, valid: value["valid"].as_bool() }
}
