// Adds to every time how long ago it is. The pages cannot: they do not know when they are read.
"use strict";

{
  // In a block: scripts of one page share their top-level names.
  const UNITS = [["year", 31_557_600], ["month", 2_629_800], ["day", 86_400], ["hour", 3_600], ["minute", 60]];
  // A night is a date: its time is midnight, and the page shows none.
  const isDay = (time) => time.dateTime.endsWith("T00:00:00Z") && !time.textContent.includes(":");
  const words = new Intl.RelativeTimeFormat("en");
  const times = [...document.querySelectorAll("time[datetime]")].map((time) => {
    const ago = document.createElement("span");
    ago.className = "ago";
    (time.closest("a") ?? time).after(" ", ago); // the text of a link stays unchanged
    return [ago, Date.parse(time.dateTime), isDay(time) ? "today" : "just now"];
  });

  const show = () => {
    for (const [ago, then, recently] of times) {
      const seconds = (Date.now() - then) / 1000;
      const units = recently === "today" ? UNITS.slice(0, 3) : UNITS; // a day has no hours
      const [unit, size] = units.find(([, size]) => seconds >= size) ?? [];
      ago.textContent = unit ? `(${words.format(-Math.floor(seconds / size), unit)})` : `(${recently})`;
    }
  };

  show();
  setInterval(show, 60_000);
}
