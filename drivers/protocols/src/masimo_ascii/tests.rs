//! The Masimo driver as a whole: lines, bits, refusals, damage.

use proptest::prelude::*;
use vigil_model::{FaultKind, Now, Observation, Quality, Reading, Report, Timestamp};

use super::codec::Line;
use super::*;

fn decode(bytes: &[u8]) -> Vec<Report> {
    read(&mut *decoder(), bytes)
}

/// As in a conversation, where each frame is of the device that was there before.
fn hear(bytes: &[u8]) -> Vec<Report> {
    read(&mut crate::listen::ListenDecoder::new(super::session::Oximeter::default()), bytes)
}

fn read(decoder: &mut dyn Decoder, bytes: &[u8]) -> Vec<Report> {
    decoder.push(bytes);
    decoder.finish();
    std::iter::from_fn(|| decoder.poll_report()).collect()
}

fn line(changes: &[(&str, &str)]) -> Vec<u8> {
    let fields = [
        ("SN", "0000012345"),
        ("SPO2", "097%"),
        ("BPM", "071"),
        ("PI", "03.60%"),
        ("SPCO", "02.0%"),
        ("SPMET", "--.-%"),
        ("DESAT", "--"),
        ("PIDELTA", "+--"),
        ("ALARM", "0000"),
        ("EXC", "000800"),
    ];
    let changed = |key: &str| changes.iter().find(|(name, _)| *name == key).map(|(_, value)| *value);
    let fields = fields.iter().map(|(key, value)| (key.to_string(), changed(key).unwrap_or(value).to_owned()));
    Line { time: Timestamp::from_seconds(1_772_352_900), fields: fields.collect() }.encode()
}

fn observation<'a>(reports: &'a [Report], key: &str) -> Option<&'a Observation> {
    let row = table::ROWS.iter().find(|row| row.key == key).unwrap();
    reports.iter().find_map(|report| match report {
        Report::Observation(observation) if observation.containment == row.containment => Some(observation),
        _ => None,
    })
}

/// Value as text, or the word for its validity.
fn value(reports: &[Report], key: &str) -> String {
    let Some(observation) = observation(reports, key) else { return "-".to_owned() };
    match &observation.reading {
        Reading::Value(value, Quality::Valid) => value.to_string(),
        Reading::Value(value, quality) => format!("{value} {quality:?}"),
        Reading::Absent(_) => observation.reading.validity().as_str().to_owned(),
    }
}

fn alarms(reports: &[Report]) -> Vec<&str> {
    reports.iter().filter_map(|r| if let Report::Alarm(alarm) = r { Some(&*alarm.text) } else { None }).collect()
}

fn faults(reports: &[Report]) -> Vec<FaultKind> {
    reports.iter().filter_map(|r| if let Report::Fault(fault) = r { Some(fault.kind) } else { None }).collect()
}

#[test]
fn a_line_becomes_observations() {
    let reports = decode(&line(&[]));
    let found = ["SPO2", "BPM", "PI", "SPCO", "SPMET", "PVI"].map(|key| value(&reports, key));
    assert_eq!(found, ["97", "71", "3.60", "2.0", "not-available", "-"]);
    assert_eq!((faults(&reports), alarms(&reports)), (vec![], vec![]));
    assert!(matches!(&reports[0], Report::Identity(i) if &*i.serial == "0000012345"));
    assert!(reports.contains(&Report::AlarmsListed));
    let time = observation(&reports, "SPO2").unwrap().device_time.unwrap();
    assert_eq!(time, Timestamp::from_seconds(1_772_352_900));
}

#[test]
fn digits_are_worth_what_the_exception_bits_say() {
    let with = |exc: &str| {
        let reports = decode(&line(&[("EXC", exc)]));
        ["SPO2", "BPM", "SPCO"].map(|key| value(&reports, key)).join(", ")
    };
    for unusable in ["000801", "000802", "000808", "000820", "000824", "001800"] {
        assert_eq!(with(unusable), "invalid, invalid, invalid", "{unusable}");
    }
    assert_eq!(with("000804"), "97 Questionable, 71 Questionable, 2.0 Questionable");
    assert_eq!(with("000C00"), "97 Questionable, 71 Questionable, 2.0 Questionable");
    assert_eq!(with("000000"), "97 Questionable, 71 Questionable, 2.0 Questionable");
    assert_eq!(with("020800"), "97 Calibrating, 71 Calibrating, 2.0 Calibrating");
    assert_eq!(with("200800"), "97, 71, 2.0 Questionable");
    assert_eq!(with("400800"), "97, 71, 2.0");
}

