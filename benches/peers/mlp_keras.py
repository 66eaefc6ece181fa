#!/usr/bin/env python3
"""The perceptrons of `training.rs` in Keras with TensorFlow: one epoch, or one step on all samples at once.

    python mlp_keras.py
"""
import os, time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy
import tensorflow
from tensorflow import keras

tensorflow.config.threading.set_intra_op_parallelism_threads(2)
tensorflow.config.threading.set_inter_op_parallelism_threads(1)
keras.utils.set_random_seed(0)
N = 60_000
x = numpy.random.rand(N, 784).astype("float32")
y = numpy.random.randint(0, 10, N)
for batch in (32, 128, 1024, N):
    model = keras.Sequential([keras.Input((784,)), keras.layers.Dense(128, activation="relu"), keras.layers.Dense(10)])
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    found = []
    for _ in range(4):  # the first one compiles
        start = time.perf_counter()
        model.fit(x, y, batch_size=batch, epochs=1, verbose=0)
        found.append(time.perf_counter() - start)
    print(f"keras mlp-784-128-10-adam-batch{batch} {min(found[1:]):.4f} s/epoch")
