//! The sizes of the pictures in a folder.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// Pictures that are looked at.
const MAX_LOOKED_AT: usize = 500;

/// The longest side that is proposed: larger pictures make a first run slow.
const MAX_SIDE: usize = 64;

/// How often each height and width occurs among some of the pictures below a folder; what can't be read is left out,
/// since reading the folder itself will tell.
pub(super) fn sizes(folder: &Path) -> BTreeMap<[usize; 2], usize> {
    let mut files = Vec::new();
    collect(folder, &mut files);
    files.sort();
    let step = files.len().div_ceil(MAX_LOOKED_AT).max(1);
    let mut sizes = BTreeMap::new();
    for file in files.iter().step_by(step) {
        if let Ok((width, height)) = image::image_dimensions(file) {
            *sizes.entry([height as usize, width as usize]).or_insert(0) += 1;
        }
    }
    sizes
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.push(path);
        }
    }
}

/// The size to bring all pictures to; none if they have one size already, and it is not large. It is the most common
/// one of the target, made smaller if it is large.
pub(super) fn proposed(
    general: &BTreeMap<[usize; 2], usize>,
    target: &BTreeMap<[usize; 2], usize>,
) -> Option<[usize; 2]> {
    let (&common, _) = target.iter().max_by_key(|(_, count)| **count)?;
    let is_one = [general, target]
        .iter()
        .all(|sizes| sizes.keys().all(|size| *size == common));
    let longest = common[0].max(common[1]);
    if longest <= MAX_SIDE {
        return (!is_one).then_some(common);
    }
    let scaled = |side: usize| (side * MAX_SIDE).div_ceil(longest);
    Some(common.map(scaled))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_targets_most_common_size_is_proposed() {
        type Sizes<'a> = &'a [([usize; 2], usize)];
        let check = |general: Sizes, target: Sizes, expected: Option<[usize; 2]>| {
            let map = |sizes: Sizes| sizes.iter().copied().collect();
            assert_eq!(proposed(&map(general), &map(target)), expected);
        };
        check(&[([8, 8], 9)], &[([8, 8], 2)], None);
        check(&[([8, 8], 9)], &[([9, 8], 2), ([8, 8], 1)], Some([9, 8]));
        // 480 × 640 with a longest side of 64 is 48 × 64.
        check(&[([480, 640], 9)], &[([480, 640], 2)], Some([48, 64]));
        check(&[], &[], None);
    }
}
