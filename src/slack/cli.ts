// What `milepost slack …` does: prints the manifest of the Slack app, or compares it with the one that Slack has.
import { stringify } from 'yaml';
import type { Commands } from '../command.ts';
import type { SlackEnv } from '../env.ts';
import { UserError } from '../errors.ts';
import { listDifferencesFound, manifestDifferences, readManifest } from './drift.ts';
import { type Manifest, slackManifest } from './manifest.ts';

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
  if (socket || slack?.transport.type !== 'http') return undefined;
  if (publicUrl !== undefined) return publicUrl;
  throw new UserError(
    'manifest_address',
    'By HTTP Slack has to know the address that it calls: set PUBLIC_URL, or give --url. Or give --socket for Socket Mode.',
  );
};

/** The manifest that the flags and, where they are silent, the settings ask for. Throws as `describeManifest` does. */
export const manifestFor = (commands: Commands, flags: ManifestFlags, settings: ManifestSettings): Manifest => {
  const url = addressOf(flags, settings);
  const isForMany = flags.oauth === true || settings.slack?.workspace.type === 'many';
  const installUrl = url ?? settings.publicUrl;
  if (isForMany && installUrl === undefined)
    throw new UserError(
      'manifest_oauth',
      'For many workspaces Slack has to know the address of the install page: set PUBLIC_URL, or give --url.',
    );
  return slackManifest(commands, url === undefined ? { socket: true } : { url }, {
    prefix: settings.slackCommandPrefix,
    oauth: isForMany && installUrl !== undefined && { url: installUrl },
  });
};

/**
 * The manifest, ready to paste: JSON, or YAML with `yaml`. Throws a UserError where flags contradict each other or an address is
 * missing.
 */
export const describeManifest = (commands: Commands, flags: ManifestFlags, settings: ManifestSettings): string => {
  const manifest = manifestFor(commands, flags, settings);
  return flags.yaml ? stringify(manifest).trimEnd() : JSON.stringify(manifest, null, 2);
};

/** Whether the manifest that Slack has, as `text`, is the one wanted, and what is different. Throws a UserError where it is none. */
export const compareManifest = (
  commands: Commands,
  flags: ManifestFlags,
  settings: ManifestSettings,
  text: string,
): { isSame: boolean; said: string } => {
  const differences = manifestDifferences(manifestFor(commands, flags, settings), readManifest(text));
  if (differences.length === 0)
    return {
      isSame: true,
      said: 'The app at Slack is as this version wants it. (Its name and description are yours to choose.)',
    };
  const lines = listDifferencesFound(differences).map(line => `  ${line}`);
  const todo =
    'To mend it all at once, print the manifest with the same options but --against, paste it into App Manifest of the app at https://api.slack.com/apps, save, and install the app again where Slack asks for it.';
  return {
    isSame: false,
    said: `The app at Slack is different from what this version wants:\n${lines.join('\n')}\n${todo}`,
  };
};
