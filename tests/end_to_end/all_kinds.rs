//! A ward of 24 devices of all kinds on real ports, with faults on every line: for ten minutes, or as long as
//! `VIGIL_WARD_SECONDS` says. What is live stays fresh, what is dead is named, what goes wrong is counted.
//!
//! `VIGIL_WARD_SECONDS=60 cargo test --test end_to_end -- --ignored --nocapture all_kinds`

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use vigil::appliance::Question;
use vigil_engine::Snapshot;
use vigil_model::{FaultKind, Freshness, LinkState};
use vigil_protocols::driver::Driver;
use vigil_simulators::serve::Server;
use vigil_simulators::{FaultPlan, Scenario};

use super::support;

/// How long, unless the environment says it.
const SECONDS: u64 = 600;
/// How long devices may take to answer for the first time.
const BEGINNING_S: u64 = 20;
/// Of the looks at a device, so many in a hundred must find it up and nothing of it stale.
const FRESH_PERCENT_MIN: u64 = 90;
/// Drivers of which there are two.
const TWICE: [Driver; 6] = [
    Driver::GeS5Dri,
    Driver::PhilipsIntellivue,
    Driver::AlarisAsena,
    Driver::MasimoAscii,
    Driver::DraegerMedibus,
    Driver::Ivy450c,
];
/// Nobody is at its port.
const DEAD: &str = "masimo-ascii-2";
/// Its cable is out for a while.
const PULLED: &str = "alaris-asena-2";

/// A little of everything that happens on bad lines.
const FAULTS: &str = r#"
seed = 11
[[fault]]
kind = "flip"
rate = 0.0002
[[fault]]
kind = "drop"
rate = 0.0001
[[fault]]
kind = "duplicate"
rate = 0.002
[[fault]]
kind = "split"
rate = 0.05
[[fault]]
kind = "late"
rate = 0.002
delay_ms = 700
"#;

const UNPLUGGED: &str = "[[fault]]\nkind = \"unplug\"\nfrom_s = 30\nuntil_s = 40\nevery_s = 120\n";

/// The configuration: 24 devices at six beds.
fn configuration(folder: &Path) -> String {
    let mut text = format!(
        "[appliance]\nid = \"all\"\neui64 = \"020000FFFE000000\"\nsite = \"s\"\nfacility = \"F\"\ndata_dir = {:?}\n",
        folder.join("data")
    );
    for bed in 0..6 {
        let _ = write!(text, "[[bed]]\nid = \"{bed}\"\nunit = \"I\"\nroom = \"{bed}\"\nbed = \"1\"\n");
    }
    let port = |name: &str| folder.join(name).display().to_string();
    let all = Driver::ALL.iter().map(|driver| (*driver, 1)).chain(TWICE.map(|driver| (driver, 2)));
    for (number, (driver, copy)) in all.enumerate() {
        let (name, bed) = (format!("{}-{copy}", driver.name()), number % 6);
        let reached = match (driver, copy) {
            (Driver::PhilipsIntellivue, 2) => format!("udp = \"{}\"", support::free_address()),
            _ => format!("serial = {{ port = {:?} }}", port(&name)),
        };
        let _ = write!(
            text,
            "[[link]]\nid = \"{name}\"\n{reached}\n\
             [[device]]\nid = \"{name}\"\nbed = \"{bed}\"\nlink = \"{name}\"\ndriver = \"{}\"\n",
            driver.name()
        );
    }
    let _ = write!(text, "[[link]]\nid = \"bus\"\nserial = {{ port = {:?} }}\n", port("bus"));
    let _ = write!(
        text,
        "[[link]]\nid = \"cold\"\nserial = {{ port = {:?} }}\nmodbus = {{ framing = \"ascii\" }}\n",
        port("cold")
    );
    let units = [("bus", "bed-contacts", 1), ("bus", "tsi-pressura", 2), ("bus", "bender-isometer", 3)];
    let more = [("bus", "remote-io", 4), ("cold", "thermo-refrigerator", 25)];
    for (link, profile, unit) in units.into_iter().chain(more) {
        let _ = write!(
            text,
            "[[device]]\nid = \"{profile}\"\nbed = \"{}\"\nlink = \"{link}\"\ndriver = \"modbus\"\n\
             profile = \"{profile}\"\nunit = {unit}\n",
            unit % 6
        );
    }
    text
}

