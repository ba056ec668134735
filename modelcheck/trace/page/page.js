"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const last = data.steps.length;
  const one = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const make = (name, classes = "", text = "") => {
    const element = document.createElement(name);
    if (classes) element.className = classes;
    if (text !== "") element.textContent = text;
    return element;
  };
  const draw = (name, attributes, text = "") => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    if (text !== "") element.textContent = text;
    return element;
  };
  const lane = (number) => "l" + (number % 6);
  const grid = one(".grid");
  const slider = one(".controls input");
  let current = 0;

  // ---- lanes

  const rows = new Map();
  const cycle = new Set(data.cycle.flatMap(([, a, b]) => [a, b]));
  const threads = data.lanes.length - (data.rest ? 1 : 0);
  const columns = `repeat(${Math.max(1, threads)}, minmax(0, 1fr))`;
  grid.style.gridTemplateColumns = one(".heads").style.gridTemplateColumns = columns;
  if (threads > 2) one("main").classList.add("many");
  data.lanes.slice(0, threads).forEach((name, index) => one(".heads").append(make("span", lane(index), name)));
  data.passages.forEach((passage, index) => {
    const rest = passage.lane >= threads;
    const box = make("div", "passage " + lane(passage.lane));
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", `${data.lanes[passage.lane]}, ${passage.where}`);
    box.style.gridColumn = rest ? "1 / -1" : String(passage.lane + 1);
    box.style.gridRow = String(index + 1);
    if (rest) box.classList.add("rest");
    box.append(make("div", "who", data.lanes[passage.lane]), make("div", "code", passage.code || passage.where));
    if (passage.code) box.append(make("div", "where", passage.where));
    for (const number of passage.steps) {
      const step = data.steps[number - 1];
      const row = make("div", `step ${step.kind}${cycle.has(number) ? " turn" : ""}`);
      row.setAttribute("role", "option");
      row.setAttribute("aria-selected", "false");
      row.dataset.step = number;
      row.tabIndex = -1;
      row.append(make("span", "number", number), make("span", "text", step.text));
      step.notes.forEach((note) => row.append(make("span", "note", note)));
      row.addEventListener("click", () => go(number));
      rows.set(number, row);
      box.append(row);
    }
    grid.append(box);
  });
  const svg = draw("svg", { "aria-hidden": "true" });
  grid.append(svg);

  // ---- edges

  /** A line from one side of a place to that of another; sides are 1 (right) and -1 (left). */
  const line = (parent, kind, classes, x1, y1, side1, x2, y2, side2, reach, label = "", at = 0.5) => {
    const group = draw("g", { class: kind });
    const tip = x2 + side2 * 6;
    const path = `M${x1} ${y1} C${x1 + side1 * reach} ${y1} ${tip + side2 * reach} ${y2} ${tip} ${y2}`;
    group.append(draw("path", { d: path, class: "edge " + classes }));
    group.append(draw("path", { d: `M${x2} ${y2} l${side2 * 7} -4 v8 z`, class: "tip " + classes }));
    if (label) {
      const beside = side1 === side2;
      const x = beside ? Math.max(x1, x2) + side1 * reach * 0.75 + 4 : (x1 + x2) / 2;
      const text = { x, y: y1 + (y2 - y1) * at + 4, class: "edge-label", "text-anchor": beside ? "end" : "middle" };
      group.append(draw("text", text, label));
    }
    parent.append(group);
  };

  const wanted = (name) => {
    const box = one(`.edges input[name="${name}"]`);
    return box !== null && box.checked;
  };

  const edges = () => {
    svg.replaceChildren();
    if (!grid.offsetParent) return;
    const origin = grid.getBoundingClientRect();
    const everything = wanted("all");
    const drawn = [];
    for (const [kind, a, b] of data.edges) {
      const near = a === current || b === current;
      if (wanted(kind) && (near || everything)) drawn.push([kind, a, b, near ? "near" : "", kind]);
    }
    if (wanted("cycle")) {
      for (const [kind, a, b, missing] of data.cycle) {
        drawn.push(["cycle", a, b, missing ? "cycle missing" : "cycle", missing ? kind + ", not kept" : kind]);
      }
    }
    const used = new Map();
    const rest = (number) => data.steps[number - 1].lane >= threads;
    const narrow = getComputedStyle(grid).display !== "grid";
    const side = grid.clientWidth - parseFloat(getComputedStyle(grid).paddingRight);
    drawn.forEach(([kind, a, b, classes, label], index) => {
      const at = [0.5, 0.32, 0.66, 0.42][index % 4];
      const from = rows.get(a).getBoundingClientRect();
      const to = rows.get(b).getBoundingClientRect();
      // Edges at one row lie beside one another, not on one another.
      const height = (row, rect) => {
        const others = used.get(row) || 0;
        used.set(row, others + 1);
        return rect.top + Math.min(rect.height / 2, 11) + (others % 4) * 4 - 4 - origin.top;
      };
      const y1 = height(a, from);
      const y2 = height(b, to);
      if (narrow || data.steps[a - 1].lane === data.steps[b - 1].lane || rest(a) || rest(b)) {
        const x1 = narrow ? side : from.right - origin.left;
        const x2 = narrow ? side : to.right - origin.left;
        line(svg, kind, classes, x1, y1, 1, x2, y2, 1, Math.min(30, 12 + Math.abs(y2 - y1) / 14), classes && label, at);
      } else {
        const way = to.left >= from.right ? 1 : -1;
        const x1 = (way > 0 ? from.right : from.left) - origin.left;
        const x2 = (way > 0 ? to.left : to.right) - origin.left;
        line(svg, kind, classes, x1, y1, way, x2, y2, -way, Math.max(18, Math.abs(x2 - x1) / 2), classes && label, at);
      }
    });
  };

  // ---- source

  const panel = one("#source .scroll");
  const listing = (file, from, to, others) => {
    const table = make("div", "lines");
    let before = null;
    for (const [number, text] of data.sources[file] || []) {
      if (before !== null && number > before + 1) {
        const gap = make("div", "row gap");
        gap.append(make("span", "nr", "⋮"), make("code"));
        table.append(gap);
      }
      before = number;
      const here = number >= from && number <= to;
      const other = others.find((place) => place.line === number);
      const broke = data.broke !== null && file === data.broke[0] && number === data.broke[1];
      const row = make("div", "row" + (here ? " here" : other ? " other " + lane(other.lane) : "") + (broke ? " broke" : ""));
      if (here) row.setAttribute("aria-current", "step");
      row.append(make("span", "nr", number), make("code", "", text));
      const tags = [other && !here ? data.lanes[other.lane] : "", broke ? "breaks here" : ""];
      row.append(make("span", "tag", tags.filter((tag) => tag).join(", ")));
      table.append(row);
    }
    return table;
  };

  const source = () => {
    panel.replaceChildren();
    const step = data.steps[current - 1];
    if (!step) {
      one(".file").textContent = "";
      panel.append(make("p", "inner", "Before the first step."));
      return;
    }
    const [file, line, name, end] = step.at;
    one(".file").textContent = `${file}:${line} ${name}`;
    if (step.calls.length) {
      const calls = step.calls.map(([f, l, n]) => `${n || "?"} (${f}:${l})`).join(" → ");
      panel.append(make("div", "calls", `called from ${calls}`));
    }
    const others = [];
    for (const index of data.lanes.keys()) {
      if (index === step.lane) continue;
      const before = data.steps.slice(0, current).findLast((s) => s.lane === index);
      if (before && before.at[0] === file) others.push({ line: before.at[1], lane: index });
    }
    panel.append(listing(file, line, end, others));
    if (step.inner) {
      const [inner, at, within, until] = step.inner;
      panel.append(make("p", "inner", `within it: ${within ? within + ", " : ""}${inner}:${at}`));
      const lines = (data.sources[inner] || []).filter(([number]) => number > at - 6 && number < until + 6);
      const table = make("div", "lines");
      for (const [number, text] of lines) {
        const row = make("div", "row" + (number >= at && number <= until ? " here" : ""));
        row.append(make("span", "nr", number), make("code", "", text));
        table.append(row);
      }
      panel.append(table);
    }
    const lit = one(".here", panel);
    if (lit) panel.scrollTop = lit.offsetTop - panel.clientHeight / 3;
  };

  // ---- memory

  const heap = data.heap;
  const boxes = one(".boxes");
  const fields = [];
  const built = heap.boxes.map((box) => {
    const frame = make("div", "box " + box.kind);
    const table = make("table");
    table.append(make("caption", "", box.name));
    const body = make("tbody");
    for (const [label, first] of box.fields) {
      const row = make("tr");
      const cell = make("td");
      row.append(make("td", "", label), cell);
      body.append(row);
      fields.push({ row, cell, first, shown: null });
    }
    table.append(body);
    frame.append(table);
    boxes.append(frame);
    return frame;
  });
  const pointers = draw("svg", { "aria-hidden": "true" });
  boxes.append(pointers);
  const inList = new Set(heap.nodes.flatMap(([, , next, prev]) => [next, prev]));

  const held = () => {
    const values = fields.map((field) => field.first);
    const written = new Set();
    for (const [step, field, value] of heap.changes) {
      if (step > current) continue;
      values[field] = value;
      if (step === current) written.add(field);
    }
    return [values, written];
  };

  const rings = (values) => {
    const next = heap.nodes.map(([, , field]) => values[field][2]);
    const prev = heap.nodes.map(([, , , field]) => values[field][2]);
    const isPage = (node) => heap.boxes[heap.nodes[node][1]].kind === "page";
    const place = one(".lists");
    place.replaceChildren();
    heap.nodes.forEach(([name], head) => {
      if (isPage(head)) return;
      const line = make("div", "list");
      line.append(make("span", "node head", name));
      const seen = new Set([head]);
      let at = head;
      for (;;) {
        const to = next[at];
        const agrees = to >= 0 && prev[to] === at;
        line.append(make("span", "link" + (agrees ? "" : " bad"), agrees ? "⇄" : "→"));
        if (to === head) {
          line.append(make("span", "link" + (agrees ? "" : " bad"), at === head ? "empty" : "back to the head"));
          break;
        }
        if (to < 0 || seen.has(to)) {
          line.append(make("span", "node bad", to < 0 ? values[heap.nodes[at][2]][0] : heap.nodes[to][0] + " again"));
          break;
        }
        const node = make("span", "node" + (isPage(to) ? " page" : ""), heap.nodes[to][0]);
        line.append(node);
        seen.add(to);
        at = to;
      }
      const back = prev[head];
      if (back < 0 || next[back] !== head) {
        line.append(make("span", "link bad", `but its prev leads to ${values[heap.nodes[head][3]][0]}`));
      }
      place.append(line);
    });
  };

  const memory = () => {
    const [values, written] = held();
    const read = new Map(heap.reads.filter(([step]) => step === current).map(([, field, text]) => [field, text]));
    // What reads and writes has the value it read no longer before it.
    const both = current > 0 && ["change", "lock"].includes(data.steps[current - 1].kind);
    one(".when").textContent = current === 0 ? "at the start" : `after step ${current}`;
    fields.forEach((field, index) => {
      const [text, to] = values[index];
      field.row.className = written.has(index) ? "written" : read.has(index) ? "read" : "";
      const old = read.has(index) && read.get(index) !== text && !(written.has(index) && both);
      const seen = old ? `this step read ${read.get(index)}` : "";
      if (field.shown !== values[index] || field.seen !== seen) {
        field.shown = values[index];
        field.seen = seen;
        field.cell.replaceChildren();
        if (to >= 0 && to < built.length) {
          const link = make("button", "", text);
          link.type = "button";
          const mark = (on) => built[to].classList.toggle("pointed", on);
          link.addEventListener("click", () => built[to].scrollIntoView({ block: "nearest" }));
          for (const [event, on] of [["focus", true], ["blur", false], ["mouseenter", true], ["mouseleave", false]]) {
            link.addEventListener(event, () => mark(on));
          }
          field.cell.append(link);
        } else {
          field.cell.textContent = text;
        }
        if (seen) field.cell.append(make("span", "seen", seen));
      }
    });
    heap.boxes.forEach((_, index) => {
      built[index].classList.toggle("freed", heap.frees.some(([step, box]) => box === index && step <= current));
    });
    rings(values);
    arrows(values, written);
    const touched = one(".boxes .written, .boxes .read");
    if (touched) {
      const frame = one("#memory .scroll");
      const place = touched.getBoundingClientRect();
      const seen = frame.getBoundingClientRect();
      if (place.bottom > seen.bottom) frame.scrollTop += place.bottom - seen.bottom + 20;
      else if (place.top < seen.top) frame.scrollTop += place.top - seen.top - 40;
    }
  };

  const arrows = (values, written) => {
    pointers.replaceChildren();
    if (!boxes.offsetParent) return;
    const origin = boxes.getBoundingClientRect();
    values.forEach(([, to], index) => {
      const own = fields[index].row.closest(".box");
      if (to < 0 || inList.has(index) || own === built[to]) return;
      const row = fields[index].row.getBoundingClientRect();
      const from = own.getBoundingClientRect();
      const head = built[to].getBoundingClientRect();
      const y1 = row.top + row.height / 2 - origin.top;
      const y2 = head.top + 11 - origin.top;
      const way = head.left > from.right ? 1 : head.right < from.left ? -1 : 0;
      const x1 = (way < 0 ? from.left : from.right) - origin.left;
      const x2 = (way > 0 ? head.left : head.right) - origin.left;
      const kind = written.has(index) ? "written" : "pointer";
      line(pointers, kind, written.has(index) ? "near" : "", x1, y1, way || 1, x2, y2, way ? -way : 1, way ? 14 : 12);
    });
  };

  // ---- stepping

  const go = (number, focus = false) => {
    current = Math.max(0, Math.min(last, number));
    slider.value = current;
    const step = data.steps[current - 1];
    const said = step
      ? `Step ${current} of ${last}, ${data.lanes[step.lane]}: ${[step.text, ...step.notes].join("; ")}`
      : `Before step 1 of ${last}`;
    one(".now").textContent = said;
    slider.setAttribute("aria-valuetext", said);
    rows.forEach((row, index) => {
      const selected = index === current;
      row.setAttribute("aria-selected", String(selected));
      row.tabIndex = selected || (current === 0 && index === 1) ? 0 : -1;
      row.classList.toggle("later", index > current);
    });
    const row = rows.get(current);
    if (row) {
      const panel = one("#lanes .scroll").getBoundingClientRect();
      const place = row.getBoundingClientRect();
      const away = place.top < panel.top + 40 || place.bottom > panel.bottom;
      row.scrollIntoView({ block: away ? "center" : "nearest" });
      if (focus) row.focus({ preventScroll: true });
    } else {
      one("#lanes .scroll").scrollTop = 0;
    }
    all('[data-go="first"], [data-go="back"]').forEach((button) => { button.disabled = current <= 0; });
    all('[data-go="on"], [data-go="last"]').forEach((button) => { button.disabled = current >= last; });
    source();
    memory();
    edges();
    history.replaceState(null, "", `#${current}`);
  };

  const ways = {
    first: () => 1, back: () => current - 1, on: () => current + 1, last: () => last,
  };
  const keys = {
    ArrowLeft: "back", ArrowUp: "back", ArrowRight: "on", ArrowDown: "on", Home: "first", End: "last",
  };
  slider.max = last;
  slider.addEventListener("input", () => go(Number(slider.value)));
  all("[data-go]").forEach((button) => button.addEventListener("click", () => go(ways[button.dataset.go]())));
  all("[data-step]", one("#why")).forEach((button) => {
    button.addEventListener("click", () => go(Number(button.dataset.step)));
  });
  all(".edges input").forEach((box) => box.addEventListener("change", edges));
  document.addEventListener("keydown", (event) => {
    const way = keys[event.key];
    const scrolls = event.target.closest?.("#why .scroll, #source .scroll, #memory .scroll");
    const sideways = event.key === "ArrowLeft" || event.key === "ArrowRight";
    if (!way || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey || (scrolls && !sideways)) return;
    event.preventDefault();
    go(ways[way](), event.target.closest?.(".grid") !== null);
  });
  all(".tabs button").forEach((button) => {
    button.addEventListener("click", () => {
      one("main").dataset.part = button.dataset.part;
      all(".tabs button").forEach((other) => other.setAttribute("aria-pressed", String(other === button)));
      go(current);
    });
  });
  addEventListener("resize", () => { edges(); memory(); });
  const asked = Number(location.hash.slice(1));
  go(Number.isInteger(asked) && asked > 0 ? asked : Math.min(1, last));
})();
