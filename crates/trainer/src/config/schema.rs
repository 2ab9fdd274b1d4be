//! The JSON Schema of a config, for editors: what may stand where, with the words of the types' docs.
//!
//! What the config's types say is rewritten in three ways. Null is nothing that TOML has. A choice of several tables
//! is one table with a key for each, of which one is given, so that an editor can offer them. And what must be given
//! is asked for only in a config that is one training: a sweep or an experiment may bring it.

use serde_json::{Map, Value, json};

use super::{CHOICES, Choice, Config};

/// The schema, in draft 2020-12.
pub(crate) fn schema() -> Value {
    let mut schema = schemars::schema_for!(Config).to_value();
    rewrite(&mut schema);
    for Choice {
        table,
        of,
        has_default,
    } in &CHOICES
    {
        let place = pointer(&schema, table);
        if let Some(Value::Object(table)) = schema.pointer_mut(&place) {
            table.insert("oneOf".into(), one_of(of, *has_default));
        }
    }
    // Tables that are read by themselves: what they must have, they must have always.
    let mut of_many_runs = Map::new();
    if let Some(Value::Object(keys)) = schema.get_mut("properties") {
        for key in ["sweep", "expect", "short"] {
            of_many_runs.extend(keys.remove_entry(key));
        }
    }
    let whole = needs(&schema, &schema);
    loosen(&mut schema, "");
    if let Some(Value::Object(keys)) = schema.get_mut("properties") {
        keys.extend(of_many_runs);
    }
    schema["title"] = "config of plumb".into();
    schema["required"] = json!(["name"]);
    let of_many_runs = ["sweep", "expect"].map(|key| json!({ "required": [key] }));
    schema["if"] = json!({ "not": { "anyOf": of_many_runs } });
    schema["then"] = whole.unwrap_or_else(|| json!({}));
    schema
}

/// Takes out what no config can have, and makes tables of choices.
fn rewrite(schema: &mut Value) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(rewrite),
        Value::Object(table) => {
            table.values_mut().for_each(rewrite);
            // The names of Rust's kinds of numbers, which other programs don't know.
            if table.get("format").is_some_and(Value::is_string) {
                table.remove("format");
            }
            if table.get("default").is_some_and(Value::is_null) {
                table.remove("default");
            }
            remove_null(table);
            merge_tables(table);
        }
        _ => {}
    }
}

/// `["integer", "null"]` is `"integer"`, and what may be something or null is that.
fn remove_null(table: &mut Map<String, Value>) {
    if let Some(Value::Array(kinds)) = table.get_mut("type") {
        kinds.retain(|kind| kind != "null");
        if let [only] = &kinds[..] {
            table["type"] = only.clone();
        }
    }
    let is_null = |option: &Value| option["type"] == "null";
    if let Some(Value::Array(options)) = table.get_mut("anyOf")
        && options.iter().any(is_null)
    {
        options.retain(|option| !is_null(option));
        if let [Value::Object(only)] = &options[..] {
            let only = only.clone();
            table.remove("anyOf");
            for (key, value) in only {
                table.entry(key).or_insert(value);
            }
        }
    }
}

/// `oneOf` several tables with one key each becomes one table with these keys, of which one is given.
fn merge_tables(table: &mut Map<String, Value>) {
    let Some(Value::Array(options)) = table.get("oneOf") else {
        return;
    };
    let mut properties = Map::new();
    for option in options {
        let Some(Value::Object(keys)) = option.get("properties") else {
            return;
        };
        for (key, value) in keys {
            let mut value = value.clone();
            if let (Some(about), Some(value)) = (option.get("description"), value.as_object_mut()) {
                value.entry("description").or_insert(about.clone());
            }
            properties.insert(key.clone(), value);
        }
    }
    let names: Vec<String> = properties.keys().cloned().collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    table.insert("type".into(), "object".into());
    table.insert("oneOf".into(), one_of(&names, false));
    table.insert("properties".into(), properties.into());
    table.insert("additionalProperties".into(), false.into());
}

/// One of these keys is given, or maybe none.
fn one_of(names: &[&str], or_none: bool) -> Value {
    let mut options: Vec<Value> = names
        .iter()
        .map(|name| json!({ "required": [name] }))
        .collect();
    if or_none {
        options.push(json!({ "not": { "anyOf": options.clone() } }));
    }
    options.into()
}

/// Where the table of a dotted key is described, as a JSON pointer.
fn pointer(schema: &Value, key: &str) -> String {
    let mut place = String::new();
    for part in key.split('.') {
        let property = format!("{place}/properties/{part}");
        place = match schema.pointer(&property).and_then(reference) {
            Some(definition) => definition,
            None => property,
        };
    }
    place
}

