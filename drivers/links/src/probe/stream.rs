//! Tries a driver with a conversation of its own: its session runs as in the appliance, for a while.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;
use vigil_model::{DeviceIndex, FaultKind, Identity, LinkState, Report};
use vigil_protocols::doctor::Evidence;
use vigil_protocols::driver::Driver;

use super::{Candidate, Found, Tried, keep};
use crate::{Beside, Clock, Link, run_beside};

/// How long a device may say nothing at all before the next candidate is tried.
const SILENT_MAX: Duration = Duration::from_secs(3);
/// How long a device that says something has to be understood.
const HEARD_MAX: Duration = Duration::from_secs(10);
/// How long a device that is understood has to say who it is.
const IDENTITY_MAX: Duration = Duration::from_millis(1_500);
/// How long it has to give a value after that.
const VALUES_TIME_MAX: Duration = Duration::from_secs(6);
/// How often to look.
const LOOK: Duration = Duration::from_millis(50);

/// The error says why the line could not be opened.
pub(super) async fn attempt(
    candidate: &Candidate,
    driver: Driver,
    end: Instant,
    clock: &Clock,
) -> Result<Tried, String> {
    let config = driver.configure(toml::Table::new()).map_err(|error| error.message)?;
    let (sender, mut reports) = mpsc::channel(64);
    let (beside, stop) = (Beside::default(), CancellationToken::new());
    let link = Link::Stream {
        id: "probe".into(),
        transport: candidate.transport.clone(),
        device: DeviceIndex(0),
        session: config.session(HEARD_MAX * 2),
    };
    let running = tokio::spawn(run_beside(link, beside.clone(), sender, clock.clone(), stop.clone()));
    let start = Instant::now();
    let (mut identity, mut understood_at, mut closed) = (Identity::default(), None, None);
    let mut values = Vec::new();
    loop {
        let counters = beside.stats.read();
        let patience = if counters.bytes_received == 0 { SILENT_MAX } else { HEARD_MAX };
        let is_whole = identity != Identity::default() && !values.is_empty();
        let wait = if values.is_empty() { VALUES_TIME_MAX } else { IDENTITY_MAX };
        let until = understood_at.map_or(start + patience, |at: Instant| at + wait).min(end);
        if Instant::now() >= until || closed.is_some() || (understood_at.is_some() && is_whole) {
            break;
        }
        let batch = match timeout_at(until.min(Instant::now() + LOOK), reports.recv()).await {
            Ok(Some(batch)) => batch,
            Ok(None) => break,
            Err(_) => continue,
        };
        for report in batch {
            match report.report {
                Report::Identity(said) => {
                    identity = said;
                    understood_at.get_or_insert_with(Instant::now);
                }
                Report::Observation(_) | Report::Alarm(_) => {
                    understood_at.get_or_insert_with(Instant::now);
                    keep(&mut values, report.report);
                }
                Report::Mode(_) | Report::AlarmsListed | Report::Waveform(_) => {
                    understood_at.get_or_insert_with(Instant::now);
                }
                Report::Link(LinkState::Lost { reason }) if beside.stats.read().opened == 0 => closed = Some(reason),
                Report::Link(_) | Report::Fault(_) => {}
            }
        }
    }
    stop.cancel();
    reports.close();
    // The port must be free for the next candidate; how the task ended is of no interest.
    let _ = running.await;
    if let Some(reason) = closed {
        return Err(reason.to_string());
    }
    let counters = beside.stats.read();
    let evidence = Evidence {
        bytes_sent: counters.bytes_sent,
        bytes_received: counters.bytes_received,
        frames: counters.reports,
        checksums: counters.faults_of(FaultKind::Checksum),
        framings: counters.faults_of(FaultKind::Framing) + counters.faults_of(FaultKind::Truncated),
        timeouts: counters.faults_of(FaultKind::Timeout),
        exceptions: counters.faults_of(FaultKind::Exception),
        ..Evidence::default()
    };
    // By accident noise can look like a frame; it does not do so more often than not.
    let is_sound = evidence.frames > evidence.checksums + evidence.framings;
    let found = (understood_at.is_some() && is_sound).then(|| Found {
        candidate: candidate.clone(),
        identity,
        units: Vec::new(),
        values,
    });
    Ok(Tried { candidate: candidate.clone(), found, evidence })
}
