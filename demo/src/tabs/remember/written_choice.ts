// Which model of the writing tab is looked into: those that are kept in the browser, or a file.
import { button, dropZone, h, say } from '../../kit.ts';
import { listModels, openModel } from '../../store.ts';
import type { HandedModel, SavedModel } from '../../types.ts';

export interface WrittenChoice {
  readonly element: HTMLElement;
  /** Reads the list anew, and names the model that is looked into. */
  refresh(current: string | undefined): void;
}

export function writtenChoice(onOpen: (model: HandedModel) => void): WrittenChoice {
  const open = h('strong');
  const now = h('p', { class: 'hint' }, 'Now open: ', open);
  const list = h('ul', { class: 'models' });
  const none = h('p', { class: 'hint' }, 'None is saved in this browser yet.');

  /** Parts of a folder of the command line: its weights and its model.json, in either order. */
  let weights: HandedModel | undefined;
  let record: string | undefined;

  const receive = (bytes: Uint8Array, file: string): void => {
    if (!file.endsWith('.json')) {
      weights = { name: file.replace(/\.safetensors$/, ''), bytes, record };
      onOpen(weights);
      return;
    }
    record = new TextDecoder().decode(bytes);
    if (weights) onOpen({ ...weights, record });
    else say('info', `${file} tells what the model is made of. Now its weights.safetensors.`);
  };
  const take = async ({ name }: SavedModel): Promise<void> => {
    try {
      onOpen({ name, bytes: (await openModel('write', name)).bytes });
    } catch (error) {
      say('error', `“${name}” was not opened: ${(error as Error).message}`);
    }
  };
  const row = (model: SavedModel): HTMLElement => {
    const look = button('Look inside', () => void take(model));
    look.setAttribute('aria-label', `Look inside ${model.name}`);
    return h(
      'li',
      null,
      h(
        'div',
        { class: 'model-text' },
        h('strong', null, model.name),
        h('span', { class: 'hint' }, model.note),
      ),
      look,
    );
  };
  return {
    element: h(
      'div',
      { class: 'stack tight' },
      now,
      h('p', { class: 'hint' }, 'Saved in the tab Write:'),
      list,
      none,
      dropZone({
        label: 'Look into a model file',
        accept: '.safetensors,.json',
        maxBytes: 512e6,
        onBytes: receive,
      }),
      h(
        'p',
        { class: 'hint' },
        'Of a model that the command line trained: weights.safetensors and model.json, one after the other.',
      ),
    ),
    refresh(current) {
      open.textContent = current ?? '';
      now.hidden = current === undefined;
      void listModels('write')
        .catch(() => [])
        .then((models) => {
          list.replaceChildren(...models.map(row));
          list.hidden = models.length === 0;
          none.hidden = models.length > 0;
        });
    },
  };
}
