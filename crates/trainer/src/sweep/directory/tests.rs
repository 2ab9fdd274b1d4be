use super::*;

const CONFIG: &str = r#"
name = "grid"
seed = 7
[data.general.strokes]
examples = 300
[data.target.strokes]
examples = 300
[data.split]
train_dev = 100
dev = 100
test = 100
[model.mlp]
hidden = [8]
[optimizer.adam]
learning_rate = 1e-3
[train]
epochs = 3
batch_size = 64
[sweep]
seeds = 2
[sweep.axes]
"train.batch_size" = [16, 32]
[sweep.variants]
small = { "model.mlp.hidden" = [4] }
large = { "model.mlp.hidden" = [16] }
"#;

fn plan(config: &str) -> Plan {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    fs::write(&path, config).unwrap();
    Plan::read(&path, &[], None, 1000).unwrap()
}

fn shard(text: &str) -> Shard {
    text.parse().unwrap()
}

#[test]
fn what_another_sweep_has_otherwise_is_named() {
    let runs = tempfile::tempdir().unwrap();
    SweepDir::create(runs.path(), &plan(CONFIG)).unwrap();
    SweepDir::create(runs.path(), &plan(CONFIG)).unwrap();
    let before = fs::read(runs.path().join("grid/sweep.json")).unwrap();
    let check = |from: &str, to: &str, expected: &str| {
        assert!(CONFIG.contains(from), "{from}");
        let changed = plan(&CONFIG.replace(from, to));
        let error = SweepDir::create(runs.path(), &changed).err().unwrap();
        let folder = runs.path().join("grid");
        let expected = format!(
            "{} was begun as another sweep: {expected}",
            folder.display()
        );
        assert_eq!(error.message(), expected);
    };
    check(
        "[16, 32]",
        "[16, 64]",
        "its values of `train.batch_size` were [16, 32], and are now [16, 64]",
    );
    check(
        "\"train.batch_size\" = [16, 32]",
        "",
        "it went through `train.batch_size`, and does not now",
    );
    check(
        "[sweep.axes]",
        "[sweep.axes]\n\"train.epochs\" = [1, 2]",
        "it did not go through `train.epochs`, and does now",
    );
    check(
        "seeds = 2",
        "seeds = 3",
        "its seeds were [7, 8], and are now [7, 8, 9]",
    );
    check(
        "seeds = 2",
        "seeds = [7, 9]",
        "its seeds were [7, 8], and are now [7, 9]",
    );
    check(
        "seeds = 2",
        "seeds = 2\nsample = 3",
        "it had 8 runs, and has 6 now",
    );
    check(
        "epochs = 3",
        "epochs = 4",
        "`train.epochs` was 3, and is now 4",
    );
    check(
        "[train]",
        "[loss]\nlabel_smoothing = 0.5\n[train]",
        "`loss.label_smoothing` was 0.0, and is now 0.5",
    );
    check(
        "hidden\" = [16]",
        "hidden\" = [17]",
        "its run 005 was made with `model.mlp.hidden = [16]`, and would now be with `model.mlp.hidden = [17]`",
    );
    check(
        "{ \"model.mlp.hidden\" = [16] }",
        "{}",
        "its run 005 was made with `model.mlp.hidden = [16]`, and would now be with nothing of that",
    );
    assert_eq!(
        fs::read(runs.path().join("grid/sweep.json")).unwrap(),
        before
    );
}

#[test]
fn the_order_of_axes_belongs_to_a_sweep() {
    let runs = tempfile::tempdir().unwrap();
    let axes = |text: &str| plan(&CONFIG.replace("\"train.batch_size\" = [16, 32]", text));
    SweepDir::create(
        runs.path(),
        &axes("train.epochs = [1]\ntrain.batch_size = [1]"),
    )
    .unwrap();
    let other = axes("train.batch_size = [1]\ntrain.epochs = [1]");
    let error = SweepDir::create(runs.path(), &other).err().unwrap();
    assert!(error.message().ends_with(
        "the order of its axes was variant, train.epochs, train.batch_size, and is now variant, \
         train.batch_size, train.epochs"
    ));
}

