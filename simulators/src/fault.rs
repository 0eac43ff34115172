//! What goes wrong on a wire, as a file: rules with rates and time windows, and a seed that makes every run the same.

use std::time::Duration;

use serde::Deserialize;

/// Most rules of one plan.
pub const RULES_MAX: usize = 1_000;
/// Latest time a rule can name, in seconds: a week.
pub const TIME_S_MAX: f64 = 604_800.0;
/// Longest delay, in milliseconds.
pub const DELAY_MS_MAX: u64 = 600_000;

/// What goes wrong between two ends.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FaultPlan {
    /// Reproduces the run: same seed, same bytes, same faults.
    #[serde(default)]
    pub seed: u64,
    /// Rules, all of which apply, in this order.
    #[serde(default, rename = "fault")]
    pub rules: Vec<FaultRule>,
}

/// One thing that goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FaultRule {
    /// What goes wrong.
    pub kind: FaultKind,
    /// In which direction.
    #[serde(default)]
    pub direction: Direction,
    /// How often, 0 to 1: of bytes for `drop` and `flip`, of transmissions for the others. `stall` and `unplug` have no rate.
    #[serde(default = "rate_default")]
    pub rate: f64,
    /// Seconds after the start from which on this happens.
    #[serde(default)]
    pub from_s: f64,
    /// Seconds after the start at which it stops; left out, never.
    #[serde(default)]
    pub until_s: Option<f64>,
    /// Repeats the window every so many seconds; left out, it comes once.
    #[serde(default)]
    pub every_s: Option<f64>,
    /// How long, for `delay`, `late` and `split`; left out, 100 ms, 1500 ms and 20 ms.
    #[serde(default)]
    pub delay_ms: Option<u64>,
}

fn rate_default() -> f64 {
    1.0
}

/// Kinds of faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// Bytes are lost.
    Drop,
    /// One bit of a byte is turned.
    Flip,
    /// A transmission arrives twice.
    Duplicate,
    /// A transmission arrives later, and everything behind it.
    Delay,
    /// As `delay`, longer than anybody waits for an answer.
    Late,
    /// A transmission arrives in two pieces with a pause between them.
    Split,
    /// Nothing arrives until the window ends; then everything does.
    Stall,
    /// The cable is out for the window; what is sent is lost.
    Unplug,
}

impl FaultKind {
    const fn delay_ms_default(self) -> u64 {
        match self {
            FaultKind::Delay => 100,
            FaultKind::Late => 1_500,
            FaultKind::Split => 20,
            FaultKind::Drop | FaultKind::Flip | FaultKind::Duplicate | FaultKind::Stall | FaultKind::Unplug => 0,
        }
    }
}

/// Directions on a wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Both.
    #[default]
    Both,
    /// From the appliance to the device.
    ToDevice,
    /// From the device to the appliance.
    ToAppliance,
}

impl Direction {
    /// Whether a rule for `self` applies to what travels in direction `other`.
    pub fn covers(self, other: Direction) -> bool {
        self == Direction::Both || self == other
    }
}

/// Why a fault plan cannot be used.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{origin} is not a fault plan: {}", problems.join("; "))]
pub struct FaultPlanError {
    /// The file.
    pub origin: String,
    /// Every problem, with its place.
    pub problems: Vec<String>,
}

impl FaultPlan {
    /// Reads a plan and checks it; `origin` is the file name for error messages.
    ///
    /// # Errors
    /// If the text is not of the form of a plan, or with every problem of its content at once.
    pub fn parse(text: &str, origin: &str) -> Result<Self, FaultPlanError> {
        let error = |problems| FaultPlanError { origin: origin.to_owned(), problems };
        let plan: FaultPlan = toml::from_str(text).map_err(|problem| error(vec![problem.to_string()]))?;
        let mut problems = Vec::new();
        if plan.rules.len() > RULES_MAX {
            return Err(error(vec![format!("more than {RULES_MAX} rules")]));
        }
        for (index, rule) in plan.rules.iter().enumerate() {
            rule.check(&format!("fault {}", index + 1), &mut problems);
        }
        if problems.is_empty() { Ok(plan) } else { Err(error(problems)) }
    }

    /// JSON Schema of a fault plan file.
    pub fn schema() -> schemars::Schema {
        schemars::schema_for!(FaultPlan)
    }

    /// The same faults with another seed, so that two links of one ward do not fail in step.
    pub fn reseeded(&self, purpose: u64) -> Self {
        Self { seed: crate::noise::derive(self.seed, purpose), rules: self.rules.clone() }
    }

    /// Whether the cable is in, at a time since the start.
    pub fn is_plugged(&self, at: Duration) -> bool {
        !self.rules.iter().any(|rule| rule.kind == FaultKind::Unplug && rule.is_active(at))
    }

    /// When a window of a stall or of a pulled cable next begins or ends, after `at`.
    pub fn next_change(&self, at: Duration) -> Option<Duration> {
        let windows = self.rules.iter().filter(|rule| matches!(rule.kind, FaultKind::Stall | FaultKind::Unplug));
        windows.filter_map(|rule| rule.next_edge(at)).min()
    }
}

