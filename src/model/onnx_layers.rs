//! The layers that the operations of an ONNX file are.

use super::Sequential;
use super::onnx::{Attribute, Node};
use super::onnx_reading::read_file;
use super::said;
use crate::Float;
use crate::data::files::wrong;
use crate::nn::{
    Activation, AvgPool2D, BatchNormalization, Conv1D, Conv2D, Dense, Flatten, GlobalAvgPool,
};
use crate::nn::{LayerNormalization, MaxPool1D, MaxPool2D, Module, Reshape, parameter};
use crate::tensor::Tensor;
use std::any::Any;
use std::collections::BTreeMap;
use std::io::Result;

/// Networks of other programs.
impl Sequential {
    /// Reads a network from a file in the format ONNX: operations that follow one another, of
    /// feed-forward and convolutional networks. `torch.onnx.export(model, x, "model.onnx")` writes
    /// one; where it puts large weights into a file of their own, `model.onnx.data`, that is read,
    /// too, and has to stay beside it. The network takes batches of any size, also if it was
    /// exported with a batch of one size. Numbers of 16 and of 8 bits become numbers of the
    /// library's kind.
    ///
    /// The error names the file, and the operation that is not understood.
    pub fn load_onnx(path: &str) -> Result<Sequential> {
        let mut graph = read_file(path)?;
        graph.simplify();
        let sizes: Option<Vec<usize>> = graph.shape.iter().skip(1).copied().collect();
        let sizes = sizes.filter(|sizes| !sizes.is_empty());
        if sizes.as_ref().is_some_and(|sizes| volume(sizes).is_none()) {
            return Err(wrong(path, said::no_shape_of_input(&graph.shape)));
        }
        let batch = graph.shape.first().copied().flatten();
        let mut reader = Reader {
            layers: Vec::new(),
            sample: sizes.clone(),
            batch,
            has_sizes: !graph.shape.is_empty(),
        };
        // The result of the operation before this one, and of the one before that.
        let (mut tensors, mut current, mut before) = (graph.tensors, graph.input, String::new());
        for node in graph.nodes {
            if node.op == "Constant" {
                tensors.extend(
                    node.constant()
                        .map(|value| (node.outputs[0].clone(), value)),
                );
                continue;
            }
            if let Some(value) = reader.known(&node, &tensors, &current) {
                tensors.insert(node.outputs[0].clone(), value);
                continue;
            }
            if !node.inputs.contains(&current) {
                return Err(wrong(path, said::does_not_follow(&node.op)));
            }
            // x σ(x) takes both.
            let is_result =
                |input: &String| *input == current || (node.op == "Mul" && *input == before);
            let inputs = node
                .inputs
                .iter()
                .filter(|input| !is_result(input) && !input.is_empty());
            let found: Option<Vec<Tensor>> =
                inputs.map(|input| tensors.get(input).cloned()).collect();
            let found = found.ok_or_else(|| wrong(path, said::input_not_there(&node.op)))?;
            reader
                .read(&node, &found)
                .ok_or_else(|| wrong(path, node.not_understood()))?;
            before = std::mem::replace(&mut current, node.outputs[0].clone());
        }
        let mut model = Sequential::new();
        model.input = sizes;
        Ok(reader.layers.into_iter().fold(model, Sequential::push))
    }
}

fn volume(sizes: &[usize]) -> Option<usize> {
    sizes
        .iter()
        .try_fold(1usize, |all, size| all.checked_mul(*size))
}

/// The layers that the operations were, up to here.
struct Reader {
    layers: Vec<Box<dyn Module>>,
    /// The shape of a sample here, if it is known.
    sample: Option<Vec<usize>>,
    /// The number of samples that the network was exported with, if it was with one.
    batch: Option<usize>,
    /// Whether the file says how many axes the input has.
    has_sizes: bool,
}

/// Stands in a shape for the number of samples, which is not known.
const BATCH: Float = -2.0;

fn named(value: &Tensor, name: &str) -> Tensor {
    parameter(value.detach(), name)
}

