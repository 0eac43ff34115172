//! The poll loop with a device of three letters: asked `a` (alarms), `b` or `s`, it answers the same letter in capitals.

use vigil_model::{Containment, mdc};

use super::*;

#[derive(Default)]
struct Toy {
    answers: VecDeque<u8>,
    half: bool,
    /// `s` makes no sense for now.
    no_slow: bool,
    prompts: usize,
}

const ALARMS: u8 = b'a';
const BASIC: u8 = b'b';
const SLOW: u8 = b's';

impl Asked for Toy {
    type Request = u8;

    fn encode(&self, request: u8) -> Vec<u8> {
        vec![request]
    }

    fn wants(&self, request: u8) -> bool {
        request != SLOW || !self.no_slow
    }

    fn prompt(&mut self) -> Option<Vec<u8>> {
        self.prompts = self.prompts.checked_sub(1)?;
        Some(b".".to_vec())
    }

    fn forget(&mut self) {
        *self = Self::default();
    }

    fn cut(&mut self) -> Option<Fault> {
        std::mem::take(&mut self.half).then(|| Fault::new(FaultKind::Truncated, 1, "half"))
    }

    fn push(&mut self, bytes: &[u8]) {
        self.answers.extend(bytes);
    }

    fn poll(&mut self) -> Option<Incoming<u8>> {
        let letter = self.answers.pop_front()?;
        match letter {
            b'A' | b'B' | b'S' => Some(Incoming::Answer {
                request: letter.to_ascii_lowercase(),
                reports: vec![Report::AlarmsListed],
                then: Then::Continue,
            }),
            b'!' => Some(Incoming::Answer { request: BASIC, reports: vec![], then: Then::Ask(ALARMS) }),
            b'#' => Some(Incoming::Answer { request: BASIC, reports: vec![], then: Then::StartOver }),
            b'-' => {
                self.half = true;
                self.poll()
            }
            b'?' => {
                self.prompts += 1;
                self.poll()
            }
            b'<' | b'>' => {
                self.no_slow = letter == b'<';
                self.poll()
            }
            b'R' => Some(Incoming::Refused(Fault::new(FaultKind::Exception, 1, "refused"))),
            _ => Some(Incoming::Fault(Fault::new(FaultKind::Framing, 1, "noise"))),
        }
    }
}

struct Bench {
    session: PollSession<Toy>,
    now: Now,
}

fn profile() -> Arc<Profile> {
    Arc::new(Profile {
        name: "toy".into(),
        title: "Toy".into(),
        mds: mdc::DEV_PUMP_INFUS_MDS,
        nodes: vec![],
        metrics: vec![vigil_model::MetricDescriptor {
            code: mdc::MASS_BODY_ACTUAL,
            containment: Containment::new(1, 1, 1, 1),
            unit: None,
            category: vigil_model::Category::Measurement,
            fresh_for: None,
            episodic: true,
            plausible: None,
            label: "Weight".into(),
        }],
        alarms: vec![],
        fresh_for: Duration::from_secs(10),
    })
}

impl Bench {
    fn new() -> Self {
        let entry = |request, seconds, urgent| Entry { request, period: Duration::from_secs(seconds), urgent };
        let plan = vec![entry(ALARMS, 1, true), entry(BASIC, 1, false), entry(SLOW, 30, false)];
        let (timeout, quiet_time) = (Duration::from_millis(500), Duration::from_secs(3));
        let mut session = PollSession::new(profile(), Toy::default(), plan, timeout, quiet_time);
        let now = Now::default().after(Duration::from_secs(100));
        session.handle_connected(now);
        Self { session, now }
    }

    fn asked(&mut self) -> Option<char> {
        self.session.poll_transmit().map(|transmit| char::from(transmit.as_bytes()[0]))
    }

    fn answer(&mut self, bytes: &[u8]) -> Option<char> {
        self.session.handle_bytes(self.now, bytes);
        self.asked()
    }

    /// The first round after connecting.
    fn answer_everything(&mut self) {
        let asked = [self.asked(), self.answer(b"A"), self.answer(b"B"), self.answer(b"S")];
        assert_eq!(asked, [Some('a'), Some('b'), Some('s'), None]);
    }

    /// Moves to the next deadline.
    fn wait(&mut self) -> Option<char> {
        let at = self.session.poll_timeout().unwrap();
        self.now = self.now.after(at.since(self.now.monotonic));
        self.session.handle_timeout(self.now);
        self.asked()
    }

    fn reports(&mut self) -> Vec<Report> {
        std::iter::from_fn(|| self.session.poll_report()).collect()
    }

    fn faults(&mut self) -> Vec<FaultKind> {
        let fault = |report| if let Report::Fault(fault) = report { Some(fault.kind) } else { None };
        self.reports().into_iter().filter_map(fault).collect()
    }
}

