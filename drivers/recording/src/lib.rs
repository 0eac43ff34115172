//! What went into an appliance, on disk, so that a night can be looked at again: every input of every link with its time, the
//! bytes of both directions, and which of it each step of the engine took in.
//!
//! It is a convenience, not a promise: recording never holds up a link or the engine. What cannot be written is dropped and
//! counted, and the recording says at that place that there is a gap. A ring per link keeps the newest hours within a bound on
//! its size. Files can be read and written by their owner only: they hold what devices say about patients.
//!
//! - [`Recorder`] writes; it gives a [`Tape`](vigil_protocols::tape::Tape) to each link and a [`StepTape`] to the engine's loop.
//! - [`runs`] and [`Run`] read.
//! - `codec` is the format, pure; `ring` the files.

mod codec;
mod queue;
mod record;
mod recorder;
mod ring;
mod run;
mod steps;
mod stream;
mod sum;

pub use record::{Checkpoint, Gap, Record, Said, Step, Taken};
pub use recorder::{LinkTape, Recorder, Status};
pub use ring::Bounds;
pub use run::{Beginning, ProfileText, Run, Source, copy, runs};
pub use steps::StepTape;
pub use stream::{Damage, Stream};

/// Why a recording cannot be made or read. No text of it holds what was recorded.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    /// The file system refused.
    #[error("cannot {action} {path}: {source}; check that the folder exists, is yours and has space")]
    File {
        /// What was being done.
        action: &'static str,
        /// To which file or folder.
        path: std::path::PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// A file is not what its name says.
    #[error("{path} is not the beginning of a recording this program can read: {reason}")]
    Unreadable {
        /// The file.
        path: std::path::PathBuf,
        /// Why not.
        reason: String,
    },
    /// There is no recording.
    #[error(
        "there is no recording in {path}; name the data folder of an appliance, its folder `recording`, or one run in it"
    )]
    Nothing {
        /// The folder.
        path: std::path::PathBuf,
    },
}

pub(crate) fn failed(action: &'static str, path: &std::path::Path) -> impl FnOnce(std::io::Error) -> RecordingError {
    let path = path.to_owned();
    move |source| RecordingError::File { action, path, source }
}
