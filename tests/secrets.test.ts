import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../src/errors.ts';
import { createSecrets } from '../src/secrets.ts';

const OLD = 'the-key-of-last-year-0123456789abcdef';
const NEW = 'the-key-of-this-year-0123456789abcdef';
const PLACE = 'slack_installations/T1/bot_token';
const TOKEN = 'xoxb-1-2-very-secret';

const refusal = (work: () => unknown): UserError => {
  try {
    work();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
};

describe('a sealed text', () => {
  it('is opened with the key and at the place it was sealed for', () => {
    const secrets = createSecrets([NEW]);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (text, place) => {
        expect(secrets.open(secrets.seal(text, place), place)).toEqual({ text, isOld: false });
      }),
    );
  });

  it('shows nothing of what it holds, and is never the same twice', () => {
    const { seal } = createSecrets([NEW]);
    const sealed = seal(TOKEN, PLACE);
    expect(sealed).toMatch(/^v1\.[\w-]{8}\.[\w-]{16}\.[\w-]+$/);
    expect(sealed).not.toContain('secret');
    expect(Buffer.from(sealed.split('.')[3] ?? '', 'base64url').toString('latin1')).not.toContain('secret');
    expect(seal(TOKEN, PLACE)).not.toBe(sealed);
  });

  it('is opened in another process with the same key', () => {
    const sealed = createSecrets([NEW]).seal(TOKEN, PLACE);
    expect(createSecrets([NEW]).open(sealed, PLACE).text).toBe(TOKEN);
  });

  it('cannot be moved to another place', () => {
    const secrets = createSecrets([NEW]);
    const sealed = secrets.seal(TOKEN, PLACE);
    expect(refusal(() => secrets.open(sealed, 'slack_installations/T2/bot_token')).code).toBe('sealed_text');
  });

  it('cannot be changed, cut or put together anew', () => {
    const secrets = createSecrets([NEW]);
    const sealed = secrets.seal(TOKEN, PLACE);
    const [version = '', id = '', iv = '', box = ''] = sealed.split('.');
    const [, , otherIv = ''] = secrets.seal(TOKEN, PLACE).split('.');
    const turned = Buffer.from(box, 'base64url');
    turned[0] = (turned[0] ?? 0) ^ 1;
    for (const wrong of [
      '',
      TOKEN,
      'v1',
      `v2.${id}.${iv}.${box}`,
      `${sealed}.more`,
      [version, id, otherIv, box].join('.'),
      [version, id, '', box].join('.'),
      [version, id, iv, ''].join('.'),
      [version, id, iv, box.slice(0, -4)].join('.'),
      [version, id, iv, turned.toString('base64url')].join('.'),
    ])
      expect(refusal(() => secrets.open(wrong, PLACE)).code).toBe('sealed_text');
  });
});

describe('a change of the key', () => {
  it('leaves what the earlier key sealed readable, and says that it is to be sealed anew', () => {
    const sealed = createSecrets([OLD]).seal(TOKEN, PLACE);
    const secrets = createSecrets([NEW, OLD]);
    expect(secrets.open(sealed, PLACE)).toEqual({ text: TOKEN, isOld: true });
    const anew = secrets.seal(TOKEN, PLACE);
    expect(createSecrets([NEW]).open(anew, PLACE)).toEqual({ text: TOKEN, isOld: false });
  });

  it('without the earlier key is told with what to set, and without any secret', () => {
    const sealed = createSecrets([OLD]).seal(TOKEN, PLACE);
    const { code, message } = refusal(() => createSecrets([NEW]).open(sealed, PLACE));
    expect(code).toBe('secret_key');
    expect(message).toContain('SECRET_KEY_OLD');
    expect(message).not.toMatch(/xoxb|year|v1\./);
  });
});

describe('a key', () => {
  it('is needed', () => {
    expect(refusal(() => createSecrets([])).message).toContain('SECRET_KEY is not set');
  });

  it('that is too short is refused without being repeated, an earlier one too', () => {
    const short = 'too-short-but-secret';
    for (const keys of [[short], [NEW, short]]) {
      const { message } = refusal(() => createSecrets(keys));
      expect(message).toContain('at least 32 characters');
      expect(message).toContain('openssl rand -base64 32');
      expect(message).not.toContain(short);
    }
  });
});
