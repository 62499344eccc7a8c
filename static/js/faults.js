// A form came back: begin at what is wrong, the summary or else the field (ux.md 2.0).
const WRONG = '.notice#errors, [aria-invalid="true"]:not([hidden]), fieldset:has(> .error)';
const first = document.querySelector(WRONG);
first?.focus();
// A part of the page that its address names takes the focus away meanwhile.
addEventListener("load", () => { if (document.activeElement === document.body) first?.focus(); });
