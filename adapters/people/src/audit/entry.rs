//! What one record says.

use vigil_model::Timestamp;

use crate::Role;

/// Characters of a text that are kept; more than a reason needs.
const TEXT_CHARS_MAX: usize = 500;

/// Who did what to what, when, why, and how it went.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// When it happened.
    pub at: Timestamp,
    /// Who did it.
    pub who: Who,
    /// What was done.
    pub action: Action,
    /// To what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<Object>,
    /// Why, in the words of whoever did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// How it went.
    pub outcome: Outcome,
    /// What else there is to know: never a clinical value, a name of a patient, or a secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// Who did something.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Who {
    /// Name of the account, token or system.
    pub name: String,
    /// Which kind of somebody.
    pub kind: Kind,
    /// In which role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// From where: a network address, `terminal`, or a destination.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
}

/// Kinds of somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A person who logged in.
    Person,
    /// A program with a token.
    Token,
    /// Somebody at the appliance itself, with access to its files.
    Operator,
    /// A receiver that spoke for somebody: a nurse call, an EHR.
    Receiver,
    /// The appliance by itself.
    Appliance,
    /// Somebody who did not say, or not truly, who it is.
    Unknown,
}

/// What can be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// The trail began; `detail` is the public key.
    TrailBegun,
    /// What a power loss left of an unfinished line was removed; `detail` says how much.
    TrailRepaired,
    /// The oldest records went by the bound of the trail; the object is the last of them, `detail` its hash.
    TrailTrimmed,
    /// The trail was read.
    TrailRead,
    /// Entries could not be written for lack of space; `detail` says how many.
    EntriesLost,
    /// The appliance started.
    Started,
    /// The appliance stopped in order.
    Stopped,
    /// Somebody logged in.
    LoggedIn,
    /// Somebody logged out.
    LoggedOut,
    /// A session ended by itself.
    SessionExpired,
    /// Somebody who could not prove who it is.
    LoginRefused,
    /// Somebody took rights for a time that the role does not give.
    GlassBroken,
    /// Something was asked for that the role does not allow.
    AccessRefused,
    /// A patient's data were seen.
    Viewed,
    /// A patient's data, or the trail, left as a file.
    Exported,
    /// An alarm was answered.
    AlarmAnswered,
    /// Signals were held back.
    SignalsHeld,
    /// Signals were enabled again.
    SignalsEnabled,
    /// An input of a score was charted.
    Charted,
    /// A patient was bound to a bed.
    PatientBound,
    /// A patient was released from a bed.
    PatientReleased,
    /// Limits were adjusted.
    LimitsAdjusted,
    /// A message that waited was sent again, released or discarded.
    MessageHandled,
    /// A port or address was probed, a device previewed.
    Commissioned,
    /// A configuration was applied or rolled back.
    ConfigurationChanged,
    /// A user was added, changed or removed.
    UserChanged,
    /// A token was made or withdrawn.
    TokenChanged,
    /// Something else was done; the object says by which endpoint.
    Acted,
    /// State was backed up.
    BackedUp,
    /// State was restored from a backup.
    Restored,
}

/// What something was done to.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Object {
    /// Its kind: `bed`, `occurrence`, `device`, `destination`, `message`, `user`, `token`, `configuration`, `endpoint`.
    pub kind: String,
    /// Which one, by its id.
    pub id: String,
    /// Identifier of the patient whose data it is about, where one is bound; never a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patient: Option<String>,
}

/// How it went. The values are those of FHIR's `AuditEvent.outcome`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It was done.
    Done,
    /// It was refused, and nothing happened.
    Refused,
    /// It was tried and failed.
    Failed,
}

impl Who {
    /// The appliance by itself.
    pub fn appliance() -> Self {
        Self { name: "vigil".into(), kind: Kind::Appliance, role: None, from: None }
    }

    /// Somebody at a terminal of the appliance, by the name the system knows.
    pub fn operator(name: impl Into<String>) -> Self {
        Self { name: name.into(), kind: Kind::Operator, role: None, from: Some("terminal".into()) }
    }
}

impl Object {
    /// An object of this kind.
    pub fn new(kind: impl Into<String>, id: impl Into<String>) -> Self {
        Self { kind: kind.into(), id: id.into(), patient: None }
    }
}

impl Entry {
    /// Something that was done, with nothing else to say.
    pub fn done(at: Timestamp, who: Who, action: Action) -> Self {
        Self { at, who, action, object: None, why: None, outcome: Outcome::Done, detail: None }
    }

    /// To what it was done.
    pub fn about(mut self, object: Object) -> Self {
        self.object = Some(object);
        self
    }

    /// Why it was done.
    pub fn because(mut self, why: impl Into<String>) -> Self {
        self.why = Some(why.into());
        self
    }

    /// What else there is to know.
    pub fn with(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// How it went.
    pub fn that(mut self, outcome: Outcome) -> Self {
        self.outcome = outcome;
        self
    }

    /// The same with every text short and without control characters, so that no line is long and none forges another.
    pub(crate) fn bounded(mut self) -> Self {
        let texts = [Some(&mut self.who.name), self.who.from.as_mut(), self.why.as_mut(), self.detail.as_mut()];
        let of_object =
            self.object.as_mut().map(|object| [Some(&mut object.kind), Some(&mut object.id), object.patient.as_mut()]);
        for text in texts.into_iter().chain(of_object.into_iter().flatten()).flatten() {
            if text.chars().any(char::is_control) || text.len() > TEXT_CHARS_MAX {
                *text = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(TEXT_CHARS_MAX).collect();
            }
        }
        self
    }
}

impl Action {
    /// As it is written.
    pub fn text(self) -> String {
        serde_json::to_value(self).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
    }
}
