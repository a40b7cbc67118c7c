"""The functions of the array API standard in `array_api_compat.torch`."""

PLAIN_ONLY = True
