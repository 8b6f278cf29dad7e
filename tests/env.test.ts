import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { readEnv } from '../src/env.ts';
import { UserError } from '../src/errors.ts';

const refusal = (variables: NodeJS.ProcessEnv): string => {
  try {
    readEnv(variables);
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
  throw new Error('nothing was refused');
};

describe('the environment', () => {
  it('may be empty: everything has a default', () => {
    expect(readEnv({})).toMatchObject({
      host: '127.0.0.1',
      port: 8080,
      discord: undefined,
      databasePath: 'data/milepost.sqlite',
      databaseUrl: undefined,
      playgroundDatabasePath: 'data/playground.sqlite',
      contentDir: 'content',
      logLevel: 'info',
    });
  });

  it('gives what is set, without blanks around it', () => {
    expect(
      readEnv({
        PORT: '0',
        DATABASE_PATH: '/data/a.sqlite',
        DATABASE_URL: 'postgresql://user:word@host/db',
        CONTENT_DIR: 'elsewhere',
        LOG_LEVEL: 'debug',
        SOMETHING_ELSE: 'x',
      }),
    ).toMatchObject({
      port: 0,
      databasePath: '/data/a.sqlite',
      databaseUrl: 'postgresql://user:word@host/db',
      contentDir: 'elsewhere',
      logLevel: 'debug',
    });
  });

  it('takes a variable that is set to nothing as not set', () => {
    expect(readEnv({ PORT: '', LOG_LEVEL: '  ', DATABASE_URL: '' })).toEqual(readEnv({}));
  });

  it('is refused with every bad variable at once, its value, and where they are explained', () => {
    const said = refusal({ PORT: 'eighty', LOG_LEVEL: 'loud', DATABASE_URL: 'mysql://root:hunter2@db/x' });
    expect(said).toContain('PORT must be a port number from 0 to 65535 (it is "eighty")');
    expect(said).toContain('LOG_LEVEL must be debug, info, warn or error (it is "loud")');
    expect(said).toContain('DATABASE_URL must begin with postgres://');
    expect(said).toContain('.env.example');
  });

  it('never repeats an address that may hold a password', () => {
    expect(refusal({ DATABASE_URL: 'mysql://root:hunter2@db/x' })).not.toContain('hunter2');
  });

  describe('for Discord', () => {
    const TOKEN = 'MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcDe.abcdefghijklmnopqrstuvwxyz0123456789AB';
    const KEY = '0'.repeat(64);

    it('is a token, and what else was given; without a token there is none', () => {
      expect(readEnv({ DISCORD_TOKEN: ` Bot ${TOKEN} ` }).discord).toEqual({ token: TOKEN });
      const all = { DISCORD_TOKEN: TOKEN, DISCORD_PUBLIC_KEY: KEY, DISCORD_API_URL: 'http://127.0.0.1:9/api/' };
      expect(readEnv(all).discord).toEqual({ token: TOKEN, publicKey: KEY, apiUrl: 'http://127.0.0.1:9/api' });
      expect(readEnv({}).discord).toBeUndefined();
    });

    it('needs the token where there is a public key', () => {
      expect(refusal({ DISCORD_PUBLIC_KEY: KEY })).toContain('DISCORD_TOKEN must be set where DISCORD_PUBLIC_KEY is');
    });

    it('says what it takes, and never repeats what may be a secret in the wrong place', () => {
      const said = refusal({ DISCORD_TOKEN: 'hunter2', DISCORD_PUBLIC_KEY: TOKEN, DISCORD_API_URL: `ftp://${TOKEN}` });
      expect(said).toContain('DISCORD_TOKEN must be the bot’s token, three parts with dots between them');
      expect(said).toContain('DISCORD_PUBLIC_KEY must be the 64 hexadecimal digits');
      expect(said).toContain('DISCORD_API_URL must be an address such as https://discord.com/api');
      expect(said).not.toMatch(/hunter2|GabcDe/);
    });
  });

  it.each(['65536', '99999', '-1', '80.5', '0x50', '8080 ; rm'])('takes no port %s', PORT => {
    expect(refusal({ PORT })).toContain('PORT must be a port number');
  });

  it.each(['1', '8080', '65535'])('takes port %s', PORT => {
    expect(readEnv({ PORT }).port).toBe(Number(PORT));
  });

  it('is explained in .env.example, every variable of it', async () => {
    const example = await readFile(new URL('../.env.example', import.meta.url), 'utf8');
    for (const name of [
      'DISCORD_TOKEN',
      'DISCORD_PUBLIC_KEY',
      'DISCORD_API_URL',
      'HOST',
      'PORT',
      'DATABASE_PATH',
      'DATABASE_URL',
      'PLAYGROUND_DATABASE_PATH',
      'CONTENT_DIR',
      'LOG_LEVEL',
    ])
      expect(example).toMatch(new RegExp(`^#? ?${name}=`, 'm'));
  });
});
