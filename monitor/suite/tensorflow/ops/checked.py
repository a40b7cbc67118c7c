"""Assertions of `tf.debugging`, and functions of `tf.image` on encoded images and boxes."""

from monitor.suite.declare import fact


def _verdicts(tf, check, *arguments):
    """Return whether `check` accepts each tuple of arguments."""
    found = []
    for given in arguments:
        try:
            check(*given)
            found.append(True)
        except (tf.errors.InvalidArgumentError, ValueError):
            found.append(False)
    return found


ASSERTED = [
    fact(
        "tf.debugging.assert_greater",
        lambda tf: _verdicts(tf, tf.debugging.assert_greater, ([3, 2], 1), ([3, 1], 1), ([0], 1)),
        lambda found: found == [True, False, False],
    ),
    fact(
        "tf.debugging.assert_greater_equal",
        lambda tf: _verdicts(tf, tf.debugging.assert_greater_equal, ([3, 1], 1), ([3, 0], 1)),
        lambda found: found == [True, False],
    ),
    fact(
        "tf.debugging.assert_less_equal",
        lambda tf: _verdicts(tf, tf.debugging.assert_less_equal, ([-3, 1], 1), ([3, 0], 1)),
        lambda found: found == [True, False],
    ),
    fact(
        "tf.debugging.assert_positive",
        lambda tf: _verdicts(tf, tf.debugging.assert_positive, ([1, 2],), ([1, 0],), ([-1],)),
        lambda found: found == [True, False, False],
    ),
    fact(
        "tf.debugging.assert_non_negative",
        lambda tf: _verdicts(tf, tf.debugging.assert_non_negative, ([1, 0],), ([-1],)),
        lambda found: found == [True, False],
    ),
    fact(
        "tf.debugging.assert_near",
        lambda tf: _verdicts(
            tf, tf.debugging.assert_near, ([1.0], [1.0 + 1e-6]), ([1.0], [1.1]), ([1.0], [1.1], 0.2, 0.0)
        ),
        lambda found: found == [True, False, True],
    ),
    fact(
        "tf.debugging.assert_rank",
        lambda tf: _verdicts(tf, tf.debugging.assert_rank, ([[1]], 2), ([1], 2), (1, 0)),
        lambda found: found == [True, False, True],
    ),
    fact(
        "tf.debugging.assert_shapes",
        lambda tf: _verdicts(
            tf,
            tf.debugging.assert_shapes,
            ([(tf.ones((2, 3)), ("n", 3)), (tf.ones(2), ("n",))],),
            ([(tf.ones((2, 3)), ("n", 3)), (tf.ones(4), ("n",))],),
            ([(tf.ones((2, 3)), ("n", 4))],),
        ),
        lambda found: found == [True, False, False],
    ),
    fact(
        "tf.debugging.assert_same_float_dtype",
        lambda tf: (
            tf.debugging.assert_same_float_dtype([tf.ones(1, tf.float16)]).name,
            *_verdicts(
                tf,
                tf.debugging.assert_same_float_dtype,
                ([tf.ones(1), tf.ones(2, tf.float64)],),
                ([tf.constant(1)],),
            ),
        ),
        lambda found: found == ["float16", False, False],
    ),
    fact(
        "tf.compat.v1.assert_less",
        lambda tf: _verdicts(tf, tf.compat.v1.assert_less, ([0, -1], 1), ([1], 1)),
        lambda found: found == [True, False],
    ),
    fact(
        "tf.compat.v1.assert_greater_equal",
        lambda tf: _verdicts(tf, tf.compat.v1.assert_greater_equal, ([3, 1], 1), ([3, 0], 1)),
        lambda found: found == [True, False],
    ),
]

PICTURE = [[[10 * r + c, 5, 200 - r] for c in range(6)] for r in range(4)]


def _jpeg(tf):
    return tf.io.encode_jpeg(tf.constant(PICTURE, tf.uint8), quality=100, chroma_downsampling=False)


def _far(tf, image, expected):
    """Return the largest difference between an image and the expected one."""
    return int(tf.reduce_max(abs(tf.cast(image, tf.int32) - tf.constant(expected))))


BOXES = [[[0.0, 0.0, 0.5, 0.5], [0.0, 0.0, 0.5, 0.45], [0.5, 0.5, 1.0, 1.0], [0.0, 0.5, 0.5, 1.0]]]

