//! The accepting end.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rustls::ServerConfig;
use rustls::server::WebPkiClientVerifier;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use super::source::Source;
use super::{Stream, TlsFileError, Validity, Whose, explain, files, provider};

/// How long a peer may take for the handshake.
const HANDSHAKE_MAX: Duration = Duration::from_secs(10);

/// The files of a listener.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListenerTls {
    /// What the listener is called in logs and alarms.
    pub name: Arc<str>,
    /// PEM file with the listener's certificate, and below it those between it and the authority.
    pub cert_file: PathBuf,
    /// PEM file with its private key.
    pub key_file: PathBuf,
    /// PEM file with the authorities that vouch for those who connect (mutual TLS). With `None` anybody may connect who can
    /// reach the port: the connection is then private, but not authenticated.
    pub client_ca_file: Option<PathBuf>,
}

/// What makes accepted connections TLS connections.
pub struct TlsListener {
    files: ListenerTls,
    source: Source<Arc<ServerConfig>>,
    validity: Validity,
}

impl TlsListener {
    /// Reads the files once, so that what is wrong with them is known before anybody connects.
    ///
    /// # Errors
    /// If the files cannot be used.
    pub fn new(files: ListenerTls) -> Result<Self, TlsFileError> {
        let paths = [&files.cert_file, &files.key_file].into_iter().chain(&files.client_ca_file).cloned().collect();
        let listener = Self { source: Source::new(files.name.clone(), paths), files, validity: Validity::default() };
        listener.config()?;
        Ok(listener)
    }

    /// Until when its certificates are valid.
    pub fn validity(&self) -> &Validity {
        &self.validity
    }

    fn config(&self) -> Result<Arc<ServerConfig>, TlsFileError> {
        self.source.get(|| self.make())
    }

    /// Protects a connection that was accepted.
    ///
    /// # Errors
    /// If the handshake fails or takes too long; the text says why and what to do.
    pub async fn accept(&self, stream: TcpStream) -> io::Result<Stream> {
        let config = self.config().map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error.to_string()))?;
        match timeout(HANDSHAKE_MAX, TlsAcceptor::from(config).accept(stream)).await {
            Ok(Ok(stream)) => Ok(Stream::tls(tokio_rustls::TlsStream::Server(stream))),
            Ok(Err(error)) => {
                let authorities = self.files.client_ca_file.as_deref().unwrap_or(Path::new("(none)"));
                Err(io::Error::new(error.kind(), explain(&error, &authorities.display().to_string())))
            }
            Err(_) => Err(io::Error::new(io::ErrorKind::TimedOut, "the TLS handshake was not finished in time")),
        }
    }

    fn make(&self) -> Result<Arc<ServerConfig>, TlsFileError> {
        let ListenerTls { cert_file, key_file, client_ca_file, .. } = &self.files;
        let builder = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .map_err(|error| TlsFileError::SetUp(error.to_string()))?;
        let builder = match client_ca_file {
            None => builder.with_no_client_auth(),
            Some(path) => {
                let roots = files::authorities(path)?;
                let authorities = files::certificates(path)?;
                self.validity.note(Whose::Authority, authorities.iter().map(AsRef::as_ref));
                let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider())
                    .build()
                    .map_err(|error| TlsFileError::Unusable { path: path.clone(), why: error.to_string() })?;
                builder.with_client_cert_verifier(verifier)
            }
        };
        let chain = files::certificates(cert_file)?;
        self.validity.note(Whose::Own, chain.iter().map(AsRef::as_ref));
        let config = builder.with_single_cert(chain, files::private_key(key_file)?).map_err(|error| {
            TlsFileError::Mismatch { cert: cert_file.clone(), key: key_file.clone(), why: error.to_string() }
        })?;
        Ok(Arc::new(config))
    }
}
