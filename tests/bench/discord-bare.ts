// The baseline: the smallest bot there is with discord.js, which answers everything with a constant.
import { Client } from 'discord.js';

const [apiUrl = '', token = ''] = process.argv.slice(2);
const client = new Client({ intents: [], rest: { api: apiUrl } });
client.on('interactionCreate', interaction => {
  if (interaction.isRepliable()) void interaction.reply('constant');
});
await client.login(token);
process.stdout.write('connected\n');
process.on('SIGTERM', () => process.exit(0));
