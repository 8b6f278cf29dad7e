// How much a bot can take: many things under way at once, for a while, beside another bot that is asked the same.
import type { BotProcess } from './bot-process.ts';
import type { Figure, Unit } from './measure.ts';

export const IN_FLIGHT = 32;
const ROUNDS = 2;

type Load = { answers: number; ms: number; cpuMs: number };
export type Loaded = {
  process: BotProcess;
  /** Asks one thing; resolves when it is answered. */
  ask(): Promise<unknown>;
};

/** Keeps `IN_FLIGHT` of them under way for `forMs`. */
const sustain = async ({ process, ask }: Loaded, forMs: number): Promise<Load> => {
  const before = await process.usage();
  const start = performance.now();
  let answers = 0;
  const keepAsking = async (): Promise<void> => {
    while (performance.now() - start < forMs) {
      await ask();
      answers += 1;
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, keepAsking));
  const ms = performance.now() - start;
  const after = await process.usage();
  return { answers, ms, cpuMs: after.cpuMs - before.cpuMs };
};

const sum = (loads: readonly Load[]): Load => ({
  answers: loads.reduce((total, { answers }) => total + answers, 0),
  ms: loads.reduce((total, { ms }) => total + ms, 0),
  cpuMs: loads.reduce((total, { cpuMs }) => total + cpuMs, 0),
});

/** Ours and the bare bot in turn, so that what else the machine does hits both. */
export const compareLoad = async (
  what: string,
  unit: Unit,
  { ours, bare }: { ours: Loaded; bare: Loaded },
  forMs: number,
): Promise<Figure[]> => {
  const loads: { ours: Load[]; bare: Load[] } = { ours: [], bare: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    loads.ours.push(await sustain(ours, forMs));
    loads.bare.push(await sustain(bare, forMs));
  }
  const own = sum(loads.ours);
  const other = sum(loads.bare);
  const perSecond = ({ ms, answers }: Load) => (answers / ms) * 1000;
  const cpu = ({ cpuMs, answers }: Load) => cpuMs / answers;
  return [
    {
      what: `${what}, ${IN_FLIGHT} in flight`,
      value: perSecond(own),
      baseline: perSecond(other),
      // More is better, so the effort is the other way round.
      ratio: perSecond(other) / perSecond(own),
      unit,
    },
    {
      what: '  processor time of each',
      value: cpu(own),
      baseline: cpu(other),
      ratio: cpu(own) / cpu(other),
      unit: 'ms',
    },
  ];
};
