//! Users and tokens on disk: one file, replaced whole under a lock, so that the command line and a running appliance share it.
//! No password and no token stands in it, only what they are recognised by.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use vigil_model::Timestamp;

use crate::password::{self, Cost};
use crate::{PeopleError, Role, files};

/// Users and tokens that can be kept, each.
pub const ENTRIES_MAX: usize = 1000;
/// Characters of a name.
const NAME_CHARS_MAX: usize = 64;

/// Somebody with an account.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// Name of the account: lower case, letters, digits and `.-_@`.
    pub name: String,
    /// What the account is for.
    pub role: Role,
    /// What is kept of the password.
    password: String,
    /// When it was made.
    pub created: Timestamp,
    /// When role or password changed last; what was opened before is closed.
    pub changed: Timestamp,
}

/// What a program shows instead of a name and a password.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Token {
    /// Name of the token, unlike any other's.
    pub name: String,
    /// What it is for.
    pub role: Role,
    /// SHA-256 of the token.
    hash: String,
    /// When it was made.
    pub created: Timestamp,
    /// From when on it is worth nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Timestamp>,
}

/// What stands in the file.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    schema: u32,
    users: Vec<User>,
    tokens: Vec<Token>,
}

const SCHEMA: u32 = 1;

/// The users and tokens of a data folder.
pub struct Store {
    path: PathBuf,
    cost: Cost,
    /// What was read last, and which file that was.
    read: Mutex<Option<(Stamp, Arc<Content>)>>,
}

type Stamp = (u64, i64, i64, u64);

impl Store {
    /// The users of this data folder. Passwords are hashed at `cost`.
    pub fn new(data: &Path, cost: Cost) -> Self {
        Self { path: data.join("people.json"), cost, read: Mutex::default() }
    }

