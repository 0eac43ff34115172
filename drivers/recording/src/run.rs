//! One run of an appliance: how it began, and its streams.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::record::Checkpoint;
use crate::ring::{self, ENGINE};
use crate::stream::Stream;
use crate::{RecordingError, failed};

/// File with the beginning of a run.
const START: &str = "start.json";
/// Folder of all runs in the data folder of an appliance.
const FOLDER: &str = "recording";
/// Version of the format.
const VERSION: u32 = 1;

/// How a run began.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beginning {
    /// Version of the format; set when it is written.
    #[serde(default)]
    pub version: u32,
    /// Version of the program.
    pub program: String,
    /// What the configuration was. It may name patients.
    pub source: Source,
    /// Ids of the links; a position in this list stands for a link in the recording.
    pub links: Vec<Arc<str>>,
    /// Where the engine stood: what it took over from the run before.
    pub checkpoint: Checkpoint,
}

/// A configuration as text, with the profiles that were read for it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Name of the file.
    pub name: String,
    /// Its text.
    pub text: String,
    /// Register profiles that are not built in.
    pub profiles: Vec<ProfileText>,
    /// Charts of early-warning scores that are not built in.
    #[serde(default)]
    pub charts: Vec<ProfileText>,
}

/// The text of a register profile.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileText {
    /// Name of the file.
    pub file: String,
    /// Its text.
    pub text: String,
}

/// A recorded run.
#[derive(Clone, Debug)]
pub struct Run {
    /// Its folder.
    pub folder: PathBuf,
    /// How it began.
    pub beginning: Beginning,
}

impl Run {
    /// The inputs of a link; empty for one that is not in this run.
    pub fn link(&self, id: &str) -> Stream {
        Stream::open(&self.folder.join(link_folder(id)))
    }

    /// The steps of the engine.
    pub fn steps(&self) -> Stream {
        Stream::open(&self.folder.join(ENGINE))
    }

    /// Its name.
    pub fn name(&self) -> String {
        self.folder.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    fn open(folder: &Path) -> Result<Self, RecordingError> {
        let path = folder.join(START);
        let text = std::fs::read(&path).map_err(failed("read", &path))?;
        let unreadable = |reason: String| RecordingError::Unreadable { path: path.clone(), reason };
        // The error of the parser tells line and column, and no content but unknown words of the format.
        let beginning: Beginning = serde_json::from_slice(&text).map_err(|error| unreadable(error.to_string()))?;
        if beginning.version != VERSION {
            let reason = format!("its format is version {}, this program knows {VERSION}", beginning.version);
            return Err(unreadable(reason));
        }
        Ok(Self { folder: folder.to_owned(), beginning })
    }
}

/// The runs of a recording, oldest first: of an appliance's data folder, of its folder `recording`, or one run's folder.
///
/// # Errors
/// If there is none, or the beginning of one cannot be read.
pub fn runs(path: &Path) -> Result<Vec<Run>, RecordingError> {
    if path.join(START).is_file() {
        return Ok(vec![Run::open(path)?]);
    }
    let nested = path.join(FOLDER);
    let folder = if nested.is_dir() { nested } else { path.to_owned() };
    let found: Vec<Run> = ring::entries(&folder)
        .iter()
        .filter(|run| run.join(START).is_file())
        .map(|run| Run::open(run))
        .collect::<Result<_, _>>()?;
    if found.is_empty() { Err(RecordingError::Nothing { path: path.to_owned() }) } else { Ok(found) }
}

/// Copies a run into a folder of runs, readable by its owner only. What the ring takes away meanwhile is missing in the copy.
///
/// # Errors
/// If the copy cannot be written.
pub fn copy(run: &Run, to: &Path) -> Result<(), RecordingError> {
    let folder = to.join(run.name());
    ring::make_folder(&folder).map_err(failed("create the folder", &folder))?;
    for path in ring::entries(&run.folder) {
        let name = path.file_name().unwrap_or_default();
        if !path.is_dir() {
            copy_file(&path, &folder.join(name))?;
            continue;
        }
        let stream = folder.join(name);
        ring::make_folder(&stream).map_err(failed("create the folder", &stream))?;
        for segment in ring::entries(&path) {
            copy_file(&segment, &stream.join(segment.file_name().unwrap_or_default()))?;
        }
    }
    Ok(())
}

/// The copy has the permissions of the original.
fn copy_file(from: &Path, to: &Path) -> Result<(), RecordingError> {
    match std::fs::copy(from, to) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !from.exists() => Ok(()),
        Err(error) => Err(failed("write", to)(error)),
    }
}

/// Folder of a link in a run. Ids of links are letters, digits, `.`, `_` and `-`; whatever else one held could not leave
/// the run's folder.
pub(crate) fn link_folder(id: &str) -> String {
    format!("link-{}", id.replace(['/', '\0'], "_"))
}

/// Makes the folder of a new run, with its beginning in it.
pub(crate) fn begin(root: &Path, beginning: &Beginning) -> Result<PathBuf, RecordingError> {
    ring::make_folder(root).map_err(failed("create the folder", root))?;
    let mut micros = beginning.checkpoint.utc.max(0);
    // Two runs that begin at the same time by a clock that was set back.
    let folder = loop {
        let folder = root.join(format!("run-{micros:016}"));
        if !folder.exists() {
            break folder;
        }
        micros += 1;
    };
    ring::make_folder(&folder).map_err(failed("create the folder", &folder))?;
    let path = folder.join(START);
    let text = serde_json::to_vec_pretty(&Beginning { version: VERSION, ..beginning.clone() })
        .map_err(|error| RecordingError::Unreadable { path: path.clone(), reason: error.to_string() })?;
    let mut file =
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).map_err(failed("create", &path))?;
    file.write_all(&text).map_err(failed("write", &path))?;
    Ok(folder)
}
