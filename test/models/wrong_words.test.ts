// What comes out of habit from elsewhere, or was put in the wrong place: each is told in words what to write instead.
import { describe, expect, test } from 'vitest';
import * as library from '../../src/index.ts';
import { f64 } from './echo.ts';

// What a user of JavaScript can write, no types ask about.
// biome-ignore lint/suspicious/noExplicitAny: the point of these calls is that they do not fit
const it = library as any;
const { dense, lstm, input, sequential, model } = it;

const x = [
  [[1], [2]],
  [[3], [4]],
];
const y = [[1], [2]];
const small = (compile: object = {}) => {
  const made = sequential([input({ shape: [null, 1] }), lstm({ units: 1 }), dense({ units: 1 })]);
  made.compile({ loss: 'mse', backend: f64(), ...compile });
  return made;
};
const classes = (loss: string) => {
  const made = sequential([input({ shape: [2] }), dense({ units: 3, activation: 'softmax' })]);
  made.compile({ loss, backend: f64() });
  return made;
};
const trained = (made: { fit(...given: unknown[]): unknown }, ...given: unknown[]) => made.fit(...given);
const fitted = (options: object) => trained(small(), x, y, { verbose: 0, ...options });
const from = () => input({ shape: [2], name: 'from' });

const said = async (call: () => unknown): Promise<string> => {
  try {
    await call();
  } catch (error) {
    const { name, message } = error as Error;
    return `${name}: ${message}`;
  }
  return 'nothing';
};

const all = (title: string, cases: readonly (readonly [string, () => unknown, string])[]) =>
  describe(title, () => {
    test.each(cases)('%s', async (_, call, words) => {
      const message = await said(call);
      expect(message).toContain(words);
      expect(message).toMatch(/^(Option|Shape|Data|Format)Error: /);
    });
  });

all('options that are no object', [
  ['dense(10)', () => dense(10), 'dense({ units: 10 }); got 10'],
  ['conv1D(3)', () => it.conv1D(3), 'conv1D({ filters: 3 }); got 3'],
  ['multiHeadAttention(2)', () => it.multiHeadAttention(2), 'multiHeadAttention({ numHeads: 2 })'],
  ['dot([1, 2])', () => it.dot([1, 2]), 'dot({ axes: [1,2] }); got an array'],
  ['lstmCell(4)', () => it.lstmCell(4), 'lstmCell({ units: 4 }); got 4'],
  ['zeroPadding1D(2)', () => it.zeroPadding1D(2), 'zeroPadding1D({ padding: 2 }); got 2'],
  ['cropping1D([1, 1])', () => it.cropping1D([1, 1]), 'cropping1D({ cropping: [1,1] }); got an array'],
  ['maxPooling1D(2)', () => it.maxPooling1D(2), 'maxPooling1D({ poolSize: 2 }); got 2'],
  ["activation('relu')", () => it.activation('relu'), 'activation({ activation: "relu" }); got "relu"'],
  ["earlyStopping('loss')", () => it.earlyStopping('loss'), 'earlyStopping({ monitor: "loss" })'],
  ["csvLogger('a.csv')", () => it.csvLogger('a.csv'), 'csvLogger({ filename: "a.csv" })'],
  ["modelCheckpoint('a')", () => it.modelCheckpoint('a'), 'modelCheckpoint({ filepath: "a" })'],
  ["compile('adam', 'mse')", () => small().compile('adam', 'mse'), '{ optimizer: "adam" }; got "adam"'],
  ['zeros(1)', () => it.initializers.zeros(1), '[zeros] takes no options, got 1'],
  ['add([a, b])', () => it.add([from(), from()]), ': add(), and is then applied: layer([a, b])'],
  ['add()(a, b)', () => it.add()(from(), from()), '[add] takes several tensors as one array, layer([a, b])'],
  ['model(a, b)', () => model(from(), from()), 'model({ inputs: x, outputs: y })'],
  ['predict(x, y)', () => small().predict(x, Array(99).fill(y)), '{ batchSize: ... }; got an array'],
]);

