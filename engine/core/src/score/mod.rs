//! Early-warning scores: from a chart and the answers to its inputs to points. Plain functions; which device answers and
//! how long an answer counts is the business of the stage `Derive`.

mod evaluate;

pub use evaluate::{Evaluation, Given, Missing, Points, evaluate};
