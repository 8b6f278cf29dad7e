// Structured logs as JSON lines, without secrets and without what people wrote.
import { type Logger, pino } from 'pino';

export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;

/** Names of fields whose values never reach a log. */
const SECRETS = ['token', 'secret', 'password', 'authorization', 'url'];

/** Parts of an error that say what went wrong; requests, their bodies and their addresses stay out. */
const TOLD = ['code', 'status', 'method', 'route', 'errno', 'syscall'];
const CAUSES_AT_MOST = 5;

const describeError = (error: unknown, depth = 0): unknown => {
  if (!(error instanceof Error)) return error;
  const { name, message, stack, cause } = error;
  const parts = TOLD.flatMap(part => {
    const value = (error as unknown as Record<string, unknown>)[part];
    return typeof value === 'string' || typeof value === 'number' ? [[part, value]] : [];
  });
  return {
    type: name,
    message,
    stack,
    ...Object.fromEntries(parts),
    ...(error instanceof AggregateError && { errors: error.errors.map(one => describeError(one, depth + 1)) }),
    ...(cause !== undefined && depth < CAUSES_AT_MOST && { cause: describeError(cause, depth + 1) }),
  };
};

/** A logger that writes lines of at least `level` to standard error, so that a command's own output stays clean. */
export const createLog = (level: string): Log =>
  pino(
    {
      level,
      serializers: { err: error => describeError(error) },
      redact: { paths: SECRETS.flatMap(name => [name, `*.${name}`]), censor: '[redacted]' },
    },
    pino.destination({ dest: 2, sync: true }),
  );
