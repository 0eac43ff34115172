//! TLS between the ends of MLLP: everything that is wrong with a certificate is said, nothing is sent to the wrong one, and
//! renewed files are taken without a connection being touched.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::net::SocketAddr;
use std::sync::Arc;

use mqtt5::broker::MqttBroker;
use mqtt5::broker::config::{BrokerConfig, StorageBackend, StorageConfig};
use support::authority::{Authority, Pair};
use support::{ack, appliance, clock, hl7, publication, soon, until};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use vigil_journal::{MemoryOutbox, Settlement};
use vigil_messages::destination::TlsSettings;
use vigil_messages::hl7::AckCode;
use vigil_messages::{Hl7Destination, MqttDestination, MqttProtocol};
use vigil_model::{Lane, Outgoing};
use vigil_sinks::mllp::out;
use vigil_sinks::mllp::server::{Limits, Reply, ServerCounters, serve_guarded};
use vigil_sinks::mqtt::{self, MqttSink};
use vigil_sinks::tls::{ListenerTls, Stream, TlsClient, TlsListener, Whose};
use vigil_sinks::{SinkState, SinkStatus};

/// A receiver under TLS that accepts everything.
struct Ehr {
    address: SocketAddr,
    _stop: tokio_util::sync::DropGuard,
}

impl Ehr {
    async fn start(own: &Pair, client_ca: Option<&Authority>) -> Self {
        let files = ListenerTls {
            name: "adt".into(),
            cert_file: own.cert_file.clone(),
            key_file: own.key_file.clone(),
            client_ca_file: client_ca.map(|authority| authority.file.clone()),
        };
        let guard = Some(Arc::new(TlsListener::new(files).unwrap()));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, stop) = (listener.local_addr().unwrap(), CancellationToken::new());
        let handler = |_, block: &[u8]| Reply::Answer(ack(block, AckCode::CommitAccept));
        let counters = Arc::<ServerCounters>::default();
        tokio::spawn(serve_guarded(listener, guard, Arc::new(handler), Limits::default(), counters, stop.clone()));
        Self { address, _stop: stop.drop_guard() }
    }

    fn client(&self, settings: &TlsSettings) -> TlsClient {
        TlsClient::new(&"ehr".into(), &self.address.to_string(), settings)
    }

    async fn connect(&self, client: &TlsClient) -> Result<Stream, String> {
        let stream = TcpStream::connect(self.address).await.unwrap();
        soon("a handshake", client.connect(stream)).await.map_err(|error| error.to_string())
    }

    /// Sends a message and reads its answer, which is more than a handshake: under TLS 1.3 a client hears only then that its
    /// certificate was not taken.
    async fn exchange(&self, client: &TlsClient) -> Result<(), String> {
        let mut stream = self.connect(client).await?;
        talk(&mut stream).await.map_err(|error| client.explain(&error))
    }
}

async fn talk(stream: &mut Stream) -> std::io::Result<()> {
    stream.write_all(b"\x0bMSH|^~\\&|V|H|E|H|20260301||ORU^R01|m1|P|2.6\r\x1c\r").await?;
    stream.flush().await?;
    let mut answer = Vec::new();
    while !answer.ends_with(b"\x1c\r") {
        if soon("an answer", stream.read_buf(&mut answer)).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
    assert!(String::from_utf8(answer).unwrap().contains("MSA|CA|m1"));
    Ok(())
}

#[tokio::test]
async fn a_message_passes_between_two_that_know_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new(folder.path(), "hospital");
    let (server, client) = (authority.issue("ehr", &["127.0.0.1"]), authority.issue("vigil", &["vigil.example"]));
    let ehr = Ehr::start(&server, Some(&authority)).await;
    let client = ehr.client(&authority.settings(Some(&client)));
    ehr.exchange(&client).await.unwrap();
    let known: Vec<Whose> = client.validity().certificates().iter().map(|certificate| certificate.whose).collect();
    assert_eq!(known, [Whose::Own, Whose::Authority, Whose::Receiver]);
}

