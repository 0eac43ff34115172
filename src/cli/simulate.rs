//! `vigil simulate`: simulated devices for anybody's test bench, on pseudo-terminals and TCP.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use vigil_model::Instant;
use vigil_protocols::modbus::{Framing, UnitId};
use vigil_simulators::modbus::{ModbusLine, ModbusUnit};
use vigil_simulators::serve::{Endpoint, Server};
use vigil_simulators::simulate::Simulation;
use vigil_simulators::{FaultPlan, Scenario};

use super::{CommandError, CommandResult, Outcome};
use crate::clock;
use crate::simulate::{Side, other_side};

/// Arguments of `vigil simulate`.
#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("what").required(true).args(["config", "driver"])))]
#[command(after_help = "Example: vigil simulate --driver ge-s5-dri --pty /tmp/monitor --scenario desaturation\n\
                        Example: vigil simulate --driver modbus --profile bed-contacts --unit 3 --tcp 127.0.0.1:5020\n\
                        Example: vigil simulate --driver modbus --profile thermo-refrigerator --framing ascii --pty /tmp/fridge\n\
                        Example: vigil simulate ward.toml --seed 7\n\n\
                        With a configuration every serial port in it becomes a pseudo-terminal under the same path, and every \
                        network address a listener. docs/simulators.md describes scenarios and faults.")]
pub(super) struct Arguments {
    /// Simulates every device of this configuration.
    config: Option<PathBuf>,
    /// Simulates one device: `vigil profiles` lists the drivers; `modbus` wants `--profile`.
    #[arg(long)]
    driver: Option<String>,
    /// For `modbus`: the name of a built-in profile, or a file. With a configuration: profiles beside its own.
    #[arg(long)]
    profile: Vec<String>,
    /// For `modbus`: the unit ids that answer.
    #[arg(long, default_value = "1", value_delimiter = ',')]
    unit: Vec<u8>,
    /// For `modbus`: rtu, tcp or ascii. Without it tcp on a network address, rtu on a pseudo-terminal.
    #[arg(long, value_parser = framing)]
    framing: Option<Framing>,
    /// Listens on `host:port`.
    #[arg(long, value_name = "ADDR", conflicts_with = "pty")]
    tcp: Option<String>,
    /// Takes datagrams on `host:port`: for `philips-intellivue`.
    #[arg(long, value_name = "ADDR", conflicts_with_all = ["tcp", "pty"])]
    udp: Option<String>,
    /// Makes a pseudo-terminal and a symbolic link of this name to it.
    #[arg(long, value_name = "LINK")]
    pty: Option<PathBuf>,
    /// A built-in scenario, or a file.
    #[arg(long, default_value = "stable")]
    scenario: String,
    /// Draws the patients and the faults; the same seed gives the same bytes.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// A file that says what goes wrong on the wire.
    #[arg(long, value_name = "FILE")]
    faults: Option<PathBuf>,
    /// The bed of the scenario that a single device stands at.
    #[arg(long, default_value_t = 1)]
    bed: u32,
}

pub(super) fn run(arguments: Arguments) -> CommandResult {
    let scenario = Arc::new(scenario(&arguments.scenario)?);
    let faults = faults(arguments.faults.as_deref())?.reseeded(arguments.seed);
    let clock = clock::system();
    let sides = sides(&arguments, &scenario, clock().monotonic)?;
    super::runtime()?.block_on(async {
        let mut signals = super::run::signals()?;
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        for (number, (name, endpoint, device)) in sides.into_iter().enumerate() {
            let server = Server::bind(&endpoint).await.map_err(|error| CommandError::Outside(chain(&error)))?;
            let place = match (&endpoint, server.local_addr()) {
                (_, Some(address)) => address.to_string(),
                (Endpoint::Pty { link }, None) => link.display().to_string(),
                (Endpoint::Tcp { address } | Endpoint::Udp { address }, None) => address.clone(),
            };
            let _ = writeln!(std::io::stdout(), "{name}: {place}");
            let faults = faults.reseeded(number as u64);
            let (clock, stop) = (clock.clone(), stop.clone());
            tasks.spawn(async move {
                if let Err(error) = server.run(device, &faults, clock, stop).await {
                    tracing::error!(link = &*name, error = chain(&error), "A simulated device ended.");
                }
            });
        }
        let _ = writeln!(std::io::stdout(), "Simulated, seed {}; Ctrl-C ends it.", arguments.seed);
        let _ = std::io::stdout().flush();
        signals.next().await;
        stop.cancel();
        tasks.close();
        tasks.wait().await;
        Ok(Outcome::Done)
    })
}

