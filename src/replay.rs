//! Plays a recorded run again: the same sessions, buses, engine and encoders, under the recorded time.
//!
//! With the configuration that was recorded, everything comes out as it did then, to the byte, and each step is checked against
//! the sum that was recorded with it. With another one it says what would have been.

use std::sync::Arc;

use vigil_config::{LinkPlan, Plan, ProfileSource};
use vigil_engine::{Engine, Restored};
use vigil_messages::{ControlIds, Destination};
use vigil_model::{DeviceReport, EngineEvent, Now, Outgoing, Ward};
use vigil_protocols::tape::Playback;
use vigil_recording::{Checkpoint, Damage, Record, Run, Said, Step, Stream};

use crate::assemble::{Identities, bus_of, session_of};

mod answers;
mod compare;
mod event;
mod link;
mod spans;

pub use answers::Names;
pub use compare::{Change, Changed, Comparison, compare};
pub use event::line;
pub use spans::Spans;

use link::LinkPlayer;

/// What came of one step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replayed {
    /// Its time.
    pub now: Now,
    /// What the engine said.
    pub events: Vec<EngineEvent>,
    /// The messages that became of it.
    pub outgoing: Vec<Outgoing>,
}

/// How far a replay can be believed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Steps of the engine.
    pub steps: u64,
    /// Events.
    pub events: u64,
    /// One number for everything that was said.
    pub sum: u64,
    /// Steps whose sum was recorded and compared.
    pub compared: u64,
    /// When something else was said than was recorded, first.
    pub first_difference: Option<vigil_model::Timestamp>,
    /// Whether the recording has the beginning of the run; without it, what was known before is unknown here.
    pub begins_with_the_run: bool,
    /// Places where records are missing.
    pub gaps: u64,
    /// Inputs that did not fit the conversations of this configuration.
    pub misfits: u64,
    /// Parts of the recording that could not be read.
    pub damage: Vec<Damage>,
}

impl Verdict {
    /// Whether everything was played that there was, and said what was said then.
    pub fn is_identical(&self) -> bool {
        self.begins_with_the_run && self.gaps == 0 && self.misfits == 0 && self.first_difference.is_none()
    }
}

/// A run that is played again.
pub struct Replay {
    engine: Engine,
    ward: Arc<Ward>,
    destinations: Vec<Destination>,
    control_ids: ControlIds,
    /// By the link's position in the recording; `None` for one that this configuration does not have.
    links: Vec<Option<LinkPlayer>>,
    steps: std::iter::Peekable<Stream>,
    names: Option<Names>,
    sum: Said,
    verdict: Verdict,
    reports: Vec<DeviceReport>,
}

impl Replay {
    /// Plays `run` with `plan`. `names` translates answers to occurrences, if the plan is not the one that was recorded.
    pub fn new(run: &Run, plan: &Plan, names: Option<Names>) -> Self {
        let steps = run.steps();
        let begins_with_the_run = steps.begins_with_the_run();
        let mut steps = steps.peekable();
        let start = match (begins_with_the_run, steps.peek()) {
            (false, Some(Record::Checkpoint(checkpoint))) => checkpoint.clone(),
            _ => run.beginning.checkpoint.clone(),
        };
        let ward = plan.ward.clone();
        let mut engine = Engine::new(ward.clone(), start.now());
        let Checkpoint { next_seq, next_occurrence, next_control, occurrences, associations, .. } = start.clone();
        let remembered = associations;
        engine.restore(Restored { next_seq, next_occurrence, occurrences, remembered }, start.now());
        let player = |id: &Arc<str>| {
            let link = plan.links.iter().find(|link| link.id() == id)?;
            Some(LinkPlayer::new(run.link(id), playback(link, &plan.identities)))
        };
        let mut links: Vec<Option<LinkPlayer>> = run.beginning.links.iter().map(player).collect();
        let mut reports = Vec::new();
        // What went before is played so that conversations stand where they stood; what it says now is the first news.
        for taken in &start.taken {
            if let Some(Some(link)) = links.get_mut(usize::from(taken.link)) {
                link.advance(taken.through, &mut reports);
            }
        }
        Self {
            engine,
            destinations: plan.destinations.clone(),
            control_ids: ControlIds::new(&ward.appliance.id, next_control),
            ward,
            links,
            steps,
            names,
            sum: Said::default(),
            verdict: Verdict { begins_with_the_run, ..Verdict::default() },
            reports,
        }
    }

