//! Models in files that other programs read, too: the weights as safetensors under the names that PyTorch gives them, whole
//! networks as ONNX.
//!
//! The one place in this folder that knows layers: how they are written belongs to the formats, not to the layers.

use super::files::wrong;
use super::onnx::{self, Attribute, Graph, Node};
use super::{read_safetensors, write_safetensors};
use crate::nn::{Activation, AvgPool2D, BatchNormalization, Conv1D, Conv2D, Dense, Dropout, Embedding, Flatten};
use crate::nn::{
    GlobalAvgPool, Gru, LayerNormalization, Lstm, MaxPool1D, MaxPool2D, Module, PositionEmbedding, Reshape,
};
use crate::nn::{Sequential, SimpleRnn, parameter};
use crate::tensor::Tensor;
use std::any::Any;
use std::collections::BTreeMap;
use std::io::Result;

/// Keeping what was learnt.
impl Sequential {
    /// Writes the weights to a file, in the format safetensors, with the names and the layout of a PyTorch `nn.Sequential` in
    /// which each activation is a module of its own: `0.weight` is `[outputs, inputs]`. A file that is there is replaced only
    /// when the new one is complete.
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
    ///
    /// In Python: `model.load_state_dict(safetensors.torch.load_file(path))`.
    pub fn save(&self, path: &str) -> Result<()> {
        let named: Vec<(String, Tensor)> = self.named_state().into_iter().map(|(name, _, file)| (name, file)).collect();
        write_safetensors(path, &named.iter().map(|(name, tensor)| (name.as_str(), tensor)).collect::<Vec<_>>())
    }

    /// Reads weights that [`save`](Sequential::save), or PyTorch, wrote from a model of the same layers. If something does
    /// not fit, the model stays as it is.
    pub fn load(&self, path: &str) -> Result<()> {
        let file: BTreeMap<String, Tensor> = read_safetensors(path)?.into_iter().collect();
        let mut values = Vec::new();
        for (name, tensor, in_file) in self.named_state() {
            let found = file.get(&name).ok_or_else(|| wrong(path, format!("there is no {name} in it")))?;
            let is_transposed = in_file.0.op == "permute" && found.rank() == 2;
            let found = if is_transposed { found.t() } else { found.clone() };
            if found.shape() != tensor.shape() {
                let shapes = format!("{:?}, the model needs {:?}", found.shape(), tensor.shape());
                return Err(wrong(path, format!("{name} is {shapes}")));
            }
            values.push((tensor, found));
        }
        values.iter().for_each(|(tensor, value)| tensor.set_value(value));
        Ok(())
    }

    /// What is saved: its name, the tensor of the model, and as it stands in the file.
    fn named_state(&self) -> Vec<(String, Tensor, Tensor)> {
        let (mut named, mut place): (Vec<(String, Tensor, Tensor)>, usize) = (Vec::new(), 0);
        for layer in self.layers() {
            let any: &dyn Any = &**layer;
            let is_table = any.is::<Embedding>() || any.is::<PositionEmbedding>();
            let is_recurrent = any.is::<SimpleRnn>() || any.is::<Gru>() || any.is::<Lstm>();
            for (number, tensor) in layer.state().into_iter().enumerate() {
                let own = tensor.name().and_then(|name| Some(name.rsplit_once('.')?.1.to_owned()));
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
                let is_taken = named.iter().any(|(other, ..)| *other == name);
                let in_file = if tensor.rank() == 2 && !is_table { tensor.t() } else { tensor.clone() };
                named.push((if is_taken { format!("{name}.{number}") } else { name }, tensor, in_file));
            }
            place += 1 + usize::from(activation(any).is_some_and(|activation| activation != Activation::Linear));
        }
        named
    }

