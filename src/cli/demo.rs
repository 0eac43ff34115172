//! `vigil demo`: the whole appliance against simulated devices on real ptys and sockets.

use std::net::SocketAddr;
use std::path::PathBuf;

use vigil_messages::DurationText;

use super::{CommandError, CommandResult, Outcome};
use crate::demo::{self, DemoError, DemoSettings};

/// Arguments of `vigil demo`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example: vigil demo\nExample: vigil demo --http 127.0.0.1:8080\nExample: vigil demo --beds 8 --scenario desaturation --for 60s --data ./demo-data\n\n\
                        Exit code 0 if nothing was lost, duplicated or given to the wrong patient, else 1."
)]
pub(super) struct Arguments {
    /// Number of beds, 1 to 200.
    #[arg(long, default_value_t = 4)]
    beds: u32,
    /// A built-in scenario, or a file.
    #[arg(long, default_value = "demo")]
    scenario: String,
    /// Draws the patients; the same seed gives the same ward.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many times faster than real the scenario runs.
    #[arg(long, default_value_t = 1.0, value_name = "X")]
    speed: f64,
    /// Ends after this time; without it, with Ctrl-C.
    #[arg(long = "for", value_name = "DURATION")]
    duration: Option<DurationText>,
    /// Keeps the journal and the receipts here, and goes on from there the next time; without it, a folder that is removed
    /// at the end.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Serves the console here, `127.0.0.1:8080`; a port 0 takes a free one. It has no users, so only this machine may reach
    /// it. Without this there is none.
    #[arg(long, value_name = "ADDR", value_parser = loopback)]
    http: Option<SocketAddr>,
}

fn loopback(text: &str) -> Result<SocketAddr, String> {
    let address: SocketAddr =
        text.parse().map_err(|_| "expected an IP address and a port, like 127.0.0.1:8080".to_owned())?;
    if !address.ip().is_loopback() {
        return Err("others could reach it there, and the demo's console has no users; use 127.0.0.1".to_owned());
    }
    Ok(address)
}

pub(super) fn run(arguments: Arguments, json: bool) -> CommandResult {
    let scenario = super::simulate::scenario(&arguments.scenario)?;
    if !(arguments.speed.is_finite() && (0.01..=1000.0).contains(&arguments.speed)) {
        return Err(CommandError::Input(format!("--speed is 0.01 to 1000, not {}", arguments.speed)));
    }
    let settings = DemoSettings {
        beds: arguments.beds,
        scenario: demo::sped_up(scenario, arguments.speed),
        seed: arguments.seed,
        duration: arguments.duration.map(Into::into),
        data: arguments.data,
        json,
        http: arguments.http,
    };
    let score = super::runtime()?.block_on(async {
        let mut signals = super::run::signals()?;
        let interrupted = async {
            signals.next().await;
        };
        Ok::<_, CommandError>(demo::run(settings, interrupted).await)
    })?;
    match score {
        Ok(score) if score.is_clean() => Ok(Outcome::Done),
        Ok(_) => Ok(Outcome::No),
        Err(error @ DemoError::Settings(_)) => Err(CommandError::Input(error.to_string())),
        Err(error) => Err(CommandError::Outside(error.to_string())),
    }
}
