//! The weights of a model in a file.

use super::Sequential;
use crate::data::{read_safetensors, write_safetensors};
use crate::tensor::Tensor;
use std::collections::BTreeMap;
use std::io::{Error, ErrorKind, Result};

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
        let named = self.named_state();
        write_safetensors(path, &named.iter().map(|(name, tensor)| (name.as_str(), tensor)).collect::<Vec<_>>())
    }

    /// Reads weights that [`save`](Sequential::save) wrote from a model of the same layers. If something does not fit,
    /// the model stays as it is.
    pub fn load(&self, path: &str) -> Result<()> {
        let wrong = |what: String| Error::new(ErrorKind::InvalidData, format!("{path}: {what}"));
        let file: BTreeMap<String, Tensor> = read_safetensors(path)?.into_iter().collect();
        let named = self.named_state();
        for (name, tensor) in &named {
            let found = file.get(name).ok_or_else(|| wrong(format!("there is no {name} in it")))?;
            if found.shape() != tensor.shape() {
                let shapes = format!("{:?}, the model needs {:?}", found.shape(), tensor.shape());
                return Err(wrong(format!("{name} is {shapes}")));
            }
        }
        named.iter().for_each(|(name, tensor)| tensor.set_value(&file[name]));
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
