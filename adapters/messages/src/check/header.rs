//! What a message is, and its header.

use super::values::check_eui;
use super::{Notes, Rule, Transaction, quoted};
use crate::hl7::Message;

const DELIMITERS: Rule = Rule::error("msh-2", "IHE PCD TF-2, B.1");
const TRUNCATION: Rule = Rule::warning("msh-2-truncation", "HL7 v2.7, 2.5.5.2");
const SENDER: Rule = Rule::error("msh-3", "IHE PCD TF-2, B.1");
const SENDER_EUI: Rule = Rule::note("msh-3-eui", "IHE PCD TF-2, B.1");
const CREATED: Rule = Rule::error("msh-7", "IHE PCD TF-2, B.1");
const TYPE: Rule = Rule::error("msh-9", "IHE PCD TF-2, B.1");
const CONTROL_ID: Rule = Rule::error("msh-10", "IHE PCD TF-2, B.1");
const CONTROL_ID_BLANKS: Rule = Rule::warning("msh-10-blanks", "HL7 v2.6, 2.15.9.10");
const PROCESSING: Rule = Rule::error("msh-11", "IHE PCD TF-2, B.1; HL7 table 0103");
const VERSION: Rule = Rule::error("msh-12", "IHE PCD TF-2, B.1");
const ACKNOWLEDGEMENT: Rule = Rule::error("msh-15-16", "IHE PCD TF-2, B.1");
const CHARACTERS: Rule = Rule::error("msh-18", "IHE PCD TF-2, B.1; HL7 table 0211");
const CHARACTERS_OTHER: Rule = Rule::warning("msh-18-other", "HL7 table 0211");
const PROFILE: Rule = Rule::error("msh-21", "IHE PCD TF-2, B.1");
const PROFILE_VARIANT: Rule = Rule::warning("msh-21-variant", "IHE PCD TF-2, B.1");
const NOT_SENT: Rule = Rule::warning("msh-not-sent", "IHE PCD TF-2, B.1");

/// Profile identifiers in force, and the type of message of each.
const PROFILES: &[(&str, Transaction, &str)] = &[
    ("1.3.6.1.4.1.19376.1.6.1.1.1", Transaction::Pcd01, "ORU^R01^ORU_R01"),
    ("1.3.6.1.4.1.19376.1.6.1.4.1", Transaction::Pcd04, "ORU^R40^ORU_R40"),
    ("1.3.6.1.4.1.19376.1.6.4.10", Transaction::Pcd10, "ORU^R42^ORU_R01"),
    ("1.3.6.1.4.1.19376.1.6.1.51.1", Transaction::Association, "ORU^R01^ORU_R01"),
    ("1.3.6.1.4.1.19376.1.6.1.52.1", Transaction::Association, "ORU^R01^ORU_R01"),
];

/// Identifiers of drafts and printing errors that are seen in messages.
const VARIANTS: &[(&str, Transaction)] = &[
    ("1.3.6.1.4.1.19376.1.6.4.1", Transaction::Pcd04),
    ("1.3.6.1.4.1.19376.1.6.4.4", Transaction::Pcd04),
    ("1.3.6.1.4.1.19376.1.6.4.4.1", Transaction::Pcd04),
    ("1.3.6.1.4.1.19376.1.6.1.10.1", Transaction::Pcd10),
];

/// Sets of table 0211 that can be framed by MLLP and are decoded here.
const CHARACTER_SETS: &[&str] = &["", "ASCII", "UNICODE UTF-8", "8859/1", "8859/15"];

/// What a message is: by its profile's identifier, and without one by its type.
pub(super) fn transaction(message: &Message<'_>) -> Transaction {
    let header = message.header();
    let oid = header.field(21).repetitions().next().map(|id| id.component(3).text().trim().to_owned());
    let oid = oid.unwrap_or_default();
    let known = PROFILES.iter().find(|(known, ..)| *known == oid).map(|(_, transaction, _)| *transaction);
    let variant = VARIANTS.iter().find(|(known, _)| *known == oid).map(|(_, transaction)| *transaction);
    let kind = header.field(9);
    if kind.component(1).text() == "ACK" {
        return Transaction::Ack;
    }
    known.or(variant).unwrap_or_else(|| match (&*kind.component(1).text(), &*kind.component(2).text()) {
        ("ADT", _) => Transaction::Adt,
        ("ORU", "R01") => Transaction::Pcd01,
        // R40 and R42 are used by others too; an alert says that it is one.
        ("ORU", "R40") if message.field("OBR", 4).component(1).text() == "196616" => Transaction::Pcd04,
        ("ORU", "R42") => Transaction::Pcd10,
        _ => Transaction::Other,
    })
}

pub(super) fn check(message: &Message<'_>, transaction: Transaction, notes: &mut Notes) {
    delimiters(message, notes);
    let header = message.header();
    if header.field(7).is_empty() {
        notes.about(CREATED, header, 7, "the time of creation is missing");
    }
    let control_id = header.field(10);
    if control_id.text().trim().is_empty() {
        notes.about(CONTROL_ID, header, 10, "the control id is missing: no acknowledgement can name this message");
    } else if control_id.raw() != control_id.raw().trim_ascii() {
        notes.about(CONTROL_ID_BLANKS, header, 10, "blanks around the control id: receivers differ in keeping them");
    }
    if !matches!(&*header.field(11).component(1).text(), "P" | "D" | "T") {
        notes.about(
            PROCESSING,
            header,
            11,
            "the processing id is P (production), D (test, demonstration) or T (training)",
        );
    }
    characters(message, notes);
    if transaction.is_of_devices() {
        devices(message, transaction, notes);
    }
}

