// Looks every few seconds, while the page is seen, what there is by now, and puts new rows on top;
// what is there stays where it is, with its focus. Ends by itself: a page that is left open must
// not keep its reader signed in.
const state = document.getElementById("live-state");
const button = document.getElementById("live");
const every = Number(state.dataset.seconds) * 1000;
const END = Date.now() + Number(state.dataset.left) * every;

const rows = (place) => [...place.querySelectorAll("tbody > tr")];
const name = (row) => row.querySelector("a[href]").getAttribute("href");

function show(there) {
  const here = document.getElementById("found");
  if (!here.querySelector("tbody") || !there.querySelector("tbody")) {
    here.replaceChildren(...document.importNode(there, true).childNodes);
    return here.dispatchEvent(new Event("looked", { bubbles: true }));
  }
  const known = new Set(rows(here).map(name));
  const fresh = rows(there).filter((row) => !known.has(name(row)));
  if (!fresh.length) return false;
  const kept = new Set(rows(there).map(name));
  for (const row of rows(here)) {
    row.classList.remove("fresh");
    if (!kept.has(name(row)) && !row.contains(document.activeElement)) row.remove();
  }
  fresh.forEach((row) => row.classList.add("fresh"));
  here.querySelector("tbody").prepend(...fresh.map((row) => document.importNode(row, true)));
  const older = there.querySelector("#older");
  if (older && here.querySelector("#older")) here.querySelector("#older").href = older.getAttribute("href");
  return here.dispatchEvent(new Event("looked", { bubbles: true }));
}

// XMLHttpRequest reads a page by itself: DOMParser would want a policy of Trusted Types.
function look() {
  const request = new XMLHttpRequest();
  request.open("GET", location.href);
  request.responseType = "document";
  request.addEventListener("load", () => {
    // Without the place of the rows the session is over: the next press will tell.
    const there = request.response?.getElementById("found");
    if (request.status === 200 && there) show(there);
  });
  request.send();
}

function tick() {
  if (!document.hidden) look();
  if (Date.now() < END) return setTimeout(tick, every);
  for (const part of state.children) part.hidden = part.dataset.part === "on";
  button.setAttribute("aria-checked", "false");
  return Object.assign(button, { name: "live", value: state.dataset.left });
}

setTimeout(tick, every);
