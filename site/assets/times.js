// Says beside every time how long ago it is. The pages do not: nobody knows when they will be read.
"use strict";

{
  // In a block of its own: on some pages there is another script, and both share their names.
  const UNITS = [["year", 31_557_600], ["month", 2_629_800], ["day", 86_400], ["hour", 3_600], ["minute", 60]];
  const words = new Intl.RelativeTimeFormat("en");
  const times = [...document.querySelectorAll("time[datetime]")].map((time) => {
    const ago = document.createElement("span");
    ago.className = "ago";
    (time.closest("a") ?? time).after(" ", ago); // what a link says stays what it says
    return [ago, Date.parse(time.dateTime)];
  });

  const show = () => {
    for (const [ago, then] of times) {
      const seconds = (Date.now() - then) / 1000;
      const [unit, size] = UNITS.find(([, size]) => seconds >= size) ?? [];
      ago.textContent = unit ? `(${words.format(-Math.floor(seconds / size), unit)})` : "(just now)";
    }
  };

  show();
  setInterval(show, 60_000);
}
