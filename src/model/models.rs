//! Models in files that other programs read, too: the weights as safetensors under the names that
//! PyTorch gives them, whole networks as ONNX.
//!
//! The one place in this folder that knows layers: how they are written belongs to the formats, not
//! to the layers.

use super::Sequential;
use super::architecture;
use super::onnx::{self, Attribute, Graph, Node};
use super::said;
use crate::data::files::wrong;
use crate::data::read_safetensors;
use crate::data::tensors::{read_with_note, write_with_note};
use crate::display::say;
use crate::nn::{
    Activation, AvgPool2D, BatchNormalization, Conv1D, Conv2D, Dense, Dropout, Embedding, Flatten,
};
use crate::nn::{
    GlobalAvgPool, Gru, LayerNormalization, Lstm, MaxPool1D, MaxPool2D, Module, PositionEmbedding,
    Reshape,
};
use crate::nn::{Padding, SimpleRnn};
use crate::tensor::Tensor;
use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Result;

/// Keeping what was learnt.
impl Sequential {
    /// Writes the model to a file, in the format safetensors: the weights with the names and the
    /// layout of a PyTorch `nn.Sequential` in which each activation is a module of its own
    /// (`0.weight` is `[outputs, inputs]`), and beside them what layers there are, for
    /// [`load`](Sequential::load). What `compile` was given is not in it. A file that is there is
    /// replaced only when the new one is complete.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// # let name = format!("chainrule-save-{}.safetensors", std::process::id());
    /// # let path = std::env::temp_dir().join(name);
    /// # let path = path.to_str().unwrap();
    /// let model = Sequential::new().add(Dense::new(2, 3).relu()).add(Dense::new(3, 1));
    /// model.save(path)?;
    /// let same = Sequential::load(path)?;
    /// let x = tensor([[0.5, -1.0]]);
    /// assert_eq!(same.predict(&x).to_vec(), model.predict(&x).to_vec());
    /// # std::fs::remove_file(path)?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// In Python: `model.load_state_dict(safetensors.torch.load_file(path))`.
    pub fn save(&self, path: &str) -> Result<()> {
        match ending(path).as_str() {
            "onnx" => {
                return Err(wrong(
                    path,
                    say(
                        "save writes safetensors; model.save_onnx(…) writes ONNX",
                        "save 写出的是 safetensors；要写成 ONNX，请用 model.save_onnx(…)",
                    ),
                ));
            }
            other if OF_PYTHON.contains(&other) => {
                return Err(wrong(path, said::no_ending_of_safetensors(other)));
            }
            _ => {}
        }
        let named: Vec<(String, Tensor)> = self
            .named_state()
            .into_iter()
            .map(|(name, _, file)| (name, file))
            .collect();
        let tensors: Vec<_> = named
            .iter()
            .map(|(name, tensor)| (name.as_str(), tensor))
            .collect();
        let layers = architecture::described(self).map_err(|error| wrong(path, error))?;
        write_with_note(path, &tensors, Some(&layers))
    }

    /// The model that [`save`](Sequential::save) wrote: its layers with their weights, ready to
    /// `predict`; to train it further, `compile` it first. A network in an ONNX file is read, too,
    /// by [`load_onnx`](Sequential::load_onnx).
    ///
    /// The error says what to do where a file has weights, but not of what layers, as those of
    /// PyTorch; where a layer is one that you wrote yourself; where the file is damaged. What is
    /// left then is [`load_weights`](Sequential::load_weights).
    pub fn load(path: &str) -> Result<Sequential> {
        match ending(path).as_str() {
            "onnx" => return Sequential::load_onnx(path),
            other if OF_PYTHON.contains(&other) => return Err(of_python(path, other)),
            _ => {}
        }
        let (tensors, note) = read_with_note(path)?;
        let note = note.ok_or_else(|| {
            let problem = say(
                "the file has weights, but not of what layers",
                "文件里有权重，但没有说明是哪些层",
            );
            wrong(path, said::build_it_yourself(problem, path))
        })?;
        architecture::built(&note, tensors.into_iter().collect())
            .map_err(|error| wrong(path, said::build_it_yourself(&error, path)))
    }