    /// How far it can be believed so far.
    pub fn verdict(&self) -> Verdict {
        let links = || self.links.iter().flatten();
        Verdict {
            sum: self.sum.sum,
            gaps: self.verdict.gaps + links().map(LinkPlayer::gaps).sum::<u64>(),
            misfits: links().map(LinkPlayer::misfits).sum(),
            damage: links().flat_map(|link| link.damage().to_vec()).collect(),
            ..self.verdict.clone()
        }
    }

    fn step(&mut self, step: Step) -> Option<Replayed> {
        for taken in &step.taken {
            if let Some(Some(link)) = self.links.get_mut(usize::from(taken.link))
                && !link.advance(taken.through, &mut self.reports)
            {
                return None; // the end of this link's recording is torn: nothing more can be said
            }
        }
        let mut commands = match &self.names {
            Some(names) => step.commands.into_iter().filter_map(|command| names.translate(command)).collect(),
            None => step.commands,
        };
        let events = self.engine.step(step.now, &mut self.reports, &mut commands);
        let mut outgoing = Vec::new();
        for event in &events {
            for destination in &self.destinations {
                outgoing.extend(vigil_messages::encode(destination, &self.ward, event, &mut self.control_ids));
            }
        }
        self.verdict.steps += 1;
        self.verdict.events += events.len() as u64;
        let said = Said::of(self.engine.next_seq(), &outgoing);
        if !events.is_empty() {
            self.sum = self.sum.then(said);
            if let Some(names) = &mut self.names {
                names.learn(&events);
            }
        }
        match self.steps.peek() {
            Some(Record::Said(recorded)) => {
                self.verdict.compared += 1;
                if *recorded != said || events.is_empty() {
                    self.verdict.first_difference.get_or_insert(step.now.utc);
                }
            }
            Some(Record::Step(_) | Record::Checkpoint(_)) if !events.is_empty() => {
                self.verdict.first_difference.get_or_insert(step.now.utc);
            }
            Some(_) | None => {}
        }
        Some(Replayed { now: step.now, events, outgoing })
    }
}

impl Iterator for Replay {
    type Item = Replayed;

    fn next(&mut self) -> Option<Replayed> {
        loop {
            match self.steps.next()? {
                Record::Step(step) => return self.step(step),
                Record::Gap(_) => self.verdict.gaps += 1,
                Record::Said(_) | Record::Checkpoint(_) | Record::Entry(_) | Record::Prologue(_) => {}
            }
        }
    }
}

fn playback(link: &LinkPlan, identities: &Identities) -> Playback {
    match link {
        LinkPlan::Stream { transport, device, driver, quiet_time, .. } => {
            Playback::of_session(*device, session_of(transport, *device, driver, *quiet_time, identities))
        }
        LinkPlan::Bus { transport, settings, units, .. } => {
            Playback::of_bus(bus_of(transport, *settings, units.clone(), identities))
        }
    }
}

/// The plan that a run was recorded with.
///
/// # Errors
/// Every problem, if this program does not accept the configuration any more.
pub fn recorded_plan(run: &Run) -> Result<Plan, Vec<vigil_config::Problem>> {
    let source = &run.beginning.source;
    vigil_config::parse(&source.text, &source.name, &Recorded(run))
}

/// The profiles of a recorded configuration.
struct Recorded<'a>(&'a Run);

impl ProfileSource for Recorded<'_> {
    fn folder(&self, _: &str) -> Result<Vec<vigil_config::ProfileText>, String> {
        Ok(Vec::new()) // all that were read come as files
    }

    fn files(&self) -> Vec<vigil_config::ProfileText> {
        self.0.beginning.source.profiles.iter().map(recorded_text).collect()
    }

    fn charts(&self, _: &str) -> Result<Vec<vigil_config::ProfileText>, String> {
        Ok(self.0.beginning.source.charts.iter().map(recorded_text).collect())
    }
}

fn recorded_text(text: &vigil_recording::ProfileText) -> vigil_config::ProfileText {
    vigil_config::ProfileText { file: text.file.clone(), text: Ok(text.text.clone()) }
}
