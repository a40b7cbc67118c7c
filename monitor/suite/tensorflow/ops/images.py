"""Images, channels last."""

from monitor.suite.declare import COMPILED, EAGER, FLOATING, GRADIENT, NUMERIC, case, indices, tensor, uniform
from monitor.suite.limits import FINITE, FIXED_RANK, FIXED_SHAPES, LINKED_SIZES, NOT_EMPTY, UNIT_RANGE, WELL_SCALED

SINGLE = {"float64": "float32", "float16": "float32", "int32": "float32"}


@case("tf.image.flip_left_right", dtypes=NUMERIC, modes=(EAGER, GRADIENT), limits=NOT_EMPTY | FIXED_RANK)
def flip_left_right(tf, x=tensor(2, 4, 6, 3)):
    return tf.image.flip_left_right(x)


@flip_left_right.reference
def _(np, x):
    return x[:, :, ::-1]


@case("tf.image.flip_up_down", dtypes=NUMERIC, limits=NOT_EMPTY | FIXED_RANK)
def flip_up_down(tf, x=tensor(2, 4, 6, 3)):
    return tf.image.flip_up_down(x)


@flip_up_down.reference
def _(np, x):
    return x[:, ::-1]


@case("tf.image.transpose", dtypes=NUMERIC, limits=NOT_EMPTY | FIXED_RANK)
def transpose(tf, x=tensor(2, 4, 6, 3)):
    return tf.image.transpose(x)


@transpose.reference
def _(np, x):
    return np.swapaxes(x, 1, 2)


@case("tf.image.rot90", dtypes=NUMERIC, limits=NOT_EMPTY | FIXED_RANK)
def rot90(tf, x=tensor(2, 4, 6, 3)):
    return tf.image.rot90(x)


@rot90.reference
def _(np, x):
    return np.rot90(x, axes=(1, 2))


@case("tf.image.central_crop", dtypes=NUMERIC, limits=FIXED_SHAPES)
def central_crop(tf, x=tensor(8, 8, 3)):
    return tf.image.central_crop(x, 0.5)


@central_crop.reference
def _(np, x):
    return x[2:6, 2:6]


@case("tf.image.crop_to_bounding_box", dtypes=NUMERIC, limits=NOT_EMPTY | FIXED_RANK)
def crop_to_bounding_box(tf, x=tensor(2, 4, 6, 3)):
    return tf.image.crop_to_bounding_box(x, 1, 2, 2, 3)


@crop_to_bounding_box.reference
def _(np, x):
    return x[:, 1:3, 2:5]


@case("tf.image.pad_to_bounding_box", dtypes=NUMERIC, limits=NOT_EMPTY | FIXED_RANK)
def pad_to_bounding_box(tf, x=tensor(2, 4, 6, 3)):
    return tf.image.pad_to_bounding_box(x, 1, 2, 6, 9)


@pad_to_bounding_box.reference
def _(np, x):
    return np.pad(x, [(0, 0), (1, 1), (2, 1), (0, 0)])


@case("tf.image.resize_with_crop_or_pad", dtypes=NUMERIC, limits=NOT_EMPTY | FIXED_RANK)
def resize_with_crop_or_pad(tf, x=tensor(2, 4, 6, 3)):
    return tf.image.resize_with_crop_or_pad(x, 6, 4)


@resize_with_crop_or_pad.reference
def _(np, x):
    return np.pad(x, [(0, 0), (1, 1), (0, 0), (0, 0)])[:, :, 1:5]


@case(
    "tf.image.resize",
    dtypes=("float32", "float64", "float16", "int32"),
    returns=SINGLE,
    condition=4,
    limits=FIXED_SHAPES,
)
def resize(tf, x=tensor(2, 4, 6, 3)):
    return tf.image.resize(x, [2, 3], method="area")


@resize.reference
def _(np, x):
    return x.reshape(2, 2, 2, 3, 2, 3).mean(axis=(2, 4))


