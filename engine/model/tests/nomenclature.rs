//! Generates `src/nomenclature/{mdc,dim}.rs` from `nomenclature/*.csv`, and fails when they differ.
//!
//! `VIGIL_BLESS=1 cargo test -p vigil-model --test nomenclature` writes them anew.

#![allow(clippy::unwrap_used, reason = "helpers of tests, outside `#[test]` functions")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use vigil_model::{Code, CodeKind, Unit};

struct Row {
    refid: String,
    value: u32,
    kind: String,
    description: String,
    loinc: String,
    ucum: String,
    unit_refid: String,
}

/// The files use quotes around fields with commas and no quote inside a field.
fn fields(line: &str) -> Vec<String> {
    let (mut out, mut field, mut quoted) = (Vec::new(), String::new(), false);
    for character in line.chars() {
        match character {
            '"' => quoted = !quoted,
            ',' if !quoted => out.push(std::mem::take(&mut field)),
            other => field.push(other),
        }
    }
    out.push(field);
    out
}

fn rows() -> Vec<Row> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("nomenclature");
    let mut rows = Vec::new();
    for name in ["mdc_codes.csv", "mdc_objects.csv", "vigil_codes.csv"] {
        let text = std::fs::read_to_string(folder.join(name)).unwrap();
        for line in text.lines().skip(1).filter(|line| !line.is_empty()) {
            let f = fields(line);
            assert_eq!(f.len(), 10, "{name}: {line}");
            let unverified = f[9].contains("UNVERIFIED");
            let value = if unverified { 0 } else { f[2].parse().unwrap_or(0) };
            if let (Some((partition, term)), false) = (f[1].split_once("::"), unverified) {
                let (partition, term): (u32, u32) = (partition.parse().unwrap(), term.parse().unwrap());
                assert_eq!(value, partition * 65536 + term, "{line}");
            }
            rows.push(Row {
                refid: f[0].clone(),
                value,
                kind: f[3].clone(),
                description: f[4].clone(),
                loinc: f[5].clone(),
                ucum: f[6].clone(),
                unit_refid: f[7].clone(),
            });
        }
    }
    rows.sort_by(|a, b| a.refid.cmp(&b.refid));
    rows.dedup_by(|a, b| a.refid == b.refid);
    rows
}

fn constant(refid: &str) -> String {
    let name = refid.strip_prefix("MDC_DIM_").or(refid.strip_prefix("MDC_")).map(str::to_owned);
    name.unwrap_or_else(|| refid.replacen("MDCX_", "X_", 1)).to_uppercase()
}

const HEAD: &str = "Generated from `nomenclature/*.csv` by `tests/nomenclature.rs`; do not edit.\n\n";

fn generated_mdc(rows: &[Row]) -> String {
    let mut out = format!("//! Terms of ISO/IEEE 11073-10101. {HEAD}use super::{{Code, CodeKind, Term, dim}};\n\n");
    let mut names = Vec::new();
    for row in rows.iter().filter(|row| row.kind != "unit") {
        let kind = match row.kind.as_str() {
            "metric" => "Metric",
            "event" => "Event",
            "device" => "Device",
            "attribute" => "Attribute",
            other => panic!("kind {other}"),
        };
        let name = constant(&row.refid);
        let loinc = if row.loinc.is_empty() { "None".to_owned() } else { format!("Some({:?})", row.loinc) };
        let unit = if row.unit_refid.is_empty() {
            "None".to_owned()
        } else {
            format!("Some(dim::{})", constant(&row.unit_refid))
        };
        writeln!(
            out,
            "/// {}.\npub const {name}: Code = Code::new(&Term {{\n    value: {},\n    refid: {:?},\n    kind: CodeKind::{kind},\n    description: {:?},\n    loinc: {loinc},\n    unit: {unit},\n}});\n",
            row.description.replace('[', "\\[").replace(']', "\\]"),
            row.value,
            row.refid,
            row.description
        )
        .unwrap();
        names.push(name);
    }
    writeln!(out, "/// All terms, sorted by reference id.\n#[rustfmt::skip]\npub(super) const TABLE: &[Code] = &[")
        .unwrap();
    for name in names {
        writeln!(out, "    {name},").unwrap();
    }
    out + "];\n"
}

fn generated_dim(rows: &[Row]) -> String {
    let mut out =
        format!("//! Units of ISO/IEEE 11073-10101 with their UCUM text. {HEAD}use super::{{Unit, UnitTerm}};\n\n");
    let mut names = Vec::new();
    for row in rows.iter().filter(|row| row.kind == "unit") {
        let name = constant(&row.refid);
        writeln!(
            out,
            "/// {}, UCUM `{}`.\npub const {name}: Unit = Unit::new(&UnitTerm {{ value: {}, refid: {:?}, ucum: {:?}, description: {:?} }});\n",
            row.description, row.ucum, row.value, row.refid, row.ucum, row.description
        )
        .unwrap();
        names.push(name);
    }
    writeln!(out, "/// All units, sorted by reference id.\n#[rustfmt::skip]\npub(super) const TABLE: &[Unit] = &[")
        .unwrap();
    for name in names {
        writeln!(out, "    {name},").unwrap();
    }
    out + "];\n"
}

#[test]
fn generated_files_match_the_tables() {
    let rows = rows();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/nomenclature");
    for (name, mut text) in [("mdc.rs", generated_mdc(&rows)), ("dim.rs", generated_dim(&rows))] {
        let path = folder.join(name);
        text.insert_str(0, "#![cfg_attr(rustfmt, rustfmt_skip)]\n");
        if std::env::var_os("VIGIL_BLESS").is_some() {
            std::fs::write(&path, &text).unwrap();
        }
        let found = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(found == text, "{} is not what the CSV files give; run again with VIGIL_BLESS=1", path.display());
    }
}

#[test]
fn every_term_is_found_by_name_and_by_number() {
    for code in Code::all() {
        assert_eq!(Code::named(code.refid()), Some(*code));
        if code.is_verified() {
            assert_eq!(Code::with_value(code.value()).map(Code::value), Some(code.value()));
        }
    }
    for unit in Unit::all() {
        assert_eq!(Unit::named(unit.refid()), Some(*unit));
    }
}

/// Two names for one number would make a received number ambiguous; the known pairs are synonyms.
#[test]
fn numbers_are_unique_but_for_known_synonyms() {
    let mut by_value: BTreeMap<u32, BTreeSet<&str>> = BTreeMap::new();
    for code in Code::all().iter().filter(|code| code.is_verified()) {
        by_value.entry(code.value()).or_default().insert(code.refid());
    }
    let doubled: Vec<_> = by_value.values().filter(|names| names.len() > 1).collect();
    assert_eq!(doubled, [&BTreeSet::from(["MDC_ECG_CARD_BEAT_RATE", "MDC_ECG_HEART_RATE"])]);
}

#[test]
fn a_site_profile_can_register_provisional_terms_only() {
    let code = Code::local("MDCX_TEST_ROOM_PRESSURE", CodeKind::Metric, "Room pressure").unwrap();
    assert_eq!(code.value(), 0);
    assert_eq!(Code::named("MDCX_TEST_ROOM_PRESSURE"), Some(code));
    assert_eq!(Code::local("MDCX_TEST_ROOM_PRESSURE", CodeKind::Metric, "again").unwrap(), code);
    for refused in ["MDC_EVT_MADE_UP", "MDCX_", "MDCX_lower", "MDCX_A^B"] {
        assert!(Code::local(refused, CodeKind::Event, "").is_err(), "{refused}");
    }
}
