//! Values and gradients against PyTorch's. `oracle/generate.py` wrote them, in double precision;
//! Python is not needed here.
//!
//! A case has the same name there and here, and none may be left out on either side. Tolerated is
//! an error of 10⁻⁵ in `f32`, and of 10⁻¹⁰ in `f64`
//! (`cargo test --test oracle --no-default-features --features f64`).

// Both, because a number may be an `f32`.
#![cfg_attr(feature = "f64", allow(clippy::useless_conversion))]

use chainrule::prelude::*;
use serde_json::Value;
use std::collections::BTreeMap;

/// The part of the largest value below which errors are not relative.
const FLOOR: f64 = if size_of::<Float>() == 8 { 1e-3 } else { 1e-1 };
const TOLERANCE: f64 = if size_of::<Float>() == 8 { 1e-10 } else { 1e-5 };

/// `numbers` of `generate.py`.
fn numbers(shape: &[usize], phase: usize, positive: bool) -> Tensor {
    let count = shape.iter().product();
    let value = |i: usize| (2.0 * ((i * 37 + phase * 53) % 129) as Float - 127.0) / 64.0;
    let values = (0..count)
        .map(|i| {
            if positive {
                value(i).abs() + 0.25
            } else {
                value(i)
            }
        })
        .collect();
    Tensor::from_vec(values, shape)
}

/// `weights` of `generate.py`.
fn weights(shape: &[usize]) -> Tensor {
    let count = shape.iter().product();
    Tensor::from_vec(
        (0..count)
            .map(|i| 1.0 + (i * 29 % 17) as Float / 16.0)
            .collect(),
        shape,
    )
}

fn floats(value: &Value) -> Vec<f64> {
    value
        .as_array()
        .expect("a list")
        .iter()
        .map(|value| value.as_f64().expect("a number"))
        .collect()
}

fn sizes(value: &Value) -> Vec<usize> {
    floats(value)
        .into_iter()
        .map(|size| size as usize)
        .collect()
}

/// The error is relative; what is much smaller than the largest value of the case is compared with
/// a part of that, because it may be a difference of large ones, in which digits are lost: 1 −
/// tanh² x at x = 4 has four of the seven left in `f32`. The inputs are about 1, so a smaller
/// `largest` counts as 1.
#[track_caller]
fn close(what: &str, actual: &Tensor, expected: &Value, largest: f64) {
    let (actual, expected) = (actual.to_vec(), floats(expected));
    assert_eq!(actual.len(), expected.len(), "{what}");
    for (i, (actual, expected)) in actual
        .iter()
        .map(|&value| f64::from(value))
        .zip(&expected)
        .enumerate()
    {
        let error = (actual - expected).abs() / expected.abs().max(FLOOR * largest.max(1.0));
        assert!(
            error <= TOLERANCE,
            "{what}, value {i}: {actual} instead of {expected}, error {error:.1e}"
        );
    }
}

fn largest<'a>(lists: impl IntoIterator<Item = &'a Value>) -> f64 {
    lists
        .into_iter()
        .flat_map(floats)
        .fold(0.0, |largest, value| largest.max(value.abs()))
}

/// The cases of a file, by name; each is taken out when it is compared.
struct Cases(BTreeMap<String, Value>);

impl Cases {
    fn read(json: &str) -> Cases {
        let cases: Vec<Value> = serde_json::from_str(json).expect("JSON");
        Cases(
            cases
                .into_iter()
                .map(|case| (case["name"].as_str().expect("a name").to_owned(), case))
                .collect(),
        )
    }

    #[track_caller]
    fn take(&mut self, name: &str) -> Value {
        self.0
            .remove(name)
            .unwrap_or_else(|| panic!("there is no case {name:?}"))
    }

    /// The operation and its derivatives with respect to all inputs.
    #[track_caller]
    fn compare(&mut self, name: &str, function: impl Fn(&[Tensor]) -> Tensor) {
        let case = self.take(name);
        let shapes = case["shapes"]
            .as_array()
            .expect("shapes")
            .iter()
            .map(sizes)
            .enumerate();
        let is_positive = case["positive"] == true;
        let inputs: Vec<Tensor> = shapes
            .map(|(i, shape)| numbers(&shape, i, is_positive).requires_grad())
            .collect();
        compare(name, &case, &function(&inputs), &inputs);
    }

