//! Who asks, and what they may. The table of roles and rights is that of `vigil-people`:
//!
//! | role | sees the ward | answers alarms, charts, binds | commissions | messages and receivers | metrics | people |
//! |---|---|---|---|---|---|---|
//! | viewer | yes | | | | | |
//! | nurse | yes | yes | | | | |
//! | biomed | yes | | yes | | yes | |
//! | interface | yes | | | yes | yes | |
//! | admin | yes | yes | yes | yes | yes | yes |
//!
//! Whoever has broken the glass sees the ward and answers alarms for a time, whatever the role.

pub use vigil_people::{Right, Role};

use crate::view::Text;

/// Whoever makes a request. Every request that reaches a handler whose route is not [`Right::Open`] carries one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// How people know them.
    pub name: Text,
    /// What they are to the appliance.
    pub role: Role,
    /// Whether they have shown who they are. On a console without users nobody has.
    pub is_known: bool,
    /// Whether they have broken the glass: rights are lent that the role does not give.
    pub is_lent: bool,
}

impl Principal {
    /// Whether they have a right.
    pub fn may(&self, right: Right) -> bool {
        self.role.may(right) || (self.is_lent && Right::BEHIND_THE_GLASS.contains(&right))
    }
}
