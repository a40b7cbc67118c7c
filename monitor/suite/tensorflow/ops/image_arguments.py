"""Arguments of functions of images that no other case passes."""

from functools import partial

from monitor.suite.declare import fact, formula, tensor, uniform
from monitor.suite.limits import ARGUMENT_ONLY, EAGER_ARGUMENT
from monitor.suite.tensorflow.ops.dataset_arguments import refuses

argument = partial(formula, dtypes=("float32",), limits=EAGER_ARGUMENT, condition=32)
argument_fact = partial(fact, limits=ARGUMENT_ONLY)


def smooth(np, count, size):
    """Return the matrix of linear interpolation with a triangle as wide as the step between the new points."""
    scale = count / size
    places = (np.arange(size) + 0.5) * scale - 0.5
    weights = np.maximum(1 - np.abs(places[:, None] - np.arange(count)) / max(scale, 1), 0)
    return weights / weights.sum(1, keepdims=True)


def similarity(np, x, y):
    """Return the local structural similarity of images, with windows of 3 by 3 and a deviation of 1."""
    weights = np.exp(-((np.arange(3) - 1) ** 2) / 2)
    weights = np.outer(weights, weights) / weights.sum() ** 2

    def mean(z):
        windows = np.lib.stride_tricks.sliding_window_view(z, (3, 3), (1, 2))
        return np.einsum("nijcab,ab->nijc", windows, weights)

    first, second = mean(x), mean(y)
    both = mean(x * y) - first * second
    spread = mean(x * x) - first**2 + mean(y * y) - second**2
    light = (2 * first * second + 0.2**2) / (first**2 + second**2 + 0.2**2)
    return (light * (2 * both + 0.3**2) / (spread + 0.3**2)).mean(-1)


def noise(tf):
    """Return an image of random colours as JPEG."""
    return tf.io.encode_jpeg(tf.cast(tf.random.stateless_uniform([16, 16, 3], [1, 2], 0, 256, tf.int32), tf.uint8))


def halved(tf):
    return tf.io.decode_image(tf.io.encode_png(tf.io.decode_jpeg(noise(tf), ratio=2)))


def close(tf, one, other):
    """Return whether two images of noise differ, and have close means."""
    one, other = tf.cast(one, tf.float32), tf.cast(other, tf.float32)
    differs = bool(tf.reduce_any(one != other))
    return differs and abs(float(tf.reduce_mean(one) - tf.reduce_mean(other))) < 4


def padded(tf, boxes, method, **options):
    """Return the places of the boxes that a suppression keeps."""
    places, count = getattr(tf.image, method)([boxes], [[0.5, 0.9, 0.3]], 3, pad_to_max_output_size=True, **options)
    return places[0, : int(count[0])].numpy().tolist()


def sample(tf):
    """Return an image of a smooth slope in three colours, as JPEG."""
    slope = tf.cast(tf.reshape(tf.range(64) * 4, [8, 8, 1]), tf.uint8)
    return tf.io.encode_jpeg(tf.tile(slope, [1, 1, 3]))


FLIPPED = [[1.0, 1.0, 0.0, 0.0], [1.0, 0.9, 0.0, 0.0], [1.0, 3.0, 0.0, 2.0]]
GIF = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,"
    b"\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
)
BOXES = [[0.0, 0.0, 1.0, 1.0], [0.0, 0.0, 1.0, 0.9], [0.0, 2.0, 1.0, 3.0]]

