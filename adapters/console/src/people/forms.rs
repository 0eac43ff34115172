//! Pages and forms of signing in and out, of the first start, and of one's own account. They work without a script.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Extension, Form, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{DOCTYPE, Markup, html};
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use vigil_people::{Authority, Known, LoginError, PeopleError, Right};

use super::session::{self, Peer};
use crate::problem::Problem;
use crate::shared::Shared;

/// Passwords that are hashed at the same time: each takes a core and 19 MiB for a moment.
static HASHING: Semaphore = Semaphore::const_new(2);

type WhoAsks = Option<Extension<Arc<Known>>>;

/// `/people.css`
pub(crate) async fn style() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("people.css")).into_response()
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    next: Option<String>,
}

/// `GET /login`
pub(crate) async fn login_page(
    State(shared): State<Shared>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Response> {
    let people = people(&shared)?;
    if people.needs_setup().map_err(|error| session::failed(&error))? {
        return Ok(Redirect::to("/setup").into_response());
    }
    Ok(login_markup(&shared, wanted.next.as_deref(), None).into_response())
}

#[derive(Deserialize)]
pub(crate) struct Login {
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: Option<String>,
}

/// `POST /login`
pub(crate) async fn login(
    State(shared): State<Shared>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    Form(login): Form<Login>,
) -> Result<Response, Response> {
    let people = people(&shared)?;
    let (now, from) = (shared.appliance().now(), address(peer, &headers));
    let Login { name, password, next } = login;
    let hashing = people.clone();
    let opened = hashed(move || {
        let token = hashing.log_in(&name, &password, &from, now)?;
        let known = hashing.by_session(&token, &from, now, true)?;
        Ok(known.and_then(|known| known.csrf).map(|csrf| (token, csrf)))
    });
    match opened.await? {
        Ok(Some((token, csrf))) => {
            let mut response = Redirect::to(session::next(next.as_deref())).into_response();
            session::set_cookies(&mut response, &headers, Some((&token, &csrf)));
            Ok(response)
        }
        Ok(None) => Err(Problem::internal("the session ended at once; try again").into_response()),
        Err(LoginError::Failed(error)) => Err(session::failed(&error)),
        Err(error @ (LoginError::Wrong | LoginError::Wait { .. })) => {
            let status = status_of(&error);
            Ok((status, login_markup(&shared, next.as_deref(), Some(&error.to_string()))).into_response())
        }
    }
}

#[derive(Deserialize)]
pub(crate) struct Secret {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    why: String,
}

/// `POST /logout`
pub(crate) async fn logout(
    State(shared): State<Shared>,
    known: WhoAsks,
    headers: HeaderMap,
    Form(secret): Form<Secret>,
) -> Result<Response, Response> {
    let people = people(&shared)?;
    if let Some(Extension(known)) = known {
        checked(&known, &secret)?;
        people.log_out(&known, shared.appliance().now());
    }
    let mut response = Redirect::to("/login").into_response();
    session::set_cookies(&mut response, &headers, None);
    Ok(response)
}

/// `GET /setup`
pub(crate) async fn setup_page(State(shared): State<Shared>) -> Result<Response, Response> {
    let people = people(&shared)?;
    if !people.needs_setup().map_err(|error| session::failed(&error))? {
        return Ok(Redirect::to("/login").into_response());
    }
    Ok(setup_markup(&shared, None).into_response())
}

#[derive(Deserialize)]
pub(crate) struct Setup {
    #[serde(default)]
    code: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    again: String,
}

/// `POST /setup`
pub(crate) async fn setup(
    State(shared): State<Shared>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    Form(setup): Form<Setup>,
) -> Result<Response, Response> {
    let people = people(&shared)?;
    let (now, from) = (shared.appliance().now(), address(peer, &headers));
    if setup.password != setup.again {
        return Ok(unusable(setup_markup(&shared, Some("these were two different passwords"))));
    }
    let done = hashed(move || people.set_up(&setup.code, &setup.name, &setup.password, &from, now));
    match done.await? {
        Ok(()) => Ok(Redirect::to("/login").into_response()),
        Err(LoginError::Wrong) => {
            let text = "this is not the code, or there is an administrator already";
            Ok((StatusCode::UNAUTHORIZED, setup_markup(&shared, Some(text))).into_response())
        }
        Err(error @ LoginError::Wait { .. }) => {
            Ok((status_of(&error), setup_markup(&shared, Some(&error.to_string()))).into_response())
        }
        Err(LoginError::Failed(PeopleError::Refused(text))) => Ok(unusable(setup_markup(&shared, Some(&text)))),
        Err(LoginError::Failed(error)) => Err(session::failed(&error)),
    }
}

/// Who asks, for pages and programs.
#[derive(Debug, Serialize)]
struct Me {
    name: String,
    role: String,
    rights: Vec<Right>,
    csrf: Option<String>,
    glass_seconds: Option<u64>,
}

/// `GET /session.json`: who asks, what they may, and what to repeat in `X-CSRF-Token`.
pub(crate) async fn session(State(shared): State<Shared>, known: WhoAsks) -> Result<Response, Response> {
    people(&shared)?;
    let Some(Extension(known)) = known else {
        return Err(Problem::unauthorized("nobody has signed in").into_response());
    };
    let now = shared.appliance().now().monotonic;
    let rights = Right::ALL.into_iter().filter(|right| known.may(*right, now)).collect();
    let (name, role) = (known.name.clone(), known.role.as_str().to_owned());
    let glass_seconds = known.glass_until.map(|until| until.since(now).as_secs());
    Ok(Json(Me { name, role, rights, csrf: known.csrf.clone(), glass_seconds }).into_response())
}

/// `GET /account`
pub(crate) async fn account(State(shared): State<Shared>, known: WhoAsks) -> Result<Response, Response> {
    if shared.appliance().people().is_none() {
        let content = html! {
            h1 { "No users" }
            p { "This console has no users: whoever is at the appliance may do everything, and says who it is each time." }
            p { a href="/" { "To the ward" } }
        };
        return Ok(page(&shared, "Account", &content).into_response());
    }
    let Some(Extension(known)) = known else { return Ok(Redirect::to("/login?next=/account").into_response()) };
    let now = shared.appliance().now().monotonic;
    let lent = known.glass_until.map(|until| until.since(now).as_secs().div_ceil(60));
    let content = html! {
        h1 { (known.name) }
        p { "Signed in as " strong { (known.role.as_str()) } ". Every view of a patient's data and everything you do is recorded." }
        @if let Some(minutes) = lent {
            p.message role="status" { "The glass is broken: for another " (minutes) " min you may see and act for patients." }
        } @else if !known.role.may(Right::Care) {
            form method="post" action="/account/glass" {
                h2 { "In an emergency" }
                p { "Your role may not act for patients. If somebody needs you now, say why: you may for an hour, and it is recorded." }
                (secret(&known))
                label { "Why" input name="why" required minlength="5" maxlength="300" autocomplete="off"; }
                button.danger { "Break the glass" }
            }
        }
        form method="post" action="/logout" { (secret(&known)) button { "Sign out" } }
        p { a href="/" { "To the ward" } }
    };
    Ok(page(&shared, "Account", &content).into_response())
}

/// `POST /account/glass`
pub(crate) async fn break_glass(
    State(shared): State<Shared>,
    known: WhoAsks,
    Form(form): Form<Secret>,
) -> Result<Response, Response> {
    let people = people(&shared)?;
    let Some(Extension(known)) = known else { return Err(Problem::unauthorized("sign in first").into_response()) };
    checked(&known, &form)?;
    match people.break_glass(&known, &form.why, shared.appliance().now()) {
        Ok(_) => Ok(Redirect::to("/account").into_response()),
        Err(error) => Err(Problem::unusable(error.to_string()).into_response()),
    }
}

/// Who has an account, and which tokens there are.
async fn people_page(shared: &Shared, people: &Authority) -> Result<Markup, PeopleError> {
    let (users, tokens) = (people.store().users()?, people.store().tokens()?);
    let content = html! {
        h1 { "People" }
        table {
            caption { "Accounts" }
            thead { tr { th { "Name" } th { "Role" } th { "Since" } } }
            tbody { @for user in &users { tr { td { (user.name) } td { (user.role.as_str()) } td { (user.created) } } } }
        }
        table {
            caption { "Tokens" }
            thead { tr { th { "Name" } th { "Role" } th { "Expires" } } }
            tbody {
                @for token in &tokens {
                    tr { td { (token.name) } td { (token.role.as_str()) } td { (token.expires.map_or("never".to_owned(), |at| at.to_string())) } }
                }
            }
        }
        p { "Accounts and tokens are made and removed at the appliance: " code { "vigil users --help" } "." }
        p { a href="/" { "To the ward" } }
    };
    Ok(page(shared, "People", &content))
}

/// `GET /people`
pub(crate) async fn people_list(State(shared): State<Shared>) -> Result<Response, Response> {
    let people = people(&shared)?;
    let page = people_page(&shared, &people).await.map_err(|error| session::failed(&error))?;
    Ok(page.into_response())
}

fn people(shared: &Shared) -> Result<Arc<Authority>, Response> {
    let none = || {
        Problem::not_found("this console has no users: whoever is at the appliance may do everything").into_response()
    };
    shared.appliance().people().ok_or_else(none)
}

/// The form was made for this session.
fn checked(known: &Known, form: &Secret) -> Result<(), Response> {
    if known.csrf.as_deref() == Some(form.csrf.as_str()) {
        return Ok(());
    }
    Err(Problem::forbidden("this form is not of this session; load the page again").into_response())
}

/// Runs what hashes a password, a few at a time, on a thread that may take its time.
async fn hashed<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, LoginError> + Send + 'static,
) -> Result<Result<T, LoginError>, Response> {
    let busy = || Problem::busy("too many people sign in at once; try again").into_response();
    let Ok(_turn) = HASHING.acquire().await else { return Err(busy()) };
    tokio::task::spawn_blocking(work).await.map_err(|_| busy())
}

