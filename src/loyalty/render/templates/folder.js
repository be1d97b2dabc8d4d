// For real Quarto. Its search asks for its index as a file, which a page opened from a folder may
// not: a script brings it. What unfolds something does so by the keyboard, too.
(function () {
  "use strict";
  var beside = document.currentScript.src, asked = window.fetch;
  window.shownWarning = true; // that the search needs a server
  window.fetch = function (address) {
    if (!/search\.json$/.test(String(address))) return asked.apply(window, arguments);
    return new Promise(function (done, fail) {
      var index = document.createElement("script");
      index.src = beside.replace("folder.js", "search.js");
      index.onload = function () {
        done({ status: 200, json: function () { return Promise.resolve(window.BOOK_SEARCH); } });
      };
      index.onerror = fail;
      document.head.append(index);
    });
  };
  document.addEventListener("keydown", function (event) {
    var button = event.target.matches("a[role=button], div[role=button]") && !event.target.href;
    if (!button || (event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    event.target.click();
  });
})();
