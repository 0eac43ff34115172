//! Commands that look back: `ledger`, `load`, `record`, `replay`.

use crate::support::process::vigil;
use crate::text;

#[test]
fn where_there_is_nothing_they_say_what_they_looked_for() {
    let folder = tempfile::tempdir().unwrap();
    let nothing = text(folder.path());
    vigil(["record", &nothing]).expect(2).err_has(&["no recording in", "data folder"]);
    vigil(["replay", &nothing, "--summary"]).expect(2).err_has(&["no recording in"]);
    vigil(["ledger", "ward-4b:1", "--data", &nothing]).expect(2).err_has(&["no journal", "--data"]);
    vigil(["ledger", "ward-4b", "--data", &nothing]).expect(2).err_has(&["ward-4b:000123"]);
    vigil(["load", "--data", &nothing]).expect(2).err_has(&["no journal"]);
    vigil(["load", "--data", &nothing, "--from", "yesterday"]).expect(2).err_has(&["yesterday", "8h"]);
    vigil(["load", "--data", &nothing, "--from", "1h", "--to", "2h"]).expect(2).err_has(&["before it begins"]);
    vigil(["trend", "401-1", "SpO2", "--data", &nothing]).expect(2).err_has(&["no journal"]);
    vigil(["trend", "401-1", "SpO2", "--since", "1h", "--until", "2h", "--data", &nothing])
        .expect(2)
        .err_has(&["before it begins"]);
    vigil(["replay", &nothing, "--against", "old.toml"]).expect(2).err_has(&["--config"]);
}

#[test]
fn an_empty_journal_has_no_load_and_knows_no_occurrence() {
    let folder = tempfile::tempdir().unwrap();
    let (journal, _) = vigil_journal::Journal::open(&vigil::assemble::journal_path(folder.path())).unwrap();
    journal.close();
    let data = text(folder.path());
    vigil(["load", "--data", &data]).expect(0).out_has(&["whole ward", "alarms"]);
    vigil(["load", "--data", &data, "--json"]).expect(0).out_has(&["\"alarms\":0", "\"ended_by_itself_share\":null"]);
    vigil(["ledger", "ward-4b:1", "--data", &data]).expect(2).err_has(&["ward-4b:000001 is unknown"]);
    vigil(["ledger", "ward-4b:1", "--data", &data, "--json"]).expect(1);
}

#[test]
fn a_trend_shows_gaps_and_only_who_was_bound_last() {
    use vigil_journal::trend::{Bucket, SeriesKey, Spread, TrendPiece, TrendRow};
    use vigil_model::{Containment, Quantity, dim, mdc};

    let folder = tempfile::tempdir().unwrap();
    let (journal, _) = vigil_journal::Journal::open(&vigil::assemble::journal_path(folder.path())).unwrap();
    let (device, metric) = ("monitor".into(), mdc::PULS_OXIM_SAT_O2);
    let series = SeriesKey { device, metric, containment: Containment::new(1, 2, 1, 1), unit: Some(dim::PERCENT) };
    let minute = std::time::Duration::from_secs(60);
    let start = |minutes: i64| vigil_model::Timestamp::from_seconds(1_772_391_600 + minutes * 60);
    let row = |minutes: i64, association: u64, value: Option<i64>| TrendRow {
        bed: "401-1".into(),
        start: start(minutes),
        length: minute,
        association,
        entries: vec![(0, Bucket { spread: value.map(|v| Spread::of(Quantity::new(v, 0))), covered: minute / 2 })],
    };
    let rows = vec![row(0, 1, Some(71)), row(1, 2, Some(97)), row(2, 2, None), row(5, 2, Some(95))];
    journal.keep_trend(TrendPiece { catalogue: [("401-1".into(), series)].into(), rows });
    journal.close();

    let data = text(folder.path());
    vigil(["trend", "401-1", "--data", &data]).expect(0).out_has(&["MDC_PULS_OXIM_SAT_O2", "monitor"]);
    vigil(["trend", "401-9", "SpO2", "--data", &data]).expect(2).err_has(&["nothing is kept of the bed 401-9"]);
    vigil(["trend", "401-1", "RESP", "--data", &data]).expect(2).err_has(&["no metric like RESP", "vigil trend 401-1"]);
    let window = ["--since", "2026-03-01T18:00:00Z", "--until", "2026-03-02T00:00:00Z", "--data", &data];
    let ask = |more: &[&str]| vigil([&["trend", "401-1", "spo2"], &window[..], more].concat()).expect(0);
    let his = ask(&[]).out_has(&["97", "as before", "no value for 2m", "50 %"]);
    assert!(!his.out.contains("71"), "{}", his.out);
    ask(&["--everybody"]).out_has(&["71", "another association"]);
    ask(&["--json", "--step", "10m"]).out_has(&[
        "\"min\":\"95\"",
        "\"max\":\"97\"",
        "\"count\":2",
        "\"current_ms\":90000",
    ]);
}
