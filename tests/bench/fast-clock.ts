// Loaded into a process by `--import`: from then on its time goes faster, as `BENCH_CLOCK` says (`<speed>,<milliseconds since 1970 at which it began>`).
import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers';
import promises from 'node:timers/promises';
import { promisify } from 'node:util';

const [speed = 1, base = 0] = (process.env.BENCH_CLOCK ?? '').split(',').map(Number);
const realElapsed = performance.now.bind(performance);
const origin = performance.timeOrigin;
const nowMs = (): number => Math.floor(base + (origin + realElapsed() - base) * speed);

const RealDate = Date;
globalThis.Date = class extends RealDate {
  constructor(...given: number[]) {
    super(...((given.length === 0 ? [nowMs()] : given) as [number]));
  }
  static override now(): number {
    return nowMs();
  }
} as unknown as DateConstructor;
performance.now = () => realElapsed() * speed;

const { setTimeout: later, setInterval: often } = timers;
const pause = promises.setTimeout;
const fasterPause: typeof pause = (ms, value, options) => pause((ms ?? 0) / speed, value, options);
const fasterLater = (run: () => void, ms = 0, ...given: []) => later(run, ms / speed, ...given);
const fasterOften = (run: () => void, ms = 0, ...given: []) => often(run, ms / speed, ...given);
const faster = {
  setTimeout: Object.assign(fasterLater, { [promisify.custom]: fasterPause }),
  setInterval: fasterOften,
};
Object.assign(globalThis, faster);
Object.assign(timers, faster);
promises.setTimeout = fasterPause;
syncBuiltinESMExports();
