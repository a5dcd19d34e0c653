// Forecast: a series is forecast by networks with several seeds, beside the naive forecast, and the training is diagnosed.
import './forecast.css';
import { openJob } from '../../job.ts';
import { announce, h, say } from '../../kit.ts';
import { modelsPanel } from '../../models_panel.ts';
import type { Banner, JobHandle, MountedTab, Tab, TabContext } from '../../types.ts';
import { board } from './board.ts';
import type { Command, Curves, Event, NetworkNote, RunSettings, WorkEvent } from './messages.ts';
import { networksPanel, type Phase } from './networks_panel.ts';
import { seriesPanel } from './series_panel.ts';
import {
  type Chosen,
  readSettings,
  sameSettings,
  standard,
  usuallyRelative,
  withPreset,
  writeSettings,
} from './settings.ts';

export const tab: Tab = {
  id: 'forecast',
  title: 'Forecast a series',
  lead: 'Several networks, each from a seed of its own, learn the first part of a series and forecast the rest. Beside them stands the naive forecast, which an honest chart always shows, and a diagnosis of how they learned.',
  mount: (host, context) => mount(host, context),
};

interface Opening {
  readonly bytes: Uint8Array;
  resolve(): void;
  reject(error: Error): void;
}

/** The network of least validation loss, or the one that was opened, as a file. */
interface Best {
  readonly bytes: Uint8Array;
  readonly validationLoss: number;
  /** In words, such as `run 2 of 3`. */
  readonly from: string;
}

