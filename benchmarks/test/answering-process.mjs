// Answers jobs as a training process does: with the seed as the greedy return. Seed 3 ends the process, seed 4 fails.
process.on('message', ({ seed }) => {
  if (seed === 3) process.exit(7);
  process.send?.(seed === 4 ? { error: 'no such environment' } : { run: { seed, greedy: seed } });
});
