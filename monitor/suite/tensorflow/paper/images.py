"""Brightness of images, and boxes drawn on them."""

from monitor.suite.declare import COMPILED, EAGER, FLOATING, GRADIENT, case, indices, tensor, uniform
from monitor.suite.limits import FIXED_SHAPES


@case("tf.image.adjust_brightness", dtypes=FLOATING, modes=(EAGER, COMPILED, GRADIENT))
def adjust_brightness(tf, image=uniform(0, 1, 4, 5, 3)):
    return tf.image.adjust_brightness(image, delta=0.25)


@adjust_brightness.reference
def _(np, image):
    return image + 0.25


@case("tf.image.adjust_brightness", name="of-bytes", dtypes=("uint8",), modes=(EAGER, COMPILED))
def adjust_brightness_of_bytes(tf, image=indices(2, 4, 5, 3, below=256, dtype="uint8")):
    return tf.image.adjust_brightness(image, delta=0.25)


@adjust_brightness_of_bytes.reference
def _(np, image):
    brighter = image / 255 + 0.25
    return np.clip(np.trunc(brighter * 255.5), 0, 255).astype(int)  # as tf.image.convert_image_dtype scales it


@case("tf.image.adjust_brightness", name="darker", dtypes=("float32", "float16"), modes=(EAGER, COMPILED, GRADIENT))
def adjust_brightness_darker(tf, image=uniform(0, 1, 4, 5, 3), delta=uniform(-0.5, -0.25, 1)):
    return tf.image.adjust_brightness(image, delta[0])


@adjust_brightness_darker.reference
def _(np, image, delta):
    return image + delta


@case("tf.image.adjust_brightness", name="empty", dtypes=("float32", "float16"), modes=(EAGER, COMPILED))
def adjust_brightness_empty(tf, image=uniform(0, 1, 0, 5, 3)):
    return tf.image.adjust_brightness(image, delta=0.25)


@adjust_brightness_empty.reference
def _(np, image):
    return image


@case("tf.image.adjust_brightness", name="large", dtypes=("float32", "float16"), modes=(EAGER, COMPILED))
def adjust_brightness_large(tf, image=uniform(0, 1, 256, 256, 3)):
    return tf.image.adjust_brightness(image, delta=0.125)


@adjust_brightness_large.reference
def _(np, image):
    return image + 0.125


@case("tf.image.draw_bounding_boxes", dtypes=("float32", "float16"), limits=FIXED_SHAPES)
def draw_bounding_boxes(tf, images=uniform(0, 1, 1, 8, 10, 3)):
    boxes = tf.constant([[[0.2, 0.3, 0.8, 0.9]]])  # top, left, bottom, right
    return tf.image.draw_bounding_boxes(images, boxes, colors=[[1.0, 0.0, 0.5]])


@draw_bounding_boxes.reference
def _(np, images):
    drawn = images.copy()
    # A height of 8 has its last row at 7, where 0.2 is row 1.4 and so 1, and 0.8 is 5.6 and so 5.
    (top, bottom), (left, right) = (1, 5), (2, 8)
    drawn[0, [top, bottom], left : right + 1] = drawn[0, top : bottom + 1, [left, right]] = [1, 0, 0.5]
    return drawn


@case("tf.image.draw_bounding_boxes", name="two", dtypes=("float32", "float16"), limits=FIXED_SHAPES)
def draw_bounding_boxes_two(tf, images=uniform(0, 1, 2, 8, 8, 1)):
    boxes = tf.constant([[[0.1, 0.1, 0.4, 0.4], [0.2, 0.2, 0.9, 0.9]], [[0.1, 0.5, 0.6, 0.8], [0.0, 0.0, 1.0, 1.0]]])
    return tf.image.draw_bounding_boxes(images, boxes, colors=[[0.25], [0.75]])


@draw_bounding_boxes_two.reference
def _(np, images):
    drawn = images.copy()
    for image, boxes in enumerate([[(0, 0, 2, 2), (1, 1, 6, 6)], [(0, 3, 4, 5), (0, 0, 7, 7)]]):
        for color, (top, left, bottom, right) in zip([0.25, 0.75], boxes, strict=True):
            drawn[image, [top, bottom], left : right + 1] = color
            drawn[image, top : bottom + 1, [left, right]] = color
    return drawn


@case("tf.image.draw_bounding_boxes", name="beyond", dtypes=("float32", "float16"), limits=FIXED_SHAPES)
def draw_bounding_boxes_beyond(tf, images=uniform(0, 1, 1, 6, 6, 3)):
    boxes = tf.constant([[[-0.5, 0.3, 1.5, 0.7]]])  # reaches over the edges, above and below
    return tf.image.draw_bounding_boxes(images, boxes, colors=[[1.0, 1.0, 1.0]])


@draw_bounding_boxes_beyond.reference
def _(np, images):
    drawn = images.copy()
    drawn[0, :, [1, 3]] = 1
    return drawn


@case("tf.image.draw_bounding_boxes", name="none", dtypes=("float32", "float16"), limits=FIXED_SHAPES)
def draw_bounding_boxes_none(tf, images=uniform(0, 1, 1, 6, 6, 3)):
    return tf.image.draw_bounding_boxes(images, tf.zeros([1, 0, 4]), colors=[[1.0, 1.0, 1.0]])


@draw_bounding_boxes_none.reference
def _(np, images):
    return images


@case("tf.image.draw_bounding_boxes", name="large", dtypes=("float32", "float16"), limits=FIXED_SHAPES)
def draw_bounding_boxes_large(tf, images=tensor(4, 128, 128, 3)):
    boxes = tf.tile([[[0.1, 0.2, 0.3, 0.4]]], [4, 1, 1])
    return tf.image.draw_bounding_boxes(images, boxes, colors=[[0.0, 1.0, 0.0]])


@draw_bounding_boxes_large.reference
def _(np, images):
    drawn = images.copy()
    (top, bottom), (left, right) = (12, 38), (25, 50)
    drawn[:, [top, bottom], left : right + 1] = drawn[:, top : bottom + 1, [left, right]] = [0, 1, 0]
    return drawn
