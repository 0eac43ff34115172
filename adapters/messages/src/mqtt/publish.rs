//! One publication as it waits in the outbox: a compact, versioned envelope around topic, payload and properties.

/// What a sink publishes. Properties other than these are fixed: a payload that is not empty is UTF-8 JSON (payload format
/// indicator 1, content type [`CONTENT_TYPE`]). With MQTT 3.1.1 the sink leaves out what that version does not have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MqttPublish {
    /// Topic name, without wildcards.
    pub topic: String,
    /// Payload; empty and retained clears the topic.
    pub payload: Vec<u8>,
    /// Quality of service.
    pub qos: Qos,
    /// Whether the broker keeps it for those who subscribe later.
    pub retain: bool,
    /// Message expiry interval in seconds.
    pub expiry_s: Option<u32>,
    /// Where answers go.
    pub response_topic: Option<String>,
    /// What answers repeat: the occurrence id.
    pub correlation: Option<Vec<u8>>,
    /// User properties `schema`, `gateway`, `seq`, `id`.
    pub user_properties: Vec<(String, String)>,
}

/// Quality of service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Qos {
    /// 0: for heartbeats, whose loss is what they tell.
    AtMostOnce,
    /// 1: for everything else.
    #[default]
    AtLeastOnce,
}

/// Content type of every payload.
pub const CONTENT_TYPE: &str = "application/json";

/// Version of the envelope.
const VERSION: u8 = 1;

/// Longest envelope that is read, in bytes.
pub const ENVELOPE_BYTES_MAX: usize = 1024 * 1024;

/// Most user properties of one publication.
const USER_PROPERTIES_MAX: usize = 32;

/// Why bytes are not an envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// It was written by another version of the program.
    #[error("reading a waiting MQTT publication: version {0} of the envelope is not known; expected {VERSION}")]
    Version(u8),
    /// It ends too early, is too long or holds what cannot be.
    #[error("reading a waiting MQTT publication: the envelope is damaged ({0})")]
    Damaged(&'static str),
}

const RETAIN: u8 = 1;
const AT_MOST_ONCE: u8 = 2;
const EXPIRY: u8 = 4;
const RESPONSE_TOPIC: u8 = 8;
const CORRELATION: u8 = 16;
const FLAGS: u8 = RETAIN | AT_MOST_ONCE | EXPIRY | RESPONSE_TOPIC | CORRELATION;

impl MqttPublish {
    /// The envelope: version, flags, topic, payload, then what the flags announce and the user properties. Lengths are four
    /// bytes, lowest first.
    pub fn to_bytes(&self) -> Vec<u8> {
        let flag = |set: bool, bit: u8| if set { bit } else { 0 };
        let flags = flag(self.retain, RETAIN)
            | flag(self.qos == Qos::AtMostOnce, AT_MOST_ONCE)
            | flag(self.expiry_s.is_some(), EXPIRY)
            | flag(self.response_topic.is_some(), RESPONSE_TOPIC)
            | flag(self.correlation.is_some(), CORRELATION);
        let mut out = Vec::with_capacity(self.topic.len() * 2 + self.payload.len() + 256);
        out.extend([VERSION, flags]);
        put(&mut out, self.topic.as_bytes());
        put(&mut out, &self.payload);
        out.extend(self.expiry_s.map(u32::to_le_bytes).into_iter().flatten());
        let optional = [self.response_topic.as_deref().map(str::as_bytes), self.correlation.as_deref()];
        for part in optional.into_iter().flatten() {
            put(&mut out, part);
        }
        let properties = &self.user_properties[..self.user_properties.len().min(USER_PROPERTIES_MAX)];
        out.push(properties.len() as u8);
        for (name, value) in properties {
            put(&mut out, name.as_bytes());
            put(&mut out, value.as_bytes());
        }
        out
    }

    /// Reads an envelope.
    ///
    /// # Errors
    /// If the bytes are not one.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, EnvelopeError> {
        if bytes.len() > ENVELOPE_BYTES_MAX {
            return Err(EnvelopeError::Damaged("too long"));
        }
        let mut reader = Reader(bytes);
        let [version, flags] = reader.array()?;
        if version != VERSION {
            return Err(EnvelopeError::Version(version));
        }
        if flags & !FLAGS != 0 {
            return Err(EnvelopeError::Damaged("unknown flag"));
        }
        let has = |bit: u8| flags & bit != 0;
        let publish = Self {
            topic: reader.text()?,
            payload: reader.part()?.to_vec(),
            qos: if has(AT_MOST_ONCE) { Qos::AtMostOnce } else { Qos::AtLeastOnce },
            retain: has(RETAIN),
            expiry_s: if has(EXPIRY) { Some(u32::from_le_bytes(reader.array()?)) } else { None },
            response_topic: if has(RESPONSE_TOPIC) { Some(reader.text()?) } else { None },
            correlation: if has(CORRELATION) { Some(reader.part()?.to_vec()) } else { None },
            user_properties: {
                let [count] = reader.array()?;
                if usize::from(count) > USER_PROPERTIES_MAX {
                    return Err(EnvelopeError::Damaged("too many user properties"));
                }
                (0..count).map(|_| Ok((reader.text()?, reader.text()?))).collect::<Result<_, EnvelopeError>>()?
            },
        };
        if reader.0.is_empty() { Ok(publish) } else { Err(EnvelopeError::Damaged("bytes after the end")) }
    }
}

fn put(out: &mut Vec<u8>, part: &[u8]) {
    out.extend(u32::try_from(part.len()).unwrap_or(u32::MAX).to_le_bytes());
    out.extend_from_slice(part);
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn array<const N: usize>(&mut self) -> Result<[u8; N], EnvelopeError> {
        let (array, rest) = self.0.split_first_chunk::<N>().ok_or(EnvelopeError::Damaged("it ends too early"))?;
        self.0 = rest;
        Ok(*array)
    }

    fn part(&mut self) -> Result<&'a [u8], EnvelopeError> {
        let length = u32::from_le_bytes(self.array()?) as usize;
        let (part, rest) = self.0.split_at_checked(length).ok_or(EnvelopeError::Damaged("it ends too early"))?;
        self.0 = rest;
        Ok(part)
    }

    fn text(&mut self) -> Result<String, EnvelopeError> {
        String::from_utf8(self.part()?.to_vec()).map_err(|_| EnvelopeError::Damaged("text that is not UTF-8"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn reading_takes_back_what_writing_did(topic in ".{0,20}", payload in proptest::collection::vec(any::<u8>(), 0..40), retain: bool, once: bool,
            expiry_s: Option<u32>, response_topic in proptest::option::of(".{0,20}"), correlation in proptest::option::of(proptest::collection::vec(any::<u8>(), 0..9)),
            user_properties in proptest::collection::vec((".{0,5}", ".{0,5}"), 0..5)) {
            let qos = if once { Qos::AtMostOnce } else { Qos::AtLeastOnce };
            let publish = MqttPublish { topic, payload, qos, retain, expiry_s, response_topic, correlation, user_properties };
            let bytes = publish.to_bytes();
            prop_assert_eq!(MqttPublish::from_bytes(&bytes), Ok(publish));
            for end in 0..bytes.len() {
                prop_assert!(MqttPublish::from_bytes(&bytes[..end]).is_err());
            }
        }

        #[test]
        fn any_bytes_are_survived(mut bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ = MqttPublish::from_bytes(&bytes);
            if let Some(version) = bytes.first_mut() {
                *version = VERSION;
            }
            let _ = MqttPublish::from_bytes(&bytes);
        }
    }
}