IMAGES = [
    argument(
        "tf.image.rot90",
        lambda tf, x=tensor(2, 3, 1): tf.image.rot90(x, k=3),
        lambda np, x: x[::-1].transpose(1, 0, 2),
        name="thrice",
    ),
    argument(
        "tf.image.resize",
        lambda tf, x=tensor(4, 6, 2): [
            tf.image.resize(x, (2, 3), antialias=True),
            tf.image.resize(x, (2, 9), preserve_aspect_ratio=True, antialias=True),
        ],
        lambda np, x: [np.einsum("ij,jkc,lk->ilc", smooth(np, 4, 2), x, smooth(np, 6, 3))] * 2,
        name="antialias",
    ),
    argument(
        "tf.image.crop_and_resize",
        lambda tf, x=tensor(1, 2, 2, 1): tf.image.crop_and_resize(
            x, [[0.0, 0.0, 1.0, 2.0]], [0], (2, 4), method="nearest", extrapolation_value=7.0
        ),
        lambda np, x: np.concatenate([x, np.full((1, 2, 2, 1), 7.0)], 2),
        name="nearest",
    ),
    argument(
        "tf.image.ssim",
        lambda tf, x=uniform(0, 1, 2, 5, 5, 3), y=uniform(0, 1, 2, 5, 5, 3): tf.image.ssim(
            x, y, 1.0, filter_size=3, filter_sigma=1.0, k1=0.2, k2=0.3, return_index_map=True
        ),
        lambda np, x, y: similarity(np, x, y),
        name="map",
    ),
    argument_fact(
        "tf.image.convert_image_dtype",
        lambda tf: tf.image.convert_image_dtype([-0.5, 0.5, 2.0], tf.uint8, saturate=True),
        lambda found: found.tolist() in ([0, 127, 255], [0, 128, 255]),
        name="saturated",
    ),
    argument_fact(
        "tf.image.non_max_suppression",
        lambda tf: [
            tf.image.non_max_suppression(BOXES, [0.5, 0.9, 0.3], 3, iou_threshold=0.95).numpy().tolist(),
            tf.image.non_max_suppression(BOXES, [0.5, 0.9, 0.3], 3, score_threshold=0.4).numpy().tolist(),
        ],
        lambda found: found == [[1, 0, 2], [1]],
        name="thresholds",
    ),
    argument_fact(
        "tf.image.non_max_suppression_padded",
        lambda tf: [
            padded(tf, BOXES, "non_max_suppression_padded", iou_threshold=0.5),
            padded(tf, BOXES, "non_max_suppression_padded", iou_threshold=0.95),
            padded(tf, BOXES, "non_max_suppression_padded", iou_threshold=0.5, sorted_input=True),
            padded(tf, FLIPPED, "non_max_suppression_padded", iou_threshold=0.5),
            padded(tf, FLIPPED, "non_max_suppression_padded", iou_threshold=0.5, canonicalized_coordinates=True),
            padded(tf, BOXES, "non_max_suppression_padded", iou_threshold=0.5, tile_size=2),
        ],
        lambda found: found == [[1, 2], [1, 0, 2], [0, 2], [1, 2], [1, 0, 2], [1, 2]],
        name="sorted",
    ),
    argument_fact(
        "tf.image.combined_non_max_suppression",
        lambda tf: [
            tf.image.combined_non_max_suppression(
                [[[one] for one in BOXES]],
                [[[0.5, 0.6], [0.9, 0.1], [0.3, 0.2]]],
                2,
                8,
                iou_threshold=0.95,
                pad_per_class=True,
                clip_boxes=False,
            ),
            tf.image.combined_non_max_suppression([[[one] for one in BOXES]], [[[0.5], [0.9], [0.3]]], 3, 3),
        ],
        lambda found: (
            found[0][1].shape == (1, 4)
            and [round(one, 6) for one in found[0][1][0].tolist()] == [0.9, 0.6, 0.5, 0.2]
            and found[0][0].max() == 3.0
            and found[1][3].tolist() == [2]
            and found[1][0].max() == 1.0
        ),
        name="padded",
    ),
    argument_fact(
        "tf.image.sample_distorted_bounding_box",
        lambda tf: (
            [
                one.numpy().tolist()
                for one in tf.image.sample_distorted_bounding_box(
                    [10, 20, 3],
                    [[[0.0, 0.0, 1.0, 1.0]]],
                    seed=1,
                    min_object_covered=1.0,
                    area_range=(0.1, 0.2),
                    max_attempts=2,
                )[:2]
            ],
            tf.image.sample_distorted_bounding_box(
                [10, 20, 3], tf.zeros([1, 0, 4]), seed=1, use_image_if_no_bounding_boxes=True
            )[1].shape.as_list(),
        ),
        lambda found: found == [[[0, 0, 0], [10, 20, -1]], [3]],
        name="attempts",
    ),
    argument_fact(
        "tf.image.extract_jpeg_shape",
        lambda tf: tf.image.extract_jpeg_shape(sample(tf), output_type=tf.int64),
        lambda found: found.dtype == "int64" and found.tolist() == [8, 8, 3],
        name="type",
    ),
    argument_fact(
        "tf.image.decode_jpeg",
        lambda tf: [
            tf.image.decode_jpeg(noise(tf), channels=1).shape[-1],
            bool(tf.reduce_all(tf.image.decode_jpeg(noise(tf), ratio=2) == halved(tf))),
            close(tf, tf.image.decode_jpeg(noise(tf), fancy_upscaling=False), tf.image.decode_jpeg(noise(tf))),
            close(tf, tf.image.decode_jpeg(noise(tf), dct_method="INTEGER_ACCURATE"), tf.image.decode_jpeg(noise(tf))),
            tf.image.decode_jpeg(
                tf.strings.substr(noise(tf), 0, tf.strings.length(noise(tf)) - 20),
                try_recover_truncated=True,
            ).shape[0],
        ],
        lambda found: found == [1, True, True, True, 16],
        name="options",
    ),
    argument_fact(
        "tf.image.decode_and_crop_jpeg",
        lambda tf: [
            tf.image.decode_and_crop_jpeg(noise(tf), [0, 0, 16, 16], channels=1).shape[-1],
            bool(tf.reduce_all(tf.image.decode_and_crop_jpeg(noise(tf), [0, 0, 8, 8], ratio=2) == halved(tf))),
            close(
                tf,
                tf.image.decode_and_crop_jpeg(noise(tf), [0, 0, 16, 16], fancy_upscaling=False),
                tf.image.decode_and_crop_jpeg(noise(tf), [0, 0, 16, 16]),
            ),
            close(
                tf,
                tf.image.decode_and_crop_jpeg(noise(tf), [0, 0, 16, 16], dct_method="INTEGER_ACCURATE"),
                tf.image.decode_and_crop_jpeg(noise(tf), [0, 0, 16, 16]),
            ),
            tf.image.decode_and_crop_jpeg(
                tf.strings.substr(noise(tf), 0, tf.strings.length(noise(tf)) - 20),
                [0, 0, 16, 16],
                try_recover_truncated=True,
            ).shape[0],
        ],
        lambda found: found == [1, True, True, True, 16],
        name="options",
    ),
    argument_fact(
        "tf.io.encode_png",
        lambda tf: [
            len(tf.io.encode_png(tf.zeros([64, 64, 1], tf.uint8), compression=level).numpy()) for level in (0, 9)
        ],
        lambda sizes: sizes[0] > 4096 > 200 > sizes[1],
        name="compression",
    ),
    argument_fact(
        "tf.compat.v1.image.decode_png",
        lambda tf: tf.compat.v1.image.decode_png(
            tf.io.encode_png(tf.fill([2, 2, 1], tf.constant(700, tf.uint16))), channels=3, dtype=tf.uint16
        ),
        lambda found: found.dtype == "uint16" and found.shape == (2, 2, 3) and (found == 700).all(),
        name="channels",
    ),
    argument_fact(
        "tf.io.decode_image",
        lambda tf: [
            tf.io.decode_image(tf.io.encode_png(tf.zeros([2, 2, 1], tf.uint8)), channels=3).shape.as_list(),
            tf.io.decode_image(GIF, expand_animations=True).shape.as_list(),
            tf.io.decode_image(GIF, expand_animations=False).shape.as_list(),
        ],
        lambda found: found == [[2, 2, 3], [1, 1, 1, 3], [1, 1, 3]],
        name="channels",
    ),
    argument_fact(
        "tf.io.encode_jpeg",
        lambda tf: encoded(tf),
        lambda found: found == [[64, 64, 1], True, True, [3, 4], True, True, True, True],
        name="options",
    ),
]


