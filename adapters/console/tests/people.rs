//! Who may do what over a real socket: every route for every role, sessions under a hand-moved clock, guessing, forms from
//! elsewhere, the first start, and the record of all that.

#![allow(clippy::unwrap_used, reason = "helpers of tests, outside `#[test]` functions")]

mod common;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use common::{Made, NOW, Reply, Served, bed, picture};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use vigil_console::{Right, Role, routes};
use vigil_people::audit::{Action, Limits, Line, Recorder, Trail};
use vigil_people::password::Cost;
use vigil_people::{Authority, Terms, setup};

const PASSWORD: &str = "four green horses";

/// A console with people, and its trail.
struct Case {
    made: Arc<Made>,
    served: Served,
    people: Arc<Authority>,
    recorder: Recorder,
}

impl Case {
    async fn new() -> Self {
        let made = Made::new(picture(vec![bed("1", Vec::new())]));
        let data = made.folder.path();
        let (recorder, _writer) = Recorder::start(Trail::open(data, Limits::default(), NOW).unwrap()).unwrap();
        let terms = Terms { cost: Cost::Trivial, ..Terms::default() };
        let people = Arc::new(Authority::new(data, terms, Some(recorder.clone())));
        made.people.set(people.clone()).unwrap_or_else(|_| panic!("set once"));
        let served = Served::of(made.clone()).await;
        Self { made, served, people, recorder }
    }

    fn add(&self, name: &str, role: Role) {
        self.people.store().add(name, role, PASSWORD, NOW).unwrap();
    }

    async fn form(&self, path: &str, cookies: &str, body: &str) -> Reply {
        let headers = format!("Content-Type: application/x-www-form-urlencoded\r\n{cookies}");
        self.served.ask("POST", path, &headers, body).await
    }

    /// Signs in; the header with the cookies, and the session's secret.
    async fn sign_in(&self, name: &str) -> (String, String) {
        let reply = self.form("/login", "", &format!("name={name}&password={}", PASSWORD.replace(' ', "+"))).await;
        assert_eq!(reply.status, 303, "{reply:?}");
        let (session, csrf) = (cookie(&reply, "vigil-session"), cookie(&reply, "vigil-csrf"));
        (format!("Cookie: vigil-session={session}; vigil-csrf={csrf}\r\n"), csrf)
    }

    async fn status(&self, path: &str, headers: &str) -> u16 {
        self.served.ask("GET", path, headers, "").await.status
    }

    fn trail(&self) -> Vec<Line> {
        self.recorder.flush();
        let mut lines = Vec::new();
        vigil_people::audit::read(self.made.folder.path(), |line| lines.push(line)).unwrap();
        lines.split_off(1) // that it was begun
    }
}

fn cookie(reply: &Reply, name: &str) -> String {
    let start = reply.head.split(&format!("set-cookie: {name}=")).nth(1).unwrap_or_default();
    start.split(';').next().unwrap_or_default().to_owned()
}

