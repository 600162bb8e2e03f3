import { splitBody } from '../../decode/body.ts';
import type { FileDoor } from '../../http/file-door.ts';
import type { HttpDeps } from '../../http/ports.ts';
import { LeewayError } from '../../lib/errors.ts';
import type { Intake } from '../../store/intake.ts';
import { fileDeskOf } from './desk-of.ts';
import type { FileDesk } from './ports.ts';

type DeskDeps = Parameters<typeof fileDeskOf>[0];

/** The door of the running service; none where it does not ingest. */
export function fileDoorOf(
  deps: Omit<DeskDeps, 'intake'> & { readonly intake: Intake | null },
): Pick<HttpDeps, 'files'> {
  const { intake } = deps;
  return intake === null
    ? {}
    : { files: createFileDoor(fileDeskOf({ ...deps, intake }), deps.config.http.limits.rows) };
}

/** A file desk behind HTTP. */
export function createFileDoor(desk: FileDesk, mostRows: number): FileDoor {
  return {
    limits: () => desk.limits(),
    open: file => desk.open(file),
    take: (batch, body, expected) => {
      const { rows, refusal } = splitBody(body, 'application/x-ndjson', mostRows);
      if (refusal !== null)
        throw new LeewayError(
          refusal.reason === 'too-large' ? 'LW_BODY_TOO_LARGE' : 'LW_BODY_INVALID',
          refusal.detail,
        );
      // A row more or less would give all behind it another position.
      if (rows.length !== expected)
        throw new LeewayError('LW_BODY_INVALID', `the body holds ${rows.length} rows, not ${expected}`);
      return desk.take({ ...batch, rows });
    },
  };
}
