//! W4: the appliance itself. K Modbus TCP devices, a limit each, the journal and an MQTT destination, assembled from a
//! configuration file as `vigil run` does.
//!
//! The work wants an alarm as `alarm/I` with `{"dev":I,"seq":CHANGE,…}`, where CHANGE is what register 1 held when
//! register 0 went above its limit; the product says it in its own topic and words. The way out is therefore bent in one
//! place, behind everything that is measured: between the durable outbox and the MQTT sink, the start of an alarm gets the
//! wanted topic, and the wanted words around its own payload, which goes along whole. All other messages go out as they are.
//! So that an alarm's payload knows the change, both registers are read as one 32-bit metric: above 120 × 65 536 + 65 535 is
//! register 0 above 120.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tokio::signal::unix::{SignalKind, signal};
use vigil::assemble;
use vigil_journal::{Depth, JournalError, Outbox, OutboxRow, RowId, Settlement, SqliteOutbox};
use vigil_messages::mqtt::MqttPublish;
use vigil_model::Lane;

use crate::Outcome;
use crate::arguments::Arguments;

/// The metric of registers 0 and 1.
const METRIC: &str = "MDCX_BENCH_VALUE_AND_CHANGE";
/// Metrics of a device, if nothing else is asked for: the one with the limit, and a few others as devices have them.
const METRICS: u16 = 7;
/// Most metrics that the 40 registers give.
const METRICS_MAX: u16 = 39;
/// Register 0 above 120, whatever register 1 holds.
const LIMIT: u32 = 120 * 65_536 + 65_535;

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let (port, count) = (arguments.number::<u16>("port")?, arguments.number::<u16>("k")?);
    let folder = Folder::new()?;
    let metrics = arguments.number_or("metrics", METRICS)?.clamp(1, METRICS_MAX);
    std::fs::write(folder.0.join("bench.toml"), profile(metrics))?;
    let path = folder.0.join("vigil.toml");
    std::fs::write(&path, configuration(port, count, arguments.number("hz")?, arguments.text("broker")?)?)?;
    let plan = vigil_config::load(&path, &[folder.0.join("bench.toml")])
        .map_err(|problems| problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))?;
    crate::runtime()?.block_on(async {
        let running = assemble::start_through(plan, vigil::clock::system(), &|_, outbox| Box::new(Bent(outbox)))?;
        signal(SignalKind::terminate())?.recv().await;
        running.stop().await;
        Ok(None)
    })
}

/// The 40 registers: the metric with the limit, and others.
fn profile(metrics: u16) -> String {
    let mut text = format!(
        r#"
name = "bench"
title = "40 registers"
mds = "MDC_DEV_MON_PHYSIO_MULTI_PARAM_MDS"
fresh_for = "5s"
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
period = "100ms"
[[register]]
block = "all"
address = 0
type = "u32"
code = "{METRIC}"
containment = "1.1.1.1"
unit = "MDC_DIM_DIMLESS"
"#
    );
    for register in 2..=metrics {
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "[[register]]\nblock = \"all\"\naddress = {register}\ntype = \"u16\"\ncode = \"MDCX_BENCH_REGISTER_{register}\"\n\
             containment = \"1.1.1.{register}\"\nunit = \"MDC_DIM_DIMLESS\""
        );
    }
    text
}

fn configuration(port: u16, count: u16, hertz: f64, broker: &str) -> Result<String, std::fmt::Error> {
    let mut text = String::from(
        "[appliance]\nid = \"bench\"\neui64 = \"0200000000000001\"\nsite = \"bench\"\nfacility = \"bench\"\n\
         data_dir = \"data\"\n",
    );
    for device in 0..count {
        let address = port + device;
        write!(
            text,
            r#"
[[bed]]
id = "bed-{device}"
unit = "bench"
room = "{device}"
bed = "1"
[[bed.limit]]
metric = "{METRIC}"
side = "high"
limit = {LIMIT}
unit = "MDC_DIM_DIMLESS"
priority = "high"
[[link]]
id = "link-{device}"
tcp = "127.0.0.1:{address}"
[[device]]
id = "dev-{device}"
bed = "bed-{device}"
link = "link-{device}"
driver = "modbus"
profile = "bench"
unit = 1
poll_interval = "{}ms"
"#,
            (1000.0 / hertz).round()
        )?;
    }
    writeln!(text, "[[destination]]\nkind = \"mqtt\"\nid = \"broker\"\naddress = \"{broker}\"")?;
    Ok(text)
}

