//! Who somebody is and what they may, for whoever asks on behalf of a browser or a program. Everything that matters leaves its
//! record here, so that no page can forget to.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use vigil_model::{Instant, Now, Timestamp};

use crate::audit::{Action, Entry, Kind, Object, Outcome, Recorder, Who};
use crate::password::Cost;
use crate::sessions::{Ended, Lasting, Opening, Session, SessionId, Sessions};
use crate::store::{Store, User};
use crate::throttle::Throttle;
use crate::{PeopleError, Right, Role, setup};

/// How an authority decides.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// How long sessions last.
    pub lasting: Lasting,
    /// What a password hash costs.
    pub cost: Cost,
}

impl Default for Terms {
    fn default() -> Self {
        Self { lasting: Lasting::default(), cost: Cost::Normal }
    }
}

/// Somebody who proved who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Name of the account or token.
    pub name: String,
    /// In which role.
    pub role: Role,
    /// A person or a program.
    pub kind: Kind,
    /// From which address.
    pub from: String,
    /// The session, for a browser; a program has none.
    pub session: Option<SessionId>,
    /// What every request of the browser that changes something must repeat.
    pub csrf: Option<String>,
    /// Until when rights are lent that the role does not give.
    pub glass_until: Option<Instant>,
}

/// Why somebody was not let in.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// Name and password, or the token, or the code, do not fit.
    #[error("this name and password do not fit")]
    Wrong,
    /// Too many wrong attempts.
    #[error("too many wrong attempts; wait {} s", wait.as_secs().max(1))]
    Wait {
        /// For how long.
        wait: Duration,
    },
    /// It could not be found out.
    #[error(transparent)]
    Failed(#[from] PeopleError),
}

/// The one who decides. Methods that hash a password take tens of milliseconds.
pub struct Authority {
    data: PathBuf,
    store: Store,
    sessions: Mutex<Sessions>,
    throttle: Mutex<Throttle>,
    recorder: Mutex<Option<Recorder>>,
}

impl Authority {
    /// The authority of a data folder. Without a recorder nothing is recorded.
    pub fn new(data: &Path, terms: Terms, recorder: Option<Recorder>) -> Self {
        Self {
            data: data.to_owned(),
            store: Store::new(data, terms.cost),
            sessions: Mutex::new(Sessions::new(terms.lasting)),
            throttle: Mutex::default(),
            recorder: Mutex::new(recorder),
        }
    }

    /// Records from now on with another recorder: sessions outlive a change of the configuration.
    pub fn record_with(&self, recorder: Option<Recorder>) {
        *lock(&self.recorder) = recorder;
    }

    /// The users and tokens.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Records an entry.
    pub fn record(&self, entry: Entry) {
        if let Some(recorder) = &*lock(&self.recorder) {
            recorder.record(entry);
        }
    }

    /// Whether there is nobody yet, so that somebody with the code may make the first administrator.
    ///
    /// # Errors
    /// If the users cannot be read.
    pub fn needs_setup(&self) -> Result<bool, PeopleError> {
        Ok(self.store.users()?.is_empty())
    }

    /// Makes the first administrator.
    ///
    /// # Errors
    /// If the code is not the one in the data folder, there is a user already, or name or password will not do.
    pub fn set_up(&self, code: &str, name: &str, password: &str, from: &str, now: Now) -> Result<(), LoginError> {
        const ACCOUNT: &str = "(set-up)";
        self.may_try(ACCOUNT, from, now)?;
        if !self.needs_setup()? || !setup::is_code(&self.data, code)? {
            return Err(self.refused(ACCOUNT, from, now));
        }
        self.store.add(name, Role::Admin, password, now.utc)?;
        setup::is_done(&self.data)?;
        let who = Who {
            name: name.trim().to_lowercase(),
            kind: Kind::Person,
            role: Some(Role::Admin),
            from: Some(from.to_owned()),
        };
        let object = Object::new("user", who.name.clone());
        self.record(
            Entry::done(now.utc, who, Action::UserChanged)
                .about(object)
                .with("first administrator, by the set-up code"),
        );
        Ok(())
    }