@case("tf.image.resize", dtypes=("float32", "int32"), modes=(EAGER, COMPILED), name="nearest", limits=FIXED_SHAPES)
def resize_nearest(tf, x=tensor(2, 2, 3, 3)):
    return tf.image.resize(x, [4, 6], method="nearest")


@resize_nearest.reference
def _(np, x):
    return np.repeat(np.repeat(x, 2, axis=1), 2, axis=2)


@case(
    "tf.image.resize",
    dtypes=("float32",),
    modes=(EAGER, COMPILED, GRADIENT),
    condition=8,
    name="bilinear",
    limits=FIXED_SHAPES | FINITE,
)
def resize_bilinear(tf, x=tensor(1, 1, 3, 1)):
    return tf.image.resize(x, [1, 6], method="bilinear")


@resize_bilinear.reference
def _(np, x):
    a, b, c = x[0, 0, :, 0]
    return np.array([a, (3 * a + b) / 4, (a + 3 * b) / 4, (3 * b + c) / 4, (b + 3 * c) / 4, c]).reshape(1, 1, 6, 1)


@case("tf.image.adjust_contrast", dtypes=("float32", "float16"), condition=8)
def adjust_contrast(tf, x=uniform(0, 1, 2, 4, 6, 3)):
    return tf.image.adjust_contrast(x, 2.0)


@adjust_contrast.reference
def _(np, x):
    mean = np.mean(x, axis=(-3, -2), keepdims=True)
    return (x - mean) * 2 + mean


@case("tf.image.adjust_gamma", dtypes=("float32", "float64", "float16"), condition=8)
def adjust_gamma(tf, x=uniform(0, 1, 2, 4, 6, 3)):
    return tf.image.adjust_gamma(x, gamma=2.0, gain=0.5)


@adjust_gamma.reference
def _(np, x):
    return x**2 / 2


@case(
    "tf.image.adjust_saturation",
    dtypes=("float32", "float16"),
    condition=64,
    limits=NOT_EMPTY | LINKED_SIZES | UNIT_RANGE,
)
def adjust_saturation(tf, x=uniform(0, 1, 2, 4, 6, 3)):
    return tf.image.adjust_saturation(x, 0.5)


@adjust_saturation.reference
def _(np, x):
    return (x + np.max(x, axis=-1, keepdims=True)) / 2


@case("tf.image.adjust_hue", dtypes=("float32", "float16"), condition=64, limits=NOT_EMPTY | LINKED_SIZES | UNIT_RANGE)
def adjust_hue(tf, x=uniform(0, 1, 2, 4, 6, 3)):
    return tf.image.adjust_hue(x, 1 / 3)


@adjust_hue.reference
def _(np, x):
    return np.roll(x, 1, axis=-1)


@case(
    "tf.image.per_image_standardization",
    dtypes=("float32", "float64", "float16"),
    returns=SINGLE,
    condition=16,
    limits=NOT_EMPTY,
)
def per_image_standardization(tf, x=uniform(0, 1, 2, 4, 6, 3)):
    return tf.image.per_image_standardization(x)


@per_image_standardization.reference
def _(np, x):
    mean, deviation = (f(x, axis=(-3, -2, -1), keepdims=True) for f in (np.mean, np.std))
    return (x - mean) / np.maximum(deviation, 1 / np.sqrt(np.prod(x.shape[-3:])))


@case(
    "tf.image.rgb_to_grayscale", dtypes=("float32", "float64", "float16"), condition=8, limits=NOT_EMPTY | LINKED_SIZES
)
def rgb_to_grayscale(tf, x=uniform(0, 1, 2, 4, 6, 3)):
    return tf.image.rgb_to_grayscale(x)


@rgb_to_grayscale.reference
def _(np, x):
    return x @ np.array([[0.2989], [0.587], [0.114]])


