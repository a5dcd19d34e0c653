// The benchmark's command.
import { ownCounts } from './own_counts.ts';

console.log(JSON.stringify(await ownCounts()));
process.exit(0);
