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

  describe('for Slack', () => {
    const BOT = 'xoxb-1234567890-1234567890123-hunter2hunter2';
    const APP = 'xapp-1-A0123456789-1234567890123-hunter2';
    const SIGNING = 'c0ffee00c0ffee00c0ffee00c0ffee00';
    const KEY = 'a-key-of-32-characters-hunter2-0123456789';
    const MANY = {
      SLACK_CLIENT_ID: '1234.5678',
      SLACK_CLIENT_SECRET: 'beef0000beef0000beef0000beef0000',
      SLACK_STATE_SECRET: 'hunter2-hunter2-hunter2',
      SECRET_KEY: KEY,
      PUBLIC_URL: 'https://milepost.example.org/',
    };
    const one = { type: 'one', botToken: BOT };

    it('is one workspace by Socket Mode or by HTTP; with both Socket Mode counts', () => {
      const socket = { type: 'socket', appToken: APP };
      expect(readEnv({ SLACK_BOT_TOKEN: ` ${BOT} `, SLACK_APP_TOKEN: APP }).slack).toEqual({
        transport: socket,
        workspace: one,
      });
      expect(readEnv({ SLACK_BOT_TOKEN: BOT, SLACK_SIGNING_SECRET: SIGNING }).slack).toEqual({
        transport: { type: 'http', signingSecret: SIGNING },
        workspace: one,
      });
      const both = { SLACK_BOT_TOKEN: BOT, SLACK_APP_TOKEN: APP, SLACK_SIGNING_SECRET: SIGNING };
      expect(readEnv(both).slack?.transport).toEqual(socket);
    });

    it('is many workspaces by OAuth, with a key and an address', () => {
      const env = readEnv({
        ...MANY,
        SLACK_SIGNING_SECRET: SIGNING,
        SLACK_API_URL: 'http://127.0.0.1:9/api',
        SLACK_COMMAND_PREFIX: 'MP',
      });
      expect(env.slack).toEqual({
        transport: { type: 'http', signingSecret: SIGNING },
        workspace: {
          type: 'many',
          clientId: MANY.SLACK_CLIENT_ID,
          clientSecret: MANY.SLACK_CLIENT_SECRET,
          stateSecret: MANY.SLACK_STATE_SECRET,
        },
        apiUrl: 'http://127.0.0.1:9/api/',
        commandPrefix: 'mp',
      });
      expect(env).toMatchObject({ publicUrl: 'https://milepost.example.org', secretKeys: [KEY] });
    });

    it('is nothing without a token, and keeps what the manifest needs', () => {
      expect(readEnv({})).toMatchObject({ slack: undefined, publicUrl: undefined, secretKeys: [] });
      const env = readEnv({ SLACK_COMMAND_PREFIX: 'mp', SLACK_API_URL: 'http://127.0.0.1:9/', SECRET_KEY: KEY });
      expect(env).toMatchObject({ slack: undefined, slackCommandPrefix: 'mp' });
    });

    it('takes an app configuration token for the doctor, alone or with the rest', () => {
      const SLACK_CONFIG_TOKEN = 'xoxe.xoxp-1-abcdefghijklmnop';
      expect(readEnv({ SLACK_CONFIG_TOKEN })).toMatchObject({ slack: undefined, slackConfigToken: SLACK_CONFIG_TOKEN });
      expect(readEnv({}).slackConfigToken).toBeUndefined();
      expect(refusal({ SLACK_CONFIG_TOKEN: 'xoxe-1-abcdefghijklmnop' })).toContain('not the Refresh Token');
    });

    it('takes earlier keys after the current one', () => {
      const [old, older] = [`old-${KEY}`, `older-${KEY}`];
      expect(readEnv({ SECRET_KEY: KEY, SECRET_KEY_OLD: `${old}, ${older},` }).secretKeys).toEqual([KEY, old, older]);
    });

    it.each([
      [
        { SLACK_BOT_TOKEN: BOT },
        'SLACK_APP_TOKEN must be set where SLACK_BOT_TOKEN is (Socket Mode), or SLACK_SIGNING_SECRET',
      ],
      [{ ...MANY }, 'SLACK_APP_TOKEN must be set where SLACK_CLIENT_ID is (Socket Mode), or SLACK_SIGNING_SECRET'],
      [
        { SLACK_APP_TOKEN: APP },
        'SLACK_BOT_TOKEN must be set where SLACK_APP_TOKEN is; for many workspaces set SLACK_CLIENT_ID',
      ],
      [{ SLACK_SIGNING_SECRET: SIGNING }, 'SLACK_BOT_TOKEN must be set where SLACK_SIGNING_SECRET is'],
      [
        { ...MANY, SLACK_BOT_TOKEN: BOT, SLACK_APP_TOKEN: APP },
        'SLACK_BOT_TOKEN must not be set together with SLACK_CLIENT_ID',
      ],
      [
        { ...MANY, SLACK_APP_TOKEN: APP, SLACK_STATE_SECRET: '' },
        'SLACK_STATE_SECRET must be set where SLACK_CLIENT_ID is',
      ],
      [{ ...MANY, SLACK_APP_TOKEN: APP, SECRET_KEY: '' }, 'SECRET_KEY must be set where SLACK_CLIENT_ID is'],
      [{ ...MANY, SLACK_APP_TOKEN: APP, PUBLIC_URL: '' }, 'PUBLIC_URL must be set where SLACK_CLIENT_ID is'],
      [{ SECRET_KEY_OLD: KEY }, 'SECRET_KEY must be set where SECRET_KEY_OLD is'],
    ])('says what is missing or too much: %j', (variables, expected) => {
      const said = refusal(variables);
      expect(said).toContain(expected);
      expect(said.split('\n')).toHaveLength(3);
      expect(said).not.toContain('hunter2');
    });

    it('says everything at once: what cannot be used and what does not fit together, and no secret', () => {
      const wrong = {
        SLACK_BOT_TOKEN: 'xoxp-hunter2-hunter2-hunter2',
        SLACK_APP_TOKEN: BOT,
        SLACK_SIGNING_SECRET: APP,
        SLACK_CLIENT_ID: 'hunter2',
        SLACK_CLIENT_SECRET: 'hunter2',
        SLACK_STATE_SECRET: 'hunter2',
        SLACK_API_URL: 'hunter2',
        SLACK_COMMAND_PREFIX: 'hunter2 hunter2',
        SLACK_CONFIG_TOKEN: 'xoxe-1-hunter2-hunter2-hunter2',
        SECRET_KEY: 'hunter2',
        SECRET_KEY_OLD: `${KEY},hunter2`,
        PUBLIC_URL: 'https://hunter2:hunter2@milepost.example.org',
      };
      const said = refusal({ ...wrong, LOG_LEVEL: 'loud' });
      for (const name of Object.keys(wrong)) expect(said).toContain(`  ${name} must be `);
      expect(said).toContain('SLACK_BOT_TOKEN must not be set together with SLACK_CLIENT_ID');
      expect(said).toContain('LOG_LEVEL must be');
      expect(said).not.toContain('hunter2');
    });

    it.each(['xoxe.xoxb-1-abcdefghijklmnop', 'xoxp-1234567890-1234', 'xapp-1-A0123456789', 'xoxb-'])(
      'takes no bot token %s',
      SLACK_BOT_TOKEN => {
        expect(refusal({ SLACK_BOT_TOKEN, SLACK_APP_TOKEN: APP })).toContain('begins with xoxb-');
      },
    );

    it.each(['', 'm', 'mile-post_2', 'a234567890123456'])('takes the prefix “%s”', SLACK_COMMAND_PREFIX => {
      expect(readEnv({ SLACK_COMMAND_PREFIX }).slackCommandPrefix).toBe(SLACK_COMMAND_PREFIX || undefined);
    });
    it.each(['/mp', '-mp', 'mp track', 'mé', 'a2345678901234567'])('takes no prefix “%s”', SLACK_COMMAND_PREFIX => {
      expect(refusal({ SLACK_COMMAND_PREFIX })).toContain('1 to 16 letters, digits, - or _');
    });

    it.each([
      ['https://milepost.example.org/', 'https://milepost.example.org'],
      ['https://example.org/milepost//', 'https://example.org/milepost'],
      ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
      ['http://localhost:8080/', 'http://localhost:8080'],
    ])('takes the public address %s without its last slash', (PUBLIC_URL, expected) => {
      expect(readEnv({ PUBLIC_URL }).publicUrl).toBe(expected);
    });
    it.each([
      'milepost.example.org',
      'http://milepost.example.org',
      'https://x.org/?a=b',
      'https://x.org/#a',
      'ftp://x.org',
    ])('takes no public address %s', PUBLIC_URL => {
      expect(refusal({ PUBLIC_URL })).toContain('PUBLIC_URL must be an address such as https://');
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
      'SLACK_BOT_TOKEN',
      'SLACK_APP_TOKEN',
      'SLACK_SIGNING_SECRET',
      'SLACK_CLIENT_ID',
      'SLACK_CLIENT_SECRET',
      'SLACK_STATE_SECRET',
      'SLACK_COMMAND_PREFIX',
      'SLACK_CONFIG_TOKEN',
      'SLACK_API_URL',
      'SECRET_KEY',
      'SECRET_KEY_OLD',
      'PUBLIC_URL',
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
