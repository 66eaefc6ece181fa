//! Weights in files, in the format "safetensors": the length of a header, the header as JSON, the numbers.

use super::Sequential;
use crate::Float;
use crate::tensor::Tensor;
use serde_json::{Map, Value, json};
use std::io::{Error, ErrorKind, Result};

const DTYPE: &str = if size_of::<Float>() == 8 { "F64" } else { "F32" };

/// Keeping what was learnt.
impl Sequential {
    /// Writes the weights to a file, as "safetensors" with names such as `0.weight`: the layer's place and what the layer
    /// calls it. A file that is there is replaced only when the new one is complete.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// # let path = std::env::temp_dir().join(format!("chainrule-{}.safetensors", std::process::id()));
    /// # let path = path.to_str().unwrap();
    /// let model = Sequential::new().add(Dense::new(2, 3));
    /// model.save(path)?;
    /// let other = Sequential::new().add(Dense::new(2, 3));
    /// other.load(path)?;
    /// assert_eq!(other.parameters()[0].to_vec(), model.parameters()[0].to_vec());
    /// # std::fs::remove_file(path)?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn save(&self, path: &str) -> Result<()> {
        let (mut header, mut data) = (Map::new(), Vec::new());
        for (name, tensor) in self.named_state() {
            let start = data.len();
            tensor.to_vec().iter().for_each(|value| data.extend(value.to_le_bytes()));
            header.insert(name, json!({"dtype": DTYPE, "shape": tensor.shape(), "data_offsets": [start, data.len()]}));
        }
        let mut header = Value::Object(header).to_string().into_bytes();
        // The numbers begin at a multiple of 8.
        header.resize(header.len().next_multiple_of(8), b' ');
        let unfinished = format!("{path}.unfinished");
        std::fs::write(&unfinished, [&(header.len() as u64).to_le_bytes()[..], &header, &data].concat())?;
        std::fs::rename(unfinished, path)
    }

    /// Reads weights that [`save`](Sequential::save) wrote from a model of the same layers. If something does not fit,
    /// the model stays as it is.
    pub fn load(&self, path: &str) -> Result<()> {
        let file = std::fs::read(path)?;
        let wrong = |what: String| Error::new(ErrorKind::InvalidData, format!("{path}: {what}"));
        let parts = file
            .split_first_chunk::<8>()
            .and_then(|(length, rest)| rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?));
        let Some((header, data)) = parts else { return Err(wrong("this is no safetensors file".to_owned())) };
        let header: Value = serde_json::from_slice(header).map_err(|error| wrong(error.to_string()))?;
        let mut values = Vec::new();
        for (name, tensor) in self.named_state() {
            let entry = header.get(&name).ok_or_else(|| wrong(format!("there is no {name} in it")))?;
            if entry["shape"] != json!(tensor.shape()) || entry["dtype"] != DTYPE {
                let found = format!("{name} is {} of {}", entry["shape"], entry["dtype"]);
                return Err(wrong(format!("{found}, the model needs {:?} of {DTYPE}", tensor.shape())));
            }
            let offset = |i: usize| usize::try_from(entry["data_offsets"][i].as_u64()?).ok();
            let bytes = offset(0).zip(offset(1)).and_then(|(start, end)| data.get(start..end));
            let bytes = bytes.filter(|bytes| bytes.len() == tensor.len() * size_of::<Float>());
            let bytes = bytes.ok_or_else(|| wrong(format!("the numbers of {name} are not in it")))?;
            let (numbers, _) = bytes.as_chunks();
            values.push((tensor, numbers.iter().map(|bytes| Float::from_le_bytes(*bytes)).collect()));
        }
        for (tensor, numbers) in values {
            tensor.set_value(&Tensor::from_vec(numbers, tensor.shape()));
        }
        Ok(())
    }

    /// What is saved, under names that differ.
    fn named_state(&self) -> Vec<(String, Tensor)> {
        let mut named: Vec<(String, Tensor)> = Vec::new();
        for (place, layer) in self.layers().iter().enumerate() {
            for (number, tensor) in layer.state().into_iter().enumerate() {
                let own = tensor.name().and_then(|name| Some(name.rsplit_once('.')?.1.to_owned()));
                let name = format!("{place}.{}", own.unwrap_or_else(|| number.to_string()));
                let is_taken = named.iter().any(|(other, _)| *other == name);
                named.push((if is_taken { format!("{name}.{number}") } else { name }, tensor));
            }
        }
        named
    }
}
