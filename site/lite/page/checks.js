/* What a browser needs for this site, told before anything fails without a word. Old JavaScript, so that old browsers
   can read it. `gradlabProblem()` is a sentence, or "" when all is well. */
function gradlabProblem() {
  "use strict";
  if (!window.isSecureContext) {
    return "This page keeps files and runs Python only when it is opened by https (or from localhost). " +
      "Ask whoever runs it for the https address.";
  }
  if (!("serviceWorker" in navigator)) {
    return "This browser, or a private window of it, has no service workers, which let Python see your files. " +
      "Use an ordinary window of Chrome, Edge, Firefox or Safari.";
  }
  if (typeof WebAssembly !== "object" || typeof BigInt64Array === "undefined" || !window.structuredClone ||
      !Array.prototype.at || !("noModule" in document.createElement("script"))) {
    return "This browser is too old to run Python. Chrome or Edge from 119, Firefox from 121 and Safari from 17.4 can.";
  }
  return "";
}

document.addEventListener("DOMContentLoaded", function () {
  var place = document.getElementById("gl-problem"), problem = gradlabProblem();
  if (place && problem) {
    place.textContent = problem;
    place.hidden = false;
  }
});