#[test]
fn alarms_are_asked_first_and_everything_after_connecting() {
    let mut bench = Bench::new();
    assert_eq!(bench.asked(), Some('a'));
    assert_eq!(bench.reports(), [Report::Link(LinkState::Associating)]);
    assert_eq!(bench.answer(b"A"), Some('b'));
    assert_eq!(bench.reports(), [Report::Link(LinkState::Up), Report::AlarmsListed]);
    assert_eq!(bench.answer(b"B"), Some('s'));
    assert_eq!(bench.answer(b"S"), None);
    assert_eq!(bench.session.poll_timeout(), Some(bench.now.monotonic + Duration::from_secs(1)));
    assert_eq!((bench.wait(), bench.answer(b"A"), bench.answer(b"B")), (Some('a'), Some('b'), None));
}

#[test]
fn an_answer_that_does_not_come_is_asked_for_once_more() {
    let mut bench = Bench::new();
    assert_eq!(bench.asked(), Some('a'));
    assert_eq!(bench.wait(), Some('a'));
    assert_eq!(bench.faults(), []);
    assert_eq!(bench.wait(), None);
    assert_eq!(bench.faults(), [FaultKind::Timeout]);
    let mut order = vec![];
    for _ in 0..9 {
        order.extend(bench.wait());
    }
    // Alarms come back between the others, and the others are not starved by them.
    assert_eq!(order.iter().collect::<String>(), "bbaassa"[..order.len()].to_owned());
}

#[test]
fn a_refusal_ends_the_turn_and_is_asked_again_when_it_is_due() {
    let mut bench = Bench::new();
    assert_eq!(bench.asked(), Some('a'));
    assert_eq!(bench.answer(b"R"), None, "the line is left alone for a moment");
    let reports = bench.reports();
    assert!(matches!(&reports[1..], [Report::Link(LinkState::Up), Report::Fault(f)] if f.kind == FaultKind::Exception));
    assert_eq!((bench.wait(), bench.answer(b"B"), bench.answer(b"S")), (Some('b'), Some('s'), None));
    assert_eq!(bench.wait(), Some('a'), "at its own time, and not twice");
    assert_eq!(bench.answer(b"RR"), None);
    assert_eq!(bench.faults(), [FaultKind::Exception; 2]);
}

#[test]
fn what_cannot_wait_is_sent_at_anybodys_turn() {
    let mut bench = Bench::new();
    assert_eq!(bench.asked(), Some('a'));
    assert_eq!(bench.answer(b"?"), Some('.'), "while an answer is awaited");
    assert_eq!((bench.answer(b"A"), bench.answer(b"B"), bench.answer(b"S")), (Some('b'), Some('s'), None));
    assert_eq!(bench.answer(b"?"), Some('.'), "while nothing is asked");
    assert_eq!(bench.faults(), []);
}

#[test]
fn what_makes_no_sense_is_not_asked_and_keeps_nobody_awake() {
    let mut bench = Bench::new();
    assert_eq!(bench.asked(), Some('a'));
    assert_eq!((bench.answer(b"<A"), bench.answer(b"B")), (Some('b'), None));
    assert_eq!(bench.session.poll_timeout(), Some(bench.now.monotonic + Duration::from_secs(1)));
    assert_eq!((bench.wait(), bench.answer(b">A"), bench.answer(b"S")), (Some('a'), Some('s'), Some('b')));
}

#[test]
fn a_late_answer_is_counted_and_not_used() {
    let mut bench = Bench::new();
    bench.asked();
    assert_eq!((bench.wait(), bench.wait(), bench.wait()), (Some('a'), None, Some('b')));
    bench.reports();
    assert_eq!(bench.answer(b"A"), None, "the answer to `b` is still waited for");
    let reports = bench.reports();
    assert_eq!(reports[0], Report::Link(LinkState::Up), "late or not, the device is there");
    assert!(matches!(&reports[1..], [Report::Fault(Fault { kind: FaultKind::Unexpected, .. })]));
    assert_eq!((bench.answer(b"B"), bench.answer(b"A"), bench.answer(b"S")), (Some('a'), Some('s'), None));
    bench.reports();
    // Nobody waits for anything: an answer out of the blue is not used either.
    bench.answer(b"BB");
    assert_eq!(bench.faults(), [FaultKind::Unexpected; 2]);
}

#[test]
fn half_frames_do_not_outlive_their_deadline() {
    let mut bench = Bench::new();
    bench.answer(b"-");
    bench.wait();
    assert_eq!(bench.faults(), [FaultKind::Truncated]);
}

