//! What people who come from Keras, PyTorch, NumPy and scikit-learn write first: it works, or there
//! is one form that does.
// Learners write both forms, and both are tried.
#![allow(clippy::needless_borrows_for_generic_args, clippy::type_complexity)]

use chainrule::optim::Optimizer;
use chainrule::prelude::*;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The generator is shared by the process: all tests here take turns.
fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn panic_of(mistake: impl FnOnce()) -> String {
    let payload = catch_unwind(AssertUnwindSafe(mistake)).expect_err("this should have panicked");
    payload
        .downcast_ref::<String>()
        .cloned()
        .unwrap_or_default()
}

fn classifier() -> Sequential {
    Sequential::new()
        .add(Dense::new(2, 8).tanh())
        .add(Dense::new(8, 2).softmax())
}

fn one_hot(target: &Tensor) -> Tensor {
    target.reshape(&[target.len()]).one_hot(2)
}

/// The losses of a short training that always begins in the same way.
fn losses(compile: impl FnOnce(&mut Sequential)) -> Vec<Float> {
    seed(7);
    let mut model = classifier();
    compile(&mut model);
    model
        .fit(&data::xor())
        .epochs(5)
        .batch_size(2)
        .verbose(false)
        .run()
        .loss()
        .to_vec()
}

#[test]
fn a_loss_or_a_metric_is_its_bare_name_or_made_with_new() {
    let _turn = alone();
    let (p, t) = (tensor([[0.2, 0.8], [0.6, 0.4]]), tensor([1, 0]));
    let same = |a: &dyn Loss, b: &dyn Loss, p: &Tensor, t: &Tensor| {
        assert_eq!(a.loss(p, t).item(), b.loss(p, t).item(), "{}", a.name());
    };
    same(
        &SparseCategoricalCrossentropy,
        &SparseCategoricalCrossentropy::new(),
        &p,
        &t,
    );
    let rows = t.one_hot(2);
    same(
        &CategoricalCrossentropy,
        &CategoricalCrossentropy::new(),
        &p,
        &rows,
    );
    same(&MeanSquaredError, &MeanSquaredError::new(), &p, &rows);
    same(&MeanAbsoluteError, &MeanAbsoluteError::new(), &p, &rows);
    same(&KlDivergence, &KlDivergence::new(), &p, &rows);
    same(&BinaryCrossentropy, &BinaryCrossentropy::new(), &p, &rows);
    same(&Hinge, &Hinge::new(), &p, &rows);
    same(&Huber, &Huber::new(1.0), &p, &rows);
    same(&Huber, &Huber::default(), &p, &rows);
    let measured = |a: &dyn Metric, b: &dyn Metric| {
        assert_eq!(a.measure(&p, &t), b.measure(&p, &t), "{}", a.name())
    };
    measured(&Accuracy, &Accuracy::new());
    measured(&Perplexity, &Perplexity::new());
    measured(&TopK(2), &TopK::new(2));
    // Layers and callbacks without settings as well.
    let x = Tensor::zeros(&[3, 2, 2, 2]);
    assert_eq!(
        Flatten.forward(&x).shape(),
        Flatten::new().forward(&x).shape()
    );
    assert_eq!(
        GlobalAvgPool.forward(&x).shape(),
        GlobalAvgPool::new().forward(&x).shape()
    );
    let sequence = Tensor::zeros(&[1, 4, 6]);
    let encoded = SinePositionEncoding::new().forward(&sequence);
    assert_eq!(
        SinePositionEncoding.forward(&sequence).to_vec(),
        encoded.to_vec()
    );
    assert_eq!(
        format!("{:?}", ClipNorm(1.0)),
        format!("{:?}", ClipNorm::new(1.0))
    );
    assert!(
        GradientTape
            .gradient(&tensor(1.0).requires_grad().square(), &[])
            .is_empty()
    );
}

#[test]
fn every_optimiser_has_usual_settings() {
    let rates = [
        Sgd::default().learning_rate(),
        Momentum::default().learning_rate(),
        Adagrad::default().learning_rate(),
        RmsProp::default().learning_rate(),
        Adam::default().learning_rate(),
        AdamW::default().learning_rate(),
        Adadelta::default().learning_rate(),
    ];
    assert_eq!(rates, [0.01, 0.01, 0.001, 0.001, 0.001, 0.001, 1.0]);
}

