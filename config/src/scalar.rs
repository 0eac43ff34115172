//! Decimal numbers as people write them in a configuration. Durations are [`vigil_messages::DurationText`].

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use vigil_model::Quantity;

/// A decimal number, written `36.5`, `90` or, to keep a precision such as `36.50`, as text `"36.50"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number(pub Quantity);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;

        impl Visitor<'_> for Any {
            type Value = Number;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a decimal number of at most 18 digits")
            }

            fn visit_i64<E: Error>(self, value: i64) -> Result<Number, E> {
                value.to_string().parse().map(Number).map_err(|_| E::invalid_value(Unexpected::Signed(value), &self))
            }

            fn visit_f64<E: Error>(self, value: f64) -> Result<Number, E> {
                // The shortest text that reads back as the same number is what was written, trailing zeros aside.
                value.to_string().parse().map(Number).map_err(|_| E::invalid_value(Unexpected::Float(value), &self))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Number, E> {
                text.parse().map(Number).map_err(E::custom)
            }
        }

        deserializer.deserialize_any(Any)
    }
}

impl JsonSchema for Number {
    fn schema_name() -> Cow<'static, str> {
        "Number".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": ["number", "string"],
            "pattern": "^[+-]?[0-9]*\\.?[0-9]+$",
            "description": "A decimal number; as text it keeps its precision."
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_what_was_written() {
        #[derive(Deserialize)]
        struct Row {
            n: Number,
        }
        for (text, want) in
            [("90", "90"), ("36.5", "36.5"), ("-0.1", "-0.1"), ("\"36.50\"", "36.50"), ("0.001", "0.001")]
        {
            let row: Row = toml::from_str(&format!("n = {text}")).unwrap();
            assert_eq!(row.n.0.to_string(), want);
        }
        for refused in ["nan", "inf", "1e30", "true", "\"a\"", "[]", "9223372036854775807"] {
            assert!(toml::from_str::<Row>(&format!("n = {refused}")).is_err(), "{refused}");
        }
    }
}