    /// Writes the network to a file in the format ONNX, which other programs run: feed-forward and convolutional networks, as
    /// they are in use (without dropout, normalised by the running means). A file that is there is replaced only when the new
    /// one is complete.
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
        let mut graph = Graph { input: "input".to_owned(), output: "input".to_owned(), ..Graph::default() };
        graph.add_all(self).map_err(|layer| wrong(path, format!("a layer {layer} cannot be written as ONNX")))?;
        let sample = self.input.as_ref().map(|shape| shape.iter().copied().map(Some).collect());
        let sample = sample.or_else(|| sample_of(&**self.layers().first()?));
        let advice = "say first what shape a sample has: Sequential::new().input(&[…])";
        graph.shape = [vec![None], sample.ok_or_else(|| wrong(path, advice))?].concat();
        // Of the output only the number of axes is written, for which one size will do as well as another.
        let sizes: Vec<usize> = graph.shape.iter().skip(1).map(|size| size.unwrap_or(1000)).collect();
        graph.output_rank = 1 + Module::output_shape(self, &sizes).len();
        onnx::write(path, &graph)
    }

    /// Reads a network from a file in the format ONNX: operations that follow one another, of feed-forward and convolutional
    /// networks.
    pub fn load_onnx(path: &str) -> Result<Sequential> {
        let graph = onnx::read_file(path)?;
        let mut model = Sequential::new();
        let sizes: Option<Vec<usize>> = graph.shape.iter().skip(1).copied().collect();
        model.input = sizes.filter(|sizes| !sizes.is_empty());
        // The result of the operation before this one, and of the one before that.
        let (mut tensors, mut current, mut before) = (graph.tensors, graph.input, String::new());
        let mut layers: Vec<Box<dyn Module>> = Vec::new();
        for node in graph.nodes {
            if let ("Constant", Some(Attribute::Tensor(value))) = (node.op.as_str(), node.attributes.get("value")) {
                tensors.insert(node.outputs[0].clone(), value.clone());
                continue;
            }
            if !node.inputs.contains(&current) {
                return Err(wrong(path, format!("{} does not follow the operation before it", node.op)));
            }
            // x σ(x) takes both.
            let is_result = |input: &String| *input == current || (node.op == "Mul" && *input == before);
            let inputs = node.inputs.iter().filter(|input| !is_result(input) && !input.is_empty());
            let found: Option<Vec<Tensor>> = inputs.map(|input| tensors.get(input).cloned()).collect();
            let found = found.ok_or_else(|| wrong(path, format!("an input of {} is not in it", node.op)))?;
            read_layer(&node, &found, &mut layers)
                .ok_or_else(|| wrong(path, format!("the operation {}, as it is here, is not understood", node.op)))?;
            before = std::mem::replace(&mut current, node.outputs[0].clone());
        }
        Ok(layers.into_iter().fold(model, Sequential::push))
    }
}

