use burn::tensor::TensorData;
use serde_json::{Map, Value, json};

use super::metadata::metadata;
use crate::{
    Error,
    parameters::{Parameter, tensors},
    trained::Trained,
};

/// The header is padded to a multiple of this, so that the values behind it are aligned.
const ALIGNMENT: usize = 8;

/// The weights as a safetensors file: 8 bytes of header length, a JSON header, and the values.
///
/// Names and layouts are `PyTorch`'s, so that a `torch.nn.Module` with the same layers takes them with
/// `load_state_dict`: weights of fully connected layers are `[n_out, n_in]`, those of convolutions
/// `[n_out, n_in, height, width]`. `__metadata__` says what `metadata` lists, and `format = "pt"`, as
/// files that `PyTorch` wrote do. Equal networks give equal bytes.
///
/// Format: <https://huggingface.co/docs/safetensors/index#format>.
///
/// # Errors
/// [`Error::Failed`] if the weights can't be read from their device.
pub(crate) fn safetensors(trained: &Trained) -> Result<Vec<u8>, Error> {
    let mut about: Map<String, Value> = metadata(trained)?
        .into_iter()
        .map(|(name, text)| (name.to_string(), text.into()))
        .collect();
    about.insert("format".into(), "pt".into());
    let mut header = Map::from_iter([("__metadata__".to_string(), about.into())]);
    let mut values = Vec::new();
    for (parameter, data) in tensors(&trained.model) {
        let start = values.len();
        for value in torch_values(&parameter, &data)? {
            values.extend(value.to_le_bytes());
        }
        let entry = json!({
            "dtype": "F32",
            "shape": parameter.torch_shape(),
            "data_offsets": [start, values.len()],
        });
        header.insert(parameter.path, entry);
    }
    let mut header =
        serde_json::to_vec(&header).map_err(|error| Error::failed(error.to_string()))?;
    header.resize(header.len().next_multiple_of(ALIGNMENT), b' ');
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.extend(header);
    file.extend(values);
    Ok(file)
}

/// The values of a tensor in `PyTorch`'s layout, row by row.
fn torch_values(parameter: &Parameter, data: &TensorData) -> Result<Vec<f32>, Error> {
    let values = data
        .try_to_vec::<f32>()
        .map_err(|error| Error::failed(format!("can't read {}: {error}", parameter.path)))?;
    Ok(match parameter.shape[..] {
        [n_in, n_out] if parameter.is_transposed => transposed(&values, n_in, n_out),
        _ => values,
    })
}

/// From `[n_rows, n_columns]` to `[n_columns, n_rows]`.
fn transposed(values: &[f32], n_rows: usize, n_columns: usize) -> Vec<f32> {
    (0..n_columns)
        .flat_map(|column| (0..n_rows).map(move |row| values[row * n_columns + column]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: the rows of [[1, 2, 3], [4, 5, 6]] become columns.
    #[test]
    fn rows_become_columns() {
        let values = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        assert_eq!(transposed(&values, 2, 3), [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]);
    }
}
