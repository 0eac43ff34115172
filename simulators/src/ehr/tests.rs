//! Tests of the simulated receiver, with messages written by hand.

use std::sync::{Arc, Mutex};

use vigil_messages::hl7::Ack;

use super::*;

fn observations(control_id: &str, patient: &str, value: &str) -> Vec<u8> {
    format!(
        "MSH|^~\\&|W1^0011223344556677^EUI-64|HOSP|||20260301101501||ORU^R01^ORU_R01|{control_id}|P|2.6|||AL|NE\r\
         PID|||{patient}^^^HOSP^MR\rPV1||I|4B^401^1\rOBR|1|{control_id}^W1|{control_id}^W1|1|||20260301101500\r\
         OBX|1||69965^X^MDC|1.0.0.0|||||||X\rOBX|2|NM|147842^MDC_ECG_CARD_BEAT_RATE^MDC|1.1.1.1|{value}||||||R\r\
         OBX|3|NM|150456^MDC_PULS_OXIM_SAT_O2^MDC|1.2.1.1||||INV|||X\r"
    )
    .into_bytes()
}

fn alarm(control_id: &str, parent: &str, phase: &str) -> Vec<u8> {
    format!(
        "MSH|^~\\&|W1|HOSP|||20260301101501||ORU^R40^ORU_R40|{control_id}|P|2.6\rPV1||I|4B^401^1\r\
         OBR|1||w1:000001^W1|196616^MDC_EVT_ALARM^MDC|||20260301101501||||||||||||||||||||||{parent}\r\
         OBX|1|ST|68481^MDC_ATTR_EVENT_PHASE^MDC|1.1.0.0.3|{phase}||||||F\r\
         OBX|2|ST|68482^MDC_ATTR_ALARM_STATE^MDC|1.1.0.0.4|active||||||F\r"
    )
    .into_bytes()
}

fn ehr(policy: EhrPolicy) -> Ehr {
    let expected = [("4B^401^1".to_owned(), "P1".to_owned())].into();
    Ehr::new(EhrSettings { policy, delay: Duration::from_millis(5), expected }, None)
}

fn ask(ehr: &mut Ehr, bytes: &[u8]) -> Option<Ack> {
    let answer = ehr.handle_message(Now::default(), bytes)?;
    assert_eq!(answer.after, Duration::from_millis(5));
    Some(Ack::parse(&Message::parse(&answer.bytes).unwrap()).unwrap())
}

#[test]
fn a_repeat_is_answered_alike_and_charted_once() {
    let mut ehr = ehr(EhrPolicy::Accept);
    let message = observations("C1", "P1", "80");
    let first = ehr.handle_message(Now::default(), &message).unwrap();
    assert_eq!(ehr.handle_message(Now::default().after(Duration::from_secs(9)), &message), Some(first.clone()));
    let ack = Ack::parse(&Message::parse(&first.bytes).unwrap()).unwrap();
    assert_eq!((ack.code, ack.control_id.as_str()), (AckCode::CommitAccept, "C1"));
    let counters = ehr.counters();
    assert_eq!((counters.received, counters.observations, counters.repeats, counters.duplicates), (2, 1, 1, 0));
    let charted = ehr.charted().next().unwrap();
    assert_eq!(charted.content, Content::Observations { values: 1, absent: 1 });
    assert_eq!((charted.place.as_str(), charted.patient.as_deref()), ("4B^401^1", Some("P1")));
}

#[test]
fn the_same_id_with_other_content_is_an_error() {
    let mut ehr = ehr(EhrPolicy::Accept);
    ask(&mut ehr, &observations("C1", "P1", "80"));
    let ack = ask(&mut ehr, &observations("C1", "P1", "81")).unwrap();
    assert_eq!((ack.code, ack.errors[0].code), (AckCode::ApplicationError, 205));
    assert_eq!((ehr.counters().conflicts, ehr.counters().observations), (1, 1));
}

#[test]
fn the_same_content_under_another_id_is_a_duplicate_and_a_stranger_is_counted() {
    let mut ehr = ehr(EhrPolicy::Accept);
    ask(&mut ehr, &observations("C1", "P1", "80"));
    ask(&mut ehr, &observations("C2", "P1", "80"));
    ask(&mut ehr, &observations("C3", "P9", "80"));
    assert_eq!((ehr.counters().duplicates, ehr.counters().misattributed), (1, 1));
}

