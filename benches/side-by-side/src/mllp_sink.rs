//! A receiver of HL7 messages: [`vigil_sinks::mllp::server`] with default limits, each message read and answered with AA.
//! With `--durable DIR` it answers when the message is on disk: in the journal, by group commit, as everything that the
//! appliance must not lose.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use vigil_journal::{Journal, Record};
use vigil_messages::ControlIds;
use vigil_messages::hl7::{AckCode, Message, ack};
use vigil_model::{Lane, Now, Outgoing, Timestamp};
use vigil_sinks::mllp::server::{self, Limits, Reply};

use crate::Outcome;
use crate::arguments::Arguments;
use crate::corpus::read_message;

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let address = arguments.text("addr")?.to_owned();
    let journal = arguments.path("durable").map(|folder| open(&folder)).transpose()?;
    let ids = Mutex::new(ControlIds::new("sink", 1));
    let clock = vigil::clock::system();
    let handler = move |_: SocketAddr, block: &[u8]| {
        let Ok(message) = Message::parse(block) else { return Reply::Silent };
        std::hint::black_box(read_message(&message));
        let (id, next) = take(&ids);
        let Now { utc, .. } = clock();
        let mut answer = Vec::with_capacity(256);
        ack::build(&message, AckCode::ApplicationAccept, &[], &id, utc, &mut answer);
        match &journal {
            None => Reply::Answer(answer),
            Some(journal) => {
                let (sender, later) = oneshot::channel();
                let done = move |stored: Result<(), _>| {
                    if stored.is_ok() {
                        let _ = sender.send(answer);
                    }
                };
                match journal.submit(record(block, id, next, utc), done) {
                    Ok(()) => Reply::Later(later),
                    Err(_) => Reply::Cut(Vec::new()),
                }
            }
        }
    };
    crate::runtime()?.block_on(async {
        let listener = TcpListener::bind(&address).await?;
        server::serve(listener, Arc::new(handler), Limits::default(), CancellationToken::new()).await;
        Ok(None)
    })
}

/// A new journal in a folder of its own; what an earlier run left there is removed.
fn open(folder: &Path) -> Result<Journal, Box<dyn std::error::Error>> {
    if folder.exists() {
        std::fs::remove_dir_all(folder)?;
    }
    std::fs::create_dir_all(folder)?;
    Ok(Journal::open(&folder.join("journal.sqlite"))?.0)
}

fn take(ids: &Mutex<ControlIds>) -> (Arc<str>, u64) {
    let mut ids = ids.lock().unwrap_or_else(PoisonError::into_inner);
    (ids.take(), ids.next())
}

/// A received message as the journal keeps it.
fn record(block: &[u8], id: Arc<str>, next: u64, at: Timestamp) -> Record {
    let message = Outgoing {
        destination: "received".into(),
        lane: Lane::Observation,
        control_id: id,
        order: "".into(),
        replaces: None,
        occurrence: None,
        created: at,
        body: block.to_vec(),
    };
    Record { at, next_control: next, outgoing: vec![message], ..Record::default() }
}
