//! `vigil hl7 check`: what it finds, what it prints, and its exit codes.

use super::*;

#[test]
fn our_own_messages_pass_and_a_defect_is_named_with_its_rule() {
    let good = text(&repository("adapters/messages/golden/pcd01_pump.hl7"));
    vigil(["hl7", "check", "--strict", &good]).expect(0).out_has(&["message 1: PCD-01: 0 errors, 0 warnings"]);

    let folder = tempfile::tempdir().unwrap();
    let message = std::fs::read_to_string(&good).unwrap();
    let bad = text(&folder.path().join("bad.hl7"));
    std::fs::write(&bad, format!("{message}\n{}", message.replace("|AL|NE|", "|NE|AL|"))).unwrap();
    let expected =
        ["message 1: PCD-01: 0 errors", "message 2: PCD-01: 1 error,", "MSH[1]-15", "msh-15-16; IHE PCD TF-2, B.1"];
    vigil(["hl7", "check", &bad]).expect(1).out_has(&expected);

    let json = vigil(["hl7", "check", "--json", &good, &bad]).expect(1);
    let rows: Vec<serde_json::Value> = json.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let errors: Vec<_> = rows.iter().filter(|row| row["severity"] == "error").collect();
    assert_eq!(errors.len(), 1, "{rows:?}");
    assert_eq!(
        (&errors[0]["segment"], &errors[0]["field"], &errors[0]["message"]),
        (&"MSH".into(), &15.into(), &2.into())
    );
    assert_eq!(rows.iter().filter(|row| row["errors"].is_number()).count(), 3);
}

#[test]
fn what_is_no_message_and_what_is_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = text(&folder.path().join("note.txt"));
    std::fs::write(&file, "shopping list\n").unwrap();
    vigil(["hl7", "check", &file]).expect(1).out_has(&["does not begin with MSH"]);
    std::fs::write(&file, "").unwrap();
    vigil(["hl7", "check", &file]).expect(2).err_has(&["empty"]);
    vigil(["hl7", "check", "/does/not/exist.hl7"]).expect(2).err_has(&["/does/not/exist.hl7"]);
    vigil(["hl7"]).expect(2).err_has(&["check"]);
}
