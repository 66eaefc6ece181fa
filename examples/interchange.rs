//! Writes networks, inputs and outputs for `tests/oracle/interchange.py`, which has PyTorch and
//! onnxruntime compute them again.

use chainrule::prelude::*;

fn main() -> std::io::Result<()> {
    write(&std::env::args().nth(1).unwrap_or_else(|| ".".to_owned()))
}

/// Writes them into a folder.
pub fn write(folder: &str) -> std::io::Result<()> {
    let file = |name: &str| format!("{folder}/{name}");
    let mlp = Sequential::new()
        .add(Dense::new(6, 8).relu())
        .add(Dense::new(8, 3).softmax());
    let cnn = Sequential::new()
        .input(&[1, 10, 10])
        .add(Conv2D::new(1, 4, 3).same())
        .add(BatchNormalization::new(4))
        .add(Relu)
        .add(MaxPool2D::new(2))
        .add(Conv2D::new(4, 4, 3).stride(2).tanh())
        .add(Flatten::new())
        .add(Dense::new(16, 3));
    let mut answers = Vec::new();
    for (name, model, shape) in [("mlp", mlp, vec![4, 6]), ("cnn", cnn, vec![3, 1, 10, 10])] {
        let x = Tensor::randn(&shape);
        training(|| model.forward(&x)); // moves the running means
        model.save(&file(&format!("{name}.safetensors")))?;
        model.save_onnx(&file(&format!("{name}.onnx")))?;
        answers.push((format!("{name}_y"), model.predict(&x)));
        answers.push((format!("{name}_x"), x));
    }
    let answers: Vec<(&str, &Tensor)> = answers
        .iter()
        .map(|(name, tensor)| (name.as_str(), tensor))
        .collect();
    data::write_npz(&file("answers.npz"), &answers)
}