    /// Lets somebody in by name and password, or a screen by a viewer's token (with an empty name); says what the browser shall
    /// hold.
    ///
    /// # Errors
    /// If they do not fit, or somebody tried too often.
    pub fn log_in(&self, name: &str, password: &str, from: &str, now: Now) -> Result<String, LoginError> {
        let account = name.trim().to_lowercase();
        self.may_try(&account, from, now)?;
        let opening = if account.is_empty() {
            let token = self.store.token(password.trim(), now.utc)?.filter(|token| token.role == Role::Viewer);
            token.map(|token| (token.name, token.role, token.created, true))
        } else {
            self.store.proven(&account, password)?.map(|user| (user.name, user.role, user.changed, false))
        };
        let Some((name, role, account_changed, is_display)) = opening else {
            return Err(self.refused(&account, from, now));
        };
        lock(&self.throttle).succeeded(&account, from);
        let kind = if is_display { Kind::Token } else { Kind::Person };
        let who = Who { name: name.clone(), kind, role: Some(role), from: Some(from.to_owned()) };
        let opening = Opening { name, role, from: from.to_owned(), account_changed, is_display };
        let (token, gone) = lock(&self.sessions).open(opening, now.monotonic)?;
        if let Some(gone) = gone {
            self.ended(&gone, Ended::TooMany, now.utc);
        }
        self.record(Entry::done(now.utc, who, Action::LoggedIn));
        Ok(token)
    }

    /// Whose session this is. `is_used` says that a person did something, not a page by itself.
    ///
    /// # Errors
    /// If the users cannot be read.
    pub fn by_session(&self, token: &str, from: &str, now: Now, is_used: bool) -> Result<Option<Known>, PeopleError> {
        self.expire(now);
        let Some((id, session)) = lock(&self.sessions).find(token, now.monotonic, is_used) else { return Ok(None) };
        if !self.still_has(&session, now)? {
            lock(&self.sessions).close(&id);
            return Ok(None); // removed, or given another role or password, which is recorded where it was done
        }
        let kind = if session.is_display { Kind::Token } else { Kind::Person };
        Ok(Some(Known {
            name: session.name,
            role: session.role,
            kind,
            from: from.to_owned(),
            session: Some(id),
            csrf: Some(session.csrf),
            glass_until: session.glass_until,
        }))
    }

    /// Whose token this is.
    ///
    /// # Errors
    /// If it is nobody's, or was tried too often.
    pub fn by_token(&self, token: &str, from: &str, now: Now) -> Result<Known, LoginError> {
        const ACCOUNT: &str = "(token)";
        self.may_try(ACCOUNT, from, now)?;
        let Some(token) = self.store.token(token, now.utc)? else { return Err(self.refused(ACCOUNT, from, now)) };
        Ok(Known {
            name: token.name,
            role: token.role,
            kind: Kind::Token,
            from: from.to_owned(),
            session: None,
            csrf: None,
            glass_until: None,
        })
    }

    /// Whether a session still lasts: for what streams to a browser.
    pub fn lasts(&self, session: &SessionId, now: Now) -> bool {
        lock(&self.sessions).lasts(session, now.monotonic)
    }

    /// Ends a session at somebody's wish.
    pub fn log_out(&self, known: &Known, now: Now) {
        if let Some(id) = &known.session
            && lock(&self.sessions).close(id).is_some()
        {
            self.record(Entry::done(now.utc, known.who(), Action::LoggedOut));
        }
    }

    /// Lends somebody the rights that are needed at a bed, for a time, with the reason; says until when.
    ///
    /// # Errors
    /// If there is no reason, or it is no person's session.
    pub fn break_glass(&self, known: &Known, why: &str, now: Now) -> Result<Instant, PeopleError> {
        if why.trim().chars().count() < 5 {
            return Err(PeopleError::Refused("say why in a few words: it is recorded".to_owned()));
        }
        let session = known.session.as_ref().filter(|_| known.kind == Kind::Person);
        let until = session.and_then(|id| lock(&self.sessions).break_glass(id, now.monotonic));
        let Some(until) = until else {
            return Err(PeopleError::Refused("only a person who has logged in may do this".to_owned()));
        };
        let entry = Entry::done(now.utc, known.who(), Action::GlassBroken).because(why.trim());
        self.record(entry.with(format!("for {} min", until.since(now.monotonic).as_secs() / 60)));
        tracing::warn!(account = known.name, "Somebody broke the glass; the audit trail has the reason.");
        Ok(until)
    }

