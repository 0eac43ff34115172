//! Messages of the ESC scale protocol: tokens, each ESC (1Bh), a letter and a text; the last token is ESC `E`.
//!
//! Source: Health o meter ProPlus (manualslib 1717895 p. 33-35, 1965563 p. 23) and Rice Lake medical scale manuals
//! (manualshive 1454080 p. 14, 1454072 p. 24). There is no checksum, so the form is the only check and kept strictly: known
//! letters, printable text, nothing twice, nothing between messages. A message that breaks the form is refused as a whole.

use vigil_model::FaultKind;

use super::stream::Token;
pub use super::stream::{ESC, MESSAGE_MAX_BYTES, Messages, TOKEN_MAX_BYTES};

/// What Vigil can ask the scale. Each of them only reads: the tokens that write (`C`, `U`, `S`, `X`) cannot be expressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Request {
    /// `ESC A`: diagnostics.
    Diagnostics,
    /// `ESC R`: a reading.
    Reading,
    /// `ESC Q AHT`: the setting `AHT`, the one query the manuals print.
    QueryAht,
}

impl Request {
    /// All requests, alarms first.
    pub const ALL: [Request; 3] = [Request::Diagnostics, Request::Reading, Request::QueryAht];

    /// The request as bytes.
    pub fn encode(self) -> Vec<u8> {
        match self {
            Request::Diagnostics => encode(&[('A', "")]),
            Request::Reading => encode(&[('R', "")]),
            Request::QueryAht => encode(&[('Q', "AHT")]),
        }
    }
}

/// A message of the scale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// `ESC R … ESC E`.
    Reading(Scales),
    /// `ESC Z… ESC E`: the codes, `000` for none.
    Diagnostics(Vec<String>),
    /// `ESC P name=value ESC E`.
    Setting {
        /// `AHT`.
        name: String,
        /// Value as written.
        value: String,
    },
}

/// The fields of a reading that this driver uses, as the scale wrote them. Patient id (`I`), tare (`T`), body mass index
/// (`B`), date (`D`) and power (`J`) are accepted and dropped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scales {
    /// `W`: weight, `0200.5`.
    pub weight: Option<String>,
    /// `H`: height.
    pub height: Option<String>,
    /// `N`: `m` metric (kg, cm), `c` pounds and inches.
    pub units: Option<String>,
}

impl Message {
    /// The message as bytes, as the scale sends it: for simulators and tests.
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Message::Reading(scales) => {
                let mut tokens = vec![('R', "")];
                let fields = [('W', &scales.weight), ('H', &scales.height), ('N', &scales.units)];
                tokens.extend(fields.into_iter().filter_map(|(letter, text)| Some((letter, text.as_deref()?))));
                encode(&tokens)
            }
            Message::Diagnostics(codes) => encode(&codes.iter().map(|code| ('Z', code.as_str())).collect::<Vec<_>>()),
            Message::Setting { name, value } => encode(&[('P', &format!("{name}={value}"))]),
        }
    }

    /// Reads the tokens between the first ESC and ESC `E`.
    pub(super) fn read(tokens: &[Token]) -> Result<Message, (FaultKind, String)> {
        let framing = |detail: String| (FaultKind::Framing, detail);
        let Some((first, rest)) = tokens.split_first() else {
            return Err(framing("an empty message".to_owned()));
        };
        if let Some(host) = tokens.iter().find(|token| matches!(token.letter, 'C' | 'U' | 'S' | 'X' | 'Q')) {
            return Err((FaultKind::Unexpected, format!("a message of a host with the token {}", host.letter)));
        }
        if rest.is_empty() && matches!(first.letter, 'R' | 'A') {
            return Err((FaultKind::Unexpected, format!("the request {}, not an answer to it", first.letter)));
        }
        if !first.text.is_empty() && matches!(first.letter, 'R' | 'A') {
            return Err(framing(format!("a text after the token {}", first.letter)));
        }
        match first.letter {
            'R' => reading(rest),
            'A' => diagnostics(rest),
            'Z' => diagnostics(tokens),
            'P' if rest.is_empty() => match first.text.split_once('=') {
                Some((name, value)) => Ok(Message::Setting { name: name.to_owned(), value: value.to_owned() }),
                None => Err(framing("a setting without =".to_owned())),
            },
            letter => Err(framing(format!("a message that begins with the token {letter}"))),
        }
    }
}