    fn finish(self) {
        assert!(self.0.is_empty(), "not compared: {:?}", self.0.keys());
    }
}

#[track_caller]
fn compare(name: &str, case: &Value, output: &Tensor, inputs: &[Tensor]) {
    assert_eq!(output.shape(), sizes(&case["shape"]), "{name}");
    close(name, output, &case["values"], largest([&case["values"]]));
    let largest = largest(case["gradients"].as_array().expect("gradients"));
    let gradients = grads(
        &(output * weights(output.shape())).sum(),
        &inputs.iter().collect::<Vec<_>>(),
    );
    for (i, gradient) in gradients.iter().enumerate() {
        close(
            &format!("{name}, derivative {i}"),
            gradient,
            &case["gradients"][i],
            largest,
        );
    }
}

type Unary = fn(&Tensor) -> Tensor;
type Binary = fn(&Tensor, &Tensor) -> Tensor;
type Along = fn(&Tensor, isize) -> Tensor;

#[test]
fn operations() {
    let mut cases = Cases::read(include_str!("oracle/operations.json"));
    let pairs: [(&str, Binary); 6] = [
        ("add", |a, b| a + b),
        ("sub", |a, b| a - b),
        ("mul", |a, b| a * b),
        ("div", |a, b| a / b),
        ("maximum", |a, b| a.maximum(b)),
        ("minimum", |a, b| a.minimum(b)),
    ];
    for (name, function) in pairs {
        for shapes in ["[2, 3] [2, 3]", "[2, 3] [3]", "[3, 1] [1, 4]", "[2, 3] []"] {
            cases.compare(&format!("{name} {shapes}"), |t| function(&t[0], &t[1]));
        }
    }
    let unary: [(&str, Unary); 38] = [
        ("exp_m1", Tensor::exp_m1),
        ("ln_1p", Tensor::ln_1p),
        ("log_sigmoid", Tensor::log_sigmoid),
        ("elu", |x| x.elu(0.7)),
        ("silu", Tensor::silu),
        ("prod", Tensor::prod),
        ("expand", |x| x.expand(&[2, 2, 3]).square()),
        ("flip", |x| x.flip(1).square()),
        ("var", Tensor::var),
        ("std", Tensor::std),
        ("sum_axes", |x| x.sum_axes(&[0, 1], false)),
        ("mean_axes", |x| x.mean_axes(&[0, 1], true)),
        ("pad", |x| x.pad(&[(0, 1), (1, 2)], 0.5).square()),
        ("split", |x| x.split(1, &[1, 2]).remove(1)),
        ("index_select", |x| x.index_select(1, &[2, 0, 2])),
        ("gather", |x| x.gather(1, &tensor([[2, 2], [0, 1]]))),
        ("embedding", |x| x.embedding(&tensor([[1, 0], [1, 1]]))),
        ("neg", |x| -x),
        ("powi 3", |x| x.powi(3)),
        ("square", Tensor::square),
        ("exp", Tensor::exp),
        ("abs", Tensor::abs),
        ("sin", Tensor::sin),
        ("cos", Tensor::cos),
        ("clamp", |x| x.clamp(-0.5, 0.8)),
        ("sigmoid", Tensor::sigmoid),
        ("tanh", Tensor::tanh),
        ("relu", Tensor::relu),
        ("leaky_relu", |x| x.leaky_relu(0.1)),
        ("softplus", Tensor::softplus),
        ("gelu", Tensor::gelu),
        ("powf", |x| x.powf(2.5)),
        ("sqrt", Tensor::sqrt),
        ("ln", Tensor::ln),
        ("sum", Tensor::sum),
        ("mean", Tensor::mean),
        ("max", Tensor::max),
        ("min", Tensor::min),
    ];
    for (name, function) in unary {
        cases.compare(name, |t| function(&t[0]));
    }
    let along: [(&str, Along); 11] = [
        ("var_axis", |x, axis| x.var_axis(axis, false)),
        ("std_axis", |x, axis| x.std_axis(axis, true)),
        ("prod_axis", |x, axis| x.prod_axis(axis, false)),
        ("logsumexp", |x, axis| x.logsumexp(axis, false)),
        ("cumsum", |x, axis| x.cumsum(axis)),
        ("sum_axis", |x, axis| x.sum_axis(axis, false)),
        ("mean_axis", |x, axis| x.mean_axis(axis, true)),
        ("max_axis", |x, axis| x.max_axis(axis, false)),
        ("min_axis", |x, axis| x.min_axis(axis, true)),
        ("softmax", |x, axis| x.softmax(axis)),
        ("log_softmax", |x, axis| x.log_softmax(axis)),
    ];
    for (name, function) in along {
        for axis in [0, 1, -1] {
            cases.compare(&format!("{name} {axis}"), |t| function(&t[0], axis));
        }
    }
    cases.compare("reshape", |t| t[0].reshape(&[3, 2]).square());
    cases.compare("permute", |t| t[0].permute(&[2, 0, 1]).square());
    cases.compare("slice", |t| t[0].slice(1, 1..3));
    cases.compare("concat", |t| Tensor::concat(&[&t[0], &t[1], &t[0]], 1));
    cases.compare("stack", |t| Tensor::stack(&[&t[0], &t[1]], 1));
    cases.compare("select_rows", |t| t[0].select_rows(&[2, 0, 2]));
    for shapes in [
        "[2, 3] [3, 4]",
        "[3] [3]",
        "[2, 3] [3]",
        "[2, 2, 3] [2, 3, 2]",
        "[2, 2, 3] [3, 2]",
        "[2, 1, 2, 3] [2, 1, 3, 2]",
    ] {
        cases.compare(&format!("matmul {shapes}"), |t| t[0].matmul(&t[1]));
    }
    cases.compare("affine", |t| t[0].affine(&t[1], &t[2]));

    cases.compare("pow", |t| t[0].pow(&t[1]));
    cases.compare("where_", |t| {
        Tensor::where_(&t[0].gt(&tensor(0.0)), &t[0], &t[1])
    });
    cases.compare("unfold", |t| t[0].unfold([2, 3], [1, 2], [1, 0]));
    for (stride, padding) in [(1, 0), (2, 1)] {
        cases.compare(&format!("conv2d {stride} {padding}"), |t| {
            t[0].conv2d(&t[1], stride, padding)
        });
        cases.compare(&format!("conv1d {stride} {padding}"), |t| {
            t[0].conv1d(&t[1], stride, padding)
        });
        cases.compare(&format!("max_pool2d {stride}"), |t| {
            t[0].max_pool2d(2, stride)
        });
        cases.compare(&format!("avg_pool2d {stride}"), |t| {
            t[0].avg_pool2d(2, stride)
        });
    }

    let labels = tensor([2, 0, 1]);
    cases.compare("mse_loss", |t| t[0].mse_loss(&t[1]));
    cases.compare("cross_entropy", |t| t[0].cross_entropy(&labels));
    cases.compare("nll_loss", |t| t[0].nll_loss(&labels));
    cases.compare("bce_with_logits", |t| {
        t[0].bce_with_logits(&tensor([[0.0, 1.0], [1.0, 0.0], [0.25, 1.0]]))
    });
    cases.compare("MeanAbsoluteError", |t| {
        MeanAbsoluteError.loss(&t[0], &t[1])
    });
    cases.compare("Huber", |t| Huber::new(0.7).loss(&t[0], &t[1]));
    cases.compare("Hinge", |t| Hinge.loss(&t[0], &tensor([0, 1, 1])));
    cases.compare("KlDivergence", |t| {
        KlDivergence.loss(&t[0].softmax(-1), &t[1].softmax(-1))
    });
    let categorical = CategoricalCrossentropy::new().label_smoothing(0.2);
    cases.compare("CategoricalCrossentropy", |t| {
        categorical.loss(&t[0].softmax(-1), &t[1].softmax(-1))
    });
    let soft = SparseCategoricalCrossentropy::from_logits().label_smoothing(0.1);
    cases.compare("label smoothing", |t| soft.loss(&t[0], &labels));
    cases.finish();
}

