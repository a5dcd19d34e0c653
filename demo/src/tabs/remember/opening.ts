// Models of the writing tab on their way into this one: asked for, here, laid open, or not to be had.
import { say } from '../../kit.ts';
import type { HandedModel } from '../../types.ts';

export interface Opening {
  /** The model that is looked into. */
  readonly model: HandedModel | undefined;
  /** What the model is called that has been asked for and is not laid open yet. */
  readonly coming: string | undefined;
  /** Asks for a model; one that does not come, or does not do, leaves the one there is. */
  ask(model: Promise<HandedModel>, name?: string): void;
  /** Asks once more for what was asked for last, or is looked into; false where there is neither. */
  askAgain(): boolean;
  /** What was asked for is laid open. */
  done(): void;
  /** What was asked for does not come. */
  giveUp(): void;
}

export function opening(hooks: {
  /** A model is asked for. */
  onAsk(): void;
  /** It is here and can be laid open; rejects where it does not do. */
  onHere(model: HandedModel): Promise<unknown>;
  onGiveUp(): void;
}): Opening {
  let model: HandedModel | undefined;
  let asked: { coming: Promise<HandedModel>; name: string; here?: HandedModel } | undefined;

  async function ask(coming: Promise<HandedModel>, name = 'the model'): Promise<void> {
    const mine = { coming, name };
    asked = mine;
    hooks.onAsk();
    try {
      const here = await coming;
      if (asked !== mine) return;
      asked = { ...mine, here };
      await hooks.onHere(here);
    } catch (error) {
      say('error', `The model cannot be looked into: ${(error as Error).message}.`);
      if (asked?.coming === coming) giveUp();
    }
  }

  function giveUp(): void {
    asked = undefined;
    hooks.onGiveUp();
  }

  return {
    get model() {
      return model;
    },
    get coming() {
      return asked?.name;
    },
    ask: (coming, name) => void ask(coming, name),
    askAgain() {
      if (asked) void ask(asked.coming, asked.name);
      else if (model) void ask(Promise.resolve(model), model.name);
      else return false;
      return true;
    },
    done() {
      if (!asked?.here) return;
      model = asked.here;
      asked = undefined;
    },
    giveUp,
  };
}
