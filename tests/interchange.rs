//! Files of tensors and of models: what is written is read again, and damage is an error, never a
//! panic.
//!
//! Whether other programs read these files, too, is checked by `oracle/interchange.py`, which needs
//! PyTorch.

use chainrule::prelude::*;

#[allow(dead_code)] // its `main`
#[path = "../examples/interchange.rs"]
mod example;

#[path = "common/file.rs"]
mod file;

use file::File;

fn perceptron() -> Sequential {
    Sequential::new()
        .add(Dense::new(6, 8).relu())
        .add(Dropout::new(0.5))
        .add(Dense::new(8, 3).softmax())
}

fn convolutional() -> Sequential {
    Sequential::new()
        .input(&[2, 10, 10])
        .add(Conv2D::new(2, 4, 3).same().relu())
        .add(BatchNormalization::new(4))
        .add(MaxPool2D::new(2))
        .add(Conv2D::new(4, 4, 2).stride(2).no_bias())
        .add(AvgPool2D::new(2))
        .add(
            Sequential::new()
                .add(Flatten::new())
                .add(Dense::new(4, 5).tanh()),
        )
        .add(LayerNormalization::new(5))
        .add(Dense::new(5, 3).no_bias())
}

/// Parameters and running means that are no longer what they began with.
fn trained(model: Sequential, shape: &[usize]) -> (Sequential, Tensor) {
    for parameter in model.parameters() {
        parameter.set_value(&(parameter.detach() + Tensor::randn(parameter.shape()) * 0.3));
    }
    let x = Tensor::randn(shape);
    training(|| model.forward(&x));
    (model, x)
}

fn assert_same(a: &Tensor, b: &Tensor) {
    assert_eq!(a.shape(), b.shape());
    let largest = a
        .to_vec()
        .iter()
        .zip(b.to_vec())
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, Float::max);
    assert!(largest <= 1e-6, "they differ by {largest}");
}

#[test]
fn networks_go_to_onnx_and_back() {
    seed(3);
    let file = File::new("networks.onnx");
    let sound = Sequential::new()
        .add(Conv1D::new(1, 3, 5).stride(2).gelu())
        .add(MaxPool1D::new(2))
        .add(GlobalAvgPool::new())
        .add(Dense::new(3, 4).activation(Silu))
        .add(Elu)
        .add(Softplus)
        .add(LeakyRelu)
        .add(Reshape::new(&[2, 2]))
        .add(Flatten::new())
        .add(Sigmoid);
    let cases = [
        (perceptron(), vec![4, 6]),
        (convolutional(), vec![3, 2, 10, 10]),
        (sound, vec![2, 1, 30]),
    ];
    for (model, shape) in cases {
        let (model, x) = trained(model, &shape);
        model.save_onnx(file.path()).expect("written");
        let other = Sequential::load_onnx(file.path()).expect("read");
        assert_same(&other.predict(&x), &model.predict(&x));
        // What was read can be trained on, and written again.
        let before = other.parameters()[0].to_vec();
        other.forward(&x).square().mean().backward();
        Sgd::new(0.1).step(&other.parameters());
        assert_ne!(other.parameters()[0].to_vec(), before);
        other.save_onnx(file.path()).expect("written");
        assert_same(
            &Sequential::load_onnx(file.path())
                .expect("read")
                .predict(&x),
            &other.predict(&x),
        );
    }
    let recurrent = Sequential::new().add(Gru::new(2, 3));
    let error = recurrent
        .save_onnx(file.path())
        .expect_err("not ONNX")
        .to_string();
    assert!(error.contains("Gru"), "{error}");
}

