//! The library as a cell uses it: what a mistake says and where, deep graphs, repeatable runs,
//! training.

use chainrule::autograd::{GradientTape, grads};
use chainrule::cell::interrupt::{CHAINRULE_INTERRUPT, Interrupted};
use chainrule::display::Show;
use chainrule::plot::draw_graph;
use chainrule::prelude::*;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;
use std::sync::{Mutex, MutexGuard, Once, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// The interrupt flag, at which every operation looks, and what else a session has once.
static PROCESS: RwLock<()> = RwLock::new(());
static GENERATOR: Mutex<()> = Mutex::new(());

type Shared = RwLockReadGuard<'static, ()>;

/// A test that sets what is shared by the process, or measures it, has the process for itself.
fn alone() -> RwLockWriteGuard<'static, ()> {
    PROCESS.write().unwrap_or_else(PoisonError::into_inner)
}

/// The others run beside each other.
fn together() -> Shared {
    PROCESS.read().unwrap_or_else(PoisonError::into_inner)
}

/// Of those that draw random numbers one runs at a time: who has set a seed knows which come.
fn draws() -> (Shared, MutexGuard<'static, ()>) {
    let shared = together();
    let generator = GENERATOR.lock();
    (shared, generator.unwrap_or_else(PoisonError::into_inner))
}

// ------------------------------------------------------------------------------------------------
// mistakes

thread_local! {
    static PLACE: RefCell<Option<(String, u32)>> = const { RefCell::new(None) };
}

/// Runs `mistake`, and returns the message of its panic and the place where it was reported.
fn panic_of(mistake: impl FnOnce()) -> (String, (String, u32)) {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let default = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            PLACE.set(info.location().map(|at| (at.file().to_owned(), at.line())));
            if std::thread::current().name().is_none() {
                default(info);
            }
        }));
    });
    let payload = catch_unwind(AssertUnwindSafe(mistake)).expect_err("this should have panicked");
    let message = payload
        .downcast_ref::<String>()
        .cloned()
        .unwrap_or_default();
    (message, PLACE.take().expect("a place"))
}

/// The mistake must be reported at its own line and say all of `words`.
macro_rules! mistake {
    ($mistake:expr, $($words:expr),+) => {{
        let (message, (file, line)) = panic_of(|| { let _ = $mistake; });
        // The macro may begin some lines above what it is given.
        let is_here = file.ends_with("tests/library.rs") && (line!()..line!() + 9).contains(&line);
        assert!(is_here, "reported at {file}:{line}\n{message}");
        $(assert!(message.contains($words), "{:?} is not in\n{message}", $words);)+
        assert!(message.contains("hint"), "no hint in\n{message}");
        message
    }};
}

#[test]
fn a_mistake_is_reported_at_its_line() {
    let _turn = together();
    let (a, b) = (Tensor::zeros(&[2, 3]), Tensor::zeros(&[4, 5]));
    mistake!(a.matmul(&b), "matmul: inner sizes differ: [2, 3] x [4, 5]");
    mistake!(
        Tensor::zeros(&[2, 2, 3]).matmul(&Tensor::zeros(&[4, 3, 2])),
        "stacks of [2] and of [4] matrices"
    );
    mistake!(
        Tensor::zeros(&[2, 3]).matmul(&Tensor::zeros(&[5, 2, 4, 2])),
        "inner sizes differ",
        "\n                                3           4\n"
    );
    mistake!(
        Tensor::zeros(&[5, 2, 2, 3]).affine(&b, &tensor(0.0)),
        "affine: inner sizes differ: [5, 2, 2, 3] x [4, 5]"
    );
    mistake!(
        &a + &b,
        "add: shapes do not broadcast: [2, 3] and [4, 5]",
        "axis 1 from the right: 3 against 5"
    );
    mistake!(a.clone() * b.clone(), "mul: shapes do not broadcast");
    mistake!(a.maximum(&b), "maximum: shapes do not broadcast");
    mistake!(
        a.reshape(&[4, 2]),
        "reshape: sizes differ: [2, 3] has 6 values, [4, 2] holds 8"
    );
    mistake!(
        Tensor::from_vec(vec![1.0; 5], &[2, 3]),
        "5 values do not fill the shape [2, 3]"
    );
    mistake!(
        tensor(vec![vec![1.0], vec![1.0, 2.0]]),
        "row 1 has 2 values, row 0 has 1"
    );
    mistake!(
        a.sum_axis(2, false),
        "sum_axis: no axis 2 in the shape [2, 3]"
    );
    mistake!(a.softmax(-3), "softmax: no axis -3");
    mistake!(
        a.permute(&[0, 0]),
        "permute: [0, 0] is no order of the axes"
    );
    mistake!(tensor([1.0]).t(), "t: the shape [1] has no two axes");
    mistake!(
        a.squeeze(0),
        "squeeze: axis 0 of the shape [2, 3] has size 2"
    );
    mistake!(a.unsqueeze(4), "unsqueeze: no place 4");
    mistake!(a.slice(1, 2..5), "slice: 2..5 does not lie in axis 1");
    mistake!(a.select_rows(&[0, 2]), "select_rows: no row 2", "0..2");
    mistake!(
        a.index_select(1, &[3]),
        "index_select: no entry 3 along axis 1",
        "0..3"
    );
    mistake!(
        a.gather(1, &tensor([0, 1])),
        "gather: the index [2] does not fit [2, 3] along axis 1"
    );
    mistake!(
        a.gather(1, &tensor([[0], [3]])),
        "gather: no entry 3, there are 3",
        "0..3"
    );
    mistake!(
        a.embedding(&tensor([2])),
        "embedding: no entry 2, there are 2"
    );
    mistake!(
        Tensor::where_(&b, &a, &a),
        "where_: the condition [4, 5] does not broadcast with the choices [2, 3]"
    );
    mistake!(a.gt(&b), "gt: shapes do not broadcast");
    mistake!(
        a.expand(&[2, 4]),
        "expand: [2, 3] cannot be repeated to [2, 4]"
    );
    mistake!(
        a.pad(&[(1, 1)], 0.0),
        "pad: 1 axes are given for the shape [2, 3]"
    );
    mistake!(
        a.split(1, &[1, 1]),
        "split: sizes [1, 1] add up to 2, axis 1 of [2, 3] has 3"
    );
    mistake!(
        a.conv2d(&b, 1, 0),
        "conv2d: the weight has the shape [4, 5]"
    );
    mistake!(
        Tensor::zeros(&[2, 28, 28]).conv2d(&Tensor::zeros(&[1, 1, 3, 3]), 1, 0),
        "four axes",
        ".reshape(&[2, 1, 28, 28])"
    );
    mistake!(
        Tensor::zeros(&[2, 3, 8, 8]).conv2d(&Tensor::zeros(&[4, 1, 3, 3]), 1, 0),
        "conv2d: the input has 3 channels, the filters 1"
    );
    mistake!(
        Tensor::zeros(&[2, 1, 2, 2]).max_pool2d(3, 1),
        "max_pool2d: a window of [3, 3]",
        "no place on images of 2 × 2"
    );
    mistake!(
        Tensor::zeros(&[2, 1, 2, 2]).avg_pool2d(1, 0),
        "avg_pool2d",
        "stride [0, 0]"
    );
    mistake!(
        a.conv1d(&b, 1, 0),
        "conv1d: sequences have the shape [n, channels, length]"
    );
    let empty = Tensor::zeros(&[0, 3]);
    mistake!(
        empty.mean(),
        "mean: there are no values in the shape [0, 3]"
    );
    mistake!(empty.max(), "max: there are no values");
    mistake!(empty.std(), "std: there are no values");
    mistake!(
        empty.mean_axis(0, false),
        "mean_axis: there are no values along axis 0"
    );
    mistake!(
        empty.logsumexp(0, false),
        "logsumexp: there are no values along axis 0"
    );
    mistake!(
        empty.mean_axes(&[1, 0], false),
        "mean_axes: there are no values along axis 0"
    );
    mistake!(empty.mse_loss(&empty), "mse_loss: there are no values");
    mistake!(
        empty.bce_with_logits(&empty),
        "bce_with_logits: there are no values"
    );
    mistake!(
        empty.cross_entropy(&Tensor::zeros(&[0])),
        "cross_entropy: no row to average over"
    );
    mistake!(
        Tensor::concat(&[&a, &b], 0),
        "concat: shapes do not fit along axis 0: [2, 3] and [4, 5]"
    );
    mistake!(Tensor::stack(&[], 0), "concat: no tensors");
    mistake!(a.item(), "item: the tensor has 6 values");
    mistake!(a.get(&[2, 0]), "get: no value at [2, 0]");
    mistake!(a.mse_loss(&b), "mse_loss: shapes differ: [2, 3] and [4, 5]");
    mistake!(
        Tensor::zeros(&[3, 1]).mse_loss(&Tensor::zeros(&[3])),
        "mse_loss",
        "same number of values"
    );
    mistake!(
        a.affine(&Tensor::zeros(&[3, 4]), &Tensor::zeros(&[3])),
        "affine: the bias has the shape [3]"
    );
    mistake!(
        a.cross_entropy(&tensor([0, 3])),
        "cross_entropy: label 3 at row 1, but classes are 0..=2",
        "subtract 1"
    );
    mistake!(
        a.cross_entropy(&tensor([0.5, 1.0])),
        "label 0.5 at row 0",
        "whole numbers"
    );
    mistake!(a.cross_entropy(&tensor([0, -1])), "label -1 at row 1");
    mistake!(
        a.cross_entropy(&tensor([0, 1, 2])),
        "one label for each row",
        "[2]"
    );
    mistake!(a.cross_entropy(&a), "one-hot", "argmax");
    mistake!(
        tensor([0, 7]).one_hot(5),
        "label 7 at row 1, but classes are 0..=4"
    );
    mistake!(
        FloatSlider::new("rate", 1.0, 0.0, 0.5),
        "FloatSlider: from 1 to 0, at 0.5",
        "min < max"
    );
    mistake!(
        IntSlider::new("units", 1, 9, 10),
        "IntSlider: from 1 to 9, at 10",
        "min <= value <= max"
    );
    mistake!(Dropdown::new("activation", &[]), "Dropdown: no options");
    mistake!(
        Widget::new("IntText", json!(3)),
        "Widget: traits are a JSON object"
    );
    mistake!(
        accuracy(&a, &tensor([1, 2, 3])),
        "accuracy: one label for each row"
    );
    mistake!(
        top_k_accuracy(&a, &tensor([1, 2, 3]), 2),
        "top_k_accuracy: one label for each row"
    );
    mistake!(
        precision(&tensor([0, 1])).class(1).against(&tensor([0])),
        "2 predictions and 1 labels"
    );
    mistake!(
        CategoricalCrossentropy::new().loss(&a, &tensor([0, 1])),
        "CategoricalCrossentropy: shapes differ"
    );
    mistake!(
        Huber::new(1.0).loss(&empty, &empty),
        "Huber: there are no values"
    );
    mistake!(
        SparseCategoricalCrossentropy::new()
            .label_smoothing(0.1)
            .loss(&a, &tensor([0, 3])),
        "label 3"
    );
    mistake!(
        confusion_matrix(&tensor([0, 1]))
            .classes(2)
            .against(&tensor([0, 2])),
        "confusion_matrix: label 2"
    );
    mistake!(
        roc_auc(&tensor([0.5])).against(&tensor([0, 1])),
        "roc_auc: 1 predictions and 2 labels"
    );
    mistake!(
        roc_auc(&tensor([0.5, 0.1])).against(&tensor([0, 2])),
        "label 2"
    );
    mistake!(History::default().get("los"), "no figure is called \"los\"");
}

