import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { LeewayError } from '../../lib/errors.ts';

const name = Type.String({ pattern: '^[a-z][a-z0-9_]{0,63}$' });

/** What `manifest.json` of an export says; written last, so an export that has one is whole. */
export const manifestSchema = Type.Object({
  format: Type.Literal('leeway-export'),
  /** Of the layout of the export itself. */
  version: Type.Literal(1),
  leeway: Type.String(),
  /** The store's clock at the moment the export shows, epoch milliseconds. */
  at: Type.Number(),
  /** Whether a service was writing meanwhile. */
  live: Type.Boolean(),
  schema: Type.Array(Type.Object({ number: Type.Integer(), name: Type.String() })),
  tables: Type.Array(
    Type.Object({
      name,
      columns: Type.Array(name),
      /** Rows that count, and the checksum over them: docs/backup.md. */
      rows: Type.Integer(),
      checksum: Type.String(),
      files: Type.Array(
        Type.Object({
          path: Type.String({ pattern: '^data/[a-z0-9_]+/[0-9]+\\.native\\.gz$' }),
          partition: Type.String(),
          bytes: Type.Integer(),
          sha256: Type.String(),
          /** Rows of the part it holds, copies and removed ones included. */
          rows: Type.Integer(),
        }),
      ),
    }),
  ),
});

export interface ManifestFile {
  readonly path: string;
  readonly partition: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly rows: number;
}

export interface ManifestTable {
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: number;
  readonly checksum: string;
  readonly files: readonly ManifestFile[];
}

export interface Manifest {
  readonly format: 'leeway-export';
  readonly version: 1;
  readonly leeway: string;
  readonly at: number;
  readonly live: boolean;
  readonly schema: readonly { readonly number: number; readonly name: string }[];
  readonly tables: readonly ManifestTable[];
}

/** @throws LeewayError LW_EXPORT_INVALID */
export function parseManifest(text: string, where: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new LeewayError('LW_EXPORT_INVALID', `${where}: manifest.json is not JSON`, error);
  }
  if (!Value.Check(manifestSchema, value))
    throw new LeewayError(
      'LW_EXPORT_INVALID',
      `${where}: manifest.json is none of an export of this version`,
    );
  return value as Manifest;
}

/** @throws LeewayError LW_EXPORT_INVALID when the export has other tables than this version makes. */
export function checkSchema(manifest: Manifest, own: Manifest['schema'], where: string): void {
  const text = (steps: Manifest['schema']) =>
    steps.map(({ number, name: step }) => `${number} ${step}`).join(', ');
  if (text(manifest.schema) === text(own)) return;
  const last = (steps: Manifest['schema']) => steps.at(-1)?.number ?? 0;
  const advice =
    last(manifest.schema) < last(own)
      ? 'Start the newer Leeway on the old store once, so that its tables are brought up to date, and export it again.'
      : 'Import it with the version of Leeway that made it, or a newer one.';
  throw new LeewayError(
    'LW_EXPORT_INVALID',
    `${where} was made by Leeway ${manifest.leeway} with the tables of migration ${last(manifest.schema)}; this version has those of ${last(own)} (${text(own)}). ${advice}`,
  );
}
