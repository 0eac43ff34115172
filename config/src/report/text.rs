//! A report as a person reads it.

use std::fmt;

use vigil_messages::DurationText;

use super::{BedReport, DeviceReport, LinkReport, MetricReport, Report};

/// Characters of a line of names.
const WIDTH: usize = 110;

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = if self.test { " (everything it says is marked as test)" } else { "" };
        writeln!(f, "Appliance {}{mark}", self.appliance)?;
        self.beds.iter().try_for_each(|bed| write_bed(f, bed))?;
        self.devices.iter().try_for_each(|device| write_device(f, device))?;
        self.links.iter().try_for_each(|link| write_link(f, link))?;
        for destination in &self.destinations {
            let beds = match destination.beds.len() {
                0 => "all beds".to_owned(),
                _ => destination.beds.join(", "),
            };
            writeln!(f, "\nDestination {}: {} to {}, {beds}", destination.id, destination.kind, destination.address)?;
            if !destination.metrics.is_empty() {
                writeln!(f, "  sees of metrics {}", destination.metrics.join(", "))?;
            }
            let patient = destination.patient.join(", ");
            writeln!(f, "  sees of patients {}", if patient.is_empty() { "nothing" } else { &patient })?;
            destination.dialect.iter().try_for_each(|line| writeln!(f, "  {line}"))?;
        }
        writeln!(f, "\nCodes that can be sent: {}", self.codes.len())?;
        for code in &self.codes {
            writeln!(f, "  {:>8} {}", code.code, code.refid)?;
        }
        for warning in &self.warnings {
            writeln!(f, "\n{warning}")?;
        }
        Ok(())
    }
}

fn write_bed(f: &mut fmt::Formatter<'_>, bed: &BedReport) -> fmt::Result {
    writeln!(f, "\nBed {}: {}, reported every {}", bed.id, bed.location, bed.report_interval)?;
    if let Some(preset) = &bed.preset {
        writeln!(f, "  preset {preset}")?;
    }
    for limit in &bed.limits {
        writeln!(
            f,
            "  {:<32} {:>4} {:>7} {:<10} {:<6} after {:<6} {}",
            limit.metric.refid(),
            limit.side.as_str(),
            limit.limit.to_string(),
            limit.unit,
            limit.priority.as_str(),
            limit.delay.to_string(),
            limit.text
        )?;
    }
    for score in &bed.scores {
        writeln!(f, "  score {}", score.chart)?;
        for input in &score.inputs {
            let age = input.max_age.map_or("until the patient changes".to_owned(), |age| format!("for {age}"));
            let mut from = input.sources.clone();
            from.extend(input.charted.then(|| "charted".to_owned()));
            writeln!(f, "    {:<16} counts {:<26} from {}", input.input, age, from.join(", "))?;
        }
    }
    for rate in &bed.rates {
        writeln!(
            f,
            "  {:<32} {} more than {} {} a minute over {}, {}: {}",
            rate.metric.refid(),
            rate.direction.as_str(),
            rate.per_minute,
            rate.unit,
            rate.window,
            rate.priority.as_str(),
            rate.text
        )?;
    }
    for combined in &bed.combined {
        let terms = combined.terms.join(" and ");
        writeln!(f, "  {}: {terms}, {}: {}", combined.name, combined.priority.as_str(), combined.text)?;
    }
    if bed.limits.is_empty() {
        writeln!(f, "  no limit is judged")?;
    }
    if !bed.unused_limits.is_empty() {
        writeln!(f, "  not judged, since no device provides it: {}", bed.unused_limits.join(", "))?;
    }
    Ok(())
}

fn write_device(f: &mut fmt::Formatter<'_>, device: &DeviceReport) -> fmt::Result {
    if device.link.is_empty() {
        let names = device.metrics.iter().map(|metric| metric.metric.refid()).collect();
        writeln!(f, "\nDevice {}: calculated for bed {}", device.id, device.bed)?;
        return write_names(f, names);
    }
    writeln!(
        f,
        "\nDevice {}: {} at bed {} by link {}, lost after {} of silence",
        device.id, device.profile, device.bed, device.link, device.quiet_time
    )?;
    let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
    for metric in &device.metrics {
        let ages = format!("current for {}, {}", metric.fresh_for, staleness(metric));
        match groups.iter_mut().find(|(other, _)| *other == ages) {
            Some((_, names)) => names.push(metric.metric.refid()),
            None => groups.push((ages, vec![metric.metric.refid()])),
        }
    }
    groups.into_iter().try_for_each(|(ages, names)| {
        writeln!(f, "  {ages}: {} metrics", names.len())?;
        write_names(f, names)
    })
}

/// Names in lines of at most [`WIDTH`] characters, each once.
fn write_names(f: &mut fmt::Formatter<'_>, mut names: Vec<&str>) -> fmt::Result {
    names.sort_unstable();
    names.dedup();
    let mut line = String::new();
    for name in names {
        if !line.is_empty() && line.len() + name.len() > WIDTH {
            writeln!(f, "   {line}")?;
            line.clear();
        }
        line.push(' ');
        line.push_str(name);
    }
    if line.is_empty() { Ok(()) } else { writeln!(f, "   {line}") }
}

fn staleness(metric: &MetricReport) -> String {
    if metric.episodic {
        return "comes now and then".to_owned();
    }
    let ages: Vec<String> = metric.worst_case_staleness.iter().map(DurationText::to_string).collect();
    match ages.as_slice() {
        [] => String::new(),
        [alone] => format!("at most {alone} old"),
        [alone, dead @ ..] => format!("at most {alone} old; with dead units beside it {}", dead.join(", ")),
    }
}

fn write_link(f: &mut fmt::Formatter<'_>, link: &LinkReport) -> fmt::Result {
    writeln!(f, "\nLink {}: {}", link.id, link.transport)?;
    let Some(bus) = &link.bus else { return Ok(()) };
    writeln!(f, "  Modbus {}, planned load {:.1} %, {} for each time-out", bus.framing, bus.load_percent, bus.timeout)?;
    for read in &bus.reads {
        writeln!(
            f,
            "  unit {:>3} {:<16} {:<16} every {:<6} takes {} us{}",
            read.unit,
            read.device,
            read.block,
            read.period.to_string(),
            read.cost_us,
            if read.alarm { ", alarms first" } else { "" }
        )?;
    }
    Ok(())
}
