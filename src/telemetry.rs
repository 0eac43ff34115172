//! Diagnostics on standard error.
//!
//! Levels: `error` a promise is broken now; `warn` it works, but someone should look; `info` links and destinations up and
//! down, start and stop; `debug` small changes of state; `trace` every frame. No patient data at any level.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

/// Default filter.
const FILTER: &str = "info,mqtt5=warn";

/// Libraries that log whole messages or frames, which hold patient data: off whatever else is asked for.
const NEVER: &str = "hl7_mllp_codec=off,tokio_modbus=off,rumqttc=warn";

/// How diagnostics are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// Lines for people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// Starts writing diagnostics. `VIGIL_LOG` overrides the filter with the syntax of `tracing_subscriber::EnvFilter`.
pub fn start(format: LogFormat, default_filter: Option<&str>) {
    let wanted = std::env::var("VIGIL_LOG").unwrap_or_else(|_| default_filter.unwrap_or(FILTER).to_owned());
    let filter =
        EnvFilter::try_new(format!("{wanted},{NEVER}")).unwrap_or_else(|_| EnvFilter::new(format!("{FILTER},{NEVER}")));
    let colours = std::io::stderr().is_terminal(); // a log file or a journal holds no escape sequences
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colours);
    // A second start (tests in one process) keeps the first.
    let _ = match format {
        LogFormat::Text => subscriber.with_target(false).try_init(),
        LogFormat::Json => subscriber.json().try_init(),
    };
}
