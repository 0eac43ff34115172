//! Where messages come in: the listeners' own checks, and that they fit together.

use std::net::{IpAddr, SocketAddr};

use vigil_messages::listener::Listener;

use super::names::Names;
use crate::document::{Place, Problems};

/// Checks the listeners.
pub(crate) fn listeners(sections: &[Option<Listener>], beds: &Names, problems: &mut Problems<'_, '_>) {
    Names::collect("listener", "id", problems);
    let mut addresses: Vec<(&str, Place)> = Vec::new();
    for (index, listener) in sections.iter().enumerate() {
        let Some(listener) = listener else { continue };
        let place = Place::element("listener", index);
        for (key, message) in listener.problems() {
            problems.error(&place.key(key), message, "");
        }
        for (row, mapped) in listener.place.iter().enumerate() {
            let place = place.key("place").index(row);
            beds.refer(&mapped.bed, &place.key("bed"), problems);
            if mapped.unit.is_none() && mapped.room.is_none() && mapped.number.is_none() {
                let help = "name the unit, the room or the bed as the sender writes them";
                problems.error(&place, "fits every location", help);
            }
        }
        if let Some((_, other)) = addresses.iter().find(|(address, _)| *address == &*listener.address) {
            let message = format!("is also the address of {}", problems.document.key_of(other));
            problems.error(&place.key("address"), message, "each listens at its own");
        }
        addresses.push((&listener.address, place.clone()));
        let host = listener.address.rsplit_once(':').map_or("", |(host, _)| host);
        let is_local = listener.address.parse::<SocketAddr>().is_ok_and(|address| address.ip().is_loopback())
            || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
            || host == "localhost";
        if listener.peers.is_empty() && !is_local {
            let message = "anybody who reaches the port can say who lies where";
            problems.warning(&place, message, "name the addresses of the senders in `peers`");
        }
    }
}
