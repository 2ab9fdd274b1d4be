use std::{ops::Range, path::Path};

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use serde::{
    Deserialize,
    de::{DeserializeOwned, IntoDeserializer},
};
use toml::{
    Spanned,
    de::{DeTable, DeValue, Deserializer},
};

use super::{
    Choice,
    explain::{explain, similar},
};
use crate::{Error, near::near};

/// What is wrong with the value of one key.
#[derive(Clone, Debug)]
pub(crate) struct KeyError {
    key: String,
    message: String,
    hint: Option<String>,
    /// Which bytes of a text that is the value; none for all of them.
    within: Option<Range<usize>>,
}

impl KeyError {
    /// `key` is dotted, as in `data.split.dev`; `message` is a whole sentence.
    pub(crate) fn new(key: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            message: message.into(),
            hint: None,
            within: None,
        }
    }

    /// The key followed by what its value is and what was expected, as in "is 0; expected 1 or more".
    pub(crate) fn value(key: impl Into<String>, predicate: impl std::fmt::Display) -> Self {
        let key = key.into();
        let message = format!("`{key}` {predicate}");
        Self::new(key, message)
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(crate) fn maybe_hint(self, hint: Option<String>) -> Self {
        match hint {
            Some(hint) => self.hint(hint),
            None => self,
        }
    }

    /// Points at a part of the value, which is a text.
    pub(crate) fn within(mut self, bytes: Range<usize>) -> Self {
        self.within = Some(bytes);
        self
    }
}

impl std::fmt::Display for KeyError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

/// A parsed config with `--set` overrides laid over it, in which every key knows where it stands.
#[derive(Clone)]
pub(crate) struct Document {
    /// The file first, then one source per override.
    sources: Vec<Source>,
    root: Spanned<DeTable<'static>>,
}

/// A text that keys come from.
///
/// Positions of all sources lie on one line of numbers, one source behind the other, so that a
/// span alone says which source it belongs to.
#[derive(Clone)]
struct Source {
    name: String,
    text: String,
    start: usize,
}

impl Document {
    /// Reads a TOML file and lays `key=value` overrides over it.
    pub(crate) fn read(path: &Path, overrides: &[String]) -> Result<Self, Error> {
        let text = std::fs::read_to_string(path).map_err(|error| unreadable(path, &error))?;
        Self::parse(path, text, overrides)
    }

    /// The same of a text that is not a file, whose errors name `path`.
    pub(super) fn parse(path: &Path, text: String, overrides: &[String]) -> Result<Self, Error> {
        let file = Source {
            name: path.display().to_string(),
            text,
            start: 0,
        };
        let root = file.table()?;
        let mut document = Self {
            sources: vec![file],
            root,
        };
        for setting in overrides {
            if !setting.contains('=') {
                let error = format!("--set {setting} sets nothing; expected KEY=VALUE");
                let hint = format!(
                    "as in --set {setting}=…; `plumb check` prints all keys and their values"
                );
                return Err(Error::bad_input(error).hint(hint));
            }
            document.lay_over("--set", quote_bare_word(setting))?;
        }
        Ok(document)
    }

    /// The same with more settings, `key = value` each, laid over it; errors call each by the name beside it.
    ///
    /// # Errors
    /// A setting that is not TOML.
    pub(crate) fn with(&self, settings: &[(String, String)]) -> Result<Self, Error> {
        let mut document = self.clone();
        for (name, setting) in settings {
            document.lay_over(name, setting.clone())?;
        }
        Ok(document)
    }

    fn lay_over(&mut self, name: &str, text: String) -> Result<(), Error> {
        let end = |source: &Source| source.start + source.text.len() + 1;
        let source = Source {
            name: name.into(),
            text,
            start: self.sources.last().map_or(0, end),
        };
        let table = source.table()?;
        lay_over(self.root.get_mut(), table.into_inner());
        self.sources.push(source);
        Ok(())
    }

    /// What the config is called.
    ///
    /// # Errors
    /// Bad input if its name is missing, or can't be part of a path.
    pub(crate) fn name(&self) -> Result<String, Error> {
        #[derive(Deserialize)]
        struct Named {
            name: String,
        }
        let Named { name } = self.deserialize()?;
        super::check::check_name("name", &name).map_err(|error| self.error(&error))?;
        Ok(name)
    }