/// The durable outbox, with the start of an alarm in the words that the work wants.
struct Bent(SqliteOutbox);

impl Outbox for Bent {
    fn next(&mut self, lane: Lane, after: RowId, limit: usize) -> Result<Vec<OutboxRow>, JournalError> {
        let mut rows = self.0.next(lane, after, limit)?;
        for row in rows.iter_mut().filter(|row| row.lane == Lane::Alarm) {
            if let Some(body) = bent(&row.body) {
                row.body = body;
            }
        }
        Ok(rows)
    }

    fn settle(&mut self, row: RowId, settlement: Settlement) {
        self.0.settle(row, settlement);
    }

    fn depth(&mut self) -> Result<Depth, JournalError> {
        self.0.depth()
    }
}

/// The start of an alarm of the limit in other words; `None` if it is not one.
fn bent(body: &[u8]) -> Option<Vec<u8>> {
    let mut publish = MqttPublish::from_bytes(body).ok()?;
    let said: Value = serde_json::from_slice(&publish.payload).ok()?;
    let source = &said["source"];
    if said["phase"] != "start" || source["refid"] != METRIC {
        return None;
    }
    let device: u32 = source["device"].as_str()?.strip_prefix("dev-")?.parse().ok()?;
    let value: u32 = source["value"].as_str()?.parse().ok()?;
    let change = value & 0xFFFF;
    let mut payload = format!(r#"{{"dev":{device},"seq":{change},"alarm":"#).into_bytes();
    payload.append(&mut publish.payload);
    payload.push(b'}');
    (publish.topic, publish.payload, publish.retain) = (format!("alarm/{device}"), payload, false);
    Some(publish.to_bytes())
}

/// A folder that is removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> std::io::Result<Self> {
        let path = Path::new(".").canonicalize()?.join(format!("w4-vigil-{}", std::process::id()));
        std::fs::create_dir_all(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // One that cannot be removed is left for whoever tidies the bench's folder.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use vigil_config::{ProfileSource, ProfileText};

    use super::*;

    struct One(u16);

    impl ProfileSource for One {
        fn folder(&self, _: &str) -> Result<Vec<ProfileText>, String> {
            Ok(Vec::new())
        }

        fn files(&self) -> Vec<ProfileText> {
            vec![ProfileText { file: "bench.toml".to_owned(), text: Ok(profile(self.0)) }]
        }
    }

    #[test]
    fn the_configuration_is_accepted_at_both_rates() {
        for hertz in [1.0, 10.0] {
            let text = configuration(15_200, 64, hertz, "127.0.0.1:1883").unwrap();
            let plan = |metrics| {
                vigil_config::parse(&text, "vigil.toml", &One(metrics))
                    .unwrap_or_else(|problems| panic!("{problems:?}"))
            };
            let usual = plan(METRICS);
            assert_eq!((usual.links.len(), usual.ward.devices.len()), (64, 64));
            assert!(usual.warnings.is_empty(), "{:?}", usual.warnings);
            assert_eq!(plan(METRICS_MAX).ward.devices.len(), 64); // the history keeps less of so many numbers: a warning
        }
    }

    #[test]
    fn only_the_start_of_the_limits_alarm_is_bent() {
        let payload = |phase: &str, value: u32| {
            format!(
                r#"{{"seq":7,"phase":"{phase}","source":{{"device":"dev-5","refid":"{METRIC}","value":"{value}"}}}}"#
            )
        };
        let publish =
            |payload: String| MqttPublish { payload: payload.into_bytes(), retain: true, ..Default::default() };
        let start = bent(&publish(payload("start", LIMIT + 4)).to_bytes()).unwrap();
        let start = MqttPublish::from_bytes(&start).unwrap();
        assert_eq!((start.topic.as_str(), start.retain), ("alarm/5", false));
        let said: Value = serde_json::from_slice(&start.payload).unwrap();
        assert_eq!((&said["dev"], &said["seq"], &said["alarm"]["seq"]), (&5.into(), &3.into(), &7.into()));
        assert_eq!(bent(&publish(payload("end", LIMIT + 4)).to_bytes()), None);
        assert_eq!(bent(b"x"), None);
    }
}
