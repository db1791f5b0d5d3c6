/* On every page of the lab: where the work is kept, and what goes wrong with keeping it. */
(function () {
  "use strict";
  var SEEN = "gradlab notice seen", SPARE = 20e6; // bytes
  var shown = null;

  function notice(text, buttons, bad) {
    if (shown) shown.remove();
    shown = document.createElement("div");
    shown.className = "gl-notice" + (bad ? " gl-bad" : "");
    shown.setAttribute("role", bad ? "alert" : "status");
    var words = document.createElement("p");
    words.textContent = text;
    shown.appendChild(words);
    buttons.forEach(function (each) {
      var button = document.createElement("button");
      button.type = "button";
      button.textContent = each[0];
      button.onclick = each[1];
      shown.appendChild(button);
    });
    document.body.appendChild(shown);
  }

  function close() {
    shown.remove();
    try { localStorage.setItem(SEEN, "yes"); } catch (error) { /* then it is told again */ }
  }

  var download = ["Download this notebook", function () {
    var commands = window.jupyterapp && window.jupyterapp.commands;
    if (commands) commands.execute("docmanager:save").then(function () { commands.execute("docmanager:download"); });
  }];
  var understood = ["Understood", close];

  /* Resolves with a sentence when nothing can be kept here, else with "". */
  function storage() {
    return new Promise(function (resolve) {
      var blocked = "This browser blocks storage for this site, so your work is gone when this page closes. " +
        "Allow it to keep data (cookies and site data), or download the notebook before you leave.";
      try {
        var opening = indexedDB.open("gradlab probe");
        opening.onerror = function () { resolve(blocked); };
        opening.onsuccess = function () {
          opening.result.close();
          if (!navigator.storage || !navigator.storage.estimate) return resolve("");
          navigator.storage.estimate().then(function (space) {
            resolve(space.quota - space.usage > SPARE ? "" :
              "This browser's storage is nearly full: what you write may not be kept. Free some space, or download " +
              "the notebook before you leave.");
          }, function () { resolve(""); });
        };
      } catch (error) { resolve(blocked); }
    });
  }

  function start() {
    var problem = gradlabProblem();
    if (problem) return notice(problem, [], true);
    if (navigator.storage && navigator.storage.persist) navigator.storage.persist(); // else it may be cleared for space
    storage().then(function (bad) {
      if (bad) return notice(bad, [download, understood], true);
      var seen = null;
      try { seen = localStorage.getItem(SEEN); } catch (error) { /* as if not */ }
      if (!seen) {
        notice("Your work is kept in this browser, on this computer, and nowhere else. Download your notebooks when " +
          "a session ends.", [download, understood], false);
      }
    });
  }

  /* A part of the page that is loaded late and is not there any more: the site was renewed, or the network is gone. */
  function lost(event) {
    var script = event.target && event.target.tagName === "SCRIPT";
    var chunk = event.reason && event.reason.name === "ChunkLoadError";
    if (script || chunk) {
      notice("A part of this page could not be loaded: the network is gone, or the course was renewed meanwhile. " +
        "Save your notebook (Ctrl+S) and reload the page. Your work stays.", [["Reload", function () {
          location.reload();
        }]], true);
    }
  }

  window.gradlabNotice = notice;
  window.addEventListener("error", lost, true);
  window.addEventListener("unhandledrejection", lost);
  document.addEventListener("DOMContentLoaded", start);
})();