    /// The values of a table with what is dotted spelled out: `a.b = 1` in it is `a.b`, while `a = { b = 1 }` is
    /// `a`. In the order in which they stand; empty if there is no such table.
    pub(crate) fn settings(&self, table: &str) -> Vec<(String, toml::Value)> {
        let mut found = Vec::new();
        if let Some(DeValue::Table(table)) = self.find(table).map(Spanned::get_ref) {
            flatten(table, "", &mut found);
        }
        found.sort_by_key(|(at, ..)| *at);
        found
            .into_iter()
            .map(|(_, key, value)| (key, value))
            .collect()
    }

    /// The keys of a table with their values, in the order in which they stand; nothing is spelled out.
    pub(crate) fn values(&self, table: &str) -> Vec<(String, toml::Value)> {
        let value = |key: &String| {
            let value = self.find(&format!("{table}.{key}"))?.clone();
            toml::Value::deserialize(value.into_deserializer()).ok()
        };
        let keys = self.keys(table).into_iter();
        keys.filter_map(|key| value(&key).map(|value| (key, value)))
            .collect()
    }

    /// The keys of a table, in the order in which they stand.
    pub(crate) fn keys(&self, table: &str) -> Vec<String> {
        let Some(DeValue::Table(table)) = self.find(table).map(Spanned::get_ref) else {
            return Vec::new();
        };
        let mut keys: Vec<_> = (table.keys())
            .map(|key| (key.span().start, key.get_ref().to_string()))
            .collect();
        keys.sort();
        keys.into_iter().map(|(_, key)| key).collect()
    }

    /// Fails unless the table of a choice holds exactly one of its alternatives.
    pub(crate) fn check_choice(&self, choice: &Choice) -> Result<(), Error> {
        let (path, choices) = (choice.table, choice.of);
        let Some(table) = self.find(path) else {
            if choice.has_default {
                return Ok(());
            }
            if path.contains('.') && self.find(path.split('.').next().unwrap_or(path)).is_none() {
                return Ok(()); // the parent is missing: a clearer error of its own
            }
            let error = KeyError::new(path, format!("there is no table [{path}.…]"));
            return Err(self.error(&error.hint(one_of(path, choices))));
        };
        let table = match table.get_ref() {
            DeValue::Table(table) => table,
            DeValue::String(word) => return Err(self.error(&no_table(path, choices, word))),
            _ => return Ok(()), // of the wrong type: deserialization says so
        };
        let known: Vec<_> = table
            .keys()
            .filter(|key| choices.contains(&key.get_ref().as_ref()))
            .collect();
        match known[..] {
            [] if table.is_empty() => {
                let error = KeyError::new(path, format!("the table [{path}] is empty"));
                Err(self.error(&error.hint(one_of(path, choices))))
            }
            [] | [_] => Ok(()),
            [first, second, ..] => {
                let message = format!(
                    "[{path}.{}] and [{path}.{}] are both given, where one is expected",
                    first.get_ref(),
                    second.get_ref()
                );
                let later = if first.span().start > second.span().start {
                    first
                } else {
                    second
                };
                let key = format!("{path}.{}", later.get_ref());
                Err(self.error(&KeyError::new(key, message).hint(one_of(path, choices))))
            }
        }
    }

    /// Turns the document into a typed value.
    pub(crate) fn deserialize<T: DeserializeOwned>(&self) -> Result<T, Error> {
        T::deserialize(Deserializer::from(self.root.clone())).map_err(|error| {
            let span = error.span().unwrap_or(0..0);
            let key = key_at(self.root.get_ref(), &span).unwrap_or_default();
            let (message, hint) = explain(error.message(), &key);
            self.render(&message, span, hint.as_deref())
        })
    }

