//! What can be told apart in a sweep: its axes and the points of its grid.

use toml::Value;

use super::{
    expression::{Item, Name, Number, Selector},
    measure::Unit,
    mistake::Mistake,
};
use crate::config;

/// What the axis of named sets of changes is called.
pub(crate) const VARIANT: &str = "variant";

/// The values of one run's axes, by their names.
pub(crate) type Labels = Vec<(String, Value)>;

/// Something that was varied.
#[derive(Clone, Debug)]
pub(crate) struct Axis {
    /// The shortest ending of its key that is like no other's.
    pub(crate) name: String,
    /// The dotted key of the config.
    pub(crate) key: String,
    pub(crate) values: Vec<Value>,
}

/// The axes, and which combinations of their values there are.
#[derive(Clone, Debug)]
pub(crate) struct Grid {
    axes: Vec<Axis>,
    /// Per point, the number of its value on each axis.
    points: Vec<Vec<usize>>,
    /// What every run has beside what all runs have: figures of a procedure.
    figures: Vec<FigureName>,
}

/// A figure of a procedure.
#[derive(Clone, Debug)]
pub(crate) struct FigureName {
    pub(crate) name: String,
    pub(crate) unit: Unit,
}

/// A place on some of the axes: the number of an axis, and that of a value.
pub(crate) type Place = Vec<(usize, usize)>;

/// A selector, looked up in a grid.
#[derive(Clone, Debug)]
pub(crate) struct Filter {
    pub(crate) place: Place,
    pub(crate) pick_by_dev: bool,
    pub(crate) human: Option<Number>,
}

impl FigureName {
    pub(crate) fn new(name: &str, unit: Unit) -> Self {
        let name = name.to_owned();
        Self { name, unit }
    }
}

impl Axis {
    /// The values as numbers, where all of them are; a list of one number is that number.
    pub(crate) fn numbers(&self) -> Option<Vec<f64>> {
        self.values.iter().map(number).collect()
    }

    /// The number of the value that a text means.
    fn value(&self, text: &str) -> Option<usize> {
        let meant = meant(text);
        let exact = |value: &Value| same(value, &meant) || value_text(value) == text;
        if let Some(at) = self.values.iter().position(exact) {
            return Some(at);
        }
        // `mlp` for { mlp = { hidden = [8] } }, where no other is one.
        let mut named =
            (0..self.values.len()).filter(|&at| only_key(&self.values[at]) == Some(text));
        match (named.next(), named.next(), text) {
            (Some(at), None, _) => Some(at),
            (_, _, "first") => Some(0),
            (_, _, "last") => self.values.len().checked_sub(1),
            _ => None,
        }
    }
}

impl Grid {
    /// `points` are the distinct combinations that are run, `figures` the names of what a procedure measures.
    /// A point whose values are not all on the axes is left out.
    pub(crate) fn new(axes: Vec<Axis>, points: &[Labels], figures: Vec<FigureName>) -> Self {
        let mut grid = Self {
            axes,
            points: Vec::new(),
            figures,
        };
        let points = points.iter().filter_map(|labels| grid.point(labels));
        let mut points: Vec<Vec<usize>> = points.collect();
        points.sort();
        points.dedup();
        grid.points = points;
        grid
    }

    pub(crate) fn axes(&self) -> &[Axis] {
        &self.axes
    }

    pub(crate) fn figures(&self) -> &[FigureName] {
        &self.figures
    }

    /// The point of some labels.
    pub(crate) fn point(&self, labels: &Labels) -> Option<Vec<usize>> {
        let place = |axis: &Axis| {
            let (_, value) = labels.iter().find(|(name, _)| *name == axis.name)?;
            axis.values.iter().position(|other| same(other, value))
        };
        self.axes.iter().map(place).collect()
    }

    /// The number of an axis, by its name or its key.
    ///
    /// # Errors
    /// An unknown axis, with a similar one.
    pub(crate) fn axis(&self, name: &Name) -> Result<usize, Mistake> {
        let is_it = |axis: &Axis| {
            axis.name == name.text
                || axis.key == name.text
                || axis.key.ends_with(&format!(".{}", name.text))
        };
        let mut found = (0..self.axes.len()).filter(|&at| is_it(&self.axes[at]));
        if let (Some(at), None) = (found.next(), found.next()) {
            return Ok(at);
        }
        let known: Vec<String> = self.axes.iter().map(|axis| axis.name.clone()).collect();
        Err(Mistake::unknown(
            "axis",
            &name.text,
            name.at.clone(),
            &known,
        ))
    }

    /// Looks a selector's names up.
    ///
    /// # Errors
    /// An unknown variant, axis or value, with a similar one; an axis that is given twice.
    pub(crate) fn filter(&self, selector: &Selector) -> Result<Filter, Mistake> {
        let mut filter = Filter {
            place: Vec::new(),
            pick_by_dev: false,
            human: None,
        };
        for item in &selector.items {
            let (axis, value, at) = match item {
                Item::Variant(name) => {
                    let (axis, value) = self.variant(name)?;
                    (axis, value, &name.at)
                }
                Item::Axis { axis: name, value } => {
                    let axis = self.axis(name)?;
                    let of = &self.axes[axis];
                    let known = || of.values.iter().map(value_text).collect::<Vec<_>>();
                    let number = of.value(&value.text).ok_or_else(|| {
                        let kind = format!("value of `{}`:", of.name);
                        Mistake::unknown(&kind, &value.text, value.at.clone(), &known())
                    })?;
                    (axis, number, &name.at)
                }
                Item::PickByDev => {
                    filter.pick_by_dev = true;
                    continue;
                }
                Item::Human(number) => {
                    filter.human = Some(*number);
                    continue;
                }
            };
            if filter.place.iter().any(|&(other, _)| other == axis) {
                let message = format!("`{}` is given twice", self.axes[axis].name);
                return Err(Mistake::new(message, at.clone()));
            }
            filter.place.push((axis, value));
        }
        Ok(filter)
    }

