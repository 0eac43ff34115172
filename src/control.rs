//! What people say to the running appliance from its own machine: a Unix socket in its data folder that only the appliance's
//! user can open. One JSON object a line each way; an answer is given once what was asked is on disk.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use vigil_journal::Reader;
use vigil_model::{AssociationOrder, BedMemory, Binding, Evidence, HeldVerdict, OrderOutcome, PatientSaid};

use crate::appliance::Question;
use crate::assemble::journal_path;
use crate::request::Request;

/// Longest line in bytes.
pub const LINE_BYTES_MAX: u64 = 64 << 10;
/// Connections at a time; more wait.
const CONNECTIONS_MAX: usize = 16;
/// How long a connection may say nothing, and how long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// Pause after the system refused to accept a connection: it has no descriptors left, and asking at once would only spin.
const ACCEPT_RETRY: Duration = Duration::from_millis(200);

/// Where the socket of an appliance stands in its data folder.
pub fn socket_path(data_dir: &Path) -> PathBuf {
    data_dir.join("control.sock")
}

/// What can be asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "do", deny_unknown_fields)]
pub enum Asked {
    /// Who lies where.
    Beds,
    /// What is held.
    Held,
    /// Bind a patient to a bed.
    Bind {
        /// Id of the bed.
        bed: String,
        /// Identifier of the patient.
        patient: String,
        /// A second identifier that must fit.
        second_id: String,
        /// Who assigned the identifier.
        #[serde(default)]
        authority: String,
        /// Visit number.
        #[serde(default)]
        visit: String,
        /// Family name, for a patient that ADT does not know.
        #[serde(default)]
        family: Option<String>,
        /// Given name, for a patient that ADT does not know.
        #[serde(default)]
        given: Option<String>,
        /// Date of birth, for a patient that ADT does not know.
        #[serde(default)]
        birth_date: Option<String>,
        /// Who does it.
        by: String,
        /// Why.
        why: String,
    },
    /// Unbind whoever lies in a bed.
    Release {
        /// Id of the bed.
        bed: String,
        /// Only if it is this patient.
        #[serde(default)]
        patient: Option<String>,
        /// Who does it.
        by: String,
        /// Why.
        why: String,
    },
    /// Say what is to become of held observations.
    Settle {
        /// Id of the bed.
        bed: String,
        /// Whether they are sent or thrown away.
        verdict: HeldVerdict,
        /// Who does it.
        by: String,
        /// Why.
        why: String,
    },
}

impl Asked {
    /// The order it comes to; `None` for a question.
    ///
    /// # Errors
    /// If nobody says who it is.
    fn order(self) -> Result<Option<AssociationOrder>, String> {
        let named = |by: &str| -> Result<Arc<str>, String> {
            let by = by.trim();
            let good = !by.is_empty() && by.chars().count() <= 100 && !by.chars().any(char::is_control);
            if good { Ok(by.into()) } else { Err("say who does it, in at most 100 printable characters".to_owned()) }
        };
        Ok(match self {
            Asked::Beds | Asked::Held => None,
            Asked::Bind { bed, patient, second_id, authority, visit, family, given, birth_date, by, why } => {
                let text = |text: Option<String>| text.map(|text| text.as_str().into());
                Some(AssociationOrder::Bind(Binding {
                    bed: bed.into(),
                    patient: PatientSaid {
                        id: patient.trim().into(),
                        authority: authority.into(),
                        id_type: "".into(),
                        visit: visit.into(),
                        family: text(family),
                        given: text(given),
                        birth_date: text(birth_date.map(|date| date.replace('-', ""))),
                        sex: None,
                    },
                    second: Some(second_id.into()),
                    evidence: Evidence::Scan,
                    by: named(&by)?,
                    why: why.into(),
                }))
            }
            Asked::Release { bed, patient, by, why } => Some(AssociationOrder::Release {
                bed: bed.into(),
                patient: patient.map(Into::into),
                by: named(&by)?,
                why: why.into(),
            }),
            Asked::Settle { bed, verdict, by, why } => {
                Some(AssociationOrder::Settle { bed: bed.into(), verdict, by: named(&by)?, why: why.into() })
            }
        })
    }
}

/// The appliance as the socket reaches it.
#[derive(Clone)]
struct Desk {
    requests: mpsc::Sender<Request>,
    questions: mpsc::Sender<Question>,
    journal: PathBuf,
}

/// Opens the socket of a data folder and serves it until `stop`. An appliance without one works all the same.
pub(crate) fn start(
    data_dir: &Path,
    requests: &mpsc::Sender<Request>,
    questions: &mpsc::Sender<Question>,
    tasks: &TaskTracker,
    stop: &CancellationToken,
) {
    match open(data_dir) {
        Ok(socket) => {
            let journal = journal_path(data_dir);
            let desk = Desk { requests: requests.clone(), questions: questions.clone(), journal };
            tasks.spawn(serve(desk, socket, stop.clone()));
        }
        Err(error) => tracing::error!(%error, "Nobody can speak to the appliance from the command line."),
    }
}

/// Opens the socket. What is left of an earlier run is taken away: the journal's lock says that nobody uses it.
///
/// # Errors
/// If the folder does not allow it.
fn open(data_dir: &Path) -> std::io::Result<UnixListener> {
    let path = socket_path(data_dir);
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let listener = UnixListener::bind(&path)?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
    Ok(listener)
}

