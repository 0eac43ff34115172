//! Tests of the simulated monitor against the codec of its driver.

use std::sync::Arc;

use vigil_protocols::philips_intellivue::codec::{Number, Streamed, class};

use super::*;
use crate::scenario::Scenario;
use crate::vital::Vital;

fn patient(scenario: &str) -> Patient {
    Patient::new(3, Arc::new(Scenario::named(scenario).unwrap().course(1)))
}

fn monitor(scenario: &str) -> Intellivue {
    Intellivue::new(patient(scenario), 3, Instant::from_micros(0))
}

fn at(ms: u64) -> Now {
    Now { monotonic: Instant::from_micros(0), utc: Timestamp::from_seconds(1_772_352_000) }
        .after(Duration::from_millis(ms))
}

fn ask(monitor: &mut Intellivue, now: Now, request: Request) {
    monitor.handle_bytes(now, &frame(&request.encode()));
}

fn messages(monitor: &mut Intellivue) -> Vec<Message> {
    let mut deframer = Deframer::new();
    while let Some(bytes) = monitor.poll_transmit() {
        deframer.push(&bytes);
    }
    std::iter::from_fn(|| deframer.next_message()).map(|found| Message::decode(&found.unwrap()).unwrap()).collect()
}

/// Runs from one time to another, in ms, and gives what was sent with its time.
fn run(monitor: &mut Intellivue, from: u64, until: u64) -> Vec<(u64, Message)> {
    let mut found = Vec::new();
    for ms in (from..=until).step_by(50) {
        monitor.handle_timeout(at(ms));
        found.extend(messages(monitor).into_iter().map(|message| (ms, message)));
    }
    found
}

/// An association made at 1.3 s.
fn associated(scenario: &str) -> Intellivue {
    let mut monitor = monitor(scenario);
    ask(&mut monitor, at(0), Request::Associate { waves: false });
    run(&mut monitor, 0, 1_300);
    ask(&mut monitor, at(1_300), Request::CreateResult { invoke_id: 1 });
    monitor
}

#[test]
fn it_agrees_after_a_while_and_says_who_it_is_until_it_is_answered() {
    let mut monitor = monitor("stable");
    ask(&mut monitor, at(0), Request::Release);
    assert!(messages(&mut monitor).is_empty(), "there is nothing to release");
    ask(&mut monitor, at(0), Request::Associate { waves: false });
    ask(&mut monitor, at(1_000), Request::Associate { waves: false });
    let said = run(&mut monitor, 1_000, 5_400);
    assert!(matches!(said[..2], [(1_300, Message::Accepted(_)), (1_300, Message::CreateEvent(_))]), "{said:?}");
    assert!(matches!(said[2..], [(3_300, Message::CreateEvent(_)), (5_300, Message::CreateEvent(_))]));
    ask(&mut monitor, at(5_500), Request::Poll { invoke_id: 9, polled: Polled::Monitor });
    assert!(run(&mut monitor, 5_500, 6_500).is_empty(), "the event has not been answered");
    ask(&mut monitor, at(6_500), Request::CreateResult { invoke_id: 1 });
    ask(&mut monitor, at(6_500), Request::Poll { invoke_id: 9, polled: Polled::Monitor });
    assert!(matches!(run(&mut monitor, 6_500, 7_500)[..], [(6_800, Message::PollAnswer(_))]));
}

