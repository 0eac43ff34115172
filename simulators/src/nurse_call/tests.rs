//! Tests of the simulated nurse call, with payloads written by hand.

use super::*;

const TOPIC: &str = "ward/v1/north/4B/401/1/alert/w1:000001/state";

fn payload(seq: u64, state: &str, inactivation: &str) -> Vec<u8> {
    format!(
        r#"{{"schema":"vigil/alarm/1","id":"w1:000001","seq":{seq},"phase":"start","state":"{state}","priority":"PH","type":"SP",
        "inactivation":["{inactivation}"],"event":{{"refid":"MDC_EVT_LO","code":196670,"text":"Low SpO2"}},
        "t_sent":"1970-01-01T00:00:10.500Z","test":true}}"#
    )
    .into_bytes()
}

fn at(ms: u64) -> Now {
    Now::default().after(Duration::from_millis(ms))
}

fn published(call: &mut NurseCall) -> Vec<(String, String)> {
    let text = |publication: Publication| {
        let payload: serde_json::Value = serde_json::from_slice(&publication.payload).unwrap();
        (publication.topic, payload["action"].as_str().unwrap().to_owned())
    };
    std::iter::from_fn(|| call.poll_publication()).map(text).collect()
}

#[test]
fn an_alarm_is_confirmed_at_once_and_acknowledged_later() {
    let settings = NurseCallSettings { acknowledge_after: Some(Duration::from_secs(5)), ..Default::default() };
    let mut call = NurseCall::new(settings);
    call.handle_message(at(10_750), TOPIC, &payload(3, "active", "enabled"), Some(b"c1"));
    let ack = "ward/v1/north/4B/401/1/alert/w1:000001/ack".to_owned();
    assert_eq!(published(&mut call), [(ack.clone(), "received".to_owned())]);
    assert_eq!((call.active(), call.poll_timeout()), (1, Some(at(15_750).monotonic)));
    assert_eq!(call.latencies(), [Duration::from_millis(250)]);
    // A repeat does not postpone what is planned.
    call.handle_message(at(12_000), TOPIC, &payload(3, "active", "enabled"), None);
    assert_eq!((call.counters().duplicates, call.poll_timeout()), (1, Some(at(15_750).monotonic)));
    published(&mut call);
    call.handle_timeout(at(15_750));
    assert_eq!(published(&mut call), [(ack, "acknowledge".to_owned())]);
    assert_eq!((call.poll_timeout(), call.counters().acknowledged), (None, 1));
    call.handle_message(at(20_000), TOPIC, &payload(5, "inactive", "enabled"), None);
    assert_eq!(call.active(), 0);
    call.handle_message(at(20_000), TOPIC, b"", None);
    assert_eq!((call.alarms().count(), call.counters().cleared), (0, 1));
}

#[test]
fn what_somebody_else_acknowledged_is_left_alone_and_old_states_do_not_come_back() {
    let settings = NurseCallSettings { acknowledge_after: Some(Duration::ZERO), ..Default::default() };
    let mut call = NurseCall::new(settings);
    call.handle_message(at(0), TOPIC, &payload(8, "active", "alert-acknowledged"), None);
    assert_eq!(call.poll_timeout(), None);
    call.handle_message(at(0), TOPIC, &payload(7, "active", "enabled"), None);
    assert_eq!((call.counters().outdated, call.poll_timeout()), (1, None));
}

#[test]
fn other_topics_are_passed_over_and_nonsense_is_counted() {
    let mut call = NurseCall::new(NurseCallSettings::default());
    call.handle_message(at(0), "ward/v1/north/4B/401/1/summary", b"{}", None);
    call.handle_message(at(0), "ward/v1/north/4B/401/1/alert/w1:000002/state", &payload(1, "active", "enabled"), None);
    call.handle_message(at(0), TOPIC, b"{", None);
    assert_eq!((call.counters().unreadable, call.counters().delivered), (2, 0));
    assert_eq!(published(&mut call), []);
}

proptest::proptest! {
    #[test]
    fn any_message_is_survived(topic in "[a-z/]{0,40}(/alert/a/state)?", payload in proptest::collection::vec(proptest::num::u8::ANY, 0..100)) {
        NurseCall::new(NurseCallSettings::default()).handle_message(Now::default(), &topic, &payload, None);
    }

    #[test]
    fn any_time_is_survived(text in "[0-9TZ:.-]{0,40}") {
        let _ = rfc_3339(&text);
    }
}