/// The JSON pointer of the definition that a schema refers to; none if it says all itself.
fn reference(schema: &Value) -> Option<String> {
    let reference = schema["$ref"].as_str()?;
    Some(reference.trim_start_matches('#').to_string())
}

/// What must be given in a table, and in the tables below it; none if nothing.
///
/// Lists are left out: no key of a sweep changes a part of one.
fn needs(root: &Value, schema: &Value) -> Option<Value> {
    let place = reference(schema);
    let schema = place.map_or(Some(schema), |place| root.pointer(&place))?;
    let mut found = Map::new();
    for key in ["required", "oneOf"] {
        if let Some(asked) = schema
            .get(key)
            .filter(|asked| key == "required" || is_choice(asked))
        {
            found.insert(key.into(), asked.clone());
        }
    }
    let mut below = Map::new();
    for (key, property) in schema["properties"].as_object().into_iter().flatten() {
        if let Some(asked) = needs(root, property) {
            below.insert(key.clone(), asked);
        }
    }
    if !below.is_empty() {
        found.insert("properties".into(), below.into());
    }
    (!found.is_empty()).then(|| found.into())
}

/// Whether a list of alternatives says no more than which key is given.
fn is_choice(options: &Value) -> bool {
    let asks = |option: &Value| option.get("required").is_some() || option.get("not").is_some();
    options
        .as_array()
        .is_some_and(|options| !options.is_empty() && options.iter().all(asks))
}

/// Takes out what [`needs`] found, all but that not more than one table of a choice is given.
fn loosen(root: &mut Value, place: &str) {
    let Some(Value::Object(table)) = root.pointer_mut(place) else {
        return;
    };
    table.remove("required");
    if table.get("oneOf").is_some_and(is_choice) {
        let given = table["properties"].as_object().into_iter().flatten();
        let names: Vec<String> = (table["oneOf"].as_array().into_iter().flatten())
            .filter_map(|option| Some(option["required"][0].as_str()?.to_string()))
            .filter(|name| given.clone().any(|(key, _)| key == name))
            .collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        table.insert("oneOf".into(), one_of(&names, true));
    }
    let properties = table.get("properties").and_then(Value::as_object);
    let below: Vec<String> = (properties.into_iter().flatten())
        .map(|(key, property)| {
            reference(property).unwrap_or_else(|| format!("{place}/properties/{key}"))
        })
        .collect();
    for place in below {
        loosen(root, &place);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where an editor's help comes from. A description may stand at the key or at its type.
    #[test]
    fn every_key_is_described() {
        fn check(root: &Value, schema: &Value, name: &str) {
            for (key, property) in schema["properties"].as_object().into_iter().flatten() {
                let place = reference(property);
                let kind = place.and_then(|place| root.pointer(&place));
                let about = |schema: &Value| schema["description"].is_string();
                assert!(about(property) || kind.is_some_and(about), "{name}.{key}");
                check(root, property, &format!("{name}.{key}"));
            }
            for (key, inner) in schema["$defs"].as_object().into_iter().flatten() {
                check(root, inner, key);
            }
        }
        let schema = schema();
        check(&schema, &schema, "");
    }

    #[test]
    fn a_choice_of_tables_is_a_table_of_which_one_key_is_given() {
        let schema = schema();
        let check = |key: &str, names: &[&str]| {
            let table = schema.pointer(&pointer(&schema, key)).unwrap();
            let keys = table["properties"].as_object().unwrap();
            for name in names {
                assert!(keys.contains_key(*name), "{key}.{name}");
            }
            assert_eq!(table["oneOf"].as_array().unwrap().len(), names.len() + 1);
            assert_eq!(table["additionalProperties"], false, "{key}");
        };
        for Choice { table, of, .. } in CHOICES {
            check(table, of);
        }
    }

    /// Without a sweep a config must be whole; what a list holds must be so in any.
    #[test]
    fn what_must_be_given_is_asked_of_a_single_training() {
        let schema = schema();
        let then = &schema["then"];
        assert_eq!(
            then["required"],
            json!(["name", "data", "model", "optimizer", "train"])
        );
        let train = &then["properties"]["train"];
        assert_eq!(train["required"], json!(["epochs", "batch_size"]));
        let csv = &then["properties"]["data"]["properties"]["general"]["properties"]["csv"];
        assert_eq!(csv["required"], json!(["path", "label"]));
        assert!(schema["$defs"]["Csv"].get("required").is_none());
        let block = &schema["$defs"]["BlockConfig"];
        assert_eq!(block["required"], json!(["channels"]));
        assert_eq!(schema["$defs"]["Claim"]["required"], json!(["check"]));
    }
}