    /// Where a variant of this name is. A name that no variant has may be the value of an axis, if of one
    /// only: `mlp`.
    fn variant(&self, name: &Name) -> Result<(usize, usize), Mistake> {
        let text = unquoted(&name.text);
        let is_value =
            |value: &Value| value.as_str() == Some(text) || only_key(value) == Some(text);
        let mut found = Vec::new();
        let mut known = Vec::new();
        for (axis, of) in self.axes.iter().enumerate() {
            for (at, value) in of.values.iter().enumerate() {
                if is_value(value) {
                    if of.name == VARIANT {
                        return Ok((axis, at));
                    }
                    found.push((axis, at));
                }
                known.extend(value.as_str().or(only_key(value)).map(str::to_owned));
            }
        }
        match found[..] {
            [only] => Ok(only),
            _ => Err(Mistake::unknown("variant", text, name.at.clone(), &known)),
        }
    }

    /// Makes sure that a selector means one run per seed, or one for each value of the axes that are `free`.
    ///
    /// # Errors
    /// What [`Self::filter`] says, no such run, or an axis that is left open.
    pub(crate) fn check(&self, selector: &Selector, free: &[usize]) -> Result<(), Mistake> {
        let filter = self.filter(selector)?;
        let at = selector.at.clone();
        let twice = filter.place.iter().find(|(axis, _)| free.contains(axis));
        if let Some(&(axis, _)) = twice {
            let name = &self.axes[axis].name;
            let message = format!("`{name}` is given, though the curve is along it");
            return Err(Mistake::new(message, at));
        }
        let points: Vec<&Vec<usize>> = self.points_at(&filter.place).collect();
        if points.is_empty() {
            return Err(Mistake::new("no run of the sweep has all of this", at));
        }
        if filter.pick_by_dev {
            return Ok(());
        }
        // Points that agree on the free axes must be one.
        let same_curve_point =
            |a: &[usize], b: &[usize]| free.iter().all(|&axis| a[axis] == b[axis]);
        for (number, point) in points.iter().enumerate() {
            let other = points[..number]
                .iter()
                .find(|other| same_curve_point(other, point));
            let Some(other) = other else { continue };
            let open = (0..self.axes.len()).find(|&axis| other[axis] != point[axis]);
            let axis = &self.axes[open.unwrap_or_default()];
            let values: Vec<String> = axis.values.iter().map(value_text).collect();
            return Err(Mistake::new(
                format!("`{}` is left open, so this is no single run", axis.name),
                at,
            )
            .hint(format!(
                "choose one of {}={}, or `pick=dev` for the one with the lowest dev error",
                axis.name,
                values.join(", ")
            )));
        }
        Ok(())
    }

    /// The points at a place.
    pub(crate) fn points_at<'a>(
        &'a self,
        place: &'a Place,
    ) -> impl Iterator<Item = &'a Vec<usize>> {
        let is_there =
            |point: &&Vec<usize>| place.iter().all(|&(axis, value)| point[axis] == value);
        self.points.iter().filter(is_there)
    }
}

/// Whether two values are the same, whole numbers and others alike.
pub(crate) fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Integer(_) | Value::Float(_), Value::Integer(_) | Value::Float(_)) => {
            let (a, b) = (number(a), number(b));
            a.zip(b)
                .is_some_and(|(a, b)| (a - b).abs() <= 1e-9 * a.abs().max(b.abs()))
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        _ => a == b,
    }
}

/// A value as it is shown, and can be written in a selector.
pub(crate) fn value_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => {
            let values: Vec<String> = values.iter().map(value_text).collect();
            format!("[{}]", values.join(", "))
        }
        Value::Table(_) => only_key(value).map_or_else(|| value.to_string(), str::to_owned),
        _ => value.to_string(),
    }
}

fn number(value: &Value) -> Option<f64> {
    match value.as_array().map(Vec::as_slice) {
        Some([only]) => config::number(only),
        Some(_) => None,
        None => config::number(value),
    }
}

/// The name of what a table chooses: `mlp` of `{ mlp = { hidden = [8] } }`.
fn only_key(value: &Value) -> Option<&str> {
    let table = value.as_table().filter(|table| table.len() == 1)?;
    table.keys().next().map(String::as_str)
}

/// What a text means as a value: a number, a percentage, a list, or itself.
fn meant(text: &str) -> Value {
    if let Some(percent) = text
        .strip_suffix('%')
        .and_then(|text| text.trim().parse::<f64>().ok())
    {
        return Value::Float(percent / 100.0);
    }
    let parsed = format!("value = {text}").parse::<toml::Table>();
    let parsed = parsed.ok().and_then(|mut table| table.remove("value"));
    parsed.unwrap_or_else(|| Value::String(text.to_owned()))
}

fn unquoted(text: &str) -> &str {
    let inner = |mark| text.strip_prefix(mark)?.strip_suffix(mark);
    inner('"').or_else(|| inner('\'')).unwrap_or(text)
}