@case("tf.image.grayscale_to_rgb", dtypes=NUMERIC)
def grayscale_to_rgb(tf, x=tensor(2, 4, 6, 1)):
    return tf.image.grayscale_to_rgb(x)


@grayscale_to_rgb.reference
def _(np, x):
    return np.repeat(x, 3, axis=-1)


@case("tf.image.rgb_to_hsv", dtypes=FLOATING, condition=64, limits=NOT_EMPTY | LINKED_SIZES | UNIT_RANGE)
def rgb_to_hsv(tf, x=uniform(0, 1, 2, 4, 6, 3)):
    return tf.image.hsv_to_rgb(tf.image.rgb_to_hsv(x))


@rgb_to_hsv.reference
def _(np, x):
    return x


@case("tf.image.hsv_to_rgb", dtypes=FLOATING, limits=NOT_EMPTY | LINKED_SIZES | UNIT_RANGE)
def hsv_to_rgb(tf, x=uniform(0, 1, 2, 4, 6, 3)):
    return tf.image.hsv_to_rgb(x * [0.0, 0.0, 1.0])


@hsv_to_rgb.reference
def _(np, x):
    return np.repeat(x[..., 2:], 3, axis=-1)


@case("tf.image.rgb_to_yuv", dtypes=("float32", "float64"), condition=64, limits=NOT_EMPTY | LINKED_SIZES)
def rgb_to_yuv(tf, x=uniform(0, 1, 2, 4, 6, 3)):
    return tf.image.rgb_to_yuv(x)[..., :1]


@rgb_to_yuv.reference
def _(np, x):
    return x @ np.array([[0.299], [0.587], [0.114]])


@case("tf.image.rgb_to_yiq", dtypes=("float32", "float64"), condition=64, limits=NOT_EMPTY | LINKED_SIZES)
def rgb_to_yiq(tf, x=uniform(0, 1, 2, 4, 6, 3)):
    return tf.image.rgb_to_yiq(x)[..., :1]


@rgb_to_yiq.reference
def _(np, x):
    return x @ np.array([[0.299], [0.587], [0.114]])


@case("tf.image.yuv_to_rgb", dtypes=("float32", "float64"), condition=64, limits=NOT_EMPTY | LINKED_SIZES)
def yuv_to_rgb(tf, x=uniform(0, 1, 2, 4, 6, 3)):
    return tf.image.yuv_to_rgb(x * [1.0, 0.0, 0.0])


@yuv_to_rgb.reference
def _(np, x):
    return np.repeat(np.sum(x * np.array([1.0, 0.0, 0.0]), axis=-1, keepdims=True), 3, axis=-1)


@case("tf.image.yiq_to_rgb", dtypes=("float32", "float64"), condition=64, limits=NOT_EMPTY | LINKED_SIZES)
def yiq_to_rgb(tf, x=uniform(0, 1, 2, 4, 6, 3)):
    return tf.image.yiq_to_rgb(x * [1.0, 0.0, 0.0])


@yiq_to_rgb.reference
def _(np, x):
    return np.repeat(np.sum(x * np.array([1.0, 0.0, 0.0]), axis=-1, keepdims=True), 3, axis=-1)


@case("tf.image.total_variation", dtypes=FLOATING, modes=(EAGER, GRADIENT), condition=8, limits=FIXED_RANK)
def total_variation(tf, x=uniform(0, 1, 2, 4, 6, 3)):
    return tf.image.total_variation(x)


@total_variation.reference
def _(np, x):
    return np.sum(np.abs(np.diff(x, axis=1)), axis=(1, 2, 3)) + np.sum(np.abs(np.diff(x, axis=2)), axis=(1, 2, 3))


@case("tf.image.image_gradients", dtypes=FLOATING, limits=NOT_EMPTY | FIXED_RANK)
def image_gradients(tf, x=uniform(0, 1, 2, 4, 6, 3)):
    return tf.image.image_gradients(x)


