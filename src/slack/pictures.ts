// Pictures in messages: by an address of our own where the web server can be reached, else as files of the workspace, else as their words.
import { createHash } from 'node:crypto';
import type { KnownBlock } from '@slack/types';
import { Hono } from 'hono';
import type { Log } from '../log.ts';
import type { Message } from '../message.ts';
import type { KeptValues } from '../platform.ts';
import { type Clients, problemOf } from './clients.ts';
import { type RenderContext, renderMessage, type SlackMessage, withFiles } from './render.ts';
import { checkedMessage, renderSafely } from './render-safely.ts';

/** A post may be read long after it was made: a year and some weeks. */
const KEPT_MS = 400 * 24 * 60 * 60 * 1000;
/** Pictures that this process knows to be kept; one more costs a write. */
const REMEMBERED = 1_000;
const PATH = '/slack/pictures';

export type Pictures = {
  /** Serves the pictures; only where there is a public address. */
  routes: Hono | undefined;
  /** For `RenderContext`: the address under which a picture can be fetched once `withPictures` has seen its block. */
  pictureUrl: RenderContext['pictureUrl'];
  /** The blocks as they can be posted with these clients: every picture in its place can be shown, words stand for one that cannot. */
  withPictures(clients: Clients, rendered: Pick<SlackMessage, 'blocks' | 'images'>): Promise<KnownBlock[]>;
  /** The message with its pictures, checked like `renderSafely`'s. */
  render(
    clients: Clients,
    message: Message,
    context: RenderContext,
    about?: Record<string, string>,
  ): Promise<SlackMessage>;
};

const nameOf = (png: Uint8Array): string => createHash('sha256').update(png).digest('hex');
const keptAs = (name: string): string => `slack picture ${name}`;

/** The words of a picture in place of its block. */
const asWords = (block: KnownBlock & { type: 'image' }): KnownBlock[] =>
  withFiles({ blocks: [{ type: 'image', alt_text: block.alt_text, slack_file: { id: 'upload-0' } }] }, []);

const createRoutes = (kept: Pick<KeptValues, 'find'>): Hono => {
  const routes = new Hono();
  routes.get(`${PATH}/:file{[0-9a-f]{64}\\.png}`, async c => {
    const value = await kept.find(keptAs(c.req.param('file').replace('.png', '')));
    if (value === undefined) return c.text('There is no such picture (any more).', 404);
    return c.body(new Uint8Array(Buffer.from(value, 'base64')), 200, {
      'content-type': 'image/png',
      'x-content-type-options': 'nosniff',
      'cache-control': 'public, max-age=31536000, immutable',
    });
  });
  return routes;
};

export const createPictures = ({
  publicUrl,
  kept,
  log,
}: {
  /** Where our web server is reached from outside, without a slash at its end. */
  publicUrl: string | undefined;
  kept: Pick<KeptValues, 'keep' | 'find'>;
  log: Log;
}): Pictures => {
  const keeping = new Map<string, { isKept: Promise<boolean>; hasFailed?: true }>();

  const keep = (name: string, png: Uint8Array): void => {
    const entry: { isKept: Promise<boolean>; hasFailed?: true } = { isKept: Promise.resolve(false) };
    entry.isKept = tryToKeep(name, png).then(isKept => {
      if (!isKept) entry.hasFailed = true;
      return isKept;
    });
    keeping.set(name, entry);
    if (keeping.size > REMEMBERED) keeping.delete(keeping.keys().next().value as string);
  };
  const tryToKeep = async (name: string, png: Uint8Array): Promise<boolean> => {
    try {
      await kept.keep(keptAs(name), Buffer.from(png).toString('base64'), KEPT_MS);
      return true;
    } catch (error) {
      log.error({ err: error }, 'a picture could not be kept, so its words are shown');
      return false;
    }
  };
  const start = `${publicUrl}${PATH}/`;
  const pictureUrl = (png: Uint8Array): string => {
    const name = nameOf(png);
    const known = keeping.get(name);
    if (!known || known.hasFailed) keep(name, png);
    return `${start}${name}.png`;
  };

  const withKept = async (blocks: readonly KnownBlock[]): Promise<KnownBlock[]> => {
    const shown = blocks.map(async block => {
      if (block.type !== 'image' || !('image_url' in block) || !block.image_url.startsWith(start)) return [block];
      const name = block.image_url.slice(start.length).replace('.png', '');
      return ((await keeping.get(name)?.isKept) ?? true) ? [block] : asWords(block);
    });
    return (await Promise.all(shown)).flat();
  };

  /** The id of the file that a picture became in the workspace; undefined where it could not be uploaded. */
  const upload = async (
    { reads }: Clients,
    { png, alt }: SlackMessage['images'][number],
  ): Promise<string | undefined> => {
    try {
      const { files } = await reads.filesUploadV2({ filename: 'picture.png', file: Buffer.from(png), alt_text: alt });
      return files[0]?.files?.[0]?.id;
    } catch (error) {
      log.warn({ problem: problemOf(error) }, 'a picture could not be uploaded, so its words are shown');
      return undefined;
    }
  };

  const withPictures: Pictures['withPictures'] = async (clients, { blocks, images }) => {
    const fileIds = await Promise.all(images.map(image => upload(clients, image)));
    return withKept(withFiles({ blocks }, fileIds));
  };

  return {
    routes: publicUrl === undefined ? undefined : createRoutes(kept),
    pictureUrl: publicUrl === undefined ? undefined : pictureUrl,
    withPictures,
    async render(clients, message, context, about = {}) {
      if (!message.blocks.some(({ type }) => type === 'image')) return renderSafely(message, context, log, about);
      const rendered = renderMessage(message, context);
      const blocks = await withPictures(clients, rendered);
      return checkedMessage({ ...rendered, blocks }, message, context, log, about);
    },
  };
};
