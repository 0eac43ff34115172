//! A plan to its report.

use vigil_messages::{Destination, DurationText};
use vigil_model::{Code, CombinedRule, Device, DeviceIndex, MetricDescriptor, RateRule, Term, Unit};
use vigil_protocols::link::{Parity, Transport};
use vigil_protocols::modbus::BusUnit;

use super::{
    BedReport, BusReport, CodeReport, CombinedReport, DestinationReport, DeviceReport, InputReport, LimitReport,
    LinkReport, MetricReport, RateReport, ReadReport, Report, ScoreReport,
};
use crate::plan::{LinkPlan, Plan, ScoreUse};
use crate::schedule::{CostedRead, Schedule, metrics_of};

/// Most dead units for which a staleness is computed.
const DEAD_UNITS_MAX: usize = 3;

impl Plan {
    /// What this plan comes to.
    pub fn report(&self) -> Report {
        let link_of = |index: DeviceIndex| self.links.iter().find(|link| devices_of(link).contains(&index));
        let devices = (0u32..).map(DeviceIndex).zip(&self.ward.devices);
        Report {
            appliance: self.ward.appliance.id.to_string(),
            test: self.ward.appliance.test,
            beds: self.beds(),
            devices: devices.map(|(index, device)| self.device(index, device, link_of(index))).collect(),
            links: self.links.iter().map(|link| self.link(link)).collect(),
            destinations: self.destinations.iter().map(destination).collect(),
            codes: self.codes(),
            warnings: self.warnings.clone(),
        }
    }

    fn beds(&self) -> Vec<BedReport> {
        let uses = self.presets.iter().cloned().map(Some).chain(std::iter::repeat(None));
        let scores = self.scores.iter().map(Vec::as_slice).chain(std::iter::repeat(&[][..]));
        let beds = self.ward.beds.iter().zip(uses).zip(scores).map(|((bed, used), scores)| {
            let used = used.unwrap_or_default();
            let limits = bed.rules.iter().map(|rule| LimitReport {
                metric: rule.metric,
                side: rule.side,
                limit: rule.limit,
                unit: rule.unit.ucum().to_owned(),
                priority: rule.priority,
                delay: (rule.condition_delay + rule.signal_delay).into(),
                text: rule.text.to_string(),
            });
            BedReport {
                id: bed.id.to_string(),
                location: format!("{} / {} / {}", bed.location.unit, bed.location.room, bed.location.bed),
                patient: bed.patient.is_some(),
                report_interval: bed.report_interval.into(),
                preset: used.preset,
                limits: limits.collect(),
                scores: scores.iter().map(score).collect(),
                rates: bed.further.rates.iter().map(rate).collect(),
                combined: bed.further.combined.iter().map(combined).collect(),
                pause_max: bed.further.signals.pause_max.into(),
                remind_every: bed.further.signals.remind_every.map(Into::into),
                join_within: bed.further.signals.join_within.into(),
                unused_limits: used.unused,
            }
        });
        beds.collect()
    }

    fn device(&self, index: DeviceIndex, device: &Device, link: Option<&LinkPlan>) -> DeviceReport {
        let metrics = device.profile.metrics.iter().map(|metric| MetricReport {
            metric: metric.code,
            containment: metric.containment.to_string(),
            unit: metric.unit.map(|unit: Unit| unit.ucum().to_owned()),
            fresh_for: device.fresh_for.or(metric.fresh_for).unwrap_or(device.profile.fresh_for).into(),
            episodic: metric.episodic,
            worst_case_staleness: link.map_or(Vec::new(), |link| staleness(link, index, metric)),
        });
        DeviceReport {
            id: device.id.to_string(),
            bed: self.ward.bed(device.bed).map_or(String::new(), |bed| bed.id.to_string()),
            link: link.map_or(String::new(), |link| link.id().to_string()),
            profile: device.profile.name.to_string(),
            quiet_time: device.quiet_time.into(),
            metrics: metrics.collect(),
        }
    }

    fn link(&self, link: &LinkPlan) -> LinkReport {
        let bus = match link {
            LinkPlan::Stream { .. } => None,
            LinkPlan::Bus { transport, settings, units, .. } => {
                let schedule = Schedule::new(transport, settings, units);
                let reads = units.iter().zip(&schedule.units).flat_map(|(unit, reads)| {
                    reads.iter().map(move |read| ReadReport {
                        device: self.ward.device(unit.device).map_or(String::new(), |device| device.id.to_string()),
                        unit: unit.unit.0,
                        block: read.read.block.to_string(),
                        alarm: read.read.alarm,
                        period: read.period.into(),
                        cost_us: u64::try_from(read.cost.as_micros()).unwrap_or(u64::MAX),
                    })
                });
                Some(BusReport {
                    framing: settings.framing_on(transport).as_str(),
                    load_percent: schedule.load_permille() as f64 / 10.0,
                    timeout: schedule.timeout.into(),
                    reads: reads.collect(),
                })
            }
        };
        LinkReport { id: link.id().to_string(), transport: transport(link.transport()), bus }
    }

