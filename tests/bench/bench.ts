// `npm run bench [-- --quick] [-- --only NAME]`: measures, prints a table, and writes bench-results.json. It judges nothing.
import { writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureCommands } from './commands.ts';
import { measureContent } from './content.ts';
import { measureDiscord } from './discord.ts';
import { type Figure, isReached, tableOf } from './measure.ts';
import { measurePlan } from './plan.ts';
import { measureSlack } from './slack.ts';
import { measureStart } from './start.ts';

/** `shrink` divides every size: a quick run shows that the bench still works, and its figures mean little. */
const MEASURES: Record<string, (shrink: number) => Promise<Figure[]>> = {
  plan: measurePlan,
  commands: measureCommands,
  content: measureContent,
  start: measureStart,
  discord: measureDiscord,
  slack: measureSlack,
};
const RESULTS = join(import.meta.dirname, '../../bench-results.json');

const { quick, only } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, only: { type: 'string' } },
}).values;
if (only !== undefined && !Object.hasOwn(MEASURES, only)) {
  process.stderr.write(`There is no measure "${only}". There are: ${Object.keys(MEASURES).join(', ')}.\n`);
  process.exit(1);
}

const machine = {
  node: process.version,
  cpu: `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}`,
  memoryGb: Math.round(totalmem() / 2 ** 30),
};
process.stdout.write(`Node ${machine.node}, ${machine.cpu}, ${machine.memoryGb} GB\n`);
const results: Record<string, Figure[]> = {};
for (const [name, measure] of Object.entries(MEASURES)) {
  if (only !== undefined && name !== only) continue;
  const figures = await measure(quick ? 100 : 1);
  results[name] = figures;
  process.stdout.write(`\n${name} (load ${loadavg()[0]?.toFixed(1)})\n${tableOf(figures)}\n`);
}
const withAims = (figures: Figure[]) => figures.map(figure => ({ ...figure, reached: isReached(figure) }));
const measures = Object.fromEntries(Object.entries(results).map(([name, figures]) => [name, withAims(figures)]));
writeFileSync(RESULTS, `${JSON.stringify({ at: new Date(), quick, machine, measures }, null, 2)}\n`);