def encoded(tf):
    """Return facts about images that are encoded with all options."""
    image = tf.cast(tf.random.stateless_uniform([64, 64, 3], [1, 2], 0, 256, tf.int32), tf.uint8)
    grey = tf.io.encode_jpeg(image[..., :1], format="grayscale")
    coarse, fine = tf.io.encode_jpeg(image, quality=5).numpy(), tf.io.encode_jpeg(image).numpy()
    made = tf.io.encode_jpeg(
        image,
        progressive=True,
        optimize_size=True,
        chroma_downsampling=False,
        density_unit="cm",
        x_density=3,
        y_density=4,
        xmp_metadata="own words",
    ).numpy()
    density = [int.from_bytes(made[place : place + 2], "big") for place in (14, 16)]
    return [
        tf.io.decode_jpeg(grey).shape.as_list(),
        len(coarse) < len(fine),
        b"\xff\xc2" in made and made[13] == 2,  # a progressive frame, and a density per centimetre
        density,
        b"own words" in made,
        len(tf.io.encode_jpeg(image, chroma_downsampling=False).numpy()) > len(fine),
        len(tf.io.encode_jpeg(image, optimize_size=True).numpy()) < len(fine),
        refuses(tf, lambda: tf.io.encode_jpeg(image, format="grayscale")),
    ]