/// A bias of so many values, or none; no layer has another.
fn vector(bias: Option<&Tensor>, len: usize) -> Option<Option<Tensor>> {
    match bias {
        Some(bias) if bias.shape() == [len] => Some(Some(named(bias, "bias"))),
        Some(_) => None,
        None => Some(None),
    }
}

impl Reader {
    /// What an operation gives that computes no samples: a weight by another name, and what older
    /// exporters write for `x.view(x.size(0), -1)`, a shape that is put together from sizes.
    fn known(
        &self,
        node: &Node,
        tensors: &BTreeMap<String, Tensor>,
        current: &str,
    ) -> Option<Tensor> {
        if node.op == "Shape" && node.inputs.first().is_some_and(|input| input == current) {
            let sample = self.sample.as_ref()?.iter().map(|size| *size as Float);
            return Some(Tensor::from(
                [BATCH].into_iter().chain(sample).collect::<Vec<_>>(),
            ));
        }
        let inputs: Option<Vec<&Tensor>> =
            node.inputs.iter().map(|input| tensors.get(input)).collect();
        let (inputs, op) = (inputs?, node.op.as_str());
        match (op, inputs.as_slice()) {
            ("Identity" | "Cast", [value]) => Some((*value).clone()),
            ("Unsqueeze", [sizes, ..]) if sizes.len() == 1 => Some(Tensor::from(sizes.to_vec())),
            ("Gather", [sizes, place]) if sizes.rank() == 1 && place.len() == 1 => {
                let place = place.to_vec()[0];
                let place = if place < 0.0 {
                    place + sizes.len() as Float
                } else {
                    place
                };
                Some(Tensor::from(vec![*sizes.to_vec().get(place as usize)?]))
            }
            ("Concat", parts) if parts.iter().all(|part| part.rank() == 1) => Some(Tensor::from(
                parts
                    .iter()
                    .flat_map(|part| part.to_vec())
                    .collect::<Vec<_>>(),
            )),
            _ => None,
        }
    }

    /// Adds the layer that an operation is, or what it adds to the one before it. None if it is not
    /// understood.
    fn read(&mut self, node: &Node, tensors: &[Tensor]) -> Option<()> {
        let layer: Box<dyn Module> = match node.op.as_str() {
            "Identity" | "Dropout" => return Some(()),
            // Numbers of the library have one kind.
            "Cast" if [1, 10, 11, 16].contains(&node.ints("to")?.first().copied()?) => {
                return Some(());
            }
            "Gemm" | "MatMul" | "Add" => self.dense(node, tensors)?,
            "Conv" | "MaxPool" | "AveragePool" => windows(node, tensors)?,
            "BatchNormalization" | "LayerNormalization" => self.normalisation(node, tensors)?,
            "GlobalAveragePool" => Box::new(GlobalAvgPool::new()),
            "ReduceMean" if self.is_over_places(node, tensors) => Box::new(GlobalAvgPool::new()),
            "Flatten" | "Reshape" | "Squeeze" => match self.reshape(node, tensors)? {
                Some(layer) => layer,
                None => return Some(()),
            },
            _ if tensors.is_empty() => Box::new(self.activation(node)?),
            _ => return None,
        };
        let shape = self
            .sample
            .as_ref()
            .map(|sample| layer.output_shape(sample));
        self.sample = shape.filter(|shape| !shape.is_empty() && volume(shape).is_some());
        self.layers.push(layer);
        Some(())
    }

    fn last<T: Module>(&self) -> Option<&T> {
        (&**self.layers.last()? as &dyn Any).downcast_ref()
    }

