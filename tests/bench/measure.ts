// What every measure shares: child processes, percentiles, and the table of figures.
import { type ForkOptions, fork } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type Unit = 'ms' | 'MB' | 'members/s' | 'topics/s' | 'interactions/s' | 'posts/s' | 'publishes/s';
/** One line of the table. `ratio` is how many times the baseline's effort the figure takes. */
export type Figure = {
  what: string;
  value: number;
  unit: Unit;
  baseline?: number;
  ratio?: number;
  aim?: { of: 'value' | 'ratio'; atMost: number };
};

/** Runs `task`, exported by the module at `url`, in a process of its own and answers its result. */
export const inChild = <Input, Output>(
  url: string,
  task: (input: Input) => Output | Promise<Output>,
  input: Input,
  options: Pick<ForkOptions, 'execArgv' | 'env'> = {},
): Promise<Output> =>
  new Promise((resolve, reject) => {
    const child = fork(join(import.meta.dirname, 'child.ts'), [url, task.name, JSON.stringify(input)], options);
    let output: { result: Output } | undefined;
    child.on('message', message => {
      output = message as { result: Output };
    });
    child.on('error', reject);
    child.on('exit', code => {
      if (code === 0 && output) resolve(output.result);
      else reject(new Error(`${task.name} ended with code ${code}`));
    });
  });

/** The most memory that this process ever held, in MB. */
export const peakMemoryMb = (): number => process.resourceUsage().maxRSS / 1024;

/** The value below which `share` of `values` lie. */
export const percentile = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
};
export const median = (values: readonly number[]): number => percentile(values, 0.5);

export const timeMs = async (run: () => unknown): Promise<number> => {
  const start = performance.now();
  await run();
  return performance.now() - start;
};

/** Runs `work` with a new folder on disk and removes it afterwards. */
export const withFolder = async <T>(work: (folder: string) => Promise<T>): Promise<T> => {
  const folder = mkdtempSync(join(tmpdir(), 'milepost-bench-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

export const count = (n: number): string => n.toLocaleString('en');

/** Whether the figure reaches its aim; undefined where it has none. */
export const isReached = ({ aim, value, ratio }: Figure): boolean | undefined =>
  aim && (aim.of === 'value' ? value : (ratio ?? Number.NaN)) <= aim.atMost;

/**
 * Two figures of what was timed on our side and the bare one's in turn. What a commit took on the disk at that moment is told
 * with them where it was timed, for whatever is written waits for one.
 */
export const besideBare = (
  what: string,
  { ours, bare, disk }: Record<'ours' | 'bare', readonly number[]> & { disk?: readonly number[] },
  maxRatio: { median: number; worst?: number },
): Figure[] => {
  const line = (name: string, of: (values: readonly number[]) => number, atMost: number | undefined): Figure => ({
    what: disk ? `${name} (a commit: ${of(disk).toFixed(1)} ms)` : name,
    value: of(ours),
    baseline: of(bare),
    ratio: of(ours) / of(bare),
    unit: 'ms',
    ...(atMost !== undefined && { aim: { of: 'ratio', atMost } }),
  });
  return [
    line(`${what}, median`, median, maxRatio.median),
    line('  99th percentile', values => percentile(values, 0.99), maxRatio.worst),
  ];
};

const written = (value: number, unit: Unit): string => {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${value.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: digits })} ${unit}`;
};

const aimOf = (figure: Figure): string => {
  const { aim, unit } = figure;
  if (!aim) return '';
  const wanted = aim.of === 'value' ? `${aim.atMost} ${unit}` : `ratio ${aim.atMost}`;
  return `<= ${wanted}: ${isReached(figure) ? 'yes' : 'NO'}`;
};

/** The figures as a text table. */
export const tableOf = (figures: readonly Figure[]): string => {
  const rows = figures.map(figure => [
    figure.what,
    written(figure.value, figure.unit),
    figure.baseline === undefined ? '' : written(figure.baseline, figure.unit),
    figure.ratio === undefined ? '' : figure.ratio.toFixed(2),
    aimOf(figure),
  ]);
  const lines = [['Measure', 'Figure', 'Baseline', 'Ratio', 'Aim'], ...rows];
  const widths = [0, 1, 2, 3, 4].map(at => Math.max(...lines.map(line => line[at]?.length ?? 0)));
  const isNumber = (at: number): boolean => at >= 1 && at <= 3;
  return lines
    .map(line => line.map((cell, at) => (isNumber(at) ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0))))
    .map(cells => cells.join('  ').trimEnd())
    .join('\n');
};
