//! What stands in the responses of Medibus: data ⇄ items. Values are kept as the device wrote them.

use vigil_model::{Civil, Timestamp};

/// End of a text message.
const ETX: u8 = 0x03;
/// Offset of priorities and lengths, which are one character.
const OFFSET: u8 = 0x30;
/// Highest alarm priority.
const PRIORITY_MAX: u8 = 31;
/// Two-digit years from here on are of the last century.
const CENTURY_FROM: i32 = 70;
/// Months as the protocol writes them.
const MONTHS: [&str; 12] = ["JAN", "FEB", "MAR", "APR", "MAI", "JUN", "JUL", "AUG", "SEP", "OKT", "NOV", "DEZ"];

/// Why the data of a response makes no sense, although its check fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PayloadError(&'static str);

/// A value, a limit or a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValueItem {
    /// Code of the quantity.
    pub code: u8,
    /// As written: 4 characters, 5 in settings.
    pub text: String,
}

/// An alarm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlarmItem {
    /// 1 to 31; 31 is highest.
    pub priority: u8,
    /// Code of the alarm; its meaning depends on the code page.
    pub code: u8,
    /// Text of the device without blanks behind it, 12 characters at most.
    pub text: String,
}

/// A text message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextItem {
    /// Code of the message.
    pub code: u8,
    /// Its text.
    pub text: String,
}

/// Answer to a request for the device id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceId {
    /// Four digits: 8240 Evita 4, 8230 Evita 2 dura, 8260 Evita XL.
    pub number: String,
    /// Name.
    pub name: String,
    /// Software revision, `01.00`.
    pub revision: String,
    /// Medibus revision, `03.00`.
    pub medibus: String,
}

fn code(digits: &[u8]) -> Result<u8, PayloadError> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    };
    match digits {
        [high, low] => digit(*high).zip(digit(*low)).map(|(high, low)| high << 4 | low),
        _ => None,
    }
    .ok_or(PayloadError("a code that is not two hexadecimal digits"))
}

fn text(bytes: &[u8]) -> Result<String, PayloadError> {
    match bytes.iter().all(|byte| (b' '..=b'~').contains(byte)) {
        true => Ok(bytes.iter().copied().map(char::from).collect()),
        false => Err(PayloadError("a text with other characters")),
    }
}

fn items(data: &[u8], width: usize) -> Result<Vec<ValueItem>, PayloadError> {
    if !data.len().is_multiple_of(width + 2) {
        return Err(PayloadError("data that is not made of whole items"));
    }
    let item = |item: &[u8]| Ok(ValueItem { code: code(&item[..2])?, text: text(&item[2..])? });
    data.chunks(width + 2).map(item).collect()
}

fn encode_items(items: &[ValueItem], width: usize) -> Vec<u8> {
    let item = |item: &ValueItem| format!("{:02X}{:<width$.width$}", item.code, item.text).into_bytes();
    items.iter().flat_map(item).collect()
}

/// Reads measured data or limits: code and 4 characters each.
///
/// # Errors
/// If it is something else.
pub fn decode_values(data: &[u8]) -> Result<Vec<ValueItem>, PayloadError> {
    items(data, 4)
}

/// Writes measured data or limits.
pub fn encode_values(values: &[ValueItem]) -> Vec<u8> {
    encode_items(values, 4)
}

/// Reads settings: code and 5 characters each.
///
/// # Errors
/// If it is something else.
pub fn decode_settings(data: &[u8]) -> Result<Vec<ValueItem>, PayloadError> {
    items(data, 5)
}

/// Writes settings.
pub fn encode_settings(settings: &[ValueItem]) -> Vec<u8> {
    encode_items(settings, 5)
}

/// Reads alarms: priority, code and 12 characters each.
///
/// # Errors
/// If it is something else.
pub fn decode_alarms(data: &[u8]) -> Result<Vec<AlarmItem>, PayloadError> {
    if !data.len().is_multiple_of(15) {
        return Err(PayloadError("alarms that are not made of whole items"));
    }
    let item = |item: &[u8]| {
        let priority = item[0].wrapping_sub(OFFSET);
        if !(1..=PRIORITY_MAX).contains(&priority) {
            return Err(PayloadError("an alarm priority that is not 1 to 31"));
        }
        Ok(AlarmItem { priority, code: code(&item[1..3])?, text: text(&item[3..])?.trim_end().to_owned() })
    };
    data.chunks(15).map(item).collect()
}

