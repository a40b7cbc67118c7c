"""Content of the pages, one module per page: each turns the history into the values of its template."""
