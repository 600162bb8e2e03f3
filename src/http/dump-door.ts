export interface DumpPiece {
  readonly part: string;
  readonly partition: string;
  readonly from: number;
  readonly to: number;
}

/** A copy of the whole store that is read piece by piece. */
export interface DumpDoor {
  begin(): Promise<{
    readonly schema: readonly { readonly number: number; readonly name: string }[];
    readonly at: number;
    readonly tables: readonly {
      readonly name: string;
      readonly columns: readonly string[];
      readonly pieces: readonly DumpPiece[];
    }[];
  }>;
  fingerprint(table: string): Promise<{ readonly rows: number; readonly checksum: string }>;
  read(table: string, piece: DumpPiece): Promise<Uint8Array>;
  end(): Promise<void>;
}