#[test]
fn a_mistake_with_gradients_is_reported_at_its_line() {
    let _turn = together();
    let w = tensor([1.0, 2.0]).requires_grad().label("w");
    mistake!(
        (&w * 2.0).backward(),
        "backward: the loss must be one number, but has the shape [2]",
        ".sum() or .mean()"
    );
    mistake!(
        tensor(1.0).backward(),
        "backward: nothing that this tensor was computed from requires a gradient"
    );
    mistake!(no_grad(|| w.sum()).backward(), "requires a gradient");
    mistake!(
        w.grad(),
        "grad: `w` of shape [2] has no gradient",
        "backward() first"
    );
    mistake!(tensor(1.0).grad(), "requires_grad()");
    mistake!((&w * 2.0).grad(), "retain_grad()");
    mistake!(
        w.set_value(&tensor([1.0])),
        "set_value: shapes differ: [2] <- [1]",
        "tensor: w"
    );
}

#[test]
fn a_mistake_with_a_model_is_reported_at_its_line() {
    let _turn = draws();
    let layer = Dense::new(784, 128);
    let images = Tensor::zeros(&[64, 28, 28]).label("images");
    let message = mistake!(
        layer.forward(&images),
        "Dense(784, 128): an input of 784 features is expected, got shape [64, 28, 28]"
    );
    assert!(
        message.contains("input : images") && message.contains("Flatten::new()"),
        "{message}"
    );
    let boxed: Box<dyn Module> = Box::new(layer.clone());
    mistake!(boxed.forward(&images), "Dense(784, 128)");
    let mut model = Sequential::new()
        .add(layer.relu())
        .add(Dense::new(128, 10).softmax());
    mistake!(model.forward(&images), "dense1.weight");
    mistake!(model.predict(&images), "dense1.weight");
    mistake!(
        model.evaluate(&data::xor()),
        "evaluate: the model is not compiled"
    );
    mistake!(
        model.fit(&data::xor()).run(),
        "fit: the model is not compiled"
    );
    model.compile(
        Sgd::new(0.1),
        SparseCategoricalCrossentropy::new(),
        Accuracy,
    );
    mistake!(
        model.fit(&data::xor()).verbose(false).run(),
        "an input of 784 features is expected, got shape [4, 2]"
    );
    mistake!(model.fit(&data::xor()).batch_size(0).run(), "a batch of 0");
    let stopping = EarlyStopping::new(3).monitor("val_loss");
    mistake!(
        model
            .fit_tensors(&Tensor::zeros(&[2, 784]), &tensor([0, 1]))
            .verbose(false)
            .callback(stopping)
            .run(),
        "no \"val_loss\" to watch"
    );
    let stopping = EarlyStopping::new(3).monitor("los");
    mistake!(
        model
            .fit_tensors(&Tensor::zeros(&[2, 784]), &tensor([0, 1]))
            .verbose(false)
            .callback(stopping)
            .run(),
        "no \"los\" to watch, only [\"loss\", \"accuracy\"]"
    );
    mistake!(
        model
            .evaluate(&Dataset::new(&Tensor::zeros(&[2, 784]), &tensor([0, 1])))
            .get("top_3"),
        "no metric is called \"top_3\"",
        "[\"accuracy\"]"
    );
    let x = Tensor::zeros(&[2, 784]);
    mistake!(
        model.fit_tensors(&x, &tensor([0, 10])).verbose(false).run(),
        "label 10",
        "0..=9"
    );
    mistake!(
        model.evaluate(&Dataset::new(&x, &tensor([0, 10]))),
        "label 10 at row 1"
    );
    let mut empty = Sequential::new().add(Relu);
    empty.compile(Sgd::new(0.1), MeanSquaredError, ());
    mistake!(empty.fit_tensors(&x, &x).run(), "no parameters");

    let mut optimizer: Box<dyn Optimizer> = Box::new(Adam::default());
    mistake!(
        optimizer.step(&[]),
        "the optimiser has no parameters",
        "model.parameters()"
    );
    mistake!(
        optimizer.step(&model.parameters()),
        "step: `dense1.weight` of shape [784, 128] has no gradient"
    );
    mistake!(
        Sgd::new(0.1).step(&[tensor(1.0).requires_grad().label("w")]),
        "`w`",
        "backward() first"
    );
    mistake!(
        Sgd::new(0.1).apply_gradients(&[tensor(1.0)], &[tensor([1.0])]),
        "shapes differ: gradient [], parameter [1]"
    );
    mistake!(
        Sgd::new(0.1).apply_gradients(&[], &[tensor([1.0])]),
        "0 gradients for 1 parameters"
    );
    let loss: Box<dyn Loss> = Box::new(SparseCategoricalCrossentropy::new());
    mistake!(
        loss.loss(&Tensor::zeros(&[2, 3]).softmax(-1), &tensor([0, 3])),
        "label 3 at row 1"
    );
}

#[test]
fn a_mistake_with_a_layer_is_reported_at_its_line() {
    let _turn = draws();
    let rows = Tensor::zeros(&[5, 784]).label("images");
    mistake!(
        Conv2D::new(1, 8, 3).forward(&rows),
        "Conv2D: an input of the shape [n, 1, height, width] is expected, got [5, 784]",
        "Reshape::new(&[1, height, width])"
    );
    mistake!(
        Conv2D::new(1, 8, 3).forward(&Tensor::zeros(&[5, 3, 9, 9])),
        "make the layer Conv2D::new(3, 8, …)"
    );
    mistake!(
        Conv1D::new(1, 8, 3).forward(&rows),
        "Conv1D: an input of the shape [n, 1, length]"
    );
    mistake!(
        Conv2D::new(1, 8, 3).forward(&Tensor::zeros(&[5, 1, 2, 2])),
        "conv2d: a window of [3, 3]"
    );
    mistake!(
        MaxPool2D::new(2).forward(&rows),
        "max_pool2d: images have four axes"
    );
    mistake!(
        BatchNormalization::new(3).forward(&rows),
        "BatchNormalization(3): axis 1 is expected to have 3"
    );
    mistake!(
        LayerNormalization::new(3).forward(&rows),
        "LayerNormalization(3): 3 features are expected"
    );
    mistake!(
        Gru::new(3, 8).forward(&rows),
        "Gru(3, 8): sequences [n, length, 3] are expected"
    );
    mistake!(
        Lstm::new(3, 8).forward(&Tensor::zeros(&[2, 0, 3])),
        "Lstm(3, 8)"
    );
    mistake!(
        Embedding::new(5, 2).forward(&tensor([[5]])),
        "embedding: no entry 5, there are 5"
    );
    mistake!(
        MultiHeadAttention::new(6, 4),
        "6 features cannot be divided among 4 heads"
    );
    mistake!(
        MultiHeadAttention::new(6, 2).forward(&rows),
        "MultiHeadAttention: sequences have the shape"
    );
    mistake!(
        PositionEmbedding::new(4, 6).forward(&Tensor::zeros(&[1, 5, 6])),
        "slice: 0..5 does not lie in axis 0"
    );
    mistake!(
        Residual::new(Dense::new(784, 2)).forward(&rows),
        "Residual: the layers turn [5, 784] into [5, 2]"
    );
    mistake!(
        Reshape::new(&[1, 28]).forward(&rows),
        "reshape: sizes differ"
    );
    mistake!(Dropout::new(1.0), "Dropout: the rate is 1");
    mistake!(
        BatchNormalization::new(3).forward(&Tensor::zeros(&[0, 3])),
        "mean_axes: there are no values along axis 0"
    );
}

/// The whole text of the message that learners will see most.
#[test]
fn the_message_of_matmul() {
    let _turn = together();
    let images = Tensor::zeros(&[64, 28, 28]).label("images");
    let weight = Tensor::zeros(&[784, 128]).label("dense1.weight");
    let (message, _) = panic_of(|| drop(images.matmul(&weight)));
    let expected = "\
matmul: inner sizes differ: [64, 28, 28] x [784, 128]
                                     28     784
  left : images         [64, 28, 28]
  right: dense1.weight  [784, 128]
  hint : flatten the left side first: .reshape(&[64, 784]) or .flatten()";
    assert_eq!(message, expected);
}

