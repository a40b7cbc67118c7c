"""The functions of the 2023 study's sample."""
