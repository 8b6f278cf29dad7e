// Two commands to try the local Discord with.
import { Routes } from 'discord-api-types/v10';
import type { LocalDiscord } from './discord-server.ts';
import { restOf } from './real-client.ts';

export const TRACK_COMMANDS = [
  {
    name: 'track',
    description: 'Tracks',
    options: [
      {
        type: 1,
        name: 'select',
        description: 'Pick one',
        options: [
          {
            type: 3,
            name: 'track',
            description: 'Which',
            required: true,
            choices: [{ name: 'General', value: 'general' }],
          },
          { type: 4, name: 'hours', description: 'Hours', min_value: 1, max_value: 40 },
          { type: 3, name: 'topic', description: 'A topic', autocomplete: true },
        ],
      },
    ],
  },
  { name: 'schedule', description: 'Schedules', default_member_permissions: '32', contexts: [0] },
];
export const registerCommands = (discord: LocalDiscord) =>
  restOf(discord).put(Routes.applicationCommands(discord.applicationId), { body: TRACK_COMMANDS });