fn sides(arguments: &Arguments, scenario: &Arc<Scenario>, start: Instant) -> Result<Vec<Side>, CommandError> {
    if let Some(config) = &arguments.config {
        let profiles: Vec<PathBuf> = arguments.profile.iter().map(PathBuf::from).collect();
        let plan = super::check::plan(config, &profiles)?;
        return Ok(other_side(&plan, scenario, arguments.seed, start));
    }
    let endpoint = match (&arguments.tcp, &arguments.udp, &arguments.pty) {
        (Some(address), ..) => Endpoint::Tcp { address: address.clone() },
        (None, Some(address), _) => Endpoint::Udp { address: address.clone() },
        (None, None, Some(link)) => Endpoint::Pty { link: link.clone() },
        (None, None, None) => {
            return Err(CommandError::Input(
                "`--tcp ADDR`, `--udp ADDR` or `--pty LINK` says where the device is reached".to_owned(),
            ));
        }
    };
    let driver = arguments.driver.as_deref().unwrap_or_default();
    let simulation = Simulation { scenario: scenario.clone(), seed: arguments.seed, bed: arguments.bed };
    if driver != "modbus" {
        let driver_found = super::decode::driver(driver)?;
        let device = match endpoint {
            Endpoint::Tcp { .. } | Endpoint::Pty { .. } => simulation.device(driver_found, start),
            Endpoint::Udp { .. } => {
                let defaults = driver_found.configure(toml::Table::new()).ok();
                let datagrams = defaults.and_then(|defaults| defaults.in_datagrams()).ok_or_else(|| {
                    CommandError::Input(format!("devices with the driver {driver} do not speak in datagrams"))
                })?;
                simulation.device_of(&datagrams, start)
            }
        };
        return Ok(vec![(driver.into(), endpoint, device)]);
    }
    if arguments.udp.is_some() {
        return Err(CommandError::Input("Modbus is not spoken in datagrams; write `--tcp`".to_owned()));
    }
    let [profile] = arguments.profile.as_slice() else {
        return Err(CommandError::Input(
            "the driver modbus needs one `--profile` with a name from `vigil profiles` or a file".to_owned(),
        ));
    };
    let profile = Arc::new(super::decode::profile(profile)?);
    let usual = if matches!(endpoint, Endpoint::Tcp { .. }) { Framing::Tcp } else { Framing::Rtu };
    let framing = arguments.framing.unwrap_or(usual);
    let unit = |id: &u8| ModbusUnit::new(UnitId(*id), profile.clone(), simulation.patient(), start);
    let line = ModbusLine::new(framing, arguments.unit.iter().map(unit).collect());
    Ok(vec![(driver.into(), endpoint, Box::new(line))])
}

/// The framing of a word.
fn framing(word: &str) -> Result<Framing, String> {
    Framing::named(word).ok_or_else(|| "expected rtu, tcp or ascii".to_owned())
}

/// A built-in scenario by name, else a file.
pub(super) fn scenario(wanted: &str) -> Result<Scenario, CommandError> {
    let path = Path::new(wanted);
    let scenario =
        if path.exists() { Scenario::parse(&super::read_text(path)?, wanted) } else { Scenario::named(wanted) };
    scenario.map_err(|error| CommandError::Input(chain(&error)))
}

fn faults(file: Option<&Path>) -> Result<FaultPlan, CommandError> {
    let Some(file) = file else { return Ok(FaultPlan::default()) };
    FaultPlan::parse(&super::read_text(file)?, &file.display().to_string())
        .map_err(|error| CommandError::Input(chain(&error)))
}

/// An error with what caused it.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(&format!(": {error}"));
        cause = error.source();
    }
    text
}
