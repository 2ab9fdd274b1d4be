use crate::{
    Error,
    config::{Document, KeyError},
    prepare::Divided,
    trained::Trained,
};

/// Brings the classes into the order of the model's, and makes sure that it takes the examples.
pub(super) fn fit(
    trained: &Trained,
    document: &Document,
    divided: &mut Divided,
) -> Result<(), Error> {
    let wrong = |message: String| Err(document.error(&KeyError::new("data", message)));
    let about = &trained.about;
    let train = &divided.sets.train;
    if train.shape != about.input_shape {
        return wrong(format!(
            "the examples have the shape {:?}; expected {:?}, the shape that the model takes",
            train.shape, about.input_shape
        ));
    }
    if let Some((low, high)) = about.range
        && train.range != about.range
    {
        let found = train
            .range
            .map_or("not known".into(), |(low, high)| format!("{low} to {high}"));
        return wrong(format!(
            "the range of the values is {found}; expected {low} to {high}, as in training"
        ));
    }
    let mut sorted = [train.classes.clone(), about.classes.clone()];
    sorted.iter_mut().for_each(|classes| classes.sort());
    if sorted[0] != sorted[1] {
        return wrong(format!(
            "the classes are {}; expected {}, those of the run",
            train.classes.join(", "),
            about.classes.join(", ")
        ));
    }
    let place = |class: &String| about.classes.iter().position(|known| known == class);
    let order: Vec<u32> = train
        .classes
        .iter()
        .map(|class| place(class).unwrap_or_default() as u32)
        .collect();
    let sets = &mut divided.sets;
    for set in [
        &mut sets.train,
        &mut sets.train_dev,
        &mut sets.dev,
        &mut sets.test,
    ] {
        for label in &mut set.labels {
            *label = order[*label as usize];
        }
        set.classes.clone_from(&about.classes);
    }
    Ok(())
}
