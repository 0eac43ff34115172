//! Who may do what, and the record of what they did.
//!
//! The promise: whoever acts is known by name and role, may do what the role table says and nothing else, and leaves a
//! record that cannot be edited, shortened or reordered unnoticed. What is written here is on disk when the call returns.
//!
//! It serves no page, opens no socket and never asks a clock: times are handed in.
//!
//! - [`Authority`]: who somebody is and what they may, with the record of it.
//! - [`Store`]: users and tokens on disk; [`setup`]: the first start.
//! - [`audit`]: the trail, its check, and its export.

pub mod audit;
mod authority;
mod error;
mod files;
pub mod password;
mod roles;
pub mod sessions;
pub mod setup;
mod store;
mod throttle;

pub use authority::{Authority, Known, LoginError, Terms};
pub use error::PeopleError;
pub use roles::{NoSuchRole, Right, Role, TABLE};
pub use store::{ENTRIES_MAX, Store, Token, User};
