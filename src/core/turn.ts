// A turn of the event loop, so that timers, signals and the page are heard during long work.

/** In Node a timer is not enough: those that expire meanwhile run one after the other, and signals wait for all of them. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(resolve);
    else setTimeout(resolve);
  });
}
