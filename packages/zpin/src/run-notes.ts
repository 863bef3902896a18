import type { MessageNames } from './message-names.ts';
import type { RunDescription } from './run-description.ts';

/** What a run is told to do that its steps will not come to, one sentence each: most likely a slip, and no reason to refuse it. */
export function idleNotes(
  { steps, config: { learningStarts }, evaluation, films }: RunDescription,
  copies: number,
  { option, setting }: Pick<MessageNames, 'option' | 'setting'>,
): string[] {
  const notes: string[] = [];
  // All copies step together, so that the last step may be a few later.
  const end = Math.ceil(steps / copies) * copies;
  const beyond = (count: unknown, text: string, most = end) => {
    if (typeof count === 'number' && count > most) notes.push(`${text}, and the run ends at ${end}`);
  };
  // Updates come after that many steps, not at them.
  beyond(learningStarts, `nothing will be learned: ${setting('learningStarts')} is ${learningStarts} steps`, end - 1);
  beyond(
    evaluation?.everySteps,
    `nothing will be evaluated in training: ${option('evalEvery')} is ${evaluation?.everySteps} steps`,
  );
  beyond(films?.everySteps, `nothing will be filmed: ${option('filmEvery')} is ${films?.everySteps} steps`);
  return notes;
}

/** What a run says that goes on, where its metrics were cut or lost; null where they are whole, or there are none. */
export function lostMetrics(told: number | undefined, episodes = 0): string | null {
  if (told === undefined || told >= episodes) return null;
  return `metrics.jsonl tells of ${told} of the ${episodes} episodes so far: what is drawn from it lacks the others`;
}

/** What a run says at its end that made no update. */
export function nothingLearned(steps: number): string {
  return `nothing was learned: there was no update in ${steps === 1 ? '1 step' : `${steps} steps`}. Train for more`;
}