#[test]
fn bits_become_alarms() {
    let with = |alarm: &str, exc: &str| {
        let reports = decode(&line(&[("ALARM", alarm), ("EXC", exc)]));
        alarms(&reports).join(", ")
    };
    assert_eq!(with("0012", "000800"), "SpO2 low");
    assert_eq!(with("0010", "000800"), "Alarm that the oximeter does not name");
    assert_eq!(with("0030", "000820"), "Alarms silenced, Sensor off");
    assert_eq!(with("1048", "000804"), "Pulse rate low, Low battery, Desaturation index, Low perfusion");
    for bit in table::ALARM_BITS {
        assert_eq!(with(&format!("{:04X}", bit.mask), "000800"), bit.text);
    }
    for bit in table::EXCEPTION_BITS {
        assert_eq!(with("0000", &format!("{:06X}", bit.mask | table::SET_PROCESSING)), bit.text);
    }
}

#[test]
fn a_line_with_one_field_that_makes_no_sense_is_refused_whole() {
    let cases = [
        ("SPO2", "97%"),
        ("SPO2", "09.7%"),
        ("SPO2", "0A7%"),
        ("SPO2", "0-7%"),
        ("BPM", "071%"),
        ("PI", "0360%"),
        ("ALARM", "0"),
        ("ALARM", "00G0"),
        ("EXC", "00"),
        ("EXC", "00000800"),
        ("EXC", "00080c"),
        ("SN", "12 34"),
        ("SN", "12-34"),
    ];
    for (key, written) in cases {
        let reports = decode(&line(&[(key, written)]));
        assert_eq!((faults(&reports), reports.len()), (vec![FaultKind::Framing], 1), "{key}={written}");
    }
    let text = String::from_utf8(line(&[])).unwrap();
    for missing in [" SPO2=097%", " BPM=071", " ALARM=0000", " EXC=000800", "03/01/26 "] {
        let reports = decode(text.replace(missing, "").as_bytes());
        assert_eq!(faults(&reports), [FaultKind::Framing], "{missing}");
        assert_eq!(reports.len(), 1, "{missing}");
    }
    let reports = hear(&[line(&[]), line(&[("EXC", "00080")]), line(&[]), line(&[])].concat());
    assert_eq!(faults(&reports), [FaultKind::Framing; 2], "a digit that is lost is no other bit");
    assert_eq!(value(&decode(&line(&[("SPO2", "101%")])), "SPO2"), "invalid");
}

#[test]
fn another_oximeter_on_the_cable_is_noticed_before_its_values_count() {
    let other = line(&[("SN", "0000054321"), ("SPO2", "080%")]);
    let reports = hear(&[line(&[]), other.clone()].concat());
    assert_eq!(faults(&reports), [FaultKind::Identity]);
    assert!(matches!(reports.last(), Some(Report::Identity(i)) if &*i.serial == "0000054321"));
    let later = hear(&[line(&[]), other.clone(), other.clone()].concat());
    assert!(
        later
            .iter()
            .any(|r| matches!(r, Report::Observation(o) if o.reading.value().is_some_and(|v| v.to_string() == "80")))
    );
    let reports = decode(&[line(&[]), other].concat());
    assert_eq!(
        faults(&reports),
        [FaultKind::Identity],
        "without a conversation it is shown, and that it is another one"
    );
    assert!(matches!(reports.last(), Some(Report::Observation(_))));
}

#[test]
fn nothing_is_ever_sent() {
    let mut session = Config::default().session(Duration::from_secs(3));
    let mut now = Now::default().after(Duration::from_secs(1));
    session.handle_connected(now);
    for _ in 0..10 {
        now = now.after(Duration::from_secs(1));
        session.handle_bytes(now, &line(&[]));
        session.handle_timeout(now);
        assert_eq!(session.poll_transmit(), None);
    }
    assert_eq!(session.poll_timeout(), Some(now.monotonic + Duration::from_secs(3)));
}

#[test]
fn the_readme_lists_the_table() {
    let metric = |row: &table::Row| {
        let (unit, form) = (row.unit.ucum(), format!("{:?}", row.form));
        let form = match form.as_str() {
            "Percent3" => "`097%`",
            "Whole3" => "`071`",
            "Decimal" => "`03.60%`",
            _ => "`14`",
        };
        format!("| {} | {} | {} | {unit} | `{}` | {form} |", row.label, row.code, row.containment, row.key)
    };
    let bit = |key: &str, bit: &table::Bit| {
        let effect = match bit.effect {
            table::Effect::None => "–",
            table::Effect::Doubtful => "questionable",
            table::Effect::Calibrating => "calibrating",
            table::Effect::Unusable => "invalid",
        };
        format!("| `{key}` | {:X} | {} | {} | {effect} | {} |", bit.mask, bit.event, bit.priority.as_str(), bit.text)
    };
    let mut lines: Vec<_> = table::ROWS.iter().map(metric).collect();
    lines.extend(table::ALARM_BITS.iter().chain([&table::ACTIVE]).map(|one| bit("ALARM", one)));
    lines.extend(table::EXCEPTION_BITS.iter().map(|one| bit("EXC", one)));
    lines.retain(|line| !README.contains(line));
    assert!(lines.is_empty(), "missing in the README:\n{}", lines.join("\n"));
}

