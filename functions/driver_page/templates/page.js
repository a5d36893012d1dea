(() => {
"use strict";
const page = document.getElementById("page");
const here = location.pathname;
const pad = (n) => String(n).padStart(2, "0");
const tick = () => {
  const left = document.getElementById("left");
  if (!left) return;
  const now = Date.now() / 1000, { start, end, starts, ends, over } = left.dataset;
  const until = now < start ? start : end;
  const s = Math.max(0, Math.floor(until - now)), h = Math.floor(s / 3600);
  const clock = h > 47 ? "" : `${h}:${pad(Math.floor(s / 60) % 60)}:${pad(s % 60)}`;
  left.textContent = s ? clock && `${now < start ? starts : ends} ${clock}` : over;
  left.hidden = !left.textContent;
};
const show = async () => {
  const answer = await fetch(here + location.search, { cache: "no-store" });
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("page");
  if (!fresh) return;
  const opened = [...page.querySelectorAll("details")].map((section) => section.open);
  const focused = page.contains(document.activeElement);
  page.replaceChildren(...fresh.childNodes);
  page.querySelectorAll("details").forEach((section, n) => { section.open = !!opened[n]; });
  page.dataset.stamp = fresh.dataset.stamp || "";
  page.dataset.every = fresh.dataset.every || "0";
  const title = page.querySelector("h1"), barrier = page.querySelector(".barrier");
  document.getElementById("live").textContent = [title, barrier].map((part) => part ? part.textContent : "").join(". ");
  if (focused) { title.tabIndex = -1; title.focus(); }
  tick();
};
const look = async () => {
  try {
    if (!document.hidden && !page.querySelector("fieldset:focus-within")) {
      const answer = await fetch(here + "/state", { cache: "no-store" });
      const { stamp } = answer.status < 500 ? await answer.json() : {};
      if (stamp !== undefined && stamp !== page.dataset.stamp) await show();
    }
  } catch { /* out of reach: the next look may be luckier */ }
  const every = Number(page.dataset.every);
  if (every) setTimeout(look, every * 1000);
};
page.addEventListener("submit", (event) => {
  const button = event.target.querySelector("button");
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "yes";
  button.setAttribute("aria-busy", "true");
  setTimeout(() => { delete event.target.dataset.sent; }, 8000);
});
addEventListener("pageshow", (event) => { if (event.persisted) show(); });
setInterval(tick, 1000);
tick();
setTimeout(look, Number(page.dataset.every) * 1000 || 1e9);
})();
