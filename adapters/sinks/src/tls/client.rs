//! The connecting end.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::ClientConfig;
use rustls::client::WebPkiServerVerifier;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use vigil_messages::destination::TlsSettings;

use super::source::Source;
use super::verify::NamedVerifier;
use super::{Stream, TlsFileError, Validity, Whose, explain, files, provider};

/// What connects to one destination over TLS.
pub struct TlsClient {
    settings: TlsSettings,
    /// Host that is connected to, without a port.
    host: String,
    source: Source<Arc<ClientConfig>>,
    validity: Validity,
}

impl TlsClient {
    /// For a destination named `id` at `address`, `host:port`. Files are read when it connects.
    pub fn new(id: &Arc<str>, address: &str, settings: &TlsSettings) -> Self {
        let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let files = [&settings.ca_file, &settings.cert_file, &settings.key_file];
        let files = files.into_iter().filter(|path| !path.is_empty()).map(|path| PathBuf::from(&**path)).collect();
        Self { settings: settings.clone(), host, source: Source::new(id.clone(), files), validity: Validity::default() }
    }

    /// Until when its certificates and the receiver's last one are valid.
    pub fn validity(&self) -> &Validity {
        &self.validity
    }

    /// The configuration of the next connection, for clients that connect by themselves. Reads files that have changed.
    ///
    /// # Errors
    /// If the files cannot be used and never could.
    pub fn config(&self) -> Result<Arc<ClientConfig>, TlsFileError> {
        self.source.get(|| self.make())
    }

    /// Protects a connection that was opened.
    ///
    /// # Errors
    /// If the files cannot be used, or the handshake fails; the text says why and what to do.
    pub async fn connect(&self, stream: TcpStream) -> io::Result<Stream> {
        let config = self.config().map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error.to_string()))?;
        let name = self.name().map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error.to_string()))?;
        match TlsConnector::from(config).connect(name, stream).await {
            Ok(stream) => Ok(Stream::tls(tokio_rustls::TlsStream::Client(stream))),
            Err(error) => Err(io::Error::new(error.kind(), self.explain(&error))),
        }
    }

    /// What an error of a connection means.
    pub fn explain(&self, error: &io::Error) -> String {
        explain(error, &self.settings.ca_file)
    }

    fn name(&self) -> Result<ServerName<'static>, TlsFileError> {
        let name = match &*self.settings.server_name {
            "" => self.host.as_str(),
            name => name,
        };
        ServerName::try_from(name.to_owned()).map_err(|_| TlsFileError::Name(name.to_owned()))
    }

    fn make(&self) -> Result<Arc<ClientConfig>, TlsFileError> {
        let ca_file = Path::new(&*self.settings.ca_file);
        let roots = files::authorities(ca_file)?;
        let authorities = files::certificates(ca_file)?;
        self.validity.note(Whose::Authority, authorities.iter().map(AsRef::as_ref));
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider())
            .build()
            .map_err(|error| TlsFileError::Unusable { path: ca_file.to_owned(), why: error.to_string() })?;
        let verifier = NamedVerifier { inner: verifier, name: Some(self.name()?), validity: self.validity.clone() };
        let builder = ClientConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .map_err(|error| TlsFileError::SetUp(error.to_string()))?
            .dangerous() // rustls' word for any verifier that is handed in: this one is rustls' own, by a chosen name
            .with_custom_certificate_verifier(Arc::new(verifier));
        if self.settings.cert_file.is_empty() {
            return Ok(Arc::new(builder.with_no_client_auth()));
        }
        let (cert, key) = (Path::new(&*self.settings.cert_file), Path::new(&*self.settings.key_file));
        let chain = files::certificates(cert)?;
        self.validity.note(Whose::Own, chain.iter().map(AsRef::as_ref));
        let config = builder.with_client_auth_cert(chain, files::private_key(key)?).map_err(|error| {
            TlsFileError::Mismatch { cert: cert.to_owned(), key: key.to_owned(), why: error.to_string() }
        })?;
        Ok(Arc::new(config))
    }
}
