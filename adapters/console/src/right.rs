//! Who asks, and what they may.
//!
//! | role | sees the ward | answers alarms, charts, binds | commissions | messages and receivers | metrics | people |
//! |---|---|---|---|---|---|---|
//! | viewer | yes | | | | | |
//! | nurse | yes | yes | | | | |
//! | biomed | yes | | yes | | yes | |
//! | interface | yes | | | yes | yes | |
//! | admin | yes | yes | yes | yes | yes | yes |

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::view::Text;

/// What somebody is to the appliance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Looks.
    Viewer,
    /// Looks after patients: answers alarms, charts, binds and releases.
    Nurse,
    /// Looks after devices and lines.
    Biomed,
    /// Looks after messages and their receivers.
    Interface,
    /// Everything.
    Admin,
}

/// What a route asks of whoever calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Right {
    /// Nothing: it tells nothing about patients, people or the ward.
    Open,
    /// To see the ward.
    See,
    /// To answer alarms, hold signals back, chart, bind and release.
    Care,
    /// To see and change lines, devices and the configuration.
    Commission,
    /// To see messages and receivers, and what was refused.
    Deliver,
    /// To read metrics.
    Measure,
    /// To manage people.
    Administer,
}

impl Role {
    /// All roles, from the fewest rights on.
    pub const ALL: [Role; 5] = [Role::Viewer, Role::Nurse, Role::Biomed, Role::Interface, Role::Admin];

    /// Whether it has a right.
    pub const fn may(self, right: Right) -> bool {
        match (self, right) {
            (_, Right::Open | Right::See) | (Role::Admin, _) => true,
            (Role::Nurse, Right::Care) => true,
            (Role::Biomed, Right::Commission | Right::Measure) => true,
            (Role::Interface, Right::Deliver | Right::Measure) => true,
            (Role::Viewer | Role::Nurse | Role::Biomed | Role::Interface, _) => false,
        }
    }

    /// The word used in configuration and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Role::Viewer => "viewer",
            Role::Nurse => "nurse",
            Role::Biomed => "biomed",
            Role::Interface => "interface",
            Role::Admin => "admin",
        }
    }
}

/// Whoever makes a request. Every request that reaches a handler whose route is not [`Right::Open`] carries one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// How people know them.
    pub name: Text,
    /// What they are to the appliance.
    pub role: Role,
    /// Whether they have shown who they are. On a console without users nobody has.
    pub is_known: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_viewer_only_sees_and_an_admin_may_everything() {
        for right in [Right::Care, Right::Commission, Right::Deliver, Right::Measure, Right::Administer] {
            assert!(!Role::Viewer.may(right), "{right:?}");
            assert!(Role::Admin.may(right), "{right:?}");
            let others = Role::ALL.iter().filter(|role| **role != Role::Admin && role.may(right)).count();
            assert!(others > 0 || right == Right::Administer, "{right:?}");
        }
    }
}
