/** Alerts, episodes and silences in words and shapes. */
import type {
  AlertName,
  AlertState,
  EpisodeEvent,
  EventKind,
  SilenceEntry,
  Stretch,
} from './alert-answers.ts';
import { fullMoment, moment, subjectName } from './format.ts';
import type { StateLook } from './verdict.ts';

/** Where an alert stands. */
export function alertLook(alert: Pick<AlertState, 'state' | 'severity' | 'acknowledged'>): StateLook {
  const quiet = { tone: 'quiet' as const };
  if (alert.state === 'paused')
    return { word: 'Paused', shape: 'slash', ...quiet, meaning: 'Nothing changes until it is resumed' };
  if (alert.state === 'ok') return { word: 'Over', shape: 'disc', tone: 'good', meaning: 'No open episode' };
  if (alert.state === 'pending')
    return { word: 'Pending', shape: 'ring', ...quiet, meaning: 'Too few windows page so far' };
  const critical = alert.severity === 'critical';
  return {
    word: critical ? 'Firing, critical' : 'Firing, warning',
    shape: critical ? 'triangle' : 'triangle-open',
    tone: critical ? 'alarm' : 'warn',
    meaning: 'An episode is open',
  };
}

/** `churn (prod)`. */
export function streamName({ model, environment }: Pick<AlertName, 'model' | 'environment'>): string {
  return environment === '' ? model : `${model} (${environment})`;
}

/** What people have to do with an open alert; '' where there is nothing to say. */
export function peopleWords(alert: AlertState): string {
  const { paused, acknowledged, open, told, silences, heard } = alert;
  const note = (text: string) => (text === '' ? '' : `: “${text}”`);
  if (paused !== null) {
    const until = paused.until === null ? 'until it is resumed' : `until ${fullMoment(paused.until)}`;
    return `Paused by ${paused.by} ${until}${note(paused.note)}`;
  }
  if (!open) return '';
  if (acknowledged !== null)
    return `Acknowledged by ${acknowledged.by}, ${fullMoment(acknowledged.at)}${note(acknowledged.note)}`;
  if (silences.length > 0)
    return heard === 0 ? `Silenced: ${silences.join(', ')}` : `Silenced in part: ${silences.join(', ')}`;
  return told ? 'Nobody has acknowledged it' : 'Nobody was told of it';
}

export const eventWords: Readonly<Record<EventKind, string>> = {
  opened: 'Opened',
  announced: 'Announced',
  extended: 'Other subjects',
  reminded: 'Reminded',
  acknowledged: 'Acknowledged',
  unacknowledged: 'Given back',
  paused: 'Paused',
  resumed: 'Resumed',
  order: 'Order',
  resolved: 'Resolved',
  'end-announced': 'End announced',
};

const reasons: Readonly<Record<string, string>> = {
  silenced: 'silenced: nobody was told',
  'long-past': 'found long past: nobody was told',
  'opened-by-late-data': 'late data',
  'resolved-by-late-data': 'late data',
  'extended-by-late-data': 'late data',
  'policy-removed': 'its policy is gone',
};

/** Why, about what, and whether people were told. */
export function eventDetail({ kind, reason, subjects, told, by }: EpisodeEvent): string {
  const why = kind === reason || reason === 'announced' ? '' : (reasons[reason] ?? reason);
  const who = by === '' ? '' : `by ${by}`;
  const what = subjects.slice(0, 5).map(subjectName).join(', ');
  return [why, who, what, told ? 'people were told' : ''].filter(part => part !== '').join(' · ');
}

/** `14 Nov 02:00 to 14 Nov 04:00`. */
export function stretchWords({ from, to }: Stretch): string {
  return `${moment(from)} to ${to === null ? 'further notice' : moment(to)}`;
}

/** What a silence covers. */
export function matchWords(silence: SilenceEntry): string {
  const { models, environments, policies, checks, subjects } = silence;
  return Object.entries({ models, environments, policies, checks, subjects })
    .filter(([, patterns]) => patterns.length > 0)
    .map(([name, patterns]) => `${name} ${patterns.map(p => (p === '' ? '“”' : p)).join(', ')}`)
    .join(' · ');
}

/** Minutes as `90 min`, `2 h`, `3 days`. */
export function minutesWords(minutes: number): string {
  if (minutes % 1440 === 0) return minutes === 1440 ? '1 day' : `${minutes / 1440} days`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${minutes} min`;
}
