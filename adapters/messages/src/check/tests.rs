//! Nothing is found in our own messages; every rule finds what it is for; any bytes are survived.

use std::collections::BTreeSet;
use std::path::Path;

use proptest::prelude::*;

use super::*;

fn golden(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden").join(name);
    let messages = messages_of(&std::fs::read(path).unwrap());
    assert_eq!(messages.len(), 1, "{name}");
    messages.into_iter().next().unwrap()
}

fn rules(checked: &Checked) -> BTreeSet<&'static str> {
    checked.findings.iter().map(|finding| finding.rule).collect()
}

#[test]
fn nothing_is_found_in_our_own_messages() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden");
    let mut checked = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if !name.ends_with(".hl7") {
            continue;
        }
        let found = check(&golden(&name));
        let bad = found.findings.iter().filter(|finding| finding.severity > Severity::Note);
        // The original mode is what that destination asks for.
        let bad: Vec<String> = bad.filter(|f| f.rule != "msh-15-16-original").map(ToString::to_string).collect();
        assert_eq!(bad, Vec::<String>::new(), "{name}");
        checked += 1;
    }
    assert!(checked >= 10);
}

/// A message of ours, what is done to it, and the rule that must find it.
const DEFECTS: &[(&str, &str, &str, &str)] = &[
    (PCD01, r"|^~\&|", "|^~&|", "msh-2"),
    (PCD01, r"|^~\&|", r"|^~\&#|", "msh-2-truncation"),
    (PCD01, "MSH|^~\\&|ward-4b^0011223344556677^EUI-64|", "MSH|^~\\&||", "msh-3"),
    (PCD01, "MSH|^~\\&|ward-4b^0011223344556677^EUI-64|", "MSH|^~\\&|ward-4b|", "msh-3-eui"),
    (PCD01, "MSH|^~\\&|ward-4b^0011223344556677^EUI-64|", "MSH|^~\\&|ward-4b^0011223344556677^EUI64|", "eui-64"),
    (PCD01, "MSH|^~\\&|ward-4b^0011223344556677^EUI-64|", "MSH|^~\\&|ward-4b^ 0011223344556677^EUI-64|", "eui-64"),
    (PCD01, "|20260301091601.250+0000||ORU", "|||ORU", "msh-7"),
    (PCD01, "|20260301091601.250+0000||ORU", "|20260301091601||ORU", "time-offset"),
    (PCD01, "|20260301091601.250+0000||ORU", "|202603010916+0000||ORU", "time-resolution"),
    (PCD01, "|20260301091601.250+0000||ORU", "|20260301096101.250+0000||ORU", "time"),
    (PCD01, "ORU^R01^ORU_R01", "ORU^R01", "msh-9"),
    (PCD01, "|ward-4b-41|P|", "||P|", "msh-10"),
    (PCD01, "|ward-4b-41|P|", "|ward-4b-41  |P|", "msh-10-blanks"),
    (PCD01, "|P|2.6|", "|Q|2.6|", "msh-11"),
    (PCD01, "|P|2.6|", "|P|2.5|", "msh-12"),
    (PCD01, "|AL|NE|", "|NE|AL|", "msh-15-16"),
    (PCD01, "|AL|NE|", "|||", "msh-15-16-original"),
    (PCD01, "UNICODE UTF-8", "ASCII", "msh-18"),
    (PCD01, "UNICODE UTF-8", "8859/1", "msh-18-other"),
    (PCD01, "UNICODE UTF-8", "UTF8", "msh-18-other"),
    (PCD01, "|IHE_PCD_001^IHE PCD^1.3.6.1.4.1.19376.1.6.1.1.1^ISO", "|", "msh-21"),
    (PCD01, "^1.3.6.1.4.1.19376.1.6.1.1.1^ISO", "^ 1.3.6.1.4.1.19376.1.6.1.1.1^ISO", "msh-21"),
    (PCD04, "1.3.6.1.4.1.19376.1.6.1.4.1", "1.3.6.1.4.1.19376.1.6.4.4.1", "msh-21-variant"),
    (PCD01, "|HOSP|EHR|HOSP|20260301091601.250+0000||", "|HOSP|EHR|HOSP|20260301091601.250+0000|x|", "msh-not-sent"),
    (PCD01, "PID|||12345^^^HOSP^MR|", "PID||||", "pid-3"),
    (PCD01, "PID|||12345^^^HOSP^MR|", "PID|||12345^^^^MR|", "pid-3-authority"),
    (PCD01, "Söhne^Jane^^^^^L|", "Söhne^Jane|", "pid-5-type"),
    (PCD01, "Söhne^Jane^^^^^L|", "Söhne^Jane^\"\"^^^^L|", "pid-null"),
    (PCD01, "PID|||12345", "PID||7|12345", "pid-not-sent"),
    (PCD01, "PV1||I|", "PV1||X|", "pv1-2"),
    (PCD01, "OBR|1|", "OBR|2|", "obr-1"),
    (PCD01, "|ward-4b-41^ward-4b^0011223344556677^EUI-64|182777000", "|ward-4b-41|182777000", "obr-3"),
    (PCD01, "|182777000^monitoring of patient^SCT|", "||", "obr-4"),
    (PCD01, "|20260301091500.250+0000|20260301091600.250+0000", "||20260301091600.250+0000", "obr-7"),
    (
        PCD01,
        "|20260301091500.250+0000|20260301091600.250+0000",
        "|20260301091600.250+0000|20260301091500.250+0000",
        "obr-8",
    ),
    (PCD01, "OBX|4|NM|", "OBX|5|NM|", "obx-1"),
    (PCD01, "OBX|4|NM|", "OBX|4||", "obx-2"),
    (PCD01, "OBX|1||", "OBX|1|ST|", "obx-2-device"),
    (PCD01, "147842^MDC_ECG_HEART_RATE^MDC|1.1.1.1", "147842^MDC_ECG_HEART_RATE^MDC|1.1.1", "obx-4"),
    (PCD01, "|1.2.1.2|", "|1.2.1.1|", "obx-4-distinct"),
    (PCD01, "|1.1.1.1|", "|1.9.1.1|", "obx-4-order"),
    (PCD01, "|88|264864", "|fast|264864", "obx-5"),
    (PCD01, "|264864^MDC_DIM_BEAT_PER_MIN^MDC^{beat}/min^{beat}/min^UCUM|", "||", "obx-6"),
    (PCD01, "264864^MDC_DIM_BEAT_PER_MIN^MDC", "264864^MDC_DIM_DEGC^MDC", "mdc-code"),
    (PCD01, "264864^MDC_DIM_BEAT_PER_MIN^MDC^{beat}/min^{beat}/min^UCUM", "{beat}/min^^UCUM", "obx-6-mdc"),
    (PCD01, "|50-120|", "|normal|", "obx-7"),
    (PCD01, "|QUES|||R", "|MAYBE|||R", "obx-8"),
    (PCD01, "|50-120||||R", "|50-120||||X", "obx-11"),
    (PCD01, "|50-120||||R", "|50-120|||R", "obx-11-shifted"),
    (PCD01, "|50-120||||R", "|50-120|INV|||X", "obx-11-invalid"),
    (PCD01, "|50-120||||R", "|50-120||1||R", "obx-not-sent"),
    (PCD01, "|||||||8899AABBCCDDEEFF^^8899AABBCCDDEEFF^EUI-64", "", "obx-18"),
    (PCD01, "69798^MDC_DEV_ECG_VMD^MDC", "4262^MDC_DEV_ECG_VMD^MDC", "mdc-code"),
    (PCD01, "150456^MDC_PULS_OXIM_SAT_O2^MDC", "MDC_PULS_OXIM_SAT_O2^150456^MDC", "mdc-code"),
    (PCD01, "150456^MDC_PULS_OXIM_SAT_O2^MDC", "0^MDC_PULS_OXIM_SAT_O2^MDC", "mdc-assigned"),
    (PCD01, "150456^MDC_PULS_OXIM_SAT_O2^MDC", "0^MDCX_SOMETHING_OF_OURS^MDC", "mdc-provisional"),
    (PCD01, "150456^MDC_PULS_OXIM_SAT_O2^MDC", "999999^MDC_OF_NOBODY^MDC", "mdc-unknown"),
    (PCD01, "150456^MDC_PULS_OXIM_SAT_O2^MDC", "150456^MDC_PULS_OXIM_SAT_O2", "coding-system"),
    (PCD01, "150456^MDC_PULS_OXIM_SAT_O2^MDC", "150456^MDC_PULS_OXIM_SAT_O2^MDC ", "coded-blanks"),
    (PCD04, "|196616^MDC_EVT_ALARM^MDC|", "|ALARM^ALARM|", "obr-4-deprecated"),
    (PCD04, "OBX|9|ST|68484^MDC_ATTR_ALARM_PRIORITY^MDC|1.2.1.1.6|PH||||||F\r", "", "alert-facets"),
    (
        PCD04,
        "68484^MDC_ATTR_ALARM_PRIORITY^MDC|1.2.1.1.6",
        "68485^MDC_ATTR_ALERT_TYPE^MDC|1.2.1.1.6",
        "alert-facet-term",
    ),
    (PCD04, "|1.2.1.1.4|active|", "|1.2.1.1.4|loud|", "alert-word"),
    (PCD04, "|1.2.1.1.4|active|", "|1.2.1.1.4|inactive|", "alert-together"),
    (PCD04, "|1.2.1.1.1|Low SpO2||||||F", "|1.2.1.1.1|Low SpO2|||L~PH~SP|||F", "alert-flags"),
    (PCD04, "|1.2.1.1.4|active||||||F", "|1.2.1.1.4|active||||||R", "alert-status"),
    (PCD04, "|1.2.1.1.7|SP|", "|1.2.1.1.7|ST|", "alert-event"),
    (PCD04, "|1.2.1.1.3|start|", "|1.2.1.1.3|end|", "obr-29"),
    (PCD04_END, "|1.2.1.1.3|end|", "|1.2.1.1.3|start|", "obr-29"),
    (ACK, "MSA|CA|", "MSA|OK|", "msa-1"),
    (ACK, "^ACK|", "|", "ack-type"),
    (ACK_ERROR, "^HL70357|E", "^HL70357|severe", "err"),
];