#[test]
fn keras_names_are_known_to_compile() {
    let _turn = alone();
    let by_value = losses(|model| {
        model.compile(
            Adam::default(),
            SparseCategoricalCrossentropy::new(),
            Accuracy,
        )
    });
    let by_name =
        losses(|model| model.compile("adam", "sparse_categorical_crossentropy", ["accuracy"]));
    assert_eq!(by_value, by_name);
    assert_eq!(
        by_value,
        losses(|model| model.compile("Adam", SparseCategoricalCrossentropy, "accuracy"))
    );
    assert_eq!(
        by_value,
        losses(|model| model.compile(Adam::default(), SparseCategoricalCrossentropy, None))
    );
    let chosen: Box<dyn Optimizer> = Box::new(Adam::default());
    assert_eq!(
        by_value,
        losses(|model| model.compile(chosen, SparseCategoricalCrossentropy, vec!["acc"]))
    );
    for optimizer in ["sgd", "rmsprop", "adagrad", "adadelta", "adamw"] {
        assert!(
            losses(|model| model.compile(optimizer, "sparse_categorical_crossentropy", ())).len()
                == 5
        );
    }
}

#[test]
fn metrics_by_name_alone_in_an_array_and_in_a_tuple() {
    let _turn = alone();
    let data = data::sine(20, 0.1);
    let run = |compile: &dyn Fn(&mut Sequential)| {
        let mut model = Sequential::new().add(Dense::new(1, 1));
        compile(&mut model);
        let history = model
            .fit(&data)
            .epochs(2)
            .validation(&data)
            .verbose(false)
            .run();
        (history, model.evaluate(&data))
    };
    let (history, evaluation) = run(&|model| model.compile("sgd", "mse", "mae"));
    assert_eq!(history.get("mae"), history.get("mean_absolute_error"));
    assert_eq!(history.get("val_mae").len(), 2);
    assert_eq!(evaluation.get("mae"), evaluation.get("mean_absolute_error"));
    let (history, _) = run(&|model| model.compile("sgd", "mae", ["mae", "mse"]));
    assert_eq!(history.get("mse").len(), 2);
    assert!((history.get("mae")[0] - history.loss()[0]).abs() < 1e-5);
    run(&|model| model.compile("sgd", "mae", &["mae", "mse"]));
    run(&|model| model.compile("sgd", "huber", ("mae", MeanSquaredError)));
    run(&|model| model.compile("sgd", "mse", [MeanAbsoluteError]));
    // What is watched by a short name falls, as what has the long one.
    let mut model = Sequential::new().add(Dense::new(1, 1));
    model.compile(Sgd::new(0.05), "mse", "mae");
    let stops = EarlyStopping::new(2).monitor("mae");
    let history = model
        .fit(&data)
        .epochs(6)
        .callback(stops)
        .verbose(false)
        .run();
    assert!(
        history.epochs() > 3,
        "an error that falls is no reason to stop: {:?}",
        history.get("mae")
    );
}

#[test]
fn a_name_that_is_none_is_refused_at_compile_with_those_that_are() {
    let refused = |compile: fn(&mut Sequential)| panic_of(|| compile(&mut classifier()));
    let message = refused(|model| model.compile("adma", "mse", ()));
    assert!(
        message.contains("no optimiser \"adma\"") && message.contains("\"adam\""),
        "{message}"
    );
    let message = refused(|model| model.compile("adam", "crossentropy", ()));
    assert!(
        message.contains("no loss \"crossentropy\"") && message.contains("\"mse\""),
        "{message}"
    );
    let message = refused(|model| model.compile("adam", "mse", ["accuracy", "f1"]));
    assert!(
        message.contains("no metric \"f1\"") && message.contains("TopK(3)"),
        "{message}"
    );
}

