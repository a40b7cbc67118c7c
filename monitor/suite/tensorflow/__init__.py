"""TensorFlow: its device and its cases."""
