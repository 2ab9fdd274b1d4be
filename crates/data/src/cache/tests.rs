use std::fs::File;
use std::sync::Barrier;

use proptest::prelude::*;

use super::inputs::{Found, Input};
use super::*;
use crate::hash::sha256_hex;
use crate::source::{BayesError, Csv, Strokes, TableSchema};
use crate::{Examples, FileHash, Memory, Tag};

const TABLE: &str = "a,b,label\n1,0.5,x\n2,0.25,y\n";
/// As long as [`TABLE`].
const OTHER: &str = "a,b,label\n3,0.5,x\n2,0.75,y\n";

/// A table on disk, and a cache beside it that every value is too large for.
struct Scene {
    folder: tempfile::TempDir,
    memory: Memory,
}

impl Scene {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let memory = Memory {
            budget_bytes: 0,
            folder: folder.path().join("cache"),
        };
        let scene = Self { folder, memory };
        scene.write(TABLE, 1000);
        scene
    }

    fn table(&self) -> PathBuf {
        self.folder.path().join("table.csv")
    }

    /// Writes the table as if so many seconds ago.
    fn write(&self, content: &str, age_secs: i64) {
        fs::write(self.table(), content).unwrap();
        set_age(&self.table(), age_secs);
    }

    fn source(&self) -> Source {
        Source::Csv(Csv::new(self.table(), "label"))
    }

    fn context(&self) -> Context<'_> {
        Context {
            memory: &self.memory,
            ..Context::new(7)
        }
    }

    fn load(&self) -> Loaded {
        load_cached(&self.source(), &self.context()).unwrap()
    }

    /// The folder of the table's chunk.
    fn place(&self) -> PathBuf {
        place(&self.source(), &self.context()).unwrap()
    }

    /// Whether the chunk is the one that was there at the last call; a new one replaces its folder.
    fn is_as_before(&self) -> bool {
        let mark = self.place().join("mark");
        let marked = mark.exists();
        fs::write(mark, "").unwrap();
        marked
    }
}

/// Times are of one moment, so that two of one age are the same.
fn set_age(path: &Path, age_secs: i64) {
    static NOW: std::sync::LazyLock<SystemTime> = std::sync::LazyLock::new(SystemTime::now);
    let file = File::open(path).unwrap();
    let age = Duration::from_secs(age_secs.unsigned_abs());
    let time = if age_secs < 0 { *NOW + age } else { *NOW - age };
    file.set_modified(time).unwrap();
}

#[test]
fn the_second_load_is_from_the_cache_and_the_same() {
    let scene = Scene::new();
    let plain = scene.source().load(&scene.context()).unwrap();
    let first = scene.load();
    assert!(!scene.is_as_before());
    let second = scene.load();
    assert!(scene.is_as_before());
    assert_eq!((&first, &second), (&plain, &plain));
    assert!(matches!(first.examples.values, Values::View(_)));
    assert!(matches!(second.examples.values, Values::View(_)));
    // With more memory it is as it would be without a cache.
    let memory = Memory {
        budget_bytes: 16,
        ..scene.memory.clone()
    };
    let context = Context {
        memory: &memory,
        ..scene.context()
    };
    let roomy = load_cached(&scene.source(), &context).unwrap();
    assert_eq!(roomy, plain);
    assert!(matches!(roomy.examples.values, Values::F32(_)));
    assert!(scene.is_as_before());
}

#[test]
fn what_fits_the_budget_or_has_no_folder_is_not_cached() {
    let mut scene = Scene::new();
    scene.memory.budget_bytes = 16;
    scene.load();
    assert!(!scene.memory.folder.exists());
    let loaded = load_cached(&scene.source(), &Context::new(7)).unwrap();
    assert!(matches!(loaded.examples.values, Values::F32(_)));
}

#[test]
fn a_changed_file_is_decoded_anew() {
    let scene = Scene::new();
    let check = |content: &str, age_secs, reused: bool| {
        scene.write(content, age_secs);
        let loaded = scene.load();
        assert_eq!(scene.is_as_before(), reused, "{content:?} {age_secs}");
        let plain = scene.source().load(&scene.context()).unwrap();
        assert_eq!(loaded, plain);
        assert_eq!(loaded.warnings, [""; 0]);
    };
    check(TABLE, 1000, false);
    // Another time, the same content.
    check(TABLE, 900, true);
    check(OTHER, 800, false);
    check(&format!("{TABLE}4,5,x\n"), 800, false);
    check(TABLE, 800, false);
    // Newer than the chunk: the same size and time prove nothing.
    check(TABLE, -3600, true);
    check(OTHER, -3600, false);
    check(TABLE, -3600, false);
}

#[test]
fn a_file_that_looks_the_same_is_not_read_again() {
    let scene = Scene::new();
    let first = scene.load();
    scene.write(OTHER, 1000);
    assert_eq!(scene.load(), first);
    // One that was only touched is hashed once; from then on its new time is known.
    scene.write(TABLE, 900);
    scene.load();
    scene.write(OTHER, 900);
    assert_eq!(scene.load(), first);
}

