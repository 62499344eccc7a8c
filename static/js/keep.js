// Download a text that stands on the page, line by line or as it is, or print the page. The buttons
// are hidden until this runs.
for (const button of document.querySelectorAll("[data-download]")) {
  const source = document.getElementById(button.dataset.download);
  button.hidden = false;
  button.addEventListener("click", () => {
    const link = document.createElement("a");
    const parts = source.children.length ? [...source.children] : [source];
    const lines = parts.map((part) => part.textContent.trim());
    link.href = URL.createObjectURL(new Blob([`${lines.join("\n")}\n`], { type: "text/plain" }));
    link.download = button.dataset.name;
    link.click();
    URL.revokeObjectURL(link.href);
  });
}
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
// What answered a form says where it is found later: loaded again, it does not send the form again.
const found = document.querySelector("[data-found-at]");
if (found) history.replaceState(null, "", found.dataset.foundAt);
