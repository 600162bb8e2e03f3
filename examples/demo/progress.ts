import { type Options, Presets, SingleBar } from 'cli-progress';

/** One line that says how far the replay is and what happens; plain lines where there is no terminal. */
export interface ProgressLine {
  update(rows: number, eventTime: number, state: string): void;
  /** A line that stays. */
  say(text: string): void;
  stop(): void;
}

export function createProgressLine(totalRows: number): ProgressLine {
  if (!process.stdout.isTTY) return plainLines(totalRows);
  const options: Options = {
    format: '{bar} {percentage}% | {rows} rows | {time} | {state}',
    hideCursor: true,
    barsize: 24,
    clearOnComplete: true,
    linewrap: false,
  };
  const bar = new SingleBar(options, Presets.shades_classic);
  let shown = { rows: '0', time: '', state: 'starting' };
  bar.start(totalRows, 0, shown);
  let value = 0;
  return {
    update: (rows, eventTime, state) => {
      value = rows;
      shown = { rows: thousands(rows), time: minutesOf(eventTime), state };
      bar.update(rows, shown);
    },
    say: text => {
      process.stdout.write(`\r\u001b[K${text}\n`);
      bar.update(value, shown);
    },
    stop: () => bar.stop(),
  };
}

/** A line every tenth of the way. */
function plainLines(totalRows: number): ProgressLine {
  let tenth = -1;
  return {
    update: (rows, eventTime, state) => {
      const now = Math.floor((rows / totalRows) * 10);
      if (now === tenth) return;
      tenth = now;
      console.log(
        `${String(now * 10).padStart(3)} % | ${thousands(rows)} rows | ${minutesOf(eventTime)} | ${state}`,
      );
    },
    say: text => console.log(text),
    stop: () => undefined,
  };
}

export function thousands(value: number): string {
  return value.toLocaleString('en-US');
}

/** Epoch milliseconds as `2026-11-21 10:00 UTC`. */
export function minutesOf(time: number): string {
  return `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
