//! Simulated patients, and devices that show them on the wire; what goes wrong between two ends; and the receivers on the
//! other side of the hospital's interfaces.
//!
//! A patient is a pure function of seed, scenario and time. A simulated device is the other side of a session of
//! `vigil-protocols`: it is handed bytes and `now`, and speaks with the codec of its protocol. Everything but [`serve`] is
//! without I/O and clock, so that a night on a ward is simulated in seconds and repeats to the byte.
//!
//! Nothing here is part of a running appliance except in `vigil demo`; no value comes from a person.

pub mod baxter_as50;
pub mod bbraun_bcc;
pub mod bus_conversation;
pub mod conversation;
pub mod course;
pub mod device;
pub mod ehr;
pub mod fault;
pub mod fresenius_base;
pub mod ge_giraffe;
pub mod intellivue;
pub mod ivy_450c;
pub mod masimo;
pub mod medibus;
pub mod modbus;
pub mod monitor;
pub mod noise;
pub mod nurse_call;
pub mod patient;
pub mod pump;
pub mod puritan_bennett;
pub mod scale;
pub mod scenario;
pub mod serve;
mod shape;
pub mod simulate;
pub mod terumo_te_ss;
pub mod vital;
pub mod ward;
pub mod wire;

pub use baxter_as50::BaxterAs50;
pub use bbraun_bcc::BbraunBcc;
pub use bus_conversation::BusConversation;
pub use conversation::Conversation;
pub use device::SimDevice;
pub use ehr::Ehr;
pub use fault::{FaultPlan, FaultPlanError};
pub use fresenius_base::FreseniusBase;
pub use ge_giraffe::GeGiraffe;
pub use intellivue::Intellivue;
pub use ivy_450c::Ivy450c;
pub use masimo::Masimo;
pub use medibus::Medibus;
pub use modbus::{ModbusLine, ModbusUnit};
pub use monitor::Monitor;
pub use nurse_call::NurseCall;
pub use patient::Patient;
pub use pump::Pump;
pub use puritan_bennett::PuritanBennett;
pub use scale::Scale;
pub use scenario::{Scenario, ScenarioError};
pub use simulate::{ModbusSimulation, Simulation};
pub use terumo_te_ss::TerumoTeSs;
pub use ward::{SimulatedWard, WardSettings};
pub use wire::Wire;
