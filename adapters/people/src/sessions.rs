//! Who is logged in. Kept in memory as hashes of what browsers hold: a restart logs everybody out, and a copy of the memory or
//! of the disk lets nobody in.

use std::collections::BTreeMap;
use std::time::Duration;

use vigil_model::{Instant, Timestamp};

use crate::{PeopleError, Right, Role, files};

/// Sessions at the same time; whoever was idle for longest is logged out first.
pub const SESSIONS_MAX: usize = 1000;

/// How long sessions last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lasting {
    /// After this time without anything done, a person is logged off.
    pub idle: Duration,
    /// After this time, whatever was done.
    pub longest: Duration,
    /// How long a broken glass stays open.
    pub glass: Duration,
}

impl Default for Lasting {
    /// A quarter of an hour idle, a long shift, an hour behind the glass.
    fn default() -> Self {
        let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
        Self { idle: minutes(15), longest: minutes(13 * 60), glass: minutes(60) }
    }
}

/// What a session is known by: the hash of what the browser holds.
pub type SessionId = String;

/// Somebody who is logged in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Name of the account.
    pub name: String,
    /// In which role.
    pub role: Role,
    /// From which address.
    pub from: String,
    /// What every request that changes something must repeat.
    pub csrf: String,
    /// When the account was changed last, as it was known when the session was opened.
    pub account_changed: Timestamp,
    /// Whether it is a screen that nobody touches: a viewer by a token. It is not logged off for being idle.
    pub is_display: bool,
    /// Until when rights are lent that the role does not give.
    pub glass_until: Option<Instant>,
    opened: Instant,
    used: Instant,
}

/// Why a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Nothing was done for too long.
    Idle,
    /// It lasted as long as one may.
    TooLong,
    /// There were too many.
    TooMany,
}

impl Ended {
    /// In words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Ended::Idle => "idle",
            Ended::TooLong => "lasted as long as one may",
            Ended::TooMany => "too many sessions",
        }
    }
}

/// Everybody who is logged in.
#[derive(Debug)]
pub struct Sessions {
    lasting: Lasting,
    open: BTreeMap<SessionId, Session>,
}

/// Who opens a session.
#[derive(Clone, Debug)]
pub struct Opening {
    /// Name of the account or token.
    pub name: String,
    /// In which role.
    pub role: Role,
    /// From which address.
    pub from: String,
    /// When the account was changed last.
    pub account_changed: Timestamp,
    /// Whether it is a screen that nobody touches.
    pub is_display: bool,
}

impl Sessions {
    /// Nobody is logged in.
    pub fn new(lasting: Lasting) -> Self {
        Self { lasting, open: BTreeMap::new() }
    }

    /// Opens a session; says what the browser holds, and who had to go for it.
    ///
    /// # Errors
    /// If there are no random numbers.
    pub fn open(&mut self, opening: Opening, now: Instant) -> Result<(String, Option<Session>), PeopleError> {
        let token = files::hex(&files::random::<32>()?);
        let csrf = files::hex(&files::random::<16>()?);
        let Opening { name, role, from, account_changed, is_display } = opening;
        let session =
            Session { name, role, from, csrf, account_changed, is_display, glass_until: None, opened: now, used: now };
        let mut gone = None;
        if self.open.len() >= SESSIONS_MAX {
            let idle = self.open.iter().min_by_key(|(_, session)| session.used).map(|(id, _)| id.clone());
            gone = idle.and_then(|id| self.open.remove(&id));
        }
        self.open.insert(id_of(&token), session);
        Ok((token, gone))
    }

    /// The session of what a browser holds, if it still lasts. `is_used` says that a person did something: what a page asks for
    /// by itself keeps nobody logged in.
    pub fn find(&mut self, token: &str, now: Instant, is_used: bool) -> Option<(SessionId, Session)> {
        let id = id_of(token);
        if self.ended(&id, now).is_some() {
            return None; // told by `expire`
        }
        let session = self.open.get_mut(&id)?;
        if is_used {
            session.used = now;
        }
        session.glass_until = session.glass_until.filter(|until| *until > now);
        Some((id, session.clone()))
    }

    /// Whether a session still lasts: for what streams.
    pub fn lasts(&self, id: &SessionId, now: Instant) -> bool {
        self.open.contains_key(id) && self.ended(id, now).is_none()
    }

    /// Lends rights for a time; says until when.
    pub fn break_glass(&mut self, id: &SessionId, now: Instant) -> Option<Instant> {
        let session = self.open.get_mut(id)?;
        let until = now + self.lasting.glass;
        session.glass_until = Some(until);
        Some(until)
    }