/// Writes alarms.
pub fn encode_alarms(alarms: &[AlarmItem]) -> Vec<u8> {
    let item = |alarm: &AlarmItem| {
        let priority = char::from(alarm.priority.clamp(1, PRIORITY_MAX) + OFFSET);
        format!("{priority}{:02X}{:<12.12}", alarm.code, alarm.text).into_bytes()
    };
    alarms.iter().flat_map(item).collect()
}

/// Reads text messages: code, length, text and 03 each.
///
/// # Errors
/// If it is something else.
pub fn decode_texts(data: &[u8]) -> Result<Vec<TextItem>, PayloadError> {
    let (mut found, mut rest) = (Vec::new(), data);
    while !rest.is_empty() {
        let whole = rest.split_at_checked(3).and_then(|(head, rest)| {
            let length = usize::from(head[2].checked_sub(OFFSET)?);
            let (text, rest) = rest.split_at_checked(length)?;
            let rest = rest.strip_prefix(&[ETX])?;
            Some((head, text, rest))
        });
        let (head, written, behind) = whole.ok_or(PayloadError("a text message without its length and its end"))?;
        found.push(TextItem { code: code(&head[..2])?, text: text(written)? });
        rest = behind;
    }
    Ok(found)
}

/// Writes text messages. A text is cut off at 78 characters, the longest whose length can be written.
pub fn encode_texts(texts: &[TextItem]) -> Vec<u8> {
    let item = |item: &TextItem| {
        let text: Vec<u8> = item.text.bytes().take(usize::from(b'~' - OFFSET)).collect();
        let length = OFFSET + u8::try_from(text.len()).unwrap_or(0);
        [format!("{:02X}", item.code).as_bytes(), &[length], &text, &[ETX]].concat()
    };
    texts.iter().flat_map(item).collect()
}

/// Reads `HH:MM:SSDD-MMM-YY`, the device's clock taken as UTC.
///
/// # Errors
/// If it is something else.
pub fn decode_time(data: &[u8]) -> Result<Timestamp, PayloadError> {
    let read = || {
        let written = text(data).ok()?;
        let digits = |from: usize| {
            let two = written.get(from..from + 2)?;
            two.bytes().all(|b| b.is_ascii_digit()).then(|| two.parse::<u8>().ok())?
        };
        let marks = [(2, ':'), (5, ':'), (10, '-'), (14, '-')];
        let fits = |(at, mark): &(usize, char)| written[*at..].starts_with(*mark);
        if written.len() != 17 || !marks.iter().all(fits) {
            return None;
        }
        let month = MONTHS.iter().position(|name| *name == &written[11..14])?;
        let year = i32::from(digits(15)?);
        Timestamp::from_civil(Civil {
            year: if year >= CENTURY_FROM { 1900 + year } else { 2000 + year },
            month: u8::try_from(month + 1).ok()?,
            day: digits(8)?,
            hour: digits(0)?,
            minute: digits(3)?,
            second: digits(6)?,
            micros: 0,
        })
    };
    read().ok_or(PayloadError("a date and time that is none"))
}

/// Writes a date and time.
pub fn encode_time(time: Timestamp) -> Vec<u8> {
    let Civil { year, month, day, hour, minute, second, .. } = time.civil();
    let month = MONTHS[usize::from(month.clamp(1, 12)) - 1];
    format!("{hour:02}:{minute:02}:{second:02}{day:02}-{month}-{:02}", year.rem_euclid(100)).into_bytes()
}

