"""The functions of the array API standard in `tf.experimental.numpy`."""

NAMESPACE = "tf.experimental.numpy"
PLAIN_ONLY = True
