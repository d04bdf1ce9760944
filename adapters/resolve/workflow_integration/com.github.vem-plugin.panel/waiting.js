// Shows what is wrong while there is no page to show.

"use strict";

for (const [field, text] of new URLSearchParams(window.location.search)) {
  const place = document.getElementById(field);
  if (place && text) place.textContent = text;
}