#[tokio::test]
async fn what_is_wrong_with_a_certificate_is_said_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let (authority, other) = (Authority::new(folder.path(), "hospital"), Authority::new(folder.path(), "other"));
    let good = authority.issue("good", &["127.0.0.1"]);
    type Case<'a> = (&'a str, Pair, &'a Authority, &'a str, &'a str, &'a [&'a str]);
    let cases: [Case<'_>; 5] = [
        (
            "expired",
            authority.issue_until("old", &["127.0.0.1"], 2021),
            &authority,
            "",
            "",
            &["expired on 2021-", "renewed"],
        ),
        (
            "another name",
            authority.issue("name", &["ehr.example"]),
            &authority,
            "",
            "",
            &["ehr.example", "127.0.0.1", "tls.server_name"],
        ),
        ("another authority", good.clone(), &other, "", "", &["unknown authority", "other.pem"]),
        ("no certificate shown", good.clone(), &authority, "", "mutual", &["wants a certificate", "tls.cert_file"]),
        ("a name that is not there", good.clone(), &authority, "nowhere.example", "", &["not for nowhere.example"]),
    ];
    for (what, server, trusted, name, mutual, said) in cases {
        let ehr = Ehr::start(&server, (!mutual.is_empty()).then_some(&authority)).await;
        let settings = TlsSettings { server_name: name.into(), ..trusted.settings(None) };
        let error = ehr.exchange(&ehr.client(&settings)).await.expect_err(what);
        assert!(said.iter().all(|said| error.contains(said)), "{what}: {error}");
    }
    // The name that does stand in it.
    let ehr = Ehr::start(&authority.issue("named", &["ehr.example"]), None).await;
    let settings = TlsSettings { server_name: "ehr.example".into(), ..authority.settings(None) };
    ehr.exchange(&ehr.client(&settings)).await.unwrap();
    // A certificate of another hospital is refused by the receiver.
    let ehr = Ehr::start(&good, Some(&authority)).await;
    let stranger = other.issue("stranger", &["vigil.example"]);
    let settings = TlsSettings { ca_file: authority.path().into(), ..other.settings(Some(&stranger)) };
    let error = ehr.exchange(&ehr.client(&settings)).await.expect_err("a stranger");
    assert!(error.contains("tls.cert_file"), "{error}");
}

#[tokio::test]
async fn who_does_not_speak_tls_is_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new(folder.path(), "hospital");
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"\x0bMSH|I do not speak TLS\r\x1c\r").await.unwrap();
        let _ = stream.read(&mut [0; 64]).await;
    });
    let client = TlsClient::new(&"ehr".into(), &address.to_string(), &authority.settings(None));
    let stream = TcpStream::connect(address).await.unwrap();
    let error = soon("an error", client.connect(stream)).await.err().unwrap().to_string();
    assert!(error.contains("does not speak TLS") && error.contains("port"), "{error}");
}

#[tokio::test]
async fn files_that_cannot_be_used_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new(folder.path(), "hospital");
    let (one, two) = (authority.issue("one", &["127.0.0.1"]), authority.issue("two", &["127.0.0.1"]));
    let refuse = |settings: TlsSettings| {
        let client = TlsClient::new(&"ehr".into(), "127.0.0.1:1", &settings);
        client.config().expect_err("refused").to_string()
    };
    let missing = refuse(TlsSettings::new("/does/not/exist.pem"));
    assert!(missing.contains("/does/not/exist.pem") && missing.contains("permissions"), "{missing}");
    let no_cert = refuse(TlsSettings::new(one.key_file.display().to_string()));
    assert!(no_cert.contains("BEGIN CERTIFICATE"), "{no_cert}");
    let swapped =
        refuse(TlsSettings { key_file: two.key_file.display().to_string().into(), ..authority.settings(Some(&one)) });
    assert!(swapped.contains("do not belong together"), "{swapped}");
}

#[tokio::test]
async fn renewed_files_are_taken_and_broken_ones_are_not() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new(folder.path(), "hospital");
    let server = authority.issue("ehr", &["127.0.0.1"]);
    let ehr = Ehr::start(&server, None).await;
    let client = ehr.client(&authority.settings(None));
    let mut first = ehr.connect(&client).await.unwrap();
    talk(&mut first).await.unwrap();
    let until = |client: &TlsClient| client.validity().certificates().last().unwrap().not_after;
    let before = until(&client);

    // Renewed: the next connection has the new one, the standing one goes on.
    let renewed = authority.issue_until("renewed", &["127.0.0.1"], 2090);
    std::fs::copy(&renewed.key_file, &server.key_file).unwrap();
    std::fs::copy(&renewed.cert_file, &server.cert_file).unwrap();
    ehr.exchange(&client).await.unwrap();
    assert!(until(&client) > before);
    talk(&mut first).await.unwrap();

    // Broken: the last good one stays in use.
    std::fs::write(&server.cert_file, "-----BEGIN CERT").unwrap();
    ehr.exchange(&client).await.unwrap();
    talk(&mut first).await.unwrap();
}

#[tokio::test]
async fn the_outbox_is_delivered_over_mutual_tls() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new(folder.path(), "hospital");
    let ehr = Ehr::start(&authority.issue("ehr", &["127.0.0.1"]), Some(&authority)).await;
    let outbox = MemoryOutbox::new();
    // Longer than the socket and TLS take at once.
    outbox.put(Outgoing {
        body: [b"MSH|^~\\&|V|H|E|H|20260301||ORU^R01|big|P|2.6\rNTE|".as_slice(), &vec![b'x'; 900_000]].concat(),
        ..hl7("big", Lane::Alarm, "bed-1")
    });
    for number in 0..50 {
        outbox.put(hl7(&format!("m{number}"), Lane::Observation, "bed-1"));
    }
    let mut destination = Hl7Destination::new("ehr", ehr.address.to_string());
    destination.tls = Some(authority.settings(Some(&authority.issue("vigil", &["vigil.example"]))));
    let (sender, mut status) = watch::channel(SinkStatus::default());
    let stop = CancellationToken::new();
    let sink = out::run(destination, Box::new(outbox.clone()), Arc::default(), sender, clock(), stop.clone());
    let sink = tokio::spawn(sink);
    until("everything is delivered", &mut status, |_| outbox.waiting() == 0).await;
    assert!(outbox.settled().iter().all(|(_, settlement)| matches!(settlement, Settlement::Delivered(_))));
    until("the certificates are shown", &mut status, |status| status.certificates.len() == 3).await;
    stop.cancel();
    soon("the sink stops", sink).await.unwrap();
}

