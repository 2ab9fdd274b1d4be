use proptest::{collection::vec, prelude::*};

use super::*;

fn read(content: &[u8], roles: Roles) -> Result<Table, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("table.csv");
    std::fs::write(&path, content).unwrap();
    Table::read(&path, roles).map_err(|error| error.message().to_owned())
}

/// Any bytes at all behind a header that is right.
fn tables() -> impl Strategy<Value = Vec<u8>> {
    let header = prop_oneof![
        Just("set,label,predicted\n"),
        Just("set,label,predicted,probability,chunk,seed,example,slice\n"),
        Just(""),
    ];
    let cell = prop_oneof![
        4 => Just("dev".to_owned()),
        2 => Just("a".to_owned()),
        2 => Just("b".to_owned()),
        1 => Just("0.5".to_owned()),
        1 => r#"["',\n\r\x00-\x7fé]{0,4}"#,
    ];
    let rows = vec(vec(cell, 0..9), 0..8);
    let joined = (header, rows).prop_map(|(header, rows)| {
        let lines: Vec<String> = rows.iter().map(|row| row.join(",")).collect();
        (header.to_owned() + &lines.join("\n")).into_bytes()
    });
    prop_oneof![3 => joined, 1 => vec(any::<u8>(), 0..200)]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// A table is read whole or refused, with every list of one length.
    #[test]
    fn any_bytes_are_read_whole_or_refused(bytes in tables()) {
        for roles in [Roles::FROM_ANYWHERE, Roles::OF_RUN] {
            for part in read(&bytes, roles).map(|table| table.parts).unwrap_or_default() {
                let scored = part.scored;
                let n = scored.len();
                prop_assert!(n > 0);
                prop_assert_eq!((scored.ids.len(), scored.predicted.len()), (n, n));
                prop_assert!(scored.tags.iter().all(|tag| tag.of.len() == n));
                prop_assert!(scored.chunks.is_none_or(|chunks| chunks.len() == n));
                prop_assert!(scored.probabilities.is_none_or(|all| all.len() == n));
            }
        }
    }

    /// What was written is counted: errors per set, whatever the order of the lines.
    #[test]
    fn errors_are_counted_per_set(lines in vec((0..4_usize, any::<bool>(), any::<bool>()), 2..60)) {
        let mut csv = String::from("predicted,set,label\ncat,train,cat\ndog,train,dog\n");
        let mut expected = [(0, 2), (0, 0), (0, 0), (0, 0)];
        for (set, is_cat, is_right) in lines {
            let label = if is_cat { "cat" } else { "dog" };
            let predicted = if is_right { label } else { "cow" };
            csv.push_str(&[predicted, ["train", "train_dev", "dev", "test"][set], label].join(","));
            csv.push('\n');
            expected[set].0 += u64::from(!is_right);
            expected[set].1 += 1;
        }
        let table = read(csv.as_bytes(), Roles::FROM_ANYWHERE).unwrap();
        for (set, (errors, n)) in SETS.into_iter().zip(expected) {
            let part = table.parts.iter().find(|part| part.set == Some(set));
            let count = part.and_then(|part| part.scored.count());
            prop_assert_eq!(count.map(|count| (count.errors(), count.n())), (n > 0).then_some((errors, n)));
        }
    }
}

#[test]
fn a_tag_of_a_run_may_be_called_as_one_of_its_columns() {
    let table = read(
        b"example,chunk,index,source,original,label,predicted,probability,source\n0,target,5,a.csv,7,x,y,0.9,far\n",
        Roles::OF_RUN,
    );
    let scored = &table.unwrap().parts[0].scored;
    let tags: Vec<(&str, &str)> = (scored.tags.iter())
        .map(|tag| (tag.name.as_str(), tag.get(0)))
        .collect();
    assert_eq!(tags, [("source", "a.csv"), ("source", "far")]);
    assert_eq!(scored.chunks, Some(vec![Distribution::Target]));
}

/// Whatever the order: names that rise, of which a longer one is behind a shorter one, or not.
#[test]
fn a_name_may_stand_once_in_a_set() {
    let check = |names: &[&str], twice: Option<(&str, usize)>| {
        let mut csv = String::from("set,label,predicted,example\n");
        for (name, label) in names.iter().zip(["a", "b"].into_iter().cycle()) {
            csv.extend(["dev,", label, ",a,", name, "\n"]);
        }
        let read = read(csv.as_bytes(), Roles::FROM_ANYWHERE);
        let expected = twice.map(|(name, line)| {
            format!(
                "line {line}: example `{name}` stands there twice in one set; expected each once"
            )
        });
        match expected {
            Some(expected) => assert!(read.err().unwrap().ends_with(&expected)),
            None => assert_eq!(read.unwrap().parts[0].scored.ids, names),
        }
    };
    check(&["8", "9", "10", "11"], None);
    check(&["9", "10", "8", "11"], None);
    check(&["8", "9", "9"], Some(("9", 4)));
    check(&["9", "10", "8", "10"], Some(("10", 5)));
    check(&["b", "a", "c", "b"], Some(("b", 5)));
}
