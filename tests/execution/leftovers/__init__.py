"""A suite of cases that leave files behind, as compilers do."""
