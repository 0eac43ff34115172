//! The key that signs the trail: made at the first start, readable for the appliance alone.

use std::path::{Path, PathBuf};

use ed25519_dalek::{SigningKey, VerifyingKey};

use crate::{PeopleError, files};

const EXPECTED: &str = "64 hexadecimal digits";

pub(crate) fn secret_path(data: &Path) -> PathBuf {
    data.join("audit.key")
}

pub(crate) fn public_path(data: &Path) -> PathBuf {
    data.join("audit.pub")
}

/// The signing key of this data folder; makes one if there is none. To be called under the trail's lock.
pub(crate) fn signing_key(data: &Path) -> Result<SigningKey, PeopleError> {
    let path = secret_path(data);
    if let Some(bytes) = files::read(&path)? {
        let seed = std::str::from_utf8(&bytes).ok().and_then(|text| files::from_hex(text.trim_end()));
        let seed = seed.ok_or(PeopleError::Key { path, expected: EXPECTED })?;
        return Ok(SigningKey::from_bytes(&seed));
    }
    let key = SigningKey::from_bytes(&files::random()?);
    files::replace(&path, format!("{}\n", files::hex(key.as_bytes())).as_bytes())?;
    files::replace(&public_path(data), format!("{}\n", files::hex(key.verifying_key().as_bytes())).as_bytes())?;
    Ok(key)
}

/// The public key of the trail in this data folder, as hexadecimal; `None` if no trail was ever begun.
///
/// # Errors
/// If it cannot be read.
pub fn public_key(data: &Path) -> Result<Option<String>, PeopleError> {
    let path = public_path(data);
    let Some(bytes) = files::read(&path)? else { return Ok(None) };
    let text = String::from_utf8(bytes).map(|text| text.trim_end().to_owned());
    let text = text.map_err(|_| PeopleError::Key { path, expected: EXPECTED })?;
    Ok(Some(text))
}

/// A public key from its text.
pub(crate) fn verifying_key(text: &str) -> Option<VerifyingKey> {
    VerifyingKey::from_bytes(&files::from_hex(text)?).ok()
}
