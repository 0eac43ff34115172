//! From a test as text to a checked plan and to what happens when.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use vigil_config::{EmbeddedProfiles, LinkText, Plan, Problem, RuleTest, TestEvent, TestInput, TestValue};
use vigil_model::{
    Absence, BedIndex, Code, Containment, DeviceIndex, LinkState, Observation, Quality, Quantity, Reading, Report,
    Value,
};

/// Most things that happen in a test.
const HAPPENINGS_MAX: usize = 2_000_000;

/// What happens, in order of time.
pub(super) struct Script {
    pub(super) bed: Arc<str>,
    pub(super) lasts: Duration,
    pub(super) happenings: Vec<(Duration, Happening)>,
    /// When which metric is looked at.
    pub(super) looks: Vec<(Duration, Code)>,
}

/// Something that happens.
pub(super) enum Happening {
    /// A device says something.
    Report(DeviceIndex, Report),
    /// The link of a device is lost or back.
    Link(DeviceIndex, bool),
    /// Somebody acknowledges the alarms with a text.
    Acknowledge(String),
    /// Somebody charts something.
    Chart(String, String),
}

/// The plan of the configuration that a test names, or of the ward that it makes.
pub(super) fn plan(test: &RuleTest, path: &Path) -> Result<Plan, Vec<Problem>> {
    if let Some(configuration) = &test.configuration {
        return vigil_config::load(&path.parent().unwrap_or(Path::new("")).join(configuration), &[]);
    }
    let text = ward(test).map_err(|why| {
        vec![Problem::of_file(path.display().to_string(), why, "see `vigil schema` for the keys of a bed and a preset")]
    })?;
    let name = format!("{} (the ward made of it)", path.display());
    vigil_config::parse(&text, &name, &EmbeddedProfiles)
}

/// A configuration of one bed with what the test says.
fn ward(test: &RuleTest) -> Result<String, String> {
    let named = [("id", "bed"), ("unit", "test"), ("room", "1"), ("bed", "1")];
    let mut bed = test.setup.clone().unwrap_or_default();
    for (key, value) in named {
        if bed.insert(key.to_owned(), value.into()).is_some() {
            return Err(format!("setup.{key} is given by the test itself"));
        }
    }
    let mut text = String::from(
        "[appliance]\nid = \"test\"\neui64 = \"0011223344556677\"\nsite = \"test\"\nfacility = \"test\"\ntest = true\n",
    );
    let mut section = |name: &str, table: toml::Table| -> Result<(), String> {
        let mut root = toml::Table::new();
        root.insert(name.to_owned(), toml::Value::Array(vec![toml::Value::Table(table)]));
        text.push('\n');
        text.push_str(&toml::to_string(&root).map_err(|error| error.to_string())?);
        Ok(())
    };
    for preset in &test.preset {
        section("preset", preset.clone())?;
    }
    section("bed", bed)?;
    let monitor = [("monitor".to_owned(), "ge-s5-dri".to_owned())];
    let given: Vec<(String, String)> =
        test.device.iter().map(|device| (device.id.clone(), device.driver.clone())).collect();
    for (id, driver) in if given.is_empty() { monitor.to_vec() } else { given } {
        let mut serial = toml::Table::new();
        serial.insert("port".to_owned(), format!("/dev/serial/by-path/{id}").into());
        let mut link = toml::Table::new();
        link.insert("id".to_owned(), id.clone().into());
        link.insert("serial".to_owned(), serial.into());
        section("link", link)?;
        let mut device = toml::Table::new();
        for (key, value) in [("id", id.as_str()), ("link", &id), ("bed", "bed"), ("driver", &driver)] {
            device.insert(key.to_owned(), value.into());
        }
        section("device", device)?;
    }
    Ok(text)
}

