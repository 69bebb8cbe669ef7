// Vagus console: pictures and keys. Everything works without this file; it draws and shortens the way.
"use strict";

(() => {
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  // Vertical lines: questionnaires, and the day the case was opened.
  const marks = (list) => ({
    hooks: {
      draw: [(plot) => {
        const { ctx, bbox } = plot;
        ctx.save();
        list.forEach((mark, at) => {
          const x = Math.round(plot.valToPos(mark.at, "x", true));
          if (x < bbox.left || x > bbox.left + bbox.width) return;
          ctx.strokeStyle = ctx.fillStyle = colour(mark.is_case ? "--wrong" : "--mark");
          ctx.setLineDash(mark.is_case ? [] : [4, 4]);
          ctx.lineWidth = mark.is_case ? 2 : 1;
          ctx.beginPath();
          ctx.moveTo(x, bbox.top);
          ctx.lineTo(x, bbox.top + bbox.height);
          ctx.stroke();
          // Neighbours stand at different heights, and near the right edge to the left of their line.
          ctx.textAlign = x > bbox.left + 0.8 * bbox.width ? "right" : "left";
          ctx.fillText(mark.label, x + (ctx.textAlign === "right" ? -3 : 3), bbox.top + (12 + 13 * (at % 3)) * devicePixelRatio);
        });
        ctx.restore();
      }],
    },
  });

  const shown = (value, decimals, mark) =>
    value == null ? "–" : value.toFixed(decimals).replace(".", mark).replace("-", "−");

  const line = (series, mark) => {
    const common = { label: series.label, value: (_, v) => shown(v, series.decimals, mark), spanGaps: false };
    switch (series.form) {
      case "bars": return { ...common, stroke: colour("--first"), fill: colour("--band"), paths: uPlot.paths.bars({ size: [0.7] }), points: { show: false } };
      case "points": return { ...common, stroke: colour("--first"), width: 1.5, points: { show: true, size: 5 } };
      case "line": return { ...common, stroke: colour("--quiet"), dash: [6, 4], width: 1, points: { show: false } };
      default: return { ...common, class: "edge", stroke: "transparent", points: { show: false } };
    }
  };

  const draw = (place) => {
    const chart = JSON.parse(place.dataset.chart);
    const high = chart.series.findIndex((series) => series.form === "band_high");
    const low = chart.series.findIndex((series) => series.form === "band_low");
    const day = new Intl.DateTimeFormat(chart.language, { day: "numeric", month: "numeric", timeZone: "UTC" });
    const axis = { stroke: colour("--ink"), grid: { stroke: colour("--line"), width: 0.5 }, ticks: { stroke: colour("--line") } };
    const hasBars = chart.series.some((series) => series.form === "bars");
    const options = {
      width: Math.max(280, place.clientWidth),
      height: 200,
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "UTC"),
      cursor: { y: false },
      // Bars are compared by their length, so they begin at nothing.
      scales: hasBars ? { y: { range: (_, __, max) => [0, (max || 1) * 1.1] } } : {},
      series: [
        { label: chart.date_label, value: (_, v) => (v == null ? "–" : day.format(new Date(v * 1000))) },
        ...chart.series.map((series) => line(series, chart.decimal_mark)),
      ],
      bands: high >= 0 ? [{ series: [high + 1, low + 1], fill: colour("--band") }] : [],
      axes: [
        { ...axis, values: (_, splits) => splits.map((v) => day.format(new Date(v * 1000))) },
        { ...axis, values: (_, splits) => splits.map((v) => shown(v, Number.isInteger(v) ? 0 : 1, chart.decimal_mark)) },
      ],
      plugins: [marks(chart.marks)],
    };
    const plot = new uPlot(options, [chart.days, ...chart.series.map((series) => series.values)], place);
    new ResizeObserver(() => plot.setSize({ width: Math.max(280, place.clientWidth), height: 200 })).observe(place);
  };

  // j and k move through the cases, Enter opens the one that is chosen. Single letters can be switched off (WCAG 2.1.4).
  const keys = (choice) => {
    choice.checked = localStorage.getItem("keys") !== "off";
    choice.addEventListener("change", () => localStorage.setItem("keys", choice.checked ? "on" : "off"));
    choice.closest("label").hidden = false;
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
      const step = { j: 1, k: -1 }[event.key];
      // Asked for anew: live updates put in other rows.
      const rows = [...(document.getElementById("cases")?.tBodies[0].rows ?? [])];
      if (!step || !choice.checked || rows.length === 0) return;
      let chosen = rows.findIndex((row) => row.classList.contains("chosen"));
      rows[chosen]?.classList.remove("chosen");
      chosen = Math.min(rows.length - 1, Math.max(0, chosen + step));
      rows[chosen].classList.add("chosen");
      rows[chosen].querySelector("a").focus();
    });
  };

  // When cases change, the page is asked for again, and its list and the sentence above it are put in. The
  // sentence is a status: it is read out where it says something else.
  const live = (inbox) => {
    let source, running = false, again = false;
    const stop = () => { source?.close(); source = undefined; };
    const put = (fresh, id) => {
      const [now, then] = [document.getElementById(id), fresh.getElementById(id)];
      if (now && then && now.textContent !== then.textContent) now.replaceChildren(...document.importNode(then, true).childNodes);
    };
    const refresh = async () => {
      if (running) { again = true; return; }
      running = true;
      try {
        const answer = await fetch(location.href, { headers: { "x-vagus-live": "1" } });
        // The session is over: nothing is shown any more that somebody else could read.
        if (!answer.ok || answer.redirected) { stop(); location.reload(); return; }
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
        const focused = inbox.contains(document.activeElement) && document.activeElement.getAttribute("href");
        const chosen = inbox.querySelector("tr.chosen a")?.getAttribute("href");
        ["told", "inbox", "as-of"].forEach((id) => put(fresh, id));
        const link = (href) => href && [...inbox.querySelectorAll("a")].find((one) => one.getAttribute("href") === href);
        link(chosen)?.closest("tr").classList.add("chosen");
        link(focused)?.focus();
      } catch {
        // The service is away; the next event, or the next look, brings the page up to date.
      } finally {
        running = false;
        if (again) { again = false; refresh(); }
      }
    };
    const begin = () => {
      source = new EventSource(inbox.dataset.live);
      source.addEventListener("cases", refresh);
    };
    // A page that nobody sees holds no connection: a browser has few of them.
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) stop();
      else if (!source) { begin(); refresh(); }
    });
    if (!document.hidden) begin();
  };

  // What takes its time is asked for again until it has ended; then the whole page is put in.
  const again = async () => {
    try {
      const answer = await fetch(location.href, { headers: { "x-vagus-live": "1" } });
      if (!answer.ok || answer.redirected) { location.reload(); return; }
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      const isOver = !fresh.querySelector("[data-again]");
      const [now, then] = [isOver ? "content" : "told"].flatMap((id) => [document.getElementById(id), fresh.getElementById(id)]);
      now.replaceChildren(...document.importNode(then, true).childNodes);
      if (isOver) return;
    } catch {
      // The service is away; it is asked again.
    }
    setTimeout(again, 2000);
  };

  document.querySelectorAll("[data-chart]").forEach(draw);
  const choice = document.getElementById("keys");
  if (choice) keys(choice);
  const inbox = document.querySelector("[data-live]");
  if (inbox) live(inbox);
  if (document.querySelector("[data-again]")) setTimeout(again, 1000);
})();