const PCD01: &str = "pcd01_every_reading.hl7";
const PCD04: &str = "pcd04_spo2_1_start.hl7";
const PCD04_END: &str = "pcd04_spo2_4_end.hl7";
const ACK: &str = "ack_commit_accept.hl7";
const ACK_ERROR: &str = "ack_application_error.hl7";

#[test]
fn every_rule_finds_what_it_is_for() {
    for (name, from, to, rule) in DEFECTS {
        let good = String::from_utf8(golden(name)).unwrap();
        assert!(!rules(&check(good.as_bytes())).contains(rule) || *rule == "mdc-provisional", "{name}: {rule} before");
        let bad = good.replacen(from, to, 1);
        assert_ne!(good, bad, "{name}: {from} is not there");
        let found = check(bad.as_bytes());
        assert!(rules(&found).contains(rule), "{name}: {from} → {to}: {rule} is not among {:#?}", found.findings);
    }
}

/// The start of an infusion as the framework describes it, and what is wrong with others.
const PUMP: &str = "MSH|^~\\&|g^0011223344556677^EUI-64|H|E|H|20260301091501+0000||ORU^R42^ORU_R01|1|P|2.6|||AL|NE||||\
                    |IHE_PCD_010^IHE PCD^1.3.6.1.4.1.19376.1.6.4.10^ISO\r\
    PID|||1^^^H^MR||D^J^^^^^L\rPV1||I|4B^401^1\r\
    OBR|1|O1^P|F1^g^0011223344556677^EUI-64|2222^Dopamine|||20260301091501+0000\r\
    OBX|1||70049^MDC_DEV_PUMP_INFUS_LVP_MDS^MDC|1.0.0.0|||||||X|||||||A^^0011223344556677^EUI-64\r\
    OBX|2|CWE|68487^MDC_ATTR_EVT_COND^MDC|1.0.0.1|197288^MDC_EVT_PUMP_DELIV_START^MDC||||||R\r\
    OBX|3|ST|68488^MDC_ATTR_EVT_SOURCE^MDC|1.0.0.2|1.1.2.0||||||R\r\
    OBX|4||70050^MDC_DEV_PUMP_INFUS_LVP_VMD^MDC|1.1.0.0|||||||X\r\
    OBX|5|CWE|184519^MDC_PUMP_INFUSING_STATUS^MDC|1.1.1.1|^pump-status-infusing||||||R\r\
    OBX|6|NM|158014^MDC_FLOW_FLUID_PUMP_CURRENT^MDC|1.1.1.2|15.4|265266^MDC_DIM_MILLI_L_PER_HR^MDC|||||R\r\
    OBX|7|CWE|158016^MDC_DEV_PUMP_ACTIVE_SOURCES^MDC|1.1.1.3|^pump-source-info-primary||||||R\r\
    OBX|8||70050^MDC_DEV_PUMP_INFUS_LVP_VMD^MDC|1.1.2.0|||||||X\r\
    OBX|9|CWE|158005^MDC_DEV_PUMP_CURRENT_DELIVERY_STATUS^MDC|1.1.2.1|^pump-delivery-status-delivering||||||R\r\
    OBX|10|CWE|158008^MDC_DEV_PUMP_PROGRAM_DELIVERY_MODE^MDC|1.1.2.2|^pump-program-delivery-mode-continuous||||||R\r\
    OBX|11|ST|158012^MDC_DEV_PUMP_SOURCE_CHANNEL_LABEL^MDC|1.1.2.3|Primary||||||R\r";

