// A task with its data: the chunks, features and weights that every engine gets.
import { chunksOf, featuresOf, weightsOf } from './data.ts';
import type { PreparedTask, Task } from './engines/engine.ts';

/** Makes the data of a task; the same task has the same data in every process. */
export function prepared(task: Task): PreparedTask {
  const { work, cell } = task;
  return {
    ...task,
    weights: weightsOf(work, cell),
    chunks: chunksOf(work),
    ...(work.input === 'features' && { features: featuresOf(work) }),
  };
}