PICTURES = [
    fact(
        "tf.image.extract_jpeg_shape",
        lambda tf: tf.image.extract_jpeg_shape(_jpeg(tf)).numpy().tolist(),
        lambda shape: shape == [4, 6, 3],
    ),
    fact("tf.image.decode_jpeg", lambda tf: _far(tf, tf.image.decode_jpeg(_jpeg(tf)), PICTURE), lambda far: far <= 6),
    fact(
        "tf.image.decode_and_crop_jpeg",
        lambda tf: (lambda crop: (crop.shape.as_list(), _far(tf, crop, [row[2:5] for row in PICTURE[1:3]])))(
            tf.image.decode_and_crop_jpeg(_jpeg(tf), [1, 2, 2, 3])
        ),
        lambda found: found[0] == [2, 3, 3] and found[1] <= 6,
    ),
    fact(
        "tf.compat.v1.image.decode_png",
        lambda tf: _far(tf, tf.compat.v1.image.decode_png(tf.io.encode_png(tf.constant(PICTURE, tf.uint8))), PICTURE),
        lambda far: far == 0,
    ),
    fact(
        "tf.compat.v1.image.random_flip_left_right",
        lambda tf: sorted(
            {
                str(tf.compat.v1.image.random_flip_left_right(tf.constant([[[1], [2], [3]]]), seed=k).numpy().ravel())
                for k in range(20)
            }
        ),
        lambda found: found == ["[1 2 3]", "[3 2 1]"],
    ),
    fact(
        "tf.compat.v1.image.random_contrast",
        lambda tf: _factors(
            tf,
            lambda x, k: tf.compat.v1.image.random_contrast(x, 0.5, 1.5, seed=k),
            lambda x: (x[0, 1, 0] - x[0, 0, 0]) / 0.5,
        ),
        lambda found: found == [True, True, True],
    ),
    fact(
        "tf.compat.v1.image.random_brightness",
        lambda tf: _factors(
            tf, lambda x, k: tf.compat.v1.image.random_brightness(x, 0.5, seed=k), lambda x: 1 + x[0, 0, 0] - 0.25
        ),
        lambda found: found == [True, True, True],
    ),
    fact(
        "tf.compat.v1.image.random_saturation",
        lambda tf: _saturations(tf),
        lambda found: found == [True, True, True],
    ),
    fact(
        "tf.compat.v1.image.random_hue",
        lambda tf: _hues(tf),
        lambda found: found == [True, True],
    ),
    fact(
        "tf.image.sample_distorted_bounding_box",
        lambda tf: _sampled(tf),
        lambda found: found == [True] * 4,
    ),
    fact(
        "tf.image.combined_non_max_suppression",
        lambda tf: (lambda found: (found.valid_detections.numpy().tolist(), found.nmsed_boxes.numpy().tolist()))(
            tf.image.combined_non_max_suppression(
                tf.constant(BOXES)[:, :, None], tf.constant([[[0.9], [0.8], [0.7], [0.1]]]), 4, 4, 0.5, 0.3
            )
        ),
        lambda found: found == [[2], [[[0.0, 0.0, 0.5, 0.5], [0.5, 0.5, 1.0, 1.0], [0.0] * 4, [0.0] * 4]]],
    ),
    fact(
        "tf.image.non_max_suppression_padded",
        lambda tf: [
            x.numpy().tolist()
            for x in tf.image.non_max_suppression_padded(
                tf.constant(BOXES[0]), tf.constant([0.9, 0.8, 0.7, 0.1]), 4, 0.5, 0.3, pad_to_max_output_size=True
            )
        ],
        lambda found: found == [[0, 2, 0, 0], 2],
    ),
]


def _factors(tf, change, factor):
    """Return whether the factors of 40 changes are in [0.5, 1.5], and whether one is near each end."""
    x = tf.constant([[[0.25], [0.75]]])
    found = [float(factor(change(x, k))) for k in range(40)]
    within = all(0.5 - 1e-5 <= one <= 1.5 + 1e-5 for one in found)
    return within, min(found) < 0.75, max(found) > 1.25


def _saturations(tf):
    x = tf.constant([[[0.5, 0.25, 0.25]]])  # saturation 1/2
    changed = [tf.compat.v1.image.random_saturation(x, 0.5, 1.5, seed=k).numpy().ravel() for k in range(40)]
    found = [(one.max() - one.min()) / one.max() for one in changed]
    return all(0.25 - 1e-5 <= one <= 0.75 + 1e-5 for one in found), min(found) < 0.4, max(found) > 0.6


def _hues(tf):
    x = tf.constant([[[0.75, 0.25, 0.25]]])
    changed = [tf.compat.v1.image.random_hue(x, 0.25, seed=k).numpy().ravel() for k in range(20)]
    kept = all(abs(one.max() - 0.75) < 1e-5 and abs(one.min() - 0.25) < 1e-5 for one in changed)
    return kept, len({tuple(one.round(3)) for one in changed}) > 10


def _sampled(tf):
    areas, ratios, inside = [], [], []
    for k in range(20):
        start, size, box = tf.image.sample_distorted_bounding_box(
            [40, 60, 3], [[[0.0, 0.0, 1.0, 1.0]]], seed=k + 1, area_range=(0.25, 0.75), aspect_ratio_range=(0.8, 1.25)
        )
        (y, x, _), (height, width, _) = start.numpy(), size.numpy()
        areas.append(height * width / 2400)
        ratios.append(width / height)
        inside.append(0 <= y <= 40 - height and 0 <= x <= 60 - width and abs(float(box[0, 0, 0]) - y / 40) < 1e-5)
    return (
        all(inside),
        all(0.2 < area < 0.8 for area in areas),
        all(0.75 < ratio < 1.33 for ratio in ratios),
        max(areas) - min(areas) > 0.1,
    )
