// Download a text that stands on the page, or print the page. The buttons are hidden until this runs.
for (const button of document.querySelectorAll("[data-download]")) {
  const source = document.getElementById(button.dataset.download);
  button.hidden = false;
  button.addEventListener("click", () => {
    const link = document.createElement("a");
    const lines = [...source.children].map((line) => line.textContent.trim());
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