    fn codes(&self) -> Vec<CodeReport> {
        let mut codes: Vec<Code> = Vec::new();
        for device in &self.ward.devices {
            let profile = &device.profile;
            codes.push(profile.mds);
            codes.extend(profile.nodes.iter().map(|node| node.code));
            codes.extend(profile.metrics.iter().map(|metric| metric.code));
            codes.extend(profile.alarms.iter().map(|alarm| alarm.event));
        }
        codes.extend(self.ward.beds.iter().flat_map(|bed| &bed.rules).map(|rule| rule.event));
        let further = self.ward.beds.iter().map(|bed| &bed.further);
        codes.extend(further.clone().flat_map(|further| &further.rates).map(|rule| rule.manner.event));
        codes.extend(further.flat_map(|further| &further.combined).map(|rule| rule.manner.event));
        codes.sort();
        codes.dedup();
        let row = |code: Code| CodeReport { code: code.value(), refid: code.refid(), loinc: code.loinc() };
        codes.into_iter().map(row).collect()
    }
}

fn score(used: &ScoreUse) -> ScoreReport {
    let inputs = used.inputs.iter().map(|input| InputReport {
        input: input.input.to_string(),
        max_age: input.max_age.map(DurationText::from),
        sources: input.sources.clone(),
        charted: input.charted,
    });
    ScoreReport { chart: used.chart.to_string(), inputs: inputs.collect() }
}

fn rate(rule: &RateRule) -> RateReport {
    RateReport {
        metric: rule.metric,
        direction: rule.direction,
        per_minute: rule.per_minute,
        unit: rule.unit.ucum().to_owned(),
        window: rule.window.into(),
        priority: rule.manner.priority,
        text: rule.manner.text.to_string(),
    }
}

fn combined(rule: &CombinedRule) -> CombinedReport {
    let term = |term: &Term| match term {
        Term::Beyond { metric, unit, side, limit, .. } => format!("{metric} {} {limit} {}", side.sign(), unit.ucum()),
        Term::State { metric, is } => format!("{metric} is {is}"),
        Term::Alarm { event } => format!("alarm {event}"),
    };
    CombinedReport {
        name: rule.id.to_string(),
        terms: rule.terms.iter().map(term).collect(),
        when_missing: rule.when_missing,
        priority: rule.manner.priority,
        text: rule.manner.text.to_string(),
    }
}

fn devices_of(link: &LinkPlan) -> Vec<DeviceIndex> {
    match link {
        LinkPlan::Stream { device, .. } => vec![*device],
        LinkPlan::Bus { units, .. } => units.iter().map(|unit| unit.device).collect(),
    }
}

/// Worst-case age of a metric's values, by the number of other units of its bus that are dead.
fn staleness(link: &LinkPlan, device: DeviceIndex, metric: &MetricDescriptor) -> Vec<DurationText> {
    if metric.episodic {
        return Vec::new();
    }
    match link {
        LinkPlan::Stream { driver, .. } => vec![DurationText::from(driver.poll_interval().saturating_mul(2))],
        LinkPlan::Bus { transport, settings, units, .. } => {
            let schedule = Schedule::new(transport, settings, units);
            let brings = |unit: &BusUnit, read: &CostedRead| {
                metrics_of(&unit.profile, &read.read.request).contains(&(metric.code, metric.containment))
            };
            let Some(position) = units.iter().position(|unit| unit.device == device) else { return Vec::new() };
            let read = schedule.units[position].iter().find(|read| brings(&units[position], read));
            let Some(read) = read else { return Vec::new() };
            let dead = 0..=units.len().saturating_sub(1).min(DEAD_UNITS_MAX);
            dead.map(|dead| schedule.staleness(position, read, dead).into()).collect()
        }
    }
}

fn transport(transport: &Transport) -> String {
    match transport {
        Transport::Tcp { address } => format!("tcp {address}"),
        Transport::Udp { address } => format!("udp {address}"),
        Transport::Serial(serial) => {
            let parity = match serial.parity {
                Parity::None => 'N',
                Parity::Even => 'E',
                Parity::Odd => 'O',
            };
            format!("{} {} {}{parity}{}", serial.port, serial.baud, serial.data_bits, serial.stop_bits)
        }
    }
}

fn destination(destination: &Destination) -> DestinationReport {
    let (kind, address, beds) = match destination {
        Destination::Hl7(hl7) => ("hl7", &hl7.address, &hl7.beds),
        Destination::Mqtt(mqtt) => ("mqtt", &mqtt.address, &mqtt.beds),
    };
    let (metrics, patient, dialect) = match destination {
        Destination::Hl7(hl7) => (&hl7.metrics, &hl7.identifiers[..], hl7.dialect.deviations()),
        Destination::Mqtt(mqtt) if mqtt.include_patient => (&mqtt.metrics, &mqtt.identifiers[..], Vec::new()),
        Destination::Mqtt(mqtt) => (&mqtt.metrics, &[][..], Vec::new()),
    };
    DestinationReport {
        id: destination.id().to_string(),
        kind: kind.to_owned(),
        address: address.to_string(),
        beds: beds.iter().map(ToString::to_string).collect(),
        metrics: metrics.iter().map(|metric| metric.refid().to_owned()).collect(),
        patient: patient.iter().map(|item| item.as_str().to_owned()).collect(),
        dialect,
    }
}
