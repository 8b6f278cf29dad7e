// The real program in a process of its own, as `npm start` runs it, on a fresh demo database and a free port.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type PlaygroundProcess = {
  url: string;
  /** Sends JSON to a path and answers the JSON that comes back. */
  // biome-ignore lint/suspicious/noExplicitAny: the answers are what the tests are about
  call(path: string, body?: unknown): Promise<any>;
  /** What a member types, and the plain text that they get back. */
  say(as: string, command: string): Promise<string>;
  /** What it has written so far, its log included. */
  output(): string;
  /** Ends the program by a signal and answers its exit code. */
  stop(): Promise<number | null>;
};

/** Starts the program; rejects with its output where it ends before it listens. */
export const startPlayground = async (): Promise<PlaygroundProcess> => {
  const folder = mkdtempSync(join(tmpdir(), 'milepost-playground-'));
  const child = spawn(process.execPath, ['src/start.ts'], {
    cwd: join(import.meta.dirname, '../..'),
    env: {
      PATH: process.env.PATH,
      PORT: '0',
      PLAYGROUND_DATABASE_PATH: join(folder, 'playground.sqlite'),
      LOG_LEVEL: 'warn',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const exit = new Promise<number | null>(resolve => child.on('exit', resolve));
  const url = await new Promise<string>((resolve, reject) => {
    const onData = (data: Buffer): void => {
      output += data;
      const address = /http:\/\/\S+/.exec(output);
      if (address) resolve(address[0]);
    };
    child.stdout.on('data', onData);
    child.stderr.on('data', onData);
    void exit.then(code => reject(new Error(`the playground ended with ${code}:\n${output}`)));
  });
  const call: PlaygroundProcess['call'] = async (path, body) => {
    const response = await fetch(`${url}${path}`, {
      ...(body !== undefined && {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    });
    return response.json();
  };
  return {
    url,
    call,
    say: async (as, command) => (await call('/api/interactions', { as, command })).reply.text,
    output: () => output,
    async stop() {
      child.kill('SIGTERM');
      const code = await exit;
      rmSync(folder, { recursive: true, force: true });
      return code;
    },
  };
};