    /// Ends sessions that have lasted too long.
    pub fn expire(&self, now: Now) {
        let ended = lock(&self.sessions).expire(now.monotonic);
        for (session, why) in ended {
            self.ended(&session, why, now.utc);
        }
    }

    fn ended(&self, session: &Session, why: Ended, at: Timestamp) {
        let who = Who {
            name: session.name.clone(),
            kind: Kind::Person,
            role: Some(session.role),
            from: Some(session.from.clone()),
        };
        self.record(Entry::done(at, who, Action::SessionExpired).with(why.as_str()));
    }

    fn still_has(&self, session: &Session, now: Now) -> Result<bool, PeopleError> {
        if session.is_display {
            let tokens = self.store.tokens()?;
            return Ok(tokens.iter().any(|token| {
                token.name == session.name
                    && token.created == session.account_changed
                    && token.expires.is_none_or(|expires| now.utc < expires)
            }));
        }
        let is_same = |user: &User| user.changed == session.account_changed && user.role == session.role;
        Ok(self.store.user(&session.name)?.is_some_and(|user| is_same(&user)))
    }

    fn may_try(&self, account: &str, from: &str, now: Now) -> Result<(), LoginError> {
        let allowed = lock(&self.throttle).may_try(account, from, now.monotonic);
        allowed.map_err(|wait| LoginError::Wait { wait })
    }

    fn refused(&self, account: &str, from: &str, now: Now) -> LoginError {
        lock(&self.throttle).failed(account, from, now.monotonic);
        // What was typed as a name may be a password: only names that exist are written down.
        let exists = account.starts_with('(') || self.store.user(account).is_ok_and(|user| user.is_some());
        let name = if exists { account.to_owned() } else { "(no such account)".to_owned() };
        let who = Who { name, kind: Kind::Unknown, role: None, from: Some(from.to_owned()) };
        self.record(Entry::done(now.utc, who, Action::LoginRefused).that(Outcome::Refused));
        LoginError::Wrong
    }
}

impl Known {
    /// As the audit trail names it.
    pub fn who(&self) -> Who {
        Who { name: self.name.clone(), kind: self.kind, role: Some(self.role), from: Some(self.from.clone()) }
    }