#[test]
fn infusion_events_are_checked_for_what_a_receiver_needs() {
    let found = check(PUMP.as_bytes());
    let bad: Vec<&Finding> = found.findings.iter().filter(|finding| finding.severity == Severity::Error).collect();
    assert!(bad.is_empty() && found.transaction == Transaction::Pcd10, "{bad:#?}");
    let defects = [
        ("68487^MDC_ATTR_EVT_COND", "67901^MDC_SOMETHING_ELSE", "pump-event"),
        ("|1.0.0.2|1.1.2.0|", "|1.0.0.2|1.1.7.0|", "pump-source"),
        ("158008^MDC_DEV_PUMP_PROGRAM_DELIVERY_MODE", "158008^MDC_SOMETHING_ELSE", "pump-parameters"),
        ("197288^MDC_EVT_PUMP_DELIV_START", "197292^MDC_EVT_PUMP_DELIV_COMP", "pump-parameters"),
        ("^pump-status-infusing", "^infusing", "pump-word"),
        ("^pump-delivery-status-delivering", "^pump-delivery-status-transitioning", ""),
    ];
    for (from, to, rule) in defects {
        let bad = PUMP.replacen(from, to, 1);
        assert_ne!(bad, PUMP);
        let found = rules(&check(bad.as_bytes()));
        assert!(rule.is_empty() || found.contains(rule), "{from} → {to}: {found:?}");
    }
    let stands_still = PUMP.replace("status-delivering", "status-transitioning").replace("|15.4|", "|0|");
    assert!(rules(&check(stands_still.as_bytes())).contains("pump-together"));
}

