//! The product in works that other software does as well, so that they can be measured side by side. Every work calls the
//! code that ships, with its default settings; what has to be translated between a work and the product is in this program
//! and counts as the product's cost. `benches/README.md` says how to run it.
//!
//! One line of JSON on standard output ends every work that ends by itself: `ops`, `secs`, and the work's own figures.

mod arguments;
mod corpus;
mod figures;
mod mllp_load;
mod mllp_sink;
mod modbus;
mod outbox;
mod w1;
mod w4;
mod w5;

use std::process::ExitCode;

use arguments::Arguments;

const HELP: &str = "vigil-bench bench WORK [--key value ...]
  w1-parse     --corpus DIR --n N                    read N messages
  w1-build     --corpus DIR --n N                    write N messages
  mllp-sink    --addr A [--durable DIR]              receive and answer until stopped
  mllp-load    --corpus DIR --addr A --conns C --n N send and wait for each answer
  modbus-poll  --port P --k K --secs S               read K devices on 127.0.0.1, ports P to P+K-1
  modbus-rtu   --link PATH --baud B --secs S         read a device on a serial line
  w4           --port P --k K --hz H --broker HOST:PORT [--metrics N]   the appliance until stopped; N metrics of 40 registers
  w5           --corpus DIR --reps N                 judge 80 000 series
  outbox       --dir DIR --producers P --secs S      store records durably";

/// What a work prints at its end; nothing for one that runs until it is stopped.
type Outcome = Result<Option<serde_json::Value>, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let (first, work) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    if first != "bench" {
        return fail(HELP);
    }
    vigil::telemetry::start(vigil::telemetry::LogFormat::default(), None);
    let outcome = Arguments::parse(words).map_err(Into::into).and_then(|arguments| match work.as_str() {
        "w1-parse" => w1::parse(&arguments),
        "w1-build" => w1::build(&arguments),
        "mllp-sink" => mllp_sink::run(&arguments),
        "mllp-load" => mllp_load::run(&arguments),
        "modbus-poll" => modbus::poll(&arguments),
        "modbus-rtu" => modbus::rtu(&arguments),
        "w4" => w4::run(&arguments),
        "w5" => w5::run(&arguments),
        "outbox" => outbox::run(&arguments),
        other => Err(format!("there is no work {other:?}\n{HELP}").into()),
    });
    match outcome {
        Ok(figures) => {
            figures.iter().for_each(print);
            ExitCode::SUCCESS
        }
        Err(error) => fail(&error.to_string()),
    }
}

#[expect(clippy::print_stdout, reason = "a program for people and for the runner; this is its one way out")]
fn print(figures: &serde_json::Value) {
    println!("{figures}");
}

fn fail(message: &str) -> ExitCode {
    tracing::error!("{message}");
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "{message}");
    ExitCode::from(2)
}

/// The runtime that `vigil run` has.
fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    vigil::runtime::new()
}