    /// Renders what is wrong with a key, pointing at where its value was given.
    pub(crate) fn error(&self, error: &KeyError) -> Error {
        let mut path = error.key.as_str();
        loop {
            if let Some(value) = self.find(path) {
                let is_it = path == error.key;
                let within = error.within.as_ref().filter(|_| is_it);
                let span = within.and_then(|bytes| self.within(value, bytes));
                let span = span.unwrap_or(value.span());
                return self.render(&error.message, span, error.hint.as_deref());
            }
            let Some((parent, _)) = path.rsplit_once('.') else {
                let end = self.sources[0].text.trim_end().len();
                return self.render(&error.message, end..end, error.hint.as_deref());
            };
            path = parent;
        }
    }

    fn find(&self, path: &str) -> Option<&Spanned<DeValue<'static>>> {
        find(self.root.get_ref(), path)
    }

    /// Where a part of a text stands, if the text is written as it is: on one line, and without escapes.
    fn within(
        &self,
        value: &Spanned<DeValue<'static>>,
        bytes: &Range<usize>,
    ) -> Option<Range<usize>> {
        let text = value.get_ref().as_str()?;
        let span = value.span();
        let source = self.source(&span);
        let start = span.start - source.start;
        let written = source.text.get(start..span.end - source.start)?;
        let quote = written.find(text)?;
        // Three quotes may have a line break behind them, which is no part of the text.
        let is_plain = written.len() - quote - text.len() <= 3;
        let start = span.start + quote;
        is_plain.then(|| start + bytes.start..start + bytes.end)
    }

    fn source(&self, span: &Range<usize>) -> &Source {
        let mut sources = self.sources.iter().rev();
        let found = sources.find(|source| source.start <= span.start);
        found.unwrap_or(&self.sources[0])
    }

    fn render(&self, message: &str, span: Range<usize>, hint: Option<&str>) -> Error {
        self.source(&span).render(message, span, hint)
    }
}

impl Source {
    fn table(&self) -> Result<Spanned<DeTable<'static>>, Error> {
        // Blanks in front move the spans to this source's place on the line of numbers. The text
        // is leaked because a table borrows from it: some kilobytes, once per config.
        let text: &'static str = format!("{}{}", " ".repeat(self.start), self.text).leak();
        DeTable::parse(text).map_err(|error| {
            let span = error.span().unwrap_or(self.start..self.start);
            self.render(&not_toml(error.message()), span, None)
        })
    }

    fn render(&self, message: &str, span: Range<usize>, hint: Option<&str>) -> Error {
        let within = |at: usize| {
            let mut at = at.saturating_sub(self.start).min(self.text.len());
            while !self.text.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        let (start, end) = (within(span.start), within(span.end));
        let end = self.text[start..end].find('\n').map_or(end, |n| start + n);
        let mut group = Level::ERROR.primary_title(message).element(
            Snippet::source(&self.text)
                .path(&self.name)
                .annotation(AnnotationKind::Primary.span(start..end)),
        );
        if let Some(hint) = hint {
            group = group.element(Level::HELP.message(hint));
        }
        let renderer = if crate::terminal::colours(&std::io::stderr()) {
            Renderer::styled()
        } else {
            Renderer::plain()
        };
        Error::BadConfig(renderer.render(&[group]))
    }
}

/// Says that a text is no TOML, and what a parser found at its place.
fn not_toml(found: &str) -> String {
    format!("this is not TOML: {}", found.replace('\n', ", "))
}

fn unreadable(path: &Path, error: &std::io::Error) -> Error {
    let name = path.display();
    if !path.exists() {
        return Error::bad_input(format!("there is no config {name}")).hint(near(path));
    }
    if path.is_dir() {
        let what = format!("the config {name} is a folder; expected a TOML file");
        return Error::bad_input(what).hint(format!("as in {}", path.join("my.toml").display()));
    }
    Error::bad_input(format!("can't read the config {name}: {error}"))
        .hint("a config is a text file in TOML; `plumb check` says whether it is a good one")
}

/// A choice that is written as a word, as in `optimizer = "adam"`, where plumb has a table.
fn no_table(path: &str, choices: &[&str], word: &str) -> KeyError {
    let message = format!("`{path}` is \"{word}\"; expected a table");
    let error = KeyError::new(path, message);
    match similar(&word.to_lowercase(), choices) {
        Some(choice) if choice == word => error.hint(format!(
            "write it as a table of its own, [{path}.{choice}], with its keys below"
        )),
        Some(choice) => error.hint(format!("a similar one exists: [{path}.{choice}]")),
        None => error.hint(one_of(path, choices)),
    }
}

