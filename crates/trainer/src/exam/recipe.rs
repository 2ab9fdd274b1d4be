use std::fmt::Write;

/// Everything that a scenario's config says, as it is drawn.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Recipe {
    /// The data source of both chunks: `gaussian`, `xor` or `templates`.
    pub(super) source: &'static str,
    /// The source's keys in both chunks, but for `examples`: lines of TOML.
    pub(super) general: String,
    /// As `general`, of the target.
    pub(super) target: String,
    /// Share of wrong labels, in both chunks.
    pub(super) label_noise: f64,
    pub(super) sizes: Sizes,
    pub(super) training: Training,
}

/// Examples per set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sizes {
    pub(super) train: usize,
    pub(super) train_dev: usize,
    pub(super) dev: usize,
    pub(super) test: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Training {
    /// Widths of the hidden layers; a linear model if there are none.
    pub(super) hidden: Vec<usize>,
    pub(super) optimizer: Optimizer,
    pub(super) learning_rate: f64,
    /// Whether the rate falls to 0.
    pub(super) cosine: bool,
    pub(super) batch_size: usize,
    pub(super) epochs: u32,
    /// Epochs from one evaluation, and choice on dev, to the next.
    pub(super) evaluate_every: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Optimizer {
    Adam,
    Sgd,
}

/// Draws with which a run finds the Bayes error of templates: a standard error of about 0.1 points.
pub(super) const BAYES_DRAWS: usize = 50_000;

impl Recipe {
    /// The config of the run.
    pub(super) fn to_toml(&self, seed: u64) -> String {
        let Sizes {
            train,
            train_dev,
            dev,
            test,
        } = self.sizes;
        self.with_examples(train + train_dev, dev + test, BAYES_DRAWS, seed)
    }

    /// The same distributions with other numbers of examples.
    pub(super) fn with_examples(
        &self,
        general: usize,
        target: usize,
        bayes_draws: usize,
        seed: u64,
    ) -> String {
        let mut toml = format!("name = \"exam\"\nseed = {seed}\n");
        for (chunk, keys, examples) in [
            ("general", &self.general, general),
            ("target", &self.target, target),
        ] {
            if self.label_noise > 0.0 {
                writeln!(toml, "[data.{chunk}]\nlabel_noise = {}", self.label_noise).ok();
            }
            let source = self.source;
            writeln!(toml, "[data.{chunk}.{source}]\nexamples = {examples}").ok();
            if source == "templates" {
                writeln!(toml, "bayes_draws = {bayes_draws}").ok();
            }
            toml.push_str(keys);
        }
        let Sizes {
            train_dev,
            dev,
            test,
            ..
        } = self.sizes;
        writeln!(
            toml,
            "[data.split]\ntrain_dev = {train_dev}\ndev = {dev}\ntest = {test}"
        )
        .ok();
        toml.push_str(&self.training.to_toml());
        toml
    }
}

impl Recipe {
    /// For a report: what differs from scenario to scenario, a line each of data and training.
    pub(super) fn in_short(&self) -> Vec<String> {
        let keys = |keys: &str| keys.trim_end().replace(" = ", "=").replace('\n', " ");
        let mut data = format!("{}: {}", self.source, keys(&self.general));
        let is_other = |line: &&str| !self.general.lines().any(|general| general == *line);
        let other: Vec<&str> = self.target.lines().filter(is_other).collect();
        if !other.is_empty() {
            write!(data, "; target: {}", keys(&other.join("\n"))).ok();
        }
        if self.label_noise > 0.0 {
            write!(data, "; label_noise={}", self.label_noise).ok();
        }
        let Sizes {
            train,
            train_dev,
            dev,
            test,
        } = self.sizes;
        let training = &self.training;
        let run = format!(
            "sets of {train}, {train_dev}, {dev}, {test}; hidden {:?}; {:?}, rate {}, {} epochs of \
             batches of {}",
            training.hidden,
            training.optimizer,
            training.learning_rate,
            training.epochs,
            training.batch_size
        );
        vec![data, run]
    }
}

impl Training {
    fn to_toml(&self) -> String {
        let model = if self.hidden.is_empty() {
            "[model.linear]".to_string()
        } else {
            format!("[model.mlp]\nhidden = {:?}", self.hidden)
        };
        let optimizer = match self.optimizer {
            Optimizer::Adam => "adam",
            Optimizer::Sgd => "sgd",
        };
        let schedule = if self.cosine {
            "[schedule.cosine]\n"
        } else {
            ""
        };
        format!(
            "{model}\n[optimizer.{optimizer}]\nlearning_rate = {}\n{schedule}\
             [train]\nepochs = {}\nbatch_size = {}\n[evaluation]\nevery_epochs = {}\n",
            self.learning_rate, self.epochs, self.batch_size, self.evaluate_every
        )
    }
}