#[test]
fn a_place_that_holds_something_else_is_left_alone() {
    let plan = plan(CONFIG);
    let check = |prepare: &dyn Fn(&Path), expected: &str| {
        let runs = tempfile::tempdir().unwrap();
        let place = runs.path().join("grid");
        prepare(&place);
        let error = SweepDir::create(runs.path(), &plan).err().unwrap();
        assert!(error.message().contains(expected), "{error}");
        assert!(!place.join(".lock-1-of-1").exists());
    };
    check(
        &|place| fs::write(place, "x").unwrap(),
        "is a file; expected a place",
    );
    let folder_with = |name: &'static str, content: &'static str| {
        move |place: &Path| {
            fs::create_dir(place).unwrap();
            fs::write(place.join(name), content).unwrap();
        }
    };
    check(
        &folder_with("thesis.tex", ""),
        "grid is no sweep: it has no sweep.json, and holds thesis.tex",
    );
    check(
        &folder_with("sweep.json", "{"),
        "sweep.json is damaged: EOF while parsing",
    );
    check(
        &folder_with("sweep.json", "{\"format\": 2}"),
        "sweep.json has format 2; this plumb reads format 1",
    );
    // What a kill leaves behind before sweep.json is there.
    let runs = tempfile::tempdir().unwrap();
    folder_with(".writing-a", "{")(&runs.path().join("grid"));
    SweepDir::create(runs.path(), &plan).unwrap();
}

/// All processes of a cluster begin at once.
#[test]
fn many_may_make_the_same_sweep_at_once() {
    for _ in 0..20 {
        let runs = tempfile::tempdir().unwrap();
        let plan = plan(CONFIG);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| SweepDir::create(runs.path(), &plan).map(drop).unwrap());
            }
        });
    }
}

#[test]
fn parts_that_overlap_are_held_by_one_process_alone() {
    let runs = tempfile::tempdir().unwrap();
    let directory = SweepDir::create(runs.path(), &plan(CONFIG)).unwrap();
    let refused = |part: &str, expected: &str| {
        let error = directory.hold(shard(part)).err().unwrap();
        assert!(error.message().contains(expected), "{error}");
    };
    let third = directory.hold(shard("1/3")).unwrap();
    let other = directory.hold(shard("2/3")).unwrap();
    refused("1/3", "part 1/3 of ");
    refused("1/1", "part 1/1 of ");
    refused(
        "1/2",
        "overlaps with part 1/3, which another process is at work on",
    );
    drop(third);
    refused("1/1", "overlaps with part 2/3");
    drop(other);
    let all = directory.hold(Shard::ALL).unwrap();
    refused("1/1", "another process is at work on ");
    refused("3/3", "overlaps with part 1/1");
    drop(all);
    // Nothing is left of those that ended.
    directory.hold(shard("3/3")).unwrap();
}

/// Parts that begin again at once, with the lock files of the time before: none stands in another's way.
#[test]
fn parts_that_do_not_overlap_never_disturb_each_other() {
    let runs = tempfile::tempdir().unwrap();
    let directory = SweepDir::create(runs.path(), &plan(CONFIG)).unwrap();
    std::thread::scope(|scope| {
        for part in 1..=4 {
            let directory = &directory;
            scope.spawn(move || {
                for _ in 0..200 {
                    directory.hold(Shard { part, of: 4 }).map(drop).unwrap();
                }
            });
        }
    });
}

#[test]
fn the_newest_finished_run_of_a_point_is_found() {
    let runs = tempfile::tempdir().unwrap();
    let directory = SweepDir::create(runs.path(), &plan(CONFIG)).unwrap();
    let run = |name: &str| directory.path().join(name);
    assert_eq!(directory.found().unwrap()[0], Found::Nothing);
    for name in ["001-0001", "001-0002", "001-0010", "0010-0001", "001-x"] {
        fs::create_dir(run(name)).unwrap();
    }
    assert_eq!(directory.found().unwrap()[0], Found::Begun(run("001-0010")));
    fs::write(run("001-0002").join("diagnosis.json"), "").unwrap();
    assert_eq!(directory.found().unwrap()[0], Found::Done(run("001-0002")));
}

#[test]
fn a_ledger_of_another_sweep_is_refused() {
    let runs = tempfile::tempdir().unwrap();
    let directory = SweepDir::create(runs.path(), &plan(CONFIG)).unwrap();
    let line = r#"{"format":1,"time":"2026-11-26T00:00:00Z","point":"099","event":"started"}"#;
    fs::write(directory.path().join("ledger.jsonl"), line).unwrap();
    let error = directory.ledger().unwrap_err();
    assert!(
        error
            .message()
            .ends_with("is of another sweep: it speaks of run 099, which sweep.json does not have")
    );
}
