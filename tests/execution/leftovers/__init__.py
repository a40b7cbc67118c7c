"""A suite of cases that leave files, as compilers do."""