    /// Reads weights that [`save`](Sequential::save), or PyTorch, wrote from a model of the same
    /// layers. If something does not fit, the model stays as it is. `model.load(path)?` is the
    /// same.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// # let name = format!("chainrule-weights-{}.safetensors", std::process::id());
    /// # let path = std::env::temp_dir().join(name);
    /// # let path = path.to_str().unwrap();
    /// let model = Sequential::new().add(Dense::new(2, 3));
    /// model.save(path)?;
    /// let other = Sequential::new().add(Dense::new(2, 3));
    /// other.load_weights(path)?;
    /// assert_eq!(other.parameters()[0].to_vec(), model.parameters()[0].to_vec());
    /// # std::fs::remove_file(path)?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn load_weights(&self, path: &str) -> Result<()> {
        let file: BTreeMap<String, Tensor> = read_safetensors(path)?.into_iter().collect();
        self.fill(|name| file.get(name).cloned())
            .map_err(|error| wrong(path, error))
    }

    /// Gives the model the values that stand in a file under these names; all of them, or none and
    /// what is wrong.
    fn fill(&self, find: impl Fn(&str) -> Option<Tensor>) -> std::result::Result<(), String> {
        let mut values = Vec::new();
        for (name, tensor, in_file) in self.named_state() {
            let found = find(&name).ok_or_else(|| said::not_there(&name))?;
            let is_transposed = in_file.0.op == "permute" && found.rank() == 2;
            let found = if is_transposed { found.t() } else { found };
            if found.shape() != tensor.shape() {
                let (found, needed) = (found.shape(), tensor.shape());
                return Err(say(
                    format!("{name} is {found:?}, the model needs {needed:?}"),
                    format!("{name} 的形状是 {found:?}，而模型需要 {needed:?}"),
                ));
            }
            values.push((tensor, found));
        }
        values
            .iter()
            .for_each(|(tensor, value)| tensor.set_value(value));
        Ok(())
    }

    /// What is saved: its name, the tensor of the model, and as it stands in the file.
    pub(super) fn named_state(&self) -> Vec<(String, Tensor, Tensor)> {
        let (mut named, mut place): (Vec<(String, Tensor, Tensor)>, usize) = (Vec::new(), 0);
        let mut taken = BTreeSet::new();
        for layer in self.layers() {
            let any: &dyn Any = &**layer;
            let is_table = any.is::<Embedding>() || any.is::<PositionEmbedding>();
            let is_recurrent = any.is::<SimpleRnn>() || any.is::<Gru>() || any.is::<Lstm>();
            for (number, tensor) in layer.state().into_iter().enumerate() {
                let own = tensor
                    .name()
                    .and_then(|name| Some(name.rsplit_once('.')?.1.to_owned()));
                let own = match own.as_deref() {
                    Some("weight") if is_recurrent => "weight_ih_l0",
                    Some("bias") if is_recurrent => "bias_ih_l0",
                    Some("recurrent") => "weight_hh_l0",
                    Some("recurrent_bias") => "bias_hh_l0",
                    Some("gamma") => "weight",
                    Some("beta") => "bias",
                    Some("mean") => "running_mean",
                    Some("variance") => "running_var",
                    Some(own) => own,
                    None => &number.to_string(),
                };
                let name = format!("{place}.{own}");
                let is_taken = !taken.insert(name.clone());
                let in_file = if tensor.rank() == 2 && !is_table {
                    tensor.t()
                } else {
                    tensor.clone()
                };
                named.push((
                    if is_taken {
                        format!("{name}.{number}")
                    } else {
                        name
                    },
                    tensor,
                    in_file,
                ));
            }
            place += 1 + usize::from(
                activation(any).is_some_and(|activation| activation != Activation::Linear),
            );
        }
        named
    }

    /// Writes the network to a file in the format ONNX, which other programs run: feed-forward and
    /// convolutional networks, as they are in use (without dropout, normalised by the running
    /// means). A file that is there is replaced only when the new one is complete.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// # let path = std::env::temp_dir().join(format!("chainrule-{}.onnx", std::process::id()));
    /// # let path = path.to_str().unwrap();
    /// let model = Sequential::new().add(Dense::new(2, 3).relu()).add(Dense::new(3, 1));
    /// model.save_onnx(path)?;
    /// let other = Sequential::load_onnx(path)?;
    /// let x = tensor([[0.5, -1.0]]);
    /// assert_eq!(other.predict(&x).to_vec(), model.predict(&x).to_vec());
    /// # std::fs::remove_file(path)?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn save_onnx(&self, path: &str) -> Result<()> {
        let mut graph = Graph {
            input: "input".to_owned(),
            output: "input".to_owned(),
            ..Graph::default()
        };
        graph
            .add_all(self)
            .map_err(|layer| wrong(path, said::not_for_onnx(&layer)))?;
        let sample = self
            .input
            .as_ref()
            .map(|shape| shape.iter().copied().map(Some).collect());
        let sample = sample.or_else(|| sample_of(&**self.layers().first()?));
        let advice = say(
            "say first what shape a sample has: Sequential::new().input(&[…])",
            "请先说明一个样本的形状：Sequential::new().input(&[…])",
        );
        graph.shape = [vec![None], sample.ok_or_else(|| wrong(path, advice))?].concat();
        // Of the output only the number of axes is written, for which one size will do as well as
        // another.
        let sizes: Vec<usize> = graph
            .shape
            .iter()
            .skip(1)
            .map(|size| size.unwrap_or(1000))
            .collect();
        graph.output_rank = 1 + Module::output_shape(self, &sizes).len();
        onnx::write(path, &graph)
    }
}

