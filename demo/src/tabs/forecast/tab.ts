// Forecast: a series is forecast by networks with several seeds, beside the naive forecast, and the training is diagnosed.
import './forecast.css';
import { openJob } from '../../job.ts';
import {
  announce,
  button,
  dropZone,
  h,
  numberField,
  panel,
  say,
  segmented,
  select,
  slider,
  stat,
  uniqueId,
} from '../../kit.ts';
import { modelsPanel } from '../../models_panel.ts';
import type { Choice, Control, JobHandle, MountedTab, Settings, Tab, TabContext } from '../../types.ts';
import { board } from './board.ts';
import { type Column, numericColumns } from './csv.ts';
import type { Command, Event, RunSettings } from './messages.ts';
import { seriesNames, seriesNotes } from './series.ts';
import {
  type Chosen,
  numbersOf,
  type PresetName,
  presetNames,
  readSettings,
  standard,
  withPreset,
  writeSettings,
} from './settings.ts';

export const tab: Tab = {
  id: 'forecast',
  title: 'Forecast a series',
  lead: 'Several networks, each from a seed of its own, learn the first part of a series and forecast the rest. Beside them stands the naive forecast, which an honest chart always shows, and a diagnosis of how they learned.',
  mount: (host, context) => mount(host, context),
};

