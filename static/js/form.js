// Forms: our own words instead of the browser's, a busy label, one press one post, nothing lost.
const BUSY_AFTER = 300;
const AGAIN_AFTER = 10000;

function hold(form, submitter) {
  form.dataset.sent = "yes";
  const label = submitter?.textContent;
  const wait = setTimeout(() => {
    submitter?.setAttribute("aria-disabled", "true");
    if (submitter?.dataset.busy) submitter.textContent = submitter.dataset.busy;
  }, BUSY_AFTER);
  setTimeout(() => free(form, submitter, label, wait), AGAIN_AFTER);
  addEventListener("pageshow", () => free(form, submitter, label, wait), { once: true });
}

function free(form, submitter, label, wait) {
  clearTimeout(wait);
  delete form.dataset.sent;
  submitter?.removeAttribute("aria-disabled");
  if (submitter?.dataset.busy) submitter.textContent = label;
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
