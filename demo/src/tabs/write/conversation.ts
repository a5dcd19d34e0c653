// The page's talk with the writing job: commands, news, and questions that are answered.
import { openJob } from '../../job.ts';
import type { AdapterInfo, JobHandle } from '../../types.ts';
import type { Command, Event, News, Reply } from './messages.ts';

export type Answer = Exclude<Reply, { type: 'failed' }>;

export interface Conversation {
  /** Opens the job, once. */
  open(): void;
  /** Does nothing before the job is opened. */
  send(command: Command): void;
  /** Sends a command and waits for its answer; rejects where it failed, or the device is or goes away. */
  ask(command: (request: number) => Command): Promise<Answer>;
}

export function conversation(hooks: {
  onNews(event: News, run: number): void;
  onReady(adapter: AdapterInfo, restarted: boolean): void;
  onLost(): void;
}): Conversation {
  const waiting = new Map<number, { resolve(answer: Answer): void; reject(error: Error): void }>();
  let job: JobHandle<Command> | undefined;
  let requests = 0;

  const hear = (event: Event): void => {
    if (event.type !== 'saved' && event.type !== 'opened' && event.type !== 'failed') {
      hooks.onNews(event, event.run);
      return;
    }
    const question = waiting.get(event.request);
    waiting.delete(event.request);
    if (event.type === 'failed') question?.reject(new Error(event.message));
    else question?.resolve(event);
  };
  return {
    open() {
      job ??= openJob<Command, Event>('write', {
        onEvent: hear,
        onReady: hooks.onReady,
        onLost(reason) {
          for (const { reject } of waiting.values()) reject(new Error(`the device is gone (${reason})`));
          waiting.clear();
          hooks.onLost();
        },
      });
    },
    send: (command) => job?.send(command),
    ask(command) {
      const request = ++requests;
      if (!job || job.lost) {
        // Has the page offer a restart again.
        job?.send(command(request));
        return Promise.reject(new Error('there is no device to compute on'));
      }
      return new Promise((resolve, reject) => {
        waiting.set(request, { resolve, reject });
        job?.send(command(request));
      });
    },
  };
}
