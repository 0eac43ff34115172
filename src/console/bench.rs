//! What somebody who commissions asks: ports, who is on a line, what a configuration comes to.

use std::path::PathBuf;
use std::time::Duration;

use vigil_config::{Plan, Problem, Severity};
use vigil_console::view::{Configuration, Finding, Link, Port, Probe, Probed, Text};
use vigil_links::{ports, probe};
use vigil_protocols::driver::Driver;

use super::status::Configured;
use crate::clock::Clock;

/// How long a line is tried: shorter than the console waits for its answer.
const PROBE_WITHIN: Duration = Duration::from_secs(25);
/// Modbus units that are asked.
const UNITS: std::ops::RangeInclusive<u8> = 1..=10;

/// A configuration and where it came from.
pub(super) struct Bench {
    pub(super) configuration: Configuration,
    path: PathBuf,
    profiles: Vec<PathBuf>,
}

impl Bench {
    /// The configuration of a plan; `profiles` are those that were named beside it.
    pub(super) fn of(plan: &Plan, profiles: &[PathBuf]) -> Self {
        let configuration = Configuration {
            name: plan.source.name.as_str().into(),
            text: plan.source.text.as_str().into(),
            findings: plan.warnings.iter().map(finding).collect(),
        };
        Self { configuration, path: PathBuf::from(&plan.source.name), profiles: profiles.to_vec() }
    }

    /// Everything that is wrong with a text, were it in the file of the configuration.
    pub(super) fn check(&self, text: &str) -> Vec<Finding> {
        match vigil_config::load_text(&self.path, text, &self.profiles) {
            Ok(plan) => plan.warnings.iter().map(finding).collect(),
            Err(problems) => problems.iter().map(finding).collect(),
        }
    }
}

fn finding(problem: &Problem) -> Finding {
    Finding {
        line: problem.line as u64,
        column: problem.column as u64,
        key: problem.key.as_str().into(),
        message: problem.message.as_str().into(),
        help: problem.help.as_str().into(),
        refuses: problem.severity == Severity::Error,
    }
}

/// The ports of this machine, with the links that use them. Reads files of the system.
pub(super) fn ports(links: &[Configured<Link>]) -> Vec<Port> {
    let text = |text: &Option<String>| text.as_deref().map(Text::from);
    let port = |port: ports::Port| {
        let names = [port.by_path.as_ref(), port.by_id.as_ref(), Some(&port.device)];
        let names: Vec<String> = names.into_iter().flatten().map(|name| name.display().to_string()).collect();
        // How a link is reached begins with the name of its port.
        let uses = |link: &&Configured<Link>| {
            let port = link.view.transport.split(' ').next().unwrap_or_default();
            names.iter().any(|name| name == port)
        };
        Port {
            name: port.stable_name().display().to_string().into(),
            device: port.device.display().to_string().into(),
            product: text(&port.product),
            serial: text(&port.serial),
            driver: text(&port.driver),
            hub: text(&port.hub),
            holders: port.holders.iter().map(|(id, name)| format!("{name} ({id})").into()).collect(),
            link: links.iter().find(uses).map(|link| link.view.id.clone()),
        }
    };
    ports::list().into_iter().map(port).collect()
}

/// Finds out who is on a line.
pub(super) async fn find(wanted: Probe, clock: Clock) -> Result<Probed, Text> {
    let drivers: Vec<String> = wanted.driver.into_iter().filter(|driver| !driver.is_empty()).collect();
    if let Some(unknown) = drivers.iter().find(|name| *name != "modbus" && Driver::named(name).is_none()) {
        let known: Vec<&str> = Driver::ALL.iter().map(|driver| driver.name()).collect();
        return Err(format!("there is no driver `{unknown}`; known: {}, modbus", known.join(", ")).into());
    }
    let question = probe::Question { target: wanted.line, drivers, units: UNITS.collect(), limit: PROBE_WITHIN };
    let answer = probe::probe(&question, &clock, |_| {}).await;
    let found = answer.found.as_ref();
    let said = found.map(|found| {
        let identity = &found.identity;
        let said = [&identity.manufacturer, &identity.model, &identity.serial, &identity.software];
        said.into_iter().map(|text| &**text).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" · ")
    });
    Ok(Probed {
        found: found.map(|found| found.candidate.text().into()),
        identity: said.filter(|said| !said.is_empty()).map(Text::from),
        configuration: found.map(|found| probe::propose(found).into()),
        tried: answer.tried as u64,
        left_out: answer.left_out as u64,
        closed: answer.closed.map(Text::from),
        cause: answer.diagnosis.map(|diagnosis| diagnosis.cause.into()),
        remedy: answer.diagnosis.map(|diagnosis| diagnosis.remedy.into()),
    })
}
