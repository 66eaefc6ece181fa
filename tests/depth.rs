//! What is deeper or larger than anyone means it to be, in files and in what a cell builds: an
//! answer or an error that says what is wrong, on a small stack, never the end of the process.

use chainrule::prelude::*;
use std::panic::{AssertUnwindSafe, catch_unwind};

#[path = "common/file.rs"]
mod file;

use file::File;

/// What `work` gives, on a stack where a recursion over 10⁴ of anything would end badly.
fn on_a_small_stack<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    std::thread::Builder::new()
        .stack_size(512 * 1024)
        .spawn(work)
        .expect("a thread")
        .join()
        .expect("no stack overflow, and no panic")
}

fn written(name: &str, bytes: impl AsRef<[u8]>) -> File {
    let file = File::new(name);
    std::fs::write(file.path(), bytes).expect("written");
    file
}

/// The error of reading a file, which names it.
fn refused<T>(file: &File, result: std::io::Result<T>) -> String {
    let error = result.err().expect("an error").to_string();
    assert!(error.contains(file.path()), "{error}");
    assert!(error.len() < 2000, "{error}");
    error
}

/// A field of a message of Protocol Buffers that holds bytes.
fn bytes_field(number: u64, content: &[u8]) -> Vec<u8> {
    let mut field = varint(number << 3 | 2);
    field.extend(varint(content.len() as u64));
    field.extend(content);
    field
}

fn int_field(number: u64, value: u64) -> Vec<u8> {
    [varint(number << 3), varint(value)].concat()
}

fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value > 0x7f {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

/// `inner`, so many times in a field of the next message, built from the inside with its end first:
/// each message copied into the next would take a minute.
fn nested(fields: &[u64], depth: usize) -> Vec<u8> {
    let mut backwards: Vec<u8> = Vec::new();
    for level in 0..depth {
        let length = varint(backwards.len() as u64);
        backwards.extend(length.iter().rev());
        let key = varint(fields[level % fields.len()] << 3 | 2);
        backwards.extend(key.iter().rev());
    }
    backwards.reverse();
    backwards
}

const GRAPH: u64 = 7;
const NODE: u64 = 1;
const TENSOR: u64 = 5;

#[test]
fn onnx_that_is_nested_or_lies_about_lengths() {
    on_a_small_stack(|| {
        // A graph in an attribute of a node of a graph, and so on; a type in a type; maps.
        for fields in [&[NODE, 6, 5][..], &[7], &[2, 1], &[5, 5]] {
            let file = written("nested.onnx", bytes_field(GRAPH, &nested(fields, 100_000)));
            refused(&file, Sequential::load_onnx(file.path()));
            refused(&file, Sequential::load(file.path()));
        }
        // The type of the input: of that only the outermost counts.
        let file = written(
            "type.onnx",
            bytes_field(GRAPH, &nested(&[11, 2, 4], 99_999)),
        );
        drop(Sequential::load_onnx(file.path()));
        // A message that would be longer than the file, or than the memory.
        for length in [100, u64::from(u32::MAX), 1 << 62, u64::MAX] {
            for field in [1, 2, GRAPH, 20] {
                let lie = [varint(field << 3 | 2), varint(length), vec![0; 10]].concat();
                let file = written("lie.onnx", &lie);
                refused(&file, Sequential::load_onnx(file.path()));
                let file = written("inside.onnx", bytes_field(GRAPH, &lie));
                refused(&file, Sequential::load_onnx(file.path()));
            }
        }
    });
}

/// A product of a tensor of these sizes with the input, in ONNX.
fn product(sizes: &[u64], other_fields: &[u8]) -> Vec<u8> {
    let mut tensor: Vec<u8> = sizes.iter().flat_map(|size| int_field(1, *size)).collect();
    tensor.extend(int_field(2, 1));
    tensor.extend(bytes_field(8, b"w"));
    tensor.extend(other_fields);
    let node = [
        bytes_field(1, b"x"),
        bytes_field(1, b"w"),
        bytes_field(2, b"y"),
        bytes_field(4, b"MatMul"),
    ];
    let graph = [
        bytes_field(NODE, &node.concat()),
        bytes_field(TENSOR, &tensor),
        bytes_field(11, &bytes_field(1, b"x")),
        bytes_field(12, &bytes_field(1, b"y")),
    ];
    bytes_field(GRAPH, &graph.concat())
}

#[test]
fn tensors_whose_sizes_are_no_sizes() {
    let huge = 1u64 << 62;
    let many = vec![1u64; 100_000];
    let shapes = [
        &[huge, 4][..],
        &[huge, huge],
        &[huge, huge, 0],
        &[0, huge, huge],
        &[u64::MAX, 2],
        &[1 << 40],
        &many,
    ];
    on_a_small_stack(|| {
        let file = written("good.onnx", product(&[2, 1], &bytes_field(9, &[0; 8])));
        Sequential::load_onnx(file.path()).expect("a product");
    });
    for shape in shapes {
        let of_shape = format!("{shape:?}").replace(' ', "");
        let tuple = format!("({})", of_shape.trim_matches(['[', ']']));
        let shape = shape.to_vec();
        on_a_small_stack(move || {
            let count = if shape.len() > 10 { 1 } else { 0 };
            let numbers = bytes_field(9, &vec![0; 4 * count]);
            let file = written("sizes.onnx", product(&shape, &numbers));
            refused(&file, Sequential::load_onnx(file.path()));
            let header = format!(
                "{{\"w\":{{\"dtype\":\"F32\",\"shape\":{of_shape},\"data_offsets\":[0,{}]}}}}",
                4 * count
            );
            let bytes = [
                &(header.len() as u64).to_le_bytes(),
                header.as_bytes(),
                &vec![0; 4 * count],
            ];
            let file = written("sizes.safetensors", bytes.concat());
            refused(&file, data::read_safetensors(file.path()));
            let header =
                format!("{{'descr': '<f4', 'fortran_order': False, 'shape': {tuple}, }}\n");
            let version = [2, 0];
            let bytes = [
                b"\x93NUMPY",
                &version[..],
                &(header.len() as u32).to_le_bytes(),
                header.as_bytes(),
                &vec![0; 4 * count],
            ];
            let file = written("sizes.npy", bytes.concat());
            refused(&file, data::read_npy(file.path()));
            let sizes = shape.iter().take(255);
            let idx = [
                vec![0, 0, 8, shape.len().min(255) as u8],
                sizes
                    .flat_map(|size| (*size as u32).to_be_bytes())
                    .collect(),
                vec![0; count],
            ];
            // The sizes of IDX have four bytes; what is left of these may be right.
            let file = written("sizes.idx", idx.concat());
            if let Ok(tensor) = data::read_idx(file.path()) {
                assert_eq!(tensor.len(), count);
            }
        });
    }
}

#[test]
fn headers_of_safetensors_that_are_deep_or_long() {
    on_a_small_stack(|| {
        let with = |header: &str| {
            let length = (header.len() as u64).to_le_bytes();
            written(
                "header.safetensors",
                [&length[..], header.as_bytes()].concat(),
            )
        };
        let (open, close) = ("[".repeat(100_000), "]".repeat(100_000));
        let objects = format!("{}1{}", "{\"a\":".repeat(100_000), "}".repeat(100_000));
        let deep = [
            open.clone(),
            format!("{open}{close}"),
            objects.clone(),
            format!("{{\"w\":{open}{close}}}"),
            format!("{{\"__metadata__\":{objects}}}"),
            format!(
                "{{\"w\":{{\"dtype\":\"F32\",\"shape\":{open}{close},\"data_offsets\":[0,0]}}}}"
            ),
        ];
        for header in &deep {
            let file = with(header);
            refused(&file, data::read_safetensors(file.path()));
            refused(&file, Sequential::load(file.path()));
            let model = Sequential::new().add(Dense::new(1, 1));
            refused(&file, model.load_weights(file.path()));
        }
        // What a file says of the layers is a text of its own in it.
        for layers in [
            objects,
            format!("{{\"layers\":{open}{close},\"weights\":[]}}"),
        ] {
            let note = json!({"__metadata__": {"chainrule": layers}}).to_string();
            let file = with(&note);
            refused(&file, Sequential::load(file.path()));
        }
        for length in [1 << 30, u64::MAX, i64::MAX as u64] {
            let file = written("long.safetensors", length.to_le_bytes());
            refused(&file, data::read_safetensors(file.path()));
        }
    });
}

#[test]
fn a_cell_of_a_table_of_100_megabytes() {
    on_a_small_stack(|| {
        let (longest, long) = ("7".repeat(100_000_000), "7".repeat(10_000_000));
        // A number that is too long for one; a word; a name; a text in quotes that never ends.
        let tables = [
            format!("a,kind\n{longest},1\n2,0\n"),
            format!("a,kind\nx{long},1\ny,0\n"),
            format!("{long},kind\n1,1\n2,0\n"),
            format!("a,kind\n\"{long}"),
            long.clone(),
            ",".repeat(10_000_000),
        ];
        for table in &tables {
            let file = written("long.csv", table);
            match data::read_csv(file.path(), "kind") {
                Ok(data) => {
                    let shown = data.bundle().plain().len();
                    assert!(data.len() == 2 && shown < 10_000, "{shown} bytes are shown");
                }
                Err(error) => {
                    let error = error.to_string();
                    assert!(error.len() < 2000, "{} bytes", error.len());
                }
            }
        }
    });
}

#[test]
fn a_graph_of_hundreds_of_thousands_of_tensors_is_drawn_differentiated_and_dropped() {
    on_a_small_stack(|| {
        let x = tensor(1.0).requires_grad();
        let chain = (0..300_000).fold(x.clone(), |y, _| y * 1.0);
        let refusal = catch_unwind(AssertUnwindSafe(|| drop(draw_graph(&chain))));
        assert!(refusal.is_err(), "nobody can read that");
        assert_eq!(chain.find_nan(), None);
        assert_eq!(grads(&chain, &[&x])[0].item(), 1.0);
        chain.backward();
        assert_eq!(x.grad().item(), 1.0);
        // Each from the one before twice, so that the ways are more than anyone can count.
        let twice = (0..100_000).fold(x.clone(), |y, _| &y * 0.5 + &y * 0.5);
        assert_eq!(grads(&twice, &[&x])[0].item(), 1.0);
        drop((chain, twice));
        // A million inputs of one tensor, and a chain whose tensors are all kept beside it.
        let leaves: Vec<Tensor> = (0..200_000)
            .map(|_| tensor([1.0]).requires_grad())
            .collect();
        let sum = Tensor::concat(&leaves.iter().collect::<Vec<_>>(), 0).sum();
        sum.backward();
        assert_eq!(leaves[199_999].grad().item(), 1.0);
        let mut kept = vec![x];
        for i in 0..200_000 {
            kept.push(kept[i].sigmoid());
        }
        kept.reverse();
        drop(kept);
    });
}

#[test]
fn a_model_of_ten_thousand_layers() {
    on_a_small_stack(|| {
        let mut model = Sequential::new().input(&[1]);
        for _ in 0..10_000 {
            model = model.add(Dense::new(1, 1));
        }
        let x = tensor([[1.0]]);
        let y = model.predict(&x).item();
        let file = File::new("layers.safetensors");
        model.save(file.path()).expect("written");
        let other = Sequential::load(file.path()).expect("read");
        assert_eq!(other.predict(&x).item(), y);
        other.load_weights(file.path()).expect("read");
        let file = File::new("layers.onnx");
        model.save_onnx(file.path()).expect("written");
        let other = Sequential::load_onnx(file.path()).expect("read");
        assert_eq!(other.predict(&x).item(), y);
        assert_eq!(model.clone().predict(&x).item(), y);
        assert_eq!(model.summary().parameters(), 20_000);
        assert!(model.summary().bundle().plain().contains("dense10000"));
        assert_eq!(model.activations(&x).len(), 10_000);
        model.forward(&x).square().mean().backward();
        let picture = plot::network(&model.parameters());
        assert!(picture.svg().starts_with("<svg"));
    });
}

/// A model in a model in a model: what is saved can be read again, or is not written.
#[test]
fn models_in_models() {
    for depth in [10, 50, 100, 1000] {
        on_a_small_stack(move || {
            let mut model = Sequential::new().add(Dense::new(1, 1));
            for _ in 0..depth {
                model = Sequential::new().add(model);
            }
            let x = tensor([[1.0]]);
            let file = File::new("models.safetensors");
            match model.save(file.path()) {
                Ok(()) => {
                    let same = Sequential::load(file.path()).expect("what was saved is read");
                    assert_eq!(same.predict(&x).item(), model.predict(&x).item());
                }
                Err(error) => {
                    assert!(depth > 50 && !file.0.exists(), "{depth}: {error}");
                    assert!(error.to_string().contains(file.path()), "{error}");
                }
            }
        });
    }
}
