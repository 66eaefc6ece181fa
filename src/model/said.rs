//! What is said of a file that gives no model, in both languages, where the place itself has no
//! room for it.

use crate::display::say;

/// That the description of the layers in a file is damaged.
pub(super) fn damaged(english: &str, chinese: &str) -> String {
    say(
        format!("what it says of the layers is damaged ({english})"),
        format!("文件里对层的说明已损坏（{chinese}）"),
    )
}

/// A value of that description which is no size, or no number.
pub(super) fn no_size(value: &serde_json::Value) -> String {
    damaged(
        &format!("{value} is no size"),
        &format!("{value} 不能表示大小"),
    )
}

pub(super) fn no_number(value: &serde_json::Value) -> String {
    damaged(&format!("{value} is no number"), &format!("{value} 不是数"))
}

pub(super) fn no_weight_left(name: &str) -> String {
    damaged(&format!("{name} is missing"), &format!("缺少 {name}"))
}

/// Of a weight that the file does not have.
pub(super) fn not_there(name: &str) -> String {
    say(
        format!("there is no {name} in it"),
        format!("里面没有 {name}"),
    )
}

/// Of a weight of a shape that its layer cannot have.
pub(super) fn cannot_be(name: &str, shape: &[usize]) -> String {
    say(
        format!("{name} cannot be {shape:?}"),
        format!("{name} 的形状不可能是 {shape:?}"),
    )
}

pub(super) fn no_activation(value: &serde_json::Value) -> String {
    say(
        format!("there is no activation {value}"),
        format!("没有激活函数 {value}"),
    )
}

pub(super) fn heads_do_not_fit(heads: usize) -> String {
    say(
        format!("{heads} heads do not fit its weights"),
        format!("{heads} 个头与它的权重不相容"),
    )
}

/// Says in which layer something is wrong; one in a Residual has no place of its own.
pub(super) fn in_layer(place: usize, kind: &str, error: &str) -> String {
    say(
        format!("layer {place} ({kind}): {error}"),
        format!("第 {place} 层（{kind}）：{error}"),
    )
}

pub(super) fn around(kind: &str, error: &str) -> String {
    say(
        format!("around {kind}: {error}"),
        format!("里面的 {kind}：{error}"),
    )
}

pub(super) fn too_deep(most: usize) -> String {
    say(
        format!(
            "a layer is in more than {most} others, one in the next, and a file cannot say that: \
             add the layers to one Sequential"
        ),
        format!("层的嵌套超过了 {most} 重，文件表示不了：请把这些层都加到同一个 Sequential 里"),
    )
}

pub(super) fn own_layer() -> &'static str {
    say(
        "a layer that you wrote yourself cannot be built from the file",
        "自己编写的层不能从文件里重建",
    )
}

/// Of an operation of ONNX that is not in line with the others.
pub(super) fn does_not_follow(op: &str) -> String {
    say(
        format!(
            "{op} does not follow the operation before it; only networks whose operations follow \
             one another are understood"
        ),
        format!("{op} 没有接在它前面的运算之后；只能读取各个运算依次相接的网络"),
    )
}

pub(super) fn input_not_there(op: &str) -> String {
    say(
        format!("an input of {op} is not in it"),
        format!("里面缺少 {op} 的一个输入"),
    )
}

pub(super) fn no_shape_of_input(shape: &[Option<usize>]) -> String {
    let sizes = shape
        .iter()
        .map(|size| size.map_or("?".to_owned(), |size| size.to_string()));
    say(
        format!("its input cannot be of the shape {shape:?}"),
        format!(
            "它的输入不可能有这样的形状：[{}]",
            sizes.collect::<Vec<_>>().join(", ")
        ),
    )
}

pub(super) fn not_for_onnx(layer: &str) -> String {
    say(
        format!("a layer {layer} cannot be written as ONNX"),
        format!("{layer} 层不能写成 ONNX"),
    )
}

/// Of a name for the file of a model that belongs to another format.
pub(super) fn no_ending_of_safetensors(ending: &str) -> String {
    say(
        format!(
            "save writes safetensors, which .{ending} files are not: give it the ending \
             .safetensors"
        ),
        format!("save 写出的是 safetensors，而不是 .{ending} 文件：请把扩展名改成 .safetensors"),
    )
}

/// What to do with a file of weights that does not say what layers they are of.
pub(super) fn build_it_yourself(problem: &str, path: &str) -> String {
    let call = format!("let model = Sequential::new().add(…); model.load_weights({path:?})?");
    say(
        format!("{problem}; build the same layers, then read the weights into them: {call}"),
        format!("{problem}；请先搭好同样的层，再把权重读进去：{call}"),
    )
}

pub(super) fn only_in_python(ending: &str, call: &str, program: &str) -> String {
    say(
        format!(
            "a .{ending} file can only be read in Python; {call} in {program} writes one that \
             Sequential::load reads"
        ),
        format!(
            ".{ending} 文件只有 Python 能读；请在 {program} 里用 {call} 导出，\
             这样的文件 Sequential::load 能读"
        ),
    )
}
