use burn::module::{Flag, Module, ModuleMapper, Param};
use plumb_model::Model;

/// The same network with its dropout switched off for good, in training too.
///
/// Each backend draws its own masks, which can't be given to another. Everything else stays in
/// training mode: a batch norm goes on to use the batch's statistics.
pub(super) fn without_dropout(model: Model) -> Model {
    model.map(&mut SwitchOff {
        containers: Vec::new(),
    })
}

struct SwitchOff {
    /// The types of the modules around the value that is visited.
    containers: Vec<String>,
}

impl ModuleMapper for SwitchOff {
    fn enter_module(&mut self, _name: &str, container_type: &str) {
        self.containers.push(container_type.to_string());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.containers.pop();
    }

    fn map_flag(&mut self, flag: Param<Flag>) -> Param<Flag> {
        if self.containers.iter().any(|name| name == "Struct:Dropout") {
            flag.with_value(false)
        } else {
            flag
        }
    }
}
