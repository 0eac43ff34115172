//! Each figure at both sides of its definition.

use super::*;

fn at(second: u64) -> Timestamp {
    Timestamp::from_seconds(1_800_000_000 + second.cast_signed())
}

fn span(key: &str, started: u64, ended: Option<u64>) -> AlarmSpan {
    AlarmSpan {
        bed: key.split('/').next().unwrap_or_default().into(),
        device: "mon".into(),
        key: key.into(),
        text: "Low SpO2".into(),
        kind: ConditionKind::Physiological,
        priority: Priority::Medium,
        started: at(started),
        acknowledged: None,
        ended: ended.map(at),
    }
}

fn ward(spans: &[AlarmSpan], until: u64) -> Figures {
    figures(spans, at(0), at(until)).ward
}

#[test]
fn rates_are_counted_per_bed_and_hour() {
    let spans = [span("1/a", 10, Some(20)), span("1/a", 3599, None), span("1/b", 3600, None), span("2/a", 7199, None)];
    let load = figures(&spans, at(0), at(7200));
    assert_eq!((load.ward.alarms, load.ward.per_hour), (4, 2.0));
    assert_eq!(load.ward.by_hour, [2, 2]);
    assert_eq!(load.beds["1"].by_hour, [2, 1]);
    assert_eq!(load.beds["2"].per_hour, 0.5);
    // What began before the window or after it is not counted.
    assert_eq!(figures(&spans, at(11), at(7199)).ward.alarms, 2);
    assert_eq!(ward(&[], 3600).per_hour, 0.0);
    assert_eq!(ward(&spans, 0).per_hour, 0.0, "a window without length has no rate");
}

#[test]
fn a_flood_begins_above_ten_and_ends_below_five() {
    let interval = |number: u64, alarms: u64| (0..alarms).map(move |n| span("1/a", number * 600 + n, None));
    let counts = |list: &[u64]| -> Vec<AlarmSpan> {
        (0..).zip(list).flat_map(|(number, alarms)| interval(number, *alarms)).collect()
    };
    assert_eq!(ward(&counts(&[10, 10]), 1200).floods, 0, "ten are no flood");
    let figures = ward(&counts(&[0, 11, 5, 4, 11, 0]), 3600);
    assert_eq!((figures.floods, figures.busiest_interval), (2, 11));
    assert!((figures.flood_share - 3.0 / 6.0).abs() < 1e-9, "11, 5 and 11 again: {}", figures.flood_share);
}

#[test]
fn chattering_is_three_times_to_and_fro_within_a_minute() {
    let thrice = |last_end| [span("1/a", 0, Some(5)), span("1/a", 20, Some(25)), span("1/a", 50, Some(last_end))];
    assert_eq!(ward(&thrice(60), 3600).chattering.len(), 1);
    assert_eq!(ward(&thrice(60), 3600).chattering[0].count, 3);
    assert!(ward(&thrice(61), 3600).chattering.is_empty());
    let two_conditions = [span("1/a", 0, Some(5)), span("1/b", 20, Some(25)), span("1/a", 50, Some(55))];
    assert!(ward(&two_conditions, 3600).chattering.is_empty());
}

#[test]
fn standing_is_longer_than_a_day() {
    let day = 24 * 3600;
    assert_eq!(ward(&[span("1/a", 0, Some(day))], 2 * day).standing, 0);
    assert_eq!(ward(&[span("1/a", 0, Some(day + 1))], 2 * day).standing, 1);
    assert_eq!(ward(&[span("1/a", 0, None)], 2 * day).standing, 1, "it still stands");
    // One that began before the window stands in it.
    assert_eq!(figures(&[span("1/a", 0, None)], at(30 * 3600), at(31 * 3600)).ward.standing, 1);
    assert_eq!(figures(&[span("1/a", 0, Some(29 * 3600))], at(30 * 3600), at(31 * 3600)).ward.standing, 0);
}

#[test]
fn times_and_shares() {
    let mut spans =
        [span("1/a", 0, Some(14)), span("1/a", 100, Some(115)), span("1/b", 200, Some(260)), span("1/c", 300, None)];
    spans[2].acknowledged = Some(at(210));
    spans[3].acknowledged = Some(at(330));
    let figures = ward(&spans, 3600);
    assert_eq!(figures.fleeting_share, Some(1.0 / 3.0));
    assert_eq!(figures.ended_by_itself_share, Some(2.0 / 3.0));
    assert_eq!((figures.acknowledge_median_s, figures.acknowledge_p90_s), (Some(10.0), Some(30.0)));
    assert_eq!((figures.end_median_s, figures.end_p90_s), (Some(15.0), Some(60.0)));
    assert_eq!((&*figures.top[0].key, figures.top[0].count, figures.top[0].share), ("1/a", 2, 0.5));
    assert_eq!(ward(&[], 60).ended_by_itself_share, None);
}