@image_gradients.reference
def _(np, x):
    down = np.zeros_like(x)
    down[:, :-1] = np.diff(x, axis=1)
    along = np.zeros_like(x)
    along[:, :, :-1] = np.diff(x, axis=2)
    return [down, along]


@case("tf.image.sobel_edges", dtypes=("float32", "float64"), condition=16, limits=NOT_EMPTY | FIXED_RANK | WELL_SCALED)
def sobel_edges(tf, x=uniform(0, 1, 2, 4, 6, 3)):
    return tf.image.sobel_edges(x)[:, 1:-1, 1:-1, :, 0]


@sobel_edges.reference
def _(np, x):
    smooth = x[:, :, :-2] + 2 * x[:, :, 1:-1] + x[:, :, 2:]
    return smooth[:, 2:] + 0 * smooth[:, 1:-1] - smooth[:, :-2]


@case("tf.image.psnr", dtypes=("float32", "float64"), returns=SINGLE, condition=16)
def psnr(tf, x=uniform(0, 1, 2, 4, 6, 3), y=uniform(0, 1, 2, 4, 6, 3)):
    return tf.image.psnr(x, y, max_val=1.0)


@psnr.reference
def _(np, x, y):
    return -10 * np.log10(np.mean((x - y) ** 2, axis=(-3, -2, -1)))


@case("tf.image.ssim", dtypes=("float32",), condition=16, limits=NOT_EMPTY | UNIT_RANGE)
def ssim(tf, x=uniform(0, 1, 2, 16, 16, 3)):
    return tf.image.ssim(x, x, max_val=1.0)


@ssim.reference
def _(np, x):
    return np.ones(x.shape[:-3])


@case("tf.image.extract_patches", dtypes=NUMERIC, limits=FIXED_SHAPES)
def extract_patches(tf, x=tensor(1, 4, 4, 2)):
    return tf.image.extract_patches(x, [1, 2, 2, 1], [1, 2, 2, 1], [1, 1, 1, 1], "VALID")


@extract_patches.reference
def _(np, x):
    return x.reshape(1, 2, 2, 2, 2, 2).transpose(0, 1, 3, 2, 4, 5).reshape(1, 2, 2, 8)


@case(
    "tf.image.crop_and_resize",
    dtypes=("float32", "float64", "float16", "int32"),
    returns=SINGLE,
    condition=4,
    limits=FIXED_SHAPES | FINITE,
)
def crop_and_resize(tf, x=tensor(2, 4, 6, 3)):
    return tf.image.crop_and_resize(x, [[0.0, 0.0, 1.0, 1.0]], [1], [4, 6])


@crop_and_resize.reference
def _(np, x):
    return x[1:]


@case("tf.image.convert_image_dtype", dtypes=("uint8",), returns={"uint8": "float32"})
def convert_image_dtype(tf, x=indices(4, 5, 3, below=256, dtype="uint8")):
    return tf.image.convert_image_dtype(x, tf.float32)


@convert_image_dtype.reference
def _(np, x):
    return x / 255


@case("tf.image.non_max_suppression")
def non_max_suppression(tf):
    boxes = [[0.0, 0.0, 1.0, 1.0], [0.0, 0.0, 1.0, 0.9], [0.0, 2.0, 1.0, 3.0]]
    return tf.image.non_max_suppression(boxes, [0.5, 0.9, 0.3], 3, iou_threshold=0.5).numpy().tolist()


@non_max_suppression.promise
def _(found):
    return found == [1, 2]


@case("tf.image.stateless_random_crop", dtypes=NUMERIC, limits=FIXED_SHAPES)
def stateless_random_crop(tf, x=tensor(1, 1, 3)):
    return tf.image.stateless_random_crop(tf.tile(x, [5, 5, 1]), [2, 3, 3], seed=(1, 2))


@stateless_random_crop.reference
def _(np, x):
    return np.tile(x, (2, 3, 1))
