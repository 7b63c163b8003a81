/*
 * The page of a request looks for news by itself, but only while somebody can see it. htmx asks and
 * replaces the thread; what is being typed stands outside of it. Without JavaScript: reload.
 */
{
  const EVERY = 18000; // ms

  function look() {
    const live = document.querySelector("[data-live-check]");
    if (live && document.visibilityState === "visible") live.dispatchEvent(new CustomEvent("check"));
  }

  setInterval(look, EVERY);
  document.addEventListener("visibilitychange", look);
}
