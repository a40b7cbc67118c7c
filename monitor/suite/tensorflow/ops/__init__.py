"""Public functions of TensorFlow, chosen by use."""