const ADT: &str = "MSH|^~\\&|A|H|V|H|20260301091501+0000||ADT^A02^ADT_A02|7|P|2.5\rEVN||20260301091500+0000||||20260301091400+0000\r\
                   PID|||1^^^H^MR||D^J\rPV1||I|4B^401^2^H|||4B^401^1^H|||||||||||||V1\r";

#[test]
fn administration_is_checked_for_what_the_bed_map_needs() {
    let found = check(ADT.as_bytes());
    assert!(found.findings.is_empty() && found.transaction == Transaction::Adt, "{:#?}", found.findings);
    let defects = [
        ("A02^ADT_A02", "A02^ADT_A08", "adt-structure"),
        ("A02^ADT_A02", "Z99^ADT_Z99", "adt-trigger"),
        ("EVN||", "EVN|A01|", "evn-1"),
        ("EVN||20260301091500+0000||||20260301091400+0000", "ZZZ|", "evn"),
        ("||||20260301091400+0000", "", "evn-6"),
        ("PID|||1^^^H^MR|", "PID||||", "adt-pid"),
        ("PID|||1^^^H^MR|", "PID|||1|", "adt-pid-3"),
        ("4B^401^2^H", "", "adt-pv1-3"),
        ("4B^401^1^H", "", "adt-pv1-6"),
        ("|V1", "|", "adt-pv1-19"),
        ("PV1||I", "PV1||", "adt-pv1-2"),
        ("A02^ADT_A02", "A40^ADT_A39", "mrg-1"),
        ("|20260301091501+0000||ADT", "|20260301091501||ADT", "time-offset-adt"),
    ];
    for (from, to, rule) in defects {
        let bad = ADT.replacen(from, to, 1);
        assert_ne!(bad, ADT);
        let found = rules(&check(bad.as_bytes()));
        assert!(found.contains(rule), "{from} → {to}: {rule} is not in {found:?}");
    }
}

