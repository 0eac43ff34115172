//! Every simulated device talks with the real session of its driver over a wire in memory: what is reported is what the
//! patient has at that moment, on a perfect wire and on a bad one.

#![expect(clippy::unwrap_used, reason = "helpers of tests, as allowed in the tests themselves")]

use std::sync::Arc;
use std::time::Duration;

use vigil_model::{
    Code, DeviceIndex, DeviceReport, Instant, LinkState, Now, Observation, Quantity, Reading, Report, Timestamp, mdc,
};
use vigil_protocols::driver::Driver;
use vigil_protocols::link::BusSettings;
use vigil_protocols::modbus::{Bus, BusUnit, Framing, RegisterProfile, UnitId};
use vigil_protocols::{Session, alaris_asena, esc_scale, ge_s5_dri, philips_intellivue};
use vigil_simulators::fault::{Direction, FaultKind, FaultRule};
use vigil_simulators::intellivue::{Intellivue, Language};
use vigil_simulators::vital::Vital;
use vigil_simulators::{
    BusConversation, Conversation, FaultPlan, ModbusLine, ModbusUnit, Monitor, Patient, Pump, Scale, Scenario,
    SimDevice, Simulation,
};

const QUIET: Duration = Duration::from_secs(30);

fn start() -> Now {
    Now { monotonic: Instant::from_micros(5_000_000), utc: Timestamp::from_seconds(1_772_356_500) }
}

fn patient(scenario: &str, seed: u64) -> Patient {
    Patient::new(seed, Arc::new(Scenario::named(scenario).unwrap().course(1)))
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Monitor,
    Intellivue,
    Pump,
    Scale,
}

fn conversation(kind: Kind, scenario: &str, seed: u64, faults: &FaultPlan) -> Conversation {
    let (patient, begin) = (patient(scenario, seed), start().monotonic);
    let (session, device): (Box<dyn Session>, Box<dyn SimDevice>) = match kind {
        Kind::Monitor => {
            let config = ge_s5_dri::Config { interval: Duration::from_secs(5), ..ge_s5_dri::Config::default() };
            (config.session(QUIET), Box::new(Monitor::new(patient, 7, begin)))
        }
        Kind::Intellivue => {
            (philips_intellivue::Config::default().session(QUIET), Box::new(Intellivue::new(patient, 7, begin)))
        }
        Kind::Pump => (alaris_asena::Config::default().session(QUIET), Box::new(Pump::new(patient, 1, begin))),
        Kind::Scale => {
            let config = esc_scale::Config { interval: Duration::from_secs(5), ..esc_scale::Config::default() };
            (config.session(QUIET), Box::new(Scale::new(patient, begin)))
        }
    };
    Conversation::new(session, device, faults, start())
}

/// What the patient may show for a metric, at any moment of the `slack` before the report: the value was right when it was
/// sent. `None` for metrics that are not the patient's.
fn truths(patient: &Patient, metric: Code, at: Duration, slack: Duration) -> Option<Vec<Option<Quantity>>> {
    let truth = |at: Duration| -> Option<Option<Quantity>> {
        let value = |vital| Some(patient.value(vital, at));
        let cuff = || patient.cuff(at).map(|cuff| cuff.pressure);
        match metric {
            code if code == mdc::ECG_CARD_BEAT_RATE => value(Vital::HeartRate),
            code if code == mdc::PULS_OXIM_SAT_O2 => value(Vital::Spo2),
            code if code == mdc::TTHOR_RESP_RATE || code == mdc::CO2_RESP_RATE || code == mdc::RESP_RATE => {
                value(Vital::RespiratoryRate)
            }
            code if code == mdc::PRESS_BLD_ART_ABP_SYS => value(Vital::AbpSystolic),
            code if code == mdc::PRESS_BLD_ART_ABP_DIA => value(Vital::AbpDiastolic),
            code if code == mdc::PRESS_BLD_ART_ABP_MEAN => Some(patient.arterial(at).map(|p| p.mean)),
            code if code == mdc::PRESS_BLD_NONINV_SYS => Some(cuff().map(|p| p.systolic)),
            code if code == mdc::PRESS_BLD_NONINV_DIA => Some(cuff().map(|p| p.diastolic)),
            code if code == mdc::PRESS_BLD_NONINV_MEAN => Some(cuff().map(|p| p.mean)),
            code if code == mdc::TEMP_CORE => value(Vital::Temperature),
            code if code == mdc::CONC_AWAY_CO2_ET => value(Vital::EtCo2),
            code if code == mdc::FLOW_FLUID_PUMP => value(Vital::PumpRate),
            code if code == mdc::PRESS_FLUID_MEAS => value(Vital::PumpPressure),
            code if code == mdc::VOL_FLUID_DELIV => Some(patient.infused(at)),
            code if code == mdc::MASS_BODY_ACTUAL => value(Vital::Weight),
            _ => None,
        }
    };
    let steps = u32::try_from(slack.as_millis() / 10).unwrap();
    (0..=steps).map(|step| truth(at.saturating_sub(Duration::from_millis(10) * step))).collect()
}

