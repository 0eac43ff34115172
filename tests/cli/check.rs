//! `vigil check`, and what `vigil run` says of a configuration that is refused.

use super::support::process::{command, vigil};
use super::{file, repository, text};

#[test]
fn every_example_is_accepted_and_its_plan_is_told() {
    for (name, beds) in [("minimal.toml", 1), ("ward.toml", 4)] {
        let path = text(&repository("config/examples").join(name));
        let plan = vigil(["check", &path]).expect(0).out_has(&["Appliance ward-4b", "preset adult"]);
        assert!(plan.err.is_empty(), "{}", plan.err);
        let json = vigil(["check", &path, "--json"]).expect(0).json();
        assert_eq!(json.len(), 1);
        assert_eq!(json[0]["appliance"], "ward-4b");
        assert_eq!(json[0]["beds"].as_array().unwrap().len(), beds);
    }
}

#[test]
fn every_problem_of_a_refused_configuration_is_told_with_its_place() {
    let folder = repository("config/cases/refused");
    let mut cases = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        // What is there depends on the folder of the file, which the case does not read.
        if path.extension().is_none_or(|extension| extension != "toml") || name == "profiles-dir-missing.toml" {
            continue;
        }
        cases += 1;
        let wanted = std::fs::read_to_string(path.with_extension("txt")).unwrap();
        let output = command(["check", name]).current_dir(&folder).output().unwrap();
        let out = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(1), "{name}: {out}");
        let (problems, last) = out.trim_end().rsplit_once('\n').unwrap();
        assert_eq!(problems, wanted.trim_end(), "{name}");
        assert!(last.contains("problem") && last.ends_with(name), "{last}");
        let output = command(["check", name, "--json"]).current_dir(&folder).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{name}");
        let lines = String::from_utf8(output.stdout).unwrap();
        assert_eq!(lines.lines().count(), wanted.lines().count(), "{name}");
        for (line, wanted) in lines.lines().zip(wanted.lines()) {
            let problem: serde_json::Value = serde_json::from_str(line).unwrap();
            assert_eq!(problem["file"], name);
            let place = format!("{name}:{}:{}: ", problem["line"], problem["column"]);
            assert!(wanted.starts_with(&place) || problem["line"] == 0, "{line} is not {wanted}");
            assert!(wanted.contains(problem["key"].as_str().unwrap()), "{line} is not {wanted}");
        }
    }
    assert!(cases >= 20, "{cases}");
}

#[test]
fn what_cannot_be_read_is_2_and_nothing_is_judged() {
    for arguments in
        [["check", "/nowhere/ward.toml"], ["run", "/nowhere/ward.toml"], ["simulate", "/nowhere/ward.toml"]]
    {
        vigil(arguments).expect(2).err_has(&["vigil: ", "/nowhere/ward.toml", "No such file", "check"]);
    }
    let good = text(&repository("config/examples/ward.toml"));
    // A profile on the command line is part of what is judged.
    vigil(["check", &good, "--profile", "/nowhere/profile.toml"]).expect(1).out_has(&["/nowhere/profile.toml"]);
}

#[test]
fn what_is_refused_is_not_run() {
    let good = std::fs::read_to_string(repository("config/examples/minimal.toml")).unwrap();
    let (_folder, path) = file(good.replace("bed = \"bed-1\"", "bed = \"bed-2\""));
    for command in ["run", "simulate"] {
        let ran = vigil([command, &text(&path)]).expect(2).err_has(&["not a configuration that can run", "bed-2"]);
        let line = 1 + good.lines().position(|line| line == "bed = \"bed-1\"").unwrap();
        let place = format!("{}:{line}:7: device[mon-1].bed: ", path.display());
        assert!(ran.err.contains(&place), "{place} is not in {}", ran.err);
        assert!(ran.out.is_empty());
    }
}

#[test]
fn patient_data_is_in_no_answer() {
    let good = std::fs::read_to_string(repository("config/examples/minimal.toml")).unwrap();
    let patient = "[bed.patient]\nid = \"P-4711\"\nfamily = \"Alder\"\ngiven = \"Ann\"\nbirth_date = \"19480312\"\n";
    let accepted = good.replace("[[link]]", &format!("{patient}\n[[link]]"));
    let refused = accepted.replace("birth_date = \"19480312\"", "birth_date = \"yesterday\"");
    for (content, code) in [(accepted, 0), (refused, 1)] {
        let (_folder, path) = file(content);
        for json in [&[][..], &["--json"]] {
            let ran = vigil([&["check", &text(&path)], json].concat()).expect(code);
            for secret in ["4711", "Alder", "Ann", "1948", "yesterday"] {
                assert!(!ran.out.contains(secret) && !ran.err.contains(secret), "{secret}: {}{}", ran.out, ran.err);
            }
        }
    }
}