    fn dense(&mut self, node: &Node, tensors: &[Tensor]) -> Option<Box<dyn Module>> {
        let plain = |name: &str| node.number(name, 1.0) == 1.0;
        let activation = Activation::Linear;
        Some(Box::new(match (node.op.as_str(), tensors) {
            ("Gemm", [weight, bias @ ..]) if weight.rank() == 2 => {
                if !plain("alpha") || !plain("beta") || node.number("transA", 0.0) != 0.0 {
                    return None;
                }
                let weight = if node.number("transB", 0.0) == 0.0 {
                    weight.clone()
                } else {
                    weight.t()
                };
                let bias = vector(bias.first(), weight.shape()[1])?;
                Dense {
                    weight: named(&weight, "weight"),
                    bias,
                    activation,
                }
            }
            ("MatMul", [weight]) if weight.rank() == 2 => Dense {
                weight: named(weight, "weight"),
                bias: None,
                activation,
            },
            ("Add", [bias]) => {
                let dense = self.last::<Dense>()?.clone();
                if dense.bias.is_some() || dense.activation != Activation::Linear {
                    return None;
                }
                let bias = vector(Some(bias), dense.weight.shape()[1])?;
                self.layers.pop();
                Dense { bias, ..dense }
            }
            _ => return None,
        }))
    }

    fn normalisation(&self, node: &Node, tensors: &[Tensor]) -> Option<Box<dyn Module>> {
        let epsilon = node.number("epsilon", 1e-5);
        match (node.op.as_str(), tensors) {
            ("BatchNormalization", [gamma, beta, mean, variance]) => {
                if gamma.rank() != 1
                    || [beta, mean, variance]
                        .iter()
                        .any(|other| other.shape() != gamma.shape())
                {
                    return None;
                }
                let layer = BatchNormalization::new(gamma.len());
                let own = [&layer.gamma, &layer.beta, &layer.mean, &layer.variance];
                own.into_iter()
                    .zip(tensors)
                    .for_each(|(own, value)| own.set_value(value));
                Some(Box::new(BatchNormalization { epsilon, ..layer }))
            }
            ("LayerNormalization", [gamma, beta])
                if gamma.rank() == 1
                    && beta.shape() == gamma.shape()
                    && self.is_last_axis(node, -1.0) =>
            {
                Some(Box::new(LayerNormalization {
                    gamma: named(gamma, "gamma"),
                    beta: named(beta, "beta"),
                    epsilon,
                }))
            }
            _ => None,
        }
    }

    /// Whether the axis of an operation is the last one.
    fn is_last_axis(&self, node: &Node, otherwise: Float) -> bool {
        let axis = node.number("axis", otherwise);
        axis == -1.0
            || self
                .sample
                .as_ref()
                .is_some_and(|sample| axis == sample.len() as Float)
    }

    /// Whether a mean is over everything but samples and channels.
    fn is_over_places(&self, node: &Node, tensors: &[Tensor]) -> bool {
        let given: Option<Vec<Float>> = match tensors {
            [axes] => Some(axes.to_vec()),
            _ => node
                .ints("axes")
                .map(|axes| axes.iter().map(|axis| *axis as Float).collect()),
        };
        let (Some(mut axes), Some(sample)) = (given, &self.sample) else {
            return false;
        };
        let all = sample.len() as Float + 1.0;
        axes.iter_mut()
            .filter(|axis| **axis < 0.0)
            .for_each(|axis| *axis += all);
        axes.sort_by(Float::total_cmp);
        sample.len() > 1
            && axes
                == (2..=sample.len())
                    .map(|axis| axis as Float)
                    .collect::<Vec<_>>()
    }

    fn activation(&mut self, node: &Node) -> Option<Activation> {
        Some(match node.op.as_str() {
            // x σ(x)
            "Mul" if self.last() == Some(&Activation::Sigmoid) => {
                self.layers.pop();
                Activation::Silu
            }
            "Softmax" if self.is_last_axis(node, -1.0) => Activation::Softmax,
            "LeakyRelu" if (node.number("alpha", 0.01) - 0.01).abs() < 1e-6 => {
                Activation::LeakyRelu
            }
            "Elu" if node.number("alpha", 1.0) == 1.0 => Activation::Elu,
            "Gelu" => match node.attributes.get("approximate") {
                Some(Attribute::Text(how)) if how == "tanh" => Activation::Gelu,
                _ => return None,
            },
            "Relu" => Activation::Relu,
            "Sigmoid" => Activation::Sigmoid,
            "Tanh" => Activation::Tanh,
            "Softplus" => Activation::Softplus,
            _ => return None,
        })
    }

