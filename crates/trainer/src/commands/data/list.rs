use std::fmt::Write;

use plumb_data::Source;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::{
    Error,
    cli::ListArgs,
    config::{Chunk, similar_name},
    terminal,
};

/// A source as `plumb data list --json` prints it.
#[derive(Serialize)]
struct Listed {
    name: &'static str,
    /// What it is, in a sentence.
    about: String,
    keys: Vec<Key>,
}

#[derive(Serialize)]
struct Key {
    name: String,
    #[serde(rename = "type")]
    kind: String,
    required: bool,
    #[serde(skip_serializing_if = "Value::is_null")]
    default: Value,
    about: String,
}

pub(super) fn run(args: &ListArgs) -> Result<(), Error> {
    let mut sources = list();
    if let Some(name) = &args.source {
        sources.retain(|source| source.name == name.as_str());
        if sources.is_empty() {
            let message = format!("there is no source `{name}`");
            return Err(Error::bad_input(message).hint(similar_name(name, Chunk::SOURCES)));
        }
    }
    if args.json {
        return terminal::json(&sources);
    }
    terminal::data(&match (&args.source, &sources[..]) {
        (Some(_), [only]) => in_full(only),
        _ => overview(&sources),
    })
}

/// Reads all that there is to say from the schema of the config's own types.
fn list() -> Vec<Listed> {
    let schema = schemars::generate::SchemaSettings::default()
        .with(|settings| settings.inline_subschemas = true)
        .into_generator()
        .into_root_schema_for::<Source>()
        .to_value();
    let variants = schema["oneOf"].as_array().cloned().unwrap_or_default();
    Chunk::SOURCES
        .iter()
        .filter_map(|&name| {
            let options = variants
                .iter()
                .find_map(|variant| variant["properties"].get(name))?;
            Some(Listed {
                name,
                about: text(options),
                keys: keys(options),
            })
        })
        .collect()
}

/// The keys that must be given first, then by name.
fn keys(options: &Value) -> Vec<Key> {
    let none = Map::new();
    let properties = options["properties"].as_object().unwrap_or(&none);
    let required = |name: &str| {
        let names = options["required"].as_array();
        names.is_some_and(|names| names.iter().any(|required| required == name))
    };
    let mut keys: Vec<Key> = properties
        .iter()
        .map(|(name, schema)| Key {
            name: name.clone(),
            kind: kind(schema),
            required: required(name),
            default: shortest(&schema["default"]),
            about: text(schema),
        })
        .collect();
    keys.sort_by_key(|key| !key.required);
    keys
}

/// Numbers of 32 bits as a config writes them: 0.05, not 0.05000000074505806.
fn shortest(value: &Value) -> Value {
    match value {
        Value::Array(values) => values.iter().map(shortest).collect(),
        Value::Number(number) => {
            let short = number.as_f64().map(|wide| (wide as f32, wide));
            let short =
                short.filter(|&(narrow, wide)| f64::from(narrow).to_bits() == wide.to_bits());
            match short.and_then(|(narrow, _)| narrow.to_string().parse::<f64>().ok()) {
                Some(short) if number.is_f64() => short.into(),
                _ => value.clone(),
            }
        }
        value => value.clone(),
    }
}

/// What a value is, in a user's words.
fn kind(schema: &Value) -> String {
    if let Some(choices) = choices(schema) {
        return choices;
    }
    let of = |kind: &Value| match kind.as_str().unwrap_or_default() {
        "integer" => "whole number".to_string(),
        "number" => "number".into(),
        "string" => "text".into(),
        "boolean" => "true or false".into(),
        "array" => match schema["maxItems"].as_u64() {
            Some(n) => format!("list of {n}"),
            None => "list".into(),
        },
        "object" => "table".into(),
        other => other.into(),
    };
    match &schema["type"] {
        Value::Array(kinds) => {
            let kinds: Vec<_> = kinds
                .iter()
                .filter(|kind| *kind != "null")
                .map(of)
                .collect();
            kinds.join(" or ")
        }
        Value::String(_) => of(&schema["type"]),
        _ => "value".into(),
    }
}

/// The words that an enum may be; none if it is something else.
fn choices(schema: &Value) -> Option<String> {
    let words = |schema: &Value| -> Vec<String> {
        let of = |value: &Value| value.as_str().map(ToString::to_string);
        let listed = schema["enum"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(of);
        listed.chain(of(&schema["const"])).collect()
    };
    let mut found = words(schema);
    for list in ["oneOf", "anyOf"] {
        for part in schema[list].as_array().into_iter().flatten() {
            if part["type"] != "null" {
                found.extend(choices(part));
            }
        }
    }
    (!found.is_empty()).then(|| found.join(" | "))
}

/// A doc comment as one paragraph.
fn text(schema: &Value) -> String {
    let text = schema["description"].as_str().unwrap_or_default();
    let first = text.split("\n\n").next().unwrap_or_default();
    first
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .replace('`', "")
}

fn overview(sources: &[Listed]) -> String {
    let mut text = String::new();
    for source in sources {
        let keys: Vec<_> = source
            .keys
            .iter()
            .map(|key| {
                if key.required {
                    format!("{}*", key.name)
                } else {
                    key.name.clone()
                }
            })
            .collect();
        writeln!(text, "{}\n{}", source.name, wrapped(&source.about, 4)).ok();
        writeln!(text, "{}\n", wrapped(&keys.join(", "), 4)).ok();
    }
    text + "Keys with * must be given. `plumb data list SOURCE` explains them.\n"
}

fn in_full(source: &Listed) -> String {
    let mut text = format!(
        "[data.general.{}] or [data.target.{}]\n",
        source.name, source.name
    );
    writeln!(text, "{}", wrapped(&source.about, 4)).ok();
    for key in &source.keys {
        let default = match &key.default {
            Value::Null if key.required => ", required".to_string(),
            Value::Null => String::new(),
            default => format!(", default {default}"),
        };
        writeln!(text, "\n{} ({}{default})", key.name, key.kind).ok();
        writeln!(text, "{}", wrapped(&key.about, 4)).ok();
    }
    text
}

/// Lines of at most 80 characters, indented.
fn wrapped(text: &str, indent: usize) -> String {
    const WIDTH: usize = 80;
    let margin = " ".repeat(indent);
    let mut lines = String::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && indent + line.chars().count() + 1 + word.chars().count() > WIDTH {
            lines.extend([margin.as_str(), line.as_str(), "\n"]);
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    format!("{lines}{margin}{line}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_written_as_in_a_config() {
        let narrow = serde_json::json!([f64::from(0.9_f32), 1.0, 3, "x"]);
        assert_eq!(shortest(&narrow), serde_json::json!([0.9, 1.0, 3, "x"]));
    }

    /// A key whose type or meaning the schema does not tell would be listed without them.
    #[test]
    fn every_source_is_listed_with_words_for_each_key() {
        let sources = list();
        assert_eq!(sources.len(), Chunk::SOURCES.len());
        for source in sources {
            assert!(!source.about.is_empty() && !source.keys.is_empty());
            for key in source.keys {
                assert!(!key.about.is_empty(), "{}.{}", source.name, key.name);
                assert_ne!(key.kind, "value", "{}.{}", source.name, key.name);
            }
        }
    }
}
