//! Any text as configuration and as register profile: problems, never a panic; and a plan that comes out can be assembled.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vigil_config::{EmbeddedProfiles, LinkPlan};
use vigil_protocols::modbus::{Bus, RegisterProfile};

fuzz_target!(|text: &str| {
    match vigil_config::parse(text, "fuzz.toml", &EmbeddedProfiles) {
        Err(problems) => {
            assert!(!problems.is_empty(), "refused, and nobody knows why");
            problems.iter().for_each(|problem| drop(problem.to_string()));
        }
        Ok(plan) => {
            drop(plan.report().to_string());
            for link in plan.links {
                match link {
                    LinkPlan::Stream { driver, quiet_time, .. } => drop(driver.session(quiet_time)),
                    LinkPlan::Bus { settings, units, .. } => drop(Bus::new(settings, units)),
                }
            }
        }
    }
    if let Err(problems) = RegisterProfile::parse(text, "fuzz.toml") {
        assert!(!problems.is_empty(), "refused, and nobody knows why");
        problems.iter().for_each(|problem| drop(problem.to_string()));
    }
});
