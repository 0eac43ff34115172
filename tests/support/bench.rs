//! A simulated ward on real ports, each device of which can be unplugged and plugged in again, and the configuration with
//! which an appliance serves it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use vigil::clock;
use vigil_model::Instant;
use vigil_simulators::serve::{Endpoint, ServeError, Server};
use vigil_simulators::{FaultPlan, Scenario, SimDevice, SimulatedWard, WardSettings};

use super::soon;

/// What makes a device anew, as if it had been unplugged and plugged in.
type Make = Box<dyn Fn() -> Box<dyn SimDevice> + Send + Sync>;

/// One device on its port.
struct Plugged {
    endpoint: Endpoint,
    make: Make,
    serving: Option<(CancellationToken, JoinHandle<Result<(), ServeError>>)>,
}

/// Folder, ward and devices.
pub struct Bench {
    pub folder: tempfile::TempDir,
    pub ward: SimulatedWard,
    devices: BTreeMap<String, Plugged>,
    start: Instant,
}

impl Bench {
    /// Lays out a ward and serves its devices, whose scenario begins now.
    pub async fn start(beds: u32, scenario: &str, ehr: String, broker: String) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("ports")).unwrap();
        let ward = ward(folder.path(), beds, scenario, Some(ehr), Some(broker));
        let start = clock::system()().monotonic;
        let mut bench = Self { folder, ward, devices: BTreeMap::new(), start };
        for link in bench.ward.links().to_vec() {
            let (ward, start) = (bench.ward.clone(), bench.start);
            let (endpoint, id) = (link.endpoint.clone(), link.id.clone());
            bench.add(&id, endpoint, Box::new(move || ward.device(&link, start))).await;
        }
        bench
    }

    /// When scenarios began.
    pub fn began(&self) -> Instant {
        self.start
    }

    /// One more device; gives the address if it is on the network.
    pub async fn add(&mut self, id: &str, endpoint: Endpoint, make: Make) -> Option<String> {
        let server = Server::bind(&endpoint).await.unwrap();
        let address = server.local_addr().map(|address| address.to_string());
        // A free port stays the same when the device is plugged in again.
        let endpoint = address.clone().map_or(endpoint, |address| Endpoint::Tcp { address });
        let serving = Some(serve(server, make()));
        self.devices.insert(id.to_owned(), Plugged { endpoint, make, serving });
        address
    }

    /// Pulls the cable.
    pub async fn unplug(&mut self, id: &str) {
        let (stop, task) = self.devices.get_mut(id).unwrap().serving.take().unwrap();
        stop.cancel();
        soon("the device is unplugged", task).await.unwrap().unwrap();
    }

    /// Puts the cable back.
    pub async fn replug(&mut self, id: &str) {
        let device = self.devices.get_mut(id).unwrap();
        device.serving = Some(serve(Server::bind(&device.endpoint).await.unwrap(), (device.make)()));
    }

    /// Writes the ward's configuration, as `change` would have it, and gives its path.
    pub fn configure(&self, change: impl FnOnce(&mut toml::Table)) -> PathBuf {
        let path = self.folder.path().join("vigil.toml");
        let mut table: toml::Table = self.ward.configuration().parse().unwrap();
        change(&mut table);
        std::fs::write(&path, toml::to_string(&table).unwrap()).unwrap();
        path
    }

    pub fn journal(&self) -> PathBuf {
        vigil::assemble::journal_path(self.folder.path())
    }
}

fn serve(server: Server, device: Box<dyn SimDevice>) -> (CancellationToken, JoinHandle<Result<(), ServeError>>) {
    let stop = CancellationToken::new();
    let stopped = stop.clone();
    let task = tokio::spawn(async move { server.run(device, &FaultPlan::default(), clock::system(), stopped).await });
    (stop, task)
}

/// A ward whose ports and data are in a folder.
pub fn ward(folder: &Path, beds: u32, scenario: &str, ehr: Option<String>, broker: Option<String>) -> SimulatedWard {
    SimulatedWard::new(WardSettings {
        beds,
        seed: 7,
        scenario: Arc::new(Scenario::parse(scenario, "scenario of the test").unwrap()),
        ports: folder.join("ports"),
        data_dir: folder.to_owned(),
        ehr,
        broker,
    })
    .unwrap()
}

/// The tables of a list of the configuration, `[[device]]`.
pub fn list<'a>(table: &'a mut toml::Table, name: &str) -> &'a mut Vec<toml::Value> {
    table.entry(name).or_insert_with(|| toml::Value::Array(Vec::new())).as_array_mut().unwrap()
}

/// Sets a key of every table of a list that is `wanted`.
pub fn set(
    table: &mut toml::Table,
    name: &str,
    wanted: impl Fn(&toml::Table) -> bool,
    key: &str,
    value: impl Into<toml::Value>,
) {
    let value = value.into();
    for entry in list(table, name) {
        let entry = entry.as_table_mut().unwrap();
        if wanted(entry) {
            entry.insert(key.to_owned(), value.clone());
        }
    }
}

/// Adds tables written as TOML: `[[device]] …`.
pub fn add(table: &mut toml::Table, text: &str) {
    let more: toml::Table = text.parse().unwrap();
    for (name, entries) in more {
        list(table, &name).extend(entries.as_array().unwrap().clone());
    }
}

/// Makes everything that can be quicker than in a demonstration quicker, so that a test need not wait for it.
pub fn quicken(table: &mut toml::Table) {
    let all = |_: &toml::Table| true;
    set(table, "bed", all, "report_interval", "1s");
    set(table, "destination", all, "reconnect_min", "50ms");
    set(table, "destination", all, "reconnect_max", "400ms");
    let driver = |name: &'static str| move |entry: &toml::Table| entry["driver"].as_str() == Some(name);
    for entry in list(table, "device").iter_mut().filter_map(toml::Value::as_table_mut) {
        let interval = match entry["driver"].as_str() {
            Some("alaris-asena") => "200ms",
            Some("esc-scale") => "1s",
            _ => continue,
        };
        entry["settings"].as_table_mut().unwrap().insert("interval".to_owned(), interval.into());
    }
    set(table, "device", driver("modbus"), "poll_interval", "200ms");
}

/// A device that the program has never heard of, as the file with which an operator adds it.
pub const THERMOMETER: &str = r#"
name = "thermometer"
title = "Thermometer of the tests"
mds = "MDC_DEV_METER_PHYSIO_MULTI_PARAM_MDS"

[[vmd]]
containment = "1.1.0.0"
code = "MDC_DEV_METER_TEMP_VMD"

[[channel]]
containment = "1.1.1.0"
code = "MDC_DEV_METER_TEMP_CHAN"

[[block]]
name = "values"
table = "input-registers"
address = 100
count = 2
period = "500ms"
alarm = true

[[register]]
block = "values"
address = 100
type = "i16"
scale = "0.1"
containment = "1.1.1.1"
code = "MDC_TEMP_BODY"
unit = "MDC_DIM_DEGC"
plausible = ["20.0", "45.0"]
label = "Temperature"

[[bit]]
block = "values"
address = 101
bit = 0
containment = "1.1.1.0"
condition = { event = "MDC_EVT_BATT_LO", kind = "technical", priority = "low", text = "Thermometer battery low" }

[[example]]
block = "values"
source = "computed"
registers = [371, 1]
present = ["Thermometer battery low"]
observations = [{ code = "MDC_TEMP_BODY", containment = "1.1.1.1", value = "37.1" }]
"#;
