//! The first start: there is no default password. Until there is a user, whoever knows a code that stands in a file of the data
//! folder may make the first administrator; `vigil users add` on the appliance itself needs no code.

use std::path::{Path, PathBuf};

use crate::{PeopleError, files};

/// Letters and digits that nobody takes for others.
const LETTERS: &[u8; 32] = b"23456789abcdefghjkmnpqrstuvwxyz-";

/// Where the code stands.
pub fn path(data: &Path) -> PathBuf {
    data.join("setup-code")
}

/// Makes the code if there is none, and says where it stands. The log says the place, never the code.
///
/// # Errors
/// If it cannot be written.
pub fn prepare(data: &Path) -> Result<PathBuf, PeopleError> {
    let path = path(data);
    if files::read(&path)?.is_none() {
        // 16 of 31 letters: 79 bits.
        let code: String = files::random::<64>()?
            .iter()
            .map(|byte| byte & 31)
            .filter(|place| *place < 31)
            .take(16)
            .enumerate()
            .flat_map(|(number, place)| {
                let dash = (number > 0 && number % 4 == 0).then_some('-');
                dash.into_iter().chain([char::from(LETTERS[usize::from(place)])])
            })
            .collect();
        files::replace(&path, format!("{code}\n").as_bytes())?;
    }
    Ok(path)
}

/// Whether this is the code. Capitals, spaces and dashes do not matter.
///
/// # Errors
/// If it cannot be read.
pub fn is_code(data: &Path, text: &str) -> Result<bool, PeopleError> {
    let Some(code) = files::read(&path(data))? else { return Ok(false) };
    let plain = |text: &str| -> String {
        text.chars().filter(|c| c.is_ascii_alphanumeric()).map(|c| c.to_ascii_lowercase()).take(64).collect()
    };
    let code = plain(&String::from_utf8_lossy(&code));
    // Compared by hash: how long it takes tells nothing.
    Ok(code.len() == 16 && files::sha256(code.as_bytes()) == files::sha256(plain(text).as_bytes()))
}

/// The code is worth nothing from now on.
///
/// # Errors
/// If it cannot be removed.
pub fn is_done(data: &Path) -> Result<(), PeopleError> {
    let path = path(data);
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(PeopleError::file("remove", &path)(error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_is_made_once_read_in_any_writing_and_worth_nothing_afterwards() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path();
        assert!(!is_code(data, "").unwrap(), "no code, nobody");
        let code = std::fs::read_to_string(prepare(data).unwrap()).unwrap();
        assert_eq!(code.trim().len(), 19, "{code}");
        assert_eq!(std::fs::read_to_string(prepare(data).unwrap()).unwrap(), code);
        assert!(is_code(data, &code).unwrap());
        assert!(is_code(data, &code.to_uppercase().replace('-', " ")).unwrap());
        assert!(!is_code(data, &code[..18]).unwrap() && !is_code(data, "").unwrap());
        is_done(data).unwrap();
        is_done(data).unwrap();
        assert!(!is_code(data, &code).unwrap());
    }
}
