//! Passwords: what one must be, and what is kept of it (Argon2id, RFC 9106, with the parameters OWASP recommends).

use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};

use crate::{PeopleError, files};

/// Fewest characters of a password. Length is what helps; what else a password must have, people write on a note.
pub const CHARS_MIN: usize = 10;
/// Longest password in bytes.
pub const BYTES_MAX: usize = 256;

/// How much a guess costs. What was hashed at one cost is verified at that cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cost {
    /// 19 MiB and two passes: tens of milliseconds.
    Normal,
    /// Nothing to speak of. For tests.
    Trivial,
}

impl Cost {
    fn hasher(self) -> Result<Argon2<'static>, PeopleError> {
        let params = match self {
            Cost::Normal => Ok(Params::default()),
            Cost::Trivial => Params::new(8, 1, 1, None),
        };
        let failed = |error| PeopleError::Refused(format!("setting up the password hash: {error}"));
        Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params.map_err(failed)?))
    }
}

/// What is kept of a password.
///
/// # Errors
/// If it is no password to have; the text says what one must be.
pub(crate) fn hash(password: &str, name: &str, cost: Cost) -> Result<String, PeopleError> {
    if let Some(problem) = problem(password, name) {
        return Err(PeopleError::Refused(problem));
    }
    let salt: [u8; 16] = files::random()?;
    let hash = cost.hasher()?.hash_password_with_salt(password.as_bytes(), &salt);
    hash.map(|hash| hash.to_string()).map_err(|error| PeopleError::Refused(format!("hashing the password: {error}")))
}

/// Whether the password is the one `hash` was made of. Without a hash (nobody of that name) it takes as long and says no.
pub(crate) fn verify(password: &str, hash: Option<&str>, cost: Cost) -> bool {
    let Ok(hasher) = cost.hasher() else { return false };
    if password.len() > BYTES_MAX {
        return false;
    }
    match hash {
        Some(hash) => hasher.verify_password(password.as_bytes(), hash).is_ok(),
        None => {
            let _ = hasher.hash_password_with_salt(password.as_bytes(), b"nobody has this name");
            false
        }
    }
}

fn problem(password: &str, name: &str) -> Option<String> {
    let first = password.chars().next();
    if password.chars().count() < CHARS_MIN {
        Some(format!("a password has at least {CHARS_MIN} characters; several words are easy to keep in mind"))
    } else if password.len() > BYTES_MAX {
        Some(format!("a password has at most {BYTES_MAX} bytes"))
    } else if password.to_lowercase().contains(name) || password.chars().all(|c| Some(c) == first) {
        Some("a password neither holds the name nor is one character repeated".to_owned())
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_password_itself_fits_and_no_two_hashes_are_the_same() {
        let one = hash("four green horses", "ada", Cost::Trivial).unwrap();
        let other = hash("four green horses", "ada", Cost::Trivial).unwrap();
        assert!(one.starts_with("$argon2id$v=19$") && one != other);
        assert!(verify("four green horses", Some(&one), Cost::Normal), "the cost is that of the hash");
        for wrong in ["four green horse", "", "four green horses "] {
            assert!(!verify(wrong, Some(&one), Cost::Trivial));
        }
        assert!(!verify("four green horses", None, Cost::Trivial));
        assert!(!verify("four green horses", Some("x"), Cost::Trivial));
    }

    #[test]
    fn what_can_be_guessed_is_no_password() {
        for bad in ["short", "aaaaaaaaaaaaaaa", "my-name-is-ada", &"x y".repeat(100)] {
            assert!(hash(bad, "ada", Cost::Trivial).is_err(), "{bad}");
        }
    }
}