function mount(host: HTMLElement, context: TabContext): MountedTab {
  let chosen: Chosen = { ...standard };
  let columns: Column[] = [];
  let fileName = '';
  let state: 'new' | 'training' | 'paused' | 'done' = 'new';
  let job: JobHandle<Command> | undefined;
  let shown = false;
  let waiting: ReturnType<typeof setTimeout> | undefined;
  let verdict = '';
  const saved: ((bytes: Uint8Array | undefined) => void)[] = [];

  const settings = (): RunSettings => {
    const column = columns.find(({ name }) => name === columnControl?.value) ?? columns[0];
    return { ...chosen, ...(chosen.series === 'file' && column && { values: column.values }) };
  };

  // The series.
  const sources = select<Chosen['series']>({
    label: 'Series',
    value: chosen.series,
    options: Object.entries(seriesNames).map(
      ([value, label]) => ({ value, label }) as Choice<Chosen['series']>,
    ),
    onChange: (value) => {
      chosen.series = value;
      chosen.relative = value !== 'sine';
      if (value === 'season') chosen.window = 24;
      changed();
    },
  });
  const note = h('p', { class: 'hint' });
  const columnPlace = h('div');
  let columnControl: Control<string> | undefined;
  const drop = dropZone({
    label: 'A series of your own (CSV)',
    accept: '.csv,.tsv,.txt,text/csv,text/plain',
    onText: takeFile,
  });

  // The task and the network.
  const presetId = uniqueId('preset');
  const preset = h(
    'div',
    { class: 'field', role: 'group', 'aria-labelledby': presetId },
    h('span', { id: presetId, class: 'hint' }, 'Show me a'),
    h(
      'div',
      { class: 'row' },
      Object.entries(presetNames).map(([name, label]) =>
        button(label, () => {
          chosen = withPreset(chosen, name as PresetName);
          changed();
        }),
      ),
    ),
  );
  const numbers = numbersOf(
    (name, value) => {
      chosen[name] = value;
      changed();
    },
    { slider, numberField },
  );
  const relative = segmented<'values' | 'changes'>({
    label: 'The network forecasts',
    value: 'values',
    options: [
      { value: 'values', label: 'The value' },
      { value: 'changes', label: 'The change' },
    ],
    onChange: (value) => {
      chosen.relative = value === 'changes';
      changed();
    },
  });
  const begin = button('Train', toggle, { kind: 'primary' });
  const stop = button('Stop', () => job?.send({ type: 'stop' }));
  const stats = { run: stat('run'), epoch: stat('epoch'), pace: stat('ms per epoch') };
  const chart = board();
  const models = modelsPanel({
    tab: 'forecast',
    bytes: () =>
      new Promise((resolve) => {
        if (!job) return resolve(undefined);
        saved.push(resolve);
        job.send({ type: 'save' });
      }),
    meta: () => ({
      note: `${nameOf(chosen.series)}, ${chosen.units} units, ${verdict || 'not judged'}`,
      settings: current(),
    }),
    onOpen: (bytes) => {
      open();
      job!.send({ type: 'open', bytes, settings: settings() });
    },
  });

  host.append(
    h(
      'div',
      { class: 'columns forecast' },
      h(
        'div',
        { class: 'stack' },
        panel('The series', sources.element, note, columnPlace, drop),
        panel(
          'The networks',
          preset,
          relative.element,
          numbers.window.element,
          numbers.horizon.element,
          numbers.runs.element,
          h(
            'div',
            { class: 'fields' },
            numbers.units.element,
            numbers.epochs.element,
            numbers.learningRate.element,
            numbers.patience.element,
            numbers.length.element,
            numbers.seed.element,
          ),
          h('div', { class: 'row' }, begin, stop),
          h('div', { class: 'stats' }, stats.run.element, stats.epoch.element, stats.pace.element),
        ),
      ),
      h('div', { class: 'stack' }, chart.element, models.element),
    ),
  );
  dress();

  function nameOf(series: Chosen['series']): string {
    return series === 'file' ? fileName : seriesNames[series];
  }

  function dress(): void {
    sources.set(chosen.series);
    note.textContent =
      chosen.series === 'file'
        ? `“${fileName}”, ${settings().values?.length.toLocaleString('en') ?? 0} values.`
        : seriesNotes[chosen.series];
    for (const [name, control] of Object.entries(numbers)) control.set(chosen[name as keyof typeof numbers]);
    relative.set(chosen.relative ? 'changes' : 'values');
    numbers.length.enable(chosen.series !== 'file');
    begin.textContent = { new: 'Train', training: 'Pause', paused: 'Go on', done: 'Train anew' }[state];
    stop.disabled = state !== 'training' && state !== 'paused';
  }

  /** A control was moved: what was trained belongs to another task. */
  function changed(): void {
    state = 'new';
    dress();
    context.changed();
    preview();
  }

  function preview(): void {
    if (!job) return;
    // Sliders speak often; the series is cut when they rest.
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      if (state !== 'new') return;
      chart.clear();
      job?.send({ type: 'preview', settings: settings() });
    }, 120);
  }

  function takeFile(text: string, name: string): void {
    try {
      columns = numericColumns(text);
    } catch (error) {
      say('error', `“${name}”: ${(error as Error).message}`);
      return;
    }
    fileName = name;
    chosen.series = 'file';
    chosen.relative = true;
    if (sources.element.querySelector('option[value="file"]') === null) {
      sources.element.querySelector('select')!.append(h('option', { value: 'file' }, 'Your file'));
    }
    columnControl = select({
      label: 'Column',
      value: columns[columns.length - 1].name,
      options: columns.map((column) => ({ value: column.name, label: column.name })),
      onChange: () => changed(),
    });
    columnPlace.replaceChildren(columnControl.element);
    announce(`${name}: ${columns.length} columns of numbers.`);
    changed();
  }

  function open(): void {
    job ??= openJob<Command, Event>('forecast', {
      onEvent: hear,
      onReady: (_, restarted) => {
        if (restarted) job!.send({ type: state === 'training' ? 'train' : 'preview', settings: settings() });
      },
      onLost: () => {
        for (const resolve of saved.splice(0)) resolve(undefined);
      },
      onError: () => {
        state = 'new';
        dress();
        return false;
      },
    });
  }

  function toggle(): void {
    open();
    if (state === 'training') job!.send({ type: 'pause' });
    else if (state === 'paused') job!.send({ type: 'resume' });
    else {
      clearTimeout(waiting);
      state = 'training';
      verdict = '';
      dress();
      chart.clear();
      job!.send({ type: 'train', settings: settings() });
    }
  }

  function hear(event: Event): void {
    chart.hear(event);
    switch (event.type) {
      case 'epoch':
        stats.run.set(`${event.run + 1} of ${chosen.runs}`);
        stats.epoch.set(String(event.epoch + 1));
        stats.pace.set(event.milliseconds.toFixed(event.milliseconds < 10 ? 1 : 0));
        return;
      case 'state':
        // What a run says that was ended by a change of the settings comes too late.
        if (state === 'new' && event.why !== 'opened') return;
        state = event.state;
        dress();
        if (state === 'done') announce(`Trained. ${verdict ? `The verdict: ${verdict}.` : ''}`);
        return;
      case 'verdict':
        verdict = event.verdict;
        return;
      case 'saved':
        for (const resolve of saved.splice(0)) resolve(event.bytes);
    }
  }

  function current(): Settings {
    return writeSettings(chosen);
  }

  return {
    show() {
      open();
      if (!shown) preview();
      shown = true;
      models.refresh();
    },
    hide() {},
    settings: current,
    apply(given) {
      chosen = readSettings(given);
      if (chosen.series === 'file' && columns.length === 0) chosen.series = standard.series;
      state = 'new';
      dress();
      preview();
    },
  };
}