#[test]
fn after_a_panic_or_an_interrupt_everything_works() {
    let _turn = alone();
    let w = tensor([1.0, 2.0]).requires_grad();
    panic_of(|| drop(no_grad(|| w.matmul(&Tensor::zeros(&[3, 1])))));
    // Recording is on again.
    let loss = w.square().sum();
    loss.backward();
    assert_eq!(w.grad().to_vec(), [2.0, 4.0]);
    // Interrupted in the middle of `backward`: no gradient is half done.
    CHAINRULE_INTERRUPT.store(true, Ordering::Relaxed);
    let payload = catch_unwind(AssertUnwindSafe(|| loss.backward())).expect_err("interrupted");
    assert!(payload.is::<Interrupted>());
    assert_eq!(w.grad().to_vec(), [2.0, 4.0]);
    CHAINRULE_INTERRUPT.store(true, Ordering::Relaxed);
    assert!(
        catch_unwind(AssertUnwindSafe(|| &w + 1.0))
            .expect_err("interrupted")
            .is::<Interrupted>()
    );
    loss.backward();
    assert_eq!(w.grad().to_vec(), [4.0, 8.0]);
}

// ------------------------------------------------------------------------------------------------
// the graph

/// Forward, backward and drop on a thread with a small stack, where any recursion would end badly.
#[test]
fn a_chain_of_a_million_operations() {
    let _turn = together();
    let work = || {
        let x = tensor(1.0).requires_grad();
        let mut y = x.clone();
        for step in 0..1_000_000 {
            y = if step % 2 == 0 {
                y * 1.000001
            } else {
                y + 0.000001
            };
        }
        y.backward();
        let slope = x.grad().item();
        drop(y);
        slope
    };
    let thread = std::thread::Builder::new()
        .stack_size(256 * 1024)
        .spawn(work)
        .expect("a thread");
    let slope = thread.join().expect("no stack overflow");
    assert!((slope - (0.5 as Float).exp()).abs() < 0.05, "{slope}");
}

/// Chains of `softmax`, which remember their inputs also under `no_grad`.
#[test]
fn a_long_chain_without_gradients() {
    let _turn = together();
    let work = || no_grad(|| drop((0..100_000).fold(tensor([0.1, 0.2]), |x, _| x.softmax(-1))));
    std::thread::Builder::new()
        .stack_size(256 * 1024)
        .spawn(work)
        .expect("a thread")
        .join()
        .expect("no stack overflow");
}

#[test]
fn a_dropped_loss_frees_its_graph() {
    let _turn = alone();
    let w = Tensor::ones(&[1000]).requires_grad();
    let before = memory();
    for _ in 0..2000 {
        let loss = (0..10).fold(w.clone(), |x, _| x.tanh()).sum();
        loss.backward();
        w.zero_grad();
    }
    // Had the graphs stayed, they would be 80 MB.
    assert!(
        memory() < before + 30_000_000,
        "{} bytes more",
        memory() - before
    );
}

fn memory() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").ok();
    pages
        .and_then(|text| text.split(' ').nth(1)?.parse::<usize>().ok())
        .map_or(0, |pages| pages * 4096)
}

#[test]
fn gradients_add_up_until_they_are_cleared() {
    let _turn = together();
    let w = tensor(3.0).requires_grad();
    w.square().backward();
    w.square().backward();
    assert_eq!(w.grad().item(), 12.0);
    w.zero_grad();
    assert!(!w.has_grad());
    let inner = w.square().retain_grad();
    (&inner * 2.0).backward();
    assert_eq!((w.grad().item(), inner.grad().item()), (12.0, 2.0));
}

#[test]
fn the_tape_finds_what_backward_finds() {
    let _turn = draws();
    seed(5);
    let model = Sequential::new()
        .add(Dense::new(3, 4).tanh())
        .add(Dense::new(4, 2).softmax());
    let x = Tensor::randn(&[6, 3]);
    let labels = tensor([0, 1, 1, 0, 1, 0]);
    let tape = GradientTape::new();
    let loss = SparseCategoricalCrossentropy::new().loss(&model.forward(&x), &labels);
    let gradients = tape.gradient(&loss, &model.parameters());
    assert!(
        model
            .parameters()
            .iter()
            .all(|parameter| !parameter.has_grad())
    );
    loss.backward();
    for (gradient, parameter) in gradients.iter().zip(model.parameters()) {
        assert_eq!(gradient.to_vec(), parameter.grad().to_vec());
    }
    let unrelated = tensor([1.0, 2.0]).requires_grad();
    assert_eq!(grads(&loss, &[&unrelated])[0].to_vec(), [0.0, 0.0]);
}

#[test]
fn without_gradients_nothing_is_recorded() {
    let _turn = together();
    let w = tensor(2.0).requires_grad();
    let y = no_grad(|| no_grad(|| &w * 3.0) + &w);
    assert!(!y.is_tracked() && (&w * 3.0).is_tracked() && !w.detach().is_tracked());
}

/// An update changes the parameter, not what a graph that is alive has saved.
#[test]
fn an_update_does_not_reach_a_living_graph() {
    let _turn = together();
    let w = tensor([3.0]).requires_grad();
    let loss = w.square().sum();
    w.set_value(&tensor([100.0]));
    loss.backward();
    assert_eq!(w.grad().to_vec(), [6.0]);
    Sgd::new(1.0).step(std::slice::from_ref(&w));
    assert_eq!(w.to_vec(), [94.0]);
    assert_eq!(loss.item(), 9.0);
}

#[test]
fn tensors_work_on_other_threads() {
    let _turn = together();
    let w = tensor(2.0).requires_grad();
    let copy = w.clone();
    std::thread::spawn(move || copy.square().backward())
        .join()
        .expect("a thread");
    assert_eq!(w.grad().item(), 4.0);
}

// ------------------------------------------------------------------------------------------------
// training

fn classifier(inputs: usize, hidden: usize, classes: usize) -> Sequential {
    let mut model = Sequential::new()
        .add(Dense::new(inputs, hidden).tanh())
        .add(Dense::new(hidden, classes).softmax());
    model.compile(
        Adam::new(0.05),
        SparseCategoricalCrossentropy::new(),
        Accuracy,
    );
    model
}

fn weights(model: &Sequential) -> Vec<Vec<Float>> {
    model.parameters().iter().map(Tensor::to_vec).collect()
}

#[test]
fn the_same_seed_gives_the_same_weights() {
    let _turn = draws();
    let run = |number: u64| {
        seed(number);
        let data = data::two_moons(100, 0.1);
        let mut model = classifier(2, 8, 2);
        let history = model
            .fit(&data)
            .epochs(3)
            .batch_size(16)
            .verbose(false)
            .run();
        (weights(&model), history)
    };
    assert_eq!(run(7), run(7));
    assert_ne!(run(7).0, run(8).0);
}

#[test]
fn xor_is_learnt() {
    let _turn = draws();
    seed(1);
    let data = data::xor();
    let mut model = classifier(2, 4, 2);
    let history = model
        .fit(&data)
        .epochs(200)
        .batch_size(4)
        .verbose(false)
        .run();
    assert_eq!(model.evaluate(&data).accuracy, 1.0);
    assert_eq!(model.predict_classes(&data.x).to_vec(), data.y.to_vec());
    assert_eq!(history.epochs(), 200);
    assert_eq!(history.batch_loss().len(), 200);

    let mut one_output = Sequential::new()
        .add(Dense::new(2, 4).tanh())
        .add(Dense::new(4, 1).sigmoid());
    one_output.compile(Adam::new(0.1), BinaryCrossentropy, Accuracy);
    one_output.fit(&data).epochs(300).verbose(false).run();
    assert_eq!(one_output.evaluate(&data).accuracy, 1.0);
}

#[test]
fn every_optimiser_finds_a_line() {
    let _turn = draws();
    let optimisers: [Box<dyn Fn() -> Box<dyn Optimizer>>; 7] = [
        Box::new(|| Box::new(Sgd::new(0.3))),
        Box::new(|| Box::new(Momentum::new(0.1, 0.8))),
        Box::new(|| Box::new(Adam::new(0.1))),
        Box::new(|| Box::new(Momentum::new(0.1, 0.8).nesterov())),
        Box::new(|| Box::new(Adagrad::new(0.5))),
        Box::new(|| Box::new(RmsProp::new(0.02))),
        Box::new(|| Box::new(AdamW::new(0.1, 0.0))),
    ];
    for new in optimisers {
        seed(2);
        let x = Tensor::uniform(&[64, 1], -1.0, 1.0);
        let y = &x * 2.0 - 1.0;
        let layer = Dense::new(1, 1);
        let mut optimizer = new();
        for step in 0..300 {
            if step == 250 {
                // RMSprop steps back and forth by half of its rate.
                optimizer.set_learning_rate(optimizer.learning_rate() / 4.0);
            }
            zero_grad(&layer.parameters());
            layer.forward(&x).mse_loss(&y).backward();
            optimizer.step(&layer.parameters());
        }
        assert!(
            (layer.weight.item() - 2.0).abs() < 0.01,
            "{:?}",
            layer.weight
        );
        assert!((layer.parameters()[1].item() + 1.0).abs() < 0.01);
        optimizer.set_learning_rate(0.5);
        assert_eq!(optimizer.learning_rate(), 0.5);
    }
}