/// Serves the socket until `stop`.
async fn serve(desk: Desk, listener: UnixListener, stop: CancellationToken) {
    let connections = TaskTracker::new();
    let accept = async {
        let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
        while let Ok(place) = places.clone().acquire_owned().await {
            match listener.accept().await {
                Ok((stream, _)) => {
                    let (desk, stop) = (desk.clone(), stop.clone());
                    connections.spawn(async move {
                        stop.run_until_cancelled(converse(desk, stream)).await;
                        drop(place);
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "Cannot accept a connection to the control socket.");
                    tokio::time::sleep(ACCEPT_RETRY).await;
                }
            }
        }
    };
    stop.run_until_cancelled(accept).await;
    connections.close();
    connections.wait().await;
}

async fn converse(desk: Desk, stream: UnixStream) {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read);
    loop {
        let mut line = Vec::new();
        let mut bounded = (&mut lines).take(LINE_BYTES_MAX);
        let read = timeout(PATIENCE, bounded.read_until(b'\n', &mut line)).await;
        if !matches!(read, Ok(Ok(bytes)) if bytes > 0) {
            return;
        }
        let is_whole = line.ends_with(b"\n");
        let answer = match serde_json::from_slice::<Asked>(&line) {
            Ok(asked) => answer(&desk, asked).await,
            Err(error) => Err(format!("reading the request: {error}")),
        };
        let answer = answer.unwrap_or_else(|reason| json!({ "ok": false, "reason": reason }));
        let written = timeout(PATIENCE, write.write_all(format!("{answer}\n").as_bytes())).await;
        if !matches!(written, Ok(Ok(()))) || !is_whole {
            return; // whoever does not read is let go; a line without an end is the last one
        }
    }
}

async fn answer(desk: &Desk, asked: Asked) -> Result<Value, String> {
    let busy = || "the appliance does not answer; is it stopping?".to_owned();
    match asked {
        Asked::Beds => {
            let (to, answer) = oneshot::channel();
            desk.questions.send(Question::Beds(to)).await.map_err(|_| busy())?;
            let beds = timeout(PATIENCE, answer).await.ok().and_then(Result::ok).ok_or_else(busy)?;
            Ok(json!({ "ok": true, "beds": beds.iter().map(bed).collect::<Vec<_>>() }))
        }
        Asked::Held => {
            let path = desk.journal.clone();
            let read = tokio::task::spawn_blocking(move || Reader::open(&path)?.held()).await;
            let held = read.map_err(|error| error.to_string())?.map_err(|error| error.to_string())?;
            Ok(json!({ "ok": true, "held": held }))
        }
        other => {
            let Some(order) = other.order()? else { return Err(busy()) };
            let (reply, answer) = oneshot::channel();
            let request = Request { orders: vec![order], commands: Vec::new(), receipt: None, reply };
            desk.requests.send(request).await.map_err(|_| busy())?;
            let outcome = timeout(PATIENCE, answer).await.ok().and_then(Result::ok).ok_or_else(busy)?;
            let outcomes = outcome.map_err(|error| format!("{error}; nothing was promised"))?;
            match outcomes.into_iter().next() {
                Some(OrderOutcome::Refused { reason }) => Err(reason.to_string()),
                Some(OrderOutcome::Taken) | None => Ok(json!({ "ok": true })),
            }
        }
    }
}

/// A bed for people: who lies there, how that is known, who else is said to, and what holds it.
fn bed(bed: &BedMemory) -> Value {
    let patient = |patient: &vigil_model::Patient| {
        json!({
            "id": patient.id, "authority": patient.authority, "family": patient.family, "given": patient.given,
            "birth_date": patient.birth_date, "visit": patient.visit,
        })
    };
    json!({
        "bed": bed.bed,
        "patient": bed.current.as_ref().map(|current| patient(&current.patient)),
        "evidence": bed.current.as_ref().map(|current| current.evidence),
        "since": bed.current.as_ref().map(|current| current.opened.at.to_string()),
        "by": bed.current.as_ref().map(|current| &current.opened.by),
        "why": bed.current.as_ref().map(|current| &current.opened.why),
        "also_said": bed.waiting.iter().map(|claim| json!({
            "patient": patient(&claim.patient), "evidence": claim.evidence, "since": claim.mark.at.to_string(),
            "by": claim.mark.by, "why": claim.mark.why,
        })).collect::<Vec<_>>(),
        "holds": bed.holds.iter().map(|hold| json!({
            "reason": hold.reason.to_string(), "since": hold.since.to_string(),
        })).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_binding_says_who_and_what_is_not_known_is_refused() {
        let text = r#"{"do":"bind","bed":"b","patient":"P","second_id":"x","by":" ","why":""}"#;
        let asked: Asked = serde_json::from_str(text).unwrap();
        assert!(asked.order().is_err(), "nobody is named");
        for bad in ["", "{}", r#"{"do":"fly"}"#, r#"{"do":"release","bed":"b","by":"n","why":"","colour":"red"}"#] {
            assert!(serde_json::from_str::<Asked>(bad).is_err(), "{bad}");
        }
    }
}
