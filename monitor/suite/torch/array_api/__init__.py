"""The functions of the array API standard in `array_api_compat.torch`."""

NAMESPACE = "array_api_compat.torch"
PLAIN_ONLY = True
