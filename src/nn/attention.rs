//! Layers of which transformers are made. Sequences have the shape `[n, length, features]`.

use super::layers::parameter;
use super::{Dense, Init, Module};
use crate::Float;
use crate::base::compiled_here;
use crate::tensor::Tensor;
use crate::tensor::fail::fail;

/// A table with one row of features for each word, or whatever an index stands for: `[n, length]`
/// becomes `[n, length, features]` ([`Tensor::embedding`]).
///
/// ```
/// # use chainrule::prelude::*;
/// assert_eq!(Embedding::new(27, 8).forward(&tensor([[0, 5, 26]])).shape(), [1, 3, 8]);
/// ```
#[derive(Clone, Debug)]
pub struct Embedding {
    /// The table, `[words, features]`.
    pub weight: Tensor,
}

impl Embedding {
    /// A table of `words` rows, one for each number below that, with `features` values for each
    /// word. Drawn by [`Init::Uniform`] with 0.05, as in Keras.
    pub fn new(words: usize, features: usize) -> Embedding {
        Embedding {
            weight: parameter(Init::Uniform(0.05).draw(words, features), "weight"),
        }
    }

    /// Draws the table again, in another way.
    pub fn initializer(self, init: Init) -> Embedding {
        let &[words, features] = self.weight.shape() else {
            return self;
        };
        Embedding {
            weight: parameter(init.draw(words, features), "weight"),
        }
    }
}

impl Module for Embedding {
    compiled_here!(Module);

    #[track_caller]
    fn forward(&self, x: &Tensor) -> Tensor {
        self.weight.embedding(x)
    }

    fn parameters(&self) -> Vec<Tensor> {
        vec![self.weight.clone()]
    }

    fn output_shape(&self, input: &[usize]) -> Vec<usize> {
        if input.is_empty() {
            Vec::new()
        } else {
            [input, &[self.weight.shape()[1]]].concat()
        }
    }
}

/// Adds to each step of a sequence where it stands, as waves of different lengths: sin(t /
/// 10000^(2i/d)) to feature 2i, the cosine to 2i + 1 (Vaswani et al. 2017). Has nothing to train
/// and no longest sequence.
#[derive(Clone, Copy, Debug, Default)]
pub struct SinePositionEncoding {}

impl SinePositionEncoding {
    /// The layer.
    pub fn new() -> SinePositionEncoding {
        SinePositionEncoding {}
    }

    /// What is added: `[length, features]`.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// let table = SinePositionEncoding::table(50, 4);
    /// assert_eq!(table.row(0).to_vec(), [0.0, 1.0, 0.0, 1.0]);
    /// ```
    pub fn table(length: usize, features: usize) -> Tensor {
        let wave = |place: usize| {
            let (t, feature) = ((place / features) as f64, place % features);
            let angle = t / 10_000_f64.powf((feature / 2 * 2) as f64 / features as f64);
            (if feature.is_multiple_of(2) {
                angle.sin()
            } else {
                angle.cos()
            }) as Float
        };
        Tensor::from_vec(
            (0..length * features).map(wave).collect(),
            &[length, features],
        )
    }
}

/// As [`SinePositionEncoding::new`].
#[allow(non_upper_case_globals)]
pub const SinePositionEncoding: SinePositionEncoding = SinePositionEncoding {};

impl Module for SinePositionEncoding {
    compiled_here!(Module);

    #[track_caller]
    fn forward(&self, x: &Tensor) -> Tensor {
        let (_, length, features) = sequence("SinePositionEncoding", x);
        x + SinePositionEncoding::table(length, features)
    }
}

/// Adds to each step of a sequence a row of features that is learnt, one for each place.
#[derive(Clone, Debug)]
pub struct PositionEmbedding {
    /// The rows, `[longest, features]`.
    pub weight: Tensor,
}

impl PositionEmbedding {
    /// For sequences of up to `longest` steps of `features` features each.
    pub fn new(longest: usize, features: usize) -> PositionEmbedding {
        PositionEmbedding {
            weight: parameter(Init::Uniform(0.05).draw(longest, features), "weight"),
        }
    }
}

impl Module for PositionEmbedding {
    compiled_here!(Module);

    #[track_caller]
    fn forward(&self, x: &Tensor) -> Tensor {
        let (_, length, _) = sequence("PositionEmbedding", x);
        x + self.weight.slice(0, 0..length)
    }

    fn parameters(&self) -> Vec<Tensor> {
        vec![self.weight.clone()]
    }
}

#[track_caller]
fn sequence(layer: &str, x: &Tensor) -> (usize, usize, usize) {
    let &[n, length, features] = x.shape() else {
        fail(
            &format!(
                "{layer}: sequences have the shape [n, length, features], got {:?}",
                x.shape()
            ),
            &[("input", x)],
            "turn indices into features with an Embedding; one sequence alone is a batch of 1: \
            .unsqueeze(0)",
        )
    };
    (n, length, features)
}

