// What scrolls must be reachable by keyboard.
const scrolling = "pre, .cell_output .output, .picture, mjx-container, .pst-scrollable-table-container";

function makeFocusable() {
  for (const box of document.querySelectorAll(scrolling)) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
  }
}

window.addEventListener("load", () => {
  makeFocusable();
  // Formulas take their place later.
  window.MathJax?.startup?.promise?.then(makeFocusable);
});