/// What happens when, with names looked up in the plan.
pub(super) fn script(test: &RuleTest, plan: &Plan, file: &str) -> Result<Script, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut refuse = |key: String, message: String, help: &str| {
        problems.push(Problem { key, ..Problem::of_file(file, message, help) });
    };
    let ward = &plan.ward;
    let bed = match &test.bed {
        None => ward.beds.first().map(|bed| (BedIndex(0), bed)),
        Some(id) => ward.bed_named(id),
    };
    let Some((index, bed)) = bed else {
        refuse("bed".to_owned(), "the configuration has no such bed".to_owned(), "name one that it has");
        return Err(problems);
    };
    let devices: Vec<DeviceIndex> = ward
        .devices_of(index)
        .map(|(device, _)| device)
        .filter(|d| ward.calculators.iter().all(|c| c.device != *d))
        .collect();
    let device_named = |id: &Option<String>| match id {
        None => devices.first().copied(),
        Some(id) => ward.device_named(id).map(|(device, _)| device).filter(|device| devices.contains(device)),
    };
    let mut happenings: Vec<(Duration, Happening)> =
        devices.iter().map(|device| (Duration::ZERO, Happening::Link(*device, true))).collect();
    let lasts = test.lasts.get();
    // At the same time an event comes first: a link that is up again brings the value of that moment.
    for (number, event) in test.event.iter().enumerate() {
        match happening(event, device_named(&event.device)) {
            Some(happening) => happenings.push((event.at.get(), happening)),
            None => refuse(format!("event[{}].device", number + 1), "the bed has no such device".to_owned(), ""),
        }
    }
    for (number, input) in test.input.iter().enumerate() {
        let key = format!("input[{}]", number + 1);
        let Some(device) = device_named(&input.device) else {
            refuse(format!("{key}.device"), "the bed has no such device".to_owned(), "name a device of the bed");
            continue;
        };
        let profile = ward.device(device).map(|device| Arc::clone(&device.profile));
        let code = Code::named(&input.metric);
        let row = input.row.as_ref().and_then(|row| row.parse::<Containment>().ok());
        let metric = profile.as_ref().and_then(|profile| {
            let fits = |metric: &&vigil_model::MetricDescriptor| {
                let same =
                    |code: Code| metric.code == code || (code.is_verified() && metric.code.value() == code.value());
                code.is_some_and(same) && input.row.is_none() | (Some(metric.containment) == row)
            };
            profile.metrics.iter().find(fits)
        });
        match metric {
            Some(metric) => say(input, device, metric, lasts, &mut happenings),
            None => refuse(
                format!("{key}.metric"),
                format!("the device has no metric {} there", input.metric),
                "`vigil profiles show` lists what a device has",
            ),
        }
    }
    let mut looks = Vec::new();
    for (number, metric) in test.metric.iter().enumerate() {
        match Code::named(&metric.metric) {
            Some(code) => looks.push((metric.at.get(), code)),
            None => refuse(
                format!("metric[{}].metric", number + 1),
                format!("{} is not in the nomenclature", metric.metric),
                "`vigil codes` lists it",
            ),
        }
    }
    if happenings.len() > HAPPENINGS_MAX {
        refuse("lasts".to_owned(), format!("more than {HAPPENINGS_MAX} values"), "shorten it, or say them less often");
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    happenings.sort_by_key(|(at, _)| *at);
    Ok(Script { bed: Arc::clone(&bed.id), lasts, happenings, looks })
}

/// What a device says of a metric, again and again.
fn say(
    input: &TestInput,
    device: DeviceIndex,
    metric: &vigil_model::MetricDescriptor,
    lasts: Duration,
    happenings: &mut Vec<(Duration, Happening)>,
) {
    let every = input.every.map_or(Duration::from_secs(1), |every| every.get()).max(Duration::from_millis(1));
    for (position, (from, value)) in input.values.iter().enumerate() {
        let until = input.values.get(position + 1).map_or(lasts + Duration::from_nanos(1), |(next, _)| next.get());
        let reading = match value {
            TestValue::Number(number) => Reading::Value(Value::Numeric(number.0), Quality::Valid),
            TestValue::Word(word) => match word.as_str() {
                "silent" => continue,
                "invalid" => Reading::Absent(Absence::Invalid),
                "nothing" => Reading::Absent(Absence::NotAvailable),
                doubtful => {
                    let number = doubtful.rsplit(' ').next().and_then(|number| number.parse::<Quantity>().ok());
                    let Some(number) = number else { continue };
                    Reading::Value(Value::Numeric(number), Quality::Questionable)
                }
            },
        };
        let mut at = from.get();
        while at < until && happenings.len() <= HAPPENINGS_MAX {
            let observation = Observation::new(metric.code, metric.containment, metric.unit, reading.clone());
            happenings.push((at, Happening::Report(device, Report::Observation(observation))));
            at += every;
        }
    }
}

fn happening(event: &TestEvent, device: Option<DeviceIndex>) -> Option<Happening> {
    if let Some(text) = &event.acknowledge {
        return Some(Happening::Acknowledge(text.clone()));
    }
    if let Some(entry) = &event.chart {
        return Some(Happening::Chart(entry.input.clone(), entry.value.clone()));
    }
    match (event.link, event.mode) {
        (Some(link), _) => Some(Happening::Link(device?, link == LinkText::Up)),
        (None, mode) => Some(Happening::Report(device?, Report::Mode(mode?))),
    }
}

/// What a link says of itself.
pub(super) fn link_state(up: bool) -> LinkState {
    if up { LinkState::Up } else { LinkState::Lost { reason: "lost in the test".into() } }
}