#[test]
fn a_function_or_a_closure_is_a_loss_and_a_metric() {
    let _turn = alone();
    fn squared(prediction: &Tensor, target: &Tensor) -> Tensor {
        (prediction - one_hot(target)).square().mean()
    }
    fn close(prediction: &Tensor, target: &Tensor) -> Float {
        (prediction - one_hot(target))
            .abs()
            .lt(&tensor(0.1))
            .mean()
            .item()
    }
    let by_function = losses(|model| model.compile(Sgd::new(0.1), squared, close));
    let by_closure = losses(|model| {
        model.compile(
            Sgd::new(0.1),
            |p: &Tensor, t: &Tensor| (p - one_hot(t)).square().mean(),
            (close, Accuracy),
        )
    });
    assert_eq!(by_function, by_closure);
    let scale = 2.0;
    let doubled = losses(|model| {
        model.compile(
            Sgd::new(0.05),
            move |p: &Tensor, t: &Tensor| (p - one_hot(t)).square().mean() * scale,
            (),
        )
    });
    assert!(
        (doubled[0] - 2.0 * by_function[0]).abs() < 1e-5,
        "half the rate, twice the loss: the same path"
    );
    let mut model = classifier();
    model.compile(
        Sgd::new(0.1),
        squared,
        (close, |_: &Tensor, _: &Tensor| 0.5),
    );
    let history = model.fit(&data::xor()).verbose(false).run();
    assert_eq!(
        (history.get("close").len(), history.get("metric")),
        (1, [0.5].as_slice())
    );
    // One that forgets to take the mean is told so.
    let message = panic_of(|| {
        let mut model = classifier();
        model.compile(
            Sgd::new(0.1),
            |p: &Tensor, t: &Tensor| (p - one_hot(t)).square(),
            (),
        );
        model.fit(&data::xor()).verbose(false).run();
    });
    assert!(message.contains(".mean()"), "{message}");
}

#[test]
fn a_clone_of_a_model_has_weights_of_its_own() {
    let _turn = alone();
    let block = || {
        Sequential::new()
            .add(Dense::new(6, 6).relu())
            .add(LayerNormalization::new(6))
    };
    let models: Vec<(Sequential, Tensor)> = vec![
        (classifier(), Tensor::rand(&[3, 2])),
        (
            Sequential::new()
                .add(Reshape::new(&[1, 6, 6]))
                .add(Conv2D::new(1, 4, 3).relu())
                .add(BatchNormalization::new(4))
                .add(MaxPool2D::new(2))
                .add(AvgPool2D::new(2))
                .add(Flatten)
                .add(Dropout::new(0.5))
                .add(Dense::new(4, 2).no_bias())
                .add(Softmax),
            Tensor::rand(&[3, 36]),
        ),
        (
            Sequential::new()
                .add(Embedding::new(5, 6))
                .add(PositionEmbedding::new(4, 6))
                .add(SinePositionEncoding)
                .add(Residual::new(MultiHeadAttention::new(6, 2).causal()))
                .add(Residual::new(block()))
                .add(Gru::new(6, 5).return_sequences())
                .add(Lstm::new(5, 5).return_sequences())
                .add(SimpleRnn::new(5, 2)),
            tensor([[0, 1, 2, 3], [4, 3, 2, 1]]),
        ),
        (
            Sequential::new()
                .add(Conv1D::new(1, 3, 2))
                .add(MaxPool1D::new(2))
                .add(GlobalAvgPool),
            Tensor::rand(&[2, 1, 6]),
        ),
        (
            Sequential::new().add(block()).add(Tanh),
            Tensor::rand(&[2, 6]),
        ),
    ];
    for (model, x) in &models {
        let copy = model.clone();
        let before = copy.predict(x).to_vec();
        assert_eq!(model.predict(x).to_vec(), before, "the same values");
        assert_eq!(model.summary().to_string(), copy.summary().to_string());
        let (own, others) = (model.parameters(), copy.parameters());
        let names = |parameters: &[Tensor]| parameters.iter().map(Tensor::name).collect::<Vec<_>>();
        assert_eq!(names(&own), names(&others));
        own.iter()
            .for_each(|parameter| parameter.set_value(&(parameter * 0.0 + 0.3)));
        assert_eq!(
            copy.predict(x).to_vec(),
            before,
            "changed with the original"
        );
        assert!(others.iter().all(Tensor::is_tracked));
    }
}

