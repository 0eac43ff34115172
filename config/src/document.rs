//! The text of a configuration as a tree in which every value knows its place.
//!
//! Checks name a [`Place`] (`device`, the third, `quiet_time`); the document turns it into line, column and a key that a
//! person recognises. The sections themselves stay free of positions.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::problem::{Problem, Severity};

/// Most problems that are collected; a file with more is not a configuration.
const PROBLEMS_MAX: usize = 500;

/// A way down the tree.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place(Vec<Step>);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    Key(String),
    Index(usize),
}

impl Place {
    /// A top-level key.
    pub(crate) fn top(key: &str) -> Self {
        Self::default().key(key)
    }

    /// One `[[section]]`.
    pub(crate) fn element(section: &str, index: usize) -> Self {
        Self::top(section).index(index)
    }

    pub(crate) fn key(&self, key: &str) -> Self {
        self.step(Step::Key(key.to_owned()))
    }

    pub(crate) fn index(&self, index: usize) -> Self {
        self.step(Step::Index(index))
    }

    pub(crate) fn step(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }

    pub(crate) fn join(&self, below: &Place) -> Self {
        Self(self.0.iter().chain(&below.0).cloned().collect())
    }

    pub(crate) fn steps(&self) -> &[Step] {
        &self.0
    }

    fn starts_with(&self, above: &Place) -> bool {
        self.0.starts_with(&above.0)
    }
}

/// A text that is well-formed TOML.
pub(crate) struct Document<'t> {
    name: &'t str,
    text: &'t str,
    root: Spanned<DeValue<'t>>,
}

impl<'t> Document<'t> {
    /// Reads a text; if it is not TOML, says everything that is wrong with it.
    pub(crate) fn parse(name: &'t str, text: &'t str) -> Result<Self, Vec<Problem>> {
        let (root, errors) = DeTable::parse_recoverable(text);
        let span = root.span();
        let document = Self { name, text, root: Spanned::new(span, DeValue::Table(root.into_inner())) };
        if errors.is_empty() {
            return Ok(document);
        }
        let mut problems: Vec<Problem> = errors
            .iter()
            .take(PROBLEMS_MAX)
            .map(|error| {
                let offset = error.span().map_or(text.len(), |span| span.start);
                document.problem_at(offset, String::new(), error.message().to_owned(), "see https://toml.io".to_owned())
            })
            .collect();
        problems.sort();
        problems.dedup();
        Err(problems)
    }

