"""Parsing, encoding, writing and reading."""

from monitor.suite.declare import EVERY, case, tensor
from monitor.suite.limits import FIXED_RANK, HOST_VALUES


@case("tf.io.decode_raw", dtypes=("float32", "float64", "int32", "int64"), limits=FIXED_RANK | HOST_VALUES)
def decode_raw(tf, x=tensor(4)):
    return tf.io.decode_raw(x.numpy().tobytes(), x.dtype)


@decode_raw.reference
def _(np, x):
    return x


@case("tf.io.serialize_tensor", dtypes=EVERY)
def serialize_tensor(tf, x=tensor(3, 4)):
    return tf.io.parse_tensor(tf.io.serialize_tensor(x), x.dtype)


@serialize_tensor.reference
def _(np, x):
    return x


@case("tf.io.parse_tensor", dtypes=EVERY)
def parse_tensor(tf, x=tensor(0, 4)):
    return tf.io.parse_tensor(tf.io.serialize_tensor(x), x.dtype)


@parse_tensor.reference
def _(np, x):
    return x


@case("tf.io.encode_base64")
def encode_base64(tf):
    return tf.io.encode_base64(["ab?", ""], pad=True).numpy().tolist()


@encode_base64.promise
def _(found):
    return found == [b"YWI_", b""]


@case("tf.io.decode_base64")
def decode_base64(tf):
    return tf.io.decode_base64("YWI_").numpy()


@decode_base64.promise
def _(found):
    return found == b"ab?"


@case("tf.io.decode_csv")
def decode_csv(tf):
    return [x.numpy().tolist() for x in tf.io.decode_csv(["1,a,", "2,b,7"], [[0], [""], [-1]])]


@decode_csv.promise
def _(found):
    return found == [[1, 2], [b"a", b"b"], [-1, 7]]


@case("tf.io.decode_json_example")
def decode_json_example(tf):
    example = tf.io.decode_json_example('{"features": {"feature": {"a": {"int64List": {"value": ["3"]}}}}}')
    return tf.io.parse_single_example(example, {"a": tf.io.FixedLenFeature([], tf.int64)})["a"].numpy().tolist()


@decode_json_example.promise
def _(found):
    return found == 3


@case("tf.io.write_file")
def write_file(tf):
    import tempfile

    folder = tempfile.mkdtemp()
    tf.io.write_file(folder + "/a", "abc")
    return tf.io.read_file(folder + "/a").numpy()


@write_file.promise
def _(found):
    return found == b"abc"


@case("tf.io.read_file")
def read_file(tf):
    import tempfile

    folder = tempfile.mkdtemp()
    with tf.io.gfile.GFile(folder + "/a", "wb") as file:
        file.write(b"\x00\xff")
    return tf.io.read_file(folder + "/a").numpy()


@read_file.promise
def _(found):
    return found == b"\x00\xff"


@case("tf.io.matching_files")
def matching_files(tf):
    import tempfile

    folder = tempfile.mkdtemp()
    for name in ("b", "a", "c.txt"):
        tf.io.write_file(f"{folder}/{name}", "")
    return [path.decode().rpartition("/")[2] for path in tf.io.matching_files(folder + "/?").numpy()]


@matching_files.promise
def _(found):
    return found == ["a", "b"]


@case("tf.io.TFRecordWriter")
def tfrecord_writer(tf):
    import tempfile

    folder = tempfile.mkdtemp()
    with tf.io.TFRecordWriter(folder + "/a", "GZIP") as writer:
        for record in (b"x", b"", b"yz"):
            writer.write(record)
    return [x.numpy() for x in tf.data.TFRecordDataset(folder + "/a", "GZIP")]


@tfrecord_writer.promise
def _(found):
    return found == [b"x", b"", b"yz"]


@case("tf.io.parse_example")
def parse_example(tf):
    made = tf.train.Example()
    made.features.feature["a"].float_list.value.extend([1.5, 2.5])
    return (
        tf.io.parse_example([made.SerializeToString()], {"a": tf.io.FixedLenFeature([2], tf.float32)})["a"]
        .numpy()
        .tolist()
    )


@parse_example.promise
def _(found):
    return found == [[1.5, 2.5]]


@case("tf.io.parse_single_example")
def parse_single_example(tf):
    made = tf.train.Example()
    made.features.feature["a"].bytes_list.value.append(b"x")
    parsed = tf.io.parse_single_example(made.SerializeToString(), {"a": tf.io.VarLenFeature(tf.string)})
    return tf.sparse.to_dense(parsed["a"]).numpy().tolist()


@parse_single_example.promise
def _(found):
    return found == [b"x"]


@case("tf.io.encode_png")
def encode_png(tf):
    image = tf.reshape(tf.cast(tf.range(24), tf.uint8), [2, 4, 3])
    return bool(tf.reduce_all(tf.io.decode_png(tf.io.encode_png(image)) == image))


@encode_png.promise
def _(found):
    return found


@case("tf.io.encode_jpeg")
def encode_jpeg(tf):
    image = tf.fill([8, 8, 3], tf.constant(128, tf.uint8))
    return int(tf.reduce_max(tf.abs(tf.cast(tf.io.decode_jpeg(tf.io.encode_jpeg(image)), tf.int32) - 128)))


@encode_jpeg.promise
def _(found):
    return found <= 2


@case("tf.io.decode_bmp")
def decode_bmp(tf):
    header = b"BM" + (58).to_bytes(4, "little") + bytes(4) + (54).to_bytes(4, "little") + (40).to_bytes(4, "little")
    size = (1).to_bytes(4, "little") * 2 + (1).to_bytes(2, "little") + (24).to_bytes(2, "little") + bytes(24)
    return tf.io.decode_bmp(header + size + bytes([1, 2, 3, 0])).numpy().tolist()


@decode_bmp.promise
def _(found):
    return found == [[[3, 2, 1]]]


@case("tf.io.decode_gif")
def decode_gif(tf):
    single = bytes.fromhex("47494638396101000100800000ff0000ffffff2c00000000010001000002024401003b")
    return tf.io.decode_gif(single).numpy().tolist()


@decode_gif.promise
def _(found):
    return found == [[[[255, 0, 0]]]]


@case("tf.io.decode_image")
def decode_image(tf):
    image = tf.reshape(tf.cast(tf.range(12), tf.uint8), [2, 2, 3])
    return tf.io.decode_image(tf.io.encode_png(image)).shape.as_list()


@decode_image.promise
def _(found):
    return found == [2, 2, 3]


@case("tf.io.gfile.glob")
def glob(tf):
    import tempfile

    folder = tempfile.mkdtemp()
    tf.io.write_file(folder + "/a", "")
    return len(tf.io.gfile.glob(folder + "/*")), tf.io.gfile.exists(folder + "/b")


@glob.promise
def _(found):
    return found == [1, False]


@case("tf.io.decode_compressed")
def decode_compressed(tf):
    import zlib

    return tf.io.decode_compressed(zlib.compress(b"abc"), compression_type="ZLIB").numpy()


@decode_compressed.promise
def _(found):
    return found == b"abc"


@case("tf.io.decode_proto")
def decode_proto(tf):
    made = tf.train.Int64List(value=[3, 5]).SerializeToString()
    sizes, values = tf.io.decode_proto([made], "tensorflow.Int64List", ["value"], [tf.int64])
    return sizes.numpy().tolist(), values[0].numpy().tolist()


@decode_proto.promise
def _(found):
    return found == [[[2]], [[3, 5]]]