function mount(host: HTMLElement, context: TabContext): MountedTab {
  let chosen: Chosen = { ...standard };
  let phase: Phase = 'new';
  /** Of the training or preview that was asked for last; what the job says of others comes too late. */
  let number = 0;
  let files = 0;
  let job: JobHandle<Command> | undefined;
  let shown = false;
  let waiting: ReturnType<typeof setTimeout> | undefined;
  let verdict = '';
  /** Says that a file is wanted, until one comes. */
  let fileWanted: Banner | undefined;
  let best: Best | undefined;
  /** What the file says whose network is shown, until another one is made. */
  let opened: NetworkNote | undefined;
  /** Files that the job has not yet said anything of, by their numbers. */
  const openings = new Map<number, Opening>();
  let curves: Curves[] = [];
  let done = 0;
  const saved: { resolve(bytes: Uint8Array | undefined): void; reject(error: Error): void }[] = [];

  const series = seriesPanel({
    onSeries(value) {
      chosen.series = value;
      if (!opened) {
        chosen.relative = usuallyRelative(value);
        if (value === 'season') chosen.window = 24;
      }
      changed();
    },
    onFile() {
      fileWanted?.close();
      chosen.series = 'file';
      if (!opened) chosen.relative = usuallyRelative('file');
      else if (opened.column !== undefined) series.choose(opened.column);
      changed();
    },
    onColumn: () => changed(),
  });
  const networks = networksPanel({
    onChange(change) {
      Object.assign(chosen, change);
      changed();
    },
    onPreset(name) {
      chosen = withPreset(chosen, name);
      changed();
    },
    onPress: () => press(),
    onStop: () => job?.send({ type: 'stop' }),
  });
  const chart = board();
  const models = modelsPanel({
    tab: 'forecast',
    bytes: () =>
      new Promise((resolve, reject) => {
        const none = phase === 'new' && !opened;
        if (best || none || !job || job.lost) return resolve(best?.bytes);
        saved.push({ resolve, reject });
        job.send({ type: 'save' });
      }),
    meta: () => ({
      note: [series.nameOf(chosen.series), `${chosen.units} units`, best?.from, verdict]
        .filter(Boolean)
        .join(', '),
      settings: writeSettings(chosen),
    }),
    onOpen: (bytes) =>
      new Promise<void>((resolve, reject) => {
        const asked = ++files;
        openings.set(asked, { bytes, resolve, reject });
        open().send({ type: 'open', number: asked, bytes });
      }),
  });

  host.append(
    h(
      'div',
      { class: 'columns forecast' },
      h('div', { class: 'stack' }, series.element, networks.element),
      h('div', { class: 'stack' }, chart.element, models.element),
    ),
  );
  dress();

  function settings(): RunSettings {
    const { file } = series;
    if (chosen.series !== 'file' || !file) return chosen;
    return { ...chosen, values: file.column.values, file: file.name, column: file.column.name };
  }

  function dress(): void {
    series.set(chosen.series);
    networks.show(chosen, phase, job?.lost ?? false);
  }

  /** What was trained belongs to another task; a network out of a file stays. */
  function forget(): void {
    number++;
    phase = 'new';
    verdict = '';
    curves = [];
    done = 0;
    if (!opened) best = undefined;
    for (const stat of Object.values(networks.stats)) stat.set('–');
    dress();
  }

  /** A control was moved. */
  function changed(): void {
    forget();
    context.changed();
    preview();
  }

  function preview(): void {
    if (!job) return;
    // Sliders speak often; the series is cut when they rest.
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      if (phase !== 'new') return;
      chart.clear();
      job?.send({ type: 'preview', number, settings: settings() });
    }, 120);
  }

  function open(): JobHandle<Command> {
    job ??= openJob<Command, Event>('forecast', {
      onEvent: hear,
      onReady: (_, restarted) => {
        if (restarted) goOn();
        dress();
      },
      onLost: () => {
        dress();
        for (const { resolve } of saved.splice(0)) resolve(undefined);
        for (const { reject } of openings.values()) reject(new Error('the device is gone'));
        openings.clear();
      },
      onError: () => {
        phase = 'new';
        dress();
      },
    });
    return job;
  }

  /** After a restart: what was trained goes on, what was opened is opened again, what is done stays as it is. */
  function goOn(): void {
    if (phase === 'training' || phase === 'paused') {
      const soFar = { done, curves, best: best?.validationLoss ?? Infinity, paused: phase === 'paused' };
      job!.send({ type: 'train', number, settings: settings(), soFar });
    } else if (opened && best) job!.send({ type: 'open', number: ++files, bytes: best.bytes });
    else if (phase === 'new') preview();
  }

  function press(): void {
    open();
    if (phase === 'training') job!.send({ type: 'pause' });
    else if (phase === 'paused') job!.send({ type: 'resume' });
    else {
      clearTimeout(waiting);
      opened = undefined;
      forget();
      phase = 'training';
      dress();
      chart.clear();
      job!.send({ type: 'train', number, settings: settings() });
    }
  }

  function hear(event: Event): void {
    switch (event.type) {
      case 'opened':
        take(event.note, openings.get(event.number));
        openings.delete(event.number);
        return;
      case 'refused':
        openings.get(event.number)?.reject(new Error(event.message));
        openings.delete(event.number);
        return;
      case 'saved':
        for (const { resolve, reject } of saved.splice(0)) {
          if (event.failed === undefined) resolve(event.bytes);
          else reject(new Error(event.failed));
        }
        return;
      default:
        if (event.number === number) hearWork(event);
    }
  }

  function hearWork(event: WorkEvent): void {
    chart.hear(event);
    switch (event.type) {
      case 'epoch': {
        const { run, epoch, milliseconds } = event;
        curves[run] ??= { loss: [], val_loss: [] };
        curves[run].loss[epoch] = event.loss;
        curves[run].val_loss[epoch] = event.validationLoss;
        networks.stats.run.set(`${run + 1} of ${chosen.runs}`);
        networks.stats.epoch.set(String(epoch + 1));
        networks.stats.pace.set(milliseconds.toFixed(milliseconds < 10 ? 1 : 0));
        return;
      }
      case 'ran': {
        const { run, bytes, validationLoss } = event;
        done = run + 1;
        if (bytes) best = { bytes, validationLoss, from: `the best of ${chosen.runs}: run ${run + 1}` };
        return;
      }
      case 'state':
        phase = event.state;
        dress();
        if (phase === 'done')
          announce(
            event.why === 'opened' ? 'Forecast.' : `Trained. ${verdict && `The verdict: ${verdict}.`}`,
          );
        return;
      case 'verdict':
        verdict = event.verdict;
    }
  }

  /** A network is there out of a file: its windows, and its series where that can be had. */
  function take(note: NetworkNote, opening: Opening | undefined): void {
    if (opening) best = { bytes: opening.bytes, validationLoss: Number.NaN, from: 'opened' };
    opened = note;
    const { window, horizon, relative, units, length } = note;
    chosen = { ...chosen, window, horizon, relative, ...(units > 0 && { units }) };
    if (note.series !== 'file') chosen = { ...chosen, series: note.series, length };
    else if (note.column !== undefined && series.choose(note.column)) chosen.series = 'file';
    else if (note.column !== undefined)
      fileWanted = say(
        'info',
        `This network learned the column “${note.column}” of “${note.file}”. Drop that file, or any other series: it is forecast at once.`,
      );
    opening?.resolve();
    changed();
  }

  return {
    show() {
      open();
      if (!shown) preview();
      shown = true;
      models.refresh();
    },
    hide() {},
    settings: () => writeSettings(chosen),
    apply(given) {
      const wanted = readSettings(given);
      if (wanted.series === 'file' && !series.file) {
        wanted.series = standard.series;
        fileWanted = say(
          'info',
          'This link is of a run on a file, which a link does not carry. Drop that file, or another one, to go on with it.',
        );
      }
      // Whoever comes back to where a run is finds it as it is.
      if (sameSettings(wanted, chosen)) return;
      chosen = wanted;
      forget();
      preview();
    },
  };
}
