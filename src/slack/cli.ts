// What `milepost slack …` does: prints the manifest of the Slack app.
import { stringify } from 'yaml';
import type { Commands } from '../command.ts';
import type { SlackEnv } from '../env.ts';
import { UserError } from '../errors.ts';
import { slackManifest } from './manifest.ts';

export type ManifestFlags = { socket?: true; url?: string; oauth?: true; yaml?: true };
export type ManifestSettings = {
  slack: Pick<SlackEnv, 'transport' | 'workspace'> | undefined;
  slackCommandPrefix: string | undefined;
  publicUrl: string | undefined;
};

/** The address as it was typed, without slashes at its end. Throws a UserError where Slack could not call it. */
const requireAddress = (typed: string): string => {
  const address = URL.canParse(typed) ? new URL(typed) : undefined;
  if (address?.protocol === 'https:' && !address.username && !address.search && !address.hash)
    return typed.replace(/\/+$/, '');
  throw new UserError(
    'manifest_url',
    '--url takes the https address at which Slack reaches Milepost, such as https://milepost.example.org.',
  );
};

/** Whether Slack calls an address, and which: by the flags, else as the settings say, else Socket Mode. */
const addressOf = ({ socket, url }: ManifestFlags, { slack, publicUrl }: ManifestSettings): string | undefined => {
  if (socket && url !== undefined)
    throw new UserError('manifest_flags', 'Give --socket or --url, not both: Slack reaches Milepost in one way.');
  if (url !== undefined) return requireAddress(url);
  return !socket && slack?.transport.type === 'http' ? publicUrl : undefined;
};

/**
 * The manifest, ready to paste: JSON, or YAML with `yaml`. Throws a UserError where flags contradict each other or the address of the
 * install page is missing.
 */
export const describeManifest = (commands: Commands, flags: ManifestFlags, settings: ManifestSettings): string => {
  const url = addressOf(flags, settings);
  const isForMany = flags.oauth === true || settings.slack?.workspace.type === 'many';
  const installUrl = url ?? settings.publicUrl;
  if (isForMany && installUrl === undefined)
    throw new UserError(
      'manifest_oauth',
      'For many workspaces Slack has to know the address of the install page: set PUBLIC_URL, or give --url.',
    );
  const manifest = slackManifest(commands, url === undefined ? { socket: true } : { url }, {
    prefix: settings.slackCommandPrefix,
    oauth: isForMany && installUrl !== undefined && { url: installUrl },
  });
  return flags.yaml ? stringify(manifest).trimEnd() : JSON.stringify(manifest, null, 2);
};
