// Looks every three seconds, while the page is seen, whether the first sign-in has come; for ten
// minutes at most: a page that is left open must not keep its reader signed in.
const EVERY = 3000;
const END = Date.now() + 10 * 60 * 1000;
const line = document.getElementById("first-sign-in");
const parts = Object.fromEntries(
  [...(line?.querySelectorAll("[data-part]") ?? [])].map((part) => [part.dataset.part, part]),
);

function show(told) {
  if (parts.title.textContent !== told.title) parts.title.textContent = told.title;
  parts.detail.textContent = told.detail;
  parts.detail.hidden = !told.detail;
  if (told.url) parts.url.href = told.url;
  parts.url.hidden = !told.url;
  line.dataset.now = told.state;
}

async function look() {
  if (!document.hidden) {
    try {
      const answer = await fetch(line.dataset.state, {
        headers: { Accept: "application/json" },
        redirect: "error",
      });
      if (answer.ok) show(await answer.json());
    } catch {
      // Nobody answers, or the session is over: the link to look again is there all the time.
    }
  }
  if (line.dataset.now === "worked") document.getElementById("look-again")?.remove();
  else if (Date.now() < END) setTimeout(look, EVERY);
}

if (line && line.dataset.now !== "worked") setTimeout(look, EVERY);
