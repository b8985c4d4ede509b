// Where the reader was on each page, so that going back shows the same place. sv-router
// scrolls to the top on every navigation, also when going back.
const places = new Map<string, number>();
/** Where to return to; undefined: the reader did not go back. */
let goal: number | undefined;

/** Starts to remember; called once, before the router listens. */
export function rememberPlaces(): void {
  history.scrollRestoration = 'manual';
  addEventListener('scroll', () => places.set(location.href, scrollY), { passive: true });
  addEventListener('popstate', () => (goal = places.get(location.href)));
}

/** After a navigation: returns to the place if the reader went back. Data may still be arriving, so it tries for a while. */
export function returnToPlace(): void {
  const place = goal;
  goal = undefined;
  if (!place) return;
  const until = performance.now() + 1_000;
  const attempt = () => {
    scrollTo({ top: place });
    if (scrollY < place && performance.now() < until) requestAnimationFrame(attempt);
  };
  requestAnimationFrame(attempt);
}
