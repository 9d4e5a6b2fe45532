/* Starts DKFDS's components, also in the parts that htmx puts in. */
"use strict";
DKFDS.init();
document.addEventListener("htmx:after:swap", function (event) {
  const target = event.detail.ctx.target;
  if (target instanceof HTMLElement && target.isConnected) {
    DKFDS.init({ scope: target });
  }
});
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
