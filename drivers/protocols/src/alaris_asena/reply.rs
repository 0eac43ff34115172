//! Answers of the pump: text of a frame ⇄ fields. Fields are kept as the pump wrote them; what they are worth is decided in
//! [`super::session`].

use super::codec::Request;

/// Answer to one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// `ALARM^code^ ^ `.
    Alarm(Alarms),
    /// `INST_SERIALNO^8002-51740`.
    SerialNumber(String),
    /// `INF^…`, 13 fields.
    Infusion(Box<Infusion>),
    /// `SYRINGE_STATUS^make^size^CONF`.
    SyringeStatus(SyringeStatus),
    /// `INF_VTBI^ACTIV^11.000^ml^STOP`.
    Vtbi(Vtbi),
    /// `COMMS_PROTOCOL^Asena Rev 2.1.5`.
    Protocol(String),
    /// `INF_VI^volume^ml` (number of fields UNVERIFIED).
    VolumeInfused {
        /// Volume, three decimals.
        volume: String,
        /// `ml`.
        unit: String,
    },
    /// `INF_RATE_MAX_SYRINGE^1200.00^ml/h`.
    RateMax {
        /// Rate, two decimals.
        rate: String,
        /// `ml/h`.
        unit: String,
    },
    /// `COMMS_RESPONSE_MAX^4000^ms`.
    ResponseMax {
        /// Time, whole number.
        time: String,
        /// `ms`.
        unit: String,
    },
}

/// Answer to [`Request::Alarm`]: a code and two fields that were blank in everything seen. Their meaning is UNVERIFIED.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarms {
    /// `AL_NOALM`, `AL_OCCLU` …
    pub code: String,
    /// Two further fields.
    pub more: [String; 2],
}

/// Answer to [`Request::Infusion`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Infusion {
    /// Serial number, `8002-51740`.
    pub serial: String,
    /// `-` no alarm, `A` alarm.
    pub alarm: String,
    /// `SET` seen while infusing, `HLD` on hold; others UNVERIFIED.
    pub mode: String,
    /// Rate, two decimals.
    pub rate: String,
    /// `ml/h`.
    pub rate_unit: String,
    /// Drug name, may be empty.
    pub drug: String,
    /// Volume infused, three decimals.
    pub infused: String,
    /// `ml`.
    pub infused_unit: String,
    /// Pressure in the line, may be negative.
    pub pressure: String,
    /// `mmHg`.
    pub pressure_unit: String,
    /// `HH:MM:SS` or `24+`.
    pub time_left: String,
    /// Kind of the newest log entry, `EVENT`.
    pub log_kind: String,
    /// Number of the newest log entry.
    pub log_id: String,
}

/// Answer to [`Request::SyringeStatus`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyringeStatus {
    /// Make, `BD PLASTIPAK`.
    pub make: String,
    /// Size in mL, ` 50`.
    pub size: String,
    /// `CONF` once the nurse has confirmed it; others UNVERIFIED.
    pub status: String,
}

/// Answer to [`Request::Vtbi`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vtbi {
    /// `ACTIV` or `DEACT`.
    pub mode: String,
    /// Volume to be infused, three decimals; empty for none.
    pub volume: String,
    /// `ml`.
    pub unit: String,
    /// What happens at its end: `STOP`, others UNVERIFIED.
    pub at_end: String,
}

/// Why a text is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReplyError {
    /// The text of a request: an echo, or another host on the line.
    #[error("the request {0}, not an answer to it")]
    Request(&'static str),
    /// A word this driver does not ask for: a command that changes the pump, or an answer to one.
    #[error("a frame {0}, which this driver never asks for")]
    Foreign(String),
    /// An answer with another number of fields.
    #[error("an answer to {} with {found} fields instead of {expected}", request.word())]
    Fields {
        /// What it answers.
        request: Request,
        /// How many fields it should have.
        expected: usize,
        /// How many it has.
        found: usize,
    },
}

impl Reply {
    /// The request it answers.
    pub const fn request(&self) -> Request {
        match self {
            Reply::Alarm(_) => Request::Alarm,
            Reply::SerialNumber(_) => Request::SerialNumber,
            Reply::Infusion(_) => Request::Infusion,
            Reply::SyringeStatus(_) => Request::SyringeStatus,
            Reply::Vtbi(_) => Request::Vtbi,
            Reply::Protocol(_) => Request::Protocol,
            Reply::VolumeInfused { .. } => Request::VolumeInfused,
            Reply::RateMax { .. } => Request::RateMax,
            Reply::ResponseMax { .. } => Request::ResponseMax,
        }
    }