#[test]
fn fit_evaluate_predict() {
    let _turn = draws();
    seed(3);
    let (train, test) = data::two_moons(300, 0.1).split(0.8);
    let mut model = classifier(2, 16, 2);
    let mut epochs = Vec::new();
    let history = model
        .fit(&train)
        .epochs(20)
        .batch_size(32)
        .validation(&test)
        .verbose(false)
        .on_epoch(|epoch, logs| epochs.push((epoch, logs.loss)))
        .run();
    assert_eq!(epochs.len(), 20);
    assert_eq!(epochs[19], (20, history.loss()[19]));
    assert_eq!(history.get("val_accuracy"), history.val_accuracy());
    assert_eq!(history.batch_loss().len(), 20 * 8);
    let evaluation = model.evaluate(&test);
    assert!(evaluation.accuracy > 0.95, "{evaluation:?}");
    assert!((evaluation.loss - history.val_loss()[19]).abs() < 1e-5);
    assert_eq!(model.predict(&test.x).shape(), [60, 2]);
    assert!(!model.predict(&test.x).is_tracked());
    // Many rows are predicted in parts; the result is the same.
    let many = Tensor::randn(&[1200, 2]);
    let (whole, parts) = (model.forward(&many), model.predict(&many));
    assert!(
        whole
            .to_vec()
            .iter()
            .zip(parts.to_vec())
            .all(|(a, b)| (a - b).abs() < 1e-6)
    );
    let table = history.bundle();
    assert!(table.plain().contains("val_loss") && table.get("text/html").is_some());
}

#[test]
fn an_interrupted_fit_keeps_its_weights() {
    let _turn = alone();
    seed(4);
    let data = data::two_moons(100, 0.1);
    let mut model = classifier(2, 8, 2);
    let before = weights(&model);
    let result = catch_unwind(AssertUnwindSafe(|| {
        model
            .fit(&data)
            .epochs(50)
            .verbose(false)
            .on_epoch(|epoch, _| CHAINRULE_INTERRUPT.store(epoch == 3, Ordering::Relaxed))
            .run()
    }));
    assert!(result.expect_err("interrupted").is::<Interrupted>());
    assert_ne!(weights(&model), before);
    // It is still compiled, and goes on from where it was.
    let at_interrupt = model.evaluate(&data).loss;
    let history = model.fit(&data).epochs(20).verbose(false).run();
    assert!(history.loss()[19] < at_interrupt);
    assert_eq!(model.history(), &history);
}

/// What was completed is in the model, and the next `fit` does what it would have done after a
/// `fit` of that length.
#[test]
fn an_interrupted_fit_keeps_its_history() {
    let _turn = alone();
    let run = |interrupt: bool| {
        seed(4);
        let data = data::two_moons(100, 0.1);
        let mut model = classifier(2, 8, 2);
        assert_eq!(model.history().epochs(), 0);
        let epochs = if interrupt { 10 } else { 3 };
        let fit = model
            .fit(&data)
            .epochs(epochs)
            .validation(&data)
            .verbose(false);
        let fit = fit.on_epoch(|epoch, _| {
            CHAINRULE_INTERRUPT.store(interrupt && epoch == 3, Ordering::Relaxed)
        });
        let result = catch_unwind(AssertUnwindSafe(|| fit.run()));
        assert_eq!(result.is_err(), interrupt);
        let first = model.history().clone();
        assert_eq!(
            (
                first.epochs(),
                first.val_loss().len(),
                first.batch_loss().len()
            ),
            (3, 3, 3 * 4)
        );
        assert!(
            model
                .parameters()
                .iter()
                .all(|parameter| !parameter.has_grad())
        );
        let second = model.fit(&data).epochs(2).verbose(false).run();
        assert_eq!(model.history(), &second);
        (first, second, weights(&model))
    };
    assert_eq!(run(true), run(false));
}

/// In the middle of an epoch, with gradients that no step has used yet.
#[test]
fn an_interrupt_between_backward_and_step_leaves_no_gradient() {
    struct Late(usize);
    impl Metric for Late {
        fn measure(&self, _: &Tensor, _: &Tensor) -> Float {
            CHAINRULE_INTERRUPT.store(self.0 > 0, Ordering::Relaxed);
            chainrule::cell::interrupt::check();
            0.0
        }
        fn name(&self) -> String {
            "late".to_owned()
        }
    }
    let _turn = alone();
    let data = data::two_moons(100, 0.1);
    let mut model = classifier(2, 8, 2);
    model.compile(Sgd::new(0.1), SparseCategoricalCrossentropy::new(), Late(1));
    let before = weights(&model);
    let result = catch_unwind(AssertUnwindSafe(|| {
        model.fit(&data).epochs(2).verbose(false).run()
    }));
    assert!(result.expect_err("interrupted").is::<Interrupted>());
    assert_eq!(
        (weights(&model), model.history()),
        (before, &History::default())
    );
    assert!(
        model
            .parameters()
            .iter()
            .all(|parameter| !parameter.has_grad())
    );
    // A mistake before the training leaves the figures of the run before.
    model.compile(Sgd::new(0.1), SparseCategoricalCrossentropy::new(), Late(0));
    model.fit(&data).epochs(2).verbose(false).run();
    panic_of(|| drop(model.fit(&data).batch_size(0).run()));
    assert_eq!(model.history().epochs(), 2);
}

/// A second panic while one unwinds would end the process.
#[test]
fn an_interrupt_waits_for_a_panic() {
    struct Computes;
    impl Drop for Computes {
        fn drop(&mut self) {
            CHAINRULE_INTERRUPT.store(true, Ordering::Relaxed);
            assert_eq!((tensor(1.0) + 1.0).item(), 2.0);
        }
    }
    let _turn = alone();
    let (message, _) = panic_of(|| {
        let _computes = Computes;
        tensor([1.0, 2.0]).item();
    });
    assert!(
        message.starts_with("item: the tensor has 2 values"),
        "{message}"
    );
    let payload = catch_unwind(|| tensor(1.0) + 1.0).expect_err("now it is time");
    assert!(payload.is::<Interrupted>() && !CHAINRULE_INTERRUPT.load(Ordering::Relaxed));
}

#[test]
fn a_loss_that_is_no_number_ends_the_run() {
    let _turn = draws();
    let x = tensor([[1.0], [2.0]]);
    let mut model = Sequential::new().add(Dense::new(1, 1));
    model.compile(Sgd::new(1e30), MeanSquaredError, ());
    let history = model
        .fit_tensors(&x, &(&x * 2.0))
        .epochs(100)
        .verbose(false)
        .run();
    assert!(history.epochs() < 100 && history.accuracy().is_empty());
}

#[test]
fn the_summary_counts() {
    let _turn = draws();
    let model = Sequential::new()
        .add(Flatten::new())
        .add(Dense::new(784, 128).relu())
        .add(Dense::new(128, 10))
        .add(Softmax);
    let expected = "\
Layer (type)        Output Shape  Param #
─────────────────────────────────────────
flatten1 (Flatten)  ?                   0
dense1 (Dense)      (None, 128)   100,480
dense2 (Dense)      (None, 10)      1,290
softmax1 (Softmax)  (None, 10)          0
─────────────────────────────────────────
Total params: 101,770";
    let summary = model.summary().to_string();
    assert!(summary.starts_with(expected), "{summary}");
    let small = Sequential::new()
        .add(Dense::new(2, 3))
        .summary()
        .to_string();
    assert!(
        small.ends_with(&format!("Total params: 9 ({} B)", 9 * size_of::<Float>())),
        "{small}"
    );
    assert_eq!(format!("{model:?}"), summary);
}

#[test]
fn the_summary_counts_the_work() {
    let _turn = draws();
    let model = Sequential::new()
        .input(&[1, 28, 28])
        .add(Conv2D::new(1, 8, 3).same().relu())
        .add(BatchNormalization::new(8))
        .add(MaxPool2D::new(2))
        .add(Residual::new(Conv2D::new(8, 8, 3).same()))
        .add(GlobalAvgPool::new())
        .add(Dense::new(8, 10).softmax());
    let expected = "\
Layer (type)                              Output Shape       Param #     MACs
─────────────────────────────────────────────────────────────────────────────
conv2d1 (Conv2D)                          (None, 8, 28, 28)       80   56,448
batchnormalization1 (BatchNormalization)  (None, 8, 28, 28)       32        0
maxpool2d1 (MaxPool2D)                    (None, 8, 14, 14)        0        0
residual1 (Residual)                      (None, 8, 14, 14)      584  112,896
globalavgpool1 (GlobalAvgPool)            (None, 8)                0        0
dense1 (Dense)                            (None, 10)              90       80
─────────────────────────────────────────────────────────────────────────────
Total params: 786";
    let summary = model.summary();
    assert!(summary.to_string().starts_with(expected), "{summary}");
    assert_eq!(summary.macs(), 56_448 + 112_896 + 80);
    let outputs = (2 * 8 * 28 * 28 + 2 * 8 * 14 * 14 + 18) * size_of::<Float>();
    let end = format!(
        "\nOne sample: 169,424 MACs, outputs of {:.1} KB",
        outputs as f64 / 1024.0
    );
    assert!(summary.to_string().ends_with(&end), "{summary}");
    assert!(
        summary.to_string().contains("\nNot trained: 16 ("),
        "{summary}"
    );
    // The shapes are those that come out.
    let mut x = Tensor::zeros(&[2, 1, 28, 28]);
    let mut shape = vec![1, 28, 28];
    for layer in model.layers() {
        (x, shape) = (layer.forward(&x), layer.output_shape(&shape));
        assert_eq!(&x.shape()[1..], shape, "{}", layer.name());
    }
    let of_sequences: [Box<dyn Module>; 6] = [
        Box::new(Embedding::new(5, 4)),
        Box::new(MultiHeadAttention::new(4, 2)),
        Box::new(PositionEmbedding::new(9, 4)),
        Box::new(Gru::new(4, 3).return_sequences()),
        Box::new(Lstm::new(3, 2)),
        Box::new(Reshape::new(&[2, 1])),
    ];
    let (mut x, mut shape) = (Tensor::zeros(&[2, 7]), vec![7]);
    for layer in of_sequences {
        (x, shape) = (layer.forward(&x), layer.output_shape(&shape));
        assert_eq!(&x.shape()[1..], shape, "{}", layer.name());
    }
    // `fit` finds out what a sample looks like.
    let mut model = classifier(2, 8, 2);
    assert_eq!(model.summary().macs(), 0);
    model.fit(&data::xor()).verbose(false).run();
    assert_eq!(model.summary().macs(), 2 * 8 + 8 * 2);
}