    /// Everybody with an account, by name.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn users(&self) -> Result<Vec<User>, PeopleError> {
        Ok(self.content()?.users.clone())
    }

    /// Every token, by name.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn tokens(&self) -> Result<Vec<Token>, PeopleError> {
        Ok(self.content()?.tokens.clone())
    }

    /// The account of this name.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn user(&self, name: &str) -> Result<Option<User>, PeopleError> {
        Ok(self.content()?.users.iter().find(|user| user.name == name).cloned())
    }

    /// Makes an account.
    ///
    /// # Errors
    /// If the name is taken or none, the password is none to have, or the file cannot be written.
    pub fn add(&self, name: &str, role: Role, password: &str, at: Timestamp) -> Result<(), PeopleError> {
        let name = checked_name(name)?;
        let password = password::hash(password, &name, self.cost)?;
        self.change(|content| {
            if content.users.iter().any(|user| user.name == name) {
                return refused(format!(
                    "there is a user {name} already; `vigil users passwd {name}` sets another password"
                ));
            }
            if content.users.len() >= ENTRIES_MAX {
                return refused(format!("there are {ENTRIES_MAX} users already"));
            }
            content.users.push(User { name, role, password, created: at, changed: at });
            content.users.sort_by(|a, b| a.name.cmp(&b.name));
            Ok(())
        })
    }

    /// Removes an account.
    ///
    /// # Errors
    /// If there is none of that name, it is the last administrator, or the file cannot be written.
    pub fn remove(&self, name: &str) -> Result<(), PeopleError> {
        self.change(|content| {
            let place = place_of(content, name)?;
            content.users.remove(place);
            keeps_an_administrator(content)
        })
    }

    /// Sets another password.
    ///
    /// # Errors
    /// If there is nobody of that name, the password is none to have, or the file cannot be written.
    pub fn set_password(&self, name: &str, password: &str, at: Timestamp) -> Result<(), PeopleError> {
        let password = password::hash(password, name, self.cost)?;
        self.change(|content| {
            let place = place_of(content, name)?;
            content.users[place].password = password;
            content.users[place].changed = at;
            Ok(())
        })
    }

    /// Sets another role.
    ///
    /// # Errors
    /// If there is nobody of that name, it is the last administrator, or the file cannot be written.
    pub fn set_role(&self, name: &str, role: Role, at: Timestamp) -> Result<(), PeopleError> {
        self.change(|content| {
            let place = place_of(content, name)?;
            content.users[place].role = role;
            content.users[place].changed = at;
            keeps_an_administrator(content)
        })
    }

    /// Makes a token and says it: it cannot be read again.
    ///
    /// # Errors
    /// If the name is taken or none, or the file cannot be written.
    pub fn add_token(
        &self,
        name: &str,
        role: Role,
        at: Timestamp,
        expires: Option<Timestamp>,
    ) -> Result<String, PeopleError> {
        let name = checked_name(name)?;
        let token = format!("vigil_{}", files::hex(&files::random::<24>()?));
        let hash = files::sha256(token.as_bytes());
        self.change(|content| {
            if content.tokens.iter().any(|token| token.name == name) {
                return refused(format!("there is a token {name} already; remove it first"));
            }
            if content.tokens.len() >= ENTRIES_MAX {
                return refused(format!("there are {ENTRIES_MAX} tokens already"));
            }
            content.tokens.push(Token { name, role, hash, created: at, expires });
            content.tokens.sort_by(|a, b| a.name.cmp(&b.name));
            Ok(())
        })?;
        Ok(token)
    }

    /// Withdraws a token.
    ///
    /// # Errors
    /// If there is none of that name or the file cannot be written.
    pub fn remove_token(&self, name: &str) -> Result<(), PeopleError> {
        self.change(|content| {
            let place = content.tokens.iter().position(|token| token.name == name);
            let Some(place) = place else { return refused(format!("there is no token {name}")) };
            content.tokens.remove(place);
            Ok(())
        })
    }

    /// The account whose name and password these are. Takes as long whether there is one or not.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn proven(&self, name: &str, password: &str) -> Result<Option<User>, PeopleError> {
        let user = self.user(&name.trim().to_lowercase())?;
        let fits = password::verify(password, user.as_ref().map(|user| user.password.as_str()), self.cost);
        Ok(user.filter(|_| fits))
    }

    /// The token that this is, if it is worth something at this time.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn token(&self, token: &str, at: Timestamp) -> Result<Option<Token>, PeopleError> {
        // Which hash it is tells nothing about the token: it is as long as the hash, and nobody chose it.
        let hash = files::sha256(token.as_bytes());
        let found = self.content()?.tokens.iter().find(|token| token.hash == hash).cloned();
        Ok(found.filter(|token| token.expires.is_none_or(|expires| at < expires)))
    }

    fn content(&self) -> Result<Arc<Content>, PeopleError> {
        let stamp = match std::fs::metadata(&self.path) {
            Ok(file) => (file.ino(), file.mtime(), file.mtime_nsec(), file.size()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Arc::default()),
            Err(error) => return Err(PeopleError::file("read", &self.path)(error)),
        };
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, content)) = &*read
            && *of == stamp
        {
            return Ok(content.clone());
        }
        let content = Arc::new(self.read_file()?);
        *read = Some((stamp, content.clone()));
        Ok(content)
    }

    fn read_file(&self) -> Result<Content, PeopleError> {
        let Some(bytes) = files::read(&self.path)? else { return Ok(Content::default()) };
        let damaged = |detail: String| PeopleError::Damaged { path: self.path.clone(), detail };
        let content: Content = serde_json::from_slice(&bytes).map_err(|error| damaged(error.to_string()))?;
        if content.schema > SCHEMA {
            return Err(damaged(format!("written by a newer program: schema {}", content.schema)));
        }
        Ok(content)
    }

    fn change(&self, change: impl FnOnce(&mut Content) -> Result<(), PeopleError>) -> Result<(), PeopleError> {
        if let Some(folder) = self.path.parent() {
            files::make_folder(folder)?;
        }
        let _lock = files::Lock::take(&self.path.with_extension("lock"))?;
        let mut content = self.read_file()?;
        change(&mut content)?;
        content.schema = SCHEMA;
        let text = serde_json::to_vec_pretty(&content);
        let text = text.map_err(|error| PeopleError::Damaged { path: self.path.clone(), detail: error.to_string() })?;
        files::replace(&self.path, &text)
    }
}

