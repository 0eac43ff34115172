//! JSON Schema of the configuration, with the settings of every driver.

use schemars::Schema;
use serde_json::{Value, json};
use vigil_protocols::driver::Driver;

use crate::file::File;

/// The schema of a configuration file: every key with a sentence about it, and for each driver what its `settings` may be.
pub fn schema() -> Schema {
    let mut schema = schemars::schema_for!(File);
    schema.insert("title".to_owned(), json!("Vigil configuration"));
    let mut conditions = Vec::new();
    let mut lifted = Vec::new();
    for driver in Driver::ALL {
        let mut settings = driver.settings_schema().to_value();
        if let Some(object) = settings.as_object_mut() {
            object.remove("$schema");
            // Definitions are found from the root of a document, so they move there.
            if let Some(Value::Object(definitions)) = object.remove("$defs") {
                lifted.extend(definitions);
            }
        }
        conditions.push(json!({
            "if": { "properties": { "driver": { "const": driver.name() } }, "required": ["driver"] },
            "then": { "properties": { "settings": settings } },
        }));
    }
    if let Some(Value::Object(definitions)) = schema.get_mut("$defs") {
        for (name, definition) in lifted {
            definitions.entry(name).or_insert(definition);
        }
        if let Some(Value::Object(device)) = definitions.get_mut("DeviceSection") {
            device.insert("allOf".to_owned(), Value::Array(conditions));
        }
    }
    schema
}

#[cfg(test)]
mod tests {
    use super::*;

    fn undocumented(schema: &Value, place: &str, found: &mut Vec<String>) {
        match schema {
            Value::Object(object) => {
                if let Some(Value::Object(properties)) = object.get("properties") {
                    for (name, property) in properties {
                        let silent = property.get("description").is_none()
                            && property.get("const").is_none()
                            && property.get("$ref").is_none();
                        if silent && !place.contains("/if") && !place.contains("/then/properties") && name != "settings"
                        {
                            found.push(format!("{place}/{name}"));
                        }
                    }
                }
                object.iter().for_each(|(key, below)| undocumented(below, &format!("{place}/{key}"), found));
            }
            Value::Array(array) => array.iter().for_each(|below| undocumented(below, place, found)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    #[test]
    fn every_key_has_a_sentence() {
        let mut found = Vec::new();
        undocumented(&schema().to_value(), "", &mut found);
        assert_eq!(found, Vec::<String>::new());
    }

    #[test]
    fn every_driver_says_what_its_settings_are() {
        let text = schema().to_value().to_string();
        for driver in Driver::ALL {
            assert!(text.contains(driver.name()), "{}", driver.name());
        }
    }

    #[test]
    fn every_reference_leads_somewhere() {
        fn references(value: &Value, found: &mut Vec<String>) {
            match value {
                Value::Object(object) => {
                    if let Some(Value::String(reference)) = object.get("$ref") {
                        found.push(reference.clone());
                    }
                    object.values().for_each(|value| references(value, found));
                }
                Value::Array(array) => array.iter().for_each(|value| references(value, found)),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
            }
        }

        let schema = schema().to_value();
        let mut found = Vec::new();
        references(&schema, &mut found);
        assert!(!found.is_empty());
        for reference in found {
            assert!(schema.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
        }
    }
}
