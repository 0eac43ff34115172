//! The console.

use std::net::SocketAddr;

use crate::document::{Place, Problems};
use crate::file::ConsoleSection;
use crate::plan::ConsolePlan;

/// Checks `[console]`; `None` if there is none.
pub(crate) fn console(section: Option<&ConsoleSection>, problems: &mut Problems<'_, '_>) -> Option<ConsolePlan> {
    let text = section?.address.as_deref()?;
    let place = Place::top("console").key("address");
    let Ok(address) = text.parse::<SocketAddr>() else {
        problems.error(
            &place,
            format!("`{text}` is not an address and port"),
            "write an IP address and a port, like 127.0.0.1:8080 or [::1]:8080",
        );
        return None;
    };
    if !address.ip().is_loopback() {
        problems.error(
            &place,
            format!("{} can be reached by others, and the console does not encrypt", address.ip()),
            "listen at 127.0.0.1, and let others in through a server that encrypts",
        );
        return None;
    }
    Some(ConsolePlan { address })
}