/// The status of an answer that may never end.
async fn status_of(case: &Case, method: &str, path: &str, headers: &str) -> u16 {
    let mut stream = TcpStream::connect(case.served.address).await.unwrap();
    let request =
        format!("{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n{headers}\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    String::from_utf8(head).unwrap().split(' ').nth(1).unwrap().parse().unwrap()
}

#[tokio::test]
async fn every_route_for_every_role() {
    let case = Case::new().await;
    case.add("ada", Role::Admin); // so that nobody is sent to the first start
    let token = |role: Role| case.people.store().add_token(role.as_str(), role, NOW, None).unwrap();
    let tokens: Vec<(Role, String)> = Role::ALL.into_iter().map(|role| (role, token(role))).collect();
    let mut asked = 0;
    for route in routes() {
        let parts = route.path.split('/').map(|part| if part.starts_with('{') { "x" } else { part });
        let (path, method) = (parts.collect::<Vec<_>>().join("/"), route.method.as_str());
        // Open to strangers, who are told that they are strangers.
        let is_open = route.right == Right::Open && path != "/session.json";
        let stranger = status_of(&case, method, &path, "").await;
        assert_eq!(stranger == 401, !is_open, "{method} {path} for a stranger: {stranger}");
        for (role, token) in &tokens {
            let status = status_of(&case, method, &path, &format!("Authorization: Bearer {token}\r\n")).await;
            let is_refused = matches!(status, 401 | 403);
            assert_eq!(is_refused, !role.may(route.right), "{method} {path} for {role}: {status}");
            asked += 1;
        }
    }
    assert!(asked >= 5 * 14, "{asked}");
    assert_eq!(status_of(&case, "GET", "/api/v1/beds", "Authorization: Bearer vigil_00\r\n").await, 401);
}

#[tokio::test]
async fn a_session_ends_when_nothing_is_done_and_what_a_page_asks_for_by_itself_keeps_nobody_signed_in() {
    let case = Case::new().await;
    case.add("n.okafor", Role::Nurse);
    let (cookies, _) = case.sign_in("n.okafor").await;
    let at = |minutes: u64| case.made.minutes.store(minutes, Ordering::Relaxed);
    for minutes in [0, 13, 26] {
        at(minutes);
        assert_eq!(case.status("/account", &cookies).await, 200, "{minutes}");
    }
    at(39);
    assert_eq!(case.status("/api/v1/beds", &cookies).await, 200);
    at(42);
    assert_eq!(case.status("/api/v1/beds", &cookies).await, 401);
    let reply = case.served.ask("GET", "/people?x=1", "Accept: text/html\r\n", "").await;
    assert!(reply.status == 303 && reply.head.contains("location: /login?next=/people%3fx%3d1"), "{reply:?}");
    let actions: Vec<_> = case.trail().into_iter().map(|line| line.entry.action).collect();
    assert_eq!(actions, [Action::LoggedIn, Action::Viewed, Action::SessionExpired]);
}

#[tokio::test]
async fn a_request_that_changes_something_repeats_the_sessions_secret() {
    let case = Case::new().await;
    case.add("ada", Role::Admin);
    let (cookies, csrf) = case.sign_in("ada").await;
    let ask =
        async |headers: &str| case.served.ask("POST", "/api/v1/beds", &format!("{cookies}{headers}"), "").await.status;
    assert_eq!(ask("").await, 403);
    assert_eq!(ask("X-CSRF-Token: 00\r\n").await, 403);
    assert_eq!(ask(&format!("X-CSRF-Token: {csrf}\r\n")).await, 405, "it got through, and there is no such method");
    assert_eq!(case.form("/logout", &cookies, "csrf=00").await.status, 403);
    assert_eq!(case.status("/account", &cookies).await, 200);
    let reply = case.form("/logout", &cookies, &format!("csrf={csrf}")).await;
    assert!(reply.status == 303 && reply.head.contains("max-age=0"), "{reply:?}");
    assert_eq!(case.status("/session.json", &cookies).await, 401);
}

#[tokio::test]
async fn guessing_is_slowed_down() {
    let case = Case::new().await;
    case.add("ada", Role::Admin);
    for _ in 0..5 {
        let reply = case.form("/login", "", "name=ada&password=guess").await;
        assert!(reply.status == 401 && reply.body.contains("do not fit"), "{reply:?}");
    }
    let right = format!("name=ada&password={}", PASSWORD.replace(' ', "+"));
    assert_eq!(case.form("/login", "", &right).await.status, 429);
    // A server in front of the console says who asks: somebody else is not held up.
    assert_eq!(case.form("/login", "X-Forwarded-For: 10.0.0.9\r\n", &right).await.status, 303);
    case.made.minutes.store(1, Ordering::Relaxed);
    let reply = case.form("/login", "X-Forwarded-Proto: https\r\n", &right).await;
    assert_eq!(reply.status, 303);
    assert!(reply.head.contains("httponly; samesite=strict; secure"), "{}", reply.head);
}

#[tokio::test]
async fn the_first_administrator_is_made_with_the_code_and_nobody_else_is() {
    let case = Case::new().await;
    let reply = case.served.ask("GET", "/people", "Accept: text/html\r\n", "").await;
    assert!(reply.status == 303 && reply.head.contains("location: /setup"), "{reply:?}");
    let code = std::fs::read_to_string(setup::prepare(case.made.folder.path()).unwrap()).unwrap();
    let password = PASSWORD.replace(' ', "+");
    let with = |code: &str, again: &str| format!("code={}&name=ada&password={password}&again={again}", code.trim());
    assert_eq!(case.form("/setup", "", &with("2222-2222-2222-2222", &password)).await.status, 401);
    assert_eq!(case.form("/setup", "", &with(&code, "other")).await.status, 422);
    assert_eq!(case.form("/setup", "", &with(&code, &password)).await.status, 303);
    assert_eq!(case.form("/setup", "", &with(&code, &password)).await.status, 401);
    assert_eq!(case.status("/setup", "").await, 303);
    let (cookies, _) = case.sign_in("ada").await;
    let page = case.served.ask("GET", "/people", &cookies, "").await;
    assert!(page.status == 200 && page.body.contains("ada") && !page.body.contains("argon2"), "{page:?}");
}

#[tokio::test]
async fn what_is_seen_and_what_is_refused_is_recorded_once_and_the_glass_is_broken_with_a_reason() {
    let case = Case::new().await;
    case.add("bo", Role::Biomed);
    let (cookies, csrf) = case.sign_in("bo").await;
    for _ in 0..3 {
        assert_eq!(case.status("/api/v1/beds/1", &cookies).await, 200);
        assert_eq!(case.status("/people", &cookies).await, 403);
        assert_eq!(case.status("/healthz", &cookies).await, 200);
    }
    let rights = async || case.served.ask("GET", "/session.json", &cookies, "").await.json()["rights"].to_string();
    assert!(!rights().await.contains("care"));
    assert_eq!(case.form("/account/glass", &cookies, &format!("csrf={csrf}&why=")).await.status, 422);
    let reason = format!("csrf={csrf}&why=nobody+else+is+here");
    assert_eq!(case.form("/account/glass", &cookies, &reason).await.status, 303);
    assert!(rights().await.contains("care"));
    let lines = case.trail();
    let said: Vec<_> =
        lines.iter().map(|line| (line.entry.action, line.entry.object.as_ref().map(|o| o.id.as_str()))).collect();
    let refused = (Action::AccessRefused, Some("/people"));
    assert_eq!(said, [(Action::LoggedIn, None), (Action::Viewed, Some("1")), refused, (Action::GlassBroken, None)]);
    assert_eq!(lines[3].entry.why.as_deref(), Some("nobody else is here"));
    assert_eq!(lines[1].entry.who.from.as_deref(), Some("127.0.0.1"));
}