    /// Ends a session.
    pub fn close(&mut self, id: &SessionId) -> Option<Session> {
        self.open.remove(id)
    }

    /// Ends what has lasted too long, and says whose sessions they were and why.
    pub fn expire(&mut self, now: Instant) -> Vec<(Session, Ended)> {
        let ended: Vec<(SessionId, Ended)> =
            self.open.keys().filter_map(|id| Some((id.clone(), self.ended(id, now)?))).collect();
        ended.into_iter().filter_map(|(id, why)| Some((self.open.remove(&id)?, why))).collect()
    }

    fn ended(&self, id: &SessionId, now: Instant) -> Option<Ended> {
        let session = self.open.get(id)?;
        if session.is_display {
            None // the token it was opened with can be withdrawn, and expires by itself
        } else if now.since(session.used) >= self.lasting.idle {
            Some(Ended::Idle)
        } else if now.since(session.opened) >= self.lasting.longest {
            Some(Ended::TooLong)
        } else {
            None
        }
    }
}

impl Session {
    /// Whether the session has a right: by its role, or lent for a time.
    pub fn may(&self, right: Right, now: Instant) -> bool {
        self.role.may(right)
            || (self.glass_until.is_some_and(|until| until > now) && Right::BEHIND_THE_GLASS.contains(&right))
    }
}

fn id_of(token: &str) -> SessionId {
    files::sha256(token.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: u64) -> Instant {
        Instant::from_micros(minutes * 60_000_000)
    }

    fn opening(name: &str, is_display: bool) -> Opening {
        let (role, from) = (Role::Biomed, "here".to_owned());
        Opening { name: name.to_owned(), role, from, account_changed: Timestamp::default(), is_display }
    }

    #[test]
    fn a_person_is_logged_off_when_idle_and_after_a_long_shift() {
        let mut sessions = Sessions::new(Lasting::default());
        let (ada, _) = sessions.open(opening("ada", false), at(0)).unwrap();
        let (wall, _) = sessions.open(opening("wall", true), at(0)).unwrap();
        assert!(sessions.find("something else", at(0), true).is_none());
        for minutes in (0..13 * 60).step_by(14) {
            assert!(sessions.find(&ada, at(minutes), true).is_some(), "{minutes}");
        }
        let last = 13 * 60 - 1;
        let (id, _) = sessions.find(&ada, at(last), true).unwrap();
        assert!(sessions.lasts(&id, at(last)) && !sessions.lasts(&id, at(last + 1)));
        assert_eq!(
            sessions.expire(at(last + 1)).into_iter().map(|(s, why)| (s.name, why)).collect::<Vec<_>>(),
            [("ada".to_owned(), Ended::TooLong)]
        );
        assert!(sessions.find(&ada, at(0), true).is_none());
        assert!(sessions.find(&wall, at(100_000), false).is_some(), "a screen on the wall stays");
        let (eve, _) = sessions.open(opening("eve", false), at(0)).unwrap();
        assert!(sessions.find(&eve, at(14), false).is_some());
        assert!(sessions.find(&eve, at(15), true).is_none(), "what a page asks for by itself keeps nobody logged in");
        assert_eq!(sessions.expire(at(15)).len(), 1);
    }

    #[test]
    fn the_glass_lends_what_is_needed_at_a_bed_for_a_time() {
        let mut sessions = Sessions::new(Lasting::default());
        let (token, _) = sessions.open(opening("ada", false), at(0)).unwrap();
        let (id, session) = sessions.find(&token, at(0), true).unwrap();
        assert!(!session.may(Right::Care, at(0)));
        assert_eq!(sessions.break_glass(&id, at(0)), Some(at(60)));
        for minute in [10, 20, 30, 40, 50, 59] {
            let (_, session) = sessions.find(&token, at(minute), true).unwrap();
            assert!(session.may(Right::Care, at(minute)) && !session.may(Right::Administer, at(minute)));
        }
        let (_, session) = sessions.find(&token, at(60), true).unwrap();
        assert!(!session.may(Right::Care, at(60)) && session.glass_until.is_none());
    }

    #[test]
    fn the_number_of_sessions_is_bounded() {
        let mut sessions = Sessions::new(Lasting::default());
        for number in 0..SESSIONS_MAX {
            sessions.open(opening(&format!("u{number}"), false), at(0)).unwrap();
        }
        let (_, gone) = sessions.open(opening("one more", false), at(1)).unwrap();
        assert!(gone.is_some());
        assert_eq!(sessions.open.len(), SESSIONS_MAX);
    }
}
