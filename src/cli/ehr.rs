//! `vigil ehr`: the receiving side of the HL7 interface, for benches.

use std::io::Write as _;
use std::path::PathBuf;

use tokio_util::sync::CancellationToken;
use vigil_messages::DurationText;
use vigil_simulators::ehr::{Charted, Content, EhrPolicy, EhrSettings};

use super::{CommandError, CommandResult, Outcome};
use crate::clock;
use crate::receiver::Receiver;

/// Arguments of `vigil ehr`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example: vigil ehr --listen 127.0.0.1:2575\nExample: vigil ehr --listen 0.0.0.0:2575 --ack ar --delay 2s\n\n\
                        One line for each message that was accepted, without patient data; Ctrl-C ends it with the counters."
)]
pub(super) struct Arguments {
    /// Where to listen, `host:port`.
    #[arg(long, default_value = "127.0.0.1:2575")]
    listen: String,
    /// How messages are answered: accepted (aa), content error (ae), cannot take it now (ar), a certain commit code (ca, ce,
    /// cr), or not at all (silent). The mode, enhanced or original, is that of the message.
    #[arg(long, default_value = "aa")]
    ack: EhrPolicy,
    /// How long it takes to answer.
    #[arg(long, default_value = "0s", value_name = "DURATION")]
    delay: DurationText,
    /// Appends each accepted message to this file, one JSON object a line, before it is answered.
    #[arg(long, value_name = "FILE")]
    receipts: Option<PathBuf>,
}

pub(super) fn run(arguments: Arguments, json: bool) -> CommandResult {
    super::runtime()?.block_on(async {
        let mut signals = super::run::signals()?;
        let settings = EhrSettings { policy: arguments.ack, delay: arguments.delay.into(), ..EhrSettings::default() };
        let observer = Box::new(move |charted: &Charted| print(charted, json));
        let receiver = Receiver::bind(&arguments.listen, settings, arguments.receipts.as_deref(), Some(observer))
            .await
            .map_err(|error| {
                CommandError::Outside(format!("listening on {}: {error}; is something else there?", arguments.listen))
            })?;
        let ehr = receiver.ehr.clone();
        let _ = writeln!(std::io::stderr(), "Listening on {}; Ctrl-C ends it.", receiver.address);
        let stop = CancellationToken::new();
        let serving = tokio::spawn(receiver.serve(clock::system(), stop.clone()));
        signals.next().await;
        stop.cancel();
        let _ = serving.await;
        let counters = ehr.lock().unwrap_or_else(std::sync::PoisonError::into_inner).counters();
        let summary = serde_json::json!({
            "received": counters.received, "observations": counters.observations, "alarms": counters.alarms,
            "others": counters.others, "refused": counters.refused, "unanswered": counters.unanswered,
            "repeats": counters.repeats, "conflicts": counters.conflicts, "duplicates": counters.duplicates,
            "unreadable": counters.unreadable,
        });
        let mut out = std::io::stdout().lock();
        let _ = if json { writeln!(out, "{summary}") } else { writeln!(out, "{summary:#}") };
        Ok(Outcome::Done)
    })
}

/// One line without patient data. A reader that has gone away is no reason to stop receiving.
fn print(charted: &Charted, json: bool) {
    let mut out = std::io::stdout().lock();
    let _ = if json {
        writeln!(out, "{}", charted.receipt())
    } else {
        let what = match &charted.content {
            Content::Observations { values, absent } => format!("{values} values, {absent} without one"),
            Content::Alarm { occurrence, phase, state } => format!("{occurrence} {phase}, {state}"),
            Content::Other => String::new(),
        };
        writeln!(
            out,
            "{}  {:<8}  {:<20}  {:<12}  {what}",
            charted.received, charted.kind, charted.control_id, charted.place
        )
    };
    let _ = out.flush();
}
