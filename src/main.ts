// Reads the settings and starts what they ask for: the bot where there is a token, the playground where there is none.
import { loadEnv } from './env.ts';
import { UserError } from './errors.ts';
import { createLog } from './log.ts';

/** Starts and answers how to stop. */
const start = async (): Promise<() => Promise<void>> => {
  const env = loadEnv();
  const log = createLog(env.logLevel);
  // Each root loads only what it needs: the playground does without the chat platforms' libraries.
  if (env.discord) return (await import('./bot.ts')).startBot(env, env.discord, log);
  return (await import('./playground/start.ts')).startPlayground(env, log);
};

try {
  const stop = await start();
  const onSignal = () => {
    // A second signal ends the process at once.
    process.removeListener('SIGINT', onSignal).removeListener('SIGTERM', onSignal);
    stop().then(
      () => process.exit(0),
      error => {
        process.stderr.write(`${error}\n`);
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
} catch (error) {
  const message =
    error instanceof UserError
      ? error.message
      : error instanceof Error
        ? (error.stack ?? error.message)
        : String(error);
  process.stderr.write(`Milepost cannot start.\n${message}\n`);
  process.exitCode = 1;
}