#[test]
fn silence_is_noticed_within_the_quiet_time_and_the_line_is_probed_slowly() {
    let mut bench = Bench::new();
    bench.answer_everything();
    let (heard, mut lost) = (bench.now.monotonic, None);
    let mut asked_after_loss = 0;
    for _ in 0..60 {
        let asked = bench.wait();
        for report in bench.reports() {
            if matches!(report, Report::Link(LinkState::Lost { .. })) {
                assert_eq!(lost, None, "reported once");
                lost = Some(bench.now.monotonic);
            }
        }
        asked_after_loss += u32::from(lost.is_some() && asked.is_some());
    }
    assert_eq!(lost.unwrap().since(heard), Duration::from_secs(3));
    let seconds = bench.now.monotonic.since(lost.unwrap()).as_secs_f64();
    assert!(f64::from(asked_after_loss) <= seconds / 1.5 + 2.0, "{asked_after_loss} in {seconds} s");
}

#[test]
fn a_device_that_comes_back_is_asked_everything_again() {
    let mut bench = Bench::new();
    while !matches!(bench.session.watch.state(), LinkState::Lost { .. }) {
        bench.wait();
    }
    let mut asked = None;
    while asked.is_none() {
        asked = bench.wait();
    }
    bench.reports();
    let answer = asked.unwrap().to_ascii_uppercase() as u8;
    assert_eq!(bench.answer(&[answer]), Some('a'));
    assert_eq!(bench.reports()[0], Report::Link(LinkState::Up));
    assert_eq!((bench.answer(b"A"), bench.answer(b"B"), bench.answer(b"S")), (Some('b'), Some('s'), None));
}

#[test]
fn an_answer_can_ask_for_a_request_or_a_new_start() {
    let mut bench = Bench::new();
    assert_eq!((bench.asked(), bench.answer(b"A")), (Some('a'), Some('b')));
    assert_eq!(bench.answer(b"!"), Some('a'), "alarms at once, before what is due anyway");
    assert_eq!(bench.answer(b"A"), Some('s'));
    assert_eq!(bench.answer(b"S"), None);
    assert_eq!((bench.wait(), bench.answer(b"A")), (Some('a'), Some('b')));
    assert_eq!(bench.answer(b"#"), Some('a'));
    assert_eq!((bench.answer(b"A"), bench.answer(b"B")), (Some('b'), Some('s')));
}

#[test]
fn answers_that_arrive_together_are_as_good_as_one_by_one() {
    let mut bench = Bench::new();
    bench.asked();
    bench.session.handle_bytes(bench.now, b"ABS");
    assert_eq!([bench.asked(), bench.asked(), bench.asked()], [Some('b'), Some('s'), None]);
    assert_eq!(bench.faults(), []);
}

#[test]
fn noise_keeps_no_link_up() {
    let mut bench = Bench::new();
    bench.answer(b"~");
    assert_eq!(bench.reports().len(), 2, "associating and the fault");
    assert!(!bench.session.watch.is_up());
}

#[test]
fn a_closed_line_is_silent() {
    let mut bench = Bench::new();
    bench.reports();
    bench.session.handle_disconnected(bench.now, "unplugged");
    bench.session.handle_disconnected(bench.now, "unplugged");
    assert!(matches!(bench.reports()[..], [Report::Link(LinkState::Lost { .. })]));
    assert_eq!((bench.asked(), bench.session.poll_timeout()), (None, None));
    bench.session.handle_connected(bench.now);
    assert_eq!(bench.asked(), Some('a'));
}

#[test]
fn episodic_values_carry_the_time_of_their_arrival() {
    let now = Now::default().after(Duration::from_secs(5));
    let weight = vigil_model::Observation::new(
        mdc::MASS_BODY_ACTUAL,
        Containment::new(1, 1, 1, 1),
        None,
        vigil_model::Reading::Absent(vigil_model::Absence::Overflow),
    );
    let Report::Observation(stamped) = determined(&profile(), now, Report::Observation(weight)) else { panic!() };
    assert_eq!(stamped.determined_at, Some(now.utc));
}

proptest::proptest! {
    #[test]
    fn anything_at_any_time_is_survived(steps in proptest::collection::vec((0u8..5, 0u64..5_000, proptest::sample::select(b"ABS!#-~".to_vec())), 0..80)) {
        let mut bench = Bench::new();
        let mut open = true;
        for (step, wait_ms, byte) in steps {
            bench.now = bench.now.after(Duration::from_millis(wait_ms));
            match step {
                0 => {
                    bench.session.handle_disconnected(bench.now, "unplugged");
                    open = false;
                }
                1 => {
                    bench.session.handle_connected(bench.now);
                    open = true;
                }
                2 => bench.session.handle_bytes(bench.now, &[byte, byte]),
                _ => bench.session.handle_timeout(bench.now),
            }
            let asked: Vec<char> = std::iter::from_fn(|| bench.asked()).collect();
            proptest::prop_assert!(asked.iter().all(|letter| open && "abs".contains(*letter)));
            proptest::prop_assert!(asked.len() <= 2, "one request at a time, and two bytes at most");
            proptest::prop_assert_eq!(bench.session.poll_timeout().is_some(), open);
            bench.reports();
        }
    }
}
