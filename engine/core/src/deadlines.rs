//! When is a device due? One instant a device, with exact minimum, bounded by the number of devices.
//!
//! Two levels instead of a heap: a step that touches every device moves every deadline, and a heap would pay a search for
//! each. Here a move is one store, and the minimum of a block is found again once a step.

use vigil_model::Instant;

/// Later than everything: no deadline.
pub(crate) const NEVER: Instant = Instant::from_micros(u64::MAX);

/// Devices in one block.
const BLOCK: usize = 64;

/// The deadline of each device of one stage.
#[derive(Debug, Default)]
pub(crate) struct Deadlines {
    due: Vec<Instant>,
    blocks: Vec<Block>,
}

#[derive(Clone, Copy, Debug)]
struct Block {
    /// Not later than any deadline of the block; exact unless `moved`.
    first: Instant,
    moved: bool,
}

impl Deadlines {
    /// No device has a deadline.
    pub(crate) fn new(devices: usize) -> Self {
        let blocks = vec![Block { first: NEVER, moved: false }; devices.div_ceil(BLOCK)];
        Self { due: vec![NEVER; devices], blocks }
    }

    /// Sets the deadline of a device; [`NEVER`] for none.
    #[inline]
    pub(crate) fn set(&mut self, device: u32, at: Instant) {
        let device = device as usize;
        let before = std::mem::replace(&mut self.due[device], at);
        let block = &mut self.blocks[device / BLOCK];
        if at <= block.first {
            block.first = at;
        } else if before == block.first {
            block.moved = true;
        }
    }

    /// Appends the devices that are due at `now` to `devices`, ascending.
    pub(crate) fn due_at(&mut self, now: Instant, devices: &mut Vec<u32>) {
        self.settle();
        for (index, block) in self.blocks.iter().enumerate().filter(|(_, block)| block.first <= now) {
            let start = index * BLOCK;
            let end = (start + BLOCK).min(self.due.len());
            debug_assert!(!block.moved);
            devices.extend((start..end).filter(|d| self.due[*d] <= now).filter_map(|d| u32::try_from(d).ok()));
        }
    }

    /// The first deadline of all, or [`NEVER`].
    pub(crate) fn first(&self) -> Instant {
        let blocks = self.blocks.iter().enumerate();
        blocks.map(|(index, block)| if block.moved { self.scan(index) } else { block.first }).min().unwrap_or(NEVER)
    }

    /// Makes every block exact.
    pub(crate) fn settle(&mut self) {
        for index in 0..self.blocks.len() {
            if self.blocks[index].moved {
                self.blocks[index] = Block { first: self.scan(index), moved: false };
            }
        }
    }

    fn scan(&self, block: usize) -> Instant {
        let end = (block * BLOCK + BLOCK).min(self.due.len());
        self.due[block * BLOCK..end].iter().copied().min().unwrap_or(NEVER)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn the_first_and_the_due_are_those_of_a_plain_list(
            moves in proptest::collection::vec((0u32..150, 0u64..20, 0u64..20), 0..300)
        ) {
            let mut deadlines = Deadlines::new(150);
            let mut plain = vec![NEVER; 150];
            for (device, at, now) in moves {
                let at = if at == 0 { NEVER } else { Instant::from_micros(at) };
                deadlines.set(device, at);
                plain[device as usize] = at;
                proptest::prop_assert_eq!(deadlines.first(), plain.iter().copied().min().unwrap());
                if now % 3 == 0 {
                    let mut due = Vec::new();
                    deadlines.due_at(Instant::from_micros(now), &mut due);
                    let wanted: Vec<u32> =
                        (0..150).filter(|d| plain[*d as usize] <= Instant::from_micros(now)).collect();
                    proptest::prop_assert_eq!(due, wanted);
                }
            }
        }
    }
}