#[test]
fn alarms_are_remembered_under_their_first_id() {
    let mut ehr = ehr(EhrPolicy::Accept);
    let ack = ask(&mut ehr, &alarm("A1", "", "start")).unwrap();
    assert_eq!(ack.code, AckCode::ApplicationAccept, "no MSH-15, so original mode");
    ask(&mut ehr, &alarm("A2", "^w1:000007&W1&0011&EUI-64", "end"));
    let found: Vec<_> = ehr.charted().map(|charted| charted.content.clone()).collect();
    let alarm = |occurrence: &str, phase: &str| Content::Alarm {
        occurrence: occurrence.to_owned(),
        phase: phase.to_owned(),
        state: "active".to_owned(),
    };
    assert_eq!(found, [alarm("w1:000001", "start"), alarm("w1:000007", "end")]);
}

#[test]
fn policies_decide_the_code() {
    for (word, enhanced, original) in [
        ("aa", Some(AckCode::CommitAccept), Some(AckCode::ApplicationAccept)),
        ("ae", Some(AckCode::CommitReject), Some(AckCode::ApplicationError)),
        ("ar", Some(AckCode::CommitError), Some(AckCode::ApplicationReject)),
        ("ca", Some(AckCode::CommitAccept), Some(AckCode::CommitAccept)),
        ("silent", None, None),
    ] {
        let mut ehr = ehr(word.parse().unwrap());
        assert_eq!(ask(&mut ehr, &observations("C1", "P1", "80")).map(|ack| ack.code), enhanced, "{word}");
        assert_eq!(ask(&mut ehr, &alarm("C2", "", "start")).map(|ack| ack.code), original, "{word}");
    }
    assert!("yes".parse::<EhrPolicy>().is_err());
}

#[test]
fn what_was_refused_is_refused_again_and_silence_is_not_remembered() {
    let mut ehr = ehr(EhrPolicy::Silent);
    let message = observations("C1", "P1", "80");
    assert_eq!(ask(&mut ehr, &message), None);
    ehr.set_policy(EhrPolicy::Accept);
    assert_eq!(ask(&mut ehr, &message).unwrap().code, AckCode::CommitAccept);
    assert_eq!((ehr.counters().unanswered, ehr.counters().observations, ehr.counters().repeats), (1, 1, 0));
    ehr.set_policy(EhrPolicy::Error);
    let refused = observations("C2", "P1", "81");
    assert_eq!(ask(&mut ehr, &refused).unwrap().code, AckCode::CommitReject);
    ehr.set_policy(EhrPolicy::Accept);
    assert_eq!(ask(&mut ehr, &refused).unwrap().code, AckCode::CommitReject);
}

#[test]
fn not_now_may_become_yes() {
    let mut ehr = ehr(EhrPolicy::Reject);
    let message = observations("C1", "P1", "80");
    assert_eq!(ask(&mut ehr, &message).unwrap().code, AckCode::CommitError);
    ehr.set_policy(EhrPolicy::Accept);
    assert_eq!(ask(&mut ehr, &message).unwrap().code, AckCode::CommitAccept);
    assert_eq!((ehr.counters().refused, ehr.counters().observations), (1, 1));
}

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn receipts_are_kept_once_and_name_no_patient() {
    let lines = Lines::default();
    let mut ehr = Ehr::new(EhrSettings::default(), Some(Box::new(lines.clone())));
    for message in [observations("C1", "P1", "80"), observations("C1", "P1", "80"), alarm("A1", "", "start")] {
        ehr.handle_message(Now::default(), &message);
    }
    let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    assert_eq!(text.lines().count(), 2);
    assert!(text.contains(r#""control_id":"C1""#) && text.contains(r#""occurrence":"w1:000001""#), "{text}");
    assert!(!text.contains("P1"), "{text}");
}

#[test]
fn noise_is_counted_and_not_answered() {
    let mut ehr = ehr(EhrPolicy::Accept);
    assert_eq!(ehr.handle_message(Now::default(), b"hello"), None);
    assert_eq!(ehr.counters().unreadable, 1);
    let answer = ehr.handle_message(Now::default(), b"MSH|^~\\&|W1\r").unwrap();
    let answer = Message::parse(&answer.bytes).unwrap();
    assert_eq!((answer.field("MSA", 1).raw(), answer.field("ERR", 3).component(1).raw()), (&b"AE"[..], &b"101"[..]));
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_survived(tail in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
        let mut ehr = ehr(EhrPolicy::Accept);
        ehr.handle_message(Now::default(), &tail);
        ehr.handle_message(Now::default(), &[&b"MSH|^~\\&|W1|||||||C1|"[..], &tail].concat());
    }
}
