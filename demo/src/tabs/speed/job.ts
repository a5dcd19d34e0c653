// The worker's side of the tab: the engines of the benchmark, each loaded when its turn comes.
import type { Task } from '../../../../bench/src/engines/engine.ts';
import { oursOnCpu, oursOnGpu } from '../../../../bench/src/engines/ours.ts';
import { works } from '../../../../bench/src/works.ts';
import type { JobFactory } from '../../types.ts';
import {
  BLOCK,
  type Contender,
  finished,
  inTurn,
  ready,
  reasonOf,
  referenceOf,
  type Watch,
} from './measuring.ts';
import type { Command, EngineResult, Event, MeasureRequest, Peer, SpeedResult } from './protocol.ts';

/** Without the packages of bench/package.json a build has no other library. */
const withPeers =
  Object.keys(import.meta.glob('../../../../bench/node_modules/@tensorflow/tfjs-core/package.json')).length >
  0;

const tfjs = async (backend: Peer) => (await import('../../../../bench/src/engines/tfjs.ts')).tfjs(backend);

export const job: JobFactory<Command, Event> = ({ adapter, backend, post, turn, awake }) => {
  let stopped = false;
  let running: Promise<void> = Promise.resolve();
  const watch: Watch = { post, turn, awake, stopped: () => stopped };

  const measure = async ({ work: name, cell, peers, runs }: MeasureRequest): Promise<void> => {
    const work = works.find((one) => one.name === name) ?? works[0];
    const task: Task = { work, cell, mode: 'train' };
    const own = adapter.device === 'webgpu' ? oursOnGpu(backend) : oursOnCpu();
    const names = withPeers ? peers.map((peer) => `tfjs ${peer}`) : [];
    post({ type: 'begun', engines: [own.name, ...names], withPeers });
    const results: EngineResult[] = [];
    const failed = (engine: string, error: unknown): void => {
      const reason = reasonOf(error);
      post({ type: 'failed', engine, reason });
      results.push({ engine, reason, times: [] });
    };
    post({ type: 'stage', engine: own.name, text: 'computing what the losses must be' });
    const reference = await referenceOf(task);
    let ours: Contender | undefined;
    try {
      ours = await ready(own, task, reference, undefined, watch);
      results.push(ours.result);
      if (names.length === 0) await inTurn([ours], runs, watch);
    } catch (error) {
      failed(own.name, error);
    }
    for (const peer of withPeers ? peers : []) {
      if (stopped || !ours) break;
      await against(ours, peer);
    }
    ours?.runner.dispose();
    post({ type: 'done', stopped, result: resultOf() });

    async function against(mine: Contender, peer: Peer): Promise<void> {
      const engine = `tfjs ${peer}`;
      let other: Contender | undefined;
      try {
        post({ type: 'stage', engine, text: 'loading' });
        other = await ready(await tfjs(peer), task, reference, mine, watch);
        results.push(other.result);
        await inTurn([mine, other], runs, watch);
      } catch (error) {
        failed(engine, error);
      } finally {
        other?.runner.dispose();
      }
    }

    function resultOf(): SpeedResult {
      const { N, T, D, H, V, layers } = work;
      return {
        format: 'webgpu-rnn speed 1',
        date: new Date().toISOString(),
        adapter: adapter.description,
        software: adapter.software,
        browser: navigator.userAgent,
        work: { name: work.name, cell, N, T, D, H, V, layers },
        method: { runs, blockMilliseconds: BLOCK },
        engines: results.map((result) => finished(result, N * T)),
      };
    }
  };

  return {
    handle(command) {
      stopped = true;
      if (command.type === 'stop') return;
      running = running
        .catch(() => {})
        .then(() => {
          stopped = false;
          return measure(command.request);
        });
      return running;
    },
    dispose() {
      stopped = true;
    },
  };
};
