// Forms: our own words instead of the browser's, a busy label, one press one post, nothing lost.
const BUSY_AFTER = 300;
const AGAIN_AFTER = 10000;

function hold(form, button) {
  const label = button?.querySelector("span");
  const text = label?.textContent;
  form.dataset.sent = "yes";
  const wait = setTimeout(() => {
    button?.setAttribute("aria-disabled", "true");
    if (button?.dataset.busy) label.textContent = button.dataset.busy;
  }, BUSY_AFTER);
  const free = () => {
    clearTimeout(wait);
    delete form.dataset.sent;
    button?.removeAttribute("aria-disabled");
    if (button?.dataset.busy) label.textContent = text;
  };
  setTimeout(free, AGAIN_AFTER);
  addEventListener("pageshow", free, { once: true });
}

for (const form of document.querySelectorAll('form[method="post"]')) {
  form.noValidate = true;
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    else hold(form, event.submitter);
  });
}

for (const form of document.querySelectorAll("form[data-guard]")) {
  let changed = false;
  form.addEventListener("input", () => { changed = true; });
  form.addEventListener("submit", () => { changed = false; });
  addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
}
