"""Files and folders, by `tf.io.gfile` and its older names."""

from monitor.suite.declare import case


@case("tf.io.gfile.GFile")
def gfile(tf):
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        with tf.io.gfile.GFile(f"{folder}/text", "w") as file:
            file.write("one\ntwo\n")
        with tf.io.gfile.GFile(f"{folder}/text", "a") as file:
            file.write("three")
        with tf.io.gfile.GFile(f"{folder}/text") as file:
            return [file.readline(), file.read(), file.size()]


@gfile.promise
def _(found):
    return found == ["one\n", "two\nthree", 13]


@case("tf.io.gfile.exists")
def exists(tf):
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        return tf.io.gfile.exists(folder), tf.io.gfile.exists(f"{folder}/missing")


@exists.promise
def _(found):
    return found == [True, False]


@case("tf.io.gfile.makedirs")
def makedirs(tf):
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        tf.io.gfile.makedirs(f"{folder}/a/b")
        tf.io.gfile.makedirs(f"{folder}/a/b")
        return tf.io.gfile.isdir(f"{folder}/a/b")


@makedirs.promise
def _(made):
    return made


@case("tf.io.gfile.isdir")
def isdir(tf):
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "file").touch()
        return [tf.io.gfile.isdir(path) for path in (folder, f"{folder}/file", f"{folder}/missing")]


@isdir.promise
def _(found):
    return found == [True, False, False]


@case("tf.io.gfile.listdir")
def listdir(tf):
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        for name in ("b", "a"):
            Path(folder, name).touch()
        return sorted(tf.io.gfile.listdir(folder))


@listdir.promise
def _(names):
    return names == ["a", "b"]


@case("tf.io.gfile.rmtree")
def rmtree(tf):
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "a", "b").mkdir(parents=True)
        Path(folder, "a", "b", "file").touch()
        tf.io.gfile.rmtree(f"{folder}/a")
        return sorted(path.name for path in Path(folder).iterdir())


@rmtree.promise
def _(names):
    return names == []


@case("tf.compat.v1.gfile.Open")
def gfile_open(tf):
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        with tf.compat.v1.gfile.Open(f"{folder}/text", "wb") as file:
            file.write(b"one\ntwo")
        with tf.compat.v1.gfile.Open(f"{folder}/text") as file:
            return list(file)


@gfile_open.promise
def _(lines):
    return lines == ["one\n", "two"]


@case("tf.compat.v1.gfile.Exists")
def gfile_exists(tf):
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        return tf.compat.v1.gfile.Exists(folder), tf.compat.v1.gfile.Exists(f"{folder}/missing")


@gfile_exists.promise
def _(found):
    return found == [True, False]


@case("tf.compat.v1.gfile.MakeDirs")
def gfile_makedirs(tf):
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        tf.compat.v1.gfile.MakeDirs(f"{folder}/a/b")
        return tf.compat.v1.gfile.Exists(f"{folder}/a/b")


@gfile_makedirs.promise
def _(made):
    return made


@case("tf.compat.v1.gfile.Glob")
def gfile_glob(tf):
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        for name in ("a.txt", "b.txt", "c.csv"):
            Path(folder, name).touch()
        return sorted(Path(path).name for path in tf.compat.v1.gfile.Glob(f"{folder}/*.txt"))


@gfile_glob.promise
def _(names):
    return names == ["a.txt", "b.txt"]
