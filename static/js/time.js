// Times in the zone of the reader's profile, or else of the reader's machine.
const language = document.documentElement.lang;
const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
const STEPS = [["second", 60], ["minute", 60], ["hour", 24], ["day", 7]];

function written(moment, zone, style) {
  return new Intl.DateTimeFormat(language, { ...style, timeZone: zone || undefined }).format(moment);
}

function distance(moment) {
  let amount = (moment - Date.now()) / 1000;
  for (const [unit, size] of STEPS) {
    if (Math.abs(amount) < size) return relative.format(Math.round(amount), unit);
    amount /= size;
  }
  return "";
}

function tell(place) {
  for (const element of place.querySelectorAll("time[datetime]")) {
    const moment = new Date(element.dateTime);
    const zone = element.dataset.zone;
    if (Number.isNaN(moment.getTime())) continue;
    element.title = written(moment, zone, { dateStyle: "long", timeStyle: "long" });
    const style = { dateStyle: "medium" };
    if (!("day" in element.dataset)) style.timeStyle = "exact" in element.dataset ? "medium" : "short";
    element.textContent = ("relative" in element.dataset && distance(moment)) || written(moment, zone, style);
  }
}

tell(document);
document.addEventListener("looked", (event) => tell(event.target));
