//! Reading a lane of the outbox page by page.

use std::collections::VecDeque;

use vigil_journal::{JournalError, Outbox, OutboxRow, RowId};
use vigil_model::{Instant, Lane};

/// Rows read from the outbox at once.
const PAGE_ROWS: usize = 32;
/// Rows of a lane that are kept while their words are busy.
const BUFFER_ROWS_MAX: usize = 128;

/// A stretch of a lane, and how far it has been read.
#[derive(Clone, Debug)]
pub(super) struct LaneView {
    /// Everything up to here has been looked at.
    cursor: RowId,
    /// The end of the stretch.
    last: RowId,
    rows: VecDeque<OutboxRow>,
    /// There may be rows behind the cursor.
    pub(super) more: bool,
    /// So many words are held that no more can be: the lane waits.
    pub(super) paused_until: Option<Instant>,
}

/// What one look gave.
pub(super) enum Page {
    Row(OutboxRow),
    Nothing,
    /// Nothing so far; the next look may find something.
    More,
}

impl LaneView {
    /// The views of an undivided outbox, in the order of the tracks: whole lanes, and no past.
    pub(super) fn fresh() -> [Self; 5] {
        let whole = || Self::after(RowId::START, VecDeque::new());
        let none = || Self { more: false, ..Self::until(RowId::START) };
        [whole(), none(), whole(), none(), none()]
    }

    /// From the beginning up to and with `last`.
    pub(super) fn until(last: RowId) -> Self {
        Self { cursor: RowId::START, last, rows: VecDeque::new(), more: true, paused_until: None }
    }

    /// Some rows that were read already, and everything behind `cursor`.
    pub(super) fn after(cursor: RowId, rows: VecDeque<OutboxRow>) -> Self {
        Self { cursor, last: RowId(u64::MAX), rows, more: true, paused_until: None }
    }

    /// Whether nothing is left in it for now.
    pub(super) fn is_exhausted(&self) -> bool {
        !self.more && self.rows.is_empty()
    }

    /// Looks again at everything from `row` on, and at what has been read and not chosen.
    pub(super) fn back_to(&mut self, row: RowId) {
        let first = self.rows.iter().map(|read| read.row).min().map_or(row, |read| read.min(row));
        self.cursor = self.cursor.min(first.before());
        self.rows.clear();
        self.more = true;
    }

    /// Leaves out rows that are dealt with elsewhere by now.
    pub(super) fn leave_out(&mut self, is_elsewhere: impl Fn(&OutboxRow) -> bool) {
        self.rows.retain(|row| !is_elsewhere(row));
    }

    /// The first row that is neither busy nor dealt with elsewhere; reads at most one page.
    pub(super) fn next(
        &mut self,
        lane: Lane,
        outbox: &mut dyn Outbox,
        is_busy: impl Fn(&OutboxRow) -> bool,
        is_elsewhere: impl Fn(&OutboxRow) -> bool,
    ) -> Result<Page, JournalError> {
        if let Some(index) = self.rows.iter().position(|row| !is_busy(row))
            && let Some(row) = self.rows.remove(index)
        {
            return Ok(Page::Row(row));
        }
        if !self.more || self.rows.len() >= BUFFER_ROWS_MAX {
            return Ok(Page::Nothing);
        }
        let page = outbox.next(lane, self.cursor, PAGE_ROWS)?;
        self.more = page.len() >= PAGE_ROWS;
        self.cursor = page.last().map_or(self.cursor, |row| row.row);
        if self.cursor >= self.last {
            self.more = false;
        }
        let (last, before) = (self.last, self.rows.len());
        self.rows.extend(page.into_iter().filter(|row| row.row <= last && !is_elsewhere(row)));
        // All of the page may be busy or elsewhere: the caller decides how often it looks on.
        Ok(if self.rows.len() > before || self.more { Page::More } else { Page::Nothing })
    }
}
