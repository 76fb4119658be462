// A clock that runs down to data-until; when it is over the page is asked for anew.
"use strict";
(function () {
  document.querySelectorAll("[data-until]").forEach(function (place) {
    const until = Date.parse(place.dataset.until);
    function tell() {
      const left = Math.max(0, Math.ceil((until - Date.now()) / 1000));
      place.textContent = Math.floor(left / 60) + ":" + String(left % 60).padStart(2, "0");
      return left;
    }
    if (!tell()) { return; } // this computer's clock is ahead: the server's counts
    const ticking = setInterval(function () {
      if (!tell()) { clearInterval(ticking); location.reload(); }
    }, 1000);
  });
})();
