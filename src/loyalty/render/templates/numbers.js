// A number says where it comes from: on click, Enter or focus a small panel with its full value, its
// interval, its data, seed and commit. Without this file a number is a plain link to its cell.
(function () {
  "use strict";
  var zh = document.documentElement.lang.indexOf("zh") === 0;
  var words = zh
    ? { value: "数值", interval: "区间", of: "所属", cell: "笔记本单元", file: "结果文件", data: "数据",
        seed: "随机种子", draws: "抽样次数", commit: "提交", changed: "含未提交的改动", close: "关闭",
        recorded: "记录于", rows: "行", tables: "个数据表，见结果文件", simulated: "模拟数据", none: "结果文件无法打开。", title: "数字的来源",
        copy: "复制本段", copied: "已复制", choose: "请点击段落并手动复制" }
    : { value: "Value", interval: "Interval", of: "Of", cell: "Notebook cell", file: "Result file", data: "Data",
        seed: "Seed", draws: "Draws", commit: "Commit", changed: "with uncommitted changes", close: "Close",
        recorded: "recorded", rows: "rows", tables: "tables, in the result file", simulated: "simulated data", none: "The result file cannot be opened.",
        title: "Where this number comes from",
        copy: "Copy this paragraph", copied: "copied", choose: "click the paragraph and copy it" };
  var results = {}, waiting = {}, panel = null, owner = null;

  // a result file as a script, packed: a page opened from a folder may not read files
  var packs = {};
  window.loyaltyResult = function (name, packed) { packs[name] = packed; };
  function unpacked(name) {
    var bytes = Uint8Array.from(atob(packs[name]), function (c) { return c.charCodeAt(0); });
    return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).json();
  }
  function load(name, address, then) {
    if (results[name]) { then(results[name]); return; }
    if (waiting[name]) { waiting[name].push(then); return; }
    waiting[name] = [then];
    var script = document.createElement("script");
    function done() { waiting[name].forEach(function (f) { f(results[name]); }); delete waiting[name]; }
    function loaded() {
      Promise.resolve(name).then(unpacked).then(function (result) { results[name] = result; }, function () {}).then(done);
    }
    script.src = address;
    script.onload = loaded; script.onerror = done;
    document.head.appendChild(script);
  }

  // finding.rows[3].ci_lower: what stands there, and in what
  function look(result, path) {
    var here = { findings: result.findings, provenance: result.provenance }, parent = null, last = "";
    var steps = path.match(/[^.\[\]]+/g) || [];
    if (steps[0] !== "provenance") steps.unshift("findings");
    for (var i = 0; i < steps.length; i++) {
      if (here === null || typeof here !== "object") return null;
      if (!Array.isArray(here)) parent = here;
      here = here[steps[i]];
      last = steps[i];
    }
    return { value: here, parent: parent, field: last };
  }

  function add(list, name, content) {
    if (content === undefined || content === null || content === "") return;
    var term = document.createElement("dt"), said = document.createElement("dd");
    term.textContent = name;
    if (content instanceof Node) said.append(content); else said.textContent = content;
    list.append(term, said);
  }
  function link(text, href) {
    var made = document.createElement("a");
    made.textContent = text; made.href = href;
    return made;
  }
  function code(text) {
    var made = document.createElement("code");
    made.textContent = text;
    return made;
  }

  // what the keys of a table's row begin with stands at the row
  function key(number) {
    var own = number.getAttribute("data-key"), row = number.closest("[data-of]");
    return (row && /^[.\[]/.test(own) ? row.getAttribute("data-of") : "") + own;
  }

  // where a number leads, .../case/language/analysis.html, says whose it is and where its result file is
  function whose(number) {
    var page = number.href.split("#")[0].replace(/\.html$/, "").split("/"), analysis = page.pop().replace(/-further$/, "");
    page.pop();
    var of = decodeURIComponent(page[page.length - 1]);
    return { case: of, analysis: analysis, name: of + "/" + analysis, file: page.join("/") + "/results/" + analysis };
  }

  function fill(body, number, result) {
    var path = key(number), of = whose(number);
    var list = document.createElement("dl");
    body.textContent = "";
    body.append(list);
    if (result) {
      var found = look(result, path);
      if (found) {
        add(list, words.value, String(found.value));
        var row = found.parent || {};
        var stem = found.field === "estimate" ? "" : found.field + "_";
        var lower = row[stem + "ci_lower"], upper = row[stem + "ci_upper"];
        if (typeof lower === "number" && found.field.indexOf("ci_") < 0)
          add(list, words.interval, "[" + lower + ", " + upper + "]");
        add(list, words.of, Object.keys(row).filter(function (k) {
          return typeof row[k] === "string" && row[k].length < 60;
        }).slice(0, 4).map(function (k) { return row[k]; }).join(" · "));
      }
    }
    add(list, words.cell, link(of.case + " · " + of.analysis, number.href));
    add(list, words.file, link(of.analysis + ".json", of.file + ".json"));
    add(list, "", code(path));
    if (!result) { add(list, "", words.none); return; }
    var from = result.provenance, given = from.parameters || {};
    var data = from.data || [];
    if (data.length > 3) { // of all cases together
      add(list, words.data, data.length + " " + words.tables);
      data = [];
    }
    data.forEach(function (table) {
      add(list, words.data, table.resource + ", " + table.rows.toLocaleString("en") + " " + words.rows +
        (result.simulated ? ", " + words.simulated : "") + ", sha256 " + table.sha256.slice(0, 16) + "…");
    });
    add(list, words.seed, given.seed);
    add(list, words.draws, given.draws);
    add(list, words.commit, (from.git_commit || "?").slice(0, 12) +
      (from.git_changed ? " (" + words.changed + ")" : "") +
      (from.recorded ? ", " + words.recorded + " " + from.recorded.date : ""));
  }

  function close(back) {
    if (!panel) return;
    panel.remove();
    if (owner) { owner.removeAttribute("aria-expanded"); if (back) { quiet = true; owner.focus(); quiet = false; } }
    panel = owner = null;
  }
  var quiet = false;
  function open(number) {
    if (owner === number) return;
    close(false);
    owner = number;
    number.setAttribute("aria-expanded", "true");
    panel = document.createElement("div");
    panel.className = "number-panel";
    panel.setAttribute("role", "dialog");
    panel.setAttribute("aria-label", words.title);
    var shut = document.createElement("button"), body = document.createElement("div");
    shut.type = "button"; shut.textContent = "✕"; shut.setAttribute("aria-label", words.close);
    shut.addEventListener("click", function () { close(true); });
    panel.append(shut, body);
    document.body.append(panel);
    var of = whose(number), mine = panel;
    function place() {
      if (panel !== mine) return;
      var box = number.getBoundingClientRect(), width = panel.offsetWidth;
      var left = Math.max(8, Math.min(box.left, document.documentElement.clientWidth - width - 8));
      panel.style.left = left + scrollX + "px";
      panel.style.top = box.bottom + scrollY + 6 + "px";
    }
    fill(body, number, results[of.name]);
    place();
    load(of.name, of.file + ".js",
      function (result) { if (panel === mine) { fill(body, number, result); place(); } });
  }

  // a figure or a table to take away
  function sheet(table) {
    function cell(one) {
      // what begins like a formula is a text to a spreadsheet
      var text = one.textContent.replace(/\s+/g, " ").trim().replace(/^([=+@\t]|-(?![\d.]))/, "'$1");
      return '"' + text.replace(/"/g, '""') + '"';
    }
    return "\ufeff" + Array.prototype.map.call(table.rows, function (row) {
      return Array.prototype.map.call(row.cells, cell).join(",");
    }).join("\r\n") + "\r\n";
  }
  function take(blob, name) {
    var made = link("", URL.createObjectURL(blob));
    made.download = name;
    made.click();
    setTimeout(function () { URL.revokeObjectURL(made.href); }, 1000);
  }
  document.querySelectorAll(".source").forEach(function (line) {
    var holder = line.closest("figure, .quarto-embed-nb-cell");
    if (!holder) return;
    var table = holder.querySelector("table"), image = holder.querySelector("img");
    var named = holder.id || (holder.querySelector("[id^=fig-], [id^=tbl-]") || {}).id || "table";
    if (table) {
      var button = document.createElement("button");
      button.type = "button"; button.textContent = "CSV";
      button.addEventListener("click", function () {
        take(new Blob([sheet(table)], { type: "text/csv;charset=utf-8" }), named + ".csv");
      });
      line.append(" · ", button);
    } else if (image) {
      var picture = link(/\.png$/.test(image.src) ? "PNG" : "SVG", image.src);
      picture.download = named + image.src.slice(image.src.lastIndexOf("."));
      line.append(" · ", picture);
    }
  });

  // a paragraph to paste: its words without the links, slanted where they are
  document.querySelectorAll(".paste").forEach(function (box) {
    var button = document.createElement("button"), said = document.createElement("span");
    button.type = "button"; button.textContent = words.copy;
    said.setAttribute("role", "status");
    button.addEventListener("click", function () {
      var copy = document.createElement("div"), range = document.createRange(), chosen = getSelection();
      box.querySelectorAll("p").forEach(function (p) { copy.append(p.cloneNode(true)); });
      copy.querySelectorAll("a").forEach(function (a) { a.replaceWith(a.textContent); });
      copy.className = "copied";
      document.body.append(copy);
      range.selectNodeContents(copy);
      chosen.removeAllRanges(); chosen.addRange(range);
      said.textContent = document.execCommand("copy") ? words.copied : words.choose;
      chosen.removeAllRanges(); copy.remove();
    });
    box.append(button, said);
  });

  document.addEventListener("click", function (event) {
    var number = event.target.closest ? event.target.closest("a[data-key]") : null;
    if (number && !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0) {
      event.preventDefault();
      open(number);
      if (event.detail === 0) panel.querySelector("a").focus(); // by keyboard
    } else if (panel && !panel.contains(event.target)) close(false);
  });
  document.addEventListener("focusin", function (event) {
    if (quiet) return;
    var number = event.target.closest ? event.target.closest("a[data-key]") : null;
    if (number && number.matches(":focus-visible")) open(number);
    else if (panel && !panel.contains(event.target) && event.target !== owner) close(false);
  });
  document.addEventListener("keydown", function (event) { if (event.key === "Escape") close(true); });
})();