#[tokio::test]
async fn a_destination_with_the_wrong_certificate_gets_nothing_and_it_is_said_why() {
    let folder = tempfile::tempdir().unwrap();
    let (authority, other) = (Authority::new(folder.path(), "hospital"), Authority::new(folder.path(), "other"));
    let ehr = Ehr::start(&other.issue("ehr", &["127.0.0.1"]), None).await;
    let outbox = MemoryOutbox::new();
    outbox.put(hl7("m1", Lane::Alarm, "bed-1"));
    let mut destination = Hl7Destination::new("ehr", ehr.address.to_string());
    destination.tls = Some(authority.settings(None));
    let (sender, mut status) = watch::channel(SinkStatus::default());
    let stop = CancellationToken::new();
    let run = out::run(destination, Box::new(outbox.clone()), Arc::default(), sender, clock(), stop.clone());
    tokio::spawn(run);
    let is_said = |status: &SinkStatus| matches!(&status.state, SinkState::Backoff { reason, .. } if reason.contains("unknown authority"));
    until("why there is no connection", &mut status, is_said).await;
    assert_eq!((outbox.waiting(), status.borrow().counters.sent), (1, 0));
    stop.cancel();
}

/// Takes TLS off in front of a broker that does not speak it.
async fn relay(tls: TlsListener, broker: SocketAddr) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, tls) = (listener.local_addr().unwrap(), Arc::new(tls));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let tls = tls.clone();
            tokio::spawn(async move {
                let Ok(mut outside) = tls.accept(stream).await else { return };
                let mut inside = TcpStream::connect(broker).await.unwrap();
                let _ = tokio::io::copy_bidirectional(&mut outside, &mut inside).await;
            });
        }
    });
    address
}

#[tokio::test]
async fn mqtt_goes_over_mutual_tls_in_both_versions_of_the_protocol() {
    let folder = tempfile::tempdir().unwrap();
    let (authority, other) = (Authority::new(folder.path(), "hospital"), Authority::new(folder.path(), "other"));
    let (server, client) =
        (authority.issue("broker", &["broker.example"]), authority.issue("vigil", &["vigil.example"]));
    let storage = StorageConfig { backend: StorageBackend::Memory, ..StorageConfig::default() };
    let config = BrokerConfig::default().with_bind_address(([127, 0, 0, 1], 0)).with_storage(storage);
    let mut broker = MqttBroker::with_config(config).await.unwrap();
    let plain = broker.local_addr().unwrap();
    tokio::spawn(async move { broker.run().await });
    let files = ListenerTls {
        name: "broker".into(),
        cert_file: server.cert_file,
        key_file: server.key_file,
        client_ca_file: Some(authority.file.clone()),
    };
    let address = relay(TlsListener::new(files).unwrap(), plain).await;
    for (protocol, trusted) in
        [(MqttProtocol::V5, &authority), (MqttProtocol::V311, &authority), (MqttProtocol::V5, &other)]
    {
        let outbox = MemoryOutbox::new();
        outbox.put(publication("a1", Lane::Alarm, "1", 1));
        let mut destination = MqttDestination { protocol, ..MqttDestination::new("nurses", address.to_string()) };
        let tls = TlsSettings { ca_file: trusted.path().into(), ..authority.settings(Some(&client)) };
        destination.tls = Some(TlsSettings { server_name: "broker.example".into(), ..tls });
        let (sender, mut status) = watch::channel(SinkStatus::default());
        let stop = CancellationToken::new();
        let sink = MqttSink { destination, appliance: appliance(), resync: Arc::new(Vec::new) };
        let (commands, _kept) = mpsc::channel(8);
        let run = mqtt::run(sink, Box::new(outbox.clone()), Arc::default(), commands, sender, clock(), stop.clone());
        let run = tokio::spawn(run);
        if std::ptr::eq(trusted, &authority) {
            until("the alarm is published", &mut status, |_| outbox.waiting() == 0).await;
        } else {
            let is_said = |status: &SinkStatus| matches!(&status.state, SinkState::Backoff { reason, .. } if reason.contains("unknown authority"));
            until("why there is no connection", &mut status, is_said).await;
            assert_eq!(outbox.waiting(), 1);
        }
        stop.cancel();
        soon("the sink stops", run).await.unwrap();
    }
}
