// Event files, read back by a reader of their own: checksums, versions, tags, steps and values.
import { expect, test } from 'vitest';
import { crc32c, maskedCrc, scalarEvent } from '../../../src/training/callbacks/event_file.ts';
import { memoryStore } from '../../../src/training/callbacks/memory_store.ts';
import { tensorBoard } from '../../../src/training/callbacks/tensor_board.ts';
import { train } from './fake_training.ts';

interface Event {
  seconds?: number;
  step?: number;
  version?: string;
  values: Record<string, number>;
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function eventsOf(file: Uint8Array): Event[] {
  const events: Event[] = [];
  for (let at = 0; at < file.length; ) {
    const length = Number(viewOf(file).getBigUint64(at, true));
    expect(viewOf(file).getUint32(at + 8, true)).toBe(maskedCrc(file.subarray(at, at + 8)));
    const data = file.subarray(at + 12, at + 12 + length);
    expect(viewOf(file).getUint32(at + 12 + length, true)).toBe(maskedCrc(data));
    events.push(eventOf(data));
    at += 16 + length;
  }
  return events;
}

type Field = number | Uint8Array;

/** The fields of a message: numbers, or bytes. */
function fieldsOf(message: Uint8Array): [field: number, value: Field][] {
  const fields: [number, Field][] = [];
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = message[at++];
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  const part = (length: number) => {
    at += length;
    return message.subarray(at - length, at);
  };
  while (at < message.length) {
    const key = varint();
    const kind = key & 7;
    if (kind === 0) fields.push([key >> 3, varint()]);
    else if (kind === 1) fields.push([key >> 3, viewOf(part(8)).getFloat64(0, true)]);
    else if (kind === 5) fields.push([key >> 3, viewOf(part(4)).getFloat32(0, true)]);
    else if (kind === 2) fields.push([key >> 3, part(varint())]);
    else throw new Error(`wire type ${kind}`);
  }
  return fields;
}

function eventOf(message: Uint8Array): Event {
  const event: Event = { values: {} };
  const text = (value: Field) => new TextDecoder().decode(value as Uint8Array);
  for (const [field, value] of fieldsOf(message)) {
    if (field === 1) event.seconds = value as number;
    else if (field === 2) event.step = value as number;
    else if (field === 3) event.version = text(value);
    else if (field === 5) {
      for (const [, entry] of fieldsOf(value as Uint8Array)) {
        const parts = Object.fromEntries(fieldsOf(entry as Uint8Array));
        event.values[text(parts[1])] = parts[2] as number;
      }
    } else throw new Error(`field ${field}`);
  }
  return event;
}

test('the checksum is CRC-32C, masked as TFRecord files have it', () => {
  // Test vectors of RFC 3720, B.4, and of the polynomial's catalogue.
  expect(crc32c(new TextEncoder().encode('123456789'))).toBe(0xe3069283);
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(new Uint8Array(32).fill(255))).toBe(0x62a8ab43);
  const masked = (((0xe3069283 >>> 15) | (0xe3069283 << 17)) + 0xa282ead8) >>> 0;
  expect(maskedCrc(new TextEncoder().encode('123456789'))).toBe(masked);
});

test('epochs in files of training and of validation, with Keras tags', async () => {
  const store = memoryStore();
  const logs = [
    { loss: 0.5, accuracy: 0.25, val_loss: 0.75, val_accuracy: 0.125 },
    { loss: 0.25, accuracy: 0.5 },
  ];
  await train(tensorBoard({ store, logDir: 'runs/1' }), logs, { learningRate: 0.125 });
  const [trained, validated] = [...store.files.keys()];
  expect(trained).toMatch(/^runs\/1\/train\/events\.out\.tfevents\.\d+\.fake\.v2$/);
  expect(validated).toMatch(/^runs\/1\/validation\/events\.out\.tfevents\.\d+\.fake\.v2$/);
  const events = eventsOf(store.files.get(trained)!);
  expect(events[0]).toMatchObject({ version: 'brain.Event:2', values: {} });
  expect(Math.abs(events[0].seconds! - Date.now() / 1000)).toBeLessThan(60);
  expect(events.slice(1).map(({ step, values }) => ({ step, values }))).toEqual([
    { step: 0, values: { epoch_loss: 0.5, epoch_accuracy: 0.25, epoch_learning_rate: 0.125 } },
    { step: 1, values: { epoch_loss: 0.25, epoch_accuracy: 0.5, epoch_learning_rate: 0.125 } },
  ]);
  expect(
    eventsOf(store.files.get(validated)!)
      .slice(1)
      .map(({ step, values }) => ({ step, values })),
  ).toEqual([{ step: 0, values: { epoch_loss: 0.75, epoch_accuracy: 0.125 } }]);
});

test('batches over the updates', async () => {
  const store = memoryStore();
  await train(tensorBoard({ store, updateFreq: 2 }), [{ loss: 3 }, { loss: 2 }], { batches: 5 });
  const [file] = store.files.values();
  const batches = eventsOf(file).filter(({ values }) => 'batch_loss' in values);
  expect(batches.map(({ step, values }) => [step, values.batch_loss])).toEqual([
    [2, 3],
    [4, 3],
    [7, 2],
    [9, 2],
  ]);
});

test('large steps and values that are no numbers are written as they are', () => {
  const [event] = eventsOf(
    scalarEvent(1e9, 5_000_000_000, { a: Number.NaN, b: -0.5, ü: Number.POSITIVE_INFINITY }),
  );
  expect(event).toEqual({
    seconds: 1e9,
    step: 5_000_000_000,
    values: { a: Number.NaN, b: -0.5, ü: Number.POSITIVE_INFINITY },
  });
});
