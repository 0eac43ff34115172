//! `vigil ports`: the serial ports of this machine by their stable names, what adapter each is, and who holds it.

use std::path::Path;

use vigil_links::ports::{self, Port};

use super::{CommandResult, Outcome, Printer};

/// Arguments of `vigil ports`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: vigil ports\nExample: vigil ports --json\n\n\
                        Write the name by path into the configuration: it stays with the socket. The name by id goes with the \
                        adapter. Programs of other users are seen by root only. The exit code is 1 if there is no port.")]
pub(super) struct Arguments {}

pub(super) fn run(_: Arguments, json: bool) -> CommandResult {
    let ports = ports::list();
    let mut out = Printer::new();
    for port in &ports {
        if json { out.json(&row(port))? } else { text(port, &mut out)? }
    }
    if ports.is_empty() && !json {
        out.line("There is no serial port. An adapter that is plugged in and not listed has no driver: see `dmesg`.")?;
    }
    out.finish()?;
    Ok(if ports.is_empty() { Outcome::No } else { Outcome::Done })
}

fn row(port: &Port) -> serde_json::Value {
    let errors = ports::kernel_counters(&port.device.display().to_string()).map(|kernel| {
        serde_json::json!({
            "framing": kernel.framing, "parity": kernel.parity, "overrun": kernel.overrun, "break": kernel.breaks,
        })
    });
    let text = |path: &Path| path.display().to_string();
    serde_json::json!({
        "port": text(port.stable_name()), "by_path": port.by_path.as_deref().map(text),
        "by_id": port.by_id.as_deref().map(text), "device": text(&port.device),
        "driver": port.driver, "product": port.product, "serial": port.serial, "hub": port.hub, "errors": errors,
        "holders": port.holders.iter().map(|(id, name)| serde_json::json!({ "pid": id, "program": name })).collect::<Vec<_>>(),
    })
}

fn text(port: &Port, out: &mut Printer) -> Result<(), super::CommandError> {
    out.line(port.stable_name().display())?;
    let said = [
        ("now", Some(port.device.display().to_string())),
        ("by id", port.by_id.as_ref().map(|name| name.display().to_string())),
        ("adapter", port.product.clone()),
        ("number", port.serial.clone()),
        ("driver", port.driver.clone()),
        ("hub", port.hub.clone()),
    ];
    for (what, value) in said {
        if let Some(value) = value {
            out.line(format_args!("  {what:<8} {value}"))?;
        }
    }
    for (id, name) in &port.holders {
        out.line(format_args!("  held by  {name} (process {id})"))?;
    }
    Ok(())
}
