//! A certificate authority for tests, and what it issues, as files.

use std::path::{Path, PathBuf};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose, date_time_ymd};
use vigil_messages::destination::TlsSettings;

/// An authority and the folder of its files.
pub(crate) struct Authority {
    folder: PathBuf,
    /// Its certificate.
    pub(crate) file: PathBuf,
    issuer: Issuer<'static, KeyPair>,
}

/// A certificate and its key.
#[derive(Clone)]
pub(crate) struct Pair {
    pub(crate) cert_file: PathBuf,
    pub(crate) key_file: PathBuf,
}

impl Authority {
    pub(crate) fn new(folder: &Path, name: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([]).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let certificate = params.self_signed(&key).unwrap();
        let file = folder.join(format!("{name}.pem"));
        std::fs::write(&file, certificate.pem()).unwrap();
        Self { folder: folder.to_owned(), file, issuer: Issuer::new(params, key) }
    }

    pub(crate) fn path(&self) -> String {
        self.file.display().to_string()
    }

    /// A certificate for these names that is valid for long.
    pub(crate) fn issue(&self, name: &str, names: &[&str]) -> Pair {
        self.issue_until(name, names, 2080)
    }

    /// A certificate that is valid from 2020 to some day in `year`.
    pub(crate) fn issue_until(&self, name: &str, names: &[&str], year: i32) -> Pair {
        let key = KeyPair::generate().unwrap();
        let mut params =
            CertificateParams::new(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(year, 6, 1);
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let file = |kind: &str| self.folder.join(format!("{name}.{kind}.pem"));
        let pair = Pair { cert_file: file("cert"), key_file: file("key") };
        std::fs::write(&pair.cert_file, certificate.pem()).unwrap();
        std::fs::write(&pair.key_file, key.serialize_pem()).unwrap();
        pair
    }

    /// Settings of a client that trusts this authority and shows a certificate, if any.
    pub(crate) fn settings(&self, own: Option<&Pair>) -> TlsSettings {
        let text = |path: &Path| path.display().to_string().into();
        let mut settings = TlsSettings::new(self.path());
        if let Some(own) = own {
            (settings.cert_file, settings.key_file) = (text(&own.cert_file), text(&own.key_file));
        }
        settings
    }
}