fn refused<T>(text: String) -> Result<T, PeopleError> {
    Err(PeopleError::Refused(text))
}

fn place_of(content: &Content, name: &str) -> Result<usize, PeopleError> {
    let place = content.users.iter().position(|user| user.name == name);
    place.ok_or_else(|| PeopleError::Refused(format!("there is no user {name}; `vigil users list` lists them")))
}

/// Without an administrator nobody could make one; without anybody the first start begins anew, which is what somebody who
/// removes the last one wants to be told.
fn keeps_an_administrator(content: &Content) -> Result<(), PeopleError> {
    if content.users.iter().any(|user| user.role == Role::Admin) {
        return Ok(());
    }
    refused("this is the last administrator; make another one first".to_owned())
}

fn checked_name(name: &str) -> Result<String, PeopleError> {
    let name = name.trim().to_lowercase();
    let is_name = name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.len() <= NAME_CHARS_MAX
        && name.chars().all(|c| c.is_ascii_alphanumeric() || ".-_@".contains(c));
    if is_name {
        return Ok(name);
    }
    refused(format!("a name is 1 to {NAME_CHARS_MAX} letters, digits and .-_@, and begins with a letter or digit"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Timestamp = Timestamp::from_seconds(1_800_000_000);
    const PASSWORD: &str = "four green horses";

    #[test]
    fn what_one_process_changes_the_other_sees_and_no_secret_is_on_disk() {
        let folder = tempfile::tempdir().unwrap();
        let (one, other) = (Store::new(folder.path(), Cost::Trivial), Store::new(folder.path(), Cost::Trivial));
        assert_eq!(one.users().unwrap(), []);
        other.add("Ada", Role::Admin, PASSWORD, AT).unwrap();
        assert_eq!(one.proven(" ADA", PASSWORD).unwrap().map(|user| user.role), Some(Role::Admin));
        assert_eq!(one.proven("ada", "four green horse").unwrap(), None);
        let token =
            other.add_token("grafana", Role::Interface, AT, Some(AT + std::time::Duration::from_secs(60))).unwrap();
        assert_eq!(one.token(&token, AT).unwrap().map(|token| token.name), Some("grafana".to_owned()));
        assert_eq!(one.token(&token, AT + std::time::Duration::from_secs(60)).unwrap(), None, "it has expired");
        assert_eq!(one.token("vigil_00", AT).unwrap(), None);
        let text = std::fs::read_to_string(folder.path().join("people.json")).unwrap();
        assert!(!text.contains(PASSWORD) && !text.contains(&token));
        other.remove_token("grafana").unwrap();
        assert_eq!(one.token(&token, AT).unwrap(), None);
    }

    #[test]
    fn what_cannot_be_is_refused_and_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path(), Cost::Trivial);
        store.add("ada", Role::Admin, PASSWORD, AT).unwrap();
        let before = store.users().unwrap();
        for name in ["ada", "", "a b", "../x", "-x", "é", &"x".repeat(65)] {
            assert!(store.add(name, Role::Viewer, PASSWORD, AT).is_err(), "{name}");
        }
        assert!(
            store.remove("ada").is_err() && store.set_role("ada", Role::Nurse, AT).is_err(),
            "the last administrator"
        );
        assert!(store.remove("eve").is_err() && store.set_password("eve", PASSWORD, AT).is_err());
        assert!(store.remove_token("x").is_err());
        assert_eq!(store.users().unwrap(), before);
        std::fs::write(folder.path().join("people.json"), "{}").unwrap();
        assert!(store.users().is_err(), "a damaged file is no empty one: nobody could come and set it up anew");
    }
}