#[test]
fn initial_weights_have_the_right_size() {
    let _turn = draws();
    seed(6);
    let deviation = |init: Init| (init.draw(300, 200).square().mean().item()).sqrt();
    let near = |init: Init, expected: Float| {
        assert!(
            (deviation(init) / expected - 1.0).abs() < 0.02,
            "{init:?}: {} instead of {expected}",
            deviation(init)
        );
    };
    near(Init::GlorotUniform, (2.0 / 500.0 as Float).sqrt());
    near(Init::GlorotNormal, (2.0 / 500.0 as Float).sqrt());
    near(Init::HeUniform, (2.0 / 300.0 as Float).sqrt());
    near(Init::HeNormal, (2.0 / 300.0 as Float).sqrt());
    near(Init::LecunNormal, (1.0 / 300.0 as Float).sqrt());
    near(Init::Normal(0.5), 0.5);
    near(Init::Uniform(0.3), 0.3 / (3.0 as Float).sqrt());
    for (rows, columns) in [(20, 30), (30, 20), (5, 5)] {
        let w = Init::Orthogonal.draw(rows, columns);
        let product = if rows < columns {
            w.matmul(&w.t())
        } else {
            w.t().matmul(&w)
        };
        let error = (product - Tensor::eye(rows.min(columns)))
            .abs()
            .max()
            .item();
        assert!(error < 1e-5, "{error}");
    }
    assert_eq!(deviation(Init::Zeros), 0.0);
}

#[test]
fn layers_learn_and_are_used() {
    let _turn = draws();
    seed(1);
    let x = Tensor::randn(&[200, 3]) * 2.0 + 1.0;
    let layer = BatchNormalization::new(3).momentum(0.5);
    let (mean, variance) = (x.mean_axis(0, false), x.var_axis(0, false));
    layer.forward(&x);
    for i in 0..3 {
        assert!((layer.mean.get(&[i]) - mean.get(&[i]) / 2.0).abs() < 1e-5);
        assert!((layer.variance.get(&[i]) - (1.0 + variance.get(&[i])) / 2.0).abs() < 1e-4);
    }
    // In use nothing is learnt, and a sample does not depend on the others.
    let before = layer.mean.to_vec();
    let (all, one) = no_grad(|| (layer.forward(&x), layer.forward(&x.slice(0, 0..1))));
    assert_eq!(
        (layer.mean.to_vec(), all.slice(0, 0..1).to_vec()),
        (before, one.to_vec())
    );
    assert_eq!((layer.parameters().len(), layer.state().len()), (2, 4));

    let dropout = Dropout::new(0.25);
    let dropped = dropout.forward(&Tensor::ones(&[10_000])).to_vec();
    let kept = dropped.iter().filter(|value| **value != 0.0).count();
    assert!(
        (7300..7700).contains(&kept)
            && dropped
                .iter()
                .all(|&y| y == 0.0 || (y - 4.0 / 3.0).abs() < 1e-6)
    );
    assert_eq!(no_grad(|| dropout.forward(&x)).to_vec(), x.to_vec());
    assert_eq!(inference(|| dropout.forward(&x)).to_vec(), x.to_vec());
    assert_ne!(
        training(|| no_grad(|| dropout.forward(&x))).to_vec(),
        x.to_vec()
    );
    // The mode comes back after a panic.
    panic_of(|| inference(|| drop(x.matmul(&x))));
    assert_ne!(dropout.forward(&x).to_vec(), x.to_vec());
}

/// A batch of 1, equal values, ±10⁴: every layer gives numbers, and so does `backward`.
#[test]
fn layers_take_extreme_inputs() {
    let _turn = draws();
    let of_features: [Box<dyn Module>; 5] = [
        Box::new(BatchNormalization::new(3)),
        Box::new(LayerNormalization::new(3)),
        Box::new(Dense::new(3, 2).softmax()),
        Box::new(Residual::new(Dense::new(3, 3).gelu())),
        Box::new(Dropout::new(0.9)),
    ];
    let of_sequences: [Box<dyn Module>; 5] = [
        Box::new(SimpleRnn::new(3, 2)),
        Box::new(Gru::new(3, 2)),
        Box::new(Lstm::new(3, 2)),
        Box::new(MultiHeadAttention::new(3, 1).causal()),
        Box::new(Conv1D::new(3, 2, 2).same()),
    ];
    let layers = of_features
        .iter()
        .map(|layer| (layer, false))
        .chain(of_sequences.iter().map(|layer| (layer, true)));
    for (layer, is_sequence) in layers {
        for n in [0, 1, 4] {
            if n == 0 && layer.name() == "BatchNormalization" {
                continue; // says that there is nothing to average over
            }
            let shape = if is_sequence {
                vec![n, 3, 3]
            } else {
                vec![n, 3]
            };
            for value in [0.0, 1e4, -1e4] {
                let x = Tensor::full(&shape, value).requires_grad();
                let y = layer.forward(&x);
                let gradient = &grads(&y.square().sum(), &[&x])[0];
                assert_eq!((gradient.shape(), y.shape()[0]), (&shape[..], n));
                let values = [y.to_vec(), gradient.to_vec()].concat();
                assert!(
                    values.iter().all(|value| value.is_finite()),
                    "{} of {value}",
                    layer.name()
                );
            }
        }
    }
}

#[test]
fn a_convolutional_network_learns() {
    let _turn = draws();
    seed(1);
    let (train, test) = data::digits(400).split(0.8);
    let mut model = Sequential::new()
        .add(Reshape::new(&[1, 28, 28]))
        .add(Conv2D::new(1, 6, 5).stride(2).relu())
        .add(BatchNormalization::new(6))
        .add(MaxPool2D::new(2))
        .add(Flatten::new())
        .add(Dropout::new(0.1))
        .add(Dense::new(6 * 6 * 6, 10).softmax());
    model.compile(
        Adam::new(0.01),
        SparseCategoricalCrossentropy::new(),
        Accuracy,
    );
    model.fit(&train).epochs(6).verbose(false).run();
    assert!(
        model.evaluate(&test).accuracy > 0.9,
        "{}",
        model.evaluate(&test)
    );
    assert_eq!(
        model.parameters()[0].name().as_deref(),
        Some("conv2d1.weight")
    );
}

#[test]
fn the_origin_of_a_nan_is_found() {
    let _turn = together();
    let w = tensor([1.0, -1.0]).requires_grad();
    assert_eq!((&w * 2.0).sum().find_nan(), None);
    assert_eq!(
        (w.sqrt() + w.ln()).sum().find_nan().as_deref(),
        Some("the result of `sqrt`, shape [2]")
    );
    let x = tensor([Float::INFINITY]).label("x");
    assert_eq!(
        (&w.sum() * &x).find_nan().as_deref(),
        Some("`x`, shape [1]")
    );
    w.set_value(&tensor([0.0, Float::NAN]));
    assert_eq!(
        w.square().find_nan().as_deref(),
        Some("a parameter, shape [2]")
    );
    // A graph in which many ways lead to the same tensor, and a deep one.
    let wide = (0..60).fold(tensor(1.0).requires_grad(), |x, _| &x + &x);
    assert_eq!(wide.find_nan(), None);
    let deep = (0..100_000).fold(tensor(1.0).requires_grad(), |x, _| x.tanh());
    assert_eq!(deep.find_nan(), None);
}

/// What `mistake` has its network say about itself, on the data of `data`.
fn diagnosis(mut model: Sequential, data: &Dataset, loss: impl Loss) -> String {
    model.compile(Sgd::new(0.1), loss, ());
    let before = (
        weights(&model),
        model
            .parameters()
            .iter()
            .filter(|parameter| parameter.has_grad())
            .count(),
    );
    let said = model.diagnose(data).to_string();
    assert_eq!(
        (
            weights(&model),
            model
                .parameters()
                .iter()
                .filter(|parameter| parameter.has_grad())
                .count()
        ),
        before
    );
    said
}

