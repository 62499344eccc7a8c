// Times in the reader's own zone; the server's UTC stays for pages without script.
const language = document.documentElement.lang;
const full = new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "long" });
const short = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
const day = new Intl.DateTimeFormat(language, { dateStyle: "medium" });
const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
const STEPS = [["second", 60], ["minute", 60], ["hour", 24], ["day", 7]];

function distance(moment) {
  let amount = (moment - Date.now()) / 1000;
  for (const [unit, size] of STEPS) {
    if (Math.abs(amount) < size) return relative.format(Math.round(amount), unit);
    amount /= size;
  }
  return short.format(moment);
}

for (const element of document.querySelectorAll("time[datetime]")) {
  const moment = new Date(element.dateTime);
  if (Number.isNaN(moment.getTime())) continue;
  element.title = full.format(moment);
  const isDay = "day" in element.dataset;
  const written = (isDay ? day : short).format(moment);
  element.textContent = "relative" in element.dataset ? distance(moment) : written;
}
