//! What all pages have in common: head, banner, navigation, and the mark that the page has lost the appliance.
//!
//! The mark needs no script: each beat of the appliance starts an animation of 5 s anew, and what it comes to at its end is
//! the mark. A page whose script does not run, hangs or hears nothing shows it.

use maud::{DOCTYPE, Markup, html};

use super::words::{ADVISORY, time};
use crate::view::{About, Moment};

/// What a page is.
pub(crate) struct Page<'a> {
    /// Its title.
    pub(crate) title: &'a str,
    /// Its entry in the navigation.
    pub(crate) here: &'a str,
    /// What its script listens to, if it is live: the query of `/api/v1/events`.
    pub(crate) live: Option<String>,
    /// When what it shows was seen.
    pub(crate) at: Moment,
}

/// Entries of the navigation.
const PLACES: &[(&str, &str)] = &[
    ("/", "Ward"),
    ("/alarms", "Alarms"),
    ("/lines", "Lines"),
    ("/messages", "Messages"),
    ("/commissioning", "Commissioning"),
    ("/account", "Account"),
];

/// A page around its content.
pub(crate) fn page(about: &About, page: &Page<'_>, content: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="dark light";
                title { (page.title) " · " (about.id) " · Vigil" }
                link rel="icon" href="/static/icon.svg" type="image/svg+xml";
                link rel="stylesheet" href="/static/console.css";
                script src="/static/console.js" defer {}
                @if page.live.is_some() { noscript { meta http-equiv="refresh" content="5"; } }
            }
            body class=[about.test.then_some("of-test")] data-live=[page.live.as_deref()] data-beat=[page.live.is_some().then_some("a")] {
                a.skip href="#content" { "To the content" }
                header.top {
                    p.name { strong { (about.id) } " " span.site { (about.site) } @if about.test { " " span.test { "TEST" } } }
                    nav aria-label="Pages" {
                        ul {
                            @for (href, name) in PLACES {
                                li { a href=(href) aria-current=[(page.here == *name).then_some("page")] { (name) } }
                            }
                        }
                    }
                    p.clock { span.unseen { "Seen at " } span data-clock { (time(page.at)) } }
                    button.theme type="button" data-theme-switch hidden { "Light or dark" }
                }
                p.advisory { (ADVISORY) }
                @if page.live.is_some() {
                    div.lost role="alert" {
                        strong { "NO CONNECTION TO THE APPLIANCE." }
                        " What stands here is not current: look at the patient and at the primary monitors. "
                        span { "Last heard at " span data-heard { (time(page.at)) } "." }
                    }
                    noscript { p.note { "Without its script this page shows the ward as it was at " (time(page.at)) ", and loads anew every 5 s." } }
                }
                main #content tabindex="-1" { (content) }
            }
        }
    }
}
