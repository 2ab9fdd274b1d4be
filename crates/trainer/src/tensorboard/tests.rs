use prost::Message;

use super::{
    event::{Event, Summary, What},
    *,
};

const METRICS: &str = concat!(
    r#"{"format":2,"epoch":1,"step":24,"set":"train","errors":1,"n":4,"error_rate":0.25,"loss":0.5,"learning_rate":0.001}"#,
    "\n",
    r#"{"format":2,"epoch":1,"step":24,"set":"dev","errors":0,"n":4,"error_rate":0.0,"loss":0.75,"learning_rate":0.001}"#,
    "\n"
);
const TIMINGS: &str =
    "{\"format\":2,\"epoch\":1,\"step\":24,\"train_secs\":2.0,\"evaluate_secs\":1.0}\n";
const MORE_METRICS: &str = concat!(
    r#"{"format":2,"epoch":2,"step":48,"set":"dev","errors":2,"n":4,"error_rate":0.5,"loss":1.5,"learning_rate":0.002}"#,
    "\n"
);
const MORE_TIMINGS: &str =
    "{\"format\":2,\"epoch\":2,\"step\":48,\"train_secs\":4.0,\"evaluate_secs\":1.0}\n";

/// The events of a file, by the layout of its records.
fn events(folder: &Path) -> Vec<Event> {
    let file = fs::read_dir(folder.join(FOLDER)).unwrap().next().unwrap();
    let bytes = fs::read(file.unwrap().path()).unwrap();
    let mut rest = &bytes[..];
    let mut events = Vec::new();
    while !rest.is_empty() {
        let length = u64::from_le_bytes(rest[..8].try_into().unwrap()) as usize;
        events.push(Event::decode(&rest[12..12 + length]).unwrap());
        rest = &rest[16 + length..];
    }
    events
}

fn scalars(event: &Event) -> Vec<(&str, f32)> {
    let Some(What::Summary(Summary { value })) = &event.what else {
        return Vec::new();
    };
    let scalar = |value: &event::Value| value.simple_value.unwrap();
    (value.iter())
        .map(|value| (value.tag.as_str(), scalar(value)))
        .collect()
}

/// 10 examples in 2 seconds are 5 per second. An error of 0 is a figure like any other.
#[test]
fn an_evaluation_is_one_event_with_all_figures() {
    let folder = tempfile::tempdir().unwrap();
    let mut file = EventFile::create(&RunDir::at(folder.path()), 10, Some(0.125)).unwrap();
    file.catch_up(METRICS, TIMINGS).unwrap();
    let events = events(folder.path());
    assert_eq!(
        events[0].what,
        Some(What::FileVersion("brain.Event:2".into()))
    );
    assert_eq!(events[1].step, 24);
    assert_eq!(
        scalars(&events[1]),
        [
            ("error/train", 0.25),
            ("loss/train", 0.5),
            ("error/dev", 0.0),
            ("loss/dev", 0.75),
            ("error/human", 0.125),
            ("learning_rate", 0.001),
            ("epoch", 1.0),
            ("speed/examples_per_second", 5.0),
        ]
    );
    assert_eq!(events.len(), 2);
}

/// The second evaluation took 4 s of training and 1 s of measuring, so the first was 5 s before it.
#[test]
fn an_earlier_runs_evaluations_come_first_and_are_dated_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut file = EventFile::create(&RunDir::at(folder.path()), 10, None).unwrap();
    let (metrics, timings) = (
        [METRICS, MORE_METRICS].concat(),
        [TIMINGS, MORE_TIMINGS].concat(),
    );
    file.catch_up(&metrics, &timings).unwrap();
    file.catch_up(&metrics, &timings).unwrap();
    let events = events(folder.path());
    assert_eq!(events.len(), 3, "what is in it is not written again");
    assert_eq!((events[1].step, events[2].step), (24, 48));
    let between = events[2].wall_time - events[1].wall_time;
    assert!((between - 5.0).abs() < 1e-3, "{between}");
}

#[test]
fn what_is_new_is_added() {
    let folder = tempfile::tempdir().unwrap();
    let mut file = EventFile::create(&RunDir::at(folder.path()), 10, None).unwrap();
    file.catch_up(METRICS, TIMINGS).unwrap();
    file.catch_up(
        &[METRICS, MORE_METRICS].concat(),
        &[TIMINGS, MORE_TIMINGS].concat(),
    )
    .unwrap();
    let events = events(folder.path());
    assert_eq!(events.len(), 3);
    assert!(scalars(&events[2]).contains(&("error/dev", 0.5)));
}
