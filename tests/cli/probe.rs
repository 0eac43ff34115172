//! `vigil ports` and `vigil probe` against simulated devices.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use vigil_links::probe::{Question, Speaks, probe};
use vigil_model::Report;
use vigil_protocols::driver::Driver;
use vigil_simulators::serve::{Endpoint, Server};
use vigil_simulators::simulate::Simulation;
use vigil_simulators::{FaultPlan, Scenario};

use super::support::Bell;
use super::support::process::{Process, vigil};
use super::text;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_device_on_a_port_is_found_and_its_configuration_is_proposed() {
    let bell = Bell::default();
    let folder = tempfile::tempdir().unwrap();
    let port = text(&folder.path().join("port"));
    let device = Process::start(["simulate", "--driver", "esc-scale", "--pty", &port], &bell);
    device.out_line("esc-scale: ").await;
    let found = vigil(["probe", &port, "--driver", "esc-scale"]).expect(0);
    let found = found.out_has(&["esc-scale, 9600 8N1", "answers", "[[link]]", "driver = \"esc-scale\"", "baud = 9600"]);
    let found = found.out_has(&["What it says now:", "MDC_MASS_BODY_ACTUAL", " kg"]);
    assert!(!found.out.contains("cause:"), "{}", found.out);

    // Nobody who is asked for is there: what the line says instead is told.
    let nobody = vigil(["probe", &port, "--driver", "alaris-asena", "--for", "1s", "--json"]).expect(1).json();
    let last = nobody.last().unwrap();
    assert_eq!(last["found"], serde_json::Value::Null);
    assert!(last["cause"].is_string() && last["remedy"].is_string(), "{last:?}");
    device.terminate();
    assert_eq!(device.code().await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn modbus_units_behind_a_gateway_are_found_with_framing_unit_and_profile() {
    let bell = Bell::default();
    let arguments = [
        "simulate",
        "--driver",
        "modbus",
        "--profile",
        "thermo-refrigerator",
        "--unit",
        "25",
        "--framing",
        "ascii",
        "--tcp",
        "127.0.0.1:0",
    ];
    let device = Process::start(arguments, &bell);
    let address = device.out_line("modbus: ").await.replace("modbus: ", "");
    let found = vigil(["probe", &address, "--driver", "modbus", "--units", "24,25", "--json"]).expect(0).json();
    let last = found.last().unwrap();
    assert_eq!(last["found"], "modbus ascii", "{last:?}");
    assert!(last["values"].as_array().is_some_and(|values| values.len() > 5), "{last:?}");
    assert_eq!(last["units"], serde_json::json!([{ "unit": 25, "profiles": ["thermo-refrigerator"] }]));
    let configuration: toml::Table = last["configuration"].as_str().unwrap().parse().unwrap();
    assert_eq!(configuration["link"][0]["modbus"]["framing"].as_str(), Some("ascii"));
    assert_eq!(configuration["device"][0]["identity"]["model"].as_str(), Some("SIMULATED"));
    device.terminate();
}

#[test]
fn what_cannot_be_opened_is_told_with_cause_and_remedy() {
    vigil(["probe", "/dev/serial/by-path/nowhere"]).expect(3).err_has(&["no such port", "vigil ports"]);
    vigil(["probe", "127.0.0.1:1", "--driver", "modbus"]).expect(3).err_has(&["refuses the connection"]);
    vigil(["probe", "link-1"]).expect(2).err_has(&["host:port"]);
    vigil(["probe", "/dev/x", "--driver", "nobody"]).expect(2).err_has(&["nobody"]);
    vigil(["probe", "/dev/x", "--units", "9-1"]).expect(2).err_has(&["9-1"]);
}

#[test]
fn ports_are_listed_as_text_and_as_objects() {
    let listed = vigil(["ports", "--json"]);
    let ports = listed.json();
    let text = vigil(["ports"]);
    assert_eq!(text.out.lines().filter(|line| line.starts_with('/')).count(), ports.len());
    assert!(ports.iter().all(|port| port["port"].is_string() && port["holders"].is_array()));
}

/// Every driver, all at once: each finds its simulated device on a port, and shows a value of it before anything is configured.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_device_of_every_driver_is_found_and_speaks() {
    let (clock, folder) = (vigil::clock::system(), tempfile::tempdir().unwrap());
    let mut probing = Vec::new();
    for driver in Driver::ALL.iter().copied() {
        let link = folder.path().join(driver.name());
        let server = Server::bind(&Endpoint::Pty { link: link.clone() }).await.unwrap();
        let simulation = Simulation { scenario: Arc::new(Scenario::named("stable").unwrap()), seed: 1, bed: 1 };
        let (device, stop, clock) =
            (simulation.device(driver, clock().monotonic), CancellationToken::new(), clock.clone());
        let (served_by, stopped) = (clock.clone(), stop.clone());
        let serving = tokio::spawn(async move { server.run(device, &FaultPlan::default(), served_by, stopped).await });
        probing.push(tokio::spawn(async move {
            let limit = Duration::from_secs(60);
            let drivers = vec![driver.name().to_owned()];
            let question = Question { target: text(&link), drivers, units: Vec::new(), limit };
            let answer = probe(&question, &clock, |_| ()).await;
            stop.cancel();
            serving.await.unwrap().unwrap();
            let found = answer.found.unwrap_or_else(|| panic!("{}: {:?}", driver.name(), answer.evidence));
            let is_value = |report: &Report| matches!(report, Report::Observation(o) if o.reading.value().is_some());
            assert!(found.values.iter().any(is_value), "{}: {:?}", driver.name(), found.values);
            assert_eq!(found.candidate.speaks, Speaks::Driver(driver));
        }));
    }
    for task in probing {
        task.await.unwrap();
    }
}
