//! What layers a model has, as a text in its file, so that the file alone gives the model back.
//!
//! The text says what the tensors do not: which layers there are, in order, and their settings.
//! Sizes are those of the tensors, so that the two cannot contradict each other.

use super::Sequential;
use super::said::{self, damaged};
use crate::Float;
use crate::display::say;
use crate::nn::parameter;
use crate::nn::{
    Activation, AvgPool2D, BatchNormalization, Conv1D, Conv2D, Dense, Dropout, Embedding, Flatten,
};
use crate::nn::{
    GlobalAvgPool, Gru, LayerNormalization, Lstm, MaxPool1D, MaxPool2D, Module, MultiHeadAttention,
};
use crate::nn::{Padding, PositionEmbedding, Reshape, Residual, SimpleRnn, SinePositionEncoding};
use crate::tensor::Tensor;
use serde_json::{Value, json};
use std::any::Any;
use std::collections::BTreeMap;

/// Models in models deeper than this are not written: nothing would read them again.
const DEEPEST: usize = 60;

/// The text for a model, or what is wrong with that. A layer that a learner wrote has nothing in it
/// but its name.
pub(super) fn described(model: &Sequential) -> Read<String> {
    let weight = |(name, tensor, in_file): (String, Tensor, Tensor)| {
        let is_transposed = in_file.0.op == "permute";
        json!({"name": name, "transposed": is_transposed, "frozen": tensor.0.notes().frozen})
    };
    let weights: Vec<Value> = model.named_state().into_iter().map(weight).collect();
    let layers = layers(model, 0)?;
    Ok(json!({"input": model.input, "layers": layers, "weights": weights}).to_string())
}

fn layers(model: &Sequential, depth: usize) -> Read<Vec<Value>> {
    let layers = model.layers().iter();
    layers.map(|layer| settings(&**layer, depth)).collect()
}

/// What there is to say of a layer that is in so many others.
fn settings(layer: &dyn Module, depth: usize) -> Read<Value> {
    if depth > DEEPEST {
        return Err(said::too_deep(DEEPEST));
    }
    let any: &dyn Any = layer;
    let mut value = if let Some(model) = any.downcast_ref::<Sequential>() {
        json!({"layers": layers(model, depth + 1)?})
    } else if let Some(around) = any.downcast_ref::<Residual>() {
        json!({"around": settings(&*around.layers, depth + 1)?})
    } else {
        known_settings(any).unwrap_or_else(|| json!({"own": true}))
    };
    value["layer"] = json!(if any.is::<Activation>() {
        "Activation".to_owned()
    } else {
        layer.name()
    });
    Ok(value)
}

/// The settings of a layer of this library that has no others in it.
fn known_settings(any: &dyn Any) -> Option<Value> {
    let named = |activation: &Activation| format!("{activation:?}");
    macro_rules! settings {
        ($($Layer:ident $layer:ident => {$($settings:tt)*})*) => {$(
            if let Some($layer) = any.downcast_ref::<$Layer>() {
                return Some(json!({$($settings)*}));
            }
        )*};
    }
    settings! {
        Dense layer => {"bias": layer.bias.is_some(), "activation": named(&layer.activation)}
        Conv1D layer => {
            "bias": layer.bias.is_some(), "activation": named(&layer.activation),
            "stride": layer.stride, "padding": padding(layer.padding)
        }
        Conv2D layer => {
            "bias": layer.bias.is_some(), "activation": named(&layer.activation),
            "stride": layer.stride, "padding": padding(layer.padding)
        }
        MaxPool1D layer => {"size": layer.size, "stride": layer.stride}
        MaxPool2D layer => {"size": layer.size, "stride": layer.stride}
        AvgPool2D layer => {"size": layer.size, "stride": layer.stride}
        BatchNormalization layer => {"momentum": layer.momentum, "epsilon": layer.epsilon}
        LayerNormalization layer => {"epsilon": layer.epsilon}
        SimpleRnn layer => {"sequences": layer.returns_sequences}
        Gru layer => {"sequences": layer.returns_sequences}
        Lstm layer => {"sequences": layer.returns_sequences}
        MultiHeadAttention layer => {
            "heads": layer.heads, "causal": layer.is_causal,
            "bias": ([&layer.query, &layer.key, &layer.value, &layer.output]
                .map(|part| part.bias.is_some()))
        }
        Activation layer => {"activation": named(layer)}
        Reshape layer => {"shape": layer.shape}
        Dropout layer => {"rate": layer.rate}
        Embedding _layer => {}
        PositionEmbedding _layer => {}
        SinePositionEncoding _layer => {}
        GlobalAvgPool _layer => {}
        Flatten _layer => {}
    }
    None
}

