// What a citation or a cross-reference leads to, beside it: by pointer or by keyboard.
(function () {
  "use strict";
  var preview = null, previewed = null;
  function known(link) {
    var href = link.getAttribute("href");
    if (link.hasAttribute("data-preview")) return link.getAttribute("data-preview");
    return Array.prototype.map.call(document.querySelectorAll("a[data-preview]"), function (a) {
      return a.getAttribute("href") === href ? a.getAttribute("data-preview") : "";
    }).filter(Boolean)[0];
  }
  function show(link) {
    var target = link.pathname === location.pathname && document.getElementById(decodeURIComponent(link.hash.slice(1)));
    var section = target && target.matches("section");
    var caption = target && target.querySelector(section ? "h2, h3, h4" : "figcaption");
    var text = known(link) || (caption || target || {}).textContent;
    if (!text || link === previewed) return;
    hide();
    preview = document.createElement("div");
    preview.className = "preview"; preview.id = "book-preview"; preview.setAttribute("role", "tooltip");
    var image = target && !section && target.querySelector("img");
    if (image) {
      var small = document.createElement("img");
      small.src = image.getAttribute("src"); small.alt = "";
      preview.append(small);
    }
    var words = document.createElement("p");
    words.textContent = text.replace(/\s+#?$/, "").slice(0, 500);
    preview.append(words);
    document.querySelector("main").append(preview);
    var at = link.getClientRects()[0], wide = document.documentElement.clientWidth;
    var left = Math.max(8, Math.min(at.left, wide - preview.offsetWidth - 8));
    var below = at.bottom + preview.offsetHeight + 12 < innerHeight;
    preview.style.left = left + scrollX + "px";
    preview.style.top = (below ? at.bottom + 4 : at.top - preview.offsetHeight - 4) + scrollY + "px";
    previewed = link; link.setAttribute("aria-describedby", "book-preview");
  }
  function hide() {
    if (!preview) return;
    preview.remove(); previewed.removeAttribute("aria-describedby");
    preview = previewed = null;
  }
  function leads(event) {
    return event.target.closest && event.target.closest('main a.quarto-xref, main a[href*="#ref-"]');
  }
  document.addEventListener("mouseover", function (event) {
    var link = leads(event);
    if (link) show(link);
    else if (preview && !preview.contains(event.target) && document.activeElement !== previewed) hide();
  });
  document.addEventListener("focusin", function (event) {
    var link = leads(event);
    if (link) show(link); else hide();
  });
  document.addEventListener("keydown", function (event) { if (event.key === "Escape") hide(); });
})();
