"""The networks of the JAX engine: parameters as trees of (weight, bias), and their forward passes."""

import jax
import jax.numpy as jnp
import numpy as np


def layers(sizes, random, bias=True):
    """Weights [in, out] and biases as PyTorch initialises them."""
    bounds = [1 / np.sqrt(a) for a in sizes[:-1]]
    draw = lambda bound, *shape: jnp.asarray(random.uniform(-bound, bound, shape), jnp.float32)
    return [(draw(b, a, o), draw(b, o) if bias else None) for b, a, o in zip(bounds, sizes, sizes[1:])]


def mlp(parameters, x):
    for w, b in parameters[:-1]:
        x = jax.nn.relu(x @ w + b)
    w, b = parameters[-1]
    return x @ w + b


def convolution(images, w):
    """3x3, stride 1, zeros around the images; [n, height, width, in] with [3, 3, in, out]."""
    return jax.lax.conv_general_dilated(images, w, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"))


def convolution_of_patches(images, w):
    """The same as one matrix product: inside a loop XLA's convolution takes 17 times as long (130 against 7.5 ms a step)."""
    n, height, width, _ = images.shape
    around = jnp.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0)))
    patches = jnp.concatenate([around[:, i : i + height, j : j + width] for i in range(3) for j in range(3)], 3)
    return (patches.reshape(n * height * width, -1) @ w.reshape(-1, w.shape[-1])).reshape(n, height, width, -1)


CONVOLUTION = {"jit": convolution, "scan": convolution_of_patches}  # whichever is faster there


def convolutional(convolve, parameters, x):
    """28x28x1, two blocks of convolution 3x3 with bias, max pooling 2x2 and ReLU (in this order), then an MLP."""
    (filters, dense), images = parameters, x.reshape(-1, 28, 28, 1)
    for w, b in filters:
        images = convolve(images, w) + b
        n, height, width, channels = images.shape
        images = jax.nn.relu(images.reshape(n, height // 2, 2, width // 2, 2, channels).max((2, 4)))
    return mlp(dense, images.reshape(len(images), -1))


def filters(channels, random):
    """Weights [3, 3, in, out] and biases of convolutions as PyTorch initialises them."""
    draw = lambda bound, *shape: jnp.asarray(random.uniform(-bound, bound, shape), jnp.float32)
    return [(draw((9 * a) ** -0.5, 3, 3, a, b), draw((9 * a) ** -0.5, b)) for a, b in zip(channels, channels[1:])]


def column(own, laterals, x, earlier):
    """Activations of a progressive network's column; `earlier`: the earlier columns' hidden activations side by side."""
    activations = []
    for i, (w, b) in enumerate(own):
        out = x @ w + b
        if i and earlier:
            out = out + earlier[i - 1] @ laterals[i - 1][0]
        x = out if i == len(own) - 1 else jax.nn.relu(out)
        activations.append(x)
    return activations


def side_by_side(columns):
    return [jnp.concatenate(level, 1) for level in zip(*(c[:-1] for c in columns))]


def progressive(sizes, past, random):
    """The columns of `past` tasks (frozen) and the one to train: lists of (own, laterals)."""
    columns = []
    for task in range(past + 1):
        laterals = [layers([task * a, b], random, bias=False)[0] for a, b in zip(sizes[1:-1], sizes[2:])] if task else []
        columns.append((layers(sizes, random), laterals))
    return columns[:-1], columns[-1]