/// Self-attention with several heads (Vaswani et al. 2017): each step of a sequence looks at all
/// others and takes from them what it finds relevant. For each head, with queries Q, keys K and
/// values V, which are x times a weight each: softmax(Q Kᵀ / √d) V, for d features in a head. The
/// heads' results are put together and go through one more weight.
///
/// ```
/// # use chainrule::prelude::*;
/// let layer = MultiHeadAttention::new(16, 4).causal();
/// let x = Tensor::randn(&[2, 5, 16]);
/// assert_eq!(layer.forward(&x).shape(), [2, 5, 16]);
/// assert_eq!(layer.weights(&x).shape(), [2, 4, 5, 5]);
/// assert_eq!(layer.weights(&x).get(&[0, 0, 0, 1]), 0.0); // the first step does not see the second
/// ```
#[derive(Clone, Debug)]
pub struct MultiHeadAttention {
    pub(crate) query: Dense,
    pub(crate) key: Dense,
    pub(crate) value: Dense,
    pub(crate) output: Dense,
    pub(crate) heads: usize,
    pub(crate) is_causal: bool,
}

impl MultiHeadAttention {
    /// For steps of `features` features, which the `heads` divide among themselves.
    ///
    /// Panics if that leaves a remainder.
    #[track_caller]
    pub fn new(features: usize, heads: usize) -> MultiHeadAttention {
        if heads == 0 || !features.is_multiple_of(heads) {
            let rule = format!(
                "MultiHeadAttention: {features} features cannot be divided among {heads} heads"
            );
            fail(
                &rule,
                &[],
                "the number of features must be a multiple of the number of heads",
            );
        }
        let [query, key, value, output] = std::array::from_fn(|_| Dense::new(features, features));
        MultiHeadAttention {
            query,
            key,
            value,
            output,
            heads,
            is_causal: false,
        }
    }

    /// Each step sees itself and those before it, not what comes later: for a network that
    /// continues a text.
    pub fn causal(mut self) -> MultiHeadAttention {
        self.is_causal = true;
        self
    }

    /// How much each step takes from each other: `[n, heads, length, length]`, rows that sum to 1.
    #[track_caller]
    pub fn weights(&self, x: &Tensor) -> Tensor {
        self.attention(x, x)
    }

    /// As `forward`, with what is looked at, `[n, other length, features]`, in place of the
    /// sequence itself.
    #[track_caller]
    pub fn attend(&self, x: &Tensor, other: &Tensor) -> Tensor {
        let (n, length, features) = sequence("MultiHeadAttention", x);
        let seen = self
            .attention(x, other)
            .matmul(&self.divide(&self.value.forward(other)));
        self.output
            .forward(&seen.permute(&[0, 2, 1, 3]).reshape(&[n, length, features]))
    }

    /// `[n, heads, length, other length]`.
    #[track_caller]
    fn attention(&self, x: &Tensor, other: &Tensor) -> Tensor {
        let (query, key) = (
            self.divide(&self.query.forward(x)),
            self.divide(&self.key.forward(other)),
        );
        let scale = (query.shape()[3] as Float).sqrt();
        let mut scores = query.matmul(&key.t()) / scale;
        if self.is_causal {
            let (rows, columns) = (
                Tensor::arange(0.0, x.shape()[1] as Float, 1.0),
                Tensor::arange(0.0, other.shape()[1] as Float, 1.0),
            );
            let is_before = rows.unsqueeze(-1).ge(&columns);
            scores = Tensor::where_(&is_before, &scores, &Tensor::from(Float::NEG_INFINITY));
        }
        scores.softmax(-1)
    }

    /// `[n, length, features]` as `[n, heads, length, features of a head]`.
    #[track_caller]
    fn divide(&self, x: &Tensor) -> Tensor {
        let (n, length, features) = sequence("MultiHeadAttention", x);
        x.reshape(&[n, length, self.heads, features / self.heads])
            .permute(&[0, 2, 1, 3])
    }

    fn layers(&self) -> [(&Dense, &str); 4] {
        [
            (&self.query, "query"),
            (&self.key, "key"),
            (&self.value, "value"),
            (&self.output, "output"),
        ]
    }
}

impl Module for MultiHeadAttention {
    compiled_here!(Module);

    #[track_caller]
    fn forward(&self, x: &Tensor) -> Tensor {
        self.attend(x, x)
    }

    fn parameters(&self) -> Vec<Tensor> {
        self.layers()
            .iter()
            .flat_map(|(layer, _)| layer.parameters())
            .collect()
    }

    fn macs(&self, input: &[usize]) -> usize {
        let &[length, features] = input else { return 0 };
        // Four weights for each step; scores and sums for each pair of steps.
        length * 4 * features * features + 2 * length * length * features
    }

    fn label(&self, prefix: &str) {
        self.layers()
            .iter()
            .for_each(|(layer, name)| layer.label(&format!("{prefix}.{name}")));
    }
}