fn padding(padding: Padding) -> Value {
    match padding {
        Padding::Fixed(each) => json!(each),
        Padding::Same => json!("same"),
    }
}

type Read<T> = Result<T, String>;

/// Builds the model that [`described`] described, with these tensors; or says what is wrong.
pub(super) fn built(text: &str, mut tensors: BTreeMap<String, Tensor>) -> Read<Sequential> {
    let description: Value =
        serde_json::from_str(text).map_err(|_| damaged("no JSON", "不是 JSON"))?;
    let entries = description["weights"]
        .as_array()
        .ok_or_else(|| damaged("no list of weights", "没有权重的列表"))?;
    let mut weights = Vec::new();
    for entry in entries {
        let name = entry["name"]
            .as_str()
            .ok_or_else(|| damaged("a weight without a name", "有一个权重没有名字"))?;
        let tensor = tensors.remove(name).ok_or_else(|| said::not_there(name))?;
        let is_transposed = entry["transposed"] == true && tensor.rank() == 2;
        weights.push(if is_transposed {
            tensor.t().detach()
        } else {
            tensor
        });
    }
    let mut builder = Builder {
        weights: weights.into_iter(),
    };
    let layers = builder.layers(&description)?;
    if builder.weights.next().is_some() {
        return Err(damaged(
            "more weights than the layers have",
            "权重比这些层所需的多",
        ));
    }
    let input = description["input"]
        .as_array()
        .map(|sizes| sizes.iter().map(size).collect::<Read<_>>());
    let model = layers.into_iter().fold(
        Sequential::of_layers(Vec::new(), input.transpose()?),
        Sequential::push,
    );
    let is_frozen = entries.iter().map(|entry| entry["frozen"] == true);
    let frozen = model
        .state()
        .into_iter()
        .zip(is_frozen)
        .filter(|(_, is_frozen)| *is_frozen);
    frozen.for_each(|(tensor, _)| tensor.set_trainable(false));
    Ok(model)
}

fn size(value: &Value) -> Read<usize> {
    let size = value.as_u64().and_then(|size| usize::try_from(size).ok());
    size.ok_or_else(|| said::no_size(value))
}

fn at_least_1(value: &Value) -> Read<usize> {
    size(value).and_then(|size| {
        if size == 0 {
            Err(damaged("a size of 0", "大小为 0"))
        } else {
            Ok(size)
        }
    })
}

fn number(value: &Value) -> Read<Float> {
    value
        .as_f64()
        .map(|number| number as Float)
        .ok_or_else(|| said::no_number(value))
}

fn activation(value: &Value) -> Read<Activation> {
    use Activation::{Elu, Gelu, LeakyRelu, Linear, Relu, Sigmoid, Silu, Softmax, Softplus, Tanh};
    let all = [
        Linear, Relu, Sigmoid, Tanh, Softmax, LeakyRelu, Elu, Gelu, Silu, Softplus,
    ];
    let found = all
        .into_iter()
        .find(|activation| *value == format!("{activation:?}"));
    found.ok_or_else(|| said::no_activation(value))
}

fn padding_of(value: &Value) -> Read<Padding> {
    if value == "same" {
        Ok(Padding::Same)
    } else {
        size(value).map(Padding::Fixed)
    }
}

/// Any size of an axis.
const ANY: usize = usize::MAX;

/// Takes the tensors, in order, as the layers need them.
struct Builder {
    weights: std::vec::IntoIter<Tensor>,
}

