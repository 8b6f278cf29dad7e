// Seals what must not be readable in the database, such as tokens, with a key that stands in the environment only.
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { UserError } from './errors.ts';

/** Below that a key could be guessed. */
export const LEAST_KEY_LENGTH = 32;

/** What a sealed text begins with; another way of sealing gets another one. */
const VERSION = 'v1';
const SEALED = /^(\w+)\.([\w-]+)\.([\w-]+)\.([\w-]+)$/;
const CIPHER = 'aes-256-gcm';
/** What GCM is made for: longer or shorter ones weaken it. */
const IV_BYTES = 12;
const TAG_BYTES = 16;

export type Opened = {
  text: string;
  /** It was sealed with an earlier key: seal it anew, so that the earlier key can be thrown away. */
  isOld: boolean;
};

export type Secrets = {
  /** `text` sealed with the current key; opens for the same `place` only, such as `table/row/column`. */
  seal(text: string, place: string): string;
  /** What `seal` was given. Throws a UserError where no key opens it. */
  open(sealed: string, place: string): Opened;
};

type Key = { id: string; secret: Buffer };

/** The secret for the cipher and the id by which a sealed text names its key; neither tells of the other or of the key. */
const deriveKey = (key: string): Key => {
  const derive = (purpose: string, bytes: number): Buffer =>
    Buffer.from(hkdfSync('sha256', key, 'milepost', purpose, bytes));
  return { id: derive('id', 6).toString('base64url'), secret: derive(CIPHER, 32) };
};

const MAKE_ONE = 'Make one with `openssl rand -base64 32` and keep it: what it sealed can be read with it only.';

const requireKeys = (keys: readonly string[]): void => {
  if (keys.length === 0)
    throw new UserError('secret_key', `SECRET_KEY is not set, and tokens are stored under a key only. ${MAKE_ONE}`);
  if (keys.some(key => key.length < LEAST_KEY_LENGTH))
    throw new UserError(
      'secret_key',
      `SECRET_KEY and each key of SECRET_KEY_OLD must have at least ${LEAST_KEY_LENGTH} characters. ${MAKE_ONE}`,
    );
};

const lostKey = (): UserError =>
  new UserError(
    'secret_key',
    'A stored secret was sealed with a key that is not set. Put that key back as SECRET_KEY, or add it to SECRET_KEY_OLD; if it is lost, Milepost has to be installed again where the secret comes from.',
  );

const damaged = (): UserError =>
  new UserError(
    'sealed_text',
    'A stored secret cannot be read: it was changed, or belongs to another row. Restore the database from a copy, or install Milepost again where the secret comes from.',
  );

const bytesOf = (text: string): Buffer => Buffer.from(text, 'base64url');

const decipher = ({ secret }: Key, iv: Buffer, box: Buffer, bound: string): string | undefined => {
  if (iv.length !== IV_BYTES || box.length < TAG_BYTES) return undefined;
  try {
    const opening = createDecipheriv(CIPHER, secret, iv, { authTagLength: TAG_BYTES })
      .setAAD(Buffer.from(bound))
      .setAuthTag(box.subarray(-TAG_BYTES));
    return Buffer.concat([opening.update(box.subarray(0, -TAG_BYTES)), opening.final()]).toString('utf8');
  } catch {
    return undefined;
  }
};

/**
 * Seals with the first of `keys` and opens with any of them. Throws a UserError where there is no key, or one is shorter than
 * 32 characters.
 */
export const createSecrets = (keys: readonly string[]): Secrets => {
  requireKeys(keys);
  const derived = keys.map(deriveKey);
  const [current] = derived as [Key];
  /** What is not secret and yet must be as it was: version, key and place. */
  const boundTo = (keyId: string, place: string): string => `${VERSION}.${keyId}.${place}`;
  return {
    seal(text, place) {
      const iv = randomBytes(IV_BYTES);
      const sealing = createCipheriv(CIPHER, current.secret, iv, { authTagLength: TAG_BYTES }).setAAD(
        Buffer.from(boundTo(current.id, place)),
      );
      const box = Buffer.concat([sealing.update(text, 'utf8'), sealing.final(), sealing.getAuthTag()]);
      return [VERSION, current.id, iv.toString('base64url'), box.toString('base64url')].join('.');
    },
    open(sealed, place) {
      const [, version, keyId = '', iv = '', box = ''] = SEALED.exec(sealed) ?? [];
      if (version !== VERSION) throw damaged();
      const key = derived.find(({ id }) => id === keyId);
      if (!key) throw lostKey();
      const text = decipher(key, bytesOf(iv), bytesOf(box), boundTo(keyId, place));
      if (text === undefined) throw damaged();
      return { text, isOld: key.id !== current.id };
    },
  };
};
