//! Server-sent events over a real socket, and the pages that live by them.

#![allow(clippy::unwrap_used, reason = "helpers of tests, outside `#[test]` functions")]

mod common;

use std::time::Duration;

use common::{Made, Served, bed, current, picture};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use vigil_console::view::Reading;

/// How long an event may take on a machine that is busy with other things.
const LONGEST: Duration = Duration::from_secs(60);

/// Reads a stream until its text fits.
struct Listener {
    stream: TcpStream,
    text: String,
}

impl Listener {
    async fn open(served: &Served, query: &str) -> Self {
        let mut stream = TcpStream::connect(served.address).await.unwrap();
        let request = format!("GET /api/v1/events{query} HTTP/1.1\r\nHost: {}\r\n\r\n", served.address);
        stream.write_all(request.as_bytes()).await.unwrap();
        Self { stream, text: String::new() }
    }

    /// What came until `wanted` is in it; that is forgotten.
    async fn until(&mut self, wanted: &str) -> String {
        let read = async {
            let mut bytes = [0; 4096];
            while !self.text.contains(wanted) {
                let count = self.stream.read(&mut bytes).await.unwrap();
                assert!(count > 0, "the stream ended; it said {}", self.text);
                self.text.push_str(&String::from_utf8_lossy(&bytes[..count]));
            }
        };
        tokio::time::timeout(LONGEST, read).await.unwrap_or_else(|_| panic!("no {wanted:?} in {}", self.text));
        std::mem::take(&mut self.text)
    }
}

fn metrics() -> Vec<vigil_console::view::Metric> {
    vec![current("MDC_PULS_OXIM_SAT_O2", "SpO2", "97", "%")]
}

#[tokio::test]
async fn a_page_gets_its_parts_then_what_changes_and_a_beat() {
    let made = Made::new(picture(vec![bed("1", metrics()), bed("2", metrics())]));
    let served = Served::of(made.clone()).await;
    let mut listener = Listener::open(&served, "?page=board").await;
    let first = listener.until("event: beat").await;
    assert!(first.contains("bed-1") && first.contains("bed-2") && first.contains("text/event-stream"), "{first}");
    assert!(first.contains("retry: 1000"));
    made.change(|picture| picture.beds[1].devices[0].metrics[0].reading = Reading::Stale);
    let changed = listener.until("value stale").await;
    assert!(changed.contains("bed-2") && !changed.contains("\"id\":\"bed-1\""), "only what changed comes: {changed}");
    assert!(!changed.contains("97"), "a stale value has no number: {changed}");
}

#[tokio::test]
async fn programs_get_beds_as_json() {
    let made = Made::new(picture(vec![bed("1", metrics())]));
    let served = Served::of(made.clone()).await;
    let mut listener = Listener::open(&served, "").await;
    let first = listener.until("event: beat").await;
    assert!(first.contains("event: bed\ndata: {\"id\":\"1\"") && first.contains("event: alarms\ndata: []"), "{first}");
    made.change(|picture| picture.beds[0].devices[0].metrics[0].age_ms = Some(9_999));
    made.change(|picture| picture.beds[0].latched = 1);
    assert!(listener.until("\"latched\":1").await.contains("9999"));
}

#[tokio::test]
async fn an_appliance_that_does_not_answer_gives_no_beat() {
    let made = Made::new(picture(vec![bed("1", metrics())]));
    let served = Served::of(made.clone()).await;
    let mut listener = Listener::open(&served, "").await;
    listener.until("event: beat").await;
    let before = made.picture.lock().unwrap().take().unwrap();
    // A look that had begun may still be told; whatever begins after it is not.
    let mut quiet = Listener::open(&served, "").await;
    quiet.until("retry").await;
    *made.picture.lock().unwrap() = Some(before);
    made.change(|picture| picture.beds[0].acknowledged = 1);
    let all = quiet.until("\"acknowledged\":1").await;
    assert!(!all.contains("\"acknowledged\":0"), "{all}");
}

#[tokio::test]
async fn the_board_says_what_a_stranger_must_see() {
    let mut second = bed("2", metrics());
    second.devices[0].metrics[0].reading = Reading::Invalid { reason: "not-available".into() };
    let made = Made::new(picture(vec![bed("1", metrics()), second]));
    let served = Served::of(made).await;
    let page = served.get("/").await;
    assert!(page.head.contains("text/html"));
    for text in [
        "Secondary, advisory; never the primary alarm.",
        "<span class=\"number\" data-number>97",
        "no value",
        "end to end",
        "NO CONNECTION TO THE APPLIANCE",
        "aria-live=\"polite\"",
    ] {
        assert!(page.body.contains(text), "{text} is not in {}", page.body);
    }
    for forbidden in ["style=", "<style", "onclick", "http://", "https://"] {
        assert!(!page.body.contains(forbidden), "{forbidden}: the content security policy allows it not");
    }
    assert_eq!(page.body.matches("<script").count(), 1);
    for file in ["console.css", "console.js", "icon.svg"] {
        assert_eq!(served.get(&format!("/static/{file}")).await.status, 200);
    }
    assert_eq!(served.get("/static/../Cargo.toml").await.status, 404);
}
