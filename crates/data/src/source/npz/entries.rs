//! Arrays of labels and tags: one whole number or text per example.

use std::collections::{BTreeSet, HashMap};
use std::io::Read;

use super::array::{Array, Problem};
use super::header::Dtype;
use crate::Tag;
use crate::source::checks::{listed, sort_classes};
use crate::source::number::Endian;

/// One entry per example.
#[derive(Debug, PartialEq)]
pub(super) enum Entries {
    Numbers(Vec<i64>),
    Texts(Vec<String>),
}

/// One class per example.
#[derive(Debug, PartialEq)]
pub(super) struct Labels {
    pub(super) of: Vec<u32>,
    pub(super) classes: Vec<String>,
}

impl Entries {
    /// Reads an array of shape `[n]` or `[n, 1]`.
    pub(super) fn read(array: Array<impl Read>) -> Result<Self, Problem> {
        let shape = &array.header.shape;
        if !matches!(shape[..], [_] | [_, 1]) {
            let problem = format!("has the shape {shape:?}; expected [n] or [n, 1]");
            return Err(Problem::Content(problem));
        }
        let (header, bytes) = array.bytes()?;
        let texts = |n_bytes: u64, text: &dyn Fn(&[u8]) -> Option<String>| {
            let entries = bytes.chunks_exact((n_bytes as usize).max(1)).enumerate();
            let texts = entries.map(|(i, bytes)| {
                let text = text(bytes).map(|text| text.trim_end_matches('\0').to_owned());
                let wrong = || format!("has bytes at [{i}] that are no text in Unicode");
                text.ok_or_else(|| Problem::Content(wrong()))
            });
            Ok(Self::Texts(texts.collect::<Result<_, _>>()?))
        };
        let n_bytes = header.dtype.n_bytes();
        match header.dtype {
            Dtype::Number(number, endian) => {
                let whole = number.to_i64(endian, &bytes).into_iter().enumerate();
                let whole = whole.map(|(i, entry)| {
                    entry.ok_or_else(|| {
                        let at = bytes.get(i * number.n_bytes()..).unwrap_or_default();
                        let found = number.to_f64(endian, at.get(..number.n_bytes()).unwrap_or(at));
                        let found = found.first().copied().unwrap_or(f64::NAN);
                        Problem::Content(format!(
                            "has {found} at [{i}]; expected whole numbers of 64 bits or texts"
                        ))
                    })
                });
                Ok(Self::Numbers(whole.collect::<Result<_, _>>()?))
            }
            Dtype::Unicode(_, endian) => texts(n_bytes, &|bytes| {
                let (characters, _) = bytes.as_chunks();
                let code = |c: &[u8; 4]| match endian {
                    Endian::Little => u32::from_le_bytes(*c),
                    Endian::Big => u32::from_be_bytes(*c),
                };
                characters.iter().map(|c| char::from_u32(code(c))).collect()
            }),
            Dtype::Bytes(_) => texts(n_bytes, &|bytes| {
                std::str::from_utf8(bytes).ok().map(str::to_owned)
            }),
        }
    }

    /// The entries as labels, of the given classes or of those that occur.
    pub(super) fn classify(self, classes: Option<&[String]>) -> Result<Labels, Problem> {
        let texts = match self {
            Self::Numbers(numbers) => match classes {
                Some(classes) => return of_numbers(&numbers, classes),
                None => numbers.iter().map(i64::to_string).collect(),
            },
            Self::Texts(texts) => texts,
        };
        if let Some(i) = texts.iter().position(String::is_empty) {
            let problem = format!("has an empty text at [{i}]; expected a label");
            return Err(Problem::Content(problem));
        }
        let is_open = classes.is_none();
        let classes = classes.map_or_else(|| distinct(&texts), <[String]>::to_vec);
        if let ([only], true) = (&classes[..], is_open) {
            return Err(Problem::Content(format!(
                "has the label `{only}` alone; expected two classes or more"
            )));
        }
        let index: HashMap<&str, u32> = classes.iter().map(String::as_str).zip(0..).collect();
        let of = texts.iter().enumerate().map(|(i, text)| {
            index.get(text.as_str()).copied().ok_or_else(|| {
                let classes = listed(&classes);
                Problem::Content(format!(
                    "has the label `{text}` at [{i}]; expected one of the `classes` {classes}"
                ))
            })
        });
        Ok(Labels {
            of: of.collect::<Result<_, _>>()?,
            classes,
        })
    }

    /// The entries as texts: a number that counts from 0 in `classes` as its name.
    pub(super) fn into_texts(self, classes: Option<&[String]>) -> Vec<String> {
        let name = |number: &i64| {
            let index = usize::try_from(*number).ok();
            let name = index.and_then(|index| classes?.get(index));
            name.map_or_else(|| number.to_string(), Clone::clone)
        };
        match self {
            Self::Numbers(numbers) => numbers.iter().map(name).collect(),
            Self::Texts(texts) => texts,
        }
    }

    /// The entries as a tag of `n` examples.
    pub(super) fn tag(self, name: &str, n: usize) -> Result<Tag, Problem> {
        let texts = self.into_texts(None);
        if texts.len() != n {
            return Err(Problem::Content(format!(
                "has {} entries; expected {n}, one per example",
                texts.len()
            )));
        }
        Ok(Tag::new(name, &texts))
    }
}

/// Labels that count from 0 in the list of classes.
fn of_numbers(numbers: &[i64], classes: &[String]) -> Result<Labels, Problem> {
    let of = numbers.iter().enumerate().map(|(i, &found)| {
        let label = u32::try_from(found).ok();
        let label = label.filter(|&label| (label as usize) < classes.len());
        label.ok_or_else(|| {
            let largest = classes.len().saturating_sub(1);
            Problem::Content(format!(
                "has the label {found} at [{i}]; expected 0 to {largest}, as `classes` names"
            ))
        })
    });
    Ok(Labels {
        of: of.collect::<Result<_, _>>()?,
        classes: classes.to_vec(),
    })
}

fn distinct(texts: &[String]) -> Vec<String> {
    let distinct: BTreeSet<&String> = texts.iter().collect();
    let mut classes: Vec<String> = distinct.into_iter().cloned().collect();
    sort_classes(&mut classes);
    classes
}