/// Reads `8240'EVITA 4'01.00:03.00`; nothing for a device that does not say who it is.
///
/// # Errors
/// If it is something else.
pub fn decode_device_id(data: &[u8]) -> Result<Option<DeviceId>, PayloadError> {
    if data.is_empty() {
        return Ok(None);
    }
    let read = || {
        let written = text(data).ok()?;
        let (number, rest) = written.split_once('\'')?;
        let (name, rest) = rest.rsplit_once('\'')?;
        let (revision, medibus) = rest.split_once(':')?;
        let is_number = number.len() == 4 && number.bytes().all(|b| b.is_ascii_digit());
        let is_revision = |text: &str| {
            text.len() == 5
                && text.bytes().enumerate().all(|(at, b)| if at == 2 { b == b'.' } else { b.is_ascii_digit() })
        };
        (is_number && is_revision(revision) && is_revision(medibus)).then(|| DeviceId {
            number: number.to_owned(),
            name: name.to_owned(),
            revision: revision.to_owned(),
            medibus: medibus.to_owned(),
        })
    };
    read().map(Some).ok_or(PayloadError("a device id that is none"))
}

/// Writes a device id.
pub fn encode_device_id(id: &DeviceId) -> Vec<u8> {
    format!("{}'{}'{}:{}", id.number, id.name, id.revision, id.medibus).into_bytes()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::check::sum8;

    #[test]
    fn printed_payloads_are_read() {
        let values = decode_values(b"EB 98 E1 70 ").unwrap();
        assert_eq!((values[0].code, &*values[0].text), (0xEB, " 98 "));
        let time = b"11:11:1911-NOV-93";
        assert_eq!(sum8(&[b"\x01(".as_slice(), time].concat()), 0xE6, "the printed check");
        assert_eq!(decode_time(time).unwrap().to_string(), "1993-11-11T11:11:19.000Z");
        let id = decode_device_id(b"0161'My PC'01.00:03.00").unwrap().unwrap();
        assert_eq!((&*id.number, &*id.name, &*id.revision, &*id.medibus), ("0161", "My PC", "01.00", "03.00"));
        assert_eq!(decode_device_id(b""), Ok(None));
    }

    #[test]
    fn what_is_not_whole_is_refused() {
        assert!(decode_values(b"EB 98").is_err() && decode_values(b"eb 98 ").is_err());
        assert!(decode_alarms(b"N10PAW HIGH  ").is_err() && decode_alarms(b"010PAW HIGH    ").is_err());
        assert!(decode_texts(b"014IPPV").is_err() && decode_texts(b"015IPPV\x03").is_err());
        for refused in ["11:11:1931-NOV-93", "11:11:1911-MAY-93", "11:11:19 11-NOV-93", "24:00:0011-NOV-93", ""] {
            assert!(decode_time(refused.as_bytes()).is_err(), "{refused}");
        }
        assert!(decode_device_id(b"8240'EVITA 4'1.0:3.0").is_err());
    }

    proptest! {
        #[test]
        fn writing_and_reading_is_identity(
            values in prop::collection::vec((any::<u8>(), "[ -~]{4}"), 0..30),
            alarms in prop::collection::vec((1u8..32, any::<u8>(), "[ -~]{0,11}[!-~]"), 0..20),
            texts in prop::collection::vec((any::<u8>(), "[ -~]{0,40}"), 0..20),
            seconds in 0i64..3_155_760_000,
        ) {
            let values: Vec<_> = values.into_iter().map(|(code, text)| ValueItem { code, text }).collect();
            prop_assert_eq!(decode_values(&encode_values(&values)), Ok(values));
            let alarms: Vec<_> = alarms.into_iter().map(|(priority, code, text)| AlarmItem { priority, code, text }).collect();
            prop_assert_eq!(decode_alarms(&encode_alarms(&alarms)), Ok(alarms));
            let texts: Vec<_> = texts.into_iter().map(|(code, text)| TextItem { code, text }).collect();
            prop_assert_eq!(decode_texts(&encode_texts(&texts)), Ok(texts));
            let time = Timestamp::from_seconds(seconds);
            prop_assert_eq!(decode_time(&encode_time(time)), Ok(time));
        }

        #[test]
        fn any_data_is_survived(data in prop::collection::vec(any::<u8>(), 0..60)) {
            let _ = (decode_values(&data), decode_settings(&data), decode_alarms(&data));
            let _ = (decode_texts(&data), decode_time(&data), decode_device_id(&data));
        }
    }
}
