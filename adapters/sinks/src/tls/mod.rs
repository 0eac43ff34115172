//! TLS and mutual TLS for every connection of the sinks, with rustls and ring.
//!
//! The other side is always verified: against the authorities that are configured, by name, and by date. Files are read
//! again whenever they have changed, at the next connection: a certificate is renewed by replacing its files, and no
//! connection that stands is touched. Files that cannot be used do not replace those that could: the last good ones stay
//! in use, and the log says why. Errors say what is wrong with whose certificate and what to do; none says more than a
//! certificate does, and no certificate here is a patient's.

mod client;
mod explain;
mod files;
mod listener;
mod source;
mod stream;
mod validity;
mod verify;

use std::sync::Arc;

use rustls::crypto::CryptoProvider;

pub use client::TlsClient;
pub use explain::explain;
pub use files::TlsFileError;
pub use listener::{ListenerTls, TlsListener};
pub use stream::Stream;
pub use validity::{Certificate, Validity, Whose, read_not_after};

/// The one set of algorithms. It is named with every configuration: with two of them compiled in, leaving it out panics.
fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}
