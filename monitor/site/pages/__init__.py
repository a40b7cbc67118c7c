"""The content of the pages, one module a page. Each turns the history into the plain values that its template shows."""
