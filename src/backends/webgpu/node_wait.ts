// Slows the beat at which Dawn's Node binding polls for finished GPU work, which by itself takes a whole core.

/** A wait shorter than this stays at full speed: a real GPU answers within it, and a timer would add a millisecond. */
const quickMs = 1;

/** The beat afterwards: unnoticed beside a wait that has lasted longer than this already. */
const beatMs = 1;

let waits = 0;
let quickUntil = 0;
let original: typeof setImmediate | undefined;
let slowed: typeof setImmediate | undefined;

/**
 * Awaits GPU work (`mapAsync`, `onSubmittedWorkDone`) with Node polling about a thousand times a second instead of 150,000; elsewhere just awaits it.
 *
 * While any such wait is pending, `globalThis.setImmediate` delays the binding's own callbacks and hands those of
 * everyone else straight on; afterwards it is the very function that it was.
 */
export async function slowPolling<T>(wait: () => Promise<T>): Promise<T> {
  if (typeof process === 'undefined' || !process.versions?.node || typeof setImmediate !== 'function') {
    return wait();
  }
  begin();
  try {
    return await wait();
  } finally {
    end();
  }
}

function begin(): void {
  quickUntil = performance.now() + quickMs;
  if (waits++ > 0) return;
  const delayed = globalThis.setImmediate;
  const timer = globalThis.setTimeout;
  original = delayed;
  slowed = new Proxy(delayed, {
    apply(target, self, args) {
      const [callback] = args;
      if (waits === 0 || args.length !== 1 || !isBinding(callback) || performance.now() < quickUntil) {
        return Reflect.apply(target, self, args);
      }
      return timer(callback, beatMs);
    },
  });
  globalThis.setImmediate = slowed;
}

function end(): void {
  if (--waits > 0) return;
  // Whoever replaced it meanwhile (a test's fake timers) keeps theirs; the proxy behind it only passes on from now.
  if (original && globalThis.setImmediate === slowed) globalThis.setImmediate = original;
  original = undefined;
  slowed = undefined;
}

/** Dawn passes an anonymous native function of no parameters; a bound function, native too, has a name. */
function isBinding(callback: unknown): callback is () => void {
  return (
    typeof callback === 'function' &&
    callback.name === '' &&
    callback.length === 0 &&
    Function.prototype.toString.call(callback).includes('[native code]')
  );
}
