//! Whether a scenario makes sense: every problem at once, each with its place and what to do.

use super::{ALARM_TEXT_CHARACTERS_MAX, BED_NUMBER_MAX, ENTRIES_MAX, Event, LENGTH_S_MAX, Scenario, VitalCurve};

/// Everything that is wrong with a scenario.
pub(crate) fn problems(scenario: &Scenario) -> Vec<String> {
    let mut found = Vec::new();
    if scenario.name.is_empty() || !scenario.name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
        found.push("name: letters, digits and dashes, at least one".to_owned());
    }
    if scenario.vitals.len() > ENTRIES_MAX || scenario.events.len() > ENTRIES_MAX {
        found.push(format!("more than {ENTRIES_MAX} curves or events; split the scenario"));
        return found;
    }
    if let Some(repeat_s) = scenario.repeat_s
        && !(1.0..=LENGTH_S_MAX).contains(&repeat_s)
    {
        found.push(format!("repeat_s: 1 to {LENGTH_S_MAX}, not {repeat_s}"));
    }
    if !(1.0..=LENGTH_S_MAX).contains(&scenario.cuff_interval_s) {
        found.push(format!("cuff_interval_s: 1 to {LENGTH_S_MAX}, not {}", scenario.cuff_interval_s));
    }
    let end_s = scenario.repeat_s.unwrap_or(LENGTH_S_MAX);
    for (index, curve) in scenario.vitals.iter().enumerate() {
        check_curve(&format!("vital {}", index + 1), curve, end_s, &mut found);
        if scenario.vitals[..index].iter().any(|other| other.bed == curve.bed && other.vital == curve.vital) {
            found.push(format!("vital {}: this bed has a curve for it already; join them", index + 1));
        }
    }
    for (index, event) in scenario.events.iter().enumerate() {
        check_event(&format!("event {}", index + 1), event, end_s, &mut found);
    }
    found
}

fn check_curve(place: &str, curve: &VitalCurve, end_s: f64, found: &mut Vec<String>) {
    check_bed(place, curve.bed, found);
    if curve.keyframes.is_empty() {
        found.push(format!("{place}: keyframes: at least one, or leave the curve out"));
    }
    if curve.keyframes.len() > ENTRIES_MAX {
        found.push(format!("{place}: keyframes: at most {ENTRIES_MAX}"));
        return;
    }
    let (least, greatest) = curve.vital.usual().range;
    let mut previous_s = None;
    for (index, point) in curve.keyframes.iter().enumerate() {
        let place = format!("{place}, keyframe {}", index + 1);
        check_time(&place, point.at_s, end_s, found);
        if previous_s.is_some_and(|previous_s| point.at_s <= previous_s) {
            found.push(format!("{place}: at_s: later than the keyframe before it"));
        }
        previous_s = Some(point.at_s);
        if point.value.is_none() && !curve.vital.can_be_absent() {
            found.push(format!("{place}: value is missing: its device has no word for \"no value\""));
        }
        if let Some(value) = point.value
            && !(least..=greatest).contains(&value)
        {
            found.push(format!("{place}: value: {least} to {greatest}, not {value}"));
        }
    }
}

fn check_event(place: &str, event: &Event, end_s: f64, found: &mut Vec<String>) {
    check_bed(place, event.bed, found);
    check_time(place, event.at_s, end_s, found);
    if let Err(problem) = event.kind() {
        found.push(format!("{place}: {problem}"));
    }
    if let Some(text) = &event.text
        && (text.is_empty()
            || text.len() > ALARM_TEXT_CHARACTERS_MAX
            || !text.bytes().all(|b| (0x20..0x7F).contains(&b)))
    {
        found.push(format!("{place}: text: 1 to {ALARM_TEXT_CHARACTERS_MAX} printable ASCII characters"));
    }
}

fn check_bed(place: &str, bed: Option<u32>, found: &mut Vec<String>) {
    if bed.is_some_and(|number| !(1..=BED_NUMBER_MAX).contains(&number)) {
        found.push(format!("{place}: bed: 1 to {BED_NUMBER_MAX}, counted from 1"));
    }
}

fn check_time(place: &str, at_s: f64, end_s: f64, found: &mut Vec<String>) {
    if !(0.0..=end_s).contains(&at_s) {
        found.push(format!("{place}: at_s: 0 to {end_s} (the end of the scenario), not {at_s}"));
    }
}

#[cfg(test)]
mod tests {
    use super::super::{EMBEDDED, Scenario};

    #[test]
    fn every_embedded_scenario_loads_under_its_own_name() {
        for (name, _) in EMBEDDED {
            assert_eq!(Scenario::named(name).unwrap().name, *name);
        }
        let unknown = Scenario::named("nonsense").unwrap_err().to_string();
        assert!(unknown.contains("desaturation"), "{unknown}");
    }

    #[test]
    fn every_problem_is_told_with_its_place() {
        let text = r#"
            name = "bad name"
            title = ""
            repeat_s = 0.1
            [[vital]]
            bed = 0
            vital = "spo2"
            keyframes = [{ at_s = 5, value = 130 }, { at_s = 5 }]
            [[event]]
            at_s = -1
            device = "monitor"
            event = "alarm-starts"
            alarm = "occlusion"
            [[event]]
            at_s = 0
            device = "pump"
            event = "alarm-starts"
        "#;
        let problems = Scenario::parse(text, "bad.toml").unwrap_err().to_string();
        for expected in [
            "bad.toml: ",
            "name: ",
            "repeat_s: ",
            "vital 1: bed: ",
            "vital 1, keyframe 1: value: 0 to 100, not 130",
            "vital 1, keyframe 2: at_s: later",
            "event 1: at_s",
            "event 1: this event is of a pump, not of a monitor",
            "event 2: `alarm` is missing",
        ] {
            assert!(problems.contains(expected), "{expected:?} is missing in {problems}");
        }
    }

    #[test]
    fn unknown_words_are_refused_with_line_and_choices() {
        let text = "name = \"a\"\ntitle = \"b\"\n[[vital]]\nvital = \"spo3\"\nkeyframes = []\n";
        let problem = Scenario::parse(text, "x.toml").unwrap_err().to_string();
        assert!(problem.contains("line 4") && problem.contains("spo2"), "{problem}");
        let problem = Scenario::parse("name = \"a\"\ntitle = \"b\"\ncolour = 1\n", "x.toml").unwrap_err().to_string();
        assert!(problem.contains("line 3") && problem.contains("cuff_interval_s"), "{problem}");
    }

    #[test]
    fn the_schema_names_every_key() {
        let schema = format!("{:?}", Scenario::schema());
        for key in ["cuff_interval_s", "keyframes", "contact-on", "bed-exit"] {
            assert!(schema.contains(key), "{key}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_survived(text in "\\PC{0,200}") {
            let _ = Scenario::parse(&text, "any");
        }
    }
}