#[test]
fn numerics_come_in_parts_by_themselves_as_long_as_asked() {
    let mut monitor = associated("stable");
    ask(&mut monitor, at(1_300), Request::ExtendedPoll { invoke_id: 5, streamed: Streamed::Numerics, ticks: 24_000 });
    let said = run(&mut monitor, 1_300, 9_000);
    let times: Vec<u64> = said.iter().map(|(ms, _)| *ms).collect();
    assert_eq!(times, [1_600, 1_600, 1_600, 2_650, 2_650, 2_650, 3_650, 3_650, 3_650]);
    let parts: Vec<_> = said
        .iter()
        .map(|(_, message)| match message {
            Message::PollAnswer(answer) => {
                (answer.link.map(|link| link.position), answer.result.objects().count(), answer.result.sequence)
            }
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(parts[..3], [(Some(Link::FIRST), 3, Some(0)), (Some(Link::LAST), 8, Some(0)), (None, 0, Some(0))]);
    assert_eq!(parts[3].2, Some(1));
}

#[test]
fn objects_are_named_once_and_in_its_language() {
    let mut monitor = associated("stable").speaking(Language::French);
    ask(&mut monitor, at(1_300), Request::ExtendedPoll { invoke_id: 5, streamed: Streamed::Numerics, ticks: 80_000 });
    let labels = |message: &Message| match message {
        Message::PollAnswer(answer) => answer
            .result
            .objects()
            .filter_map(|(_, object)| object.attributes.text(id::LABEL_STRING))
            .collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    let said = run(&mut monitor, 1_300, 3_000);
    let first: Vec<String> = labels(&said[0].1).iter().map(ToString::to_string).collect();
    assert_eq!(first, ["PA", "Tcent", "Pouls"]);
    assert!(labels(&said[3].1).is_empty() && labels(&said[4].1).is_empty());
}

#[test]
fn numbers_are_the_patients() {
    let mut monitor = associated("stable");
    ask(&mut monitor, at(1_300), Request::Poll { invoke_id: 5, polled: Polled::Numerics });
    let said = run(&mut monitor, 1_300, 2_000);
    let mut numbers: Vec<Number> = Vec::new();
    for (_, message) in &said {
        let Message::PollAnswer(answer) = message else { panic!("{message:?}") };
        numbers.extend(answer.result.objects().flat_map(|(_, object)| object.attributes.numbers().unwrap()));
    }
    let value = |physio| numbers.iter().find(|number| number.physio == physio).unwrap().value.quantity().ok();
    let truth = |vital| patient("stable").value(vital, Duration::from_millis(1_600));
    assert_eq!(value(0x4182), truth(Vital::HeartRate));
    assert_eq!(value(0x4BB8), truth(Vital::Spo2));
    assert_eq!(value(0x4A15), truth(Vital::AbpSystolic));
    assert_eq!(value(0x4B60), truth(Vital::Temperature));
}

#[test]
fn alarms_stand_in_their_list_and_without_a_probe_there_is_no_number() {
    let mut monitor = associated("probe-off");
    let mut found = Vec::new();
    for second in 2..20u64 {
        ask(&mut monitor, at(second * 1_000), Request::Poll { invoke_id: 5, polled: Polled::Alarms });
        found = run(&mut monitor, second * 1_000, second * 1_000 + 950);
    }
    let Message::PollAnswer(answer) = &found[0].1 else { panic!() };
    assert_eq!(answer.result.class, class::ALARM_MONITOR);
    let (_, object) = answer.result.objects().next().unwrap();
    let list = |id| AlarmEntry::list(object.attributes.find(id).unwrap()).unwrap();
    assert!(list(id::PATIENT_ALARMS).is_empty());
    let technical = list(id::TECHNICAL_ALARMS);
    assert!(matches!(&technical[0].info, AlarmInfo::Known { text: Some(text), .. } if &**text == "SPO2 PROBE OFF"));
}

#[test]
fn silence_ends_the_association_and_so_does_a_second_request() {
    let mut monitor = associated("stable");
    assert!(matches!(run(&mut monitor, 1_300, 12_000)[..], [(11_300, Message::Aborted)]));
    let mut monitor = associated("stable");
    ask(&mut monitor, at(2_000), Request::Associate { waves: false });
    assert_eq!(messages(&mut monitor), [Message::Aborted]);
    let mut monitor = associated("stable");
    ask(&mut monitor, at(2_000), Request::Release);
    assert_eq!(messages(&mut monitor), [Message::Released]);
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..300)) {
        let mut monitor = associated("stable");
        monitor.handle_bytes(at(1_400), &bytes);
        monitor.handle_timeout(at(60_000));
        while monitor.poll_transmit().is_some() {}
    }
}