    /// The layer that gives each sample another shape; none inside if it has that shape already.
    fn reshape(&self, node: &Node, tensors: &[Tensor]) -> Option<Option<Box<dyn Module>>> {
        // The mean over all places has no other axes left here.
        let is_mean = self.last::<GlobalAvgPool>().is_some();
        let sizes = match (node.op.as_str(), tensors) {
            ("Squeeze", _) => return is_mean.then_some(None),
            ("Flatten", []) if node.number("axis", 1.0) == 1.0 && is_mean => return Some(None),
            ("Flatten", []) if node.number("axis", 1.0) == 1.0 => {
                return Some(Some(Box::new(Flatten::new())));
            }
            ("Reshape", [shape]) => shape.to_vec(),
            _ => return None,
        };
        let (first, rest) = sizes.split_first()?;
        let is_open = rest.contains(&-1.0);
        // What counts the samples has to go on doing so: the network takes batches of any size.
        let keeps_batch = match self.batch {
            _ if *first == 0.0 || *first == BATCH || (*first == -1.0 && !is_open) => true,
            Some(batch) => *first == batch as Float,
            None => !self.has_sizes,
        };
        if !keeps_batch || rest.iter().filter(|size| **size == -1.0).count() > 1 {
            return None;
        }
        let Some(sample) = &self.sample else {
            return match rest {
                [-1.0] => Some(Some(Box::new(Flatten::new()))),
                _ if rest.iter().all(|size| *size >= 1.0) => Some(Some(reshaped(rest))),
                _ => None,
            };
        };
        let all = volume(sample)?;
        let copied = rest.iter().enumerate().map(|(axis, size)| match *size {
            0.0 => sample.get(axis).map(|size| *size as Float),
            size => Some(size),
        });
        let mut shape: Vec<Float> = copied.collect::<Option<_>>()?;
        let known = volume(
            &shape
                .iter()
                .filter(|size| **size > 0.0)
                .map(|size| *size as usize)
                .collect::<Vec<_>>(),
        )?;
        shape
            .iter_mut()
            .filter(|size| **size == -1.0)
            .for_each(|size| *size = (all / known.max(1)) as Float);
        let found: Vec<usize> = shape.iter().map(|size| *size as usize).collect();
        match found.as_slice() {
            _ if volume(&found) != Some(all) => None,
            same if same == sample.as_slice() => Some(None),
            [_] => Some(Some(Box::new(Flatten::new()))),
            _ => Some(Some(reshaped(&shape))),
        }
    }
}

fn reshaped(sizes: &[Float]) -> Box<dyn Module> {
    Box::new(Reshape::new(
        &sizes.iter().map(|size| *size as usize).collect::<Vec<_>>(),
    ))
}

/// Layers whose windows go over places.
fn windows(node: &Node, tensors: &[Tensor]) -> Option<Box<dyn Module>> {
    let stride = node.same("strides", 1)?;
    if !node.is_plain() || stride == 0 {
        return None;
    }
    if let ("Conv", [weight, bias @ ..]) = (node.op.as_str(), tensors) {
        let (bias, activation) = (
            vector(bias.first(), *weight.shape().first()?)?,
            Activation::Linear,
        );
        let weight = named(weight, "weight");
        let padding = node.padding(*weight.shape().get(2)?, stride)?;
        return match *weight.shape() {
            [_, _, height, width] if height == width => Some(Box::new(Conv2D {
                weight,
                bias,
                stride,
                padding,
                activation,
            })),
            [_, _, _] => Some(Box::new(Conv1D {
                weight,
                bias,
                stride,
                padding,
                activation,
            })),
            _ => None,
        };
    }
    let size = node.same("kernel_shape", 0)?;
    if node.same("pads", 0)? != 0 || size == 0 || !tensors.is_empty() {
        return None;
    }
    match (node.op.as_str(), node.ints("kernel_shape")?.len()) {
        ("MaxPool", 2) => Some(Box::new(MaxPool2D { size, stride })),
        ("MaxPool", 1) => Some(Box::new(MaxPool1D { size, stride })),
        ("AveragePool", 2) => Some(Box::new(AvgPool2D { size, stride })),
        _ => None,
    }
}
