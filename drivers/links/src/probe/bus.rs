//! Tries Modbus: asks every unit for one register, and those that answer for what the built-in profiles read.

use std::time::Duration;

use tokio::time::Instant;
use vigil_model::{Identity, Report};
use vigil_protocols::doctor::Evidence;
use vigil_protocols::link::BusSettings;
use vigil_protocols::modbus::{
    AsciiCount, AsciiRules, Framing, ReadError, ReadRequest, RegisterProfile, Table, UnitId,
};

use super::{Candidate, Found, Tried, keep};
use crate::bus::open;
use crate::client::Client;
use crate::open::Stream;

/// How long a unit has to answer.
const RESPONSE_TIMEOUT: Duration = Duration::from_millis(150);
/// How long the line must be silent after a time-out.
const LATE_WINDOW: Duration = Duration::from_millis(60);

/// The error says why the line could not be opened.
pub(super) async fn attempt(
    candidate: &Candidate,
    framing: Framing,
    units: &[u8],
    end: Instant,
) -> Result<Tried, String> {
    let settings = BusSettings {
        response_timeout: RESPONSE_TIMEOUT,
        late_window: LATE_WINDOW,
        framing: Some(framing),
        ascii: AsciiRules { count: AsciiCount::Characters, ..AsciiRules::default() },
        ..BusSettings::default()
    };
    let client = open(&candidate.transport, settings, None).await?;
    let mut line = Line { client, evidence: Evidence::default(), is_over: false };
    let mut answering = Vec::new();
    for unit in units.iter().map(|unit| UnitId(*unit)) {
        if Instant::now() >= end {
            break;
        }
        let Ok(request) = ReadRequest::new(unit, Table::HoldingRegisters, 0, 1) else { continue };
        match line.read(&request).await {
            // 10 and 11 are the gateway's word that nobody is there.
            Some(Ok(_)) | Some(Err(1..=9)) => answering.push(unit),
            Some(Err(_)) | None if line.is_over => break,
            Some(Err(_)) | None => {}
        }
    }
    let (mut identity, mut found, mut values) = (Identity::default(), Vec::new(), Vec::new());
    for unit in answering {
        let mut fitting = Vec::new();
        for (name, text) in RegisterProfile::embedded() {
            if Instant::now() >= end || line.is_over {
                break;
            }
            let Ok(profile) = RegisterProfile::parse(text, name) else { continue };
            if let Some((share, said)) = line.fit(&profile, unit, &mut identity).await {
                fitting.push((share, (*name).to_owned(), said));
            }
        }
        fitting.sort_by(|a, b| (b.0, &b.1).cmp(&(a.0, &a.1)));
        if let (true, Some((_, _, said))) = (values.is_empty(), fitting.first_mut()) {
            values = std::mem::take(said);
        }
        found.push((unit, fitting.into_iter().map(|(_, name, _)| name).collect()));
    }
    let found = (!found.is_empty()).then(|| Found { candidate: candidate.clone(), identity, units: found, values });
    Ok(Tried { candidate: candidate.clone(), found, evidence: line.evidence })
}

struct Line {
    client: Client<Stream>,
    evidence: Evidence,
    /// The connection is gone and could not be made again.
    is_over: bool,
}

impl Line {
    /// Reads; `Some(Err)` is an exception, `None` no answer.
    async fn read(&mut self, request: &ReadRequest) -> Option<Result<vigil_protocols::modbus::Data, u8>> {
        if self.is_over {
            return None;
        }
        self.evidence.bytes_sent += 8;
        let outcome = self.client.read(request).await;
        match &outcome {
            Ok(_) => self.evidence.frames += 1,
            Err(ReadError::Exception(_)) => {
                self.evidence.frames += 1;
                self.evidence.exceptions += 1;
            }
            Err(ReadError::Timeout) => self.evidence.timeouts += 1,
            Err(ReadError::WrongLength { .. } | ReadError::Protocol(_)) => self.evidence.framings += 1,
            Err(ReadError::Transport(_)) => {}
        }
        match outcome {
            Ok(data) => return Some(Ok(data)),
            Err(ReadError::Exception(code)) => return Some(Err(code)),
            Err(_) => {}
        }
        match self.client.recover().await {
            Ok(bytes) => self.evidence.bytes_received += bytes as u64,
            Err(_) => self.is_over = true,
        }
        None
    }

    /// How well a profile fits a unit: the registers of its reads that were answered, if all were, and what they say.
    async fn fit(
        &mut self,
        profile: &RegisterProfile,
        unit: UnitId,
        identity: &mut Identity,
    ) -> Option<(u32, Vec<Report>)> {
        let (mut read, mut values) = (0, Vec::new());
        for planned in profile.read_plan(unit) {
            let Ok(data) = self.read(&planned.request).await? else { return None };
            read += u32::from(planned.request.count());
            for report in profile.reports(planned.request.table(), planned.request.address(), &data) {
                match report {
                    Report::Identity(said) => *identity = said,
                    Report::Observation(_) | Report::Alarm(_) => keep(&mut values, report),
                    Report::Link(_)
                    | Report::Mode(_)
                    | Report::AlarmsListed
                    | Report::Waveform(_)
                    | Report::Fault(_) => {}
                }
            }
        }
        Some((read, values))
    }
}