impl FaultRule {
    /// A rule of a kind that holds always, in both directions, with its usual delay.
    pub fn always(kind: FaultKind, rate: f64) -> Self {
        Self { kind, direction: Direction::Both, rate, from_s: 0.0, until_s: None, every_s: None, delay_ms: None }
    }

    /// How long this rule delays.
    pub fn delay(&self) -> Duration {
        Duration::from_millis(self.delay_ms.unwrap_or(self.kind.delay_ms_default()))
    }

    /// Whether the rule's window is open, at a time since the start.
    pub fn is_active(&self, at: Duration) -> bool {
        let within_s = self.within_s(at);
        within_s >= self.from_s && self.until_s.is_none_or(|until_s| within_s < until_s)
    }

    fn within_s(&self, at: Duration) -> f64 {
        let at_s = at.as_secs_f64();
        self.every_s.filter(|every_s| *every_s > 0.0).map_or(at_s, |every_s| at_s % every_s)
    }

    /// When the window next opens or closes, after `at`.
    fn next_edge(&self, at: Duration) -> Option<Duration> {
        let within_s = self.within_s(at);
        let edges = [Some(self.from_s), self.until_s];
        let next_s = edges.into_iter().flatten().filter(|edge_s| *edge_s > within_s).reduce(f64::min);
        let ahead_s = match (next_s, self.every_s) {
            (Some(next_s), _) => next_s - within_s,
            (None, Some(every_s)) => every_s - within_s,
            (None, None) => return None,
        };
        // Rounded up, so that the edge has been crossed when the time has come.
        Some(at + Duration::try_from_secs_f64(ahead_s).unwrap_or_default() + Duration::from_micros(1))
    }

    fn check(&self, place: &str, problems: &mut Vec<String>) {
        if !(0.0..=1.0).contains(&self.rate) {
            problems.push(format!("{place}: rate: 0 to 1, not {}", self.rate));
        }
        if !(0.0..=TIME_S_MAX).contains(&self.from_s) {
            problems.push(format!("{place}: from_s: 0 to {TIME_S_MAX}, not {}", self.from_s));
        }
        if let Some(until_s) = self.until_s
            && !(until_s > self.from_s && until_s <= TIME_S_MAX)
        {
            problems.push(format!("{place}: until_s: later than from_s, at most {TIME_S_MAX}, not {until_s}"));
        }
        if let Some(every_s) = self.every_s
            && !(every_s >= self.until_s.unwrap_or(f64::INFINITY) && (0.1..=TIME_S_MAX).contains(&every_s))
        {
            problems.push(format!("{place}: every_s: at least until_s, which it needs, not {every_s}"));
        }
        if matches!(self.kind, FaultKind::Stall | FaultKind::Unplug) && self.until_s.is_none() {
            problems.push(format!("{place}: until_s is missing: say when a stall or a pulled cable ends"));
        }
        if self.kind == FaultKind::Unplug && self.direction != Direction::Both {
            problems.push(format!("{place}: direction: a cable is pulled in both directions; take it out"));
        }
        if self.delay_ms.is_some() && self.kind.delay_ms_default() == 0 {
            problems.push(format!("{place}: delay_ms: only for delay, late and split; take it out"));
        }
        if self.delay_ms.is_some_and(|delay_ms| delay_ms > DELAY_MS_MAX) {
            problems.push(format!("{place}: delay_ms: at most {DELAY_MS_MAX}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_are_read_and_problems_told_at_once() {
        let plan = FaultPlan::parse(
            "seed = 7\n[[fault]]\nkind = \"flip\"\nrate = 0.001\n[[fault]]\nkind = \"unplug\"\nfrom_s = 10\nuntil_s = 15\nevery_s = 60\n",
            "x.toml",
        )
        .unwrap();
        assert_eq!((plan.seed, plan.rules.len()), (7, 2));
        let secs = Duration::from_secs_f64;
        assert!(plan.is_plugged(secs(9.9)) && !plan.is_plugged(secs(10.0)) && plan.is_plugged(secs(15.0)));
        assert!(!plan.is_plugged(secs(72.0)) && plan.is_plugged(secs(76.0)));
        assert!(plan.next_change(secs(3.0)).unwrap().as_secs_f64() - 10.0 < 0.001);
        assert!(plan.next_change(secs(12.0)).unwrap().as_secs_f64() - 15.0 < 0.001);

        let bad = "[[fault]]\nkind = \"stall\"\nrate = 2\n[[fault]]\nkind = \"drop\"\ndelay_ms = 5\nfrom_s = -1\n";
        let problems = FaultPlan::parse(bad, "x.toml").unwrap_err().to_string();
        for expected in ["fault 1: rate", "fault 1: until_s", "fault 2: delay_ms", "fault 2: from_s"] {
            assert!(problems.contains(expected), "{expected:?} is missing in {problems}");
        }
        assert!(FaultPlan::parse("[[fault]]\nkind = \"melt\"\n", "x.toml").unwrap_err().to_string().contains("unplug"));
    }
}
