use std::collections::BTreeMap;

/// Names that are given numbers in the order in which they come.
#[derive(Default)]
pub(crate) struct Names {
    all: Vec<String>,
    numbers: BTreeMap<String, u32>,
    /// The number asked for last: neighbours are often called the same.
    latest: u32,
}

impl Names {
    /// The number of a name, a new one if it is new.
    pub(crate) fn number(&mut self, name: &str) -> u32 {
        let latest = self.all.get(self.latest as usize);
        if latest.is_some_and(|latest| latest == name) {
            return self.latest;
        }
        self.latest = self.numbers.get(name).copied().unwrap_or_else(|| {
            let number = self.all.len() as u32;
            self.all.push(name.to_owned());
            self.numbers.insert(name.to_owned(), number);
            number
        });
        self.latest
    }

    /// All of them, by their numbers.
    pub(crate) fn all(&self) -> &[String] {
        &self.all
    }
}