#[test]
fn a_network_says_what_is_wrong_with_it() {
    let _turn = draws();
    seed(3);
    let digits = data::digits(200);
    let loss = SparseCategoricalCrossentropy::new;
    let usual = || {
        Sequential::new()
            .add(Dense::new(784, 32).relu())
            .add(Dense::new(32, 10).softmax())
    };
    assert_eq!(diagnosis(usual(), &digits, loss()), "nothing looks wrong");
    let moons = data::two_moons(100, 0.1);
    let small = Sequential::new()
        .add(Dense::new(2, 16).tanh())
        .add(Dropout::new(0.5))
        .add(Dense::new(16, 2).softmax());
    assert_eq!(diagnosis(small, &moons, loss()), "nothing looks wrong");
    let xor = Sequential::new()
        .add(Dense::new(2, 8).tanh())
        .add(Dense::new(8, 1).sigmoid());
    assert_eq!(
        diagnosis(xor, &data::xor(), BinaryCrossentropy),
        "nothing looks wrong"
    );
    let says = |said: String, words: &[&str]| {
        words
            .iter()
            .for_each(|words| assert!(said.contains(words), "{said}"))
    };

    let bytes = Dataset::new(&(&digits.x * 255.0), &digits.y);
    says(
        diagnosis(usual(), &bytes, loss()),
        &["the inputs are not scaled", "standardised"],
    );
    let shifted = Dataset::new(&digits.x, &(&digits.y + 1.0));
    let eleven = Sequential::new()
        .add(Dense::new(784, 32).relu())
        .add(Dense::new(32, 11).softmax());
    says(
        diagnosis(eleven, &shifted, loss()),
        &["no label is 0, the lowest is 1", "subtract 1"],
    );
    let one = Sequential::new()
        .add(Dense::new(2, 8).relu())
        .add(Dense::new(8, 1).softmax());
    says(
        diagnosis(one, &data::xor(), BinaryCrossentropy),
        &["the softmax of a single output is always 1", ".sigmoid()"],
    );
    let mut deep = Sequential::new();
    for inputs in std::iter::once(784).chain([20; 11]) {
        deep = deep.add(Dense::new(inputs, 20).sigmoid());
    }
    let deep = deep.add(Dense::new(20, 10).softmax());
    says(
        diagnosis(deep, &digits, loss()),
        &["the gradients vanish: that of `dense1.weight`", ".relu()"],
    );
    let wild = Sequential::new()
        .add(Dense::new(784, 32))
        .add(Dense::new(32, 1));
    let far = Dataset::new(&digits.x, &(&digits.y * 1e4 + 0.5));
    says(
        diagnosis(wild, &far, MeanSquaredError),
        &["the gradients explode", "ClipNorm"],
    );
    let dead = usual();
    dead.parameters()[1].set_value(&Tensor::full(&[32], -1e3));
    says(
        diagnosis(dead, &digits, loss()),
        &["32 of 32 units of dense1 are dead", ".leaky_relu()"],
    );
    struct Cut(Dense);
    impl Module for Cut {
        fn forward(&self, x: &Tensor) -> Tensor {
            self.0.forward(x).detach()
        }
        fn parameters(&self) -> Vec<Tensor> {
            self.0.parameters()
        }
    }
    let cut = Sequential::new()
        .add(Cut(Dense::new(784, 32).relu()))
        .add(Dense::new(32, 10).softmax());
    says(
        diagnosis(cut, &digits, loss()),
        &["no gradient reaches `cut1.weight`", ".detach()"],
    );
    // Pixels at the edge, numbers of words, weights that begin at 0 and a solved problem are no
    // mistakes.
    let flattened = Dataset::new(&digits.x.reshape(&[200, 28, 28]), &digits.y);
    let flat = Sequential::new()
        .add(Flatten::new())
        .add(Dense::new(784, 32))
        .add(Relu)
        .add(Dense::new(32, 10).softmax());
    assert_eq!(diagnosis(flat, &flattened, loss()), "nothing looks wrong");
    let words = data::sentences(20).windows(6);
    let tokens = Sequential::new()
        .add(Embedding::new(30, 8))
        .add(Gru::new(8, 8))
        .add(Dense::new(8, 30).softmax());
    assert_eq!(
        diagnosis(
            tokens,
            &Dataset::new(&words.x, &words.y.slice(1, 5..6).squeeze(1)),
            loss()
        ),
        "nothing looks wrong"
    );
    let zeros = Sequential::new().add(Dense::new(784, 10).initializer(Init::Zeros).softmax());
    assert_eq!(diagnosis(zeros, &digits, loss()), "nothing looks wrong");
    let mut solved = usual();
    solved.compile(Adam::new(0.01), loss(), ());
    solved.fit(&digits).epochs(60).verbose(false).run();
    assert_eq!(diagnosis(solved, &digits, loss()), "nothing looks wrong");
    mistake!(
        usual().diagnose(&digits),
        "diagnose: the model is not compiled"
    );
}

#[test]
fn a_network_that_does_not_go_with_its_loss_or_its_data_says_so() {
    let _turn = draws();
    seed(4);
    let digits = data::digits(300);
    let loss = SparseCategoricalCrossentropy::new;
    let hidden = || Sequential::new().add(Dense::new(784, 32).relu());
    let says = |said: String, words: &[&str]| {
        words
            .iter()
            .for_each(|words| assert!(said.contains(words), "{words}: {said}"));
    };
    let moons = data::two_moons(200, 0.1);
    let two = |last: Dense| Sequential::new().add(Dense::new(2, 8).tanh()).add(last);
    says(
        diagnosis(two(Dense::new(8, 1)), &moons, BinaryCrossentropy),
        &["not between 0 and 1", ".sigmoid()"],
    );
    says(
        diagnosis(hidden().add(Dense::new(32, 10)), &digits, loss()),
        &["no probabilities", ".softmax()"],
    );
    says(
        diagnosis(hidden().add(Dense::new(32, 10).relu()), &digits, loss()),
        &["ends in relu", ".softmax()"],
    );
    let far = Dataset::new(&moons.x, &(moons.y.unsqueeze(1) * 9.5 - 0.5));
    for (activation, last) in [
        ("sigmoid", Dense::new(8, 1).sigmoid()),
        ("tanh", Dense::new(8, 1).tanh()),
    ] {
        says(
            diagnosis(two(last), &far, MeanSquaredError),
            &[activation, "go from -0.5000 to 9.0000"],
        );
    }
    let near = Dataset::new(&moons.x, &moons.y.unsqueeze(1));
    let said = diagnosis(two(Dense::new(8, 1).sigmoid()), &near, MeanSquaredError);
    assert!(!said.contains("ends in"), "{said}");
    let twice = hidden().add(Dense::new(32, 10).softmax()).add(Softmax);
    says(
        diagnosis(twice, &digits, loss()),
        &["softmax twice", "Leave the first out"],
    );
    let twice = two(Dense::new(8, 1).sigmoid()).add(Sigmoid);
    says(
        diagnosis(twice, &moons, BinaryCrossentropy),
        &["sigmoid twice"],
    );
    // Squares from below.
    let line = Dataset::new(&Tensor::randn(&[50, 2]), &(Tensor::randn(&[50, 1]) - 3.0));
    says(
        diagnosis(two(Dense::new(8, 1).relu()), &line, MeanSquaredError),
        &["negative", "Leave the activation"],
    );
    let positive = Dataset::new(&line.x, &line.y.abs());
    assert_eq!(
        diagnosis(two(Dense::new(8, 1).relu()), &positive, MeanSquaredError),
        "nothing looks wrong"
    );

    let usual = || hidden().add(Dense::new(32, 10).softmax());
    let mixed = Dataset::new(&digits.x.select_rows(&random_order(300)), &digits.y);
    says(
        diagnosis(usual(), &mixed, loss()),
        &["nothing to do with the inputs", "data.shuffled()"],
    );
    assert_eq!(
        diagnosis(usual(), &digits.shuffled(), loss()),
        "nothing looks wrong"
    );
    for (rate, words) in [(10.0, "too large"), (1e-6, "too small")] {
        let mut model = usual();
        model.compile(Sgd::new(rate), loss(), ());
        says(
            model.diagnose(&digits).to_string(),
            &["the learning rate is", words],
        );
        model.compile(Adam::new(rate), loss(), ());
        says(
            model.diagnose(&digits).to_string(),
            &["the learning rate is", words],
        );
    }
    let mut values = digits.x.to_vec();
    (values[784 * 3 + 5], values[784 * 9]) = (Float::NAN, Float::INFINITY);
    let broken = Dataset::new(&Tensor::from_vec(values, digits.x.shape()), &digits.y);
    says(
        diagnosis(usual(), &broken, loss()),
        &[
            "2 of",
            "no number: NaN first, in example 3",
            "Leave these examples out",
        ],
    );
    // At the start queries and keys do not matter yet.
    let words = data::sentences(40).windows(6);
    let young = Sequential::new()
        .add(Embedding::new(30, 16))
        .add(MultiHeadAttention::new(16, 4))
        .add(Flatten::new())
        .add(Dense::new(96, 30).softmax());
    let next = Dataset::new(&words.x, &words.y.slice(1, 5..6).squeeze(1));
    assert_eq!(diagnosis(young, &next, loss()), "nothing looks wrong");
}

/// Rows in another order, none at its own place.
fn random_order(n: usize) -> Vec<usize> {
    assert!(!n.is_multiple_of(7)); // each row once
    (0..n).map(|i| (i * 7 + 3) % n).collect()
}

#[test]
fn words_that_lead_to_the_repair() {
    let _turn = draws();
    // A parameter that was updated is a result.
    let mut w = tensor([1.0, 2.0]).requires_grad();
    w.square().sum().backward();
    w = &w - 0.1 * w.grad();
    w.square().sum().backward();
    mistake!(
        w.grad(),
        "has no gradient",
        "no_grad(|| &w - 0.1 * w.grad()).requires_grad()",
        "retain_grad"
    );
    let mut w = tensor([1.0, 2.0]).requires_grad();
    for _ in 0..2 {
        w.square().sum().backward();
        w = no_grad(|| &w - 0.1 * w.grad()).requires_grad();
    }
    assert!((w.to_vec()[0] - 0.64).abs() < 1e-6);
    // Pictures as Keras has them.
    let picture = Tensor::zeros(&[2, 28, 28, 1]);
    mistake!(
        Conv2D::new(1, 4, 3).forward(&picture),
        "the channels come last here",
        "x.permute(&[0, 3, 1, 2])"
    );
    assert_eq!(
        Conv2D::new(1, 4, 3)
            .forward(&picture.permute(&[0, 3, 1, 2]))
            .shape()[1],
        4
    );
    mistake!(
        Conv2D::new(1, 4, 3).forward(&Tensor::zeros(&[2, 32, 32, 3])),
        "channels come last",
        "Conv2D::new(3, …)"
    );
    mistake!(
        Conv1D::new(2, 4, 3).forward(&Tensor::zeros(&[2, 100, 2])),
        "channels come last",
        "x.permute(&[0, 2, 1])"
    );
    mistake!(
        Conv2D::new(1, 4, 3).forward(&Tensor::zeros(&[2, 3, 28, 28])),
        "make the layer Conv2D::new(3, 4, …)"
    );
    // Numbers of classes, or a row for each.
    let p = Tensor::zeros(&[3, 4]).softmax(-1);
    let numbers = tensor([0, 1, 2]);
    mistake!(
        CategoricalCrossentropy::new().loss(&p, &numbers),
        "SparseCategoricalCrossentropy::new()",
        "y.one_hot(4)"
    );
    mistake!(
        KlDivergence.loss(&p, &numbers.reshape(&[3, 1])),
        "the numbers of classes",
        "y.squeeze(-1).one_hot(4)"
    );
    let column = numbers.reshape(&[3, 1]);
    CategoricalCrossentropy::new().loss(&p, &column.squeeze(-1).one_hot(4));
    // One sequence where a batch of them is expected.
    mistake!(
        Lstm::new(3, 4).forward(&Tensor::zeros(&[2, 3])),
        "sequences [n, length, 3] are expected",
        ".unsqueeze(0)"
    );
    Lstm::new(3, 4).forward(&Tensor::zeros(&[2, 3]).unsqueeze(0));
    mistake!(
        Lstm::new(1, 4).forward(&Tensor::zeros(&[2, 3])),
        "an axis of size 1: .unsqueeze(-1)"
    );
    mistake!(
        SparseCategoricalCrossentropy::new().loss(&p, &numbers.one_hot(4)),
        "one-hot",
        "CategoricalCrossentropy"
    );
}

