//! How a device's own clock goes is shown, and changes nothing else.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{Stand, at, identity};
use vigil_model::{DeviceIndex, Report, Timestamp};

/// The first report that stands for a reading of the device.
fn reading_at(stand: &mut Stand, ahead_s: i64) {
    let second = stand.second;
    let mut report = common::value(common::HR, "80");
    let Report::Observation(observation) = &mut report else { unreachable!() };
    observation.device_time = Some(Timestamp::from_micros(at(second).utc.as_micros() + ahead_s * 1_000_000));
    stand.hear(DeviceIndex(0), report);
}

#[test]
fn offset_and_jumps_of_a_devices_clock_are_in_its_summary() {
    let mut stand = Stand::new();
    stand.hear(DeviceIndex(0), Report::Identity(identity()));
    let clock = |stand: &Stand| stand.engine.snapshot(at(stand.second)).beds[0].devices[0].clock;
    assert_eq!(clock(&stand), None);
    for _ in 0..20 {
        reading_at(&mut stand, 3_600);
        stand.wait(10);
        stand.step();
    }
    let estimate = clock(&stand).unwrap();
    assert_eq!((estimate.offset_ms, estimate.jumps, estimate.drift_ppm), (3_600_000, 0, None));
    for _ in 0..5 {
        reading_at(&mut stand, 0);
        stand.wait(10);
        stand.step();
    }
    let estimate = clock(&stand).unwrap();
    assert_eq!((estimate.offset_ms, estimate.jumps), (0, 1));
    assert_eq!(stand.engine.snapshot(at(stand.second)).beds[0].devices[1].clock, None, "another device");
}
