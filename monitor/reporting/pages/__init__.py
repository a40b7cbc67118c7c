"""What each page says, a module a page: the history turned into the few plain shapes that its template shows."""