    /// The answer as text.
    pub fn text(&self) -> String {
        let fields: Vec<&str> = match self {
            Reply::Alarm(Alarms { code, more: [second, third] }) => vec![code, second, third],
            Reply::SerialNumber(text) | Reply::Protocol(text) => vec![text],
            Reply::Infusion(i) => vec![
                &i.serial,
                &i.alarm,
                &i.mode,
                &i.rate,
                &i.rate_unit,
                &i.drug,
                &i.infused,
                &i.infused_unit,
                &i.pressure,
                &i.pressure_unit,
                &i.time_left,
                &i.log_kind,
                &i.log_id,
            ],
            Reply::SyringeStatus(SyringeStatus { make, size, status }) => vec![make, size, status],
            Reply::Vtbi(Vtbi { mode, volume, unit, at_end }) => vec![mode, volume, unit, at_end],
            Reply::VolumeInfused { volume: number, unit }
            | Reply::RateMax { rate: number, unit }
            | Reply::ResponseMax { time: number, unit } => vec![number, unit],
        };
        format!("{}^{}", self.request().word(), fields.join("^"))
    }

    /// Reads the text of a frame.
    ///
    /// # Errors
    /// If it is no answer to one of our requests, or has another number of fields than such an answer.
    pub fn decode(text: &str) -> Result<Reply, ReplyError> {
        let mut parts = text.split('^').map(str::to_owned);
        let word = parts.next().unwrap_or_default();
        let fields: Vec<String> = parts.collect();
        let Some(request) = Request::named(&word) else { return Err(ReplyError::Foreign(shown(&word))) };
        if fields.is_empty() {
            return Err(ReplyError::Request(request.word()));
        }
        let found = fields.len();
        let wrong = |expected| move |_| ReplyError::Fields { request, expected, found };
        Ok(match request {
            Request::Alarm => {
                let [code, second, third] = fields.try_into().map_err(wrong(3))?;
                Reply::Alarm(Alarms { code, more: [second, third] })
            }
            Request::SerialNumber => {
                let [serial] = fields.try_into().map_err(wrong(1))?;
                Reply::SerialNumber(serial)
            }
            Request::Infusion => {
                let [
                    serial,
                    alarm,
                    mode,
                    rate,
                    rate_unit,
                    drug,
                    infused,
                    infused_unit,
                    pressure,
                    pressure_unit,
                    rest @ ..,
                ]: [String; 13] = fields.try_into().map_err(wrong(13))?;
                let [time_left, log_kind, log_id] = rest;
                Reply::Infusion(Box::new(Infusion {
                    serial,
                    alarm,
                    mode,
                    rate,
                    rate_unit,
                    drug,
                    infused,
                    infused_unit,
                    pressure,
                    pressure_unit,
                    time_left,
                    log_kind,
                    log_id,
                }))
            }
            Request::SyringeStatus => {
                let [make, size, status] = fields.try_into().map_err(wrong(3))?;
                Reply::SyringeStatus(SyringeStatus { make, size, status })
            }
            Request::Vtbi => {
                let [mode, volume, unit, at_end] = fields.try_into().map_err(wrong(4))?;
                Reply::Vtbi(Vtbi { mode, volume, unit, at_end })
            }
            Request::Protocol => {
                let [version] = fields.try_into().map_err(wrong(1))?;
                Reply::Protocol(version)
            }
            Request::VolumeInfused => {
                let [volume, unit] = fields.try_into().map_err(wrong(2))?;
                Reply::VolumeInfused { volume, unit }
            }
            Request::RateMax => {
                let [rate, unit] = fields.try_into().map_err(wrong(2))?;
                Reply::RateMax { rate, unit }
            }
            Request::ResponseMax => {
                let [time, unit] = fields.try_into().map_err(wrong(2))?;
                Reply::ResponseMax { time, unit }
            }
        })
    }
}

/// A foreign word for a fault: only if it has the form of a command, so that no field of a patient can get there.
fn shown(word: &str) -> String {
    let command = |c: char| c.is_ascii_uppercase() || c == '_';
    if (1..=32).contains(&word.len()) && word.chars().all(command) {
        word.to_owned()
    } else {
        "without a command".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_and_requests_are_no_answers() {
        assert_eq!(Reply::decode("INF"), Err(ReplyError::Request("INF")));
        assert_eq!(Reply::decode("INF_START"), Err(ReplyError::Foreign("INF_START".to_owned())));
        assert_eq!(Reply::decode("INF_RATE^0.10^ml/h"), Err(ReplyError::Foreign("INF_RATE".to_owned())));
        assert_eq!(Reply::decode("Mr Smith"), Err(ReplyError::Foreign("without a command".to_owned())));
        assert_eq!(Reply::decode(""), Err(ReplyError::Foreign("without a command".to_owned())));
        let error = Reply::decode("INF^8002-51740^-").unwrap_err();
        assert_eq!(error.to_string(), "an answer to INF with 2 fields instead of 13");
    }

    proptest::proptest! {
        #[test]
        fn writing_and_reading_is_identity(fields in proptest::collection::vec("[ -~&&[^!|^]]{0,12}", 1..14), word in 0usize..9) {
            let text = format!("{}^{}", Request::ALL[word].word(), fields.join("^"));
            if let Ok(reply) = Reply::decode(&text) {
                proptest::prop_assert_eq!(reply.text(), text);
            }
        }

        #[test]
        fn any_text_is_survived(text in ".{0,120}") {
            let _ = Reply::decode(&text);
        }
    }
}
