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