/// The first input is that of the layer, the others are its parameters.
#[test]
fn layers() {
    let mut cases = Cases::read(include_str!("oracle/layers.json"));
    let in_use = BatchNormalization::new(2);
    in_use.mean.set_value(&numbers(&[2], 7, false));
    in_use
        .variance
        .set_value(&numbers(&[2], 8, false).abs().detach());
    let layers: Vec<(&str, Box<dyn Module>)> = vec![
        ("Dense", Box::new(Dense::new(3, 4).gelu())),
        ("Conv2D", Box::new(Conv2D::new(2, 3, 3).same().relu())),
        ("Conv1D", Box::new(Conv1D::new(2, 3, 3).stride(2).tanh())),
        ("MaxPool2D", Box::new(MaxPool2D::new(2))),
        ("AvgPool2D", Box::new(AvgPool2D::new(2))),
        ("MaxPool1D", Box::new(MaxPool1D::new(3))),
        ("GlobalAvgPool", Box::new(GlobalAvgPool::new())),
        ("BatchNormalization 2", Box::new(BatchNormalization::new(2))),
        ("BatchNormalization 3", Box::new(BatchNormalization::new(2))),
        ("BatchNormalization 4", Box::new(BatchNormalization::new(2))),
        ("BatchNormalization in use", Box::new(in_use)),
        ("LayerNormalization", Box::new(LayerNormalization::new(3))),
        ("Residual", Box::new(Residual::new(Dense::new(3, 3).tanh()))),
        (
            "SimpleRnn",
            Box::new(SimpleRnn::new(3, 2).return_sequences()),
        ),
        ("Gru", Box::new(Gru::new(3, 2).return_sequences())),
        ("Lstm", Box::new(Lstm::new(3, 2).return_sequences())),
        (
            "MultiHeadAttention",
            Box::new(MultiHeadAttention::new(4, 2)),
        ),
        (
            "MultiHeadAttention causal",
            Box::new(MultiHeadAttention::new(4, 2).causal()),
        ),
    ];
    for (name, layer) in layers {
        let case = cases.take(name);
        let shapes: Vec<Vec<usize>> = case["shapes"]
            .as_array()
            .expect("shapes")
            .iter()
            .map(sizes)
            .collect();
        let mut inputs = vec![numbers(&shapes[0], 0, false).requires_grad()];
        inputs.extend(layer.parameters());
        assert_eq!(inputs.len(), shapes.len(), "{name}");
        for (i, (parameter, shape)) in inputs.iter().zip(&shapes).enumerate().skip(1) {
            parameter.set_value(
                &(numbers(shape, i, false) * case["scale"].as_f64().expect("a number") as Float),
            );
        }
        let output = match name {
            "BatchNormalization in use" => inference(|| layer.forward(&inputs[0])),
            _ => layer.forward(&inputs[0]),
        };
        compare(name, &case, &output, &inputs);
    }
    let embedding = Embedding::new(3, 2);
    embedding.weight.set_value(&numbers(&[3, 2], 0, false));
    let output = embedding.forward(&tensor([[2, 0], [2, 2]]));
    compare(
        "Embedding",
        &cases.take("Embedding"),
        &output,
        &embedding.parameters(),
    );
    cases.finish();
}

