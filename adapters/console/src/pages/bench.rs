//! The page of commissioning: ports, who is on a line, and the configuration with what is wrong with it at its lines.

use std::collections::BTreeMap;

use axum::extract::State;
use maud::{Markup, html};

use super::layout::{self, Page};
use crate::api::bench::{Checked, Draft, find, judge};
use crate::api::commands::{Body, read};
use crate::problem::Problem;
use crate::shared::Shared;
use crate::view::{Configuration, Finding, Port, Probe, Probed};

/// `/commissioning`
pub(crate) async fn bench(State(shared): State<Shared>) -> Markup {
    let at = shared.appliance().now().utc.into();
    let page = Page { title: "Commissioning", here: "Commissioning", live: None, at };
    let ports = shared.appliance().ports().await;
    let content = html! {
        h1 { "Commissioning" }
        (self::ports(&ports))
        (probing(&ports))
        (configuration(shared.appliance().configuration()))
    };
    layout::page(shared.appliance().about(), &page, content)
}

fn ports(ports: &[Port]) -> Markup {
    html! {
        section.panel aria-labelledby="h-ports" {
            h2 #h-ports { "Serial ports" }
            @if ports.is_empty() { p.quiet { "There is no serial port. An adapter that is plugged in and not listed has no driver: see " code { "dmesg" } "." } } @else {
                div.scroll tabindex="0" role="region" aria-label="Serial ports" {
                    table {
                        thead { tr { th scope="col" { "Name to write into a configuration" } th scope="col" { "Now" } th scope="col" { "Adapter" } th scope="col" { "Number" } th scope="col" { "Hub" } th scope="col" { "Used by" } } }
                        tbody { @for port in ports { tr {
                            th scope="row" { code { (port.name) } }
                            td { (port.device) }
                            td { @if let Some(product) = &port.product { (product) } @if let Some(driver) = &port.driver { " " span.dim { (driver) } } }
                            td { @if let Some(serial) = &port.serial { (serial) } }
                            td { @if let Some(hub) = &port.hub { (hub) } }
                            td { @match &port.link { Some(link) => a href={ "/lines#line-" (link) } { (link) }, None => { @if port.holders.is_empty() { "free" } @else { (port.holders.iter().map(|holder| &**holder).collect::<Vec<_>>().join(", ")) } } } }
                        } } }
                    }
                }
            }
        }
    }
}

fn probing(ports: &[Port]) -> Markup {
    html! {
        section.panel aria-labelledby="h-probe" {
            h2 #h-probe { "Who is on a line?" }
            p.dim { "Tries drivers and settings one after another, for at most 25 s. It only reads. A port that the appliance uses is busy." }
            form.inline data-post="/commissioning/probe" data-into="probed" {
                label { "Line" input name="line" list="ports" placeholder="/dev/serial/by-path/… or host:port" maxlength="256" required; }
                datalist #ports { @for port in ports.iter().filter(|port| port.link.is_none()) { option value=(port.name) {} } }
                label { "Driver" input name="driver" placeholder="all that fit" maxlength="64"; }
                button type="submit" { "Find out" }
            }
            div #probed role="status" {}
        }
    }
}

/// `/commissioning/probe`: what was found, for the page's script to put in place.
pub(crate) async fn probe(State(shared): State<Shared>, body: Body<Probe>) -> Result<Markup, Problem> {
    let probed = find(&shared, read(body)?).await?;
    Ok(html! { div #probed role="status" { (self::probed(&probed)) } })
}

fn probed(probed: &Probed) -> Markup {
    html! {
        @if let Some(reason) = &probed.closed { p.reason { "The line could not be opened: " (reason) } }
        @match &probed.found {
            Some(found) => p { b.state.good { "● " (found) " answers" } @if let Some(identity) = &probed.identity { ": " (identity) } },
            None => p { b.state.bad { "✕ Nobody is understood" } " after " (probed.tried) " tries." @if probed.left_out > 0 { " There was no time for " (probed.left_out) " more: name the driver." } },
        }
        @if let Some(cause) = &probed.cause { p.reason { (cause) @if let Some(remedy) = &probed.remedy { " " b { (remedy) } } } }
        @if let Some(configuration) = &probed.configuration { p { "A configuration to start from:" } pre tabindex="0" { (configuration) } }
    }
}

fn configuration(configuration: &Configuration) -> Markup {
    html! {
        section.panel aria-labelledby="h-configuration" {
            h2 #h-configuration { "Configuration " code { (configuration.name) } }
            p.dim { "This is what runs. Change it here to see what is wrong with it and how it differs; checking changes nothing. To put it to use, write it to the file and send SIGHUP (" code { "systemctl reload vigil" } ")." }
            form data-post="/commissioning/check" data-into="checked" {
                label { span.unseen { "Text of the configuration" } textarea name="text" rows="24" spellcheck="false" autocomplete="off" wrap="off" { (configuration.text) } }
                button type="submit" { "Check" }
            }
            div #checked role="status" {
                @if !configuration.findings.is_empty() { (findings(&configuration.findings, &configuration.text)) }
            }
        }
    }
}

/// `/commissioning/check`: what a draft comes to, for the page's script to put in place.
pub(crate) async fn check(State(shared): State<Shared>, body: Body<Draft>) -> Result<Markup, Problem> {
    let draft = read(body)?;
    let text = draft.text.clone();
    let Checked { accepted, findings, difference } = judge(&shared, draft).await?;
    Ok(html! {
        div #checked role="status" {
            p { @if accepted { b.state.good { "● It could run." } } @else { b.state.bad { "✕ It cannot run." } } " " (findings.len()) @if findings.len() == 1 { " finding." } @else { " findings." } }
            @if !findings.is_empty() { (self::findings(&findings, &text)) }
            @match difference {
                None => p.dim { "It has too little in common with what runs to say how it differs." },
                Some(lines) if lines.is_empty() => p.dim { "It is the same as what runs." },
                Some(lines) => {
                    h3 { "How it differs from what runs" }
                    pre.difference tabindex="0" { @for line in &lines { span class={ "line " (line.change) } { (sign(line.change)) (line.text) "\n" } } }
                },
            }
        }
    })
}

fn sign(change: &str) -> &'static str {
    match change {
        "added" => "+ ",
        "removed" => "− ",
        "skipped" => "… ",
        _ => "  ",
    }
}

/// Findings, each under the line that it is about.
fn findings(findings: &[Finding], text: &str) -> Markup {
    let mut of_line: BTreeMap<u64, Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        of_line.entry(finding.line).or_default().push(finding);
    }
    let line = |number: u64| usize::try_from(number).ok().and_then(|number| text.lines().nth(number.checked_sub(1)?));
    html! {
        ol.findings {
            @for (number, findings) in &of_line {
                li {
                    @if let Some(line) = line(*number) { pre { span.number-of { (number) } " " (line) } }
                    @for finding in findings {
                        p class=[(!finding.refuses).then_some("warning")] {
                            b { @if finding.refuses { "✕ " } @else { "warning: " } }
                            @if !finding.key.is_empty() { code { (finding.key) } " " }
                            (finding.message) @if !finding.help.is_empty() { " " span.dim { "(" (finding.help) ")" } }
                        }
                    }
                }
            }
        }
    }
}
