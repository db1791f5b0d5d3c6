/* On every page of the lab: when Python does not start, or starts without one of its packages, look for the file that did
   not arrive whole, and say so. A half download fails without a word otherwise. */
(function () {
  "use strict";
  var PATIENCE = 90; // seconds: three times what a start takes
  var looked = false;

  function kernel() {
    var panel = window.jupyterapp && window.jupyterapp.shell.currentWidget;
    var session = panel && panel.sessionContext && panel.sessionContext.session;
    return session && session.kernel;
  }

  function sha256(data) {
    return crypto.subtle.digest("SHA-256", data).then(function (digest) {
      return Array.from(new Uint8Array(digest), function (byte) { return byte.toString(16).padStart(2, "0"); }).join("");
    });
  }

  /* The files that are not what they should be. how: of fetch, "force-cache" for what this browser has. */
  function broken(how) {
    return fetch("../page/hashes.json", { cache: "no-cache" }).then(function (answer) { return answer.json(); })
      .then(function (wanted) {
        return Promise.all(Object.keys(wanted).map(function (path) {
          return fetch("../" + path, { cache: how })
            .then(function (answer) { return answer.ok ? answer.arrayBuffer() : Promise.reject(); })
            .then(sha256).then(function (found) { return found === wanted[path] ? "" : path; }, function () { return path; });
        }));
      }).then(function (found) { return found.filter(Boolean); });
  }

  function again() {
    gradlabNotice("Loading Python again ...", [], false);
    broken("reload").then(function (found) {
      if (!found.length) return location.reload();
      gradlabNotice("Still not whole: " + found.join(", ") + ". Then the file is damaged where this site is kept, or the " +
        "network cuts it off. Tell whoever runs this site. Your work stays.", [["Try again", again]], true);
    });
  }

  function look() {
    if (looked) return;
    looked = true;
    broken("force-cache").then(function (found) {
      if (found.length) {
        gradlabNotice("Python cannot run: a part of it did not arrive whole (" + found.join(", ") + "). Your work stays.",
          [["Load it again", again]], true);
      } else if (!started()) {
        gradlabNotice("Python is still starting. On a slow computer that takes minutes; if it goes on, reload the page. " +
          "Your work stays.", [["Reload", function () { location.reload(); }]], false);
      }
    });
  }

  function started() {
    var one = kernel();
    return Boolean(one) && (one.status === "idle" || one.status === "busy");
  }

  /* A package that did not arrive is told by the first cell that imports it. */
  function listen() {
    var one = kernel();
    if (!one || one.gradlabListens) return;
    one.gradlabListens = true;
    one.iopubMessage.connect(function (_, message) {
      if (message.header.msg_type === "error" && /ModuleNotFoundError/.test(message.content.ename)) look();
    });
  }

  var since = Date.now();
  setInterval(function () {
    listen();
    if (!looked && kernel() && !started() && Date.now() - since > 1000 * PATIENCE) look();
    if (started()) since = Date.now(); // a restart has its own time
  }, 1000);
})();
