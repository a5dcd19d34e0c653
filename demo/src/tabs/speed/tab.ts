// Speed: our training step beside those of TensorFlow.js on the visitor's own machine.
import './speed.css';
import { openJob } from '../../job.ts';
import { announce, button, h, panel, say, segmented, select, slider } from '../../kit.ts';
import { holdOthers } from '../../open_jobs.ts';
import { download } from '../../store.ts';
import type { Banner, Device, JobHandle, MountedTab, Settings, Tab, TabContext } from '../../types.ts';
import { bars, nameOf } from './bars.ts';
import { sentence, tableOf } from './outcome.ts';
import { type Command, type Event, PEERS, type Peer, type SpeedResult } from './protocol.ts';
import { sizes, sizeText } from './sizes.ts';

const defaults = { work: 'M', cell: 'lstm', runs: 12 } as const;
type CellName = 'lstm' | 'gru' | 'rnn';

export const tab: Tab = {
  id: 'speed',
  title: 'Speed',
  lead: 'One training step of the same network, with the same weights and the same data, by this library and by TensorFlow.js: measured here, on your machine, in turn.',
  mount,
};

function mount(host: HTMLElement, context: TabContext): MountedTab {
  let handle: JobHandle<Command> | undefined;
  let running = false;
  /** Whether the device was lost while it measured. */
  let interrupted = false;
  let result: SpeedResult | undefined;
  let device: Device = 'webgpu';
  let adapterName = '';
  /** Lets other tabs go on. */
  let release: (() => void) | undefined;
  /** Jobs that rest meanwhile. */
  const rested = new Set<string>();
  let told: Banner | undefined;
  const chart = bars();

  const about = h('p', { class: 'hint' });
  const work = select({
    label: 'Network',
    value: defaults.work as string,
    options: sizes.map(({ name, label }) => ({ value: name, label })),
    onChange: () => changed(),
  });
  const cell = segmented<CellName>({
    label: 'Cell',
    value: defaults.cell,
    options: [
      { value: 'lstm', label: 'LSTM' },
      { value: 'gru', label: 'GRU' },
      { value: 'rnn', label: 'RNN' },
    ],
    onChange: () => changed(),
  });
  const runs = slider({
    ...{ label: 'Blocks of each', min: 3, max: 40, step: 1, value: defaults.runs },
    onInput: () => context.changed(),
  });
  const boxes = PEERS.map((peer) => ({
    peer,
    input: h('input', {
      type: 'checkbox',
      id: `speed-${peer}`,
      checked: true,
      onchange: () => context.changed(),
    }),
  }));
  const chosen = (): Peer[] => boxes.filter(({ input }) => input.checked).map(({ peer }) => peer);
  const go = button('Measure', () => (running ? stop() : start()), { kind: 'primary' });
  const note = h('p', { class: 'hint' });
  const copy = button('Copy the result as JSON', () => copyResult(), { disabled: true });
  const save = button('Download', () => result && download('speed.json', json(), 'application/json'), {
    disabled: true,
  });
  const machine = h('p', { class: 'speed-machine' }, 'Nothing is measured yet.');
  const verdict = h('p', { class: 'speed-verdict', hidden: true });
  const table = h('div', {
    class: 'speed-table',
    hidden: true,
    tabindex: 0,
    role: 'region',
    'aria-label': 'The figures',
  });

  host.append(
    h(
      'div',
      { class: 'columns' },
      panel(
        'What is measured',
        work.element,
        about,
        cell.element,
        runs.element,
        h(
          'fieldset',
          { class: 'field speed-peers' },
          h('legend', null, 'TensorFlow.js on'),
          boxes.map(({ peer, input }) =>
            h('div', { class: 'speed-check' }, input, h('label', { for: input.id }, peerName(peer))),
          ),
        ),
        h('div', { class: 'row' }, go),
        note,
      ),
      h(
        'div',
        { class: 'stack' },
        panel(
          'Milliseconds of a training step',
          machine,
          chart.element,
          verdict,
          table,
          h('div', { class: 'row' }, copy, save),
        ),
        panel(
          'How it is measured',
          h(
            'p',
            { class: 'hint' },
            'Every engine begins with the same weights. Before it is timed, its losses of three training steps are compared with a reference that is computed in double precision on the CPU. Then blocks of steps alternate between this library and its peer, in one worker; the bar is the median of the blocks, the line spans the middle half of them, and each dot is one block. How many times as long another takes is the median of the ratios of neighbouring blocks, so that it need not be the quotient of the two medians. Where TensorFlow.js can be written in two ways, the faster one counts.',
          ),
        ),
      ),
    ),
  );
  chart.begin(['webgpu-rnn webgpu', ...PEERS.map((peer) => `tfjs ${peer}`)]);
  describe();

  function changed(): void {
    describe();
    context.changed();
  }

  function describe(): void {
    about.textContent = sizeText(work.value);
  }

  function start(): void {
    setRunning(true);
    interrupted = false;
    result = undefined;
    copy.disabled = true;
    save.disabled = true;
    table.hidden = true;
    verdict.hidden = true;
    note.textContent = 'Getting the device ready…';
    announce('Measuring.');
    handle ??= openJob<Command, Event>('speed', {
      onEvent,
      onReady(adapter, restarted) {
        device = adapter.device;
        adapterName = adapter.description;
        machine.textContent = adapterName;
        if (restarted && interrupted) start();
      },
      onLost() {
        interrupted = running;
        note.textContent = running
          ? 'The device is gone: the measurement begins anew after a restart.'
          : 'The device is gone: the next measurement starts it again.';
        chart.end();
        setRunning(false);
      },
      onError() {
        note.textContent = '';
        setRunning(false);
        return false;
      },
    });
    if (handle.lost) handle.restart(device);
    send();
  }

  function send(): void {
    handle?.send({
      type: 'measure',
      request: { work: work.value, cell: cell.value, peers: chosen(), runs: runs.value },
    });
  }

  function stop(): void {
    handle?.send({ type: 'stop' });
    note.textContent = 'Stopping after this block…';
  }

  /** Two things at work on one device would be measured together. */
  function rest(now: boolean): void {
    release?.();
    release = undefined;
    told?.close();
    if (!now) return;
    rested.clear();
    release = holdOthers('speed', (name) => {
      if (rested.size === 0) {
        told = say('info', 'While Speed measures, the work of other tabs rests. It goes on by itself.', [
          { label: 'Stop measuring', run: stop },
        ]);
      }
      rested.add(name);
    });
  }

  function setRunning(now: boolean): void {
    if (running !== now) rest(now);
    running = now;
    go.textContent = now ? 'Stop' : 'Measure';
    for (const control of [work, cell, runs]) control.enable(!now);
    for (const { input } of boxes) input.disabled = now;
  }

  function onEvent(event: Event): void {
    switch (event.type) {
      case 'begun':
        chart.begin(event.engines);
        note.textContent = event.withPeers
          ? ''
          : 'This build of the page has no TensorFlow.js: our step is measured alone.';
        return;
      case 'stage':
        chart.stage(event.engine, event.text);
        if (event.text === 'loading') announce(`${nameOf(event.engine)} is next.`);
        return;
      case 'block':
        chart.push(event.engine, event.milliseconds);
        return;
      case 'failed':
        chart.fail(event.engine, event.reason);
        return;
      case 'done':
        setRunning(false);
        chart.end();
        if (event.stopped) note.textContent = '';
        finish(event.result);
    }
  }

  function finish(done: SpeedResult): void {
    result = { ...done, rested: [...rested] };
    copy.disabled = false;
    save.disabled = false;
    const { N, T } = done.work;
    const text = sentence(done);
    verdict.textContent = text;
    verdict.hidden = text === '';
    table.replaceChildren(tableOf(done));
    table.hidden = false;
    announce(text === '' ? 'Measured.' : text);
    machine.textContent = `${done.adapter}${done.software && !/software/i.test(done.adapter) ? ' (software adapter)' : ''} · ${N} sequences of ${T} steps`;
  }

  const json = (): string => `${JSON.stringify(result, null, 2)}\n`;

  async function copyResult(): Promise<void> {
    try {
      await navigator.clipboard.writeText(json());
      copy.textContent = 'Copied';
      announce('The result is copied.');
      setTimeout(() => {
        copy.textContent = 'Copy the result as JSON';
      }, 1500);
    } catch {
      say('info', 'The browser did not let the page copy: download the result instead.');
    }
  }

  return {
    show() {},
    hide() {},
    settings(): Settings {
      const peers = chosen();
      return {
        ...(work.value !== defaults.work && { work: work.value }),
        ...(cell.value !== defaults.cell && { cell: cell.value }),
        ...(runs.value !== defaults.runs && { runs: runs.value }),
        ...(peers.length < PEERS.length && { peers: peers.join('.') || 'none' }),
      };
    },
    apply(settings) {
      const known = sizes.some(({ name }) => name === settings.work);
      work.set(known ? String(settings.work) : defaults.work);
      const cells: readonly unknown[] = ['lstm', 'gru', 'rnn'];
      cell.set(cells.includes(settings.cell) ? (settings.cell as CellName) : defaults.cell);
      const blocks = Number(settings.runs) > 0 ? Math.round(Number(settings.runs)) : defaults.runs;
      runs.set(Math.min(40, Math.max(3, blocks)));
      const wanted = String(settings.peers ?? PEERS.join('.')).split('.');
      for (const { peer, input } of boxes) input.checked = wanted.includes(peer);
      describe();
    },
  };
}

function peerName(peer: Peer): string {
  return { webgpu: 'WebGPU', webgl: 'WebGL', wasm: 'WebAssembly' }[peer];
}