impl Builder {
    fn layers(&mut self, value: &Value) -> Read<Vec<Box<dyn Module>>> {
        let entries = value["layers"]
            .as_array()
            .ok_or_else(|| damaged("no list of layers", "没有层的列表"))?;
        let layers = entries.iter().enumerate().map(|(place, entry)| {
            let kind = entry["layer"].as_str();
            let kind = kind.unwrap_or(say("without a name", "没有名字"));
            self.layer(kind, entry)
                .map_err(|error| said::in_layer(place + 1, kind, &error))
        });
        layers.collect()
    }

    /// The next tensor, if it has a shape that fits.
    fn tensor(&mut self, name: &str, shape: &[usize]) -> Read<Tensor> {
        let tensor = self
            .weights
            .next()
            .ok_or_else(|| said::no_weight_left(name))?;
        let fits = |(own, size): (&usize, &usize)| *size == ANY || own == size;
        if tensor.rank() != shape.len() || !tensor.shape().iter().zip(shape).all(fits) {
            return Err(said::cannot_be(name, tensor.shape()));
        }
        Ok(tensor)
    }

    fn parameter(&mut self, name: &str, shape: &[usize]) -> Read<Tensor> {
        Ok(parameter(self.tensor(name, shape)?, name))
    }

    fn bias(&mut self, is_there: &Value, units: usize) -> Read<Option<Tensor>> {
        if *is_there == true {
            self.parameter("bias", &[units]).map(Some)
        } else {
            Ok(None)
        }
    }

    fn layer(&mut self, kind: &str, value: &Value) -> Read<Box<dyn Module>> {
        Ok(match kind {
            "Dense" => Box::new(self.dense(&value["bias"], activation(&value["activation"])?)?),
            "MultiHeadAttention" => Box::new(self.attention(value)?),
            "BatchNormalization" | "LayerNormalization" => self.normalisation(kind, value)?,
            "Conv1D" | "Conv2D" => self.convolution(kind, value)?,
            "SimpleRnn" | "Gru" | "Lstm" => self.recurrent(kind, value["sequences"] == true)?,
            "Embedding" => Box::new(Embedding {
                weight: self.parameter("weight", &[ANY; 2])?,
            }),
            "PositionEmbedding" => Box::new(PositionEmbedding {
                weight: self.parameter("weight", &[ANY; 2])?,
            }),
            "Residual" => {
                let inner = &value["around"];
                let kind = inner["layer"]
                    .as_str()
                    .ok_or_else(|| damaged("a Residual around nothing", "Residual 里没有层"))?;
                let layers = self
                    .layer(kind, inner)
                    .map_err(|error| said::around(kind, &error))?;
                Box::new(Residual { layers })
            }
            "Sequential" => {
                let layers = self.layers(value)?;
                Box::new(layers.into_iter().fold(Sequential::new(), Sequential::push))
            }
            _ => return without_weights(kind, value),
        })
    }

    fn dense(&mut self, bias: &Value, activation: Activation) -> Read<Dense> {
        let weight = self.parameter("weight", &[ANY; 2])?;
        let bias = self.bias(bias, weight.shape()[1])?;
        Ok(Dense {
            weight,
            bias,
            activation,
        })
    }

    fn attention(&mut self, value: &Value) -> Read<MultiHeadAttention> {
        let mut part = |place: usize| self.dense(&value["bias"][place], Activation::Linear);
        let (query, key, value_, output) = (part(0)?, part(1)?, part(2)?, part(3)?);
        let (heads, features) = (at_least_1(&value["heads"])?, query.weight.shape()[1]);
        let all = [&query, &key, &value_, &output];
        if !features.is_multiple_of(heads)
            || all.iter().any(|part| part.weight.shape() != [features; 2])
        {
            return Err(said::heads_do_not_fit(heads));
        }
        Ok(MultiHeadAttention {
            query,
            key,
            value: value_,
            output,
            heads,
            is_causal: value["causal"] == true,
        })
    }

