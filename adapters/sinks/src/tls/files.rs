//! Certificates and keys out of PEM files, with errors that name the file and what should be in it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// Why the files of a connection cannot be used. Nothing of a key is ever in it.
#[derive(Clone, Debug, thiserror::Error)]
pub enum TlsFileError {
    /// It cannot be read.
    #[error("reading {path}: {source}; check the path and its permissions")]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why not.
        source: Arc<std::io::Error>,
    },
    /// It holds nothing of what is looked for.
    #[error("{path} holds no {wanted}; expected a PEM file with -----BEGIN {label}-----")]
    Nothing {
        /// Which file.
        path: PathBuf,
        /// What was looked for.
        wanted: &'static str,
        /// How it would begin.
        label: &'static str,
    },
    /// What it holds cannot be used.
    #[error("{path} cannot be used: {why}")]
    Unusable {
        /// Which file.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// Certificate and key do not belong together.
    #[error(
        "{cert} and {key} do not belong together, or the key is of an unknown kind: {why}; both must come from one renewal"
    )]
    Mismatch {
        /// The certificate's file.
        cert: PathBuf,
        /// The key's file.
        key: PathBuf,
        /// What rustls says.
        why: String,
    },
    /// The name to be verified is no name.
    #[error(
        "{0:?} is neither a host name nor an IP address; set tls.server_name to the name in the receiver's certificate"
    )]
    Name(String),
    /// rustls cannot be set up.
    #[error("setting up TLS: {0}")]
    SetUp(String),
}

fn read(path: &Path) -> Result<Vec<u8>, TlsFileError> {
    std::fs::read(path).map_err(|source| TlsFileError::Unreadable { path: path.to_owned(), source: Arc::new(source) })
}

/// The certificates in a file, at least one, in their order.
pub(super) fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsFileError> {
    let text = read(path)?;
    let found: Vec<_> = CertificateDer::pem_slice_iter(&text)
        .collect::<Result<_, _>>()
        .map_err(|error| TlsFileError::Unusable { path: path.to_owned(), why: format!("it is not PEM: {error}") })?;
    if found.is_empty() {
        return Err(TlsFileError::Nothing { path: path.to_owned(), wanted: "certificate", label: "CERTIFICATE" });
    }
    Ok(found)
}

/// The private key in a file.
pub(super) fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, TlsFileError> {
    let text = read(path)?;
    PrivateKeyDer::from_pem_slice(&text).map_err(|_| TlsFileError::Nothing {
        path: path.to_owned(),
        wanted: "private key without a pass phrase",
        label: "PRIVATE KEY",
    })
}

/// The authorities in a file.
pub(super) fn authorities(path: &Path) -> Result<RootCertStore, TlsFileError> {
    let mut store = RootCertStore::empty();
    for certificate in certificates(path)? {
        store.add(certificate).map_err(|error| TlsFileError::Unusable {
            path: path.to_owned(),
            why: format!("a certificate in it is no authority's: {error}"),
        })?;
    }
    Ok(store)
}
