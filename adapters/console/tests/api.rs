//! The API over a real socket.

mod common;

use common::{Made, Served, bed, current, destination, picture};
use vigil_console::view::{Reading, Text};

#[tokio::test]
async fn the_process_lives_and_says_when_something_is_not_as_it_should_be() {
    let made = Made::new(picture(vec![bed("1", Vec::new())]));
    let served = Served::of(made.clone()).await;
    assert_eq!((served.get("/healthz").await.status, served.get("/readyz").await.status), (200, 200));
    *made.destinations.lock().unwrap() = vec![destination("ehr", false)];
    let reply = served.get("/readyz").await;
    assert_eq!(reply.status, 503);
    assert_eq!(reply.json()["reasons"][0], "destination ehr is backoff: connection refused");
    *made.picture.lock().unwrap() = None;
    assert!(served.get("/readyz").await.body.contains("does not answer"));
    assert_eq!(served.get("/healthz").await.status, 200);
    assert_eq!(served.get("/api/v1/beds").await.status, 503);
}

#[tokio::test]
async fn what_is_not_current_has_no_number() {
    let metrics = vec![current("MDC_PULS_OXIM_SAT_O2", "SpO2", "97", "%")];
    let made = Made::new(picture(vec![bed("1", metrics)]));
    let served = Served::of(made.clone()).await;
    let reading = async || served.get("/api/v1/beds/1").await.json()["devices"][0]["metrics"][0]["reading"].clone();
    assert_eq!(reading().await["value"], "97");
    for (other, state) in [
        (Reading::Stale, "stale"),
        (Reading::Never, "never"),
        (Reading::Invalid { reason: Text::from("overflow") }, "invalid"),
    ] {
        made.change(|picture| picture.beds[0].devices[0].metrics[0].reading = other);
        let reading = reading().await;
        assert_eq!(reading["state"], state);
        assert!(reading.get("value").is_none() && reading.get("number").is_none(), "{reading}");
    }
}

#[tokio::test]
async fn errors_are_problem_documents_and_every_answer_has_its_headers() {
    let served = Served::of(Made::new(picture(Vec::new()))).await;
    for (method, path, status) in [
        ("GET", "/nowhere", 404),
        ("GET", "/api/v1/beds/none", 404),
        ("DELETE", "/api/v1/beds", 405),
        ("GET", "/api/v1/beds/%ff", 400),
    ] {
        let reply = served.ask(method, path, "", "").await;
        assert_eq!(reply.status, status, "{path}");
        assert!(reply.head.contains("content-security-policy: default-src 'none'"), "{}", reply.head);
        assert!(
            reply.head.contains("x-content-type-options: nosniff") && reply.head.contains("cache-control: no-store")
        );
        if status != 400 {
            assert!(reply.head.contains("application/problem+json"), "{}", reply.head);
            assert_eq!(reply.json()["status"], status);
        }
    }
}

#[tokio::test]
async fn what_is_too_long_is_refused() {
    let served = Served::of(Made::new(picture(Vec::new()))).await;
    let long = "x".repeat(100_000);
    assert!(matches!(served.get(&format!("/{long}")).await.status, 414 | 431 | 400));
}