fn status_of(error: &LoginError) -> StatusCode {
    match error {
        LoginError::Wait { .. } => StatusCode::TOO_MANY_REQUESTS,
        LoginError::Wrong | LoginError::Failed(_) => StatusCode::UNAUTHORIZED,
    }
}

fn unusable(page: Markup) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
}

fn address(peer: Option<Extension<Peer>>, headers: &HeaderMap) -> String {
    session::from(peer.map(|Extension(peer)| peer), headers)
}

fn secret(known: &Known) -> Markup {
    html! { input type="hidden" name="csrf" value=(known.csrf.as_deref().unwrap_or_default()); }
}

fn login_markup(shared: &Shared, next: Option<&str>, message: Option<&str>) -> Markup {
    let content = html! {
        h1 { "Sign in" }
        @if let Some(message) = message { p.message role="alert" { (message) } }
        form method="post" action="/login" {
            @if let Some(next) = next { input type="hidden" name="next" value=(next); }
            label { "Name" input name="name" autocomplete="username" autocapitalize="none" spellcheck="false"; }
            label { "Password" input name="password" type="password" required autocomplete="current-password"; }
            button { "Sign in" }
        }
        p.hint { "A screen on the wall: leave the name empty and give the token of a viewer as the password." }
    };
    page(shared, "Sign in", &content)
}

