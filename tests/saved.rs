//! One file gives a model back: its layers and its weights.

use chainrule::nn::Activation::Linear;
use chainrule::prelude::*;

#[path = "common/file.rs"]
mod file;

use file::File;

fn stack() -> Sequential {
    Sequential::new()
}

/// Each kind of layer with each of its settings, and the shape of a batch that it takes.
fn models() -> Vec<(Sequential, Vec<usize>)> {
    let activations = [
        Linear, Relu, Sigmoid, Tanh, Softmax, LeakyRelu, Elu, Gelu, Silu, Softplus,
    ];
    let all = activations.into_iter().fold(stack(), |model, one| {
        model.add(Dense::new(5, 5).activation(one)).add(one)
    });
    let inner = stack()
        .add(Dense::new(4, 4).relu().no_bias())
        .add(stack().add(Dense::new(4, 4)));
    vec![
        (all, vec![3, 5]),
        (
            stack()
                .add(Dense::new(5, 2).no_bias())
                .add(Dropout::new(0.25))
                .add(Dense::new(2, 1)),
            vec![3, 5],
        ),
        (
            stack()
                .input(&[2, 9, 9])
                .add(Conv2D::new(2, 3, 3).same().relu())
                .add(BatchNormalization::new(3).momentum(0.7))
                .add(MaxPool2D::new(3).stride(2))
                .add(Conv2D::new(3, 2, 2).padding(1).stride(2).no_bias())
                .add(AvgPool2D::new(2).stride(1))
                .add(Flatten),
            vec![2, 2, 9, 9],
        ),
        (
            stack()
                .add(Reshape::new(&[2, 12]))
                .add(Conv1D::new(2, 4, 3).stride(2).tanh())
                .add(MaxPool1D::new(2))
                .add(GlobalAvgPool),
            vec![3, 24],
        ),
        (
            stack()
                .add(SimpleRnn::new(3, 4).return_sequences())
                .add(SimpleRnn::new(4, 2)),
            vec![2, 5, 3],
        ),
        (
            stack()
                .add(Gru::new(3, 4).return_sequences())
                .add(Gru::new(4, 2)),
            vec![2, 5, 3],
        ),
        (
            stack()
                .add(Lstm::new(3, 4).return_sequences())
                .add(Lstm::new(4, 2)),
            vec![2, 5, 3],
        ),
        (
            stack()
                .add(SinePositionEncoding)
                .add(PositionEmbedding::new(5, 4))
                .add(MultiHeadAttention::new(4, 2).causal())
                .add(Residual::new(MultiHeadAttention::new(4, 1)))
                .add(LayerNormalization::new(4)),
            vec![2, 5, 4],
        ),
        (
            stack()
                .add(Residual::new(inner))
                .add(stack())
                .add(Residual::new(Tanh)),
            vec![3, 4],
        ),
    ]
}

fn trained(model: &Sequential, x: &Tensor) {
    for parameter in model.parameters() {
        parameter.set_value(&(parameter.detach() + Tensor::randn(parameter.shape()) * 0.3));
    }
    training(|| model.forward(x));
}

fn assert_back(model: &Sequential, x: &Tensor, file: &File) {
    model.save(file.path()).expect("written");
    let back = Sequential::load(file.path()).unwrap_or_else(|error| panic!("{model:?}: {error}"));
    assert_eq!(
        back.predict(x).to_vec(),
        model.predict(x).to_vec(),
        "{model:?}"
    );
    assert_eq!(format!("{back:?}"), format!("{model:?}"));
    assert_eq!(
        back.parameters().len(),
        model.parameters().len(),
        "{model:?}"
    );
    let names = |model: &Sequential| {
        model
            .parameters()
            .iter()
            .map(Tensor::name)
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&back), names(model));
    // While it learns, too: dropout and the pace of running means are settings.
    let step = |model: &Sequential| {
        seed(1);
        let y = training(|| model.forward(x)).to_vec();
        (y, model.predict(x).to_vec())
    };
    assert_eq!(step(&back), step(model), "{model:?}");
    back.save(file.path()).expect("written");
    let again = Sequential::load(file.path()).expect("read");
    assert_eq!(again.predict(x).to_vec(), back.predict(x).to_vec());
}

#[test]
fn every_layer_comes_back_from_its_file() {
    seed(5);
    let file = File::new("every.safetensors");
    let mut descriptions = String::new();
    for (model, shape) in models() {
        let x = Tensor::randn(&shape);
        trained(&model, &x);
        assert_back(&model, &x, &file);
        descriptions += &String::from_utf8_lossy(&std::fs::read(file.path()).expect("a file"));
    }
    let words = stack().add(Embedding::new(7, 4)).add(Lstm::new(4, 2));
    assert_back(&words, &tensor([[0, 6, 3], [1, 1, 2]]), &file);
    descriptions += &String::from_utf8_lossy(&std::fs::read(file.path()).expect("a file"));
    // None is forgotten: the layers that there are stand in the source.
    for name in layers_of_the_library() {
        assert!(
            descriptions.contains(&format!("\\\"layer\\\":\\\"{name}\\\"")),
            "{name} is not tested"
        );
    }
}

