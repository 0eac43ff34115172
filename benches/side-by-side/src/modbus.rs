//! W3: Modbus devices read as fast as they answer, through [`vigil_links`] and a register profile.
//!
//! A bus reads a unit at most every 10 ms. So that its schedule never runs out of work, the one unit behind each connection
//! is planned several times over: to the bus it is a gateway with many units that all answer.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use vigil_links::Link;
use vigil_model::{DeviceIndex, Reading, Report};
use vigil_protocols::link::{BusSettings, FlowControl, Parity, SerialSettings, Transport};
use vigil_protocols::modbus::{Bus, BusUnit, RegisterProfile, UnitId};

use crate::Outcome;
use crate::arguments::Arguments;
use crate::figures::{rate, with};

/// 40 registers of which the last is a metric.
const PROFILE: &str = r#"
name = "bench"
title = "40 registers"
mds = "MDC_DEV_MON_PHYSIO_MULTI_PARAM_MDS"
[[vmd]]
containment = "1.1.0.0"
code = "MDCX_BENCH_VMD"
[[channel]]
containment = "1.1.1.0"
code = "MDCX_BENCH_CHANNEL"
[[block]]
name = "all"
table = "holding-registers"
address = 0
count = 40
period = "10ms"
[[register]]
block = "all"
address = 39
type = "u16"
code = "MDCX_BENCH_LAST_REGISTER"
containment = "1.1.1.1"
unit = "MDC_DIM_DIMLESS"
"#;

/// Reads that all buses together plan in a second, over a hundred: more than any machine does.
const UNITS: u32 = 4_000;

/// Batches of reports that wait, as in the appliance.
const REPORT_BATCHES_MAX: usize = 256;

pub(crate) fn poll(arguments: &Arguments) -> Outcome {
    let (port, count) = (arguments.number::<u16>("port")?, arguments.number::<u16>("k")?);
    let transports = (0..count).map(|index| Transport::Tcp { address: format!("127.0.0.1:{}", port + index) });
    let units = (UNITS / u32::from(count).max(1)).clamp(2, 200);
    let device_registers = |device: u32| i64::from(device) * 7 + 39;
    measure(transports.collect(), units, arguments.duration()?, device_registers)
}

pub(crate) fn rtu(arguments: &Arguments) -> Outcome {
    let serial = SerialSettings {
        port: arguments.text("link")?.to_owned(),
        baud: arguments.number("baud")?,
        data_bits: 8,
        parity: Parity::None,
        stop_bits: 1,
        flow: FlowControl::None,
    };
    measure(vec![Transport::Serial(serial)], 200, arguments.duration()?, |_| 39)
}

/// Reads all units for a while; `expected` is what register 39 of a link must hold.
fn measure(links: Vec<Transport>, units: u32, duration: Duration, expected: impl Fn(u32) -> i64) -> Outcome {
    let profile = RegisterProfile::parse(PROFILE, "bench").map_err(|problems| format!("{problems:?}"))?;
    let profile = Arc::new(profile);
    let clock = vigil::clock::system();
    crate::runtime()?.block_on(async {
        let (sender, mut reports) = mpsc::channel(REPORT_BATCHES_MAX);
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        for (transport, index) in links.into_iter().zip(0u32..) {
            let unit = BusUnit {
                device: DeviceIndex(index),
                unit: UnitId(1),
                profile: profile.clone(),
                poll_interval: None,
                quiet_time: None,
            };
            let settings = BusSettings::default();
            let bus = Bus::new(settings, vec![unit; units as usize]);
            let link = Link::Bus { id: format!("bus-{index}").into(), transport, settings, bus };
            tasks.spawn(vigil_links::run(link, sender.clone(), clock.clone(), stop.clone()));
        }
        drop(sender);
        let from = clock().monotonic;
        let until = from + duration;
        let (mut answers, mut bad) = (0u64, 0u64);
        let mut now = from;
        while now < until {
            let Some(batch) = reports.recv().await else { break };
            for report in batch {
                match report.report {
                    Report::Observation(observation) => {
                        answers += 1;
                        let value = match &observation.reading {
                            Reading::Value(value, _) => value.quantity().map(|value| value.mantissa()),
                            Reading::Absent(_) => None,
                        };
                        bad += u64::from(value != Some(expected(report.device.0)));
                    }
                    Report::Fault(_) => bad += 1,
                    Report::Link(_)
                    | Report::Identity(_)
                    | Report::Mode(_)
                    | Report::Alarm(_)
                    | Report::AlarmsListed
                    | Report::Waveform(_) => {}
                }
            }
            now = clock().monotonic;
        }
        let figures = rate(answers, now.since(from));
        stop.cancel();
        drop(reports);
        tasks.close();
        tasks.wait().await;
        Ok(Some(with(figures, json!({ "bad": bad, "units": units }))))
    })
}
