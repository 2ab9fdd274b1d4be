//! Distinct texts, numbered.

use std::collections::HashMap;

/// Distinct texts, numbered as they first occur or as a list gives them.
#[derive(Debug, Clone, Default)]
pub(super) struct Texts {
    pub(super) distinct: Vec<String>,
    index: HashMap<String, u32>,
    /// Whether no text is added to the list.
    is_fixed: bool,
}

/// A text per row.
#[derive(Debug, Clone, Default)]
pub(super) struct TextColumn {
    pub(super) texts: Texts,
    /// Per row an index into the distinct texts.
    pub(super) of: Vec<u32>,
}

impl Texts {
    /// The texts of a list, and no others; without a list, whatever occurs.
    pub(super) fn new(list: Option<&[String]>) -> Self {
        let mut texts = Self::default();
        for text in list.unwrap_or_default() {
            texts.number(text);
        }
        texts.is_fixed = list.is_some();
        texts
    }

    /// The number of a text; `None` if it is not in the fixed list.
    pub(super) fn number(&mut self, text: &str) -> Option<u32> {
        if let Some(&number) = self.index.get(text) {
            return Some(number);
        }
        if self.is_fixed {
            return None;
        }
        let number = self.distinct.len() as u32;
        self.index.insert(text.to_owned(), number);
        self.distinct.push(text.to_owned());
        Some(number)
    }

    /// Adds the texts of `other`, and gives per number there the number here.
    pub(super) fn merge(&mut self, other: &Self) -> Vec<u32> {
        // Those of a fixed list are the same here and there.
        let numbers = other.distinct.iter().zip(0..);
        numbers
            .map(|(text, same)| self.number(text).unwrap_or(same))
            .collect()
    }
}

impl TextColumn {
    /// Adds the rows of `other`.
    pub(super) fn append(&mut self, other: &Self) {
        let numbers = self.texts.merge(&other.texts);
        let here = |there: &u32| numbers.get(*there as usize).copied().unwrap_or(*there);
        self.of.extend(other.of.iter().map(here));
    }
}
