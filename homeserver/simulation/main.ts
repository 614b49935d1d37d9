/**
 * `npm run simulate -- --seeds N`: several servers, a network and machines that fail, and what must hold afterwards. A seed
 * that failed is run again with `--first SEED --seeds 1`; `--dump DIRECTORY` writes down what its servers have in the end.
 */
import { parseArgs } from 'node:util';
import setUp, { TEMPLATE } from '../testing/global-setup.ts';
import tearDown from '../testing/global-teardown.ts';
import { createDatabase } from '../testing/test-database.ts';
import { runSeed } from './run-seed.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '10' },
    first: { type: 'string', default: '1' },
    acts: { type: 'string', default: '120' },
    dump: { type: 'string' },
  },
});
const log = (line: string): void => void process.stdout.write(`${line}\n`);

await setUp();
let failed = 0;
const started = performance.now();
try {
  log(`simulating on PostgreSQL, database template ${TEMPLATE}`);
  for (let seed = Number(values.first); seed < Number(values.first) + Number(values.seeds); seed++) {
    const seedStarted = performance.now();
    const result = await runSeed({ seed, acts: Number(values.acts), createDatabase, log, dumpTo: values.dump });
    const seconds = ((performance.now() - seedStarted) / 1000).toFixed(1);
    const { carried, lost, repeated } = result.requests;
    const what = `${result.confirmed} confirmed, ${result.kills} kills, requests ${carried} carried, ${lost} lost, ${repeated} repeated, ${seconds} s`;
    log(`seed ${seed}: ${result.violations.length === 0 ? 'holds' : 'FAILS'}; ${what}`);
    for (const violation of result.violations.slice(0, 20)) log(`  ${violation}`);
    if (result.violations.length > 0) failed++;
  }
} finally {
  await tearDown();
}
log(`${Number(values.seeds) - failed} seeds hold, ${failed} fail, ${((performance.now() - started) / 1000).toFixed(0)} s`);
process.exit(failed === 0 ? 0 : 1);
