// Forms: our own words instead of the browser's, a busy label, one press one post, nothing lost,
// and passwords that can be looked at, with a word about Caps Lock.
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

// Caps Lock, while a password is typed.
for (const note of document.querySelectorAll("[data-caps]")) {
  const look = (event) => {
    note.textContent = event.getModifierState?.("CapsLock") ? note.dataset.words : "";
  };
  const input = document.getElementById(note.dataset.caps);
  input.addEventListener("keydown", look);
  input.addEventListener("keyup", look);
  input.addEventListener("blur", () => { note.textContent = ""; });
}

// Show and hide a password. The button is hidden until this runs.
for (const button of document.querySelectorAll("[data-reveal]")) {
  const input = document.getElementById(button.dataset.reveal);
  const toggle = () => {
    const shown = input.type === "password";
    input.type = shown ? "text" : "password";
    button.textContent = shown ? button.dataset.hide : button.dataset.show;
    button.setAttribute("aria-pressed", String(shown));
  };
  button.hidden = false;
  button.addEventListener("click", toggle);
  // A password manager saves only what is a password when the form is sent.
  input.form?.addEventListener("submit", () => { if (input.type === "text") toggle(); });
}

// What one box says counts for the other forms of the page too, such as that of a passkey.
for (const input of document.querySelectorAll("[data-as]")) {
  const box = document.getElementById(input.dataset.as);
  const tell = () => { input.value = box?.checked ? "yes" : ""; };
  box?.addEventListener("change", tell);
  addEventListener("pageshow", tell);
}