#[test]
fn a_clone_can_be_trained_and_a_layer_of_ones_own_says_how_it_is_copied() {
    let _turn = alone();
    let mut model = classifier();
    model.compile(Sgd::new(0.5), SparseCategoricalCrossentropy, Accuracy);
    model.fit(&data::xor()).epochs(3).verbose(false).run();
    let mut copy = model.clone();
    assert!(panic_of(|| drop(copy.clone().fit(&data::xor()).run())).contains("not compiled"));
    copy.compile(Sgd::new(0.5), SparseCategoricalCrossentropy, Accuracy);
    let before = model.predict(&data::xor().x).to_vec();
    copy.fit(&data::xor()).epochs(3).verbose(false).run();
    assert_eq!(model.predict(&data::xor().x).to_vec(), before);

    struct Scale(Tensor);
    impl Module for Scale {
        fn forward(&self, x: &Tensor) -> Tensor {
            x * &self.0
        }
        fn parameters(&self) -> Vec<Tensor> {
            vec![self.0.clone()]
        }
    }
    let message = panic_of(|| {
        drop(
            Sequential::new()
                .add(Scale(tensor(2.0).requires_grad()))
                .clone(),
        )
    });
    assert!(
        message.contains("the layer Scale does not say") && message.contains("fn copy(&self)"),
        "{message}"
    );

    struct Shift(Tensor);
    impl Module for Shift {
        fn forward(&self, x: &Tensor) -> Tensor {
            x + &self.0
        }
        fn copy(&self) -> Option<Box<dyn Module>> {
            Some(Box::new(Shift(self.0.detach().requires_grad())))
        }
    }
    let shifted = Sequential::new().add(Residual::new(Shift(tensor(2.0).requires_grad())));
    assert_eq!(shifted.clone().predict(&tensor([[1.0]])).item(), 4.0);
}

#[test]
fn a_layer_that_is_not_trainable_keeps_its_weights_in_fit() {
    let _turn = alone();
    let mut model = Sequential::new()
        .add(Dense::new(2, 8).tanh().trainable(false))
        .add(Residual::new(
            Sequential::new()
                .add(Dense::new(8, 8))
                .add(BatchNormalization::new(8)),
        ))
        .add(Dense::new(8, 2).softmax());
    assert_eq!(model.parameters().len(), 6);
    assert_eq!(model.summary().parameters(), 8 * 8 + 8 + 16 + 8 * 2 + 2);
    assert!(
        model.summary().to_string().contains("Not trained: 40"),
        "{}",
        model.summary()
    );
    model.compile(Adam::new(0.05), SparseCategoricalCrossentropy, ());
    let values = |model: &Sequential, layer: usize| {
        model.layers()[layer]
            .state()
            .iter()
            .map(Tensor::to_vec)
            .collect::<Vec<_>>()
    };
    let before = [0, 1, 2].map(|layer| values(&model, layer));
    model.fit(&data::xor()).epochs(3).verbose(false).run();
    let after = [0, 1, 2].map(|layer| values(&model, layer));
    assert_eq!(before[0], after[0]);
    assert!(before[1] != after[1] && before[2] != after[2]);
    // Later, in the model, and back again; running means stay as they are, too.
    model.layers()[1].set_trainable(false);
    model.layers()[0].set_trainable(true);
    assert_eq!(model.parameters().len(), 4);
    model.fit(&data::xor()).epochs(3).verbose(false).run();
    assert_eq!(values(&model, 1), after[1]);
    assert!(values(&model, 0) != after[0]);
    // What is left out of training is still saved, and still copied.
    let copy = model.clone();
    assert_eq!(copy.parameters().len(), 4);
    model.layers()[1].set_trainable(true);
    assert_eq!(model.parameters().len(), 8);
    model.set_trainable(false);
    let message = panic_of(|| drop(model.fit(&data::xor()).run()));
    assert!(message.contains("make one trainable again"), "{message}");
    let frozen = model.layers()[0].parameters();
    let message = panic_of(|| Sgd::new(0.1).step(&frozen));
    assert!(
        message.contains("not trainable") && message.contains(".set_trainable(true)"),
        "{message}"
    );
}