    /// The value at a place.
    pub(crate) fn value(&self, place: &Place) -> Option<&Spanned<DeValue<'t>>> {
        place.steps().iter().try_fold(&self.root, |value, step| match (step, value.get_ref()) {
            (Step::Key(key), DeValue::Table(table)) => table.get(key.as_str()),
            (Step::Index(index), DeValue::Array(array)) => array.get(*index),
            _ => None,
        })
    }

    /// Whether there is anything at a place.
    pub(crate) fn has(&self, place: &Place) -> bool {
        self.value(place).is_some()
    }

    /// The keys of the table at a place.
    pub(crate) fn keys(&self, place: &Place) -> Vec<&str> {
        match self.value(place).map(Spanned::get_ref) {
            Some(DeValue::Table(table)) => table.keys().map(|key| key.get_ref().as_ref()).collect(),
            _ => Vec::new(),
        }
    }

    /// The text at a place, if it is one.
    pub(crate) fn text(&self, place: &Place) -> Option<&str> {
        self.value(place).and_then(|value| value.get_ref().as_str())
    }

    /// How many elements the array at a place has.
    pub(crate) fn length(&self, place: &Place) -> usize {
        self.value(place).and_then(|value| value.get_ref().as_array()).map_or(0, |array| array.len())
    }

    /// A key that a person recognises: `device[mon-1].quiet_time`, with a number from 1 where there is no name.
    pub(crate) fn key_of(&self, place: &Place) -> String {
        let mut key = String::new();
        let mut here = Place::default();
        for step in place.steps() {
            here = here.step(step.clone());
            match step {
                Step::Key(name) => {
                    if !key.is_empty() {
                        key.push('.');
                    }
                    key.push_str(name);
                }
                Step::Index(index) => {
                    let name = ["id", "name", "metric"].iter().find_map(|name| self.text(&here.key(name)));
                    let side = self.text(&here.key("side")).filter(|_| self.has(&here.key("metric")));
                    match (name, side) {
                        (Some(name), Some(side)) => key.push_str(&format!("[{name} {side}]")),
                        (Some(name), None) => key.push_str(&format!("[{name}]")),
                        (None, _) => key.push_str(&format!("[{}]", index + 1)),
                    }
                }
            }
        }
        key
    }

    /// A problem at a place: at its value, or at the nearest thing above it that is there.
    pub(crate) fn problem(&self, place: &Place, message: String, help: String) -> Problem {
        let mut above = place.clone();
        while !self.has(&above) {
            above.0.pop();
        }
        let offset = self.value(&above).map_or(0, |value| value.span().start);
        self.problem_at(offset, self.key_of(place), message, help)
    }

    /// A problem with a key itself, not with its value.
    pub(crate) fn problem_with_key(&self, place: &Place, message: String, help: String) -> Problem {
        let (Some(Step::Key(key)), parent) =
            (place.0.last(), Place(place.0[..place.0.len().saturating_sub(1)].to_vec()))
        else {
            return self.problem(place, message, help);
        };
        let span = match self.value(&parent).map(Spanned::get_ref) {
            Some(DeValue::Table(table)) => table.get_key_value(key.as_str()).map(|(key, _)| key.span()),
            _ => None,
        };
        match span {
            Some(span) => self.problem_at(span.start, self.key_of(place), message, help),
            None => self.problem(place, message, help),
        }
    }

    fn problem_at(&self, offset: usize, key: String, message: String, help: String) -> Problem {
        let (line, column) = position(self.text, offset);
        Problem { file: self.name.to_owned(), line, column, key, message, help, severity: Severity::Error }
    }
}

/// Line and column of a byte, both from 1; the column counts characters.
pub(crate) fn position(text: &str, offset: usize) -> (usize, usize) {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    let before = &text[..offset];
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    (line, column)
}

/// Whether two spans are the same stretch of text.
pub(crate) fn same(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start == b.start && a.end == b.end
}

/// What is wrong with a document, as it is found.
pub(crate) struct Problems<'d, 't> {
    /// What is checked.
    pub(crate) document: &'d Document<'t>,
    list: Vec<Problem>,
    damaged: Vec<Place>,
}

impl<'d, 't> Problems<'d, 't> {
    pub(crate) fn new(document: &'d Document<'t>) -> Self {
        Self { document, list: Vec::new(), damaged: Vec::new() }
    }

    /// Something that refuses the configuration. Nothing is said twice about a value that could not even be read.
    pub(crate) fn error(&mut self, place: &Place, message: impl Into<String>, help: impl Into<String>) {
        self.add(place, message.into(), help.into(), Severity::Error);
    }

    /// Something that somebody should look at.
    pub(crate) fn warning(&mut self, place: &Place, message: impl Into<String>, help: impl Into<String>) {
        self.add(place, message.into(), help.into(), Severity::Warning);
    }

    fn add(&mut self, place: &Place, message: String, help: String, severity: Severity) {
        if !self.damaged.iter().any(|damaged| place.starts_with(damaged)) {
            self.push(Problem { severity, ..self.document.problem(place, message, help) });
        }
    }

    /// A value that cannot be read; later checks are silent about it.
    pub(crate) fn damaged(&mut self, place: Place, problem: Problem) {
        self.push(problem);
        self.silence(place);
    }

    /// A place about which later checks are silent.
    pub(crate) fn silence(&mut self, place: Place) {
        self.damaged.push(place);
    }

    /// A problem that is worded already, perhaps of another file.
    pub(crate) fn push(&mut self, problem: Problem) {
        if self.list.len() < PROBLEMS_MAX {
            self.list.push(problem);
        }
    }

    /// Whether anything refuses the configuration.
    pub(crate) fn refuse(&self) -> bool {
        self.list.iter().any(|problem| problem.severity == Severity::Error)
    }

    /// Everything, in the order of the text.
    pub(crate) fn into_sorted(mut self) -> Vec<Problem> {
        self.list.sort();
        self.list.dedup();
        self.list
    }
}
