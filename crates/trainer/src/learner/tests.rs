use burn::optim::GradientsParams;
use plumb_diagnostics::SetName;

use super::*;
use crate::{
    config,
    device::OpenDevice,
    feed::{Feed, feeds},
    initial::initial,
    optimizer::Stepper,
    parameters::tensors,
    prepare::{Prepared, prepare},
    testing::{STROKES, cpu},
    train::{Batches, shuffled},
};

const MLP: &str = "[model.mlp]\nhidden = [40, 33]\n[train]\nepochs = 1\nbatch_size = 32\n";

/// What a training of a config needs.
struct Case {
    config: Config,
    prepared: Prepared,
    opened: OpenDevice,
    model: Model,
    loss_function: Loss,
}

impl Case {
    fn new(rest: &str) -> Self {
        let (config, document) = config::parse("small.toml", format!("{STROKES}\n{rest}")).unwrap();
        let prepared = prepare(&config, &document, &|_, _| {}).unwrap();
        let opened = cpu();
        let device = opened.device.clone().autodiff();
        Self {
            model: initial(&config, &document, &prepared, &opened.device)
                .unwrap()
                .model,
            loss_function: Loss::of_run(&config, &prepared, &device),
            config,
            prepared,
            opened,
        }
    }

    fn learner(&self, model: Model, optimizer: Stepper, is_chain: bool) -> Learner<'_> {
        let learner = Learner::new(&self.config, &self.loss_function, model, optimizer);
        assert!(learner.chain.is_some());
        Learner {
            chain: learner.chain.filter(|_| is_chain),
            ..learner
        }
    }

    /// Trains an epoch, with learners that take over from each other after every third step: all weights, and the
    /// losses and the largest gradients as bits.
    fn trained(&self, are_chains: [bool; 3]) -> (Vec<Vec<u8>>, Vec<u32>) {
        let set = feeds(&self.config, &self.prepared, &self.opened);
        let train: &Feed<'_> = set.get(SetName::Train);
        let visit = train.visit(shuffled(train.len(), 3, 1), 1);
        let (mut model, mut optimizer) = (self.model.clone(), self.config.optimizer.init());
        let places: Vec<_> = Batches::new(&self.config, &self.prepared)
            .ranges()
            .collect();
        assert_eq!(places.len(), 9);
        let mut measured = Vec::new();
        for ((at, places), is_chain) in places.chunks(3).enumerate().zip(are_chains) {
            let mut learner = self.learner(model, optimizer, is_chain);
            for (step, places) in (3 * at as u64..).zip(places) {
                let now;
                (learner, now) = learner.step(&visit, places.clone(), step, 0.01).unwrap();
                for number in [now.loss, now.gradient] {
                    measured.push(number.try_into_scalar::<f32>().unwrap().to_bits());
                }
            }
            (model, optimizer) = learner.into_parts();
            // As a run that is resumed does.
            let saved = optimizer.to_bytes().unwrap();
            optimizer = self.config.optimizer.init().with_bytes(saved).unwrap();
        }
        let tensors = tensors(&model).into_iter();
        let bytes = tensors.map(|(_, values)| values.as_bytes().to_vec());
        (bytes.collect(), measured)
    }

    fn fits(&self) -> bool {
        fitting_chain(&self.config, &self.model).is_some()
    }
}

/// Under each optimizer, and whichever goes on from where the other one stood. With weights of examples and of classes.
#[test]
fn a_chain_learns_what_automatic_differentiation_does_to_the_bit() {
    for optimizer in [
        "adam = { learning_rate = 0.01 }",
        "adam = { learning_rate = 0.01, weight_decay = 0.01 }",
        "adamw = { learning_rate = 0.01 }",
        "sgd = { learning_rate = 0.1 }",
        "sgd = { learning_rate = 0.1, momentum = 0.9, nesterov = true, weight_decay = 0.01 }",
    ] {
        let rest = "[loss]\nlabel_smoothing = 0.1\nclass_weights = \"balanced\"\n";
        let case = Case::new(&format!("{MLP}{rest}[optimizer]\n{optimizer}\n"));
        let expected = case.trained([false; 3]);
        for are_chains in [[true; 3], [true, false, true], [false, true, false]] {
            assert_eq!(case.trained(are_chains), expected, "{optimizer}");
        }
    }
}

/// Of augmented examples, made in the step itself, and of a linear model.
#[test]
fn whatever_its_inputs_and_however_few_layers() {
    let optimizer = "[optimizer.adam]\nlearning_rate = 0.01\n";
    let train = "[train]\nepochs = 1\nbatch_size = 32\n";
    for rest in [
        "[model.linear]\n",
        "[model.mlp]\nhidden = [20]\n[data.augmentation]\nsteps = [{ shift = { pixels = 1 } }]\n",
    ] {
        let case = Case::new(&format!("{rest}{train}{optimizer}"));
        assert_eq!(case.trained([true; 3]), case.trained([false; 3]), "{rest}");
    }
}

/// As when some were frozen for a while: a chain counts the steps of all at once.
#[test]
fn parameters_that_have_done_different_steps_are_no_chain() {
    let case = Case::new(&format!("{MLP}[optimizer.adam]\nlearning_rate = 0.01\n"));
    let mut optimizer = case.config.optimizer.init();
    assert!(optimizer.chain(&case.model).is_some());
    let weight = &case.model.chain().unwrap()[2].weight;
    let mut gradients = GradientsParams::new();
    gradients.register(weight.id, weight.val().inner());
    let (model, _) = optimizer.step(0.1, case.model.clone(), gradients, None);
    assert!(optimizer.chain(&model).is_none());
}

#[test]
fn whatever_a_chain_does_not_do_goes_through_automatic_differentiation() {
    let optimizer = "[optimizer.adam]\nlearning_rate = 0.01\n";
    let case = |mlp: &str, train: &str| {
        Case::new(&format!(
            "[model.mlp]\n{mlp}\n[train]\nepochs = 1\nbatch_size = 32\n{train}\n{optimizer}"
        ))
        .fits()
    };
    assert!(case("hidden = [20]", ""));
    for mlp in [
        "hidden = [20]\ndropout = 0.1",
        "hidden = [20]\nnorm = \"batch\"",
        "hidden = [20, 20]\nresidual = true",
        "hidden = [20]\nactivation = \"tanh\"",
        "hidden = [512, 512]",
        "hidden = [511, 1800, 500]",
    ] {
        assert!(!case(mlp, ""), "{mlp}");
    }
    for train in ["mixup = 0.2", "clip_norm = 1.0", "freeze = [\"hidden.0\"]"] {
        assert!(!case("hidden = [20]", train), "{train}");
    }
}
