//! A device that nobody has heard of before is one file: it is checked, simulated and run without a rebuild.

use std::path::Path;
use std::sync::{Arc, Mutex};

use super::support::bench::{THERMOMETER, add};
use super::support::broker::Broker;
use super::support::ehr::EhrServer;
use super::support::nurse::{Log, NurseStation};
use super::support::process::{Process, vigil};
use super::support::{Bell, locked};
use super::{repository, text};

/// The least that serves a thermometer.
fn configuration(thermometer: &str, ehr: &str, broker: &str, profiles_dir: Option<&str>) -> String {
    let mut table: toml::Table =
        std::fs::read_to_string(repository("config/examples/minimal.toml")).unwrap().parse().unwrap();
    let appliance = table["appliance"].as_table_mut().unwrap();
    appliance.insert("data_dir".to_owned(), "data".into());
    appliance.extend(profiles_dir.map(|folder| ("profiles_dir".to_owned(), folder.into())));
    let bed = table["bed"][0].as_table_mut().unwrap();
    bed.remove("preset");
    bed.insert("report_interval".to_owned(), "1s".into());
    bed.insert("patient".to_owned(), toml::Table::from_iter([("id".to_owned(), "P-1".into())]).into());
    for section in ["link", "device", "destination"] {
        table.remove(section);
    }
    let more = format!(
        "[[link]]\nid = \"gateway\"\ntcp = \"{thermometer}\"\n\
         [[device]]\nid = \"thermometer-1\"\nbed = \"bed-1\"\nlink = \"gateway\"\ndriver = \"modbus\"\n\
         profile = \"thermometer\"\nunit = 3\n\
         [[destination]]\nkind = \"hl7\"\nid = \"ehr\"\naddress = \"{ehr}\"\n\
         [[destination]]\nkind = \"mqtt\"\nid = \"nurses\"\naddress = \"{broker}\"\n"
    );
    add(&mut table, &more);
    toml::to_string(&table).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_register_map_device_needs_no_rebuild() {
    let bell = Bell::default();
    let folder = tempfile::tempdir().unwrap();
    let profile = folder.path().join("profiles/thermometer.toml");
    std::fs::create_dir(folder.path().join("profiles")).unwrap();
    std::fs::write(&profile, THERMOMETER).unwrap();
    let profile = text(&profile);
    vigil(["profiles", "check", &profile]).expect(0);
    vigil(["profiles", "show", &profile]).expect(0).out_has(&["MDC_TEMP_BODY", "Thermometer battery low"]);

    // It is simulated from the file alone.
    let arguments = ["simulate", "--driver", "modbus", "--profile", &profile, "--unit", "3", "--tcp", "127.0.0.1:0"];
    let device = Process::start(arguments, &bell);
    let address = device.out_line("modbus: ").await.replace("modbus: ", "");

    let broker = Broker::start().await;
    let place = "4B^401^1";
    let ehr = EhrServer::start([(place.to_owned(), "P-1".to_owned())].into(), &bell).await;
    let nurse = NurseStation::connect(broker.address, None, Arc::new(Mutex::new(Log::default())), &bell).await;
    let write = |name: &str, profiles_dir: Option<&str>| {
        let path = folder.path().join(name);
        let receivers = (ehr.address.to_string(), broker.address.to_string());
        std::fs::write(&path, configuration(&address, &receivers.0, &receivers.1, profiles_dir)).unwrap();
        text(&path)
    };
    let by_option = write("by-option.toml", None);
    let by_folder = write("by-folder.toml", Some("profiles"));

    // Without the profile there is no such device; with it, named in either way, there is.
    vigil(["check", &by_option]).expect(1).out_has(&["device[thermometer-1].profile", "thermometer", "bed-contacts"]);
    let plans = [vec!["check", &by_option, "--profile", &profile], vec!["check", &by_folder]];
    for plan in plans {
        vigil(plan).expect(0).out_has(&["thermometer-1", "MDC_TEMP_BODY"]);
    }

    // It is run: values arrive at the EHR, for the right patient, as often as the program is started.
    let chart = ehr.chart.clone();
    for arguments in [vec!["run", &by_option, "--profile", &profile], vec!["run", &by_folder]] {
        let before = locked(&chart).blocks.len();
        let appliance = Process::start(arguments, &bell);
        let arrived = || {
            let chart = locked(&chart);
            let values = chart.blocks[before..].iter().flat_map(|block| block.values());
            values.filter(|(refid, value)| refid == "MDC_TEMP_BODY" && value.parse::<f64>().is_ok()).count() >= 2
        };
        bell.until("temperatures at the EHR", arrived).await;
        appliance.terminate();
        assert_eq!(appliance.code().await, 0);
    }
    locked(&chart).assert_sound();
    assert!(locked(&chart).has_value(place, "P-1", "MDC_TEMP_BODY", 0));
    assert!(Path::new(&folder.path().join("data/journal.sqlite")).exists());
    drop(nurse);
}