#[test]
fn weights_have_the_names_and_the_layout_of_pytorch() {
    let file = File::new("names.safetensors");
    let model = Sequential::new()
        .add(Conv2D::new(1, 2, 3).relu())
        .add(BatchNormalization::new(2))
        .add(Flatten::new())
        .add(Dense::new(8, 3))
        .add(Lstm::new(4, 5))
        .add(Embedding::new(7, 2));
    model.save(file.path()).expect("written");
    let tensors = data::read_safetensors(file.path()).expect("read");
    let shapes: Vec<(&str, &[usize])> = tensors
        .iter()
        .map(|(name, tensor)| (name.as_str(), tensor.shape()))
        .collect();
    let expected: [(&str, &[usize]); 13] = [
        ("0.weight", &[2, 1, 3, 3]),
        ("0.bias", &[2]),
        ("2.weight", &[2]),
        ("2.bias", &[2]),
        ("2.running_mean", &[2]),
        ("2.running_var", &[2]),
        ("4.weight", &[3, 8]),
        ("4.bias", &[3]),
        ("5.weight_ih_l0", &[20, 4]),
        ("5.weight_hh_l0", &[20, 5]),
        ("5.bias_ih_l0", &[20]),
        ("5.bias_hh_l0", &[20]),
        ("6.weight", &[7, 2]),
    ];
    assert_eq!(shapes, expected);
    let first = &model.layers()[3].parameters()[0];
    assert_eq!(tensors[6].1.get(&[2, 7]), first.get(&[7, 2]));
}

#[test]
fn tensors_go_to_files_and_back() {
    let file = File::new("tensors");
    let tensors = [
        ("a", tensor(1.5)),
        ("b", tensor([[1.0, -2.0, 3e-7]])),
        ("empty", Tensor::zeros(&[0, 3])),
        ("ü/ 1", Tensor::eye(3)),
    ];
    let named: Vec<(&str, &Tensor)> = tensors
        .iter()
        .map(|(name, tensor)| (*name, tensor))
        .collect();
    type Read = fn(&str) -> std::io::Result<Vec<(String, Tensor)>>;
    data::write_safetensors(file.path(), &named).expect("written");
    for (round, read) in [data::read_safetensors as Read, data::read_npz]
        .into_iter()
        .enumerate()
    {
        if round == 1 {
            data::write_npz(file.path(), &named).expect("written");
        }
        let found = read(file.path()).expect("read");
        assert_eq!(found.len(), tensors.len());
        for ((name, tensor), (own, value)) in tensors.iter().zip(&found) {
            assert_eq!(
                (*name, tensor.shape(), tensor.to_vec()),
                (own.as_str(), value.shape(), value.to_vec())
            );
        }
    }
}

/// As NumPy 2 writes them: `savez_compressed` of an array that runs down the columns, of `<i8` and
/// `<f8`.
#[test]
fn numpy_files_are_read() {
    let file = File::new("numpy.npz");
    std::fs::write(file.path(), include_bytes!("oracle/numpy.npz")).expect("written");
    let found = data::read_npz(file.path()).expect("read");
    let found: Vec<_> = found
        .iter()
        .map(|(name, value)| (name.as_str(), value.shape(), value.to_vec()))
        .collect();
    assert_eq!(
        found[0],
        ("columns", &[2, 3][..], vec![0.0, 1.0, 2.0, 3.0, 4.0, 5.0])
    );
    assert_eq!(found[1], ("counts", &[4][..], vec![7.0; 4]));
}

/// Networks that PyTorch exported are read, and give what they gave there.
#[test]
fn networks_of_pytorch_are_read() {
    let answers = data::read_npz(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/oracle/pytorch.npz"
    ))
    .expect("read");
    let answer = |name: &str| {
        answers
            .iter()
            .find(|(own, _)| own == name)
            .expect("it is there")
            .1
            .clone()
    };
    for name in ["mlp", "cnn"] {
        let path = format!(
            "{}/tests/oracle/pytorch_{name}.onnx",
            env!("CARGO_MANIFEST_DIR")
        );
        let model = Sequential::load_onnx(&path).expect("read");
        assert_same(
            &model.predict(&answer(&format!("{name}_x"))),
            &answer(&format!("{name}_y")),
        );
    }
}

