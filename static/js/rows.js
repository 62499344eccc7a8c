// A text area with one address a line becomes one field an address. It stays, hidden, and is sent.
const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);

function fault(text, others, words) {
  const value = text.trim();
  if (!value) return "";
  if (others.includes(value)) return words.twice;
  if (value.includes("*")) return words.wildcard;
  if (!URL.canParse(value)) return words.address;
  const url = new URL(value);
  if (value.includes("#")) return words.fragment;
  return url.protocol === "http:" && !LOOPBACK.has(url.hostname) ? words.https : "";
}

function make(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

function enhance(area) {
  const words = area.form.dataset;
  const list = make("div", { className: "stack tight" });
  const rows = () => [...list.querySelectorAll("input")];
  const sync = () => {
    area.value = rows().map((row) => row.value.trim()).filter(Boolean).join("\n");
  };
  const check = (input, note) => {
    const others = rows().filter((row) => row !== input).map((row) => row.value.trim());
    const text = fault(input.value, others, words);
    note.textContent = text;
    note.hidden = !text;
    input.ariaInvalid = text ? "true" : null;
  };
  const add = (value = "") => {
    const number = rows().length + 1;
    const id = number === 1 ? area.dataset.id : `${area.dataset.id}-${number}`;
    const note = make("p", { className: "error", id: `${id}-note`, hidden: true });
    const input = make("input", { className: "input", type: "url", id, value, spellcheck: false });
    input.setAttribute("aria-label", `${words.label} ${number}`);
    input.setAttribute("aria-describedby", `${area.getAttribute("aria-describedby") ?? ""} ${note.id}`.trim());
    let pause;
    input.addEventListener("input", () => {
      sync();
      clearTimeout(pause);  // not when the field is left: the button about to be pressed would move
      pause = setTimeout(() => check(input, note), 600);
    });
    const row = make("div", { className: "uri" }, input, note);
    if (number > 1) {
      const remove = make("button", { className: "button slim", type: "button", textContent: words.remove });
      remove.setAttribute("aria-label", `${words.remove}: ${words.label} ${number}`);
      remove.addEventListener("click", () => { row.remove(); sync(); rows().at(-1).focus(); });
      input.after(remove);
    }
    list.append(row);
    return input;
  };
  area.dataset.id = area.id;
  area.id = `${area.id}-lines`;
  area.hidden = true;
  const lines = area.value.split(/\s+/).filter(Boolean);
  (lines.length ? lines : [""]).forEach((line) => add(line));
  if (area.ariaInvalid) rows()[0].ariaInvalid = "true";
  const more = make("button", { className: "button slim", type: "button", textContent: words.add });
  more.addEventListener("click", () => add().focus());
  area.after(list, more);
}

document.querySelectorAll("textarea[data-rows]").forEach(enhance);
