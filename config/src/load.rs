//! The one place of this crate that reads files.

use std::cell::RefCell;
use std::io::Read;
use std::path::{Path, PathBuf};

use vigil_messages::Destination;
use vigil_messages::hl7::local_codes::LocalCodes;

use crate::plan::Plan;
use crate::problem::{Problem, Severity};
use crate::profiles::{ProfileSource, ProfileText};

/// Largest configuration or profile that is read.
const FILE_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// Most problems of one table of local codes that are told.
const LOCAL_CODE_PROBLEMS_MAX: usize = 100;

/// Most profiles that are read from one folder.
const PROFILES_MAX: usize = 500;

/// Reads and checks a configuration file, the profiles in its `profiles_dir`, and those in `profiles` (`--profile FILE`).
/// Relative paths in the configuration start at its folder; paths in the plan do so no longer.
///
/// # Errors
/// Every problem at once.
pub fn load(path: &Path, profiles: &[PathBuf]) -> Result<Plan, Vec<Problem>> {
    let name = path.display().to_string();
    let text = read_text(path)
        .map_err(|why| vec![Problem::of_file(&name, format!("cannot be read: {why}"), "check path and permissions")])?;
    load_text(path, &text, profiles)
}

/// As [`load`], were `text` what stands in the file.
///
/// # Errors
/// Every problem at once.
pub fn load_text(path: &Path, text: &str, profiles: &[PathBuf]) -> Result<Plan, Vec<Problem>> {
    let name = path.display().to_string();
    let base = path.parent().unwrap_or(Path::new("")).to_path_buf();
    let source =
        Files { base: base.clone(), extra: profiles.to_vec(), read: RefCell::default(), charts: RefCell::default() };
    let mut plan = crate::parse(text, &name, &source)?;
    plan.source.profiles = source.read.into_inner();
    plan.source.charts = source.charts.into_inner();
    plan.data_dir = base.join(&plan.data_dir);
    crate::check::place_canary(&mut plan);
    local_codes(&mut plan, &base)?;
    for destination in &mut plan.destinations {
        place_tls(destination, &base, &name, &mut plan.warnings);
        let Destination::Mqtt(mqtt) = destination else { continue };
        if mqtt.password_file.is_empty() {
            continue;
        }
        let file = base.join(&*mqtt.password_file);
        mqtt.password_file = file.display().to_string().into();
        if let Err(error) = std::fs::File::open(&file) {
            plan.warnings.push(Problem {
                severity: Severity::Warning,
                key: format!("destination[{}].password_file", mqtt.id),
                ..Problem::of_file(
                    &name,
                    format!("{} cannot be read: {error}", file.display()),
                    "it is read at each connection",
                )
            });
        }
    }
    Ok(plan)
}

/// Reads the receivers' own codes.
fn local_codes(plan: &mut Plan, base: &Path) -> Result<(), Vec<Problem>> {
    let mut problems = Vec::new();
    for destination in &mut plan.destinations {
        let Destination::Hl7(hl7) = destination else { continue };
        if hl7.dialect.local_codes_file.is_empty() {
            continue;
        }
        let file = base.join(&*hl7.dialect.local_codes_file);
        let name = file.display().to_string();
        let about = |line: usize, message: String, help: &str| Problem {
            line,
            column: usize::from(line > 0),
            key: format!("destination[{}].dialect.local_codes_file", hl7.id),
            ..Problem::of_file(&name, message, help)
        };
        match read_text(&file).map(|text| LocalCodes::parse(&text)) {
            Ok(Ok(codes)) => hl7.dialect.local_codes = codes,
            Ok(Err(errors)) => {
                let errors = errors.into_iter().take(LOCAL_CODE_PROBLEMS_MAX);
                problems.extend(errors.map(|error| about(error.line, error.message, "")));
            }
            Err(why) => problems.push(about(0, format!("cannot be read: {why}"), "check path and permissions")),
        }
        hl7.dialect.local_codes_file = name.into();
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

/// Certificate files of a destination: relative paths start at the configuration's folder. One that cannot be read now may be
/// put there later, so it is a warning.
fn place_tls(destination: &mut Destination, base: &Path, name: &str, warnings: &mut Vec<Problem>) {
    let id = destination.id().clone();
    for (key, path) in destination.tls_mut().into_iter().flat_map(|tls| tls.files_mut()) {
        let file = base.join(&**path);
        *path = file.display().to_string().into();
        if let Err(error) = std::fs::File::open(&file) {
            warnings.push(Problem {
                severity: Severity::Warning,
                key: format!("destination[{id}].tls.{key}"),
                ..Problem::of_file(
                    name,
                    format!("{} cannot be read: {error}", file.display()),
                    "it is read at each connection; until then there is none",
                )
            });
        }
    }
}

/// Profiles in files.
struct Files {
    base: PathBuf,
    extra: Vec<PathBuf>,
    /// Name and text of every profile that was read.
    read: RefCell<Vec<(String, String)>>,
    /// Name and text of every chart that was read.
    charts: RefCell<Vec<(String, String)>>,
}

/// Reads a text and remembers it.
fn text(path: &Path, read: &RefCell<Vec<(String, String)>>) -> ProfileText {
    let text = ProfileText { file: path.display().to_string(), text: read_text(path) };
    if let Ok(found) = &text.text {
        read.borrow_mut().push((text.file.clone(), found.clone()));
    }
    text
}

impl Files {
    /// The TOML files of a folder, ascending.
    fn listed(&self, folder: &str) -> Result<Vec<PathBuf>, String> {
        let folder = self.base.join(folder);
        let entries = std::fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let mut paths = Vec::new();
        for entry in entries {
            let path = entry.map_err(|error| format!("{}: {error}", folder.display()))?.path();
            if path.extension().is_some_and(|extension| extension == "toml") {
                paths.push(path);
            }
        }
        if paths.len() > PROFILES_MAX {
            return Err(format!("{} has more than {PROFILES_MAX} files", folder.display()));
        }
        paths.sort();
        Ok(paths)
    }
}

impl ProfileSource for Files {
    fn folder(&self, folder: &str) -> Result<Vec<ProfileText>, String> {
        Ok(self.listed(folder)?.iter().map(|path| text(path, &self.read)).collect())
    }

    fn charts(&self, folder: &str) -> Result<Vec<ProfileText>, String> {
        Ok(self.listed(folder)?.iter().map(|path| text(path, &self.charts)).collect())
    }

    fn files(&self) -> Vec<ProfileText> {
        self.extra.iter().map(|path| text(path, &self.read)).collect()
    }
}

fn read_text(path: &Path) -> Result<String, String> {
    let file = std::fs::File::open(path).map_err(|error| error.to_string())?;
    let mut bytes = Vec::new();
    file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(format!("it has more than {FILE_BYTES_MAX} bytes"));
    }
    String::from_utf8(bytes).map_err(|error| {
        let line =
            error.as_bytes()[..error.utf8_error().valid_up_to()].iter().filter(|byte| **byte == b'\n').count() + 1;
        format!("line {line} is not UTF-8")
    })
}
