// One after the other: what must not be mixed with something else of its kind, though both wait in between.

export class Mutex {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs `body` when all that came before is done, whether it went well or not. */
  run<R>(body: () => Promise<R>): Promise<R> {
    const result = this.#last.then(body, body);
    this.#last = result.catch(() => {});
    return result;
  }
}
