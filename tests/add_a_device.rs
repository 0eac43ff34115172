//! Follows `docs/add-a-device.md`: every path it names exists, its register map works with the program itself, its folder
//! compiles and passes compliance in a copy of the repository, and what it asks of a driver every driver has.

#![allow(clippy::unwrap_used, reason = "helpers of tests, outside `#[test]` functions")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use vigil_protocols::driver::Driver;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn text(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The blocks of the page: what stands behind the language of a fence (`file=…`), and the text inside.
fn blocks(page: &str) -> Vec<(String, String)> {
    let mut blocks = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let Some(fence) = line.trim_start().strip_prefix("```") else { continue };
        let inside: Vec<&str> = lines.by_ref().take_while(|line| !line.trim_start().starts_with("```")).collect();
        let named = fence.split_once(' ').map_or(fence, |(_, named)| named);
        blocks.push((named.to_owned(), inside.join("\n") + "\n"));
    }
    blocks
}

fn block(name: &str) -> String {
    let found = blocks(&text("docs/add-a-device.md")).into_iter().find(|(named, _)| named == name);
    found.unwrap_or_else(|| panic!("the page has no block {name:?}")).1
}

fn vigil(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_vigil")).args(arguments).current_dir(folder).output().unwrap()
}

#[test]
fn every_path_on_the_page_exists() {
    let page = text("docs/add-a-device.md");
    let outside_blocks: String = {
        let mut inside = false;
        let keep = |line: &&str| {
            let fence = line.trim_start().starts_with("```");
            inside ^= fence;
            !inside && !fence
        };
        page.lines().filter(keep).collect::<Vec<_>>().join("\n")
    };
    let quoted = outside_blocks.split('`').skip(1).step_by(2);
    let paths: Vec<&str> = quoted.filter(|text| text.contains('/') && !text.contains([' ', '*'])).collect();
    assert!(paths.len() >= 12, "{paths:?}");
    for path in paths {
        assert!(root().join(path).exists(), "the page names {path}, which is not there");
    }
    for folder in
        ["masimo_ascii", "ge_giraffe", "ivy_450c", "baxter_as50", "terumo_te_ss", "fresenius_base", "bbraun_bcc"]
    {
        assert!(page.contains(folder) && root().join("drivers/protocols/src").join(folder).is_dir(), "{folder}");
    }
}

#[test]
fn the_register_map_of_the_page_is_checked_and_reads_its_frame() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("example-fridge.toml"), block("file=example-fridge.toml")).unwrap();
    std::fs::write(folder.path().join("frame.hex"), block("hex")).unwrap();
    let checked = vigil(folder.path(), &["profiles", "check", "example-fridge.toml"]);
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    let arguments =
        ["decode", "--driver", "modbus", "--profile", "example-fridge.toml", "--framing", "rtu", "frame.hex"];
    let decoded = vigil(folder.path(), &arguments);
    let said = String::from_utf8(decoded.stdout).unwrap();
    assert!(said.contains("\"value\":\"4.2\"") && said.contains("\"validity\":\"valid\""), "{said}");
}

#[test]
fn every_driver_is_what_the_page_says() {
    let (drivers, simulators) = (text("drivers/README.md"), text("docs/simulators.md"));
    for driver in Driver::ALL {
        let folder = root().join("drivers/protocols/src").join(driver.name().replace('-', "_"));
        for file in ["README.md", "sample.toml", "mod.rs", "table.rs", "cases"] {
            let table_folder = file == "table.rs" && folder.join("table/mod.rs").is_file();
            assert!(folder.join(file).exists() || table_folder, "{} has no {file}", folder.display());
        }
        let codec = folder.join("codec.rs").is_file() || folder.join("codec/mod.rs").is_file();
        assert!(codec, "{} has no codec", folder.display());
        for (page, name) in [(&drivers, "drivers/README.md"), (&simulators, "docs/simulators.md")] {
            assert!(page.contains(&format!("`{}`", driver.name())), "{name} does not name {}", driver.name());
        }
    }
}

/// A copy of everything that is kept under version control, without what nobody compiles.
fn copy(to: &Path) {
    let listed = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
    for path in String::from_utf8(listed.stdout).unwrap().lines() {
        let (from, to) = (root().join(path), to.join(path));
        if from.is_file() {
            std::fs::create_dir_all(to.parent().unwrap()).unwrap();
            std::fs::copy(from, to).unwrap();
        }
    }
}

#[test]
#[ignore = "compiles a copy of the repository: takes a minute"]
fn the_folder_of_the_page_is_a_driver_that_passes_compliance() {
    let folder = tempfile::tempdir().unwrap();
    copy(folder.path());
    for (named, inside) in blocks(&text("docs/add-a-device.md")) {
        if let Some(path) = named.strip_prefix("file=drivers/") {
            let path = folder.path().join("drivers").join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, inside).unwrap();
        }
    }
    let edit = |path: &str, change: &dyn Fn(String) -> String| {
        let path: PathBuf = folder.path().join(path);
        let before = std::fs::read_to_string(&path).unwrap();
        let after = change(before.clone());
        assert_ne!(before, after, "{} is not as the page says", path.display());
        std::fs::write(path, after).unwrap();
    };
    edit("drivers/protocols/src/lib.rs", &|lib| {
        lib.replacen("pub mod alaris", "pub mod example_thermometer;\npub mod alaris", 1)
    });
    let line = block("line=drivers/protocols/src/driver.rs");
    edit("drivers/protocols/src/driver.rs", &|list| list.replacen("drivers! {\n", &format!("drivers! {{\n{line}"), 1));
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    let output = Command::new(env!("CARGO"))
        .args(["test", "--offline", "-p", "vigil-protocols", "--test", "compliance"])
        .env("CARGO_TARGET_DIR", target.join("add-a-device"))
        .current_dir(folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
}
