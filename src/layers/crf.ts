// A layer that tags sequences: a conditional random field over a linear chain.
import type { Builder } from '../core/builder.ts';
import { checkOptions } from '../core/options.ts';
import { expectRank, expectShape, type Tensor } from '../core/tensor.ts';
import { crfDecodeKernel } from '../kernels/crf.ts';
import { maskedTags } from '../kernels/masked_tags.ts';
import { initializer, initializerConfig } from './initializers.ts';
import { defineLayer, type Layer } from './layer.ts';
import type { AppliedLayer } from './plain.ts';

export interface CrfOptions {
  /** How transitions begin; default 'zeros': all sequences of tags are as likely as their scores. */
  transitionsInitializer?: Parameters<typeof initializer>[0];
  name?: string;
  trainable?: boolean;
}

/** What a loss needs to know of a chain. */
export interface Chain {
  /** [T,N,K]: the scores of tags */
  readonly x: Tensor;
  /** [K+2,K] */
  readonly transitions: Tensor;
  /** [T,N] u32, where the sequences have one */
  readonly mask: Tensor | undefined;
}

function chains(b: Builder): Map<Tensor, Chain> {
  return b.once('crf chains', () => new Map());
}

/** The chain that `tags` were decoded from; undefined for tags from elsewhere. */
export function chainOf(b: Builder, tags: Tensor): Chain | undefined {
  return chains(b).get(tags);
}

/**
 * A linear-chain conditional random field, Lafferty et al. 2001: scores of tags x [T,N,K] to the most probable tags [T,N]
 * u32 (Viterbi), for the score of tags y_1..y_T being start(y_1) + Σ x_t(y_t) + Σ transition(y_t, y_t+1) + end(y_T). Train it
 * with the loss 'crf', which is the exact -log P(tags | x); put a dense layer of K units in front.
 *
 *     sequential([..., bidirectional(lstm({ units: 64, returnSequences: true })), dense({ units: 4 }), crf()])
 *
 * Its parameter `transitions` [K+2,K] has a row for each tag gone from, the start in row K and the end in row K+1. Steps
 * that the mask of x leaves out are no part of their sequence; their tag is 0. The mask goes on.
 * @throws ShapeError for another rank than 3.
 */
export function crf(options: CrfOptions = {}): AppliedLayer {
  checkOptions('crf', options, ['name', 'transitionsInitializer', 'trainable']);
  const { name = 'crf', transitionsInitializer = 'zeros', trainable = true } = options;
  const initial = initializer(transitionsInitializer, `${name}/transitionsInitializer`);
  const definition: Layer = {
    name,
    className: 'CRF',
    labelsInput: true,
    trainable,
    build(b: Builder, x: Tensor): Tensor {
      expectRank(x, 3, name, 'scores of tags [N, T, K]');
      const [T, N, K] = x.shape;
      const shape = [K + 2, K];
      const transitions = b.param('transitions', shape, (next) => initial(shape, next));
      const mask = b.maskOf(x);
      if (mask) expectShape(mask, [T, N], `${name}/mask`);
      const decoded = b.activation('tags', [T, N], { dtype: 'u32' });
      const counted = b.scratch('counted', [T, N], 'u32');
      maskedTags(b, { mask, y: counted });
      const best = b.scratch('best', [T, N, K]);
      const came_from = b.scratch('came_from', [T, N, K], 'u32');
      b.peek(() =>
        b.dispatch(
          crfDecodeKernel,
          { x, chain: transitions, tags: counted, best, came_from, decoded },
          { steps: T, batch: N, tag_count: K },
        ),
      );
      b.setMask(decoded, mask);
      chains(b).set(decoded, { x, transitions, mask });
      return decoded;
    },
    getConfig: () => ({
      name,
      trainable: made.trainable ?? trainable,
      transitionsInitializer: initializerConfig(transitionsInitializer, `${name}/transitionsInitializer`),
    }),
  };
  const made = defineLayer(definition);
  return made;
}