#[test]
fn weights_of_classes_are_those_of_their_examples() {
    let _turn = alone();
    let (x, y) = (
        Tensor::randn(&[12, 2]),
        tensor([0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2]),
    );
    let data = Dataset::new(&x, &y);
    assert_eq!(data.class_weights(), [12.0 / 27.0, 2.0, 4.0]);
    // One step with the whole data as a batch, by hand and by fit.
    let weights = [1.0, 3.0, 0.5];
    let model = || {
        seed(3);
        Sequential::new().add(Dense::new(2, 3).softmax())
    };
    let by_hand = model();
    let each = tensor(
        y.to_vec()
            .iter()
            .map(|class| weights[*class as usize])
            .collect::<Vec<Float>>(),
    );
    let losses = by_hand
        .forward(&x)
        .ln()
        .gather(1, &y.unsqueeze(-1))
        .squeeze(1)
        * -1.0;
    (losses * each).mean().backward();
    Sgd::new(0.5).step(&by_hand.parameters());
    let losses: [Box<dyn Fn(&mut Sequential)>; 2] = [
        Box::new(|model| model.compile(Sgd::new(0.5), SparseCategoricalCrossentropy, ())),
        Box::new(|model| {
            model.compile(
                Sgd::new(0.5),
                |p: &Tensor, t: &Tensor| -p.ln().gather(1, &t.unsqueeze(-1)).mean(),
                (),
            )
        }),
    ];
    for compile in losses {
        let mut trained = model();
        compile(&mut trained);
        trained
            .fit(&data)
            .batch_size(12)
            .class_weight(&weights)
            .verbose(false)
            .run();
        for (own, other) in trained.parameters().iter().zip(by_hand.parameters()) {
            assert!((own - other).abs().max().item() < 1e-5);
        }
    }
    // One-hot rows; a weight that is missing; weights that are none.
    let rows = Dataset::new(&x, &y.one_hot(3));
    let mut trained = model();
    trained.compile(Sgd::new(0.5), CategoricalCrossentropy, ());
    trained
        .fit(&rows)
        .batch_size(12)
        .class_weight(&weights)
        .verbose(false)
        .run();
    for (own, other) in trained.parameters().iter().zip(by_hand.parameters()) {
        assert!((own - other).abs().max().item() < 1e-5);
    }
    let message = panic_of(|| {
        drop(
            trained
                .fit(&data)
                .class_weight(&[1.0, 2.0])
                .verbose(false)
                .run(),
        )
    });
    assert!(
        message.contains("there are 2 weights, none for class 2"),
        "{message}"
    );
    assert!(
        panic_of(|| drop(trained.fit(&data).class_weight(&[1.0, -2.0, 1.0])))
            .contains("no weights")
    );
    assert!(panic_of(|| drop(trained.fit(&data).class_weight(Vec::new()))).contains("no weights"));
    trained.compile(Sgd::new(0.5), SparseCategoricalCrossentropy, ());
    trained
        .fit(&data)
        .class_weight(data.class_weights())
        .verbose(false)
        .run();
    trained
        .fit(&data)
        .class_weight([1.0, 2.0, 3.0])
        .verbose(false)
        .run();
}

#[test]
fn arrays_of_ndarray_come_in_and_go_out() {
    let (a, b) = (
        ndarray::arr2(&[[1.0f64, 2.0], [3.0, 4.0]]),
        ndarray::arr1(&[1i32, 2, 3]),
    );
    assert_eq!(Tensor::from(&a).to_vec(), [1.0, 2.0, 3.0, 4.0]);
    assert_eq!(
        Tensor::from(a.t()).to_vec(),
        [1.0, 3.0, 2.0, 4.0],
        "a view in another order"
    );
    assert_eq!(tensor(b.clone()).shape(), [3]);
    let t: Tensor = b.view().into();
    assert_eq!(t.to_vec(), [1.0, 2.0, 3.0]);
    assert_eq!(
        Tensor::from(ndarray::Array::from_elem((2, 3, 4), 1u8)).shape(),
        [2, 3, 4]
    );
    assert_eq!(
        Tensor::from(a.slice(ndarray::s![1.., ..])).to_vec(),
        [3.0, 4.0]
    );
    assert_eq!(Tensor::from(a.clone().into_dyn()).shape(), [2, 2]);

    let x = tensor([[1.0, 2.0], [3.0, 4.0]]);
    let m: ndarray::Array2<Float> = (&x).into();
    assert_eq!((m[[1, 0]], m.shape()), (3.0, [2, 2].as_slice()));
    let v: ndarray::Array1<Float> = x.row(1).into();
    assert_eq!(v.to_vec(), [3.0, 4.0]);
    assert_eq!(ndarray::ArrayD::from(x.clone()), x.value());
    let values: Vec<Float> = x.clone().into();
    assert_eq!(values, x.to_vec());
    assert_eq!(Vec::from(&x), values);
    let message = panic_of(|| drop(ndarray::Array1::<Float>::from(&x)));
    assert!(message.contains("Array2"), "{message}");
}