/// How often a device was looked at, and how often it was as it should be.
#[derive(Default)]
struct Seen {
    looks: u64,
    fresh: u64,
    was_lost: bool,
    last_reason: String,
    stale: BTreeMap<String, u64>,
}

fn look(snapshot: &Snapshot, seen: &mut BTreeMap<String, Seen>) {
    for device in snapshot.beds.iter().flat_map(|bed| &bed.devices) {
        let seen = seen.entry(device.id.to_string()).or_default();
        seen.looks += 1;
        if let LinkState::Lost { reason } = &device.link {
            seen.was_lost = true;
            seen.last_reason = reason.to_string();
        }
        let is_stale = |metric: &&vigil_engine::MetricSnapshot| matches!(metric.freshness, Freshness::Stale { .. });
        let mut stale = device.metrics.iter().filter(is_stale).peekable();
        seen.fresh += u64::from(device.link == LinkState::Up && stale.peek().is_none());
        for metric in stale {
            *seen.stale.entry(metric.label.to_string()).or_default() += 1;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes ten minutes: see the head of this file"]
async fn a_ward_of_all_kinds_stays_fresh_while_its_lines_are_bad() {
    let seconds = std::env::var("VIGIL_WARD_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(SECONDS);
    let (folder, clock) = (tempfile::tempdir().unwrap(), vigil::clock::system());
    let file = folder.path().join("vigil.toml");
    std::fs::write(&file, configuration(folder.path())).unwrap();
    let plan = vigil_config::load(&file, &[]).unwrap();
    assert_eq!(plan.ward.devices.len(), 24);

    let scenario = Arc::new(Scenario::named("stable").unwrap());
    let (stop, mut serving) = (CancellationToken::new(), Vec::new());
    for (number, (id, endpoint, device)) in
        vigil::simulate::other_side(&plan, &scenario, 4, clock().monotonic).into_iter().enumerate()
    {
        if &*id == DEAD {
            continue;
        }
        let text = if &*id == PULLED { format!("{FAULTS}{UNPLUGGED}") } else { FAULTS.to_owned() };
        let faults = FaultPlan::parse(&text, "faults").unwrap().reseeded(number as u64);
        let server = Server::bind(&endpoint).await.unwrap();
        let (clock, stop) = (clock.clone(), stop.clone());
        serving.push(tokio::spawn(async move { server.run(device, &faults, clock, stop).await }));
    }
    let running = vigil::assemble::start(plan, clock).unwrap();
    let mut seen = BTreeMap::new();
    let mut look_again = tokio::time::interval(Duration::from_secs(1));
    for second in 0..seconds {
        look_again.tick().await;
        let (answer, answered) = oneshot::channel();
        running.questions.send(Question::Snapshot(answer)).await.unwrap();
        let snapshot = answered.await.unwrap();
        if second >= BEGINNING_S {
            look(&snapshot, &mut seen);
        }
    }
    let links: Vec<_> = running.links.iter().map(|(id, stats)| (id.clone(), stats.read())).collect();
    running.stop().await;
    stop.cancel();
    for task in serving {
        task.await.unwrap().unwrap();
    }

    for (id, counters) in &links {
        let faults = FaultKind::ALL.iter().map(|kind| (kind.as_str(), counters.faults_of(*kind)));
        let faults: Vec<_> = faults.filter(|(_, count)| *count > 0).collect();
        println!("{id:<22} opened {} lost {} reports {} {faults:?}", counters.opened, counters.lost, counters.reports);
    }
    let mut wrong = Vec::new();
    for (id, seen) in &seen {
        let percent = seen.fresh * 100 / seen.looks.max(1);
        println!("{id:<22} fresh {percent} % of {} looks {:?} {}", seen.looks, seen.stale, seen.last_reason);
        let is_right = match id.as_str() {
            DEAD => seen.fresh == 0 && seen.last_reason.contains("no such port"),
            PULLED => seen.was_lost && !seen.last_reason.is_empty() && percent >= 50,
            _ => percent >= FRESH_PERCENT_MIN,
        };
        if !is_right {
            wrong.push(format!("{id}: {percent} % {:?} {}", seen.stale, seen.last_reason));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    // Where much was carried, something went wrong, and was counted.
    let uncounted = links.iter().filter(|(id, counters)| {
        counters.bytes_received > 60_000 && counters.faults.iter().sum::<u64>() == 0 && !id.starts_with("masimo")
    });
    assert_eq!(uncounted.count(), 0);
}
