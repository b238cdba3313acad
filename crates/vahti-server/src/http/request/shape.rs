//! The shape of a body that could not be read: every field that is unknown, missing or of the wrong kind. What is
//! right is read from the schema of the wire type, which is also what the OpenAPI document shows.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use utoipa::{
    ToSchema,
    openapi::{RefOr, Schema},
};
use vahti_client::Time;

use super::Wrong;
use crate::http::{suggest, text};

/// Notes what is wrong with a body, and returns it with what is wrong replaced, so that the rest can be looked at.
pub(in crate::http) fn diagnose<T: DeserializeOwned + ToSchema>(
    bytes: &[u8],
    error: &serde_json::Error,
    wrong: &mut Wrong,
) -> Option<T> {
    match serde_json::from_slice(bytes) {
        _ if bytes.is_empty() => {
            wrong.note("body", "The body is empty: this call needs a JSON object.");
        }
        Err(syntax) => wrong.note("body", format!("The body is not JSON: {syntax}.")),
        Ok(Value::Object(mut body)) => {
            let shape = Shape::of::<T>();
            shape.mend(&mut body, &shape.schema, "", wrong);
            if wrong.is_empty() {
                note_unread(error, wrong);
            }
            return serde_json::from_value(Value::Object(body)).ok();
        }
        Ok(other) => {
            let message = format!("The body has to be a JSON object, not {}.", kind_of(&other));
            wrong.note("body", message);
        }
    }
    None
}

/// What the schema does not say; above all a field that stands twice.
fn note_unread(error: &serde_json::Error, wrong: &mut Wrong) {
    let message = error.to_string();
    match message
        .strip_prefix("duplicate field `")
        .and_then(|rest| rest.split_once('`'))
    {
        Some((field, _)) => {
            wrong.spoil(field, format!("Field `{field}` stands twice in the body."));
        }
        None => wrong.note("body", "The body cannot be read."),
    }
}

/// A schema with all that it refers to.
struct Shape {
    schema: Value,
    named: Vec<(String, Value)>,
}

impl Shape {
    fn of<T: ToSchema>() -> Self {
        let value = |schema: RefOr<Schema>| serde_json::to_value(schema).unwrap_or_default();
        let mut named = Vec::new();
        T::schemas(&mut named);
        Self {
            schema: value(T::schema()),
            named: named
                .into_iter()
                .map(|(name, schema)| (name, value(schema)))
                .collect(),
        }
    }

    /// The schema that is meant: behind a reference, and without the choice of null.
    fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        if let Some(choices) = schema["oneOf"].as_array() {
            let other = choices.iter().find(|choice| choice["type"] != "null");
            return other.map_or(schema, |other| self.resolve(other));
        }
        let name = schema["$ref"]
            .as_str()
            .and_then(|reference| reference.rsplit('/').next());
        let found = self
            .named
            .iter()
            .find(|(known, _)| Some(known.as_str()) == name);
        found.map_or(schema, |(_, schema)| schema)
    }

    /// Notes what is wrong in an object; takes it out, and puts in what is missing.
    fn mend(&self, object: &mut Map<String, Value>, schema: &Value, path: &str, wrong: &mut Wrong) {
        let empty = Map::new();
        let properties = schema["properties"].as_object().unwrap_or(&empty);
        let mut told = Vec::new();
        object.retain(|name, value| match properties.get(name) {
            Some(property) => {
                let fits = self.fits(value, property, &format!("{path}{name}"), wrong);
                if !fits {
                    told.push(name.clone());
                }
                fits
            }
            None => {
                let known = properties.keys().map(String::as_str);
                let near = suggest::nearest(name, known.clone());
                told.extend(near.map(str::to_owned));
                let right = near.map_or_else(
                    || format!("known are {}", suggest::listed(&known.collect::<Vec<_>>())),
                    |near| format!("did you mean `{path}{near}`?"),
                );
                let end = if right.ends_with('?') { "" } else { "." };
                let shown = text::shown(name);
                wrong.spoil(
                    &format!("{path}{name}"),
                    format!("Unknown field `{path}{shown}` in the body: {right}{end}"),
                );
                false
            }
        });
        let required = schema["required"].as_array().into_iter().flatten();
        for name in required.filter_map(Value::as_str) {
            if !object.contains_key(name) {
                let field = format!("{path}{name}");
                let message = format!("Field `{field}` is missing.");
                if told.iter().any(|told| told == name) {
                    wrong.forgive(&field);
                } else {
                    wrong.spoil(&field, message);
                }
                let right = properties.get(name).map(|property| self.resolve(property));
                object.insert(name.to_owned(), placeholder(right));
            }
        }
    }

    /// Whether a value is of the right kind; notes it if not.
    fn fits(&self, value: &mut Value, schema: &Value, field: &str, wrong: &mut Wrong) -> bool {
        let nullable = schema["oneOf"]
            .as_array()
            .is_some_and(|choices| choices.iter().any(|choice| choice["type"] == "null"));
        if value.is_null() && nullable {
            return true;
        }
        let schema = self.resolve(schema);
        let kinds = kinds(schema);
        if !kinds.iter().any(|kind| is(value, kind)) {
            let wanted: Vec<_> = kinds.iter().filter_map(|kind| article(kind)).collect();
            let message = format!(
                "Field `{field}` has to be {}, not {}.",
                wanted.join(" or "),
                kind_of(value)
            );
            wrong.spoil(field, message);
            return false;
        }
        match value {
            Value::Object(object) => {
                self.mend(object, schema, &format!("{field}."), wrong);
                true
            }
            Value::Array(items) => items.iter_mut().enumerate().fold(true, |fits, (at, item)| {
                self.fits(item, &schema["items"], &format!("{field}[{at}]"), wrong) && fits
            }),
            Value::String(text) => is_word(text, schema, field, wrong),
            _ => true,
        }
    }
}

/// Whether a text is one of the words, or a time, where the schema asks for that.
fn is_word(text: &str, schema: &Value, field: &str, wrong: &mut Wrong) -> bool {
    if let Some(words) = schema["enum"].as_array() {
        let words: Vec<_> = words.iter().filter_map(Value::as_str).collect();
        if !words.contains(&text) {
            let shown = text::shown(text);
            let known = suggest::listed(&words);
            wrong.spoil(
                field,
                format!("Field `{field}` cannot be `{shown}`; known are {known}."),
            );
            return false;
        }
    }
    if schema["format"] == "date-time" && Time::parse(text).is_err() {
        let shown = text::shown(text);
        wrong.spoil(
            field,
            format!(
                "Field `{field}`: `{shown}` is not a time like 2026-08-22T10:11:12Z (RFC 3339)."
            ),
        );
        return false;
    }
    true
}

fn kinds(schema: &Value) -> Vec<&str> {
    match &schema["type"] {
        Value::String(kind) => vec![kind],
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

fn is(value: &Value, kind: &str) -> bool {
    match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "integer" => value.is_u64(),
        _ => value.is_number(),
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn article(kind: &str) -> Option<&'static str> {
    match kind {
        "null" => None,
        "boolean" => Some("true or false"),
        "string" => Some("a text"),
        "array" => Some("a list"),
        "object" => Some("an object"),
        _ => Some("a number"),
    }
}

/// Something of the right kind, in place of what is missing.
fn placeholder(schema: Option<&Value>) -> Value {
    let schema = schema.unwrap_or(&Value::Null);
    match &schema["enum"] {
        Value::Array(words) => words.first().cloned().unwrap_or_default(),
        _ => Value::String("x".to_owned()),
    }
}