#[test]
fn what_is_damaged_is_decoded_anew_with_a_warning() {
    let scene = Scene::new();
    let plain = scene.source().load(&scene.context()).unwrap();
    scene.load();
    let check = |file: &str, damage: fn(&Path), problem: &str| {
        damage(&scene.place().join(file));
        let place = scene.place();
        let loaded = scene.load();
        assert_eq!(loaded.examples, plain.examples);
        assert_eq!(
            loaded.warnings,
            [format!(
                "The cached data in {} was damaged ({problem}) and has been decoded anew.",
                place.display()
            )]
        );
        assert!(!scene.is_as_before());
        assert_eq!(scene.load(), plain);
        assert!(scene.is_as_before());
    };
    let flip = |path: &Path| {
        let mut bytes = fs::read(path).unwrap();
        bytes[3] ^= 1;
        fs::write(path, bytes).unwrap();
    };
    let cut = |path: &Path| {
        File::options()
            .write(true)
            .open(path)
            .unwrap()
            .set_len(3)
            .unwrap();
    };
    let remove = |path: &Path| fs::remove_file(path).unwrap();
    let reword = |path: &Path| {
        let text = fs::read_to_string(path).unwrap();
        fs::write(path, text.replace("\"x\"", "\"z\"")).unwrap();
    };
    let missing = "No such file or directory (os error 2)";
    check("values.bin", flip, "values.bin: has another sha256");
    check("values.bin", cut, "values.bin: has 3 bytes");
    check("values.bin", remove, &format!("values.bin: {missing}"));
    check("rows.bin", flip, "rows.bin: has another sha256");
    check("rows.bin", cut, "rows.bin: has another sha256");
    check("rows.bin", remove, &format!("rows.bin: {missing}"));
    check(
        "meta.json",
        reword,
        "meta.json: has another sha256 than it says",
    );
    check(
        "meta.json",
        cut,
        "meta.json: EOF while parsing an object at line 2 column 1",
    );
    check("meta.json", remove, &format!("meta.json: {missing}"));
}

#[test]
fn a_gz_gives_way_to_the_file_that_it_stands_in_for() {
    let scene = Scene::new();
    let packed = scene.folder.path().join("table.csv.gz");
    fs::rename(scene.table(), &packed).unwrap();
    scene.load();
    assert!(!scene.is_as_before());
    let from_packed = scene.load();
    assert!(scene.is_as_before());
    assert_eq!(from_packed.files[0].path, packed);
    scene.write(OTHER, 1000);
    assert_eq!(scene.load().files[0].path, scene.table());
    assert!(!scene.is_as_before());
}

#[test]
fn the_key_is_what_decides_the_values() {
    let scene = Scene::new();
    let grid = crate::source::Grid {
        height: 4,
        width: 4,
        max: 16.0,
    };
    let strokes = Source::Strokes(Strokes::new(20));
    let key = |source: &Source, seed, grid| {
        let context = Context {
            seed,
            grid,
            ..scene.context()
        };
        place(source, &context).unwrap()
    };
    let base = key(&strokes, 1, Some(grid));
    assert_eq!(base, key(&strokes, 1, Some(grid)));
    assert_ne!(base, key(&strokes, 2, Some(grid)));
    assert_ne!(base, key(&strokes, 1, None));
    assert_ne!(base, key(&Source::Strokes(Strokes::new(21)), 1, Some(grid)));
    assert_eq!(key(&scene.source(), 1, None), key(&scene.source(), 2, None));
}

#[test]
fn only_old_leftovers_are_removed() {
    let scene = Scene::new();
    let folder = &scene.memory.folder;
    let day = 24 * 60 * 60;
    let check = |name: &str, age_secs, stays: bool| {
        let path = folder.join(name);
        fs::create_dir_all(&path).unwrap();
        fs::write(path.join("values.bin"), "half").unwrap();
        set_age(&path, age_secs);
        scene.load();
        assert_eq!(path.exists(), stays, "{name}");
    };
    check(".writing-abc", day + 60, false);
    check(".writing-def", day - 600, true);
    check("something else", day + 60, true);
}

#[test]
fn a_folder_that_cannot_be_written_is_an_error_that_names_it() {
    let scene = Scene::new();
    fs::write(&scene.memory.folder, "").unwrap();
    let error = load_cached(&scene.source(), &scene.context()).unwrap_err();
    let folder = scene.memory.folder.display();
    assert_eq!(
        error.to_string(),
        format!("cannot keep values in {folder}: File exists (os error 17)")
    );
}

#[test]
fn many_may_load_the_same_at_once() {
    let scene = Scene::new();
    let plain = scene.source().load(&scene.context()).unwrap();
    let n_threads = 8;
    let barrier = Barrier::new(n_threads);
    std::thread::scope(|threads| {
        for _ in 0..n_threads {
            threads.spawn(|| {
                for _ in 0..10 {
                    barrier.wait();
                    let loaded = scene.load();
                    assert_eq!(loaded.examples, plain.examples);
                    assert_eq!(loaded.warnings, [""; 0]);
                    // The next time, there is none again.
                    if barrier.wait().is_leader() {
                        fs::remove_dir_all(scene.place()).unwrap();
                    }
                }
            });
        }
    });
    scene.load();
    let names = fs::read_dir(&scene.memory.folder).unwrap();
    let names: Vec<_> = names.map(|entry| entry.unwrap().path()).collect();
    assert_eq!(names, [scene.place()]);
}

