//! The code and unit sheet: every code that a destination can get, with its unit as measured and as sent.

use std::collections::BTreeSet;

use vigil_config::Plan;
use vigil_messages::{Destination, Dialect};
use vigil_model::{Category, Code, Unit, mdc};

/// One row, in the order of [`HEADER`].
pub(super) type Row = [String; 12];

const HEADER: [&str; 12] = [
    "kind",
    "refid",
    "code",
    "alternate_code",
    "alternate_text",
    "alternate_system",
    "unit_measured",
    "unit_sent",
    "unit_sent_code",
    "category",
    "device_kind",
    "obx_4",
];

pub(super) fn rows(plan: &Plan, destination: &Destination) -> Vec<Row> {
    let dialect = match destination {
        Destination::Hl7(hl7) => hl7.dialect.clone(),
        Destination::Mqtt(_) => Dialect::default(),
    };
    let sees = destination.sees();
    let mut rows: BTreeSet<Row> = BTreeSet::new();
    for device in &plan.ward.devices {
        if !plan.ward.bed(device.bed).is_some_and(|bed| sees.bed(&bed.id)) {
            continue;
        }
        let profile = &device.profile;
        rows.insert(row("device", profile.mds, &dialect, None, "", &profile.name, "1.0.0.0"));
        for node in &profile.nodes {
            rows.insert(row("device", node.code, &dialect, None, "", &profile.name, &node.containment.to_string()));
        }
        for metric in profile.metrics.iter().filter(|metric| sees.metric(metric.code)) {
            let category = match metric.category {
                Category::Measurement => "measurement",
                Category::Calculation => "calculation",
                Category::Setting => "setting",
            };
            let place = metric.containment.to_string();
            rows.insert(row("metric", metric.code, &dialect, metric.unit, category, &profile.name, &place));
        }
        for alarm in &profile.alarms {
            rows.insert(row("event", alarm.event, &dialect, None, &alarm.text, &profile.name, ""));
        }
    }
    let beds = plan.ward.beds.iter().filter(|bed| sees.bed(&bed.id));
    for rule in beds.flat_map(|bed| &bed.rules).filter(|rule| sees.metric(rule.metric)) {
        rows.insert(row("event", rule.event, &dialect, None, &rule.text, "", ""));
    }
    rows.insert(row("event", mdc::EVT_COMM_LOST, &dialect, None, "No contact", "", ""));
    rows.into_iter().collect()
}

fn row(
    kind: &str,
    code: Code,
    dialect: &Dialect,
    unit: Option<Unit>,
    category: &str,
    device: &str,
    place: &str,
) -> Row {
    let (alternate, text, system) = dialect.alternate(code).unwrap_or_default();
    let sent = dialect.converted(code, unit).unit;
    let number = if code.is_verified() { code.value().to_string() } else { "0".to_owned() };
    [
        kind.to_owned(),
        code.refid().to_owned(),
        number,
        alternate.to_owned(),
        text.to_owned(),
        system.to_owned(),
        unit.map_or(String::new(), |unit| unit.refid().to_owned()),
        sent.map_or(String::new(), |unit| unit.refid().to_owned()),
        sent.map_or(String::new(), |unit| format!("{} {}", unit.value(), unit.ucum())),
        category.to_owned(),
        device.to_owned(),
        place.to_owned(),
    ]
}

/// As RFC 4180 has it.
pub(super) fn csv(rows: &[Row]) -> String {
    let line = |cells: &[String]| {
        let quoted = cells.iter().map(|cell| {
            if cell.contains([',', '"', '\n', '\r']) {
                format!("\"{}\"", cell.replace('"', "\"\""))
            } else {
                cell.clone()
            }
        });
        quoted.collect::<Vec<_>>().join(",") + "\r\n"
    };
    let header = HEADER.map(str::to_owned);
    std::iter::once(line(&header)).chain(rows.iter().map(|row| line(row))).collect()
}
