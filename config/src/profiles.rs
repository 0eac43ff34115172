//! Where register-map profiles come from, and the set of those that a configuration can name.

use std::sync::Arc;

use vigil_protocols::modbus::RegisterProfile;

use crate::document::{Place, Problems};
use crate::nearest;
use crate::problem::{Problem, Severity};

/// Gives the texts of register-map profiles beyond the embedded ones. The only way in which checking a configuration can
/// meet the outside; [`crate::load`] brings one that reads files.
pub trait ProfileSource {
    /// The profiles in a folder as the configuration names it, each with the name of its file, sorted by that.
    ///
    /// # Errors
    /// A sentence about why the folder cannot be read.
    fn folder(&self, folder: &str) -> Result<Vec<ProfileText>, String>;

    /// The charts of early-warning scores in a folder, in the same way.
    ///
    /// # Errors
    /// A sentence about why the folder cannot be read.
    fn charts(&self, folder: &str) -> Result<Vec<ProfileText>, String> {
        self.folder(folder)
    }

    /// The profiles that were named one by one.
    fn files(&self) -> Vec<ProfileText>;
}

/// Text of one profile.
#[derive(Clone, Debug)]
pub struct ProfileText {
    /// Name of the file, for problems.
    pub file: String,
    /// Its text, or a sentence about why it cannot be read.
    pub text: Result<String, String>,
}

/// No profiles but the embedded ones.
#[derive(Clone, Copy, Debug, Default)]
pub struct EmbeddedProfiles;

impl ProfileSource for EmbeddedProfiles {
    fn folder(&self, _: &str) -> Result<Vec<ProfileText>, String> {
        Err("folders are not read here".to_owned())
    }

    fn files(&self) -> Vec<ProfileText> {
        Vec::new()
    }
}

/// The profiles that a configuration can name.
pub(crate) struct Profiles {
    known: Vec<(Arc<RegisterProfile>, String)>,
    incomplete: bool,
}

impl Profiles {
    /// The embedded profiles and those of the source; a profile with a problem is reported and left out.
    pub(crate) fn collect(folder: Option<&str>, source: &dyn ProfileSource, problems: &mut Problems<'_, '_>) -> Self {
        let mut profiles = Self { known: Vec::new(), incomplete: false };
        for (name, text) in RegisterProfile::embedded() {
            profiles.add(&format!("embedded {name}"), text, problems);
        }
        let mut texts = Vec::new();
        if let Some(folder) = folder {
            match source.folder(folder) {
                Ok(found) => texts = found,
                Err(why) => {
                    let place = Place::top("appliance").key("profiles_dir");
                    problems.error(
                        &place,
                        format!("cannot be read: {why}"),
                        "name a folder with profiles, or leave it out",
                    );
                    profiles.incomplete = true;
                }
            }
        }
        texts.extend(source.files());
        for ProfileText { file, text } in texts {
            match text {
                Ok(text) => profiles.add(&file, &text, problems),
                Err(why) => {
                    problems.push(Problem::of_file(
                        file,
                        format!("cannot be read: {why}"),
                        "check path and permissions",
                    ));
                    profiles.incomplete = true;
                }
            }
        }
        profiles
    }

    fn add(&mut self, file: &str, text: &str, problems: &mut Problems<'_, '_>) {
        match RegisterProfile::parse(text, file) {
            Ok(profile) => {
                let name = &profile.profile().name;
                if let Some((_, other)) = self.known.iter().find(|(known, _)| known.profile().name == *name) {
                    let message = format!("the profile name `{name}` is taken by {other}");
                    problems.push(Problem::of_file(file, message, "give it another name"));
                } else {
                    self.known.push((Arc::new(profile), file.to_owned()));
                }
            }
            Err(found) => {
                self.incomplete = true;
                for problem in found {
                    problems.push(Problem {
                        file: problem.origin,
                        line: problem.line,
                        column: problem.column,
                        key: String::new(),
                        message: problem.message,
                        help: String::new(),
                        severity: Severity::Error,
                    });
                }
            }
        }
    }

    /// The profile of a name; reports a reference that leads nowhere.
    pub(crate) fn refer(
        &self,
        name: &str,
        place: &Place,
        problems: &mut Problems<'_, '_>,
    ) -> Option<Arc<RegisterProfile>> {
        let found = self.known.iter().find(|(profile, _)| &*profile.profile().name == name);
        if found.is_none() && !self.incomplete {
            let known = self.known.iter().map(|(profile, _)| &*profile.profile().name);
            let help = nearest::suggest(name, known);
            problems.error(place, format!("there is no profile `{}`", crate::check::shortened(name)), help);
        }
        found.map(|(profile, _)| profile.clone())
    }
}
