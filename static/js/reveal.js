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
