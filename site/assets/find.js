// Moves the focus to the search field at the top of the page when the reader types "/" outside of a field.
"use strict";

addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.target.closest("input, select, textarea")) return;
  event.preventDefault();
  document.getElementById("find").focus();
});