/// `model.load(path)?`, the same as [`load_weights`](Sequential::load_weights).
///
/// A trait, because the type's own `load` is the function without a model before it:
/// [`Sequential::load`].
pub trait Load {
    /// Reads weights into the model that is there.
    fn load(&self, path: &str) -> Result<()>;
}

impl Load for Sequential {
    fn load(&self, path: &str) -> Result<()> {
        self.load_weights(path)
    }
}

/// Files that only Python can read.
const OF_PYTHON: [&str; 9] = [
    "pt", "pth", "ckpt", "pkl", "bin", "h5", "hdf5", "keras", "pb",
];

fn ending(path: &str) -> String {
    path.rsplit_once('.')
        .map_or("", |(_, ending)| ending)
        .to_lowercase()
}

/// What to do with a file that only the program can read that wrote it.
fn of_python(path: &str, ending: &str) -> std::io::Error {
    let (call, program) = match ending {
        "h5" | "hdf5" | "keras" | "pb" => (r#"model.export("model.onnx", format="onnx")"#, "Keras"),
        _ => (r#"torch.onnx.export(model, x, "model.onnx")"#, "PyTorch"),
    };
    wrong(path, said::only_in_python(ending, call, program))
}

/// The activation that a layer has.
fn activation(layer: &dyn Any) -> Option<Activation> {
    let dense = layer.downcast_ref::<Dense>().map(|layer| layer.activation);
    let conv = || layer.downcast_ref::<Conv2D>().map(|layer| layer.activation);
    dense
        .or_else(conv)
        .or_else(|| layer.downcast_ref::<Conv1D>().map(|layer| layer.activation))
}

/// What is known of the shape of a sample from the layer that takes it.
fn sample_of(layer: &dyn Module) -> Option<Vec<Option<usize>>> {
    let (weight, layer) = (layer.parameters().first()?.clone(), layer as &dyn Any);
    match *weight.shape() {
        [inputs, _] if layer.is::<Dense>() => Some(vec![Some(inputs)]),
        [_, channels, _] => Some(vec![Some(channels), None]),
        [_, channels, _, _] => Some(vec![Some(channels), None, None]),
        _ => None,
    }
}

impl Graph {
    /// Adds an operation that takes the result of the one before it, and tensors.
    fn add(&mut self, op: &str, tensors: &[(&str, Tensor)], attributes: &[(&str, Attribute)]) {
        let place = self.nodes.len();
        let mut inputs = vec![std::mem::replace(
            &mut self.output,
            format!("result{place}"),
        )];
        for (name, tensor) in tensors {
            inputs.push(format!("{place}.{name}"));
            self.tensors
                .insert(format!("{place}.{name}"), tensor.detach());
        }
        let attributes = attributes
            .iter()
            .map(|(name, attribute)| ((*name).to_owned(), attribute.clone()))
            .collect();
        self.nodes.push(Node {
            op: op.to_owned(),
            inputs,
            outputs: vec![self.output.clone()],
            attributes,
        });
    }

    /// Adds all layers of a model, or says which one it cannot.
    fn add_all(&mut self, model: &Sequential) -> std::result::Result<(), String> {
        for layer in model.layers() {
            let any: &dyn Any = &**layer;
            self.add_layer(any).ok_or_else(|| layer.name())?;
            self.add_activation(activation(any).unwrap_or(Activation::Linear));
        }
        Ok(())
    }

    /// Adds one layer; None if it cannot be written.
    fn add_layer(&mut self, layer: &dyn Any) -> Option<()> {
        if let Some(layer) = layer.downcast_ref::<Dense>() {
            self.add("MatMul", &[("weight", layer.weight.clone())], &[]);
            if layer.bias.is_some() {
                self.add("Add", &bias(&layer.bias), &[]);
            }
        } else if layer.is::<GlobalAvgPool>() {
            self.add("GlobalAveragePool", &[], &[]);
            self.add("Flatten", &[], &[]);
        } else if layer.is::<Flatten>() {
            self.add("Flatten", &[], &[]);
        } else if let Some(layer) = layer.downcast_ref::<Reshape>() {
            // 0 is the size that there was: that of the batch.
            let shape = [&[0], &layer.shape[..]].concat();
            self.add("Reshape", &[("shape", Tensor::from(shape))], &[]);
        } else if let Some(activation) = layer.downcast_ref::<Activation>() {
            self.add_activation(*activation);
        } else if let Some(model) = layer.downcast_ref::<Sequential>() {
            self.add_all(model).ok()?;
        } else if !layer.is::<Dropout>() {
            return self
                .add_windows(layer)
                .or_else(|| self.add_normalisation(layer));
        }
        Some(())
    }

    /// Adds a layer whose windows go over places.
    fn add_windows(&mut self, layer: &dyn Any) -> Option<()> {
        if let Some(layer) = layer.downcast_ref::<Conv2D>() {
            self.add_convolution(&layer.weight, &layer.bias, layer.stride, layer.padding);
        } else if let Some(layer) = layer.downcast_ref::<Conv1D>() {
            self.add_convolution(&layer.weight, &layer.bias, layer.stride, layer.padding);
        } else if let Some(layer) = layer.downcast_ref::<MaxPool2D>() {
            self.add_pool("MaxPool", &[layer.size; 2], &[layer.stride; 2]);
        } else if let Some(layer) = layer.downcast_ref::<MaxPool1D>() {
            self.add_pool("MaxPool", &[layer.size], &[layer.stride]);
        } else if let Some(layer) = layer.downcast_ref::<AvgPool2D>() {
            self.add_pool("AveragePool", &[layer.size; 2], &[layer.stride; 2]);
        } else {
            return None;
        }
        Some(())
    }

    /// A convolution along as many axes as its filters have.
    fn add_convolution(
        &mut self,
        weight: &Tensor,
        own_bias: &Option<Tensor>,
        stride: usize,
        padding: Padding,
    ) {
        let axes = weight.rank() - 2;
        let pads = pads(padding, weight.shape()[2], stride, 2 * axes);
        let weights = [vec![("weight", weight.clone())], bias(own_bias)].concat();
        let strides = ("strides", ints(&vec![stride; axes]));
        self.add("Conv", &weights, &[strides, pads]);
    }

    fn add_pool(&mut self, op: &str, size: &[usize], stride: &[usize]) {
        let attributes = [("kernel_shape", ints(size)), ("strides", ints(stride))];
        self.add(op, &[], &attributes);
    }

    fn add_normalisation(&mut self, layer: &dyn Any) -> Option<()> {
        if let Some(layer) = layer.downcast_ref::<BatchNormalization>() {
            let weights = [
                ("weight", layer.gamma.clone()),
                ("bias", layer.beta.clone()),
                ("mean", layer.mean.clone()),
                ("variance", layer.variance.clone()),
            ];
            let epsilon = ("epsilon", Attribute::Float(layer.epsilon));
            self.add("BatchNormalization", &weights, &[epsilon]);
        } else {
            let layer = layer.downcast_ref::<LayerNormalization>()?;
            let weights = [
                ("weight", layer.gamma.clone()),
                ("bias", layer.beta.clone()),
            ];
            let epsilon = ("epsilon", Attribute::Float(layer.epsilon));
            self.add("LayerNormalization", &weights, &[epsilon]);
        }
        Some(())
    }

    fn add_activation(&mut self, activation: Activation) {
        let float = Attribute::Float;
        match activation {
            Activation::Linear => {}
            Activation::LeakyRelu => self.add("LeakyRelu", &[], &[("alpha", float(0.01))]),
            Activation::Elu => self.add("Elu", &[], &[("alpha", float(1.0))]),
            Activation::Softmax => self.add("Softmax", &[], &[("axis", Attribute::Ints(vec![-1]))]),
            Activation::Gelu => self.add(
                "Gelu",
                &[],
                &[("approximate", Attribute::Text("tanh".to_owned()))],
            ),
            Activation::Silu => {
                let input = self.output.clone();
                self.add("Sigmoid", &[], &[]);
                self.add("Mul", &[], &[]);
                self.nodes
                    .iter_mut()
                    .next_back()
                    .into_iter()
                    .for_each(|product| product.inputs.push(input.clone()));
            }
            simple => self.add(&format!("{simple:?}"), &[], &[]),
        }
    }
}

/// The padding of a convolution: as numbers where they are the same for samples of every size.
fn pads(padding: Padding, size: usize, stride: usize, sides: usize) -> (&'static str, Attribute) {
    let each = match padding {
        Padding::Fixed(each) => each,
        Padding::Same if stride == 1 && size % 2 == 1 => size / 2,
        Padding::Same => return ("auto_pad", Attribute::Text("SAME_UPPER".to_owned())),
    };
    ("pads", Attribute::Ints(vec![each as i64; sides]))
}

fn ints(values: &[usize]) -> Attribute {
    Attribute::Ints(values.iter().map(|value| *value as i64).collect())
}

/// A bias with its name, if there is one.
fn bias(bias: &Option<Tensor>) -> Vec<(&'static str, Tensor)> {
    bias.iter().map(|bias| ("bias", bias.clone())).collect()
}