#[test]
fn a_folder_is_known_by_all_that_is_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pictures");
    let inside = path.join("class");
    fs::create_dir_all(&inside).unwrap();
    let picture = inside.join("1.png");
    let settle = || {
        fs::write(&picture, "picture").unwrap();
        for path in [&picture, &inside, &path] {
            set_age(path, 1000);
        }
    };
    let file = FileHash {
        path: path.clone(),
        sha256: String::new(),
    };
    let new = || Input::new(&file, SystemTime::now()).unwrap();
    settle();
    assert_eq!(new().look(), Found::Same);
    let check = |change: &dyn Fn()| {
        settle();
        let input = new();
        change();
        assert_eq!(input.look(), Found::Changed);
    };
    check(&|| fs::write(&picture, "pictures").unwrap());
    check(&|| set_age(&picture, 999));
    check(&|| fs::write(inside.join("2.png"), "").unwrap());
    check(&|| fs::rename(&picture, path.join("1.png")).unwrap());
    fs::remove_file(path.join("1.png")).unwrap();
    // What is newer than the chunk may have changed while it was read.
    settle();
    set_age(&inside, -3600);
    assert_eq!(new().look(), Found::Changed);
}

#[cfg(unix)]
#[test]
fn folders_that_contain_each_other_are_listed_once() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    for name in ["a", "b"] {
        fs::create_dir(path.join(name)).unwrap();
        fs::write(path.join(name).join("1.png"), "").unwrap();
        for link in ["c", "d", "e"] {
            symlink(path, path.join(name).join(link)).unwrap();
        }
    }
    symlink("nowhere", path.join("f")).unwrap();
    let file = FileHash {
        path: path.to_owned(),
        sha256: String::new(),
    };
    let later = SystemTime::now() + Duration::from_mins(1);
    let input = Input::new(&file, later).unwrap();
    assert_eq!(input.look(), Found::Same);
    symlink("nowhere", path.join("g")).unwrap();
    assert_eq!(input.look(), Found::Changed);
}

fn loaded(values: Values, file: &Path) -> Loaded {
    let n = values.len() / 2;
    Loaded {
        examples: Examples {
            shape: vec![2],
            values,
            range: Some((-0.1, f32::MAX)),
            labels: (0..n as u32).map(|i| i % 2).collect(),
            classes: vec!["ä\n\"".into(), "b".into()],
            source: vec![0; n],
            source_names: vec!["s".into()],
            original: (0..n as u64).map(|i| i << 33 | 5).collect(),
            tags: vec![
                Tag::new("t", &(0..n).map(|i| i.to_string()).collect::<Vec<_>>()),
                Tag::new("u", &vec!["v"; n]).pool(),
            ],
        },
        files: vec![FileHash {
            path: file.to_owned(),
            sha256: sha256_hex(b"content"),
        }],
        bayes: Some(BayesError {
            rate: 0.1,
            standard_error: 1e-300,
        }),
        warnings: vec!["One.".into()],
        table: Some(TableSchema {
            columns: vec!["a".into(), "y".into()],
            label: "y".into(),
            ..TableSchema::default()
        }),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// A damaged chunk gives nothing, or what was written; never something else, and no panic.
    #[test]
    fn a_chunk_is_what_was_written_or_nothing(
        values in prop_oneof![
            prop::collection::vec(any::<u8>(), 2..20).prop_map(Values::U8),
            prop::collection::vec(-1e30..1e30_f32, 2..20).prop_map(Values::F32),
        ],
        file in prop::sample::select(vec!["values.bin", "rows.bin", "meta.json"]),
        at in any::<prop::sample::Index>(),
        xor in any::<u8>(),
        cut in any::<bool>(),
    ) {
        let scene = Scene::new();
        let input = scene.folder.path().join("input");
        fs::write(&input, "content").unwrap();
        let n = values.len() / 2 * 2;
        let values = values.select(n, &[0]);
        let written = loaded(values, &input);
        let place = scene.memory.folder.join("chunk");
        let kept = keep(&written, SystemTime::now(), &place, false).unwrap();
        prop_assert_eq!(&kept, &written.examples.values);
        let read = entry::open(&place, &scene.context());
        prop_assert_eq!(&read.unwrap(), &written);

        let path = place.join(file);
        let mut bytes = fs::read(&path).unwrap();
        let at = at.index(bytes.len());
        bytes[at] ^= xor;
        if cut {
            bytes.truncate(at);
        }
        fs::write(&path, bytes).unwrap();
        match entry::open(&place, &scene.context()) {
            Ok(read) => prop_assert_eq!(&read, &written),
            Err(Miss::Damaged(_)) => prop_assert!(cut || xor != 0),
            Err(miss) => prop_assert!(false, "{:?}", miss),
        }
    }
}