/// The activation that a layer has.
fn activation(layer: &dyn Any) -> Option<Activation> {
    let dense = layer.downcast_ref::<Dense>().map(|layer| layer.activation);
    let conv = || layer.downcast_ref::<Conv2D>().map(|layer| layer.activation);
    dense.or_else(conv).or_else(|| layer.downcast_ref::<Conv1D>().map(|layer| layer.activation))
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
        let mut inputs = vec![std::mem::replace(&mut self.output, format!("result{place}"))];
        for (name, tensor) in tensors {
            inputs.push(format!("{place}.{name}"));
            self.tensors.insert(format!("{place}.{name}"), tensor.detach());
        }
        let attributes = attributes.iter().map(|(name, attribute)| ((*name).to_owned(), attribute.clone())).collect();
        self.nodes.push(Node { op: op.to_owned(), inputs, outputs: vec![self.output.clone()], attributes });
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

    fn add_layer(&mut self, layer: &dyn Any) -> Option<()> {
        let ints = |values: &[usize]| Attribute::Ints(values.iter().map(|value| *value as i64).collect());
        let bias = |bias: &Option<Tensor>| bias.iter().map(|bias| ("bias", bias.clone())).collect::<Vec<_>>();
        if let Some(layer) = layer.downcast_ref::<Dense>() {
            self.add("MatMul", &[("weight", layer.weight.clone())], &[]);
            if layer.bias.is_some() {
                self.add("Add", &bias(&layer.bias), &[]);
            }
        } else if let Some(layer) = layer.downcast_ref::<Conv2D>() {
            let weight = [vec![("weight", layer.weight.clone())], bias(&layer.bias)].concat();
            let attributes = [("strides", ints(&[layer.stride; 2])), ("pads", ints(&[layer.padding; 4]))];
            self.add("Conv", &weight, &attributes);
        } else if let Some(layer) = layer.downcast_ref::<Conv1D>() {
            let weight = [vec![("weight", layer.weight.clone())], bias(&layer.bias)].concat();
            self.add("Conv", &weight, &[("strides", ints(&[layer.stride])), ("pads", ints(&[layer.padding; 2]))]);
        } else if let Some(layer) = layer.downcast_ref::<MaxPool2D>() {
            let attributes = [("kernel_shape", ints(&[layer.size; 2])), ("strides", ints(&[layer.stride; 2]))];
            self.add("MaxPool", &[], &attributes);
        } else if let Some(layer) = layer.downcast_ref::<MaxPool1D>() {
            let attributes = [("kernel_shape", ints(&[layer.size])), ("strides", ints(&[layer.stride]))];
            self.add("MaxPool", &[], &attributes);
        } else if let Some(layer) = layer.downcast_ref::<AvgPool2D>() {
            let attributes = [("kernel_shape", ints(&[layer.size; 2])), ("strides", ints(&[layer.stride; 2]))];
            self.add("AveragePool", &[], &attributes);
        } else if layer.is::<GlobalAvgPool>() {
            self.add("GlobalAveragePool", &[], &[]);
            self.add("Flatten", &[], &[]);
        } else if layer.is::<Flatten>() {
            self.add("Flatten", &[], &[]);
        } else if let Some(layer) = layer.downcast_ref::<Reshape>() {
            // 0 is the size that there was: that of the batch.
            let shape = [&[0], &layer.shape[..]].concat();
            self.add("Reshape", &[("shape", Tensor::from(shape))], &[]);
        } else if let Some(layer) = layer.downcast_ref::<BatchNormalization>() {
            let (gamma, beta) = (("weight", layer.gamma.clone()), ("bias", layer.beta.clone()));
            let running = [("mean", layer.mean.clone()), ("variance", layer.variance.clone())];
            let epsilon = ("epsilon", Attribute::Float(layer.epsilon));
            self.add("BatchNormalization", &[&[gamma, beta][..], &running].concat(), &[epsilon]);
        } else if let Some(layer) = layer.downcast_ref::<LayerNormalization>() {
            let weights = [("weight", layer.gamma.clone()), ("bias", layer.beta.clone())];
            self.add("LayerNormalization", &weights, &[("epsilon", Attribute::Float(layer.epsilon))]);
        } else if let Some(activation) = layer.downcast_ref::<Activation>() {
            self.add_activation(*activation);
        } else if let Some(model) = layer.downcast_ref::<Sequential>() {
            self.add_all(model).ok()?;
        } else if !layer.is::<Dropout>() {
            return None;
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
            Activation::Gelu => self.add("Gelu", &[], &[("approximate", Attribute::Text("tanh".to_owned()))]),
            Activation::Silu => {
                let input = self.output.clone();
                self.add("Sigmoid", &[], &[]);
                self.add("Mul", &[], &[]);
                self.nodes.iter_mut().next_back().into_iter().for_each(|product| product.inputs.push(input.clone()));
            }
            simple => self.add(&format!("{simple:?}"), &[], &[]),
        }
    }
}

