//! One table of the text to one section, with everything that is wrong with it.
//!
//! Serde stops at the first error. Here the key it stopped at is noted, taken out, and the rest read again, until the rest
//! is a section or nothing but missing keys is left. Each round takes out at least one key, so it ends.

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use crate::document::{Place, Problems, Step, same};
use crate::nearest;

/// Most keys that are taken out of one table before the rest is given up.
const REPAIRS_MAX: usize = 64;

/// Reads the table `value`, which stands at `place`. `None` if keys that must be there are missing.
pub(crate) fn read<T: DeserializeOwned + JsonSchema>(
    place: &Place,
    value: &Spanned<DeValue<'_>>,
    problems: &mut Problems<'_, '_>,
) -> Option<T> {
    let schema = schemars::schema_for!(T).to_value();
    read_with(place, value, &schema, problems)
}

/// As [`read`], with the schema of what is expected.
pub(crate) fn read_with<T: DeserializeOwned>(
    place: &Place,
    value: &Spanned<DeValue<'_>>,
    schema: &Value,
    problems: &mut Problems<'_, '_>,
) -> Option<T> {
    let mut rest = value.clone();
    for _ in 0..REPAIRS_MAX {
        let error = match T::deserialize(ValueDeserializer::from(rest.clone())) {
            Ok(section) => return Some(section),
            Err(error) => error,
        };
        let found = error.span().and_then(|span| find(&rest, &span, &Place::default()));
        let Some(mut below) = found else {
            problems.damaged(place.clone(), problems.document.problem(place, plain(error.message()), String::new()));
            return None;
        };
        // An element of a plain array is judged, and taken out, together with its array.
        let reported = below.clone();
        while matches!(below.steps().last(), Some(Step::Index(_))) {
            below = Place::default().join(&parent(&below));
        }
        describe(place, &reported, &below, error.message(), schema, problems);
        if below.steps().is_empty() || !remove(&mut rest, below.steps()) {
            return None;
        }
    }
    None
}

/// Says what serde said, in our words.
fn describe(
    place: &Place,
    reported: &Place,
    removed: &Place,
    said: &str,
    schema: &Value,
    problems: &mut Problems<'_, '_>,
) {
    let at = place.join(reported);
    let removed_at = place.join(removed);
    let document = problems.document;
    if let Some((wrong, _)) = said.strip_prefix("unknown field `").and_then(|rest| rest.split_once('`')) {
        let expected = properties(schema, parent(reported).steps());
        let help = nearest::suggest(wrong, expected.iter().map(|(name, _)| name.as_str()));
        let problem = document.problem_with_key(&at, "unknown key".to_owned(), help);
        problems.damaged(removed_at, problem);
    } else if let Some((missing, _)) = said.strip_prefix("missing field `").and_then(|rest| rest.split_once('`')) {
        let table = reported;
        let mut names = required(schema, table.steps());
        if !names.iter().any(|name| name == missing) {
            names.push(missing.to_owned());
        }
        for name in names.iter().filter(|name| !document.has(&at.key(name))) {
            let meant = nearest::nearest(name, document.keys(&at));
            let help = match (meant, sentence(schema, table.key(name).steps())) {
                (Some(written), _) => format!("is `{written}` meant for it?"),
                (None, help) => help,
            };
            problems.push(document.problem(&at.key(name), "missing, and must be given".to_owned(), help));
        }
        if !removed.steps().is_empty() {
            problems.silence(removed_at);
        }
    } else if let Some((wrong, rest)) = said.strip_prefix("unknown variant `").and_then(|rest| rest.split_once('`')) {
        let known: Vec<&str> = rest.split('`').skip(1).step_by(2).collect();
        let problem = document.problem(&at, format!("`{wrong}` is not known here"), nearest::suggest(wrong, known));
        problems.damaged(removed_at, problem);
    } else {
        let private = at.steps().iter().any(|step| *step == Step::Key("patient".to_owned()));
        let message = if private { "cannot be used: expected another type".to_owned() } else { plain(said) };
        let problem = document.problem(&at, message, sentence(schema, reported.steps()));
        problems.damaged(removed_at, problem);
    }
}

