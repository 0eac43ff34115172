//! `vigil users`: accounts and tokens on the data folder, and the record of it.

use crate::support::process::{vigil, vigil_reading};
use crate::text;

#[test]
fn accounts_and_tokens_are_made_listed_and_removed_and_that_is_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let data = text(folder.path());
    vigil(["users", "setup-code", "--data", &data]).expect(0).out_has(&["-"]);
    let add = |name: &str, role: &str, password: &str| {
        vigil_reading(&["users", "add", name, "--role", role, "--data", &data], format!("{password}\n").as_bytes())
    };
    add("ada", "admin", "short").expect(2).err_has(&["at least 10 characters"]);
    add("ada", "admin", "four green horses").expect(0).out_has(&["ada may log in as admin"]);
    assert!(!folder.path().join("setup-code").exists());
    vigil(["users", "setup-code", "--data", &data]).expect(2).err_has(&["there are users already"]);
    let made = vigil(["users", "token", "add", "grafana", "--role", "interface", "--expires", "90d", "--data", &data]);
    made.expect(0).out_has(&["vigil_"]);
    vigil(["users", "list", "--data", &data]).expect(0).out_has(&["ada", "admin", "since 20"]);
    vigil(["users", "token", "list", "--json", "--data", &data])
        .expect(0)
        .out_has(&["\"name\":\"grafana\"", "\"expires\":\"20"]);
    vigil(["users", "remove", "ada", "--data", &data]).expect(2).err_has(&["last administrator"]);
    vigil(["users", "remove", "eve", "--data", &data]).expect(2).err_has(&["no user eve", "vigil users list"]);
    vigil(["users", "role", "ada", "boss", "--data", &data])
        .expect(2)
        .err_has(&["viewer, nurse, biomed, interface or admin"]);
    vigil(["users", "token", "remove", "grafana", "--data", &data]).expect(0);
    vigil(["audit", "list", "--data", &data, "--action", "token-changed"])
        .expect(0)
        .out_has(&["added, interface", "removed"]);
    vigil(["audit", "list", "--data", &data, "--action", "user-changed"])
        .expect(0)
        .out_has(&["user ada", "added, admin"]);
}
