/** What holds for every verdict and no number on the page says. */
const limits: readonly (readonly [lead: string, rest: string])[] = [
  [
    'The budget of false alarms',
    'is a promise for rows that are independent of each other. Where they are not (cycles, batches, waves of similar customers) it is an intention, well tested, that a stream may still exceed.',
  ],
  [
    'The first four weeks',
    'take windows of a day and longer for independent rows: a baseline of one working day sees the first weekend as drift. Cut it from a whole week where weekends differ.',
  ],
  [
    'Errors and missing values',
    'page from the first window after a baseline, by a test that takes rows as independent. Where their shares move by themselves from day to day, that is more often than the budget until four weeks are known.',
  ],
  [
    'A slow trend',
    'during the first four weeks is learnt as noise: what a stream did then is what it is expected to do. The effect is always measured against the fixed baseline, so a trend shows there: look at it over time in windows of 168 h.',
  ],
  [
    'A public holiday or a campaign',
    'looks like drift unless the calendar in the configuration knows the day, as a Sunday or as an event that is not judged.',
  ],
  [
    'A stream that comes in few large batches',
    'needs windows of days, not hours, before a change stands out from its batches.',
  ],
  [
    'Stable',
    'means that no change was found where one of the smallest detectable size would be found half of the time. A smaller one may be there.',
  ],
  [
    'An effect without a small p',
    'is no finding: in windows of under 1,000 rows an estimate above 2 % is common with nothing changed.',
  ],
  [
    'Whether the model is still right',
    'cannot be seen in its inputs and outputs alone: the same inputs with other outcomes show only once labels arrive.',
  ],
];

export function Limits() {
  return (
    <details class="limits">
      <summary>What these verdicts can and cannot say</summary>
      <ul>
        {limits.map(([lead, rest]) => (
          <li key={lead}>
            <strong>{lead}</strong> {rest}
          </li>
        ))}
      </ul>
    </details>
  );
}
