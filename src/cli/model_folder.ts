// Model folders on disk: model.json and weights.safetensors, read with every check and written whole or not at all.
import fs from 'node:fs';
import path from 'node:path';
import { DataError, FormatError, OptionError } from '../core/errors.ts';
import { type ModelRecord, parseModelRecord } from '../io/checkpoint.ts';
import { reasonOf } from './file_errors.ts';

const RECORD = 'model.json';
const WEIGHTS = 'weights.safetensors';

export interface SavedModel {
  folder: string;
  record: ModelRecord;
  /** The bytes of weights.safetensors. */
  weights: Uint8Array;
  /** Where they come from, for messages. */
  weightsFile: string;
}

/**
 * Reads a model folder.
 * @throws FormatError when it is missing or damaged, naming the file and what is wrong with it.
 */
export function readModel(folder: string): SavedModel {
  expectNamed(folder);
  const status = statusOf(folder);
  if (!status) throw new FormatError(`there is no model folder ${folder}; train one, or check the name`);
  if (!status.isDirectory()) {
    throw new FormatError(`${folder} is not a model folder; give the folder that holds ${RECORD}`);
  }
  const recordFile = path.join(folder, RECORD);
  const record = parseModelRecord(read(recordFile, folder).toString('utf8'), recordFile);
  const weightsFile = path.join(folder, WEIGHTS);
  return { folder, record, weights: read(weightsFile, folder), weightsFile };
}

/** What lies at a path; undefined for nothing, also where the path leads through a file. */
function statusOf(file: string): fs.Stats | undefined {
  try {
    return fs.statSync(file);
  } catch {
    return undefined;
  }
}

function read(file: string, folder: string): Buffer {
  try {
    return fs.readFileSync(file);
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (missing) {
      throw new FormatError(`${folder} is no whole model folder: ${path.basename(file)} is missing`);
    }
    throw new FormatError(`cannot read ${file}: ${reasonOf(error)}`);
  }
}

/** Whether the folder holds a model, or a part of one. */
export function holdsModel(folder: string): boolean {
  return [RECORD, WEIGHTS].some((name) => fs.existsSync(path.join(folder, name)));
}

/**
 * Checks that a new model can be saved there.
 * @throws OptionError where a model or a file is in the way.
 */
export function expectFree(folder: string): void {
  expectNamed(folder);
  if (holdsModel(folder)) throw taken(folder);
  for (let place = folder; ; place = path.dirname(place)) {
    const status = statusOf(place);
    if (status && !status.isDirectory()) {
      throw new OptionError(`${place} is not a folder; choose another --out`);
    }
    if (status || place === path.dirname(place)) return;
  }
}

/** @throws OptionError for an empty name. */
export function expectNamed(folder: string): void {
  if (folder === '') throw new OptionError("the folder's name is empty; give one such as runs/text");
}

function taken(folder: string): FolderTaken {
  return new FolderTaken(
    `${folder} holds a model already; continue it with --resume, or choose another --out`,
  );
}

/** A new model has found another one in its place. */
export class FolderTaken extends OptionError {}

/** The folders base, base-2, base-3, ... that exist, and the first that does not. */
export function numberedFolders(base: string): { existing: string[]; free: string } {
  const existing: string[] = [];
  for (let i = 1; ; i++) {
    const folder = i === 1 ? base : `${base}-${i}`;
    if (!fs.existsSync(folder)) return { existing, free: folder };
    existing.push(folder);
  }
}

/**
 * Writes a new model, whose folder appears complete where it is new; of several processes that want it, one gets it.
 * @returns what takes the model away again, with the folders that were made for it.
 * @throws FolderTaken where a model is there already; DataError when it cannot be written, and nothing is left then.
 */
