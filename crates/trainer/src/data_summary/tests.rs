use super::*;

impl DataSummary {
    /// A summary with these counts and nothing else of note.
    pub(crate) fn for_test(general: usize, unused_target: usize) -> Self {
        let chunk = |examples| ChunkSummary {
            examples,
            shape: vec![1],
            range: None,
            distinct_sources: 1,
            distinct_originals: examples,
            nuisances: Vec::new(),
            bayes: None,
            sources: Vec::new(),
            files: Vec::new(),
            table: None,
        };
        let set = |examples| SetSummary {
            examples,
            from_target: 0,
            distinct_sources: 1,
            distinct_originals: 1,
            classes: Vec::new(),
            sha256: String::new(),
        };
        Self {
            format: 2,
            general: chunk(general),
            target: chunk(1),
            sets: PerSet {
                train: set(1_800),
                train_dev: set(100),
                dev: set(50),
                test: set(50),
            },
            unused_target,
            left_out_general: 0,
            unused_train: 0,
            leaks: Leaks::default(),
            normalizer: None,
            warnings: Vec::new(),
        }
    }
}

#[test]
fn few_originals_or_nuisances_behind_many_examples_are_warned_of() {
    let mut chunk = DataSummary::for_test(5_000, 0).general;
    assert_eq!(chunk.few("general"), Vec::<String>::new());
    chunk.distinct_originals = 50;
    chunk.nuisances = vec![
        Nuisance {
            name: "noise".into(),
            distinct: 3,
            examples: 4_000,
        },
        Nuisance {
            name: "background".into(),
            distinct: 41,
            examples: 4_000,
        },
    ];
    // 5,000 / 50 = 100 and 4,000 / 3 = 1,333 are from 100 on, 4,000 / 41 = 97 is not.
    let end = "what looks varied may cover little of what users bring";
    assert_eq!(
        chunk.few("general"),
        [
            format!("general: 5,000 examples rest on 50 distinct originals, 100 each: {end}"),
            format!(
                "general: 4,000 examples rest on 3 distinct values of `noise`, 1,333 each: {end}"
            ),
        ]
    );
    assert_eq!(
        chunk.to_string(),
        "5,000 examples of 50 originals, 1 distinct source, 3 × `noise`, 41 × `background`"
    );
}

#[test]
fn examples_without_a_nuisance_are_not_counted_as_one() {
    let tag = Tag::new("noise", &["a", "", "b", "a", ""]).pool();
    let nuisance = Nuisance::of(&tag).unwrap();
    assert_eq!((nuisance.distinct, nuisance.examples), (2, 3));
    assert!(Nuisance::of(&Tag::new("writer", &["a"])).is_none());
}
