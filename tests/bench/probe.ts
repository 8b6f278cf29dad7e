// Loaded into a bot's process by `--import`: tells the bench its memory and processor time when asked.
process.on('message', () => {
  globalThis.gc?.();
  const { user, system } = process.cpuUsage();
  process.send?.({ residentMb: process.memoryUsage().rss / 2 ** 20, cpuMs: (user + system) / 1000 });
});
// Where the bench failed, nobody else ends its bots.
process.on('disconnect', () => process.exit());
// The question alone shall not keep the process alive.
process.channel?.unref();
