//! `vigil interface-kit`: what it writes, that its samples are what may leave, and what it refuses.

use super::*;

#[test]
fn every_destination_gets_its_profile_its_samples_and_its_codes() {
    let folder = tempfile::tempdir().unwrap();
    let (config, kit) = (repository("config/examples/receivers.toml"), folder.path().join("kit"));
    let expected = ["engine: ", "old-ehr: ", "research: ", "samples"];
    vigil(["interface-kit", &text(&config), "--out", &text(&kit)]).expect(0).out_has(&expected);

    let read = |path: &str| std::fs::read_to_string(kit.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    let samples = |destination: &str| -> Vec<PathBuf> {
        let entries = std::fs::read_dir(kit.join(destination).join("samples")).unwrap();
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        paths
    };
    // As the profiles have it: nothing is found in any of its samples.
    let engine = samples("engine");
    assert!(engine.len() > 20, "{engine:?}");
    let files: Vec<String> = engine.iter().map(|path| text(path)).collect();
    let check = ["hl7", "check", "--strict"].into_iter().chain(files.iter().map(String::as_str));
    vigil(check.collect::<Vec<_>>()).expect(0);
    for phase in ["start", "watchdog", "acknowledged", "update", "escalate", "reset", "end", "present"] {
        assert!(files.iter().any(|file| file.ends_with(&format!("-{phase}.hl7"))), "no {phase} in {files:?}");
    }
    assert!(read("engine/profile.md").contains("| PCD-10 |") && read("engine/check.md").contains("Nothing is found"));

    // In its dialect, and only that is found.
    let codes = read("old-ehr/codes.csv");
    assert!(codes.contains("MDC_PULS_OXIM_SAT_O2,150456,SPO2,Sauerstoffsättigung,99NORTH,MDC_DIM_PERCENT"), "{codes}");
    assert!(codes.contains("MDC_DIM_MMHG,MDC_DIM_KILO_PASCAL,265987 kPa"), "{codes}");
    assert!(read("old-ehr/check.md").contains("all of what the dialect of this destination wants otherwise"));
    let profile: serde_json::Value = serde_json::from_str(&read("old-ehr/profile.json")).unwrap();
    assert_eq!(profile["particular"]["messages"].as_array().map(Vec::len), Some(1), "observations only");

    // Nothing that its lists do not name.
    for path in samples("research") {
        let sample = std::fs::read_to_string(&path).unwrap();
        assert!(!sample.contains("Muster") && !sample.contains("99999999"), "{sample}");
        assert!(!sample.contains("MDC_TEMP") && !sample.contains("MDC_PRESS"), "{sample}");
    }
    assert!(read("research/profile.md").contains("Of patients: nothing."));

    // The same again, to the byte.
    let again = folder.path().join("again");
    vigil(["interface-kit", &text(&config), "--out", &text(&again)]).expect(0);
    for path in engine {
        let twin = again.join("engine/samples").join(path.file_name().unwrap());
        assert_eq!(std::fs::read(&path).unwrap(), std::fs::read(&twin).unwrap(), "{}", path.display());
    }
}

#[test]
fn what_is_there_stays_and_what_cannot_run_has_no_kit() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("note"), "mine").unwrap();
    let config = text(&repository("config/examples/minimal.toml"));
    vigil(["interface-kit", &config, "--out", &text(folder.path())]).expect(2).err_has(&["not empty"]);
    let (_folder, broken) = file("[appliance]\n");
    let out = text(&folder.path().join("kit"));
    vigil(["interface-kit", &text(&broken), "--out", &out]).expect(2).err_has(&["not a configuration that can run"]);
    vigil(["interface-kit", &config]).expect(2).err_has(&["--out"]);
}