/// Adds the layer that an operation is, or what it adds to the one before it. None if it is not understood.
fn read_layer(node: &Node, tensors: &[Tensor], layers: &mut Vec<Box<dyn Module>>) -> Option<()> {
    let named = |value: &Tensor, name: &str| parameter(value.detach(), name);
    // What all windows have: as far along each axis, as much padding on each side, no gaps.
    let same = |name: &str, otherwise: usize| -> Option<usize> {
        let values = node.ints(name).unwrap_or(&[]);
        let first = values.first().map_or(Some(otherwise), |value| usize::try_from(*value).ok());
        first.filter(|_| values.iter().all(|value| *value == values[0]))
    };
    let is_plain = same("dilations", 1) == Some(1) && same("group", 1) == Some(1) && same("ceil_mode", 0) == Some(0);
    let is_padded = matches!(node.attributes.get("auto_pad"), Some(Attribute::Text(how)) if how != "NOTSET");
    let vector = |bias: Option<&Tensor>, len: usize| match bias {
        Some(bias) if bias.shape() == [len] => Some(Some(named(bias, "bias"))),
        Some(_) => None,
        None => Some(None),
    };
    let layer: Box<dyn Module> = match (node.op.as_str(), tensors) {
        ("Identity" | "Dropout", _) => return Some(()),
        ("Gemm", [weight, bias @ ..]) if weight.rank() == 2 => {
            if node.number("alpha", 1.0) != 1.0 || node.number("beta", 1.0) != 1.0 || node.number("transA", 0.0) != 0.0
            {
                return None;
            }
            let weight = if node.number("transB", 0.0) == 0.0 { weight.clone() } else { weight.t() };
            let bias = vector(bias.first(), weight.shape()[1])?;
            Box::new(Dense { weight: named(&weight, "weight"), bias, activation: Activation::Linear })
        }
        ("MatMul", [weight]) if weight.rank() == 2 => {
            Box::new(Dense { weight: named(weight, "weight"), bias: None, activation: Activation::Linear })
        }
        ("Add", [bias]) => {
            let dense = (&**layers.last()? as &dyn Any).downcast_ref::<Dense>()?.clone();
            if dense.bias.is_some() || dense.activation != Activation::Linear {
                return None;
            }
            layers.pop();
            Box::new(Dense { bias: vector(Some(bias), dense.weight.shape()[1])?, ..dense })
        }
        ("Conv", [weight, bias @ ..]) if is_plain && !is_padded => {
            let (bias, activation) = (vector(bias.first(), *weight.shape().first()?)?, Activation::Linear);
            let (weight, stride, padding) = (named(weight, "weight"), same("strides", 1)?, same("pads", 0)?);
            match weight.rank() {
                4 => Box::new(Conv2D { weight, bias, stride, padding, activation }),
                3 => Box::new(Conv1D { weight, bias, stride, padding, activation }),
                _ => return None,
            }
        }
        ("MaxPool" | "AveragePool", []) if is_plain && !is_padded && same("pads", 0) == Some(0) => {
            let (size, stride) = (same("kernel_shape", 0)?, same("strides", 1)?);
            match (node.op.as_str(), node.ints("kernel_shape")?.len()) {
                _ if size * stride == 0 => return None,
                ("MaxPool", 2) => Box::new(MaxPool2D { size, stride }),
                ("MaxPool", 1) => Box::new(MaxPool1D { size, stride }),
                ("AveragePool", 2) => Box::new(AvgPool2D { size, stride }),
                _ => return None,
            }
        }
        ("GlobalAveragePool", []) => Box::new(GlobalAvgPool::new()),
        // The mean has no other axes left here.
        ("Flatten", []) if layers.last().is_some_and(|last| (&**last as &dyn Any).is::<GlobalAvgPool>()) => {
            return Some(());
        }
        ("Flatten", []) if node.number("axis", 1.0) == 1.0 => Box::new(Flatten::new()),
        ("Reshape", [shape]) => {
            let sizes = shape.to_vec();
            match *sizes {
                [_, -1.0] => Box::new(Flatten::new()),
                [0.0 | -1.0, ref sample @ ..] if sample.iter().all(|size| *size >= 1.0) => {
                    Box::new(Reshape::new(&sample.iter().map(|size| *size as usize).collect::<Vec<_>>()))
                }
                _ => return None,
            }
        }
        ("BatchNormalization", [gamma, beta, mean, variance]) => {
            let layer = BatchNormalization::new(gamma.len());
            if gamma.rank() != 1 || [beta, mean, variance].iter().any(|other| other.shape() != gamma.shape()) {
                return None;
            }
            let own = [&layer.gamma, &layer.beta, &layer.mean, &layer.variance];
            own.into_iter().zip(tensors).for_each(|(own, value)| own.set_value(value));
            Box::new(BatchNormalization { epsilon: node.number("epsilon", 1e-5), ..layer })
        }
        ("LayerNormalization", [gamma, beta]) if gamma.rank() == 1 && beta.shape() == gamma.shape() => {
            let epsilon = node.number("epsilon", 1e-5);
            Box::new(LayerNormalization { gamma: named(gamma, "gamma"), beta: named(beta, "beta"), epsilon })
        }
        // x σ(x)
        ("Mul", []) if (&**layers.last()? as &dyn Any).downcast_ref() == Some(&Activation::Sigmoid) => {
            layers.pop();
            Box::new(Activation::Silu)
        }
        ("Softmax", []) if node.number("axis", -1.0) == -1.0 => Box::new(Activation::Softmax),
        ("LeakyRelu", []) if node.number("alpha", 0.01) == 0.01 => Box::new(Activation::LeakyRelu),
        ("Elu", []) if node.number("alpha", 1.0) == 1.0 => Box::new(Activation::Elu),
        ("Gelu", []) => match node.attributes.get("approximate") {
            Some(Attribute::Text(how)) if how == "tanh" => Box::new(Activation::Gelu),
            _ => return None,
        },
        ("Relu", []) => Box::new(Activation::Relu),
        ("Sigmoid", []) => Box::new(Activation::Sigmoid),
        ("Tanh", []) => Box::new(Activation::Tanh),
        ("Softplus", []) => Box::new(Activation::Softplus),
        _ => return None,
    };
    layers.push(layer);
    Some(())
}
