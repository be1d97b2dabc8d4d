// A number says where it comes from: on click, Enter or focus a small panel with its full value, its
// interval, its data, seed and commit. Without this file a number is a plain link to its cell.
(function () {
  "use strict";
  var zh = document.documentElement.lang.indexOf("zh") === 0;
  var words = zh
    ? { value: "数值", interval: "区间", beside: "所属估计", what: "含义", of: "所属", case: "案例", cell: "笔记本单元",
        file: "结果文件", key: "键", data: "数据", seed: "随机种子", draws: "抽样次数", commit: "提交", changed: "含未提交的改动",
        close: "关闭", recorded: "记录于", rows: "行", simulated: "模拟数据", none: "结果文件无法打开。", title: "数字的来源",
        copy: "复制本段", copied: "已复制", choose: "请点击段落并手动复制", all: "全部案例" }
    : { value: "Value", interval: "Interval", beside: "Beside", what: "What it is", of: "Of", case: "Case", cell: "Notebook cell",
        file: "Result file", key: "Key", data: "Data", seed: "Seed", draws: "Draws", commit: "Commit", changed: "with uncommitted changes",
        close: "Close", recorded: "recorded", rows: "rows", simulated: "simulated data", none: "The result file cannot be opened.",
        title: "Where this number comes from",
        copy: "Copy this paragraph", copied: "copied", choose: "click the paragraph and copy it", all: "all cases" };
  // what a field is, where its name does not say it in every language
  var fields = zh
    ? { estimate: "估计值", ci_lower: "区间下限", ci_upper: "区间上限", pi_lower: "预测区间下限", pi_upper: "预测区间上限", p: "p 值",
        p_holm: "p 值（Holm）", se: "标准误", n: "个数", count: "个数", k: "调查数", share: "份额", printed: "所载数值",
        single_share: "只在某一天出现者的占比", early: "较早期间内再次购买者的占比", late: "全部期间内再次购买者的占比", early_weeks: "较早期间的周数",
        late_weeks: "全部期间的周数", customers: "客户数", households: "家庭数", inertia: "超出随机水平的重复购买", flagged: "有多项敷衍作答迹象者",
        cr_met: "组合信度整个区间达标的量表数", ave_met: "平均方差提取量整个区间达标的量表数", not_apart: "不可区分", doubted: "不可采信",
        set_aside: "按说明未估计", left_out: "排除", hypothesized: "假设路径数", supported: "得到支持", contradicted: "相反",
        not_loyal: "满意者中不忠诚者的占比", with_n: "注明受访人数的数字", incoherent: "与其他数字不符的数字", untested: "未见不符也无从对照的数字",
        odds_ratio: "优势比", i2: "I²", smallest: "最小值", largest: "最大值", people: "人数", draws: "抽样次数" }
    : { ci_lower: "lower end of the interval", ci_upper: "upper end of the interval", pi_lower: "lower end of the prediction interval",
        pi_upper: "upper end of the prediction interval", p: "p-value", p_holm: "p-value after Holm", se: "standard error", n: "number",
        count: "number", k: "surveys",
        single_share: "share seen on one day only", early: "share that bought again early",
        late: "share that bought again by the end", early_weeks: "weeks, early", late_weeks: "weeks, to the end",
        inertia: "repeat purchases beyond chance", flagged: "with several signs of careless answering",
        cr_met: "scales whose composite reliability is met with the whole interval",
        ave_met: "scales whose average variance extracted is met with the whole interval",
        not_apart: "not told apart", doubted: "may not be relied upon", set_aside: "not estimated, as declared",
        left_out: "left out", hypothesized: "hypothesized paths",
        not_loyal: "share of the satisfied who are not loyal",
        with_n: "figures that come with a number of respondents", incoherent: "figures that disagree with others",
        untested: "figures that neither disagree nor can be compared", odds_ratio: "odds ratio", i2: "I²" };
  // what a row is about; the rest of its texts is what was found of it
  var about = ["publication", "table", "id", "hypothesis", "claim", "predictor", "moderator", "attitude", "said", "done", "construct",
    "construct_id", "construct_a", "construct_b", "outcome", "item", "item_a", "item_b", "factor", "scale", "variable",
    "touchpoint", "channel", "category", "brand", "other", "theme", "word", "model", "term", "parameter", "statistic", "group", "level",
    "group_a", "group_b", "arm", "a", "b", "lhs", "rhs", "first", "second", "letter", "question", "of", "on"];
  // whose interval `ci_lower` and `ci_upper` of a row are: the first of these that has none of its own
  var main = ["estimate", "odds_ratio", "log_odds_ratio", "variance", "correlation", "htmt", "icc", "importance", "survival",
    "difference", "change", "times", "threshold", "congruence", "auc", "alpha", "kappa", "r", "mean", "actual", "computed", "share"];
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

  // finding.rows[3].ci_lower: what stands there, in what, and of which case
  function look(result, path) {
    var here = { findings: result.findings, provenance: result.provenance }, parent = null, last = "", of = null;
    var steps = path.match(/[^.\[\]]+/g) || [];
    if (steps[0] !== "provenance") steps.unshift("findings");
    for (var i = 0; i < steps.length; i++) {
      if (here === null || typeof here !== "object") return null;
      if (!Array.isArray(here)) { parent = here; last = steps[i]; }
      if (typeof here.case === "string") of = here.case;
      here = here[steps[i]];
    }
    return { value: here, parent: parent, field: last, case: of };
  }

  // the ends of an interval whose fields begin so; null where there is none
  function ends(row, stem) {
    var lower = row[stem + "lower"], upper = row[stem + "upper"];
    return typeof lower === "number" && typeof upper === "number" ? "[" + lower + ", " + upper + "]" : null;
  }
  function own(row, field) {
    var stem = field.replace(/(ci|pi)_(lower|upper)$/, "$1_");
    if (stem !== field) return ends(row, stem);
    stem = field.replace(/_?estimate$/, "");
    return ends(row, stem + (stem && "_") + "ci_");
  }
  // the number of a row that its interval belongs to, with it
  function whole(row) {
    var field = main.filter(function (f) { return typeof row[f] === "number" && (f === "estimate" || !own(row, f)); })[0];
    var interval = ends(row, "ci_") || ends(row, "pi_");
    return interval && { field: field, interval: interval };
  }
  function named(field) {
    var end = field.match(/^(.+)_((?:ci|pi)_(?:lower|upper)|p|se)$/);
    return fields[field] || (end ? fields[end[2]] + " (" + named(end[1]) + ")" : field.replace(/_/g, " "));
  }
  function identity(row) {
    function plain(value) { return Array.isArray(value) ? value.join(" + ") : value; }
    var from = plain(row.from_), parts = about.filter(function (k) { return typeof row[k] === "string" && row[k].length < 60; })
      .map(function (k) { return row[k]; });
    if (typeof from === "string" && from && typeof row.to === "string") parts.push(from + " → " + row.to);
    else if (typeof row.to === "string") parts.push("→ " + row.to);
    return parts.join(" · ");
  }
  // distinct values, each with the analyses that have it where there are several
  function several(behind, name) {
    var by = {}, order = [];
    behind.forEach(function (b) {
      if (typeof b[name] !== "number") return;
      if (!by[b[name]]) { by[b[name]] = []; order.push(b[name]); }
      if (by[b[name]].indexOf(b.analysis) < 0) by[b[name]].push(b.analysis);
    });
    if (order.length < 2) return order.join("");
    return order.map(function (v) { return v + " (" + by[v].join(", ") + ")"; }).join("; ");
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
    var found = result && look(result, path), row = (found && found.parent) || {};
    if (found) {
      add(list, words.value, String(found.value));
      var mine = own(row, found.field), beside = whole(row);
      if (beside && !mine && (beside.field === found.field || !beside.field)) mine = beside.interval;
      add(list, words.interval, mine);
      if (beside && !mine) add(list, words.beside, named(beside.field) + " " + row[beside.field] + " " + beside.interval);
      add(list, words.what, named(found.field));
      add(list, words.of, identity(row));
    }
    // of a result over all cases: the case that the row is about
    var subject = (found && found.case) || of.case;
    add(list, words.case, subject === "all" ? words.all : subject === of.case ? subject :
      link(subject, number.href.split("#")[0].replace(/[^/]+\/([^/]+)\/[^/]+$/, encodeURIComponent(subject) + "/$1/index.html")));
    add(list, words.key, code(path));
    add(list, words.cell, link(of.case + " · " + of.analysis, number.href));
    add(list, words.file, link(of.analysis + ".json", of.file + ".json"));
    if (!result) { add(list, "", words.none); return; }
    var from = result.provenance, given = from.parameters || {};
    function mineOnly(one) { return subject === of.case || !one.case || one.case === subject; }
    var data = (from.data || []).filter(mineOnly), behind = (from.behind || []).filter(mineOnly);
    if (data.length > 3 && data[0].case) { // of several cases together
      var cases = [];
      data.forEach(function (d) { if (cases.indexOf(d.case) < 0) cases.push(d.case); });
      add(list, words.data, (cases.length > 1 ? cases : data.map(function (d) { return d.resource; })).join(", "));
      data = [];
    }
    data.forEach(function (table) {
      add(list, words.data, table.resource + ", " + table.rows.toLocaleString("en") + " " + words.rows +
        (result.simulated ? ", " + words.simulated : "") + ", sha256 " + table.sha256.slice(0, 16) + "…");
    });
    add(list, words.seed, given.seed !== undefined ? given.seed : several(behind, "seed"));
    add(list, words.draws, given.draws !== undefined ? given.draws : several(behind, "draws"));
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