#[test]
fn optimisers() {
    let mut cases = Cases::read(include_str!("oracle/optimizers.json"));
    let optimisers: [(&str, Box<dyn Optimizer>); 10] = [
        ("Sgd", Box::new(Sgd::new(0.1))),
        ("Momentum", Box::new(Momentum::new(0.1, 0.9))),
        ("Adam", Box::new(Adam::new(0.1))),
        (
            "Sgd with weight decay",
            Box::new(Sgd::new(0.1).weight_decay(0.3)),
        ),
        ("Nesterov", Box::new(Momentum::new(0.1, 0.9).nesterov())),
        ("Adagrad", Box::new(Adagrad::new(0.1))),
        ("RmsProp", Box::new(RmsProp::new(0.1))),
        ("Adadelta", Box::new(Adadelta::new())),
        ("Adam with betas", Box::new(Adam::new(0.1).betas(0.8, 0.99))),
        ("AdamW", Box::new(AdamW::new(0.1, 0.5))),
    ];
    for (name, mut optimizer) in optimisers {
        let w = numbers(&[3], 0, false).requires_grad();
        for (step, expected) in cases.take(name)["steps"]
            .as_array()
            .expect("steps")
            .iter()
            .enumerate()
        {
            optimizer.apply_gradients(&[numbers(&[3], step + 1, false)], std::slice::from_ref(&w));
            close(
                &format!("{name}, step {step}"),
                &w,
                expected,
                largest([expected]),
            );
        }
    }
    cases.finish();
}

