//! What the tests of the whole appliance share: patience, the `vigil` program as a process, the hospital around it and the
//! simulated devices. Nothing here sleeps to wait: whatever happens rings a [`Bell`], and who waits looks again.

#![allow(dead_code, unreachable_pub, reason = "each test program uses its part")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

pub mod bench;
pub mod broker;
pub mod ehr;
pub mod ledger;
pub mod nurse;
pub mod process;
pub mod programs;

use std::future::Future;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

/// How long a test waits for something that must happen, on a machine that is busy.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Rung by everything that happens: a message, a line, the end of a process.
#[derive(Clone)]
pub struct Bell(watch::Sender<u64>);

impl Default for Bell {
    fn default() -> Self {
        Self(watch::channel(0).0)
    }
}

impl Bell {
    pub fn ring(&self) {
        self.0.send_modify(|rings| *rings += 1);
    }

    /// Waits until `holds`, looking again whenever something has happened.
    pub async fn until(&self, what: &str, mut holds: impl FnMut() -> bool) {
        if !self.within(PATIENCE, &mut holds).await {
            panic!("waited in vain: {what}");
        }
    }

    /// Whether `holds` became so within a time.
    pub async fn within(&self, time: Duration, mut holds: impl FnMut() -> bool) -> bool {
        let mut rings = self.0.subscribe();
        let waiting = async {
            while !holds() {
                let _ = rings.changed().await;
            }
        };
        tokio::time::timeout(time, waiting).await.is_ok()
    }
}

/// What a future gives, if it does so in time.
pub async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(PATIENCE, future).await {
        Ok(done) => done,
        Err(_) => panic!("waited in vain: {what}"),
    }
}

pub fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An address on which nobody listens.
pub fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// Numbers that look random and are the same in every run (SplitMix64).
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ mixed >> 31) % bound
    }
}

/// Waits for what rings no bell: a file, a journal. Looks again and again.
pub async fn poll(what: &str, mut holds: impl FnMut() -> bool) {
    let looking = async {
        let mut interval = tokio::time::interval(Duration::from_millis(10));
        while !holds() {
            interval.tick().await;
        }
    };
    soon(what, looking).await;
}