    /// Whether somebody has a right: by the role, or lent for a time.
    pub fn may(&self, right: Right, now: Instant) -> bool {
        self.role.may(right)
            || (self.glass_until.is_some_and(|until| until > now) && Right::BEHIND_THE_GLASS.contains(&right))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::{Limits, Trail, read};

    const PASSWORD: &str = "four green horses";

    fn at(minutes: u64) -> Now {
        let micros = minutes * 60_000_000;
        Now {
            monotonic: Instant::from_micros(micros),
            utc: Timestamp::from_micros(1_800_000_000_000_000 + micros.cast_signed()),
        }
    }

    struct Case {
        folder: tempfile::TempDir,
        recorder: Recorder,
        authority: Authority,
    }

    fn case() -> Case {
        let folder = tempfile::tempdir().unwrap();
        let trail = Trail::open(folder.path(), Limits::default(), at(0).utc).unwrap();
        let (recorder, _writer) = Recorder::start(trail).unwrap();
        let terms = Terms { cost: Cost::Trivial, ..Terms::default() };
        let authority = Authority::new(folder.path(), terms, Some(recorder.clone()));
        Case { folder, recorder, authority }
    }

    impl Case {
        fn actions(&self) -> Vec<Action> {
            self.recorder.flush();
            let mut actions = Vec::new();
            read(self.folder.path(), |line| actions.push(line.entry.action)).unwrap();
            actions.split_off(1) // that the trail was begun
        }
    }

    #[test]
    fn the_first_administrator_is_made_with_the_code_and_only_the_first() {
        let case = case();
        let authority = &case.authority;
        let code = std::fs::read_to_string(setup::prepare(case.folder.path()).unwrap()).unwrap();
        assert!(authority.needs_setup().unwrap());
        assert!(matches!(authority.set_up("2222", "ada", PASSWORD, "here", at(0)), Err(LoginError::Wrong)));
        assert!(matches!(authority.set_up(&code, "ada", "short", "here", at(0)), Err(LoginError::Failed(_))));
        authority.set_up(&code, "Ada", PASSWORD, "here", at(0)).unwrap();
        assert!(!authority.needs_setup().unwrap());
        assert!(matches!(authority.set_up(&code, "eve", PASSWORD, "here", at(0)), Err(LoginError::Wrong)));
        assert_eq!(case.actions(), [Action::LoginRefused, Action::UserChanged, Action::LoginRefused]);
    }

    #[test]
    fn a_session_ends_by_itself_by_logging_out_and_when_the_account_changes() {
        let case = case();
        let authority = &case.authority;
        authority.store().add("ada", Role::Admin, PASSWORD, at(0).utc).unwrap();
        authority.store().add("bo", Role::Biomed, PASSWORD, at(0).utc).unwrap();
        let open = |now: Now| authority.log_in("bo", PASSWORD, "here", now).unwrap();
        let is_known = |token: &str, now: Now| authority.by_session(token, "here", now, true).unwrap().is_some();

        let token = open(at(0));
        assert!(is_known(&token, at(14)) && is_known(&token, at(28)) && !is_known(&token, at(43)));
        let token = open(at(50));
        let known = authority.by_session(&token, "here", at(51), true).unwrap().unwrap();
        assert!(authority.break_glass(&known, "  ", at(51)).is_err());
        authority.break_glass(&known, "the nurse is at another bed", at(51)).unwrap();
        let known = authority.by_session(&token, "here", at(52), true).unwrap().unwrap();
        assert!(known.may(Right::Care, at(52).monotonic) && !known.may(Right::Administer, at(52).monotonic));
        authority.log_out(&known, at(52));
        assert!(!is_known(&token, at(52)) && !authority.lasts(&known.session.unwrap(), at(52)));
        let token = open(at(60));
        authority.store().set_role("bo", Role::Viewer, at(61).utc).unwrap();
        assert!(!is_known(&token, at(61)));
        let token = open(at(62));
        authority.store().remove("bo").unwrap();
        assert!(!is_known(&token, at(62)));
        use Action::*;
        assert_eq!(case.actions(), [LoggedIn, SessionExpired, LoggedIn, GlassBroken, LoggedOut, LoggedIn, LoggedIn]);
    }

    #[test]
    fn guessing_is_slowed_down_and_a_typed_password_is_not_written_down_as_a_name() {
        let case = case();
        let authority = &case.authority;
        authority.store().add("ada", Role::Admin, PASSWORD, at(0).utc).unwrap();
        for _ in 0..5 {
            assert!(matches!(authority.log_in("ada", "not this one", "there", at(0)), Err(LoginError::Wrong)));
        }
        assert!(matches!(authority.log_in("ada", PASSWORD, "there", at(0)), Err(LoginError::Wait { .. })));
        assert!(authority.log_in("ada", PASSWORD, "here", at(0)).is_ok(), "she is not locked out at her own screen");
        assert!(authority.log_in("ada", PASSWORD, "there", at(1)).is_ok());
        assert!(authority.log_in(PASSWORD, "ada", "here", at(1)).is_err());
        case.recorder.flush();
        let text = std::fs::read_to_string(case.folder.path().join("audit/000000000001.jsonl")).unwrap();
        assert!(!text.contains(PASSWORD) && text.contains("(no such account)"));
    }

    #[test]
    fn tokens_are_for_programs_and_a_viewers_token_for_a_screen() {
        let case = case();
        let authority = &case.authority;
        let wall = authority.store().add_token("wall-4b", Role::Viewer, at(0).utc, None).unwrap();
        let grafana = authority.store().add_token("grafana", Role::Interface, at(0).utc, Some(at(60).utc)).unwrap();
        assert_eq!(authority.by_token(&grafana, "there", at(59)).unwrap().role, Role::Interface);
        assert!(authority.by_token(&grafana, "there", at(60)).is_err());
        assert!(authority.log_in("", &grafana, "here", at(0)).is_err(), "no screen for what is not a viewer's");
        let screen = authority.log_in("", &wall, "here", at(0)).unwrap();
        let known = authority.by_session(&screen, "here", at(9_999), false).unwrap().unwrap();
        assert_eq!((known.kind, known.role), (Kind::Token, Role::Viewer));
        assert!(authority.break_glass(&known, "because I can", at(9_999)).is_err());
        authority.store().remove_token("wall-4b").unwrap();
        assert!(authority.by_session(&screen, "here", at(9_999), false).unwrap().is_none());
    }
}