fn reading(tokens: &[Token]) -> Result<Message, (FaultKind, String)> {
    let mut scales = Scales::default();
    let mut seen = String::new();
    for token in tokens {
        if seen.contains(token.letter) {
            return Err((FaultKind::Framing, format!("a reading with two tokens {}", token.letter)));
        }
        seen.push(token.letter);
        match token.letter {
            'W' => scales.weight = Some(token.text.clone()),
            'H' => scales.height = Some(token.text.clone()),
            'N' => scales.units = Some(token.text.clone()),
            'I' | 'T' | 'B' | 'D' | 'J' => {}
            other => return Err((FaultKind::Framing, format!("a reading with the token {other}"))),
        }
    }
    Ok(Message::Reading(scales))
}

fn diagnostics(tokens: &[Token]) -> Result<Message, (FaultKind, String)> {
    match tokens.iter().find(|token| token.letter != 'Z') {
        Some(other) => Err((FaultKind::Framing, format!("diagnostics with the token {}", other.letter))),
        None => Ok(Message::Diagnostics(tokens.iter().map(|token| token.text.clone()).collect())),
    }
}

fn encode(tokens: &[(char, &str)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (letter, text) in tokens {
        bytes.extend([ESC, *letter as u8]);
        bytes.extend(text.bytes());
    }
    bytes.extend([ESC, b'E']);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Vec<Result<Message, FaultKind>> {
        let mut messages = Messages::default();
        messages.push(bytes);
        let mut found: Vec<_> = std::iter::from_fn(|| messages.poll()).map(|found| found.map_err(|f| f.kind)).collect();
        found.extend(messages.cut().map(|fault| Err(fault.kind)));
        found
    }

    fn weight(text: &str) -> Result<Message, FaultKind> {
        Ok(Message::Reading(Scales { weight: Some(text.into()), height: None, units: Some("m".into()) }))
    }

    #[test]
    fn a_message_is_whole_or_refused() {
        let good = b"\x1bR\x1bW0200.5\x1bNm\x1bE";
        assert_eq!(read(good), [weight("0200.5")]);
        let cut_off = [b"\x1bR\x1bW02".as_slice(), good].concat();
        assert_eq!(read(&cut_off), [Err(FaultKind::Truncated), weight("0200.5")], "a new ESC R voids the first");
        assert_eq!(read(b"\x1bR\x1bW0200.5\x1bW0100.5\x1bNm\x1bE"), [Err(FaultKind::Framing)]);
        assert_eq!(read(b"\x1bR\x1bG1\x1bE"), [Err(FaultKind::Framing)]);
        assert_eq!(read(b"\x1bW0200.5\x1bNm\x1bE"), [Err(FaultKind::Framing)]);
        assert_eq!(read(b"\x1bR;W0200.5\x1bNm\x1bE"), [Err(FaultKind::Framing)], "a damaged ESC");
        assert_eq!(read(b"\x1bR\x1bW02\r00.5\x1bNm\x1bE")[0], Err(FaultKind::Framing));
        assert_eq!(read(b"\x1bR\x1b\x1bE"), [Err(FaultKind::Framing), Err(FaultKind::Framing)]);
        assert_eq!(read(b"noise\x1bE"), [Err(FaultKind::Framing), Err(FaultKind::Framing)]);
        assert_eq!(read(b"\x1bR\x1bW0200.5\x1bNm\x1b"), [Err(FaultKind::Truncated)]);
        assert_eq!(read(&[b"\x1bR\x1bW".as_slice(), &[b'0'; 40]].concat())[0], Err(FaultKind::Overlong));
    }

    #[test]
    fn hosts_are_told_from_scales() {
        for request in Request::ALL {
            assert_eq!(read(&request.encode()), [Err(FaultKind::Unexpected)], "{request:?}");
        }
        assert_eq!(read(b"\x1bCUOM=m\x1bE"), [Err(FaultKind::Unexpected)]);
    }

    proptest::proptest! {
        #[test]
        fn writing_and_reading_is_identity(w in "[0-9.]{0,8}", h in proptest::option::of("[0-9.]{1,6}"), n in proptest::option::of("[mc]"), codes in proptest::collection::vec("[0-9E]{3}", 1..4)) {
            for message in [
                Message::Reading(Scales { weight: Some(w), height: h, units: n }),
                Message::Diagnostics(codes),
                Message::Setting { name: "AHT".into(), value: "10".into() },
            ] {
                proptest::prop_assert_eq!(read(&message.encode()), [Ok(message)]);
            }
        }
    }
}