export function createModel(folder: string, record: ModelRecord, weights: Uint8Array): () => void {
  const parent = path.dirname(path.resolve(folder));
  try {
    const isNew = !fs.existsSync(folder);
    const made = isNew ? fs.mkdirSync(parent, { recursive: true }) : undefined;
    if (isNew) createFolder(folder, parent, textOf(record), weights);
    else createFiles(folder, textOf(record), weights);
    return () => {
      for (const name of [RECORD, WEIGHTS]) fs.rmSync(path.join(folder, name), { force: true });
      if (isNew) removeEmpty(path.resolve(folder), made);
    };
  } catch (error) {
    if (holdsModel(folder)) throw taken(folder);
    throw cannotSave(folder, error);
  }
}

function createFolder(folder: string, parent: string, text: string, weights: Uint8Array): void {
  const beside = fs.mkdtempSync(path.join(parent, `.${path.basename(folder)}-`));
  try {
    writeSynced(path.join(beside, RECORD), text);
    writeSynced(path.join(beside, WEIGHTS), weights);
    fs.chmodSync(beside, 0o777 & ~process.umask());
    // Fails where another process has put a model there meanwhile.
    fs.renameSync(beside, folder);
  } catch (error) {
    fs.rmSync(beside, { recursive: true, force: true });
    throw error;
  }
  syncFolder(parent);
}

/** In a folder that is there, the record appears last; whoever makes the file of the weights has the place. */
function createFiles(folder: string, text: string, weights: Uint8Array): void {
  if (holdsModel(folder)) throw taken(folder);
  const file = path.join(folder, WEIGHTS);
  fs.closeSync(fs.openSync(file, 'wx'));
  try {
    replaceFile(file, weights);
    replaceFile(path.join(folder, RECORD), text);
  } catch (error) {
    fs.rmSync(file, { force: true });
    throw error;
  }
}

/** Removes a folder and those above it up to `last`, as long as nothing is in them. */
function removeEmpty(folder: string, last = folder): void {
  try {
    for (let place = folder; ; place = path.dirname(place)) {
      fs.rmdirSync(place);
      if (place === last) return;
    }
  } catch {
    // Something of another run lies there.
  }
}

/**
 * Replaces a model so that at every moment the one on disk is whole: the record first, and after it the weights, which
 * alone say how far the training is.
 * @throws DataError when it cannot be written; what was there before is untouched.
 */
export function saveModel(folder: string, record: ModelRecord, weights: Uint8Array): void {
  try {
    fs.mkdirSync(folder, { recursive: true });
    replaceFile(path.join(folder, RECORD), textOf(record));
    replaceFile(path.join(folder, WEIGHTS), weights);
  } catch (error) {
    throw cannotSave(folder, error);
  }
}

function textOf(record: ModelRecord): string {
  return `${JSON.stringify(record, null, 1)}\n`;
}

function cannotSave(folder: string, error: unknown): DataError {
  return new DataError(`cannot save to ${folder}: ${reasonOf(error)}`, { cause: error });
}

/** Writes beside and renames. */
function replaceFile(file: string, content: string | Uint8Array): void {
  const beside = path.join(path.dirname(file), `.${path.basename(file)}.partial`);
  try {
    writeSynced(beside, content);
    fs.renameSync(beside, file);
  } catch (error) {
    fs.rmSync(beside, { force: true });
    throw error;
  }
  syncFolder(path.dirname(file));
}

/** Writes a file and waits until the disk has it, so that a rename never shows an empty one after a power cut. */
function writeSynced(file: string, content: string | Uint8Array): void {
  const handle = fs.openSync(file, 'w');
  try {
    fs.writeFileSync(handle, content);
    fs.fsyncSync(handle);
  } finally {
    fs.closeSync(handle);
  }
}

function syncFolder(folder: string): void {
  // Windows opens no folders.
  if (process.platform === 'win32') return;
  const handle = fs.openSync(folder, 'r');
  try {
    fs.fsyncSync(handle);
  } finally {
    fs.closeSync(handle);
  }
}
