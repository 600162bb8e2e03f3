import type { Acknowledgement, Pause, Silence } from '../domain/control.ts';
import type { AcknowledgementStore, PauseStore, SilenceStore } from './controls.ts';

/** What people asked, in memory: for tests, and for backtests that must leave no trace. */
export interface ControlTwins {
  readonly silences: SilenceStore;
  readonly acknowledgements: AcknowledgementStore;
  readonly pauses: PauseStore;
}

export function createControlTwins(): ControlTwins {
  return {
    silences: createSilenceTwin(),
    acknowledgements: createAcknowledgementTwin(),
    pauses: createPauseTwin(),
  };
}

interface Word {
  readonly policy: string;
  readonly model: string;
  readonly environment: string;
  readonly at: number;
}

const nameOf = ({ model, environment, policy }: Omit<Word, 'at'>) =>
  JSON.stringify([model, environment, policy]);

/** Words in the order of their time; of two at the same moment the one said later. */
function inOrder<T extends Word>(words: readonly T[]): readonly T[] {
  return [...words].sort((a, b) => a.at - b.at);
}

function createSilenceTwin(): SilenceStore {
  const silences = new Map<string, Silence>();
  const over = ({ to, ended }: Silence) => ended ?? to ?? Number.POSITIVE_INFINITY;
  return {
    write: async silence => void silences.set(silence.id, silence),
    find: async id => silences.get(id) ?? null,
    list: async limit =>
      [...silences.values()]
        .sort((a, b) => Number(over(b) > over(a)) - Number(over(a) > over(b)) || b.created - a.created)
        .slice(0, limit),
  };
}

function createAcknowledgementTwin(): AcknowledgementStore {
  const words: Acknowledgement[] = [];
  return {
    append: async word => void words.push(word),
    latest: async () => {
      const last = new Map<string, Acknowledgement>();
      for (const word of inOrder(words))
        if (word.episode >= (last.get(nameOf(word))?.episode ?? 0)) last.set(nameOf(word), word);
      return [...last.values()];
    },
    of: async (alert, episode) =>
      inOrder(words).filter(word => nameOf(word) === nameOf(alert) && word.episode >= episode),
  };
}

function createPauseTwin(): PauseStore {
  const words: Pause[] = [];
  return {
    append: async word => void words.push(word),
    latest: async () => [...new Map(inOrder(words).map(word => [nameOf(word), word])).values()],
    of: async (alert, limit) =>
      inOrder(words)
        .filter(word => nameOf(word) === nameOf(alert))
        .slice(-limit),
  };
}
