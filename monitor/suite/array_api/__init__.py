"""The array API standard, version 2025.12: each function as one call, for every framework that follows the standard.

`standard` has the calls, and `declarations` makes cases of them. The suite `array_api` of each framework names its
namespace. Standard library only.
"""
