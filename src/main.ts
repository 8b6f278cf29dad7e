// Reads the settings and starts what they ask for: the bot where there is a token, the playground where there is none.
import { loadEnv } from './env.ts';
import { UserError } from './errors.ts';
import { createLog } from './log.ts';

/** Starts and answers how to stop. `onFatal` is told when what runs cannot go on. */
const start = async (onFatal: (error: Error) => void): Promise<() => Promise<void>> => {
  const env = loadEnv();
  const log = createLog(env.logLevel);
  // Each root loads only what it needs: the playground does without the chat platforms' libraries.
  if (env.discord || env.slack) return (await import('./bot/bot.ts')).startBot(env, log, onFatal);
  return (await import('./playground/start.ts')).startPlayground(env, log);
};

const tell = (heading: string, error: unknown): void => {
  const isTold = error instanceof UserError;
  const words = isTold ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`${heading}\n${words}\n`);
};

let end: ((code: number) => void) | undefined;
try {
  const stop = await start(error => {
    tell('Milepost cannot go on.', error);
    end?.(1);
  });
  const onSignal = () => end?.(0);
  end = code => {
    // A second signal ends the process at once.
    process.removeListener('SIGINT', onSignal).removeListener('SIGTERM', onSignal);
    end = undefined;
    stop().then(
      () => {
        process.stdout.write('Milepost stopped.\n');
        process.exit(code);
      },
      error => {
        tell('Milepost stopped, but not cleanly.', error);
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
} catch (error) {
  tell('Milepost cannot start.', error);
  process.exitCode = 1;
}