fn number(observation: &Observation) -> Option<Quantity> {
    match &observation.reading {
        Reading::Value(value, _) => value.quantity(),
        Reading::Absent(_) => None,
    }
}

/// Checks every number against the patient; returns how many were checked.
fn check(reports: &[(Now, Report)], patient: &Patient, slack: Duration, context: &str) -> usize {
    let mut checked = 0;
    for (now, report) in reports {
        let Report::Observation(observation) = report else { continue };
        let at = now.monotonic.since(start().monotonic);
        let Some(truths) = truths(patient, observation.metric, at, slack) else { continue };
        let found = number(observation);
        let fits = |truth: &Option<Quantity>| match (truth, found) {
            (Some(truth), Some(found)) => truth.cmp_value(found).is_eq(),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        let absent_on_a_bad_wire = found.is_none() && !slack.is_zero();
        assert!(
            truths.iter().any(fits) || absent_on_a_bad_wire,
            "{context}: {} at {at:?} is {found:?}, not one of {:?}",
            observation.metric,
            truths.first()
        );
        checked += 1;
    }
    checked
}

#[test]
fn every_device_shows_its_patient() {
    for scenario in ["stable", "desaturation", "occlusion", "probe-off", "demo"] {
        for (kind, least) in [(Kind::Monitor, 200), (Kind::Intellivue, 850), (Kind::Pump, 300), (Kind::Scale, 20)] {
            let mut conversation = conversation(kind, scenario, 11, &FaultPlan::default());
            let reports = conversation.run(start(), Duration::from_secs(130));
            let context = format!("{kind:?}, {scenario}");
            let checked = check(&reports, &patient(scenario, 11), Duration::ZERO, &context);
            assert!(checked >= least, "{context}: only {checked} values");
            let faults = reports.iter().filter(|(_, report)| matches!(report, Report::Fault(_))).count();
            assert_eq!(faults, 0, "{context}: {reports:?}");
            assert!(reports.iter().any(|(_, report)| *report == Report::Link(LinkState::Up)), "{context}");
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_reports() {
    let rules = [FaultKind::Drop, FaultKind::Flip, FaultKind::Duplicate, FaultKind::Split];
    let faults = FaultPlan { seed: 9, rules: rules.map(|kind| FaultRule::always(kind, 0.002)).to_vec() };
    for kind in [Kind::Monitor, Kind::Intellivue, Kind::Pump, Kind::Scale] {
        let run = |seed| conversation(kind, "demo", seed, &faults).run(start(), Duration::from_secs(60));
        assert!(run(4) == run(4), "{kind:?}");
        assert!(run(4) != run(5), "{kind:?}");
    }
}

/// Flips and drops are not thrown at the scale, whose protocol has no check at all, and sparingly at the monitor, whose check
/// is a sum of eight bits: two flips in one record may cancel out.
#[test]
fn a_bad_wire_never_makes_a_wrong_value() {
    let always = FaultRule::always;
    let window = |kind, from_s, until_s| FaultRule { from_s, until_s: Some(until_s), ..always(kind, 1.0) };
    let late = FaultRule { direction: Direction::ToAppliance, ..always(FaultKind::Late, 0.05) };
    let harmless = [
        always(FaultKind::Duplicate, 0.05),
        always(FaultKind::Split, 0.1),
        always(FaultKind::Delay, 0.1),
        late,
        window(FaultKind::Stall, 20.0, 24.0),
        window(FaultKind::Unplug, 40.0, 50.0),
    ];
    let damage = |rate| [always(FaultKind::Drop, rate), always(FaultKind::Flip, rate)];
    // What was sent before the stall arrives at its end.
    let slack = Duration::from_millis(7_000);
    for seed in 0..12 {
        for kind in [Kind::Monitor, Kind::Intellivue, Kind::Pump, Kind::Scale] {
            let mut rules = harmless.to_vec();
            match kind {
                Kind::Monitor => rules.extend(damage(0.0001)),
                Kind::Intellivue => rules.extend(damage(0.0003)),
                Kind::Pump => rules.extend(damage(0.002)),
                Kind::Scale => {}
            }
            let mut conversation = conversation(kind, "demo", seed, &FaultPlan { seed, rules });
            let reports = conversation.run(start(), Duration::from_secs(90));
            let context = format!("{kind:?}, seed {seed}");
            assert!(check(&reports, &patient("demo", seed), slack, &context) > 10, "{context}");
            let is_lost = |report: &Report| matches!(report, Report::Link(LinkState::Lost { .. }));
            assert!(reports.iter().any(|(_, report)| is_lost(report)), "{context}: the pulled cable was not noticed");
            let last = reports.iter().rev().find_map(|(_, report)| match report {
                Report::Link(state) => Some(state),
                _ => None,
            });
            assert_eq!(last, Some(&LinkState::Up), "{context}: did not come back");
        }
    }
}

#[test]
fn an_intellivue_monitor_that_restarts_is_associated_again_and_its_language_changes_nothing() {
    let text = "name = \"r\"\ntitle = \"\"\n[[event]]\nat_s = 30\ndevice = \"monitor\"\nevent = \"restart\"\n";
    let course = Arc::new(Scenario::parse(text, "r").unwrap().course(1));
    let run = |language| {
        let monitor = Intellivue::new(Patient::new(5, Arc::clone(&course)), 7, start().monotonic).speaking(language);
        let session = philips_intellivue::Config::default().session(QUIET);
        let mut conversation = Conversation::new(session, Box::new(monitor), &FaultPlan::default(), start());
        conversation.run(start(), Duration::from_secs(70))
    };
    let reports = run(Language::French);
    check(&reports, &Patient::new(5, Arc::clone(&course)), Duration::ZERO, "French");
    let values_at = |from: u64, until: u64| {
        let seconds = |now: &Now| now.monotonic.since(start().monotonic).as_secs();
        let values = reports.iter().filter(|(_, report)| matches!(report, Report::Observation(_)));
        values.filter(|(now, _)| (from..until).contains(&seconds(now))).count()
    };
    assert!(values_at(5, 30) > 200 && values_at(31, 44) == 0 && values_at(50, 70) > 150);
    let lost = reports.iter().any(|(_, report)| matches!(report, Report::Link(LinkState::Lost { .. })));
    assert!(!lost, "the association is renewed before the link counts as lost");
    assert!(run(Language::English) == reports);
}

#[test]
fn a_pump_alarm_begins_and_ends_as_the_scenario_says() {
    let reports = conversation(Kind::Pump, "occlusion", 1, &FaultPlan::default()).run(start(), Duration::from_secs(80));
    let when = |wanted: bool| {
        let found = reports.iter().find(|(_, report)| match report {
            Report::Alarm(alarm) => alarm.event == mdc::EVT_FLUID_LINE_OCCL && alarm.present == wanted,
            _ => false,
        });
        found.map(|(now, _)| now.monotonic.since(start().monotonic).as_secs())
    };
    assert!(matches!(when(true), Some(10..=12)), "{:?}", when(true));
    let listed_without = reports.iter().any(|(now, report)| {
        let at = now.monotonic.since(start().monotonic).as_secs();
        *report == Report::AlarmsListed && at > 70
    });
    assert!(when(false).is_some_and(|at| (70..=72).contains(&at)) || listed_without);
}

#[test]
fn a_monitor_shows_its_alarm_text_and_no_saturation_while_the_probe_is_off() {
    let reports =
        conversation(Kind::Monitor, "probe-off", 2, &FaultPlan::default()).run(start(), Duration::from_secs(60));
    let text =
        |report: &Report| matches!(report, Report::Alarm(alarm) if alarm.present && &*alarm.text == "SPO2 PROBE OFF");
    assert!(reports.iter().any(|(_, report)| text(report)));
    let last = reports.iter().rev().find_map(|(_, report)| match report {
        Report::Observation(observation) if observation.metric == mdc::PULS_OXIM_SAT_O2 => Some(observation),
        _ => None,
    });
    assert!(matches!(last.unwrap().reading, Reading::Absent(_)));
}

#[test]
fn the_demo_shows_a_patient_and_a_device_in_trouble_within_20_s() {
    let scenario = Arc::new(Scenario::named("demo").unwrap());
    for seed in 0..20 {
        let run = |driver: Driver, bed| {
            let simulation = Simulation { scenario: scenario.clone(), seed, bed };
            let settings = toml::from_str("interval = \"5s\"").unwrap();
            let session = driver.configure(settings).unwrap().session(QUIET);
            let device = simulation.device(driver, start().monotonic);
            Conversation::new(session, device, &FaultPlan::default(), start()).run(start(), Duration::from_secs(15))
        };
        let low = run(Driver::GeS5Dri, 1).into_iter().any(|(_, report)| match report {
            Report::Observation(observation) if observation.metric == mdc::PULS_OXIM_SAT_O2 => {
                number(&observation).is_some_and(|value| value.cmp_value(Quantity::new(85, 0)).is_lt())
            }
            _ => false,
        });
        let occluded = run(Driver::AlarisAsena, 2).into_iter().any(|(_, report)| match report {
            Report::Alarm(alarm) => alarm.present && alarm.event == mdc::EVT_FLUID_LINE_OCCL,
            _ => false,
        });
        assert!(low && occluded, "seed {seed}");
    }
}

fn beds(framing: Framing, plan: &FaultPlan, absent: bool) -> BusConversation {
    let profile = Arc::new(RegisterProfile::named_embedded("bed-contacts").unwrap());
    let settings = BusSettings::default();
    let unit = |index: u8| BusUnit {
        device: DeviceIndex(u32::from(index)),
        unit: UnitId(index + 1),
        profile: profile.clone(),
        poll_interval: None,
        quiet_time: None,
    };
    let simulated =
        |index: u8| ModbusUnit::bed(UnitId(index + 1), patient("bed-exit", u64::from(index)), start().monotonic);
    let there = if absent { 0..2 } else { 0..3 };
    let line = ModbusLine::new(framing, there.map(simulated).collect());
    BusConversation::new(Bus::new(settings, (0..3).map(unit).collect()), settings, line, framing, plan, start())
}

/// Times at which bed exit began at a device, in whole seconds.
fn exits(reports: &[DeviceReport], device: u32) -> Vec<u64> {
    let mut present = false;
    let mut found = Vec::new();
    for report in reports.iter().filter(|report| report.device == DeviceIndex(device)) {
        if let Report::Alarm(alarm) = &report.report
            && &*alarm.text == "Bed exit"
        {
            if alarm.present && !present {
                found.push(report.received.monotonic.since(start().monotonic).as_secs());
            }
            present = alarm.present;
        }
    }
    found
}

#[test]
fn beds_on_a_bus_tell_of_an_exit_and_an_absent_unit_is_lost() {
    for framing in [Framing::Rtu, Framing::Tcp] {
        let reports = beds(framing, &FaultPlan::default(), true).run(start(), Duration::from_secs(60));
        assert_eq!((exits(&reports, 0), exits(&reports, 1), exits(&reports, 2)), (vec![8], vec![8], vec![]));
        let lost = |report: &DeviceReport| matches!(report.report, Report::Link(LinkState::Lost { .. }));
        let lost: Vec<u32> = reports.iter().filter(|report| lost(report)).map(|report| report.device.0).collect();
        assert_eq!(lost, [2], "{framing:?}");
    }
}

#[test]
fn a_bad_bus_never_makes_a_wrong_contact() {
    let always = FaultRule::always;
    let rules = [
        always(FaultKind::Drop, 0.002),
        always(FaultKind::Flip, 0.002),
        always(FaultKind::Split, 0.1),
        always(FaultKind::Duplicate, 0.02),
        FaultRule { delay_ms: Some(350), direction: Direction::ToAppliance, ..always(FaultKind::Late, 0.02) },
    ];
    for seed in 0..12 {
        let plan = FaultPlan { seed, rules: rules.to_vec() };
        let reports = beds(Framing::Rtu, &plan, false).run(start(), Duration::from_secs(60));
        for device in 0..3 {
            let found = exits(&reports, device);
            assert!(found.len() == 1 && (8..=20).contains(&found[0]), "seed {seed}, device {device}: {found:?}");
        }
    }
}