/// The dotted key whose value stands at these bytes; of a key itself, the table that it is in.
fn key_at(table: &DeTable<'static>, span: &Range<usize>) -> Option<String> {
    table.iter().find_map(|(key, value)| {
        let name = key.get_ref();
        if key.span() == *span && (value.span() != *span || is_dotted(key, value)) {
            return Some(String::new());
        }
        let below = match value.get_ref() {
            DeValue::Table(inner) => key_at(inner, span),
            _ => None,
        };
        match below {
            Some(below) if below.is_empty() => Some(name.to_string()),
            Some(below) => Some(format!("{name}.{below}")),
            None => (value.span() == *span).then(|| name.to_string()),
        }
    })
}

/// Lays `upper` over `lower`: tables are merged, anything else is replaced.
fn lay_over(lower: &mut DeTable<'static>, upper: DeTable<'static>) {
    for (key, value) in upper {
        match (
            lower.get_mut(key.get_ref().as_ref()).map(Spanned::get_mut),
            value.get_ref(),
        ) {
            (Some(DeValue::Table(below)), DeValue::Table(above)) if is_dotted(&key, &value) => {
                lay_over(below, above.clone());
            }
            _ => {
                lower.remove(key.get_ref().as_ref());
                lower.insert(key, value);
            }
        }
    }
}

/// What stands at a dotted path; a key of the path may be quoted in the file and hold dots itself.
fn find<'a>(table: &'a DeTable<'static>, path: &str) -> Option<&'a Spanned<DeValue<'static>>> {
    if let Some(value) = table.get(path) {
        return Some(value);
    }
    path.match_indices('.').find_map(|(dot, _)| {
        let rest = &path[dot + 1..];
        match table.get(&path[..dot])?.get_ref() {
            DeValue::Table(inner) => find(inner, rest),
            // `expect.claims.2.check`: of the third of a list.
            DeValue::Array(list) => {
                let (number, below) = rest.split_once('.').unwrap_or((rest, ""));
                let item = list.get(number.parse::<usize>().ok()?)?;
                match item.get_ref() {
                    _ if below.is_empty() => Some(item),
                    DeValue::Table(inner) => find(inner, below),
                    _ => None,
                }
            }
            _ => None,
        }
    })
}

fn flatten(table: &DeTable<'static>, prefix: &str, found: &mut Vec<(usize, String, toml::Value)>) {
    for (key, value) in table {
        let path = format!("{prefix}{}", key.get_ref());
        match value.get_ref() {
            DeValue::Table(inner) if is_dotted(key, value) => {
                flatten(inner, &format!("{path}."), found);
            }
            _ => {
                let plain = toml::Value::deserialize(value.clone().into_deserializer());
                if let Ok(plain) = plain {
                    found.push((key.span().start, path, plain));
                }
            }
        }
    }
}

/// Whether a table was made by a dotted key (`a.b = 1`), not written as `a = { b = 1 }`.
fn is_dotted(key: &Spanned<toml::de::DeString<'_>>, table: &Spanned<DeValue<'_>>) -> bool {
    table.span().start <= key.span().end
}

/// Lets `--set model.mlp.activation=gelu` or `data.memory_budget=20GB` go without the quotes that TOML asks for.
fn quote_bare_word(setting: &str) -> String {
    let Some((key, value)) = setting.split_once('=') else {
        return setting.to_string();
    };
    let trimmed = value.trim();
    let is_bare = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/');
    let is_word = trimmed.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '.' | '/'))
        && trimmed.chars().all(is_bare)
        // A number, a date or a truth value; `20GB` is none.
        && format!("x={trimmed}").parse::<toml::Table>().is_err();
    if is_word {
        format!("{key}=\"{trimmed}\"")
    } else {
        setting.to_string()
    }
}

fn one_of(path: &str, choices: &[&str]) -> String {
    let tables: Vec<_> = choices
        .iter()
        .map(|choice| format!("[{path}.{choice}]"))
        .collect();
    match &tables[..] {
        [only] => format!("give {only}"),
        _ => format!("give exactly one of {}", tables.join(", ")),
    }
}