/// Files that end early, and files with a bit that is wrong.
#[test]
fn damage_is_an_error_or_harmless() {
    seed(4);
    let file = File::new("damaged");
    let write: [fn(&str); 4] = [
        |path| {
            Sequential::new()
                .add(Dense::new(2, 2))
                .save(path)
                .expect("written")
        },
        |path| data::write_npz(path, &[("x", &tensor([1.0, 2.0]))]).expect("written"),
        |path| std::fs::write(path, &include_bytes!("oracle/numpy.npz")[..]).expect("written"),
        |path| {
            let model = Sequential::new()
                .add(Conv2D::new(1, 1, 2).relu())
                .add(MaxPool2D::new(1))
                .add(Flatten::new());
            model
                .add(Dense::new(4, 1).softmax())
                .save_onnx(path)
                .expect("written");
        },
    ];
    for (kind, write) in write.into_iter().enumerate() {
        // Whether it was read.
        let read = |path: &str| match kind {
            0 => data::read_safetensors(path).is_ok(),
            1 | 2 => data::read_npz(path).is_ok(),
            _ => Sequential::load_onnx(path).is_ok(),
        };
        write(file.path());
        assert!(read(file.path()));
        let whole = std::fs::read(file.path()).expect("a file");
        for end in 0..whole.len() {
            std::fs::write(file.path(), &whole[..end]).expect("written");
            // ONNX says nowhere how long it is: a file that ends between two parts may be read, as
            // far as it goes.
            assert!(!read(file.path()) || kind == 3, "kind {kind}, {end} bytes");
        }
        for place in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[place] ^= 1 << (place % 8);
            std::fs::write(file.path(), bytes).expect("written");
            let _ = read(file.path());
        }
    }
}

#[test]
fn a_file_is_replaced_as_a_whole_or_not_at_all() {
    let file = File::new("whole.wav");
    data::write_wav(file.path(), &tensor([0.5]), 8000).expect("written");
    let model = perceptron();
    model.save(file.path()).expect("written");
    let bytes = std::fs::read(file.path()).expect("a file");
    // No network of ONNX, so nothing is written.
    assert!(
        Sequential::new()
            .add(Lstm::new(1, 1))
            .save_onnx(file.path())
            .is_err()
    );
    assert_eq!(std::fs::read(file.path()).expect("a file"), bytes);
    let folder = file.0.parent().expect("a folder");
    let name = file
        .0
        .file_name()
        .expect("a name")
        .to_string_lossy()
        .into_owned();
    let others = std::fs::read_dir(folder).expect("a folder").flatten();
    let left = others.map(|entry| entry.file_name().to_string_lossy().into_owned());
    assert_eq!(left.filter(|other| other.starts_with(&name)).count(), 1);
    for error in [
        model.save("/nowhere/x"),
        model.save_onnx("/nowhere/x"),
        data::write_npz("/nowhere/x", &[]),
    ] {
        assert!(
            error
                .expect_err("no such folder")
                .to_string()
                .contains("/nowhere/x")
        );
    }
}

/// The example that writes what PyTorch and onnxruntime are asked about.
#[test]
fn the_example_writes_what_it_promises() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    example::write(folder.path().to_str().unwrap()).unwrap();
    let answers = data::read_npz(&path("answers.npz")).unwrap();
    let find = |name: &str| {
        answers
            .iter()
            .find(|(found, _)| found == name)
            .map(|(_, tensor)| tensor.clone())
            .unwrap()
    };
    for name in ["mlp", "cnn"] {
        let model = Sequential::load_onnx(&path(&format!("{name}.onnx"))).unwrap();
        let (found, expected) = (
            model.predict(&find(&format!("{name}_x"))),
            find(&format!("{name}_y")),
        );
        assert!((found - expected).abs().max().item() < 1e-5, "{name}");
        assert!(
            std::fs::metadata(path(&format!("{name}.safetensors")))
                .unwrap()
                .len()
                > 0
        );
    }
}