/// What `impl Module for` and the macros that make layers name.
fn layers_of_the_library() -> Vec<String> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/nn");
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let text = std::fs::read_to_string(entry.expect("an entry").path()).expect("text");
        for line in text
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
        {
            let made = line
                .trim()
                .strip_prefix("impl Module for ")
                .and_then(|rest| rest.strip_suffix(" {"));
            names.extend(
                made.filter(|name| !name.starts_with('$'))
                    .map(str::to_owned),
            );
        }
        // `convolution! {`, `pool! {` and `recurrent! {`: the first name that no comment or
        // attribute holds.
        for part in text.split("! {\n").skip(1) {
            let first = part
                .lines()
                .map(str::trim)
                .find(|line| !line.starts_with("//") && !line.starts_with('#'));
            let name = first
                .and_then(|line| line.split_once(','))
                .map(|(name, _)| name);
            names.extend(
                name.filter(|name| name.chars().all(char::is_alphanumeric))
                    .map(str::to_owned),
            );
        }
    }
    assert!(
        names.len() > 18
            && names.contains(&"Lstm".to_owned())
            && names.contains(&"MaxPool1D".to_owned()),
        "{names:?}"
    );
    names
}

#[test]
fn names_and_frozen_layers_come_back() {
    seed(6);
    let file = File::new("names.safetensors");
    let layer = Dense::new(3, 4);
    layer.weight.label("my weight");
    let model = stack()
        .add(layer)
        .add(Dense::new(4, 4).trainable(false))
        .add(Dense::new(4, 2).softmax());
    model.save(file.path()).expect("written");
    let x = Tensor::randn(&[5, 3]);
    let back = Sequential::load(file.path()).expect("read");
    assert_eq!(back.predict(&x).to_vec(), model.predict(&x).to_vec());
    assert_eq!((back.parameters().len(), model.parameters().len()), (4, 4));
    let mut back = back;
    back.compile(Sgd::new(0.1), SparseCategoricalCrossentropy::new(), ());
    let before = back.layers()[1].parameters()[0].to_vec();
    back.fit(&Dataset::new(&x, &tensor([0, 1, 0, 1, 1])))
        .epochs(2)
        .verbose(false)
        .run();
    assert_eq!(back.layers()[1].parameters()[0].to_vec(), before);
    assert_ne!(back.predict(&x).to_vec(), model.predict(&x).to_vec());
}

struct Scale {
    factor: Tensor,
}

impl Module for Scale {
    fn forward(&self, x: &Tensor) -> Tensor {
        x * &self.factor
    }

    fn parameters(&self) -> Vec<Tensor> {
        vec![self.factor.clone()]
    }
}

#[test]
fn a_layer_of_ones_own_is_named_and_its_weights_are_kept() {
    let file = File::new("own.safetensors");
    let new = |factor: Float| {
        stack().add(Dense::new(2, 3)).add(Scale {
            factor: tensor(factor).requires_grad(),
        })
    };
    let model = new(2.0);
    model.save(file.path()).expect("written");
    let error = Sequential::load(file.path())
        .expect_err("own layer")
        .to_string();
    assert!(
        error.contains("layer 2 (Scale)") && error.contains("wrote yourself"),
        "{error}"
    );
    assert!(error.contains("model.load_weights("), "{error}");
    let (other, x) = (new(1.0), Tensor::randn(&[4, 2]));
    other.load_weights(file.path()).expect("read");
    assert_eq!(other.predict(&x).to_vec(), model.predict(&x).to_vec());
    let (third, inside) = (new(1.0), stack().add(Residual::new(new(3.0))));
    third.load(file.path()).expect("the shorter word");
    assert_eq!(third.predict(&x).to_vec(), model.predict(&x).to_vec());
    inside.save(file.path()).expect("written");
    let error = Sequential::load(file.path())
        .expect_err("own layer")
        .to_string();
    assert!(
        error.contains("layer 1 (Residual): around Sequential: layer 2 (Scale)"),
        "{error}"
    );
}

#[test]
fn a_file_without_layers_leads_to_load_weights() {
    let file = File::new("without.safetensors");
    let (weight, bias) = (Tensor::randn(&[3, 2]), Tensor::randn(&[3]));
    data::write_safetensors(file.path(), &[("0.weight", &weight), ("0.bias", &bias)])
        .expect("written");
    let error = Sequential::load(file.path())
        .expect_err("no layers")
        .to_string();
    assert!(
        error.contains("not of what layers") && error.contains("model.load_weights("),
        "{error}"
    );
    let model = stack().add(Dense::new(2, 3));
    model.load_weights(file.path()).expect("the old way");
    assert_eq!(model.parameters()[0].to_vec(), weight.t().to_vec());
    for (name, way) in [
        ("m.pt", "torch.onnx.export"),
        ("m.H5", "model.export"),
        ("m.keras", "in Keras"),
    ] {
        let error = Sequential::load(name)
            .expect_err("no such file")
            .to_string();
        assert!(
            error.contains(way) && error.contains("Sequential::load"),
            "{error}"
        );
    }
    let onnx = File::new("network.onnx");
    model.save_onnx(onnx.path()).expect("written");
    let x = Tensor::randn(&[4, 2]);
    assert_eq!(
        Sequential::load(onnx.path())
            .expect("read")
            .predict(&x)
            .to_vec(),
        model.predict(&x).to_vec()
    );
    assert!(Sequential::load("nowhere.safetensors").is_err());
}

