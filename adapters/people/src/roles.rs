//! Roles and what each may do. The table is data; everything that asks reads this one.

use std::fmt;
use std::str::FromStr;

/// What somebody is to the appliance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Looks: a screen on the wall, a physician.
    Viewer,
    /// Looks after patients: answers alarms, charts, binds and releases.
    Nurse,
    /// Looks after devices and lines.
    Biomed,
    /// Looks after messages and their receivers.
    Interface,
    /// Looks after people and the record of what they did, and may do everything else.
    Admin,
}

/// What something asks of whoever does it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Right {
    /// Nothing: it tells nothing about patients, people or the ward.
    Open,
    /// To see the ward. Patient data.
    See,
    /// To answer alarms, hold signals back, chart, bind and release.
    Care,
    /// To see and change lines, devices and the configuration.
    Commission,
    /// To see messages and receivers, and what was refused. Patient data.
    Deliver,
    /// To read metrics.
    Measure,
    /// To manage people, and to read what they did.
    Administer,
}

/// Which rights each role has, [`Right::Open`] apart.
pub const TABLE: &[(Role, &[Right])] = &[
    (Role::Viewer, &[Right::See]),
    (Role::Nurse, &[Right::See, Right::Care]),
    (Role::Biomed, &[Right::See, Right::Commission, Right::Measure]),
    (Role::Interface, &[Right::See, Right::Deliver, Right::Measure]),
    (Role::Admin, &[Right::See, Right::Care, Right::Commission, Right::Deliver, Right::Measure, Right::Administer]),
];

impl Role {
    /// Every role.
    pub const ALL: [Role; 5] = [Role::Viewer, Role::Nurse, Role::Biomed, Role::Interface, Role::Admin];

    /// As it is written in files, on the command line and in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Role::Viewer => "viewer",
            Role::Nurse => "nurse",
            Role::Biomed => "biomed",
            Role::Interface => "interface",
            Role::Admin => "admin",
        }
    }

    /// Whether the role has a right.
    pub fn may(self, right: Right) -> bool {
        right == Right::Open || TABLE.iter().any(|(role, rights)| *role == self && rights.contains(&right))
    }
}

impl Right {
    /// Every right.
    pub const ALL: [Right; 7] =
        [Right::Open, Right::See, Right::Care, Right::Commission, Right::Deliver, Right::Measure, Right::Administer];

    /// What somebody gets for a time who breaks the glass: to see and to act for patients, nothing of the appliance itself.
    pub const BEHIND_THE_GLASS: [Right; 2] = [Right::See, Right::Care];
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// There is no role of this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected viewer, nurse, biomed, interface or admin")]
pub struct NoSuchRole;

impl FromStr for Role {
    type Err = NoSuchRole;

    fn from_str(text: &str) -> Result<Self, NoSuchRole> {
        Role::ALL.into_iter().find(|role| role.as_str() == text).ok_or(NoSuchRole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_read_as_it_is_written() {
        for role in Role::ALL {
            assert_eq!(role.as_str().parse(), Ok(role));
            assert_eq!(serde_json::to_string(&role).unwrap(), format!("\"{role}\""));
        }
        assert_eq!("root".parse::<Role>(), Err(NoSuchRole));
    }

    #[test]
    fn a_viewer_only_sees_and_an_admin_may_everything() {
        for right in Right::ALL {
            assert_eq!(Role::Viewer.may(right), matches!(right, Right::Open | Right::See), "{right:?}");
            assert!(Role::Admin.may(right), "{right:?}");
        }
    }
}