#[test]
fn the_sample_and_the_settings_are_read() {
    let sample: toml::Table = SAMPLE.parse().unwrap();
    let settings = sample["device"][0]["settings"].clone();
    assert_eq!(settings.try_into::<Config>().unwrap(), Config::default());
    for refused in ["interval = \"100ms\"", "form = \"ascii-2\""] {
        assert!(toml::from_str::<Config>(refused).is_err(), "{refused}");
    }
}

#[test]
fn published_lines_give_what_they_say() {
    let expected = [
        ("mas-rad8-1", ["98", "97", "3.60"]),
        ("mas-rad8-2", ["98", "96", "3.95"]),
        ("mas-rad8-3", ["98", "96", "4.25"]),
        ("mas-rad8-4", ["98", "96", "3.19"]),
        ("mas-rad8-5", ["98", "97", "2.41"]),
        ("mas-rad5", ["97", "64", "11.82"]),
    ];
    for frame in crate::captures::read("masimo") {
        let reports = decode(&frame.bytes);
        assert_eq!(faults(&reports), []);
        let (_, values) = expected.iter().find(|(id, _)| *id == frame.id).unwrap();
        assert_eq!(["SPO2", "BPM", "PI"].map(|key| value(&reports, key)), *values, "{}", frame.id);
        let is_rad5 = frame.id == "mas-rad5";
        assert_eq!(value(&reports, "SPCO"), if is_rad5 { "-" } else { "not-available" });
        assert_eq!(alarms(&reports), if is_rad5 { vec!["Alarms silenced"] } else { vec![] });
        let serial = reports.iter().find_map(|r| if let Report::Identity(i) = r { Some(&*i.serial) } else { None });
        assert_eq!(serial, (!is_rad5).then_some("0000056661"));
    }
}

fn any_line() -> impl Strategy<Value = Vec<u8>> {
    let exc = prop::sample::select(vec!["000800", "000804", "000820"]);
    (0u32..101, 20u32..250, exc).prop_map(|(spo2, rate, exc)| {
        line(&[("SPO2", &format!("{spo2:03}%")), ("BPM", &format!("{rate:03}")), ("EXC", exc)])
    })
}

proptest! {
    #[test]
    fn any_bytes_are_survived_and_cutting_changes_nothing(
        lines in prop::collection::vec(any_line(), 0..4),
        noise in prop::collection::vec(prop_oneof![9 => any::<u8>(), 1 => Just(b'\n')], 0..200),
        at: prop::sample::Index,
    ) {
        let bytes = [noise, lines.concat()].concat();
        let (first, second) = bytes.split_at(at.index(bytes.len() + 1));
        let mut decoder = decoder();
        decoder.push(first);
        let mut found: Vec<_> = std::iter::from_fn(|| decoder.poll_report()).collect();
        decoder.push(second);
        decoder.finish();
        found.extend(std::iter::from_fn(|| decoder.poll_report()));
        prop_assert_eq!(found, decode(&bytes));
    }

    /// Without a check a digit can become another one. A lost byte is never another saturation or pulse rate.
    #[test]
    fn a_lost_byte_gives_no_wrong_value(lines in prop::collection::vec(any_line(), 1..4), at: prop::sample::Index) {
        let bytes = lines.concat();
        let mut damaged = bytes.clone();
        damaged.remove(at.index(bytes.len()));
        let values = |bytes: &[u8]| -> Vec<(String, String)> {
            let of = |r: &Report| if let Report::Observation(o) = r { Some(o.clone()) } else { None };
            let kept = decode(bytes).iter().filter_map(of).collect::<Vec<_>>();
            let text = |o: &Observation| (o.containment.to_string(), o.reading.value().map(ToString::to_string).unwrap_or_default());
            kept.iter().filter(|o| o.containment.metric <= 2 && o.reading.value().is_some()).map(text).collect()
        };
        let whole = values(&bytes);
        prop_assert!(values(&damaged).iter().all(|found| whole.contains(found)));
    }
}
