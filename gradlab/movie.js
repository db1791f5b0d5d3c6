function (name, movie) {
  const SVG = "http://www.w3.org/2000/svg";
  const make = (tag, attributes, parent, text) => {
    const element = document.createElement(tag);
    for (const key in attributes) element.setAttribute(key, attributes[key]);
    if (text) element.textContent = text;
    if (parent) parent.appendChild(element);
    return element;
  };

  function start(place) {
    const player = make("div", {
      class: "glm-player", role: "group", tabindex: "0", "aria-label": movie.title, "data-lm-suppress-shortcuts": "true",
    });
    const stage = make("div", { class: "glm-stage", "aria-hidden": "true" }, player);
    const [width, height] = movie.size;
    stage.innerHTML =
      `<svg xmlns="${SVG}" class="gradlab-picture" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${movie.stage}` +
      `<g class="glm-over"></g></svg>`;
    const over = stage.querySelector(".glm-over");
    const bar = make("div", { class: "glm-bar" }, player);
    const play = make("button", { type: "button", "aria-label": "Play" }, bar, "▶");
    const back = make("button", { type: "button", "aria-label": "One step back" }, bar, "←");
    const next = make("button", { type: "button", "aria-label": "One step on" }, bar, "→");
    const last = movie.frames.length - 1;
    const slider = make("input", { type: "range", min: 0, max: last, step: 1, value: 0, "aria-label": "Step" }, bar);
    const count = make("output", {}, bar);
    const words = make("div", { class: "glm-words", "aria-live": "polite", "aria-atomic": "true" }, player);
    let now = 0, timer = null;

    const label = (at, text, kind) => {
      if (!at) return;
      const element = document.createElementNS(SVG, "text");
      element.setAttribute("x", at[0]);
      element.setAttribute("y", at[1]);
      element.setAttribute("class", kind);
      element.textContent = text;
      over.appendChild(element);
    };

    function show(step) {
      now = Math.max(0, Math.min(last, step));
      const frame = movie.frames[now];
      const past = movie.frames.slice(0, now);
      const done = new Set(past.map((each) => each.node));
      const freed = new Set(past.concat(frame).filter((each) => each.frees).map((each) => each.node));
      stage.querySelectorAll("[data-n]").forEach((group) => {
        const node = Number(group.dataset.n);
        group.classList.toggle("on", node === frame.node);
        group.classList.toggle("done", done.has(node) && node !== frame.node);
        group.classList.toggle("freed", freed.has(node));
      });
      const flows = new Map(frame.flows);
      const flowed = new Set(past.flatMap((each) => each.flows.map((flow) => flow[0])));
      if (now === 0) flows.set(0, "");
      stage.querySelectorAll("[data-e]").forEach((group) => {
        const edge = Number(group.dataset.e);
        group.classList.toggle("on", flows.has(edge));
        group.classList.toggle("done", !flows.has(edge) && (flowed.has(edge) || (edge === 0 && now > 0)));
      });
      over.textContent = "";
      frame.waiting.forEach(([node, text]) => label(movie.nodes[node], text, "waits"));
      past.concat(frame).forEach((each) => each.done && label(movie.nodes[each.node], "grad " + each.done, "waits"));
      frame.flows.forEach(([edge, text]) => label(movie.edges[edge], text, "sent"));
      words.textContent = "";
      make("p", { class: "title" }, words, frame.title);
      frame.lines.forEach((line) => {
        if (line.startsWith("Rule: ")) make("code", {}, make("p", {}, words, "Rule: "), line.slice(6));
        else make("p", {}, words, line);
      });
      slider.value = now;
      slider.setAttribute("aria-valuetext", `Step ${now} of ${last}: ${frame.title}`);
      count.textContent = `${now} / ${last}`;
      back.disabled = now === 0;
      next.disabled = now === last;
      const at = movie.nodes[frame.node];
      if (at) stage.scrollTo(at[0] - stage.clientWidth / 2, at[1] - stage.clientHeight / 2);
    }

    function pause() {
      clearInterval(timer);
      timer = null;
      play.textContent = "▶";
      play.setAttribute("aria-label", "Play");
    }

    function toggle() {
      if (timer) return pause();
      if (now === last) show(0);
      play.textContent = "❚❚";
      play.setAttribute("aria-label", "Pause");
      timer = setInterval(() => {
        if (!player.isConnected) return pause();
        show(now + 1);
        if (now === last) pause();
      }, 1600);
    }

    const go = (step) => { pause(); show(step); };
    play.addEventListener("click", toggle);
    back.addEventListener("click", () => go(now - 1));
    next.addEventListener("click", () => go(now + 1));
    slider.addEventListener("input", () => go(Number(slider.value)));
    player.addEventListener("keydown", (event) => {
      const keys = {
        ArrowRight: () => go(now + 1), ArrowDown: () => go(now + 1), ArrowLeft: () => go(now - 1),
        ArrowUp: () => go(now - 1), Home: () => go(0), End: () => go(last),
      };
      if (event.key === " " && event.target.tagName !== "BUTTON") keys[" "] = toggle;
      if (!keys[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      event.stopPropagation();
      keys[event.key]();
    });
    place.textContent = "";
    place.appendChild(player);
    show(0);
  }

  // The same movie may stand in a page more than once: each place is started once.
  document.querySelectorAll(`[data-glm="${name}"]:not([data-started])`).forEach((place) => {
    place.setAttribute("data-started", "");
    start(place);
  });
}
