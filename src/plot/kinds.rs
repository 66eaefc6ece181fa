//! What kinds of figures there are, in words.

use crate::display::say;

/// In Chinese; a kind that is not here has a name that stays as it is.
const CHINESE: &[(&str, &str)] = &[
    ("ROC", "ROC 曲线"),
    ("activations", "激活值"),
    ("attention", "注意力"),
    ("bars", "条形图"),
    ("board", "棋盘"),
    ("confusion", "混淆矩阵"),
    ("contours", "等高线"),
    ("curve", "曲线"),
    ("curves", "曲线"),
    ("decision boundary", "决策边界"),
    ("embedding", "嵌入"),
    ("filters", "卷积核"),
    ("function", "函数"),
    ("functions", "函数"),
    ("gradients", "梯度"),
    ("heat map", "热力图"),
    ("histogram", "直方图"),
    ("histograms", "直方图"),
    ("images", "图片"),
    ("lines", "曲线"),
    ("loss", "损失"),
    ("loss landscape", "损失曲面"),
    ("loss section", "损失曲面的截面"),
    ("mistakes", "预测错误"),
    ("network", "网络"),
    ("neurons", "神经元"),
    ("points", "点"),
    ("predictions", "预测"),
    ("probabilities", "概率"),
    ("profile", "各层用时"),
    ("saliency", "显著图"),
    ("scaling", "幂律"),
    ("scatter", "散点图"),
    ("side by side", "并排"),
    ("sound", "声音"),
    ("spectrogram", "声谱图"),
    ("wave", "波形"),
    ("weights", "权重"),
];

/// A kind of figure in the language of the process.
pub(super) fn in_words(kind: &'static str) -> &'static str {
    let chinese = CHINESE.iter().find(|(english, _)| *english == kind);
    say(kind, chinese.map_or(kind, |(_, chinese)| chinese))
}
