//! Technical conditions of devices and of the appliance itself: another device, clocks, destinations.

#![allow(clippy::unwrap_used, reason = "helpers of tests, outside `#[test]` functions")]

mod common;

use std::sync::Arc;

use common::*;
use vigil_model::{
    AlarmState, ConditionKind, DeviceAlarm, DeviceLimits, EventKind, Identity, Now, Observation, Priority, Report,
    Timestamp, mdc,
};

fn none() -> Vec<String> {
    Vec::new()
}

fn hear(stand: &mut Stand, report: Report) -> Vec<String> {
    stand.wait(1).hear(MON_1, report).hear(MON_1, value(SPO2, "97")).hear(MON_1, value(HR, "80"));
    stand.alarms()
}

fn serial(serial: &str) -> Report {
    Report::Identity(Identity { model: "M".into(), serial: serial.into(), ..Identity::default() })
}

#[test]
fn another_device_than_before_is_told_until_somebody_takes_note() {
    let mut stand = Stand::settled();
    assert_eq!(hear(&mut stand, serial("")), none());
    assert_eq!(hear(&mut stand, serial("1")), none(), "what was unknown before is no change");
    let software = Identity { model: "M".into(), serial: "1".into(), software: "2".into(), ..Identity::default() };
    assert_eq!(hear(&mut stand, Report::Identity(software)), none(), "software is renewed");
    let told = hear(&mut stand, serial("2"));
    let not_charted = "@bed-1/alarm/MDCX_EVT_ASSOCIATION/1.0.0.0/mon-1 is another device than before: not charted";
    let (started, present) = (format!("{not_charted} start/active"), format!("{not_charted} present/active"));
    assert_eq!(told, ["mon-1/other-device start/active", "mon-1/other-device update/latched", &started]);
    let occurrence = stand.find("other-device");
    assert_eq!((occurrence.kind, occurrence.priority), (ConditionKind::Technical, Priority::Medium));
    stand.restart();
    assert_eq!(stand.alarms(), ["mon-1/other-device present/latched", &present]);
    stand.acknowledge(&occurrence.id);
    assert_eq!(stand.alarms(), ["mon-1/other-device reset/inactive"]);
}

fn stamped(device_time: i64) -> Report {
    let Report::Observation(observation) = value(HR, "80") else { unreachable!() };
    Report::Observation(Observation { device_time: Some(Timestamp::from_seconds(device_time)), ..observation })
}

#[test]
fn a_jump_of_the_devices_clock_is_told_and_its_being_wrong_is_not() {
    let mut stand = Stand::settled();
    for second in 1..10 {
        assert_eq!(hear(&mut stand, stamped(500 + second)), none(), "years off, and steady");
    }
    assert_eq!(hear(&mut stand, stamped(510 + 60)), none(), "a minute is within the tolerance");
    let told = hear(&mut stand, stamped(511 + 60 + 3600));
    assert_eq!(told, ["mon-1/clock-jumped start/active", "mon-1/clock-jumped update/latched"]);
    assert_eq!(hear(&mut stand, stamped(512 + 60 + 3600)), none());
    assert_eq!(&*stand.find("clock-jumped").text, "The device's clock jumped");
}

#[test]
fn a_jump_of_the_appliances_own_clock_is_one_alarm_of_the_appliance() {
    let mut stand = Stand::settled();
    hear(&mut stand, stamped(500));
    let later = Now { monotonic: at(2).monotonic, utc: at(2 + 7200).utc };
    let events = stand.engine.step(later, &mut vec![], &mut vec![]);
    let lines: Vec<String> = events.iter().filter_map(line).collect();
    assert_eq!(lines, ["@/clock-jumped start/active", "@/clock-jumped update/latched"]);
    let EventKind::Alarm { occurrence, patient, .. } = &events[0].kind else { panic!("{events:?}") };
    assert_eq!((&*occurrence.bed, &*occurrence.device, patient), ("", "", &None));
    let mut reports = vec![vigil_model::DeviceReport {
        device: MON_1,
        received: Now { monotonic: at(3).monotonic, utc: at(3 + 7200).utc },
        report: stamped(502),
    }];
    let now = reports[0].received;
    assert_eq!(stand.engine.step(now, &mut reports, &mut vec![]), [], "no device's clock jumped");
}

#[test]
fn a_destination_that_does_not_confirm_is_an_alarm_until_it_does() {
    let mut stand = Stand::settled();
    stand.deliver("ehr", false);
    assert_eq!(stand.alarms(), none());
    stand.deliver("ehr", true).deliver("ehr", true).deliver("nurse-call", true);
    let key = |name: &str| format!("@/alarm/MDCX_EVT_DELIVERY_FAILED/1.0.0.0/No delivery to {name}");
    assert_eq!(stand.alarms(), ["ehr", "nurse-call"].map(|name| format!("{} start/active", key(name))));
    let occurrence = stand.find("to ehr");
    assert_eq!((occurrence.event, occurrence.priority), (mdc::X_EVT_DELIVERY_FAILED, Priority::High));
    stand.acknowledge(&occurrence.id);
    stand.step();
    stand.restart();
    assert_eq!(stand.alarms().len(), 2, "to be confirmed by what is heard of the destination");
    stand.deliver("ehr", false);
    assert_eq!(stand.alarms(), [format!("{} end/inactive", key("ehr"))]);
    assert_eq!(stand.find("nurse-call").state, AlarmState::Active);
    assert!(stand.engine.snapshot(at(stand.second)).beds.iter().all(|bed| bed.occurrences.is_empty()));
}

#[test]
fn a_battery_that_a_device_complains_of_is_a_technical_condition_under_its_own_code() {
    let mut stand = Stand::settled();
    let alarm = DeviceAlarm {
        event: mdc::EVT_BATT_LO,
        source: vigil_model::Containment::new(1, 0, 0, 0),
        present: true,
        priority: Priority::Medium,
        kind: ConditionKind::Technical,
        text: "Battery low".into(),
    };
    assert_eq!(hear(&mut stand, Report::Alarm(alarm)).len(), 1);
    let occurrence = stand.find("BATT_LO");
    assert_eq!((occurrence.event.value(), occurrence.kind), (196_802, ConditionKind::Technical));
}

#[test]
fn limits_set_on_the_device_stand_beside_ours() {
    let mut stand = Stand::settled();
    let Report::Observation(observation) = value(HR, "130") else { unreachable!() };
    let limits = DeviceLimits { low: Some(q("40")), high: Some(q("125")) };
    stand.hear(MON_1, Report::Observation(Observation { limits: Some(Box::new(limits)), ..observation }));
    stand.step();
    let occurrence = stand.find("hr-high");
    assert_eq!(occurrence.source.limit.map(|(_, limit)| limit), Some(q("120.0")));
    assert_eq!(occurrence.source.device_limits.as_deref(), Some(&limits));
    let metric = |stand: &Stand| {
        let snapshot = stand.engine.snapshot(at(stand.second));
        let metric = &snapshot.beds[0].devices[0].metrics[1];
        (metric.limits.clone(), metric.device_limits)
    };
    let ours = vec![(Arc::from("hr-high"), vigil_model::LimitSide::High, q("120.0"))];
    assert_eq!(metric(&stand), (ours.clone(), Some(limits)));
    stand.wait(FRESH_S);
    assert_eq!(metric(&stand), (ours, None), "not beside a value that is not current");
}
