//! How one text differs from another, line by line: the longest common subsequence, with a bound on what may be compared.

use serde::Serialize;
use utoipa::ToSchema;

/// Lines that may be compared after the common beginning and end are put aside; a table of their product is filled.
const LINES_MAX: usize = 2_000;
/// Lines that are told around a change.
const AROUND: usize = 3;

/// A line of a difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Line {
    /// `same`, `removed`, `added` or `skipped`.
    pub(crate) change: &'static str,
    /// Its number in the text that it stands in, from 1; of the new text where it is the same.
    pub(crate) line: usize,
    /// The line; of what is skipped how many lines.
    pub(crate) text: String,
}

/// What must be done to `old` to make `new` of it; `None` if too much is different.
pub(crate) fn difference(old: &str, new: &str) -> Option<Vec<Line>> {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let before = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let after = old[before..].iter().rev().zip(new[before..].iter().rev()).take_while(|(a, b)| a == b).count();
    let (middle_old, middle_new) = (&old[before..old.len() - after], &new[before..new.len() - after]);
    if middle_old.len() > LINES_MAX || middle_new.len() > LINES_MAX {
        return None;
    }
    let line = |change, line: usize, text: &str| Line { change, line: line + 1, text: text.to_owned() };
    let mut lines: Vec<Line> = (0..before).map(|at| line("same", at, new[at])).collect();
    let common = table(middle_old, middle_new);
    let width = middle_new.len() + 1;
    let (mut at_old, mut at_new) = (0, 0);
    while at_old < middle_old.len() || at_new < middle_new.len() {
        let (down, right) = ((at_old + 1) * width + at_new, at_old * width + at_new + 1);
        if at_old < middle_old.len() && at_new < middle_new.len() && middle_old[at_old] == middle_new[at_new] {
            lines.push(line("same", before + at_new, middle_new[at_new]));
            (at_old, at_new) = (at_old + 1, at_new + 1);
        } else if at_new == middle_new.len() || (at_old < middle_old.len() && common[down] >= common[right]) {
            lines.push(line("removed", before + at_old, middle_old[at_old]));
            at_old += 1;
        } else {
            lines.push(line("added", before + at_new, middle_new[at_new]));
            at_new += 1;
        }
    }
    lines.extend((new.len() - after..new.len()).map(|at| line("same", at, new[at])));
    Some(shortened(lines))
}

/// For each pair of positions how many lines the rests have in common.
fn table(old: &[&str], new: &[&str]) -> Vec<u16> {
    let width = new.len() + 1;
    let mut common = vec![0u16; (old.len() + 1) * width];
    for at_old in (0..old.len()).rev() {
        for at_new in (0..new.len()).rev() {
            common[at_old * width + at_new] = if old[at_old] == new[at_new] {
                common[(at_old + 1) * width + at_new + 1] + 1
            } else {
                common[(at_old + 1) * width + at_new].max(common[at_old * width + at_new + 1])
            };
        }
    }
    common
}

/// Leaves out what is the same and far from any change.
fn shortened(lines: Vec<Line>) -> Vec<Line> {
    let changed: Vec<bool> = lines.iter().map(|line| line.change != "same").collect();
    let is_near = |at: usize| changed[at.saturating_sub(AROUND)..(at + AROUND + 1).min(changed.len())].contains(&true);
    let mut short: Vec<Line> = Vec::new();
    let mut skipped = 0usize;
    for (at, line) in lines.into_iter().enumerate() {
        if is_near(at) {
            if skipped > 0 {
                short.push(Line { change: "skipped", line: line.line, text: format!("{skipped} lines are the same") });
                skipped = 0;
            }
            short.push(line);
        } else {
            skipped += 1;
        }
    }
    if skipped > 0 && !short.is_empty() {
        short.push(Line { change: "skipped", line: 0, text: format!("{skipped} lines are the same") });
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(old: &str, new: &str) -> String {
        let sign = |line: &Line| match line.change {
            "added" => '+',
            "removed" => '-',
            "skipped" => '~',
            _ => '=',
        };
        difference(old, new)
            .unwrap()
            .iter()
            .map(|line| format!("{}{}", sign(line), line.text))
            .collect::<Vec<_>>()
            .join("|")
    }

    #[test]
    fn what_changed_is_told_with_a_little_around() {
        assert_eq!(told("a\nb\nc", "a\nb\nc"), "");
        assert_eq!(told("a\nb\nc", "a\nx\nc"), "=a|-b|+x|=c");
        assert_eq!(told("", "a"), "+a");
        assert_eq!(told("a\nb", ""), "-a|-b");
        assert_eq!(
            told("1\n2\n3\n4\n5\n6\n7\n8\n9", "1\n2\n3\n4\nx\n6\n7\n8\n9"),
            "~1 lines are the same|=2|=3|=4|-5|+x|=6|=7|=8|~1 lines are the same"
        );
    }

    #[test]
    fn too_much_is_not_compared() {
        let long = |word: &str| (0..3_000).map(|n| format!("{word}{n}\n")).collect::<String>();
        assert_eq!(difference(&long("a"), &long("b")), None);
        assert_eq!(difference(&long("a"), &long("a")), Some(Vec::new()));
    }
}