#[test]
fn a_loss_that_is_no_number_because_of_the_data_is_not_blamed_on_the_rate() {
    let _turn = draws();
    let mut x = vec![0.5; 20];
    x[7] = Float::NAN;
    let data = Dataset::new(
        &Tensor::from_vec(x, &[10, 2]),
        &tensor([0, 1]).index_select(0, &[0, 1, 0, 1, 0, 1, 0, 1, 0, 1]),
    );
    let mut model = Sequential::new().add(Dense::new(2, 2).softmax());
    model.compile(Sgd::new(0.1), SparseCategoricalCrossentropy::new(), ());
    let said = model.diagnose(&data).to_string();
    assert!(
        said.contains("1 of 20 inputs is no number: NaN first, in example 3"),
        "{said}"
    );
}

#[test]
fn the_operation_that_makes_a_nan_can_end_the_cell() {
    let _turn = alone();
    let w = tensor([1.0, -1.0]).requires_grad().label("w");
    stop_at_nan(true);
    mistake!(
        (&w * 2.0).ln(),
        "ln: the result, of shape [2], holds a value that is NaN or infinite",
        "hint"
    );
    // What masks an attention is meant.
    let attended = MultiHeadAttention::new(4, 2)
        .causal()
        .forward(&Tensor::ones(&[1, 3, 4]));
    stop_at_nan(false);
    assert_eq!(
        ((&w * 2.0).ln().shape(), attended.shape()),
        ([2].as_slice(), [1, 3, 4].as_slice())
    );
    // Nor is the mask where a NaN in such a network came from.
    let layer = MultiHeadAttention::new(4, 2).causal();
    let x = (Tensor::full(&[1, 3, 4], -1.0).requires_grad()).sqrt();
    assert_eq!(
        layer.forward(&x).sum().find_nan().as_deref(),
        Some("the result of `sqrt`, shape [1, 3, 4]")
    );
}

#[test]
fn several_metrics_are_reported_by_name() {
    let _turn = draws();
    seed(2);
    let (train, test) = data::blobs(120, 4, 0.4).split(0.75);
    let mut model = Sequential::new()
        .add(Dense::new(2, 8).relu())
        .add(Dense::new(8, 4).softmax());
    model.compile(
        Adam::new(0.05),
        SparseCategoricalCrossentropy::new(),
        (Accuracy, TopK(2), Perplexity),
    );
    let mut seen = Vec::new();
    let stop = EarlyStopping::new(2).monitor("val_top_2");
    let fit = model
        .fit(&train)
        .epochs(30)
        .validation(&test)
        .verbose(false)
        .callback(stop);
    let history = fit
        .on_epoch(|_, row| seen.push(row.figure("val_perplexity").unwrap()))
        .run();
    let n = history.epochs();
    for name in [
        "loss",
        "accuracy",
        "val_loss",
        "val_accuracy",
        "top_2",
        "perplexity",
        "val_top_2",
    ] {
        assert_eq!(history.get(name).len(), n, "{name}");
    }
    assert_eq!(history.get("val_perplexity"), seen);
    assert!(n < 30 && history.get("top_2") >= history.accuracy());
    let table = history.to_string();
    assert!(
        table
            .lines()
            .next()
            .unwrap()
            .ends_with("top_2  perplexity  val_top_2  val_perplexity"),
        "{table}"
    );
    let evaluation = model.evaluate(&test);
    assert_eq!(
        (evaluation.get("accuracy"), evaluation.get("top_2")),
        (evaluation.accuracy, evaluation.metrics[1].1)
    );
    assert!((evaluation.get("perplexity") - evaluation.loss.exp()).abs() < 1e-5);
    assert!(evaluation.to_string().contains("top_2 "), "{evaluation}");
    // A split of its own, and a metric that is no share.
    let mut line = Sequential::new().add(Dense::new(1, 1));
    line.compile(Sgd::new(0.01), MeanSquaredError, MeanAbsoluteError);
    let history = line
        .fit(&data::sine(50, 0.1))
        .epochs(3)
        .validation_split(0.2)
        .verbose(false)
        .run();
    assert_eq!(
        (
            history.get("val_mean_absolute_error").len(),
            history.batch_loss().len()
        ),
        (3, 6)
    );
    assert!(history.accuracy().is_empty() && line.evaluate(&data::sine(9, 0.1)).accuracy.is_nan());
}

/// Its figures are given, so that every case can be told.
fn replay(
    callbacks: &mut dyn FnMut(chainrule::model::Fit) -> History,
    losses: &[Float],
) -> (History, Vec<Float>) {
    struct Given(Mutex<Vec<Float>>);
    impl Loss for Given {
        fn loss(&self, prediction: &Tensor, _: &Tensor) -> Tensor {
            let mut values = self.0.lock().unwrap();
            let value = values.remove(0);
            prediction.sum() - prediction.sum().item() + value
        }
        fn name(&self) -> &'static str {
            "given"
        }
    }
    let x = tensor([[1.0]]);
    let mut model = Sequential::new().add(Dense::new(1, 1).no_bias().initializer(Init::Zeros));
    model.compile(Sgd::new(1.0), Given(Mutex::new(losses.to_vec())), ());
    let history = callbacks(
        model
            .fit_tensors(&x, &x)
            .epochs(losses.len())
            .verbose(false),
    );
    (history, model.parameters()[0].to_vec())
}

/// Each step takes 1 from the weight, so the weight counts the epochs.
#[test]
fn early_stopping_brings_back_the_best() {
    let _turn = draws();
    let losses = [5.0, 4.0, 3.0, 3.5, 3.2, 3.1, 2.0];
    let (history, weight) = replay(
        &mut |fit| fit.callback(EarlyStopping::new(3)).run(),
        &losses,
    );
    assert_eq!((history.loss(), &weight[..]), (&losses[..6], &[-3.0][..]));
    let (history, weight) = replay(
        &mut |fit| fit.callback(EarlyStopping::new(4)).run(),
        &losses,
    );
    assert_eq!((history.epochs(), weight), (7, vec![-7.0]));
    let last = EarlyStopping::new(3).restore_best_weights(false);
    assert_eq!(
        replay(&mut |fit| fit.callback(last.clone()).run(), &losses).1,
        [-6.0]
    );
    let choosy = EarlyStopping::new(2).min_delta(1.5);
    assert_eq!(
        replay(&mut |fit| fit.callback(choosy.clone()).run(), &losses)
            .0
            .epochs(),
        5
    );
    // A loss that is no number: the best is back, too.
    let (history, weight) = replay(
        &mut |fit| fit.callback(EarlyStopping::new(3)).run(),
        &[2.0, 3.0, Float::NAN, 1.0],
    );
    assert_eq!((history.epochs(), weight), (2, vec![-1.0]));
}

#[test]
fn the_learning_rate_changes_as_asked() {
    let _turn = draws();
    let losses = [5.0, 6.0, 6.0, 6.0, 6.0, 4.0];
    let reduce = || ReduceOnPlateau::new(0.5, 2);
    // Steps of 1, 1, 1, ½, ½, ¼.
    let (_, weight) = replay(&mut |fit| fit.callback(reduce()).run(), &losses);
    assert_eq!(weight, [-4.25]);
    let (_, weight) = replay(&mut |fit| fit.callback(reduce().lowest(0.5)).run(), &losses);
    assert_eq!(weight, [-4.5]);
    let (_, weight) = replay(
        &mut |fit| fit.callback(Schedule::step(1.0, 2, 0.5)).run(),
        &losses,
    );
    assert_eq!(weight, [-3.5]);
    let (_, weight) = replay(&mut |fit| fit.callback(ClipNorm(0.5)).run(), &losses);
    assert_eq!(weight, [-3.0]);
}

/// A schedule belongs to its run, also if that is interrupted.
#[test]
fn the_next_run_begins_with_the_old_learning_rate() {
    let _turn = alone();
    let x = tensor([[1.0]]);
    for is_interrupted in [false, true] {
        let mut model = Sequential::new().add(Dense::new(1, 1).no_bias());
        model.compile(Sgd::new(0.1), MeanSquaredError, ());
        let fit = model
            .fit_tensors(&x, &x)
            .epochs(3)
            .verbose(false)
            .callback(Schedule::linear(0.0, 1));
        let fit = fit.on_epoch(|_, _| CHAINRULE_INTERRUPT.store(is_interrupted, Ordering::Relaxed));
        assert_eq!(
            catch_unwind(AssertUnwindSafe(|| fit.run())).is_err(),
            is_interrupted
        );
        let before = model.evaluate(&Dataset::new(&x, &x)).loss;
        model.fit_tensors(&x, &x).epochs(50).verbose(false).run();
        assert!(model.evaluate(&Dataset::new(&x, &x)).loss < before * 1e-3);
    }
}

