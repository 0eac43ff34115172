//! What the program knows: `vigil profiles`, `codes`, `schema`, `completions`, `man`.

use super::support::bench::THERMOMETER;
use super::support::process::vigil;
use super::{COMMANDS, file, text};

#[test]
fn every_driver_and_profile_is_listed_and_shown() {
    let listed = vigil(["profiles", "--json"]).expect(0).json();
    let names: Vec<&str> = listed.iter().map(|row| row["name"].as_str().unwrap()).collect();
    for name in ["ge-s5-dri", "alaris-asena", "esc-scale", "bed-contacts"] {
        assert!(names.contains(&name), "{names:?}");
    }
    let text = vigil(["profiles"]).expect(0).out_has(&names);
    assert_eq!(text.out.lines().count(), listed.len());
    for row in &listed {
        let name = row["name"].as_str().unwrap();
        let shown = vigil(["profiles", "show", name, "--json"]).expect(0).json();
        let (metrics, alarms): (Vec<_>, Vec<_>) = shown.iter().partition(|row| row.contains_key("containment"));
        assert_eq!(metrics.len() as u64, row["metrics"].as_u64().unwrap(), "{name}");
        assert_eq!(alarms.len() as u64, row["alarms"].as_u64().unwrap(), "{name}");
        vigil(["profiles", "show", name]).expect(0).out_has(&["MDC"]);
        vigil(["profiles", "show", name, "--text"]).expect(0).out_has(&[if row["kind"] == "driver" {
            "# "
        } else {
            "[[block]]"
        }]);
    }
    vigil(["profiles", "show", "nope"]).expect(2).err_has(&["\"nope\"", "bed-contacts"]);
    vigil(["profiles", "show", "nope", "--text"]).expect(2).err_has(&["nope"]);
}

#[test]
fn profiles_of_others_are_checked_by_their_own_examples() {
    let (_folder, good) = file(THERMOMETER);
    let (_folder, wrong) = file(THERMOMETER.replace("registers = [371, 1]", "registers = [372, 1]"));
    let (_folder, broken) = file(THERMOMETER.replace("MDC_TEMP_BODY\"\nunit", "MDC_TEMP_BODDY\"\nunit"));
    let check = |path: &std::path::Path| vigil(["profiles", "check", &text(path)]);
    check(&good).expect(0).out_has(&["all worked examples"]);
    check(&wrong).expect(1).out_has(&[&format!("{}:", wrong.display()), "37.2", "37.1"]);
    let line = 1 + THERMOMETER.lines().position(|line| line == "code = \"MDC_TEMP_BODY\"").unwrap();
    check(&broken).expect(1).out_has(&[&format!("{}:{line}:8: ", broken.display()), "MDC_TEMP_BODDY"]);
    // Several at once: each is an object, and one that is wrong decides.
    let json = vigil(["profiles", "check", "--json", &text(&good), &text(&wrong), &text(&broken)]).expect(1).json();
    let problems: Vec<usize> = json.iter().map(|file| file["problems"].as_array().unwrap().len()).collect();
    assert_eq!(problems[0], 0);
    assert!(problems.len() == 3 && problems[1] > 0 && problems[2] > 0, "{problems:?}");
    vigil(["profiles", "check", "/nowhere.toml"]).expect(2).err_has(&["/nowhere.toml"]);
    vigil(["profiles", "check"]).expect(2).err_has(&["<FILES>"]);
}

#[test]
fn codes_are_found_by_name_number_and_text() {
    let all = vigil(["codes"]).expect(0);
    assert_eq!(all.out.lines().count(), vigil(["codes", "--json"]).expect(0).json().len());
    for text in ["MDC_PULS_OXIM_SAT_O2", "puls_oxim_sat", "150456"] {
        let found = vigil(["codes", text, "--json"]).expect(0).json();
        let row = found.iter().find(|row| row["refid"] == "MDC_PULS_OXIM_SAT_O2").unwrap();
        assert_eq!(
            (row["code"].as_u64(), row["ucum"].as_str(), row["kind"].as_str()),
            (Some(150_456), Some("%"), Some("metric"))
        );
    }
    vigil(["codes", "MDC_DIM_MMHG"]).expect(0).out_has(&["mm[Hg]", "unit"]);
    assert!(vigil(["codes", "unheard of"]).expect(1).out.is_empty());
}

#[test]
fn the_schema_describes_every_section() {
    let schema: serde_json::Value = serde_json::from_str(&vigil(["schema"]).expect(0).out).unwrap();
    assert!(schema["$schema"].as_str().unwrap().contains("json-schema.org"));
    for section in ["appliance", "bed", "preset", "link", "device", "destination"] {
        assert!(schema["properties"][section].is_object(), "{section}");
    }
    assert_eq!(schema["additionalProperties"], false);
}

#[test]
fn completions_and_manual_pages_name_every_command() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        vigil(["completions", shell]).expect(0).out_has(&COMMANDS);
    }
    let page = |arguments: &[&str]| {
        let ran = vigil(arguments).expect(0);
        let plain = ran.out.replace("\\-", "-"); // a page of the manual escapes hyphens
        move |words: &[&str]| words.iter().for_each(|word| assert!(plain.contains(word), "{word:?} is not in {plain}"))
    };
    page(&["man"])(&[".TH", "vigil"]);
    page(&["man"])(&COMMANDS);
    for command in COMMANDS {
        page(&["man", command])(&[".TH", command, "Example"]);
    }
}

#[test]
fn a_table_of_registers_becomes_a_profile() {
    let table = "table,address,label,type,unit,scale\nholding-registers,16,Flow temp,i16,Cel,0.1\n3,17,Return temp,i16,Cel,0.1\n";
    let (folder, path) = file(table);
    let out = folder.path().join("boiler.toml");
    vigil(["profiles", "import", &text(&path), "--name", "boiler", "--out", &text(&out)]).expect(0);
    vigil(["profiles", "check", &text(&out)]).expect(0);
    vigil(["profiles", "show", &text(&out)]).expect(0).out_has(&["MDCX_BOILER_FLOW_TEMP", "Return temp"]);
    vigil(["profiles", "import", &text(&path), "--name", "boiler"]).expect(0).out_has(&["[[block]]", "count = 2"]);
    let (_folder, wrong) = file(table.replace("Cel,0.1\n3", "furlong,x\n3").replace("17,", "70000,"));
    let told = vigil(["profiles", "import", &text(&wrong), "--name", "boiler"]).expect(2);
    told.err_has(&[":3:3: "]);
    let (_folder, wrong) = file(table.replace("Cel,0.1\n3", "furlong,x\n3"));
    let told = vigil(["profiles", "import", &text(&wrong), "--name", "boiler"]).expect(2);
    told.err_has(&[":2:36: ", ":2:44: ", "furlong"]);
}
