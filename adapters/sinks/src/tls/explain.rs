//! What an error of TLS means, and what to do about it.

use std::io;

use rustls::{AlertDescription, CertificateError, Error};
use vigil_model::Timestamp;

/// An error of a connection in words for whoever operates it. `authorities` names the file of authorities in use. Errors
/// that are not of TLS are given as they are.
pub fn explain(error: &io::Error, authorities: &str) -> String {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) {
        Some(tls) => explain_tls(tls, authorities),
        None if error.kind() == io::ErrorKind::UnexpectedEof => {
            "the other side closed the connection without a word of TLS; it may not speak TLS on this port, or want a \
             certificate that it was not shown (tls.cert_file, tls.key_file)"
                .to_owned()
        }
        None => error.to_string(),
    }
}

/// As [`explain`], for rustls' own errors.
pub(super) fn explain_tls(error: &Error, authorities: &str) -> String {
    match error {
        Error::InvalidCertificate(problem) => certificate(problem, authorities),
        Error::NoCertificatesPresented => {
            "the other side showed no certificate; it must be given one that an authority of ours has signed".to_owned()
        }
        Error::AlertReceived(alert) => refusal(*alert),
        Error::InvalidMessage(_) => {
            "the other side does not speak TLS; check that the address has the port for TLS".to_owned()
        }
        Error::PeerIncompatible(why) => {
            format!("no version or algorithm of TLS is common to both sides ({why:?}); TLS 1.2 or 1.3 is needed")
        }
        other => format!("TLS failed: {other}"),
    }
}

fn certificate(problem: &CertificateError, authorities: &str) -> String {
    let day = |time: &rustls::pki_types::UnixTime| {
        let at = Timestamp::from_seconds(i64::try_from(time.as_secs()).unwrap_or(i64::MAX)).to_string();
        at.split('T').next().unwrap_or_default().to_owned()
    };
    match problem {
        CertificateError::ExpiredContext { not_after, .. } => format!(
            "the certificate of the other side expired on {}; have it renewed there, and check the clock here",
            day(not_after)
        ),
        CertificateError::Expired => {
            "the certificate of the other side has expired; have it renewed there, and check the clock here".to_owned()
        }
        CertificateError::NotValidYetContext { not_before, .. } => format!(
            "the certificate of the other side is valid only from {} on; check the clock here and there",
            day(not_before)
        ),
        CertificateError::NotValidYet => {
            "the certificate of the other side is not valid yet; check the clock here and there".to_owned()
        }
        CertificateError::UnknownIssuer => format!(
            "the certificate of the other side comes from an unknown authority, none of those in {authorities}; put the \
             certificate of its authority there, and have the other side send those in between"
        ),
        CertificateError::NotValidForNameContext { expected, presented } => format!(
            "the certificate of the other side is for {}, not for {}; connect to one of these names, or set tls.server_name \
             to one of them",
            if presented.is_empty() { "no name at all".to_owned() } else { presented.join(", ") },
            expected.to_str()
        ),
        CertificateError::NotValidForName => {
            "the certificate of the other side is for another name; set tls.server_name to the name in it".to_owned()
        }
        CertificateError::Revoked => "the certificate of the other side was revoked; have it replaced there".to_owned(),
        CertificateError::BadEncoding => {
            "the certificate of the other side cannot be read; have it replaced there".to_owned()
        }
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            "the certificate of the other side is for another purpose; it must be issued for this side of a connection \
             (extended key usage)"
                .to_owned()
        }
        other => format!(
            "the certificate of the other side cannot be verified: {other}; have it reissued by an authority in {authorities}"
        ),
    }
}

/// What the other side objects to.
fn refusal(alert: AlertDescription) -> String {
    match alert {
        AlertDescription::CertificateRequired => {
            "the other side wants a certificate and was shown none; set tls.cert_file and tls.key_file".to_owned()
        }
        AlertDescription::UnknownCA => {
            "the other side does not know the authority of the certificate in tls.cert_file; have the authority entered there"
                .to_owned()
        }
        AlertDescription::CertificateExpired => {
            "the other side says that the certificate in tls.cert_file has expired; renew it".to_owned()
        }
        AlertDescription::BadCertificate
        | AlertDescription::UnsupportedCertificate
        | AlertDescription::CertificateRevoked
        | AlertDescription::CertificateUnknown
        | AlertDescription::DecryptError
        | AlertDescription::AccessDenied => format!(
            "the other side refused the certificate it was shown ({alert:?}); check tls.cert_file with whoever runs the other side"
        ),
        AlertDescription::ProtocolVersion | AlertDescription::InsufficientSecurity | AlertDescription::HandshakeFailure => {
            format!(
                "the other side refused to negotiate ({alert:?}): no version or algorithm in common, or it wants a certificate \
                 (tls.cert_file, tls.key_file)"
            )
        }
        other => format!("the other side ended TLS with {other:?}"),
    }
}
