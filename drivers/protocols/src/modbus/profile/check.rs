//! [`ProfileFile`] to [`RegisterProfile`]: names resolved, numbers within their bounds, everything that is wrong noted at its
//! place. Items are checked in `check_item.rs`.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use toml::Spanned;
use vigil_model::{Code, CodeKind, Containment, Node, Profile};

use super::file::{BlockFile, NodeFile, ProfileFile};
use super::problem::Problems;
use super::{Block, RegisterProfile, check_item, example};
use crate::modbus::Table;
use crate::{settings, watch};

/// Shortest period of a block.
pub const PERIOD_MIN: Duration = Duration::from_millis(10);
/// Longest period of a block.
pub const PERIOD_MAX: Duration = Duration::from_secs(86_400);
/// Longest pause after an answer.
pub const PAUSE_MAX: Duration = Duration::from_secs(10);
/// Blocks of one profile.
pub const BLOCKS_MAX: usize = 64;

/// Makes a profile of a file. What comes back is complete only if no problem was noted.
pub(super) fn check(file: &ProfileFile, problems: &mut Problems<'_>) -> RegisterProfile {
    let name = required(&file.name, "name", problems);
    if let Some(name) = name
        && !is_name(name.get_ref())
    {
        problems.add(name.span(), "a name has lower-case letters, digits and single hyphens, like bed-contacts");
    }
    let title = required(&file.title, "title", problems);
    let mds = required(&file.mds, "mds", problems).and_then(|mds| code(mds, CodeKind::Device, "", problems));
    let nodes = nodes(file, problems);
    let blocks = blocks(&file.block, problems);
    let fastest = blocks.iter().map(|block| block.period).min().unwrap_or(Duration::from_secs(1));
    let fresh_for = file.fresh_for.as_ref().and_then(|text| duration(text, PERIOD_MIN, PERIOD_MAX, problems));
    let profile = Profile {
        name: name.map_or("", |name| name.get_ref()).into(),
        title: title.map_or("", |title| title.get_ref()).into(),
        mds: mds.unwrap_or(Code::all()[0]),
        nodes,
        metrics: Vec::new(),
        alarms: Vec::new(),
        fresh_for: fresh_for.unwrap_or(watch::LinkWatch::quiet_time_of(fastest)),
    };
    let mut built = RegisterProfile {
        profile: Arc::new(profile.clone()),
        blocks,
        conditions: Vec::new(),
        examples: Vec::new(),
        ascii_count: file.ascii_count.as_ref().map(|count| *count.get_ref()).unwrap_or_default(),
    };
    check_item::items(file, fresh_for.is_none().then_some(fastest), profile, &mut built, problems);
    for (block, from) in built.blocks.iter().zip(&file.block) {
        if block.items.is_empty() && problems.is_empty() {
            problems.add(
                from.name.span(),
                format!("block {:?} holds no register and no bit; give it one or remove it", block.name),
            );
        }
    }
    example::resolve(&file.example, &mut built, problems);
    built
}

fn required<'f, T>(value: &'f Option<Spanned<T>>, key: &str, problems: &mut Problems<'_>) -> Option<&'f Spanned<T>> {
    if value.is_none() {
        problems.add(0..0, format!("the profile has no {key}; add {key} = \"…\" at the top"));
    }
    value.as_ref()
}

/// Lower-case letters, digits and single hyphens between them.
pub(super) fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name
            .split('-')
            .all(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()))
}

/// The term of a name, from the nomenclature or as a provisional one.
pub(super) fn code(
    refid: &Spanned<String>,
    kind: CodeKind,
    description: &str,
    problems: &mut Problems<'_>,
) -> Option<Code> {
    let description = if description.is_empty() { "Provisional term of a register profile." } else { description };
    match Code::local(refid.get_ref(), kind, description) {
        Ok(code) if code.kind() == kind => Some(code),
        Ok(code) => {
            let word = |kind| match kind {
                CodeKind::Metric => "a metric",
                CodeKind::Event => "an event",
                CodeKind::Device => "a device or part",
                CodeKind::Attribute => "an attribute",
            };
            problems.add(refid.span(), format!("{code} is {}, and {} belongs here", word(code.kind()), word(kind)));
            None
        }
        Err(error) => {
            problems.add(refid.span(), error.to_string());
            None
        }
    }
}

/// A row of the containment tree.
pub(super) fn containment(text: &Spanned<String>, problems: &mut Problems<'_>) -> Option<Containment> {
    text.get_ref().parse().map_err(|error| problems.add(text.span(), format!("{error}"))).ok()
}

