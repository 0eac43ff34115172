//! The small machines: of every alarm, does the condition exist, should people be told, and who; of every bed, who lies there.
//!
//! Plain functions on plain enums. They know no clock, no ECS and no device; each table stands in its module comment.

pub mod association;
pub mod condition;
pub mod escalation;
pub(crate) mod infusion;
pub mod signal;
