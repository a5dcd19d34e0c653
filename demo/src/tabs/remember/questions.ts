// What the page asks of its job: each question gets the answer of its number, or fails.
import type { Answer, Command, Event } from './messages.ts';

type Failed = Extract<Event, { type: 'failed' }>;

export interface Questions {
  /** Rejects in plain words where it cannot be done, or there is no device. */
  ask(question: (request: number) => Command): Promise<Answer>;
  hear(reply: Answer | Failed): void;
  /** The device is gone, and whatever was asked with it. */
  drop(): void;
}

/** `send` gives whether anybody hears. */
export function questions(send: (command: Command) => boolean): Questions {
  const waiting = new Map<number, { resolve(answer: Answer): void; reject(error: Error): void }>();
  let last = 0;
  const drop = (): void => {
    for (const { reject } of waiting.values()) reject(new Error('the device is gone'));
    waiting.clear();
  };
  return {
    ask(question) {
      const request = ++last;
      return new Promise((resolve, reject) => {
        waiting.set(request, { resolve, reject });
        if (!send(question(request))) drop();
      });
    },
    hear(reply) {
      const question = waiting.get(reply.request);
      waiting.delete(reply.request);
      if (reply.type === 'failed') question?.reject(new Error(reply.message));
      else question?.resolve(reply);
    },
    drop,
  };
}