#[test]
fn a_search_for_a_learning_rate_leaves_no_trace() {
    let _turn = alone();
    seed(5);
    let data = data::two_moons(200, 0.1);
    let mut model = classifier(2, 16, 2);
    let before = weights(&model);
    let search = model.find_learning_rate(&data);
    assert!((1e-3..1.0).contains(&search.suggestion()), "{search}");
    assert!(search.bundle().get("image/svg+xml").is_some());
    assert_eq!(weights(&model), before);
    CHAINRULE_INTERRUPT.store(true, Ordering::Relaxed);
    catch_unwind(AssertUnwindSafe(|| model.find_learning_rate(&data))).expect_err("interrupted");
    assert_eq!(weights(&model), before);
    // It trains as if nothing had been.
    seed(1);
    let first = model.fit(&data).epochs(2).verbose(false).run();
    let mut other = classifier(2, 16, 2);
    other
        .parameters()
        .iter()
        .zip(&before)
        .for_each(|(w, old)| w.set_value(&Tensor::from_vec(old.clone(), w.shape())));
    seed(1);
    assert_eq!(other.fit(&data).epochs(2).verbose(false).run(), first);
}

#[test]
fn a_model_is_saved_and_read() {
    let _turn = draws();
    seed(6);
    let path =
        std::env::temp_dir().join(format!("chainrule-test-{}.safetensors", std::process::id()));
    let path = path.to_str().expect("a path");
    let new = || {
        let inner = Sequential::new()
            .add(Dense::new(4, 4).relu())
            .add(Dense::new(4, 4));
        let model = Sequential::new()
            .add(Dense::new(2, 4))
            .add(BatchNormalization::new(4))
            .add(Residual::new(inner));
        let mut model = model.add(Dense::new(4, 2).softmax());
        model.compile(
            Adam::new(0.05),
            SparseCategoricalCrossentropy::new(),
            Accuracy,
        );
        model
    };
    let data = data::two_moons(100, 0.1);
    let (mut model, other) = (new(), new());
    model
        .fit(&data)
        .epochs(3)
        .verbose(false)
        .callback(Checkpoint::new(path).monitor("accuracy"))
        .run();
    model.save(path).expect("written");
    other.load(path).expect("read");
    assert_eq!(
        other.predict(&data.x).to_vec(),
        model.predict(&data.x).to_vec()
    );
    let bytes = std::fs::read(path).expect("a file");
    let header = String::from_utf8_lossy(&bytes[8..]);
    assert!(
        header.starts_with('{')
            && header.contains("\"1.running_mean\"")
            && header.contains("\"2.weight.2\""),
        "{header}"
    );
    // What does not fit is told, and changes nothing.
    let before = weights(&other);
    for (what, content) in [
        ("no safetensors", &b"x"[..]),
        ("no safetensors", &[255; 20]),
        ("EOF", &[0; 8]),
    ] {
        std::fs::write(path, content).expect("written");
        let error = other.load(path).expect_err("must fail").to_string();
        assert!(error.contains(what), "{error}");
    }
    let cut = &bytes[..bytes.len() - 4];
    std::fs::write(path, cut).expect("written");
    assert!(
        other
            .load(path)
            .expect_err("too short")
            .to_string()
            .contains("are not in it")
    );
    std::fs::write(path, &bytes).expect("written");
    let narrow = Sequential::new().add(Dense::new(2, 3));
    let error = narrow.load(path).expect_err("must fail").to_string();
    assert!(
        error.contains("0.weight is [2, 4]") && error.contains("needs [2, 3]"),
        "{error}"
    );
    assert!(narrow.load("/nowhere").is_err() && narrow.save("/nowhere/x").is_err());
    assert_eq!(weights(&other), before);
    std::fs::remove_file(path).expect("removed");
}

#[test]
fn metrics_count() {
    let _turn = together();
    let (predicted, labels) = (tensor([2, 1, 0, 2, 2]), tensor([2, 0, 0, 1, 2]));
    assert_eq!(precision(&predicted).class(2).against(&labels), 2.0 / 3.0);
    assert_eq!(recall(&predicted).class(2).against(&labels), 1.0);
    assert!((f1_score(&predicted).class(2).against(&labels) - 0.8).abs() < 1e-6);
    assert_eq!(
        (
            precision(&predicted).class(7).against(&labels),
            recall(&predicted).class(7).against(&labels)
        ),
        (0.0, 0.0)
    );
    assert_eq!(
        (
            recall(&predicted).class(1).against(&labels),
            f1_score(&predicted).class(1).against(&labels)
        ),
        (0.0, 0.0)
    );
    let scores = tensor([[3.0, 2.0, 1.0], [1.0, 1.0, 1.0], [0.0, 5.0, 9.0]]);
    let shares = [0, 1, 2, 3].map(|k| top_k_accuracy(&scores, &tensor([1, 1, 2]), k));
    assert_eq!(shares, [0.0, 1.0 / 3.0, 1.0, 1.0]);
    assert_eq!(
        roc_auc(&tensor([0.1, 0.4, 0.35, 0.8])).against(&tensor([0, 0, 1, 1])),
        0.75
    );
    assert_eq!(
        roc_auc(&tensor([0.5, 0.5, 0.5])).against(&tensor([0, 1, 1])),
        0.5
    );
    assert!(roc_auc(&tensor([0.5])).against(&tensor([1])).is_nan());
    // A class for each step of a sequence.
    let steps = tensor([[[0.1, 0.9], [0.8, 0.2]]]);
    assert_eq!(accuracy(&steps, &tensor([[1, 1]])), 0.5);
}

// ------------------------------------------------------------------------------------------------
// appearance

#[test]
fn tensors_print_like_matrices() {
    let _turn = together();
    assert_eq!(
        tensor([[1.0, 0.5], [0.25, -3.0]]).to_string(),
        "tensor([[ 1.0000,  0.5000],\n        [ 0.2500, -3.0000]], shape=[2, 2])"
    );
    assert_eq!(
        tensor(2).requires_grad().label("w").to_string(),
        "tensor(2.0, shape=[], name=\"w\", requires_grad)"
    );
    assert_eq!(
        Tensor::zeros(&[0, 3]).to_string(),
        "tensor([], shape=[0, 3])"
    );
    let long = Tensor::zeros(&[1000, 1000]).to_string();
    assert!(
        long.lines().count() < 20 && long.contains('…') && long.contains("shape=[1000, 1000]"),
        "{long}"
    );
    for shape in [&[][..], &[0], &[3], &[2, 2], &[50, 60], &[2, 2, 2]] {
        let bundle = Tensor::full(shape, Float::NAN).bundle();
        assert!(bundle.plain().contains("shape="));
    }
}

#[test]
fn a_graph_is_drawn_with_values_and_gradients() {
    let _turn = together();
    let (x, w) = (
        tensor(2.0).label("x<1>"),
        tensor(-3.0).requires_grad().label("w"),
    );
    let product = &x * &w;
    let y = product.tanh().label("y");
    let before = draw_graph(&y);
    assert!(!before.svg().contains("grad"));
    y.backward();
    let drawing = draw_graph(&y);
    for text in ["x&lt;1&gt;", "value -6.0000", "grad 1.0000", "tanh", "×"] {
        assert!(
            drawing.svg().contains(text),
            "{text} is not in {}",
            drawing.svg()
        );
    }
    assert!(
        drawing.bundle().plain().contains("y = tanh(t2)"),
        "{}",
        drawing.bundle().plain()
    );
    assert!(
        drawing.dot().contains("label=\"x\\<1\\> | value 2.0000\""),
        "{}",
        drawing.dot()
    );
    let deep = (0..1000).fold(w, |x, _| x.tanh());
    assert!(
        panic_of(|| drop(draw_graph(&deep)))
            .0
            .contains("more than 120 tensors")
    );
}

/// The picture never mixes derivatives of different roots, or sums of several calls with single
/// ones.
#[test]
fn the_gradients_of_a_drawing_belong_together() {
    let _turn = together();
    let w = tensor(3.0).requires_grad().label("w");
    let y = (&w * 2.0).square().label("y");
    let loss = (&y * 10.0).label("loss");
    let grads = |drawn: &Tensor| {
        let text = draw_graph(drawn).bundle().plain().to_owned();
        text.lines()
            .filter_map(|line| Some(line.split_once(" | grad ")?.1.to_owned()))
            .collect::<Vec<_>>()
    };
    loss.backward();
    assert_eq!(grads(&loss), ["240.0000", "120.0000", "10.0000", "1.0000"]);
    // y was not the root: what is known is the gradient that `w.grad()` returns.
    assert_eq!(grads(&y), ["240.0000"]);
    loss.backward();
    assert_eq!(grads(&loss), ["480.0000"], "a sum of two calls");
    w.zero_grad();
    y.backward();
    assert_eq!(grads(&y), ["24.0000", "12.0000", "1.0000"]);
    assert_eq!(grads(&loss), ["24.0000"]);
}

/// Front ends shrink what is wider than the page until nobody can read it.
#[test]
fn long_graphs_are_drawn_from_top_to_bottom() {
    let _turn = together();
    let size = |svg: &str, side: &str| -> f64 {
        let value = svg
            .split_once(&format!(" {side}=\""))
            .and_then(|(_, rest)| rest.split_once('"'));
        value
            .and_then(|(number, _)| number.parse().ok())
            .expect("a size")
    };
    let x = tensor(0.5).requires_grad();
    for operations in [1, 4, 15, 50] {
        let chain = (0..operations).fold(
            x.clone(),
            |x, i| if i % 3 == 1 { &x * 1.5 } else { x.sin() },
        );
        let svg = draw_graph(&chain).svg().to_owned();
        // A chain of 50 is a staircase that scrolls.
        assert!(
            size(&svg, "width") <= 900.0 || operations == 50,
            "{operations}: {} wide",
            size(&svg, "width")
        );
        assert_eq!(
            size(&svg, "height") > size(&svg, "width"),
            operations > 4,
            "{operations}"
        );
    }
}

#[test]
fn numbers_in_drawings_have_the_same_decimals() {
    let _turn = together();
    let text = |tensor: Tensor| draw_graph(&tensor).bundle().plain().to_owned();
    assert!(
        text(tensor(0.25)).ends_with("value 0.2500")
            && text(tensor([0.25])).ends_with("value 0.2500")
    );
    assert!(text(tensor([0.5, 0.001, 0.0])).ends_with("value 0.50, 1.0e-3, …"));
}
