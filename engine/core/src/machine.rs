//! The small machines that every alarm goes through: does the condition exist, should people be told, and who.
//!
//! Plain functions on plain enums. They know no clock, no ECS and no device; each table stands in its module comment.

pub mod condition;
pub mod escalation;
pub mod signal;
