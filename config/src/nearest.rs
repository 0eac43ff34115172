//! The name that somebody probably meant.

/// Most letters of a name that are compared; longer names never match.
const NAME_CHARS_MAX: usize = 80;

/// Help for a name that is not known: the nearest known one, or all of them.
pub(crate) fn suggest<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    /// How many names are listed before the list is cut.
    const LISTED_MAX: usize = 30;

    let known: Vec<&str> = known.into_iter().collect();
    let mut list = known.iter().take(LISTED_MAX).copied().collect::<Vec<_>>().join(", ");
    if known.len() > LISTED_MAX {
        list.push_str(", …");
    }
    match (nearest(wrong, known.iter().copied()), known.is_empty()) {
        (_, true) => String::new(),
        (Some(near), false) => format!("did you mean `{near}`? Known: {list}"),
        (None, false) => format!("known: {list}"),
    }
}

/// The known name with the fewest edits from `wrong`, if it is near enough to be meant: a third of its letters, or a
/// beginning of it.
pub(crate) fn nearest<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    /// Letters from which on a beginning says what is meant.
    const BEGINNING_CHARS_MIN: usize = 3;

    let length = wrong.chars().count();
    let within = (length / 3).max(1);
    let begun = |name: &str| length >= BEGINNING_CHARS_MIN && name.starts_with(wrong);
    known
        .into_iter()
        .map(|name| (edits(wrong, name), name))
        .filter(|(distance, name)| *distance <= within || begun(name))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// Insertions, deletions, replacements and swaps of neighbours between two names, letter case and `-`/`_` aside.
fn edits(a: &str, b: &str) -> usize {
    let fold = |text: &str| -> Vec<char> {
        text.chars().take(NAME_CHARS_MAX + 1).map(|c| if c == '-' { '_' } else { c.to_ascii_lowercase() }).collect()
    };
    let (a, b) = (fold(a), fold(b));
    if a.len() > NAME_CHARS_MAX || b.len() > NAME_CHARS_MAX {
        return usize::MAX;
    }
    let mut rows = vec![vec![0usize; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            rows[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                let mut least = replaced.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
                if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                    least = least.min(rows[i - 2][j - 2] + 1);
                }
                least
            };
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_recognised() {
        let known = ["report_interval", "quiet_time", "bed", "id"];
        assert_eq!(nearest("report_intervall", known), Some("report_interval"));
        assert_eq!(nearest("quiet-tmie", known), Some("quiet_time"));
        assert_eq!(nearest("beds", known), Some("bed"));
        assert_eq!(nearest("quiet", known), Some("quiet_time"));
        assert_eq!(nearest("colour", known), None);
    }

    proptest::proptest! {
        #[test]
        fn any_names_compare(a in ".{0,100}", b in ".{0,100}") {
            proptest::prop_assert_eq!(edits(&a, &b), edits(&b, &a));
        }
    }
}
