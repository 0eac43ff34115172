//! Lists in pages: every list of the API is bounded.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::problem::Problem;

/// Entries of a page if nothing is said.
const LIMIT: u32 = 100;
/// Most entries of a page.
const LIMIT_MAX: u32 = 500;

/// Which page of a list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageOf {
    /// Where the page begins: `next` of the page before.
    #[serde(default)]
    pub(crate) after: Option<u64>,
    /// Most entries of the page, 1 to 500. 100 if left out.
    #[serde(default)]
    limit: Option<u32>,
}

impl PageOf {
    /// Most entries of the page.
    ///
    /// # Errors
    /// If it is out of bounds.
    pub(crate) fn limit(&self) -> Result<u32, Problem> {
        match self.limit.unwrap_or(LIMIT) {
            limit @ 1..=LIMIT_MAX => Ok(limit),
            other => Err(Problem::unusable(format!("`limit` is {other}; expected 1 to {LIMIT_MAX}"))),
        }
    }
}

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Page<T> {
    /// The entries.
    pub(crate) entries: Vec<T>,
    /// `after` of the next page; `null` if this is the last one.
    pub(crate) next: Option<u64>,
}

impl<T> Page<T> {
    /// A page of entries, each with its place.
    pub(crate) fn of(found: Vec<(u64, T)>, limit: u32) -> Self {
        let is_full = found.len() >= limit as usize;
        let next = found.last().map(|(place, _)| *place).filter(|_| is_full);
        Self { entries: found.into_iter().map(|(_, entry)| entry).collect(), next }
    }
}
