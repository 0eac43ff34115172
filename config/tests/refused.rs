//! Every refused configuration in `cases/refused` gives exactly the problems beside it. `VIGIL_BLESS=1` writes them anew:
//! read the difference before keeping it.

#![allow(clippy::unwrap_used, reason = "helpers of tests, outside `#[test]` functions")]

use std::path::{Path, PathBuf};

use vigil_config::{EmbeddedProfiles, Problem, Severity, parse};

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases/refused");
    let mut cases: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    cases.sort();
    cases
}

#[test]
fn each_is_refused_with_its_problems() {
    let bless = std::env::var_os("VIGIL_BLESS").is_some();
    let mut wrong = Vec::new();
    let cases = cases();
    assert!(cases.len() >= 15);
    for case in cases {
        let text = std::fs::read_to_string(&case).unwrap();
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        let problems = parse(&text, &name, &EmbeddedProfiles).err().unwrap_or_default();
        if !problems.iter().any(|problem| problem.severity == Severity::Error) {
            wrong.push(format!("{name} is accepted"));
        }
        let got: String = problems.iter().map(|problem| format!("{problem}\n")).collect();
        let expected = case.with_extension("txt");
        if bless {
            std::fs::write(&expected, &got).unwrap();
        }
        let want = std::fs::read_to_string(&expected).unwrap_or_default();
        if got != want {
            wrong.push(format!("{name} gives\n{got}instead of\n{want}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn problems_point_into_the_text_and_read_as_json() {
    for case in cases() {
        let text = std::fs::read_to_string(&case).unwrap();
        for problem in parse(&text, "case.toml", &EmbeddedProfiles).err().unwrap_or_default() {
            assert!(problem.line <= text.lines().count() + 1, "{problem}");
            let line = text.lines().nth(problem.line.saturating_sub(1)).unwrap_or("");
            assert!(problem.column <= line.chars().count() + 1, "{problem}");
            let json = serde_json::to_string(&problem).unwrap();
            assert_eq!(serde_json::from_str::<Problem>(&json).unwrap(), problem);
        }
    }
}

#[test]
fn no_problem_repeats_patient_data() {
    let case = cases().into_iter().find(|case| case.ends_with("patient-data-is-not-repeated.toml")).unwrap();
    let problems = parse(&std::fs::read_to_string(case).unwrap(), "case.toml", &EmbeddedProfiles).unwrap_err();
    let said: String = problems.iter().map(ToString::to_string).collect();
    assert!(!["4711815", "1950", "female", "Secret"].iter().any(|datum| said.contains(datum)), "{said}");
}
