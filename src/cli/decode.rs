//! `vigil decode`: bytes as a device sends them, to reports as JSON lines. No conversation, no network.

use std::io::Read as _;
use std::path::PathBuf;

use vigil_protocols::driver::Driver;
use vigil_protocols::modbus::{self, AsciiRules, Framing, ReadRequest, RegisterProfile};
use vigil_protocols::{Decoder, json, philips_intellivue};

use super::{CommandError, CommandResult, Printer};

/// Arguments of `vigil decode`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: echo '1b521b57303230302e351b4e6d1b45' | vigil decode --driver esc-scale\n\
                        Example: vigil decode --driver modbus --profile bed-contacts --framing rtu answers.hex\n\
                        Example: vigil decode --driver philips-intellivue --framing udp datagrams.hex\n\n\
                        Answers are one JSON object a line. The exit code is 0 also when frames are refused: a fault is an answer.")]
pub(super) struct Arguments {
    /// The driver: `vigil profiles` lists them. `modbus` wants `--profile`.
    #[arg(long)]
    driver: String,
    /// For `modbus`: the name of a built-in profile, or a file.
    #[arg(long)]
    profile: Option<String>,
    /// How frames are delimited: for `modbus` rtu (the default), tcp or ascii; for `philips-intellivue` rs232 (the default),
    /// or udp for datagrams one behind the other, each of which says its own length.
    #[arg(long, value_enum)]
    framing: Option<FramingArgument>,
    /// For `modbus`: the request that the frames answer, in hexadecimal, framed like the answers; without it the reads of
    /// the profile in order.
    #[arg(long, value_name = "HEX")]
    request: Option<String>,
    /// For `modbus --framing ascii`: accept also answers whose LRC fits only the doubled byte count. Each is told as a fault.
    #[arg(long, value_name = "RULE", value_parser = ["doubled-count"])]
    lrc: Option<String>,
    /// How the input is written. Hexadecimal digits may have blanks, line ends and `#` comments between them.
    #[arg(long, value_enum, default_value_t = FormatArgument::Hex)]
    format: FormatArgument,
    /// The input; without it, standard input.
    file: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum FormatArgument {
    Hex,
    Raw,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum FramingArgument {
    Rtu,
    Tcp,
    Ascii,
    Rs232,
    Udp,
}

/// More than this is no recording of frames but a mistake.
const INPUT_BYTES_MAX: u64 = 256 * 1024 * 1024;

pub(super) fn run(arguments: Arguments) -> CommandResult {
    let mut decoder = decoder(&arguments)?;
    let input = input(&arguments)?;
    let mut out = Printer::new();
    // In pieces, so that a long recording's reports do not pile up.
    for piece in input.chunks(4096) {
        decoder.push(piece);
        while let Some(report) = decoder.poll_report() {
            out.line(json::line(&report))?;
        }
    }
    decoder.finish();
    while let Some(report) = decoder.poll_report() {
        out.line(json::line(&report))?;
    }
    out.finish()
}

fn decoder(arguments: &Arguments) -> Result<Box<dyn Decoder>, CommandError> {
    if arguments.driver != "modbus" {
        return driver_decoder(driver(&arguments.driver)?, arguments.framing);
    }
    let wanted = arguments.profile.as_deref().ok_or_else(|| {
        CommandError::Input(
            "the driver modbus needs `--profile` with a name from `vigil profiles` or a file".to_owned(),
        )
    })?;
    let profile = std::sync::Arc::new(profile(wanted)?);
    let framing = match arguments.framing {
        None | Some(FramingArgument::Rtu) => Framing::Rtu,
        Some(FramingArgument::Tcp) => Framing::Tcp,
        Some(FramingArgument::Ascii) => Framing::Ascii,
        Some(FramingArgument::Rs232 | FramingArgument::Udp) => {
            return Err(framing_error("modbus", "rtu, tcp and ascii"));
        }
    };
    let request = arguments.request.as_deref().map(|text| request(text, framing)).transpose()?;
    let rules = AsciiRules { count: profile.ascii_count(), doubled_count_lrc: arguments.lrc.is_some() };
    Ok(modbus::decoder_with(profile, framing, request, rules))
}

/// The decoder of a driver with a conversation of its own.
fn driver_decoder(driver: Driver, framing: Option<FramingArgument>) -> Result<Box<dyn Decoder>, CommandError> {
    match (driver, framing) {
        (_, None) | (Driver::PhilipsIntellivue, Some(FramingArgument::Rs232)) => Ok(driver.decoder()),
        (Driver::PhilipsIntellivue, Some(FramingArgument::Udp)) => {
            Ok(philips_intellivue::decoder_of(philips_intellivue::Framing::Udp))
        }
        (Driver::PhilipsIntellivue, Some(_)) => Err(framing_error(driver.name(), "rs232 and udp")),
        (_, Some(_)) => {
            Err(CommandError::Input(format!("{} has one framing only; leave out --framing", driver.name())))
        }
    }
}

fn framing_error(name: &str, known: &str) -> CommandError {
    CommandError::Input(format!("--framing does not fit the driver {name}; it has {known}"))
}

/// A driver with a conversation of its own, by name.
pub(super) fn driver(name: &str) -> Result<Driver, CommandError> {
    Driver::named(name).ok_or_else(|| {
        let names: Vec<&str> = Driver::ALL.iter().map(|driver| driver.name()).chain(["modbus"]).collect();
        CommandError::Input(format!("there is no driver {name:?}; there are {}", names.join(", ")))
    })
}

/// A built-in profile by name, else a file.
pub(super) fn profile(wanted: &str) -> Result<RegisterProfile, CommandError> {
    if let Some((name, text)) = RegisterProfile::embedded().iter().find(|(name, _)| *name == wanted) {
        return RegisterProfile::parse(text, name)
            .map_err(|problems| super::profiles::problems_error(wanted, &problems));
    }
    let path = std::path::Path::new(wanted);
    if !path.exists() {
        let names: Vec<&str> = RegisterProfile::embedded().iter().map(|(name, _)| *name).collect();
        return Err(CommandError::Input(format!(
            "{wanted:?} is neither a built-in profile ({}) nor a file",
            names.join(", ")
        )));
    }
    let text = super::read_text(path)?;
    RegisterProfile::parse(&text, wanted).map_err(|problems| super::profiles::problems_error(wanted, &problems))
}

fn request(text: &str, framing: Framing) -> Result<ReadRequest, CommandError> {
    let bytes = hex(text)?;
    ReadRequest::from_frame(framing, &bytes).ok_or_else(|| {
        let name = format!("{framing:?}").to_lowercase();
        CommandError::Input(format!(
            "--request is no whole request that reads, framed as {name}; function codes 1 to 4 read"
        ))
    })
}

fn input(arguments: &Arguments) -> Result<Vec<u8>, CommandError> {
    let mut bytes = Vec::new();
    let (name, read) = match &arguments.file {
        Some(path) => {
            let file = std::fs::File::open(path)
                .map_err(|error| CommandError::Input(format!("opening {}: {error}; check the path", path.display())))?;
            (path.display().to_string(), file.take(INPUT_BYTES_MAX).read_to_end(&mut bytes))
        }
        None => ("standard input".to_owned(), std::io::stdin().lock().take(INPUT_BYTES_MAX).read_to_end(&mut bytes)),
    };
    read.map_err(|error| CommandError::Outside(format!("reading {name}: {error}")))?;
    match arguments.format {
        FormatArgument::Raw => Ok(bytes),
        FormatArgument::Hex => {
            let text = String::from_utf8(bytes).map_err(|_| {
                CommandError::Input(format!(
                    "{name} is not hexadecimal text; `--format raw` reads the bytes as they are"
                ))
            })?;
            hex(&text)
        }
    }
}

/// Hexadecimal digits in pairs, with blanks between and comments from `#` to the end of a line.
fn hex(text: &str) -> Result<Vec<u8>, CommandError> {
    let mut bytes = Vec::with_capacity(text.len() / 2);
    for (number, line) in text.lines().enumerate() {
        let line = line.split('#').next().unwrap_or_default();
        let digits: Vec<(usize, char)> = line.char_indices().filter(|(_, c)| !c.is_whitespace()).collect();
        for pair in digits.chunks(2) {
            let byte = match pair {
                [(_, high), (_, low)] => high.to_digit(16).zip(low.to_digit(16)).map(|(high, low)| high << 4 | low),
                _ => None,
            };
            let byte = byte.and_then(|byte| u8::try_from(byte).ok()).ok_or_else(|| {
                CommandError::Input(format!(
                    "line {}, column {}: expected two hexadecimal digits for each byte; `--format raw` reads bytes as they are",
                    number + 1,
                    pair[0].0 + 1
                ))
            })?;
            bytes.push(byte);
        }
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::hex;

    #[test]
    fn hexadecimal_text_is_read_with_blanks_and_comments() {
        assert_eq!(hex("7E 31\n00ff # a comment\n").unwrap(), [0x7e, 0x31, 0x00, 0xff]);
        assert!(hex("7").unwrap_err().to_string().contains("line 1, column 1"));
        assert!(hex("7E\n3x").unwrap_err().to_string().contains("line 2, column 1"));
    }
}
