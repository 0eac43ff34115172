//! An alarm: one occurrence of one condition.

use serde::Serialize;
use utoipa::ToSchema;
use vigil_model::{AlarmState, ConditionKind, EscalationState, LimitSide, Occurrence, Priority};

use super::{Moment, Text};

/// An alarm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Alarm {
    /// Its name, for ever: `ward-4b:000123`.
    pub id: Text,
    /// Configured id of the bed; empty for what is about the appliance itself.
    pub bed: Text,
    /// Configured id of the device; empty for what is about several devices of the bed, or none.
    pub device: Text,
    /// About the patient or about equipment.
    #[schema(value_type = String)]
    pub kind: ConditionKind,
    /// How urgent.
    #[schema(value_type = String)]
    pub priority: Priority,
    /// Whether its condition exists.
    #[schema(value_type = String)]
    pub state: AlarmState,
    /// Reference id of the event.
    pub event: Text,
    /// Text for people.
    pub text: Text,
    /// What it is about.
    pub source: Source,
    /// Whether its signal goes on after the condition is over.
    pub latching: bool,
    /// How often the condition began in this occurrence.
    pub count: u32,
    /// Who acknowledged it, and when.
    pub acknowledged: Option<Held>,
    /// What else holds its signal back.
    pub held: Option<Held>,
    /// How far it has come in its chain; `null` without one.
    pub escalation: Option<Escalated>,
    /// Whether the call reached anyone.
    pub call: Call,
    /// When the condition was determined.
    pub onset: Moment,
    /// When anything about it last changed.
    pub changed: Moment,
}

/// What an alarm is about: the numbers that made it, at its beginning or last change. Not a current value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Source {
    /// Reference id of the metric.
    pub metric: Option<Text>,
    /// The value then.
    pub value: Option<Text>,
    /// Unit of value and limit, in UCUM.
    pub unit: Option<Text>,
    /// The limit that was crossed, `<90`.
    pub limit: Option<Text>,
}

/// Somebody holds a signal back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Held {
    /// `alert-acknowledged`, `audio-paused`, `audio-off`, `alarm-paused` or `alarm-off`.
    pub kind: Text,
    /// Who.
    pub by: Text,
    /// When.
    pub at: Moment,
    /// Until when; `null` is without end.
    pub until: Option<Moment>,
}

/// How far an alarm has come in its chain.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Escalated {
    /// Position of the level, from 0.
    pub level: u32,
    /// Who is told.
    pub to: Vec<Text>,
    /// Since when.
    pub since: Moment,
    /// `waiting`, `answered` or `unanswered`.
    pub state: Text,
    /// Who answered.
    pub by: Option<Text>,
}

/// Whether the call of an alarm reached anyone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum Call {
    /// It is not known yet.
    #[default]
    Unknown,
    /// No destination takes it: it is seen here only.
    NobodyToTell,
    /// It waits: no destination has confirmed it.
    Waiting,
    /// A receiver took it over; no person has answered.
    Delivered {
        /// Which destinations confirmed.
        to: Vec<Text>,
    },
    /// A person, or what speaks for one, answered.
    Answered {
        /// Who.
        by: Text,
    },
    /// Everybody in the chain was told, and nobody answered.
    Unanswered,
}

impl Alarm {
    /// An occurrence as people see it. Whether the call reached anyone is known from the occurrence alone only in part.
    pub fn of(occurrence: &Occurrence) -> Self {
        let held = |entry: &vigil_model::Inactivation| Held {
            kind: entry.kind.as_str().into(),
            by: (&entry.by).into(),
            at: entry.at.into(),
            until: entry.until.map(Moment),
        };
        let acknowledgement =
            occurrence.inactivation.iter().find(|entry| entry.kind == vigil_model::InactivationKind::Acknowledged);
        let acknowledged = acknowledgement.map(held);
        let escalation = occurrence.escalation.as_deref().map(|escalation| Escalated {
            level: escalation.level,
            to: escalation.to.iter().map(Text::from).collect(),
            since: escalation.since.into(),
            state: escalation.state.as_str().into(),
            by: match &escalation.state {
                EscalationState::Answered { by } => Some(by.into()),
                EscalationState::Waiting | EscalationState::Unanswered => None,
            },
        });
        let call = match (&acknowledged, &escalation) {
            (Some(held), _) => Call::Answered { by: held.by.clone() },
            (None, Some(Escalated { by: Some(by), .. })) => Call::Answered { by: by.clone() },
            (None, Some(escalated)) if &*escalated.state == "unanswered" => Call::Unanswered,
            (None, _) => Call::Unknown,
        };
        let source = &occurrence.source;
        Self {
            id: occurrence.id.to_string().into(),
            bed: (&occurrence.bed).into(),
            device: (&occurrence.device).into(),
            kind: occurrence.kind,
            priority: occurrence.priority,
            state: occurrence.state,
            event: occurrence.event.refid().into(),
            text: (&occurrence.text).into(),
            source: Source {
                metric: source.metric.map(|code| code.refid().into()),
                value: source.value.as_ref().map(|value| value.to_string().into()),
                unit: source.unit.map(|unit| unit.ucum().into()),
                limit: source.limit.map(|(side, limit)| match side {
                    LimitSide::Low => format!("<{limit}").into(),
                    LimitSide::High => format!(">{limit}").into(),
                }),
            },
            latching: occurrence.latching,
            count: occurrence.count,
            acknowledged,
            held: occurrence.hold().map(held),
            escalation,
            call,
            onset: occurrence.onset.into(),
            changed: occurrence.changed.into(),
        }
    }
}

impl Alarm {
    /// Takes note that no destination takes its messages: whether the call reached anyone cannot be known.
    pub fn nobody_to_tell(&mut self) {
        if self.call == Call::Unknown {
            self.call = Call::NobodyToTell;
        }
    }
}