/// A duration with its unit, between two bounds.
pub(super) fn duration(
    text: &Spanned<String>,
    min: Duration,
    max: Duration,
    problems: &mut Problems<'_>,
) -> Option<Duration> {
    let found = settings::parse(text.get_ref()).filter(|duration| (min..=max).contains(duration));
    if found.is_none() {
        problems.add(
            text.span(),
            format!(
                "{:?} is not a duration from {} to {}; write a whole number and ms, s, min or h, like \"500ms\"",
                text.get_ref(),
                settings::write(min),
                settings::write(max)
            ),
        );
    }
    found
}

fn nodes(file: &ProfileFile, problems: &mut Problems<'_>) -> Vec<Node> {
    let mut nodes: Vec<Node> = Vec::new();
    let mut add = |from: &NodeFile, is_channel: bool, problems: &mut Problems<'_>| {
        let (Some(row), Some(code)) =
            (containment(&from.containment, problems), code(&from.code, CodeKind::Device, "", problems))
        else {
            return;
        };
        let shape = row.mds == 1 && row.vmd > 0 && row.metric == 0 && (row.channel > 0) == is_channel;
        if !shape {
            let form =
                if is_channel { "a channel has the form 1.vmd.channel.0" } else { "a vmd has the form 1.vmd.0.0" };
            problems.add(from.containment.span(), format!("{form}, not {row}"));
        } else if nodes.iter().any(|node| node.containment == row) {
            problems.add(from.containment.span(), format!("{row} is declared twice"));
        } else if is_channel && !nodes.iter().any(|node| node.containment == row.vmd_row()) {
            problems
                .add(from.containment.span(), format!("{row} lies in {}, which no [[vmd]] declares", row.vmd_row()));
        } else {
            nodes.push(Node { containment: row, code });
        }
    };
    file.vmd.iter().for_each(|from| add(from, false, problems));
    file.channel.iter().for_each(|from| add(from, true, problems));
    nodes.sort_by_key(|node| node.containment);
    nodes
}

fn blocks(files: &[BlockFile], problems: &mut Problems<'_>) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    if files.is_empty() {
        problems.add(0..0, "the profile reads nothing; add at least one [[block]]");
    }
    if let Some(extra) = files.get(BLOCKS_MAX) {
        problems.add(extra.name.span(), format!("a profile has at most {BLOCKS_MAX} blocks"));
    }
    for file in files.iter().take(BLOCKS_MAX) {
        let name = file.name.get_ref();
        if blocks.iter().any(|block| &*block.name == name.as_str()) {
            problems.add(file.name.span(), format!("block {name:?} is declared twice"));
        }
        let (address, count) = (*file.address.get_ref(), *file.count.get_ref());
        let end = u32::from(address) + u32::from(count);
        if count == 0 || end > 0x1_0000 {
            problems.add(
                file.count.span(),
                format!("a block has at least one entry and ends by address 65535, not at {end}"),
            );
        }
        if let Some(other) = blocks.iter().find(|block| {
            block.table == file.table && u32::from(block.address) < end && u32::from(address) < block.end()
        }) {
            problems.add(file.address.span(), format!("block {name:?} overlaps block {:?}; join them", other.name));
        }
        let period = duration(&file.period, PERIOD_MIN, PERIOD_MAX, problems);
        let pause = file.pause.as_ref().and_then(|pause| duration(pause, Duration::ZERO, PAUSE_MAX, problems));
        blocks.push(Block {
            name: name.as_str().into(),
            table: file.table,
            address,
            count,
            period: period.unwrap_or(Duration::from_secs(1)),
            alarm: file.alarm,
            pause: pause.unwrap_or_default(),
            count_max: count_max(file, problems),
            gaps: gaps(file, address, end, problems),
            items: Vec::new(),
        });
    }
    blocks
}

fn count_max(file: &BlockFile, problems: &mut Problems<'_>) -> u16 {
    let limit = Table::count_max(file.table);
    match &file.count_max {
        None => limit,
        Some(given) if (1..=limit).contains(given.get_ref()) => *given.get_ref(),
        Some(given) => {
            problems.add(given.span(), format!("count_max is 1 to {limit} for {}", file.table.as_str()));
            limit
        }
    }
}

fn gaps(file: &BlockFile, address: u16, end: u32, problems: &mut Problems<'_>) -> Vec<Range<u32>> {
    let mut gaps: Vec<Range<u32>> = Vec::new();
    for gap in &file.gaps {
        let [first, last] = *gap.get_ref();
        if first > last || first < address || u32::from(last) >= end {
            problems.add(gap.span(), "a gap is a pair of first and last address, both inside the block");
        } else {
            gaps.push(u32::from(first)..u32::from(last) + 1);
        }
    }
    gaps.sort_by_key(|gap| gap.start);
    gaps
}
