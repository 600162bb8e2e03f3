import { Readable } from 'node:stream';
import { LeewayError } from '../lib/errors.ts';
import { toLeewayError } from './failure.ts';
import type { HttpDeps } from './ports.ts';

/** Answers that are long streams: so many at once, and none for ever. */
export interface ExportStreams {
  /**
   * A stream of these pieces that has its first one already, so that an early failure still gets a proper answer. It
   * fails, which breaks the transfer off, when a piece cannot be read or the receiver takes nothing for long.
   *
   * @throws LeewayError LW_NOT_READY when enough of them run already
   */
  start(pieces: AsyncIterator<Uint8Array | string>): Promise<Readable>;
  /** Breaks off those that run. */
  stop(): void;
}

export interface ExportLimits {
  readonly most: number;
  /** Longest time in which a receiver takes nothing, milliseconds. */
  readonly stallMs: number;
}

export function createExportStreams(limits: ExportLimits, problem: HttpDeps['problem']): ExportStreams {
  const running = new Set<Readable>();
  let begun = 0;
  return {
    start: async pieces => {
      if (begun >= limits.most)
        throw new LeewayError('LW_NOT_READY', `${limits.most} exports run already.`, undefined, advice);
      begun++;
      let first: IteratorResult<Uint8Array | string>;
      try {
        first = await pieces.next();
      } catch (error) {
        begun--;
        throw error;
      }
      const stalled = (error: LeewayError) => void stream.destroy(error);
      const source = follow({ first, pieces, stalled, stallMs: limits.stallMs });
      const stream = Readable.from(source, { objectMode: false, highWaterMark: 65_536 });
      running.add(stream);
      stream.once('error', error => {
        // The status was sent long ago: the connection is cut, and the cause is told here.
        problem({ code: toLeewayError(error).code, message: `An export was cut off: ${String(error)}` });
      });
      stream.once('close', () => {
        running.delete(stream);
        void Promise.resolve(pieces.return?.())
          .catch(() => undefined)
          .finally(() => void begun--);
      });
      return stream;
    },
    stop: () => {
      for (const stream of running) stream.destroy(new LeewayError('LW_NOT_READY', 'The service stops.'));
    },
  };
}

const advice = 'Try again when one of them has ended; GET /openapi.json says how many may run at once.';

async function* follow(of: {
  readonly first: IteratorResult<Uint8Array | string>;
  readonly pieces: AsyncIterator<Uint8Array | string>;
  readonly stalled: (error: LeewayError) => void;
  readonly stallMs: number;
}): AsyncGenerator<Uint8Array | string, void, undefined> {
  for (let next = of.first; next.done !== true; next = await of.pieces.next()) {
    const timer = setTimeout(() => {
      of.stalled(new LeewayError('LW_NOT_READY', `The receiver took nothing for ${of.stallMs / 1000} s.`));
    }, of.stallMs);
    timer.unref();
    try {
      yield next.value;
    } finally {
      clearTimeout(timer);
    }
  }
}
