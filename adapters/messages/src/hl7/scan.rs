//! Finds separators eight bytes at a time, without unsafe code.

const LOW_BITS: u64 = 0x7f7f_7f7f_7f7f_7f7f;
const ONES: u64 = 0x0101_0101_0101_0101;

/// High bit of every byte of `word` that is zero; exact, no false hits.
const fn zero_bytes(word: u64) -> u64 {
    !(((word & LOW_BITS) + LOW_BITS) | word | LOW_BITS)
}

/// Calls `hit` with the position of every `first` or `second` in `bytes`, ascending.
#[inline(always)]
pub(crate) fn each_of_two(bytes: &[u8], first: u8, second: u8, mut hit: impl FnMut(usize)) {
    let (first_word, second_word) = (ONES * u64::from(first), ONES * u64::from(second));
    let (chunks, rest) = bytes.as_chunks::<8>();
    let mut base = 0;
    for chunk in chunks {
        let word = u64::from_le_bytes(*chunk);
        let mut hits = zero_bytes(word ^ first_word) | zero_bytes(word ^ second_word);
        while hits != 0 {
            hit(base + (hits.trailing_zeros() / 8) as usize);
            hits &= hits - 1;
        }
        base += 8;
    }
    for (offset, byte) in rest.iter().enumerate() {
        if *byte == first || *byte == second {
            hit(base + offset);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn finds_what_a_plain_loop_finds(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200), first in 0u8..=255, second in 0u8..=255) {
            let mut found = Vec::new();
            each_of_two(&bytes, first, second, |at| found.push(at));
            let plain: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at] == first || bytes[*at] == second).collect();
            proptest::prop_assert_eq!(found, plain);
        }
    }
}