all('layers and tensors', [
  [
    'layers one by one',
    () => sequential(lstm({ units: 1 }), dense({ units: 1 })),
    'takes an array of layers',
  ],
  ['a layer not made', () => sequential([lstm]), 'layer 0 must be a layer, got a function (call it: lstm())'],
  [
    'the options of an input',
    () => sequential([{ shape: [2] }]),
    'got an object; input({ shape }) makes one',
  ],
  [
    'two inputs in a row',
    () => sequential([from(), from()]),
    'a symbolic tensor; an input stands first, once',
  ],
  [
    'a layer that was applied',
    () => sequential([dense({ units: 1 })(from())]),
    'layers of a row are not applied, model({ inputs, outputs })',
  ],
  ['an array within', () => sequential([[dense({ units: 1 })]]), 'got an array; spread it: ...layers'],
  ['a name', () => sequential(['lstm']), 'a layer is what its function makes, such as lstm({ units: 8 })'],
  ['a number as a name', () => dense({ units: 1, name: 5 }), '[Dense/name] must be a text without "/"'],
  [
    'a layer as an output',
    () => model({ inputs: from(), outputs: dense({ units: 1 }) }),
    'got a layer (dense); apply it to a tensor: dense(x)',
  ],
  ['data for a tensor', () => dense({ units: 1 })([[1, 2]]), 'data are given to fit and predict'],
  ['add()', () => small().add(dense({ units: 1 })), '[sequential] has no add(): a model is made whole'],
  ['pop()', () => small().pop(), '[sequential] has no pop()'],
  ['an activation not made', () => lstm({ units: 1, activation: it.reLU }), 'by its name, in quotes'],
  [
    'a text for a flag',
    () => lstm({ units: 1, returnSequences: 'false' }),
    'must be true or false, got "false"',
  ],
  [
    'a layer that returns nothing',
    () => sequential([from(), it.defineLayer({ name: 'mine', build() {} })]).summary(),
    '[mine] its build(b, ...inputs) must return a tensor, or an array of them, got undefined',
  ],
  [
    'a class in other letters',
    () => it.layerFromConfig({ className: 'Lstm', config: {} }),
    'did you mean LSTM?',
  ],
  [
    'a class without options',
    () => it.layerFromConfig('LSTM'),
    '[layerFromConfig] takes { className, config }',
  ],
  ['a layer nobody has', () => small().getLayer('dens'), 'there are lstm, dense; did you mean dense?'],
  ['no flag', () => dense({ units: 1, trainable: 0 }), '[dense/trainable] must be true or false, got 0'],
  ['print it where?', () => small().summary(console.log), 'takes an object of options (print)'],
  [
    'print it with what?',
    () => small().summary({ print: 3 }),
    'must be a function, such as console.log, got 3',
  ],
]);

all('compile', [
  ['an optimizer not made', () => small({ optimizer: it.adam }), 'got a function (call it: adam())'],
  ['a loss not made', () => small({ loss: it.huber }), 'call it: huber()'],
  ['a metric not made', () => small({ metrics: it.metrics.binaryAccuracy }), 'call it: binaryAccuracy()'],
  ['a number', () => small({ loss: 3 }), '[sequential/loss] takes the name of a loss, or one such as'],
  [
    'an output nobody has',
    () => small({ loss: { dens: 'mse' } }),
    'the outputs are dense; did you mean dense?',
  ],
  ['a layer for a loss', () => small({ loss: dense({ units: 1 }) }), 'takes losses, got a layer (dense)'],
  [
    'a schedule not made',
    () => trained(small({ optimizer: it.adam({ learningRate: it.exponentialDecay }) }), x, y, { verbose: 0 }),
    'exponentialDecay({ initialLearningRate: 0 })',
  ],
  ['a seed', () => small({ seed: 'a' }), '[seed] must be an integer from 0 to 2^53, got "a"'],
]);

class Stops {
  onEpochend() {}
}

all('fit', [
  [
    'a misspelt event',
    () => fitted({ callbacks: { onEpochend() {} } }),
    'no onEpochend; did you mean onEpochEnd?',
  ],
  ['one of a class', () => fitted({ callbacks: [new Stops()] }), 'did you mean onEpochEnd?'],
  ['as Python writes it', () => fitted({ callbacks: { on_epoch_end() {} } }), 'did you mean onEpochEnd?'],
  ["Keras' longer name", () => fitted({ callbacks: { onTrainBatchEnd() {} } }), 'and no onTrainBatchEnd'],
  ['no function', () => fitted({ callbacks: { onEpochEnd: 5 } }), 'onEpochEnd must be a function, got 5'],
  ['options of a callback', () => fitted({ callbacks: { monitor: 'loss' } }), 'got one with monitor'],
  ['a callback not made', () => fitted({ callbacks: it.earlyStopping }), 'call it: earlyStopping()'],
  ['a part for data', () => fitted({ validationData: 0.2 }), 'validationSplit takes a part'],
  ['a dataset', () => trained(small(), () => [{ x, y }], {}), 'for datasets there is fitDataset'],
  ['arrays for a dataset', () => small().fitDataset(x, y), 'for arrays there is fit(x, y)'],
  [
    'a batch size for a dataset',
    () => small().fitDataset([{ x, y }], { batchSize: 2 }),
    'takes no batchSize: the batches of the dataset decide it',
  ],
  ['arrays in an array', () => small().fitDataset([[...x, ...x], y]), 'arrays of samples go to fit(x, y)'],
  ['a batch by other names', () => small().fitDataset([{ inputs: x }]), 'got an object with inputs'],
  [
    'one-hot rows for labels',
    () => trained(classes('sparseCategoricalCrossentropy'), [[1, 2]], [[0, 1, 0]]),
    'one-hot rows are for categoricalCrossentropy',
  ],
  [
    'labels for one-hot rows',
    () => trained(classes('categoricalCrossentropy'), [[1, 2]], [1]),
    'labels are for sparseCategoricalCrossentropy',
  ],
  ['epochs of one batch', () => small().trainOnBatch(x, y, { epochs: 3 }), 'has no option epochs'],
  ['a batch size of all', () => small().predictOnBatch(x, { batchSize: 3 }), 'has no option batchSize'],
  ['rows without their number', () => it.oneHot([0, 1]), 'oneHot(labels, 10); got undefined'],
]);