/// The bytes of a file with another description of its layers.
fn with_description(bytes: &[u8], change: impl Fn(&str) -> String) -> Vec<u8> {
    let length = u64::from_le_bytes(bytes[..8].try_into().expect("eight bytes")) as usize;
    let mut header: serde_json::Value =
        serde_json::from_slice(&bytes[8..8 + length]).expect("JSON");
    let text = header["__metadata__"]["chainrule"]
        .as_str()
        .expect("a description")
        .to_owned();
    header["__metadata__"]["chainrule"] = serde_json::json!(change(&text));
    let header = header.to_string().into_bytes();
    [
        &(header.len() as u64).to_le_bytes()[..],
        &header,
        &bytes[8 + length..],
    ]
    .concat()
}

#[test]
fn a_damaged_description_is_an_error() {
    seed(7);
    let file = File::new("damaged.safetensors");
    for (model, _) in models() {
        model.save(file.path()).expect("written");
        let bytes = std::fs::read(file.path()).expect("a file");
        let refused = |change: &dyn Fn(&str) -> String| {
            std::fs::write(file.path(), with_description(&bytes, change)).expect("written");
            Sequential::load(file.path())
                .err()
                .map(|error| error.to_string())
        };
        assert!(refused(&|text| text.to_owned()).is_none());
        for change in [
            |text: &str| text[..text.len() / 2].to_owned(),
            |_: &str| String::new(),
            |_: &str| "[1]".to_owned(),
        ] {
            let error = refused(&change).expect("refused");
            assert!(
                error.contains("damaged") && error.contains("load_weights"),
                "{error}"
            );
        }
        // One word or number that is another: read or refused, never a panic, and no memory for
        // sizes that are not there.
        let words = [
            ":true",
            ":false",
            ":null",
            ":0",
            ":1",
            ":-1",
            ":1e300",
            ":18446744073709551615",
            ":\"Dense\"",
            ":[]",
        ];
        let count = {
            let counted = std::cell::Cell::new(0);
            refused(&|text| {
                counted.set(text.matches(':').count());
                text.to_owned()
            });
            counted.get()
        };
        for place in (0..count).step_by(1 + count / 40) {
            for word in words {
                refused(&|text| {
                    let start = text.match_indices(':').nth(place).expect("a colon").0;
                    let end = text[start..]
                        .find([',', '}', ']'])
                        .map_or(text.len(), |end| start + end);
                    format!("{}{word}{}", &text[..start], &text[end..])
                });
            }
        }
    }
    let error = {
        stack()
            .add(Dense::new(2, 3).relu())
            .save(file.path())
            .expect("written");
        let bytes = std::fs::read(file.path()).expect("a file");
        std::fs::write(
            file.path(),
            with_description(&bytes, |text| text.replace("Relu", "Reluu")),
        )
        .expect("written");
        Sequential::load(file.path())
            .expect_err("refused")
            .to_string()
    };
    assert!(
        error.contains("layer 1 (Dense): there is no activation \"Reluu\""),
        "{error}"
    );
}

#[test]
fn a_name_that_promises_another_format_is_refused() {
    let model = Sequential::new().add(Dense::new(2, 1));
    for (name, advice) in [
        ("x.onnx", "model.save_onnx"),
        ("x.keras", ".safetensors"),
        ("x.PT", ".safetensors"),
    ] {
        let path =
            std::env::temp_dir().join(format!("chainrule-ending-{}-{name}", std::process::id()));
        let error = model
            .save(path.to_str().expect("UTF-8"))
            .expect_err("refused")
            .to_string();
        assert!(error.contains(advice) && !path.exists(), "{error}");
    }
}

#[test]
fn two_tensors_of_one_name_are_refused_and_leave_the_file() {
    let file = std::env::temp_dir().join(format!(
        "chainrule-names-{}.safetensors",
        std::process::id()
    ));
    let path = file.to_str().expect("UTF-8");
    let (a, b) = (tensor([1.0]), tensor([2.0]));
    data::write_safetensors(path, &[("a", &a)]).expect("written");
    let error = data::write_safetensors(path, &[("a", &b), ("c", &b), ("a", &a)])
        .expect_err("refused")
        .to_string();
    assert!(error.contains("two tensors are called \"a\""), "{error}");
    assert_eq!(
        data::read_safetensors(path).expect("read")[0].1.to_vec(),
        [1.0]
    );
    std::fs::remove_file(&file).expect("removed");
}