    fn convolution(&mut self, kind: &str, value: &Value) -> Read<Box<dyn Module>> {
        let (stride, padding) = (
            at_least_1(&value["stride"])?,
            padding_of(&value["padding"])?,
        );
        let activation = activation(&value["activation"])?;
        let weight = self.parameter(
            "weight",
            if kind == "Conv1D" {
                &[ANY; 3]
            } else {
                &[ANY; 4]
            },
        )?;
        let bias = self.bias(&value["bias"], weight.shape()[0])?;
        match *weight.shape() {
            [_, _, height, width] if height == width => Ok(Box::new(Conv2D {
                weight,
                bias,
                stride,
                padding,
                activation,
            })),
            [_, _, _] => Ok(Box::new(Conv1D {
                weight,
                bias,
                stride,
                padding,
                activation,
            })),
            _ => Err(said::cannot_be("weight", weight.shape())),
        }
    }

    fn normalisation(&mut self, kind: &str, value: &Value) -> Read<Box<dyn Module>> {
        let (gamma, epsilon) = (self.parameter("gamma", &[ANY])?, number(&value["epsilon"])?);
        let beta = self.parameter("beta", gamma.shape())?;
        if kind == "LayerNormalization" {
            return Ok(Box::new(LayerNormalization {
                gamma,
                beta,
                epsilon,
            }));
        }
        let mean = self.tensor("mean", gamma.shape())?.label("mean");
        let variance = self.tensor("variance", gamma.shape())?.label("variance");
        let momentum = number(&value["momentum"])?;
        Ok(Box::new(BatchNormalization {
            gamma,
            beta,
            mean,
            variance,
            momentum,
            epsilon,
        }))
    }

    fn recurrent(&mut self, kind: &str, returns_sequences: bool) -> Read<Box<dyn Module>> {
        let gates = match kind {
            "SimpleRnn" => 1,
            "Gru" => 3,
            _ => 4,
        };
        let weight = self.parameter("weight", &[ANY; 2])?;
        let columns = weight.shape()[1];
        let units = columns / gates;
        if units * gates != columns {
            return Err(said::cannot_be("weight", weight.shape()));
        }
        let recurrent = self.parameter("recurrent", &[units, columns])?;
        let bias = self.parameter("bias", &[columns])?;
        let recurrent_bias = self.parameter("recurrent_bias", &[columns])?;
        macro_rules! layer {
            ($Layer:ident) => {
                Box::new($Layer {
                    weight,
                    recurrent,
                    bias,
                    recurrent_bias,
                    units,
                    returns_sequences,
                })
            };
        }
        Ok(match kind {
            "SimpleRnn" => layer!(SimpleRnn),
            "Gru" => layer!(Gru),
            _ => layer!(Lstm),
        })
    }
}

/// A layer that has no weights.
fn without_weights(kind: &str, value: &Value) -> Read<Box<dyn Module>> {
    let window = || Ok::<_, String>((at_least_1(&value["size"])?, at_least_1(&value["stride"])?));
    Ok(match kind {
        "Activation" => Box::new(activation(&value["activation"])?),
        "MaxPool1D" => window().map(|(size, stride)| Box::new(MaxPool1D { size, stride }))?,
        "MaxPool2D" => window().map(|(size, stride)| Box::new(MaxPool2D { size, stride }))?,
        "AvgPool2D" => window().map(|(size, stride)| Box::new(AvgPool2D { size, stride }))?,
        "GlobalAvgPool" => Box::new(GlobalAvgPool {}),
        "SinePositionEncoding" => Box::new(SinePositionEncoding {}),
        "Flatten" => Box::new(Flatten {}),
        "Reshape" => {
            let shape = value["shape"]
                .as_array()
                .ok_or_else(|| damaged("no shape", "没有形状"))?;
            Box::new(Reshape {
                shape: shape.iter().map(size).collect::<Read<_>>()?,
            })
        }
        "Dropout" => {
            let rate = number(&value["rate"])?;
            if !(0.0..1.0).contains(&rate) {
                return Err(damaged("a rate that is no share", "比例不在 0 与 1 之间"));
            }
            Box::new(Dropout { rate })
        }
        _ => {
            return Err(said::own_layer().to_owned());
        }
    })
}
