//! The labels of an IDX file, checked against the classes.

use std::io::Read;

use super::IdxProblem;
use super::header::{ENDIAN, Header, expect_end};

/// Labels above this are no classes but something else: a wrong file, most likely.
const MAX_LABEL: usize = 65_535;

/// One class per image.
pub(super) struct Labels {
    pub(super) of: Vec<u32>,
    pub(super) classes: Vec<String>,
}

impl Labels {
    /// Reads a file of labels.
    pub(super) fn read(
        mut content: impl Read,
        limit: u64,
        names: Option<&[String]>,
    ) -> Result<Self, IdxProblem> {
        let header = Header::of_labels(&mut content, limit)?;
        let (mut bytes, expected) = (Vec::new(), header.size_bytes);
        let read = content.by_ref().take(expected).read_to_end(&mut bytes);
        let found = read.map_err(IdxProblem::Read)? as u64;
        expect_end(content, found, expected)?;
        let largest = names.map_or(MAX_LABEL, |names| names.len().saturating_sub(1));
        let numbers = header.number.to_i64(ENDIAN, &bytes).into_iter();
        let of = numbers
            .enumerate()
            .map(|(index, label)| {
                let found = label.unwrap_or(i64::MIN);
                let class = u32::try_from(found).ok();
                let class = class.filter(|&class| class as usize <= largest);
                class.ok_or(IdxProblem::Label {
                    index,
                    found,
                    largest,
                    named: names.is_some(),
                })
            })
            .collect::<Result<Vec<u32>, _>>()?;
        if let Some(names) = names {
            let classes = names.to_vec();
            return Ok(Self { of, classes });
        }
        if let Some(&label) = of.first()
            && of.iter().all(|&l| l == label)
        {
            return Err(IdxProblem::OneClass { label });
        }
        let largest = of.iter().max().copied().unwrap_or_default();
        let classes = (0..=largest).map(|label| label.to_string()).collect();
        Ok(Self { of, classes })
    }
}
