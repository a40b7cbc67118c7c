"""Suite `chains`: short programs of two to four calls, generated from one grammar for every framework."""