/// Serde's words about types, in words for people.
fn plain(said: &str) -> String {
    let words = |text: &str| -> String {
        let text = text.trim();
        match text {
            "a string" => "text in quotation marks".to_owned(),
            "a sequence" => "a list in [ ]".to_owned(),
            "a map" => "a table".to_owned(),
            _ if text.starts_with("struct ") => "a table".to_owned(),
            "u8" => "a whole number from 0 to 255".to_owned(),
            "u16" => "a whole number from 0 to 65535".to_owned(),
            "u32" | "u64" | "usize" => "a whole number".to_owned(),
            "a boolean" => "true or false".to_owned(),
            "map" => "a table".to_owned(),
            "sequence" => "a list".to_owned(),
            _ => text.strip_prefix("string ").map_or_else(|| text.to_owned(), |found| format!("text {found}")),
        }
    };
    let typed = said.strip_prefix("invalid type: ").or_else(|| said.strip_prefix("invalid value: "));
    match typed.and_then(|rest| rest.rsplit_once(", expected ")) {
        Some((found, expected)) => format!("expected {}, found {}", words(expected), words(found)),
        None => said.to_owned(),
    }
}

/// The place below `value` whose key or value is exactly this stretch of the text.
fn find(value: &Spanned<DeValue<'_>>, span: &std::ops::Range<usize>, here: &Place) -> Option<Place> {
    match value.get_ref() {
        DeValue::Table(table) => {
            for (key, below) in table {
                let there = here.key(key.get_ref());
                if same(&key.span(), span) {
                    return Some(there);
                }
                if let Some(found) = find(below, span, &there) {
                    return Some(found);
                }
            }
        }
        DeValue::Array(array) => {
            for (index, below) in array.iter().enumerate() {
                if let Some(found) = find(below, span, &here.index(index)) {
                    return Some(found);
                }
            }
        }
        _ => {}
    }
    same(&value.span(), span).then(|| here.clone())
}

/// Takes the key at the end of `steps` out of its table.
fn remove(value: &mut Spanned<DeValue<'_>>, steps: &[Step]) -> bool {
    fn table<'v, 'i>(value: &'v mut DeValue<'i>) -> Option<&'v mut DeTable<'i>> {
        match value {
            DeValue::Table(table) => Some(table),
            _ => None,
        }
    }

    let Some((Step::Key(last), above)) = steps.split_last() else { return false };
    let mut here = value.get_mut();
    for step in above {
        let next = match (step, here) {
            (Step::Key(key), DeValue::Table(table)) => table.get_mut(key.as_str()),
            (Step::Index(index), DeValue::Array(array)) => array.get_mut(*index),
            _ => None,
        };
        match next {
            Some(next) => here = next.get_mut(),
            None => return false,
        }
    }
    table(here).and_then(|table| table.remove(last.as_str())).is_some()
}

fn parent(place: &Place) -> Place {
    let steps = place.steps();
    steps[..steps.len().saturating_sub(1)].iter().cloned().fold(Place::default(), |place, step| place.step(step))
}

/// The schema of the table or value at the end of `steps`.
fn below<'s>(root: &'s Value, steps: &[Step]) -> Option<&'s Value> {
    steps.iter().try_fold(resolve(root, root)?, |schema, step| match step {
        Step::Key(key) => {
            let property = schema.get("properties")?.get(key)?;
            Some(resolve(root, property).unwrap_or(property))
        }
        Step::Index(_) => resolve(root, schema.get("items")?),
    })
}

/// Follows references and optional values to what can be entered.
fn resolve<'s>(root: &'s Value, schema: &'s Value) -> Option<&'s Value> {
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        return resolve(root, root.pointer(reference.strip_prefix('#')?)?);
    }
    if schema.get("properties").is_some() || schema.get("items").is_some() {
        return Some(schema);
    }
    let alternatives = ["anyOf", "oneOf", "allOf"].iter().filter_map(|key| schema.get(key)?.as_array()).flatten();
    alternatives.filter_map(|schema| resolve(root, schema)).next()
}

/// The keys that a table may have, with their schemas.
fn properties<'s>(root: &'s Value, steps: &[Step]) -> Vec<(&'s String, &'s Value)> {
    below(root, steps)
        .and_then(|schema| schema.get("properties")?.as_object())
        .map_or(Vec::new(), |map| map.iter().collect())
}

/// The keys that a table must have.
fn required(root: &Value, steps: &[Step]) -> Vec<String> {
    let names = below(root, steps).and_then(|schema| schema.get("required")?.as_array());
    names.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The first sentence of what is documented about a key.
fn sentence(root: &Value, steps: &[Step]) -> String {
    let Some((Step::Key(key), above)) = steps.split_last() else { return String::new() };
    let documented = properties(root, above).into_iter().find(|(name, _)| *name == key);
    let text = documented.and_then(|(_, schema)| schema.get("description")?.as_str()).unwrap_or("");
    let ends =
        text.char_indices().find(|(at, c)| *c == '.' && text[at + 1..].chars().next().is_none_or(char::is_whitespace));
    text[..ends.map_or(text.len(), |(at, _)| at)].split_whitespace().collect::<Vec<_>>().join(" ")
}
