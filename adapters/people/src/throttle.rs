//! How often somebody may try. Counted for an account from one address, and for an address whatever the account: somebody who
//! guesses elsewhere does not lock out the nurse at her own screen.

use std::collections::BTreeMap;
use std::time::Duration;

use vigil_model::Instant;

/// Wrong attempts on one account from one address before the next must wait.
const OF_ACCOUNT: u32 = 5;
/// Wrong attempts from one address before the next must wait.
const OF_ADDRESS: u32 = 20;
/// The first wait; each further wrong attempt doubles it.
const WAIT_FIRST: Duration = Duration::from_secs(15);
/// The longest wait, after which a further wrong attempt waits as long again.
const WAIT_MAX: Duration = Duration::from_secs(900);
/// After which time without a wrong attempt everything is forgotten.
const FORGET: Duration = Duration::from_secs(3600);
/// Accounts and addresses that are remembered; whoever was idle for longest is forgotten first.
const ENTRIES_MAX: usize = 4096;

#[derive(Clone, Copy, Debug)]
struct Count {
    failures: u32,
    last: Instant,
}

/// Counts wrong attempts.
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    counts: BTreeMap<(String, Option<String>), Count>,
}

impl Throttle {
    /// Whether somebody may try now; else for how long to wait.
    ///
    /// # Errors
    /// The time to wait.
    pub(crate) fn may_try(&self, account: &str, address: &str, now: Instant) -> Result<(), Duration> {
        let wait = self
            .keys(account, address)
            .into_iter()
            .filter_map(|(key, allowed)| {
                let count = self.counts.get(&key)?;
                let over = count.failures.checked_sub(allowed)?;
                let wait = WAIT_FIRST.saturating_mul(1 << over.min(10)).min(WAIT_MAX);
                wait.checked_sub(now.since(count.last)).filter(|wait| !wait.is_zero())
            })
            .max();
        wait.map_or(Ok(()), Err)
    }

    /// Somebody tried and was wrong.
    pub(crate) fn failed(&mut self, account: &str, address: &str, now: Instant) {
        for (key, _) in self.keys(account, address) {
            let count = self.counts.entry(key).or_insert(Count { failures: 0, last: now });
            count.failures = if now.since(count.last) > FORGET { 1 } else { count.failures.saturating_add(1) };
            count.last = now;
        }
        self.counts.retain(|_, count| now.since(count.last) <= FORGET);
        while self.counts.len() > ENTRIES_MAX {
            let Some(idle) = self.counts.iter().min_by_key(|(_, count)| count.last).map(|(key, _)| key.clone()) else {
                return;
            };
            self.counts.remove(&idle);
        }
    }

    /// Somebody tried and was right. What the address got wrong with other accounts stays.
    pub(crate) fn succeeded(&mut self, account: &str, address: &str) {
        self.counts.remove(&(address.to_owned(), Some(account.to_owned())));
    }

    fn keys(&self, account: &str, address: &str) -> [((String, Option<String>), u32); 2] {
        let account: String = account.chars().take(64).collect();
        [((address.to_owned(), Some(account)), OF_ACCOUNT), ((address.to_owned(), None), OF_ADDRESS)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Instant {
        Instant::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn after_five_wrong_attempts_each_further_one_waits_twice_as_long() {
        let mut throttle = Throttle::default();
        for _ in 0..5 {
            assert_eq!(throttle.may_try("ada", "here", at(0)), Ok(()));
            throttle.failed("ada", "here", at(0));
        }
        assert_eq!(throttle.may_try("ada", "here", at(5)), Err(Duration::from_secs(10)));
        assert_eq!(throttle.may_try("ada", "there", at(5)), Ok(()), "not locked out elsewhere");
        assert_eq!(throttle.may_try("eve", "here", at(5)), Ok(()));
        assert_eq!(throttle.may_try("ada", "here", at(15)), Ok(()));
        throttle.failed("ada", "here", at(15));
        assert_eq!(throttle.may_try("ada", "here", at(15)), Err(Duration::from_secs(30)));
        for _ in 0..20 {
            throttle.failed("ada", "here", at(15));
        }
        assert_eq!(throttle.may_try("ada", "here", at(15)), Err(WAIT_MAX));
        throttle.succeeded("ada", "here");
        assert!(throttle.may_try("eve", "here", at(15)).is_err(), "the address itself has tried too often");
        throttle.failed("x", "other", at(4000));
        assert_eq!(throttle.may_try("ada", "here", at(4000)), Ok(()), "forgotten after an hour");
    }

    #[test]
    fn it_remembers_a_bounded_number() {
        let mut throttle = Throttle::default();
        for number in 0..3000u64 {
            throttle.failed(&format!("user{number}"), &format!("host{number}"), at(number / 100));
        }
        assert_eq!(throttle.counts.len(), ENTRIES_MAX);
    }
}
