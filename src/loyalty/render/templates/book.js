// Search, theme and menu. Everything can be read without this file.
(function () {
  "use strict";
  var script = document.currentScript, root = document.documentElement;
  function stored(value) {
    try {
      if (value === undefined) return localStorage.getItem("theme");
      localStorage.setItem("theme", value);
    } catch (error) { /* private mode: follow the system */ }
    return null;
  }

  var button = document.getElementById("book-theme");
  button.hidden = false;
  button.addEventListener("click", function () {
    var now = root.getAttribute("data-theme") ||
      (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
    var next = now === "dark" ? "light" : "dark";
    root.setAttribute("data-theme", next);
    stored(next);
  });

  // the menu of small screens: :target opens it without script; with script it also closes well
  var sidebar = document.getElementById("book-sidebar");
  var opener = document.querySelector(".menu-button");
  function toggle(open) {
    sidebar.classList.toggle("open", open);
    if (open) sidebar.querySelector(".chapters a[aria-current], .chapters a").focus();
    else opener.focus();
  }
  opener.addEventListener("click", function (event) { event.preventDefault(); toggle(true); });
  sidebar.querySelector(".close-button").addEventListener("click", function (event) {
    event.preventDefault(); toggle(false);
  });
  document.addEventListener("click", function (event) {
    if (sidebar.classList.contains("open") && !sidebar.contains(event.target) &&
        !opener.contains(event.target)) sidebar.classList.remove("open");
  });

  // search: the index is a script of its own, loaded when it is first wanted
  var form = document.querySelector(".search"), input = document.getElementById("book-search");
  var list = document.getElementById("book-results"), loading = false;
  form.hidden = false;
  function load() {
    if (loading) return;
    loading = true;
    var index = document.createElement("script");
    index.src = script.getAttribute("data-index");
    index.onload = function () { // packed: a page opened from a folder may not read files
      var bytes = Uint8Array.from(atob(window.BOOK_PACKED), function (c) { return c.charCodeAt(0); });
      new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).json()
        .then(function (entries) { window.BOOK_SEARCH = entries; search(); });
    };
    document.head.appendChild(index);
  }
  function fold(text) { return text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase(); }
  function mark(parent, text, words) {
    var low = text.toLowerCase(), at = 0;
    while (at < text.length) {
      var best = -1, size = 0;
      words.forEach(function (word) {
        var found = low.indexOf(word, at);
        if (found >= 0 && (best < 0 || found < best)) { best = found; size = word.length; }
      });
      if (best < 0) break;
      parent.append(text.slice(at, best));
      var hit = document.createElement("mark");
      hit.textContent = text.slice(best, best + size);
      parent.append(hit);
      at = best + size;
    }
    parent.append(text.slice(at));
  }
  function search() {
    list.textContent = "";
    var words = fold(input.value).split(/\s+/).filter(Boolean);
    if (!words.length || !window.BOOK_SEARCH) return;
    var hits = [];
    window.BOOK_SEARCH.forEach(function (entry, order) {
      var head = fold(entry[1] + " " + entry[2]), body = fold(entry[3]), score = 0;
      for (var i = 0; i < words.length; i++) {
        var inHead = fold(entry[2] || entry[1]).indexOf(words[i]) >= 0;
        if (!inHead && body.indexOf(words[i]) < 0 && head.indexOf(words[i]) < 0) return;
        score += inHead ? 10 : body.split(words[i]).length - 1;
      }
      hits.push({ entry: entry, score: score, order: order });
    });
    hits.sort(function (a, b) { return b.score - a.score || a.order - b.order; });
    hits.slice(0, 12).forEach(function (hit) {
      var item = document.createElement("li"), link = document.createElement("a");
      var name = document.createElement("b"), part = document.createElement("span");
      link.href = script.getAttribute("data-root") + "/" + hit.entry[0];
      mark(name, hit.entry[1] + (hit.entry[2] ? " › " + hit.entry[2] : ""), words);
      var text = hit.entry[3], from = Math.max(0, text.toLowerCase().indexOf(words[0]) - 50);
      mark(part, (from ? "…" : "") + text.slice(from, from + 150) + (text.length > from + 150 ? "…" : ""), words);
      link.append(name, part); item.append(link); list.append(item);
    });
    if (!hits.length) {
      var none = document.createElement("li");
      none.className = "none"; none.textContent = script.getAttribute("data-none");
      list.append(none);
    }
  }
  input.addEventListener("focus", load);
  input.addEventListener("input", function () { load(); search(); });
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    var first = list.querySelector("a");
    if (first) first.click();
  });
  document.addEventListener("keydown", function (event) {
    var typing = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName);
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
      event.preventDefault(); input.focus();
    } else if (event.key === "Escape") {
      if (list.childNodes.length) { input.value = ""; search(); }
      else if (sidebar.classList.contains("open")) toggle(false);
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && form.contains(document.activeElement)) {
      var links = Array.prototype.slice.call(list.querySelectorAll("a"));
      if (!links.length) return;
      event.preventDefault();
      var next = links.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
      (links[next] || input).focus();
    }
  });
  document.addEventListener("click", function (event) {
    if (!form.contains(event.target)) list.textContent = "";
  });

  // what is folded is printed too
  addEventListener("beforeprint", function () {
    document.querySelectorAll("main details").forEach(function (item) { item.open = true; });
  });

  // "on this page": which heading is being read
  var entries = Array.prototype.slice.call(document.querySelectorAll("#TOC a"));
  var heads = entries.map(function (a) {
    return document.getElementById(decodeURIComponent(a.hash.slice(1)));
  });
  function follow() {
    var here = -1;
    heads.forEach(function (head, i) {
      if (head && head.getBoundingClientRect().top < 120) here = i;
    });
    entries.forEach(function (a, i) { a.classList.toggle("here", i === here); });
  }
  if (entries.length) { addEventListener("scroll", follow, { passive: true }); follow(); }
  var current = sidebar.querySelector("[aria-current]");
  if (current) {
    var box = sidebar.querySelector(".chapters");
    var place = current.getBoundingClientRect().top - box.getBoundingClientRect().top;
    if (place > box.clientHeight - 60) box.scrollTop = place - box.clientHeight / 2;
  }
})();