#[test]
fn schedules() {
    let mut cases = Cases::read(include_str!("oracle/schedules.json"));
    let schedules = [
        ("constant", Schedule::constant(0.1)),
        ("step", Schedule::step(0.1, 6, 0.5)),
        ("exponential", Schedule::exponential(0.1, 0.9)),
        ("linear", Schedule::linear(0.1, 15)),
        ("cosine", Schedule::cosine(0.1, 19)),
        ("one_cycle", Schedule::one_cycle(0.1, 20)),
        ("warm_up", Schedule::exponential(0.1, 0.9).warm_up(5)),
    ];
    for (name, schedule) in schedules {
        let rates: Vec<Float> = (0..20).map(|step| schedule.at(step)).collect();
        close(name, &tensor(rates), &cases.take(name)["values"], 0.0);
        // After the end the rate stays where it is.
        let later = schedule.at(10_000);
        assert!(
            later.is_finite() && (0.0..=0.1).contains(&later),
            "{name}: {later}"
        );
    }
    cases.finish();
}

#[test]
fn clipping() {
    let mut cases = Cases::read(include_str!("oracle/clipping.json"));
    let (w, v) = (
        numbers(&[3], 0, false).requires_grad(),
        numbers(&[2], 1, false).requires_grad(),
    );
    (w.square().sum() + v.square().sum()).backward();
    let norm = clip_grad_norm(&[w.clone(), tensor(1.0).requires_grad(), v.clone()], 1.5);
    close(
        "norm",
        &tensor([vec![norm], w.grad().to_vec(), v.grad().to_vec()].concat()),
        &cases.take("norm")["values"],
        0.0,
    );
    // What is short enough stays as it is.
    let before = w.grad().to_vec();
    clip_grad_norm(std::slice::from_ref(&w), 100.0);
    assert_eq!(w.grad().to_vec(), before);
    clip_grad_value(std::slice::from_ref(&w), 0.1);
    assert!(w.grad().to_vec().iter().all(|g| g.abs() <= 0.1));
    cases.finish();
}

/// Twenty epochs of one step each, by `fit`: the losses of the same network in PyTorch.
#[test]
fn training() {
    let mut cases = Cases::read(include_str!("oracle/training.json"));
    let labels = tensor([0, 1, 2, 2, 1, 0]);
    let mut run = |name: &str, mut model: Sequential, x: Tensor, schedule: Option<Schedule>| {
        let case = cases.take(name);
        let shapes = case["shapes"].as_array().expect("shapes").iter().map(sizes);
        for (i, (parameter, shape)) in model.parameters().iter().zip(shapes).enumerate() {
            parameter.set_value(&(numbers(&shape, i + 1, false) / 4.0));
        }
        let mut fit = model.fit_tensors(&x, &labels).epochs(20).verbose(false);
        if let Some(schedule) = schedule {
            fit = fit.callback(schedule);
        }
        close(name, &tensor(fit.run().loss()), &case["losses"], 0.0);
    };
    let loss = SparseCategoricalCrossentropy::new;
    let mut dense = Sequential::new()
        .add(Dense::new(4, 5).tanh())
        .add(Dense::new(5, 3).softmax());
    dense.compile(Adam::new(0.05), loss(), Accuracy);
    run("dense", dense, numbers(&[6, 4], 0, false), None);
    let mut convolutional = Sequential::new()
        .add(Conv2D::new(1, 2, 3).same())
        .add(BatchNormalization::new(2))
        .add(Relu)
        .add(MaxPool2D::new(2))
        .add(Flatten::new())
        .add(Dense::new(8, 3).softmax());
    convolutional.compile(Momentum::new(0.2, 0.9), loss(), Accuracy);
    let schedule = Schedule::cosine(0.2, 25);
    run(
        "convolutional",
        convolutional,
        numbers(&[6, 1, 4, 4], 0, false),
        Some(schedule),
    );
    cases.finish();
}