#[test]
fn patient_segments_are_never_quoted() {
    let message = String::from_utf8(golden(PCD01)).unwrap();
    let message = message.replace("19700101", "1970010x").replace("12345^^^HOSP^MR", "12345").replace("|I|", "|Jane|");
    let found = check(message.as_bytes());
    assert!(found.count(Severity::Error) >= 2);
    for finding in &found.findings {
        let text = finding.to_string();
        assert!(!["12345", "Jane", "1970010x", "Doe"].iter().any(|word| text.contains(word)), "{text}");
    }
}

#[test]
fn files_hold_one_message_or_several() {
    let text = b"\xef\xbb\xbfMSH|^~\\&|a\nPID|1\r\n\x0bMSH|^~\\&|b\rPID|2\r\x1c\r";
    assert_eq!(messages_of(text), [b"MSH|^~\\&|a\rPID|1\r".to_vec(), b"MSH|^~\\&|b\rPID|2\r".to_vec()]);
    assert_eq!(messages_of(b"# note\nMSH|x"), [b"# note\r".to_vec(), b"MSH|x\r".to_vec()]);
    assert!(messages_of(b"").is_empty());
}

/// Public messages with known defects, from the reference folder beside the project; says so when it is not there.
#[test]
fn known_defects_of_public_messages_are_found() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/reference/hl7");
    if !folder.is_dir() {
        println!("skipped: the reference folder with public messages is not there");
        return;
    }
    let expected: &[(&str, &[&str])] = &[
        ("pcd01_monitor_periodic", &["obx-11", "mdc-code", "time-offset", "obr-3", "pid-3-authority", "pid-null"]),
        (
            "pcd04_low_spo2_start",
            &["alert-facets", "alert-flags", "obr-29", "eui-64", "coding-system", "obx-11-shifted", "msh-21-variant"],
        ),
        ("pcd04_pump_occlusion_start", &["eui-64", "coded-blanks", "obr-29"]),
        ("pcd04_watchdog", &["mdc-code", "msh-21", "msh-not-sent", "alert-event"]),
        ("pcd10_delivery_start", &["msh-21", "mdc-assigned"]),
        ("pcd10_cp094_delivery_start_v1.5", &["msh-21-variant", "mdc-provisional"]),
        ("pcd10_cp094_delivery_stop_draft", &["msh-15-16", "time", "mdc-code"]),
        ("pcim_associate_validated", &["time-offset"]),
        ("pcim_trauma_unknown_associate", &["msh-2"]),
        ("ack_aa_to_watchdog", &["msh-2-truncation", "msh-10", "msh-11"]),
        ("adt_cgta_series_2_a08", &["adt-structure", "msh-10-blanks"]),
        ("adt_cgta_seq4_1_a01", &["time-offset-adt"]),
        ("adt_ms_a08-01", &["evn-1", "adt-structure"]),
        ("adt_pkb_a12_minimal", &["evn", "adt-pv1-3", "adt-pv1-2"]),
        ("adt_de_a01_umlaut_8859_15", &["msh-18-other"]),
        ("pcd04_sdpi_fragments", &["message"]),
    ];
    for (name, rules) in expected {
        let text = std::fs::read(folder.join(format!("{name}.hl7"))).unwrap();
        let checked: Vec<Checked> = messages_of(&text).iter().map(|message| check(message)).collect();
        let found: BTreeSet<&str> = checked.iter().flat_map(|checked| self::rules(checked)).collect();
        for rule in *rules {
            assert!(found.contains(rule), "{name}: {rule} is not in {found:?}");
        }
    }
}

proptest! {
    /// Any change of a message, and any bytes at all, are survived within bounds.
    #[test]
    fn any_bytes_are_survived(
        which in 0usize..3,
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 0..40),
        tail in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        let mut message = vec![golden(PCD01), golden(PCD04), PUMP.as_bytes().to_vec()].swap_remove(which);
        for (at, byte) in changes {
            let at = at.index(message.len());
            message[at] = byte;
        }
        message.extend(tail);
        let found = check(&message);
        prop_assert!(found.findings.len() <= FINDINGS_MAX);
        for message in messages_of(&message) {
            check(&message);
        }
    }
}