fn setup_markup(shared: &Shared, message: Option<&str>) -> Markup {
    let content = html! {
        h1 { "The first start" }
        p { "Nobody has an account yet, and there is no default password. On the appliance, " code { "vigil users setup-code" }
            " says the code that shows that you may set it up." }
        @if let Some(message) = message { p.message role="alert" { (message) } }
        form method="post" action="/setup" {
            label { "Code" input name="code" required autocomplete="off" autocapitalize="none" spellcheck="false"; }
            label { "Your name" input name="name" required autocomplete="username" autocapitalize="none" spellcheck="false"; }
            label { "Password, at least 10 characters" input name="password" type="password" required minlength="10" autocomplete="new-password"; }
            label { "The same again" input name="again" type="password" required minlength="10" autocomplete="new-password"; }
            button { "Make me the administrator" }
        }
    };
    page(shared, "The first start", &content)
}

fn page(shared: &Shared, title: &str, content: &Markup) -> Markup {
    let about = shared.appliance().about();
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="dark light";
                title { (title) " · " (about.id) " · Vigil" }
                link rel="stylesheet" href="/people.css";
            }
            body {
                header { p { strong { (about.id) } " " (about.site) @if about.test { " " strong { "TEST" } } } }
                main { (content) }
                footer { p { "Secondary and advisory. Never the primary alarm." } }
            }
        }
    }
}
