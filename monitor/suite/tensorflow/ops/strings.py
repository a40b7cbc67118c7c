"""Strings."""

from monitor.suite.declare import DTYPE, case


@case("tf.strings.join")
def join(tf):
    return tf.strings.join([["a", "b"], ["x", "y"]], separator="-").numpy().tolist()


@join.promise
def _(found):
    return found == [b"a-x", b"b-y"]


@case("tf.strings.format")
def strings_format(tf):
    return tf.strings.format("{} of {}", (tf.constant([1, 2]), 3)).numpy()


@strings_format.promise
def _(found):
    return found == b"[1 2] of 3"


@case("tf.strings.length")
def length(tf):
    return tf.strings.length(["", "ab", "\u00e9"], unit="UTF8_CHAR").numpy().tolist()


@length.promise
def _(found):
    return found == [0, 2, 1]


@case("tf.strings.lower")
def lower(tf):
    return tf.strings.lower(["AbC", "\u00c9"], encoding="utf-8").numpy().tolist()


@lower.promise
def _(found):
    return found == [b"abc", "\u00e9".encode()]


@case("tf.strings.upper")
def upper(tf):
    return tf.strings.upper(["AbC", ""]).numpy().tolist()


@upper.promise
def _(found):
    return found == [b"ABC", b""]


@case("tf.strings.strip")
def strip(tf):
    return tf.strings.strip(["  a b ", "\n"]).numpy().tolist()


@strip.promise
def _(found):
    return found == [b"a b", b""]


@case("tf.strings.split")
def split(tf):
    return tf.strings.split(["a b", "", "c"]).to_list()


@split.promise
def _(found):
    return found == [[b"a", b"b"], [], [b"c"]]


@case("tf.strings.substr")
def substr(tf):
    return tf.strings.substr(["abcde", "xyz"], [1, -2], [3, 1]).numpy().tolist()


@substr.promise
def _(found):
    return found == [b"bcd", b"y"]


@case("tf.strings.regex_replace")
def regex_replace(tf):
    return tf.strings.regex_replace(["a1b22"], "[0-9]+", "#").numpy().tolist()


@regex_replace.promise
def _(found):
    return found == [b"a#b#"]


@case("tf.strings.regex_full_match")
def regex_full_match(tf):
    return tf.strings.regex_full_match(["a1", "ba1"], "[a-z][0-9]").numpy().tolist()


@regex_full_match.promise
def _(found):
    return found == [True, False]


@case("tf.strings.reduce_join")
def reduce_join(tf):
    return tf.strings.reduce_join([["a", "b"], ["c", "d"]], axis=0).numpy().tolist()


@reduce_join.promise
def _(found):
    return found == [b"ac", b"bd"]


@case("tf.strings.to_number", dtypes=("float32", "float64", "int32", "int64"))
def to_number(tf, dtype=DTYPE):
    return tf.strings.to_number(["3", "-12"], out_type=dtype)


@to_number.reference
def _(np):
    return np.array([3, -12])


@case("tf.strings.to_hash_bucket_fast")
def to_hash_bucket_fast(tf):
    return tf.strings.to_hash_bucket_fast(["a", "b", "a"], 10).numpy().tolist()


@to_hash_bucket_fast.promise
def _(found):
    return found[0] == found[2] and all(0 <= one < 10 for one in found)


@case("tf.strings.to_hash_bucket_strong")
def to_hash_bucket_strong(tf):
    return tf.strings.to_hash_bucket_strong(["a", "b", "a"], 1000, [1, 2]).numpy().tolist()


@to_hash_bucket_strong.promise
def _(found):
    return found[0] == found[2] != found[1]


@case("tf.strings.bytes_split")
def bytes_split(tf):
    return tf.strings.bytes_split(["ab", "c"]).to_list()


@bytes_split.promise
def _(found):
    return found == [[b"a", b"b"], [b"c"]]


@case("tf.strings.unicode_decode")
def unicode_decode(tf):
    return tf.strings.unicode_decode(["a\u00e9"], "UTF-8").to_list()


@unicode_decode.promise
def _(found):
    return found == [[97, 233]]


@case("tf.strings.unicode_encode")
def unicode_encode(tf):
    return tf.strings.unicode_encode([[97, 233]], "UTF-8").numpy().tolist()


@unicode_encode.promise
def _(found):
    return found == ["a\u00e9".encode()]


@case("tf.strings.unicode_script")
def unicode_script(tf):
    return tf.strings.unicode_script([97, 1041]).numpy().tolist()


@unicode_script.promise
def _(found):
    return found == [25, 8]  # Latin, Cyrillic in ICU


@case("tf.strings.unsorted_segment_join")
def unsorted_segment_join(tf):
    return tf.strings.unsorted_segment_join(["a", "b", "c"], [1, 0, 1], 2, separator=":").numpy().tolist()


@unsorted_segment_join.promise
def _(found):
    return found == [b"b", b"a:c"]


@case("tf.strings.ngrams")
def ngrams(tf):
    return tf.strings.ngrams(["a", "b", "c"], 2).numpy().tolist()


@ngrams.promise
def _(found):
    return found == [b"a b", b"b c"]