fn delimiters(message: &Message<'_>, notes: &mut Notes) {
    let header = message.header();
    match header.field(2).raw() {
        br"^~\&" => {}
        br"^~\&#" => {
            let text = "the fifth delimiter exists from version 2.7 on; receivers of earlier versions may refuse it";
            notes.about(TRUNCATION, header, 2, text);
        }
        _ if message.encoding().escape.is_none() => {
            notes.about(
                DELIMITERS,
                header,
                2,
                r"no escape character: text with a delimiter in it cannot be sent; expected ^~\&",
            );
        }
        _ => notes.about(DELIMITERS, header, 2, r"expected ^~\&"),
    }
}

fn characters(message: &Message<'_>, notes: &mut Notes) {
    let header = message.header();
    let declared = header.field(18);
    let name = declared.repetitions().next().map(|name| name.text().into_owned()).unwrap_or_default();
    let is_ascii = message.bytes().is_ascii();
    let is_utf8 = std::str::from_utf8(message.bytes()).is_ok();
    if !CHARACTER_SETS.contains(&&*name) {
        notes.about(CHARACTERS_OTHER, header, 18, format!("{} is not a set that is decoded here", quoted(declared)));
    } else if matches!(&*name, "" | "ASCII") && !is_ascii {
        notes.about(CHARACTERS, header, 18, "there are characters beyond ASCII; name their set, UNICODE UTF-8");
    } else if name == "UNICODE UTF-8" && !is_utf8 {
        notes.about(CHARACTERS, header, 18, "UNICODE UTF-8 is declared, and there are bytes that are not");
    } else if name.starts_with("8859") && !is_ascii && is_utf8 {
        notes.about(CHARACTERS_OTHER, header, 18, format!("{name} is declared, and the bytes look like UTF-8"));
    }
}

/// What the device profiles ask for beyond HL7.
fn devices(message: &Message<'_>, transaction: Transaction, notes: &mut Notes) {
    let header = message.header();
    let sender = header.field(3);
    if sender.is_empty() {
        notes.about(SENDER, header, 3, "the sending application is missing; control ids are unique together with it");
    }
    for field in [3, 4, 5, 6] {
        let value = header.field(field);
        check_eui(header, field, value.component(2), value.component(3), notes);
    }
    if !sender.is_empty() && sender.component(3).is_empty() {
        notes.about(SENDER_EUI, header, 3, "preferred: a name, an EUI-64 in hexadecimal digits, and EUI-64");
    }
    let expected = PROFILES.iter().find(|(_, of, _)| *of == transaction);
    if let Some((oid, _, kind)) = expected {
        if header.field(9).text() != *kind {
            notes.about(TYPE, header, 9, format!("expected {kind}, found {}", quoted(header.field(9))));
        }
        profile(message, transaction, oid, notes);
    }
    if header.field(12).component(1).text() != "2.6" {
        notes.about(VERSION, header, 12, format!("expected 2.6, found {}", quoted(header.field(12))));
    }
    let modes = (header.field(15).text(), header.field(16).text());
    let is_right = match transaction {
        Transaction::Association => modes == ("AL".into(), "AL".into()),
        // An application acknowledgement asks for status reports in answer (CP-150).
        Transaction::Pcd04 => modes.0 == "AL" && matches!(&*modes.1, "NE" | "AL" | "ER" | "SU"),
        _ => modes == ("AL".into(), "NE".into()),
    };
    let is_original = modes.0.is_empty() && modes.1.is_empty();
    if is_original {
        // A destination may be configured to want it.
        let original = Rule::warning("msh-15-16-original", ACKNOWLEDGEMENT.source);
        notes.about(original, header, 15, "original acknowledgement mode; the profile asks for enhanced, AL and NE");
    } else if !is_right {
        let expected = if transaction == Transaction::Association { "AL and AL" } else { "AL and NE" };
        notes.about(ACKNOWLEDGEMENT, header, 15, format!("expected {expected} in MSH-15 and MSH-16"));
    }
    for field in [8, 13, 14, 20, 22, 23, 24, 25] {
        if !header.field(field).is_empty() {
            notes.about(NOT_SENT, header, field, "the profile does not use this field");
        }
    }
}

fn profile(message: &Message<'_>, transaction: Transaction, oid: &str, notes: &mut Notes) {
    let header = message.header();
    let found = header.field(21).repetitions().next().map(|id| (id.component(3), id.component(4)));
    let Some((id, kind)) = found.filter(|(id, _)| !id.is_empty()) else {
        notes.about(PROFILE, header, 21, format!("the profile's identifier is missing; expected {oid} and ISO"));
        return;
    };
    let text = id.text();
    if *text != *text.trim() {
        notes.about(PROFILE, header, 21, "blanks in the profile's identifier");
    }
    let is_in_force = PROFILES.iter().any(|(known, of, _)| *known == text.trim() && *of == transaction);
    if !is_in_force {
        notes.about(PROFILE_VARIANT, header, 21, format!("{} is a variant of {oid}, which is in force", quoted(id)));
    }
    if kind.text() != "ISO" {
        notes.about(PROFILE, header, 21, "the type of the profile's identifier is ISO");
    }
}
