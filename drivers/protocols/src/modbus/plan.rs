//! The reading plan: which requests read a block, and how a request that a unit refuses is split so that one bad address
//! does not sink its neighbours.
//!
//! A *segment* is one request. An *atom* is a run of declared values that overlap each other, each
//! with the bits that say what it is worth, and is never split.

use super::profile::{Block, RegisterProfile};
use super::{ReadRequest, UnitId};

/// One request of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Segment {
    /// Index of the block in its profile.
    pub(crate) block: usize,
    pub(crate) address: u16,
    pub(crate) count: u16,
}

impl Segment {
    /// The request to a unit.
    pub(crate) fn request(self, profile: &RegisterProfile, unit: UnitId) -> ReadRequest {
        ReadRequest::new(unit, profile.blocks[self.block].table, self.address, self.count)
            .expect("a checked profile holds blocks within the limits of Modbus, and segments lie within them")
    }

    fn end(self) -> u32 {
        u32::from(self.address) + u32::from(self.count)
    }
}

/// The requests that read a block: the whole block at once if it has no gaps and the device answers as much; otherwise as
/// few as gaps and limits allow, each from its first declared value to its last.
pub(crate) fn segments(profile: &RegisterProfile, index: usize) -> Vec<Segment> {
    let block = &profile.blocks[index];
    if block.gaps.is_empty() && block.count <= block.count_max {
        return vec![Segment { block: index, address: block.address, count: block.count }];
    }
    let mut segments: Vec<(u32, u32)> = Vec::new();
    for (start, end) in atoms(block, u32::from(block.address), block.end()) {
        let joins = segments.last().is_some_and(|(first, last)| {
            end - first <= u32::from(block.count_max)
                && !block.gaps.iter().any(|gap| gap.start < start && *last <= gap.start)
        });
        match segments.last_mut() {
            Some(segment) if joins => segment.1 = end,
            Some(_) | None => segments.push((start, end)),
        }
    }
    segments.into_iter().map(|range| segment(index, range)).collect()
}

/// Both halves of a refused segment, between two atoms; `None` if there is only one atom.
pub(crate) fn split(profile: &RegisterProfile, whole: Segment) -> Option<(Segment, Segment)> {
    let block = &profile.blocks[whole.block];
    let atoms = atoms(block, u32::from(whole.address), whole.end());
    let (left, right) = atoms.split_at(atoms.len() / 2);
    let join = |atoms: &[(u32, u32)]| Some(segment(whole.block, (atoms.first()?.0, atoms.last()?.1)));
    Some((join(left)?, join(right)?))
}

/// The segment trimmed to what it declares; `None` if that is all of it.
pub(crate) fn trim(profile: &RegisterProfile, whole: Segment) -> Option<Segment> {
    let atoms = atoms(&profile.blocks[whole.block], u32::from(whole.address), whole.end());
    let trimmed = segment(whole.block, (atoms.first()?.0, atoms.last()?.1));
    (trimmed != whole).then_some(trimmed)
}

fn segment(block: usize, (start, end): (u32, u32)) -> Segment {
    let narrow = |number: u32| u16::try_from(number).expect("atoms lie inside a block, and blocks end by 65535");
    Segment { block, address: narrow(start), count: narrow(end - start) }
}

/// Runs of overlapping values wholly inside a range, ascending, as first address and address behind the last.
///
/// Overlapping runs that would not fit one answer of the device are cut where a value ends.
fn atoms(block: &Block, from: u32, to: u32) -> Vec<(u32, u32)> {
    let mut atoms: Vec<(u32, u32)> = Vec::new();
    for (start, behind) in block.items.iter().map(|item| item.reach).filter(|reach| reach.0 >= from && reach.1 <= to) {
        match atoms.last_mut() {
            Some((first, end)) if start < *end && behind.max(*end) - *first <= u32::from(block.count_max) => {
                *end = behind.max(*end);
            }
            Some(_) | None => atoms.push((start, behind)),
        }
    }
    atoms
}
