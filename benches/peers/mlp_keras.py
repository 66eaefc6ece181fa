#!/usr/bin/env python3
"""The perceptrons of `training.rs` in Keras with TensorFlow: one epoch, or one step on all samples at once.

    python mlp_keras.py [--threads 2] [cases …]

With one thread, which is usual, in processor time: for a busy machine. With more, in time.
"""
import argparse, os, time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy
import tensorflow
from tensorflow import keras

parser = argparse.ArgumentParser()
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("cases", nargs="*")
arguments = parser.parse_args()
clock = time.process_time if arguments.threads == 1 else time.perf_counter
tensorflow.config.threading.set_intra_op_parallelism_threads(arguments.threads)
tensorflow.config.threading.set_inter_op_parallelism_threads(1)
keras.utils.set_random_seed(0)
N = 60_000
x = numpy.random.rand(N, 784).astype("float32")
y = numpy.random.randint(0, 10, N)
for batch in (32, 128, 1024, N):
    case = f"mlp-784-128-10-adam-batch{batch}"
    if arguments.cases and not any(argument in case for argument in arguments.cases):
        continue
    model = keras.Sequential([keras.Input((784,)), keras.layers.Dense(128, activation="relu"), keras.layers.Dense(10)])
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    found = []
    for _ in range(4):  # the first one compiles
        start = clock()
        model.fit(x, y, batch_size=batch, epochs=1, verbose=0)
        found.append(clock() - start)
    print(f"keras {case} {min(found[1:]):.4f} s/epoch")
