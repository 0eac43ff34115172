//! What was handed to the MQTT client and is not acknowledged. The client gives no handle from a publication to its
//! acknowledgement: publications leave in the order in which they were handed over, each with a packet id, and the
//! acknowledgement names the packet id. Pure.

use std::collections::{BTreeMap, VecDeque};

use vigil_journal::RowId;
use vigil_model::{Instant, Timestamp};

/// What was handed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Handed {
    /// A message of the outbox.
    Row {
        /// Which.
        row: RowId,
        /// Whether it is in the alarm lane.
        is_alarm: bool,
        /// When it was handed over.
        sent: Timestamp,
        /// Which transmission of it this is, from 1.
        attempt: u32,
    },
    /// Something of the sink's own: a state told anew, a heartbeat.
    Own,
}

/// Publications between the client and the broker's acknowledgement.
#[derive(Debug, Default)]
pub struct Window {
    queued: VecDeque<(Handed, Instant)>,
    wire: BTreeMap<u16, (Handed, Instant)>,
}

impl Window {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.queued.len() + self.wire.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.queued.is_empty() && self.wire.is_empty()
    }

    /// The client has taken a publication.
    pub fn handed(&mut self, handed: Handed, at: Instant) {
        self.queued.push_back((handed, at));
    }

    /// The client has written a publication under a packet id. With id 0 (quality of service 0) that was all, and it
    /// comes back.
    pub fn written(&mut self, packet: u16) -> Option<Handed> {
        let (handed, at) = self.queued.pop_front()?;
        if packet == 0 {
            return Some(handed);
        }
        self.wire.insert(packet, (handed, at));
        None
    }

    /// The broker has acknowledged a packet id; `None` if nothing was sent under it.
    pub fn acknowledged(&mut self, packet: u16) -> Option<Handed> {
        self.wire.remove(&packet).map(|(handed, _)| handed)
    }

    /// When the oldest was handed over.
    pub fn oldest(&self) -> Option<Instant> {
        let queued = self.queued.front().map(|(_, at)| *at);
        self.wire.values().map(|(_, at)| *at).chain(queued).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(number: u64) -> Handed {
        Handed::Row { row: RowId(number), is_alarm: true, sent: Timestamp::default(), attempt: 1 }
    }

    #[test]
    fn acknowledgements_find_their_publication_in_any_order() {
        let at = Instant::from_micros;
        let mut window = Window::default();
        for number in 1..=3 {
            window.handed(row(number), at(number));
        }
        window.handed(Handed::Own, at(4));
        assert_eq!([window.written(7), window.written(8), window.written(9)], [None, None, None]);
        assert_eq!(window.written(0), Some(Handed::Own));
        assert_eq!((window.len(), window.oldest()), (3, Some(at(1))));
        assert_eq!(window.acknowledged(8), Some(row(2)));
        assert_eq!(window.acknowledged(8), None); // a second time
        assert_eq!(window.acknowledged(99), None); // somebody else's
        assert_eq!(window.acknowledged(7), Some(row(1)));
        assert_eq!(window.oldest(), Some(at(3)));
        assert_eq!(window.acknowledged(9), Some(row(3)));
        assert!(window.is_empty() && window.oldest().is_none());
        assert_eq!(window.written(10), None); // nothing was handed over
        assert!(window.is_empty());
    }
}
