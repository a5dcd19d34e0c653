// Save, download, open and remove models; the same in every tab.

import { originOf } from './file_origin.ts';
import { announce, button, dropZone, h, panel, say, uniqueId } from './kit.ts';
import { asker } from './question.ts';
import { download, listModels, onModelsElsewhere, openModel, removeModel, saveModel } from './store.ts';
import { inBytes } from './troubles.ts';
import type { Banner, ModelsPanelOptions, SavedModel } from './types.ts';
import { settled } from './unsaved.ts';

const none = 'There is no model yet: train one first.';

/** A panel for the models of one tab; `refresh` reads the list anew. */
export function modelsPanel(options: ModelsPanelOptions): { element: HTMLElement; refresh(): void } {
  const list = h('ul', { class: 'models' });
  const id = uniqueId('name');
  const name = h('input', { type: 'text', id, maxlength: 60, placeholder: options.tab, autocomplete: 'off' });
  const chosenName = (): string => name.value.trim() || options.tab;
  const naming = h('div', { class: 'row end' });
  const ask = asker();
  /** What was said last, which the next attempt makes old. */
  let told: Banner | undefined;

  /** Runs what a button does; what fails is said. */
  const attempt = async (what: string, action: () => Promise<unknown>): Promise<void> => {
    told?.close();
    try {
      await action();
    } catch (error) {
      told = say('error', `${what}: ${(error as Error).message}`);
    }
  };
  /** Hands a file to the tab; one of another tab is told as that. */
  const take: ModelsPanelOptions['onOpen'] = async (bytes, file, meta) => {
    try {
      await options.onOpen(bytes, file, meta);
    } catch (error) {
      const origin = originOf(bytes);
      if (!origin || origin.tab === options.tab) throw error;
      throw new Error(`it is a model of the tab ${origin.words}. Open it there.`);
    }
    settled(options.tab);
    announce(`Opened ${file}.`);
  };
  const withBytes = (what: string, use: (bytes: Uint8Array) => unknown): Promise<void> =>
    attempt(what, async () => {
      const bytes = await options.bytes();
      if (bytes) await use(bytes);
      else told = say('info', none);
    });
  const save = (): Promise<void> =>
    withBytes('The model was not saved', async (bytes) => {
      const [chosen, meta] = [chosenName(), { tab: options.tab, ...options.meta() }];
      const kept = (await listModels(options.tab)).some((model) => model.name === chosen);
      if (kept && !(await ask(naming, `A model “${chosen}” is kept already.`, 'Replace it', 'Keep that one')))
        return;
      await saveModel(chosen, bytes, meta);
      settled(options.tab);
      announce(`Saved as ${chosen}.`);
      await refresh();
    });
  const open = (model: SavedModel): Promise<void> =>
    attempt(`“${model.name}” was not opened`, async () => {
      const kept = await openModel(options.tab, model.name).catch(async (error: Error) => {
        // Another page may have deleted it.
        await refresh();
        throw error;
      });
      await take(kept.bytes, model.name, kept.meta);
    });

  const row = (model: SavedModel): HTMLElement => {
    const item = h('li', null);
    const remove = (): Promise<void> =>
      attempt('The model was not deleted', async () => {
        if (!(await ask(item, `“${model.name}” will be gone for good.`, 'Delete it', 'Keep it'))) return;
        await removeModel(options.tab, model.name);
        announce(`Deleted ${model.name}.`);
        await refresh();
      });
    item.append(
      h(
        'div',
        { class: 'model-text' },
        h('strong', null, model.name),
        h(
          'span',
          { class: 'hint' },
          `${model.note} · ${inBytes(model.bytes)} · ${new Date(model.time).toLocaleString()}`,
        ),
      ),
      h(
        'div',
        { class: 'row' },
        labelled(
          button('Open', () => open(model)),
          `Open ${model.name}`,
        ),
        labelled(
          button('Download', () =>
            attempt('The model was not downloaded', async () =>
              download(`${model.name}.safetensors`, (await openModel(options.tab, model.name)).bytes),
            ),
          ),
          `Download ${model.name}`,
        ),
        labelled(button('Delete', remove, { kind: 'danger' }), `Delete ${model.name}`),
      ),
    );
    return item;
  };
  const refresh = async (): Promise<void> => {
    const models = await listModels(options.tab).catch(() => []);
    list.replaceChildren(...models.map(row));
    list.hidden = models.length === 0;
  };
  refresh();
  onModelsElsewhere((tab) => tab === options.tab && refresh());
  window.addEventListener('job:kept', (event) => {
    if (told?.open && told.text === none && (event as CustomEvent).detail === options.tab) told.close();
  });

  naming.append(
    h('div', { class: 'field' }, h('label', { for: id }, 'Name'), name),
    button('Save in this browser', save),
    button('Download', () =>
      withBytes('The model was not downloaded', (bytes) => {
        download(`${chosenName()}.safetensors`, bytes);
        settled(options.tab);
      }),
    ),
  );
  const element = panel(
    'Keep the model',
    naming,
    dropZone({
      label: 'Open a model file',
      accept: '.safetensors',
      maxBytes: 512e6,
      onBytes: (bytes, file) => {
        attempt(`“${file}” was not opened`, async () =>
          take(bytes, file.replace(/\.safetensors$/, ''), undefined),
        );
      },
    }),
    list,
  );
  return { element, refresh: () => void refresh() };
}

function labelled(element: HTMLButtonElement, label: string): HTMLButtonElement {
  element.setAttribute('aria-label', label);
  return element;
}
