// Asks, two minutes before an idle session ends, whether somebody is still there. What is used in
// another tab counts for this one.
const WARNING = 120;
const dialog = document.getElementById("idle");
const form = document.getElementById("stay-form");
const tabs = new BroadcastChannel(`idle ${form.getAttribute("action")}`);
let timers = [];

function show(part) {
  for (const one of dialog.querySelectorAll("[data-part]")) one.hidden = one.dataset.part !== part;
  dialog.setAttribute("aria-labelledby", `idle-${part}`);
  if (!dialog.open) dialog.showModal();
}

function wait(left) {
  timers.forEach(clearTimeout);
  if (dialog.open) dialog.close();
  timers = [
    setTimeout(show, Math.max(left - WARNING, 0) * 1000, "ask"),
    setTimeout(show, left * 1000, "over"),
  ];
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form), redirect: "manual" });
    if (!answer.ok) return show("over");
    const { left } = await answer.json();
    wait(left);
    tabs.postMessage(left);
  } catch {
    // Nobody answers: the dialog stays, and the button may be pressed again.
  }
});

tabs.addEventListener("message", (event) => wait(event.data));
const left = Number(dialog.dataset.left);
wait(left);
tabs.postMessage(left);