#[test]
fn an_activation_by_its_name() {
    let _turn = alone();
    let x = Tensor::randn(&[3, 2]);
    let layer = Dense::new(2, 4);
    let pairs = [
        ("relu", Relu),
        ("elu", Elu),
        ("swish", Silu),
        ("softmax", Softmax),
        ("linear", Activation::Linear),
    ];
    for (name, value) in pairs {
        let (by_name, by_value) = (
            layer.clone().activation(name),
            layer.clone().activation(value),
        );
        assert_eq!(
            by_name.forward(&x).to_vec(),
            by_value.forward(&x).to_vec(),
            "{name}"
        );
    }
    assert!(
        panic_of(|| drop(Dense::new(1, 1).activation("rleu"))).contains("none called \"rleu\"")
    );
}

#[test]
fn one_image_of_a_batch() {
    let images = Tensor::arange(0.0, 24.0, 1.0)
        .reshape(&[2, 3, 4])
        .requires_grad();
    let second = images.row(1);
    assert_eq!(
        (second.shape(), second.get(&[0, 0])),
        ([3, 4].as_slice(), 12.0)
    );
    second.sum().backward();
    assert_eq!(images.grad().sum_axes(&[1, 2], false).to_vec(), [0.0, 12.0]);
    assert_eq!(
        tensor([[0.1, 0.7, 0.2]]).row(0).argmax(-1).item() as usize,
        1
    );
    assert_eq!(tensor([5.0, 6.0]).row(1).item(), 6.0);
    assert!(panic_of(|| drop(images.row(2))).contains("rows are 0..2"));
    assert!(panic_of(|| drop(tensor(1.0).row(0))).contains(".item()"));
}

#[test]
fn a_schedule_by_a_rule_of_ones_own() {
    let _turn = alone();
    let schedule = Schedule::custom(|step| 0.1 / (1.0 + step as f64)).warm_up(2);
    let rates: Vec<Float> = (0..4).map(|step| schedule.at(step)).collect();
    assert_eq!(rates, [0.05, 0.1, 0.1, 0.05]);
    assert!(format!("{schedule:?}").contains("0.05"));
    let mut model = classifier();
    model.compile(Sgd::new(0.1), SparseCategoricalCrossentropy, ());
    let before = model.predict(&data::xor().x).to_vec();
    model
        .fit(&data::xor())
        .callback(Schedule::custom(|_| 0.0))
        .verbose(false)
        .run();
    assert_eq!(
        model.predict(&data::xor().x).to_vec(),
        before,
        "a rate of 0 changes nothing"
    );
}

#[test]
fn classes_are_named_and_read_with_one_word() {
    let data = Dataset::new(&tensor([[1.0], [2.0]]), &tensor([0, 1])).classes(&["apple", "pear"]);
    assert_eq!(data.classes, ["apple", "pear"]);
    assert_eq!(
        data.class_names(&["a", "b"]).classes,
        ["a", "b"],
        "the other word works as well"
    );
}

/// Compiles what is said of each foreign name.
macro_rules! names {
    (given $given:tt $(
        about $topic_en:literal $topic_zh:literal;
        $([$($foreign:literal),+] $from:literal => $ours:expr; $en:literal $zh:literal;)*
    )*) => {
        #[allow(unused, path_statements, clippy::all)]
        fn every_form_compiles() -> Result<(), Box<dyn std::error::Error>> {
            $($(with! { $given $ours })*)*
            Ok(())
        }

        const FOREIGN: &[&str] = &[$($($($foreign),+),*),*];
        const ROWS: &[(&str, &str, &str)] = &[$($((stringify!($ours), $en, $zh)),*),*];
    };
}

macro_rules! with {
    ({ $($given:tt)* } $ours:expr) => {{
        $($given)*
        let _ = $ours;
    }};
}

include!("../src/bin/chainrule/names/table.rs");

#[test]
fn every_foreign_name_leads_to_a_form_that_compiles() {
    let _compiled: fn() -> Result<(), Box<dyn std::error::Error>> = every_form_compiles;
    assert!(
        ROWS.len() >= 80 && FOREIGN.len() >= 160,
        "{} rows, {} names",
        ROWS.len(),
        FOREIGN.len()
    );
    let mut names = FOREIGN.to_vec();
    names.sort_unstable();
    let twice: Vec<_> = names
        .windows(2)
        .filter(|pair| pair[0] == pair[1])
        .map(|pair| pair[0])
        .collect();
    assert!(twice.is_empty(), "two answers for {twice:?}");
    for (ours, en, zh) in ROWS {
        assert_eq!(en.is_empty(), zh.is_empty(), "{ours}");
        assert!(
            en.is_empty() || zh.chars().any(|c| c > '\u{4e00}') || en == zh,
            "{ours}: {zh}"
        );
    }
}
