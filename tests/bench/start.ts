// How long the program takes from start to listening, and what it holds in memory when idle, beside a bare Node.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type Figure, median, timeMs, withFolder } from './measure.ts';

const ROOT = join(import.meta.dirname, '../..');
const STARTS = 5;
const IDLE_AFTER_MS = 5000;
const MAX_START_MS = 1000;
const MAX_IDLE_MB = 130;

const startNode = (args: string[], env: NodeJS.ProcessEnv = {}): ChildProcess =>
  spawn(process.execPath, args, { cwd: ROOT, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] });

/** What `npm start` gives to Node, so that its flags count here too. */
export const startArgs = (): string[] => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts?: { start?: string } };
  const [, args] = /^node (.+)$/.exec(scripts?.start ?? '') ?? [];
  return args?.split(' ') ?? ['src/main.ts'];
};

/** Resolves when the address is printed; rejects where the program ends first. */
const listening = (child: ChildProcess): Promise<void> =>
  new Promise((resolve, reject) => {
    let printed = '';
    child.stdout?.on('data', chunk => {
      printed += chunk;
      if (/http:\/\/\S+:\d+/.test(printed)) resolve();
    });
    child.once('exit', code => reject(new Error(`Milepost ended with code ${code} before it listened`)));
  });

const stop = async (child: ChildProcess): Promise<void> => {
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
};

const residentMb = ({ pid }: ChildProcess): number =>
  Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1024;

const idleMb = async (child: ChildProcess, afterMs: number): Promise<number> => {
  await setTimeout(afterMs);
  const mb = residentMb(child);
  await stop(child);
  return mb;
};

export const measureStart = (shrink: number): Promise<Figure[]> =>
  withFolder(async folder => {
    const env = { PORT: '0', PLAYGROUND_DATABASE_PATH: join(folder, 'playground.sqlite'), LOG_LEVEL: 'error' };
    const args = startArgs();
    const startMilepost = (): ChildProcess => startNode(args, env);
    const runBare = async (): Promise<void> => {
      await once(startNode(['-e', '0']), 'exit');
    };
    const firstChild = startMilepost();
    const first = await timeMs(() => listening(firstChild));
    await stop(firstChild);
    await runBare();

    const ours: number[] = [];
    const bare: number[] = [];
    for (let round = 0; round < Math.max(1, STARTS / shrink); round += 1) {
      const child = startMilepost();
      ours.push(await timeMs(() => listening(child)));
      await stop(child);
      bare.push(await timeMs(runBare));
    }
    const idle = startMilepost();
    await listening(idle);
    const idleAfterMs = IDLE_AFTER_MS / shrink;
    const startMs = { value: median(ours), baseline: median(bare) };
    const memory = {
      value: await idleMb(idle, idleAfterMs),
      baseline: await idleMb(startNode(['-e', 'setInterval(() => {}, 1e3)']), idleAfterMs),
    };
    return [
      {
        what: 'start to listening, median',
        ...startMs,
        unit: 'ms',
        ratio: startMs.value / startMs.baseline,
        aim: { of: 'value', atMost: MAX_START_MS },
      },
      { what: '  the first time, with the demo made', value: first, unit: 'ms' },
      {
        what: 'idle memory',
        ...memory,
        unit: 'MB',
        ratio: memory.value / memory.baseline,
        aim: { of: 'value', atMost: MAX_IDLE_MB },
      },
    ];
  });
