//! `vigil run`: the appliance.

use std::path::PathBuf;
use std::sync::Arc;

use sd_notify::NotifyState;
use vigil_config::Plan;
use vigil_people::Authority;
use vigil_people::audit::{Action, Who};

use super::{CommandError, CommandResult, Outcome};
use crate::console::{self, Console, Facts};
use crate::service::{self, Request, Signals};
use crate::{assemble, clock};

/// Arguments of `vigil run`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: vigil run /etc/vigil/ward.toml\n\n\
                        SIGTERM and Ctrl-C stop it in order: links first, then what is in flight. SIGHUP reads the \
                        configuration again; one with a problem is reported and changes nothing.")]
pub(super) struct Arguments {
    /// The configuration; `vigil check` tells what is wrong with one.
    config: PathBuf,
    /// A register-map profile beside those that are built in and those of `profiles_dir`; may be repeated.
    #[arg(long, value_name = "FILE")]
    profile: Vec<PathBuf>,
}

pub(super) fn run(arguments: Arguments) -> CommandResult {
    let mut plan = super::check::plan(&arguments.config, &arguments.profile)?;
    super::runtime()?.block_on(async {
        let mut signals = signals()?;
        // Whoever is signed in stays so when the configuration changes.
        let people = console::people(&plan.data_dir);
        loop {
            let Some(next) = serve(plan, &people, &arguments, &mut signals).await? else { return Ok(Outcome::Done) };
            plan = next;
        }
    })
}

/// Runs one plan until it is to stop (`None`) or another plan is to take its place. What was journalled carries over.
async fn serve(
    plan: Plan,
    people: &Arc<Authority>,
    arguments: &Arguments,
    signals: &mut Signals,
) -> Result<Option<Plan>, CommandError> {
    for warning in &plan.warnings {
        tracing::warn!(%warning, "The configuration is accepted, but somebody should look at it.");
    }
    let (console, facts, clock) = (plan.console, Facts::of(&plan, &arguments.profile), clock::system());
    let running = assemble::start(plan, clock.clone()).map_err(|error| CommandError::Outside(error.to_string()))?;
    people.record_with(running.audit.recorder());
    let console = match console {
        Some(wanted) => match Console::open(&running, facts, wanted.address, clock, Some(people.clone())).await {
            Ok(console) => Some(console),
            Err(error) => {
                running.stop().await;
                let at = wanted.address;
                return Err(CommandError::Outside(format!(
                    "opening the console at {at}: {error}; check `console.address`"
                )));
            }
        },
        None => None,
    };
    tracing::info!(
        appliance = &*running.ward.appliance.id,
        beds = running.ward.beds.len(),
        devices = running.ward.devices.len(),
        "Started. Secondary and advisory: never the primary alarm, and nothing is written to a device."
    );
    service::tell(NotifyState::Ready);
    let watchdog = tokio::spawn(service::watchdog(running.questions.clone()));
    let next = loop {
        match signals.next().await {
            Request::Stop => {
                service::tell(NotifyState::Stopping);
                tracing::info!("Stopping.");
                break None;
            }
            Request::Reload => match super::check::plan(&arguments.config, &arguments.profile) {
                Ok(plan) => {
                    if let Ok(now) = NotifyState::monotonic_usec_now() {
                        service::tell(NotifyState::Reloading);
                        service::tell(now);
                    }
                    running.audit.note(Who::operator("SIGHUP"), Action::ConfigurationChanged);
                    tracing::info!("Taking the new configuration; links and destinations reconnect.");
                    break Some(plan);
                }
                Err(error) => tracing::error!(%error, "The configuration was not taken; the running one goes on."),
            },
        }
    };
    if let Some(console) = console {
        console.close().await;
    }
    running.stop().await;
    watchdog.abort();
    Ok(next)
}

/// Listens for SIGTERM and Ctrl-C from now on. To be called before anything says that the command is there.
pub(super) fn signals() -> Result<Signals, CommandError> {
    Signals::listen().map_err(|error| CommandError::Outside(format!("listening for signals: {error}")))
}
