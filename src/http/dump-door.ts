export interface DumpPiece {
  readonly part: string;
  readonly partition: string;
  readonly from: number;
  readonly to: number;
}

export interface CopiedTable {
  readonly copy: string;
  readonly table: string;
}

/** A copy of the whole store that is read piece by piece. */
export interface DumpDoor {
  begin(): Promise<{
    readonly copy: string;
    readonly schema: readonly { readonly number: number; readonly name: string }[];
    readonly at: number;
    readonly tables: readonly {
      readonly name: string;
      readonly columns: readonly string[];
      readonly pieces: readonly DumpPiece[];
    }[];
  }>;
  fingerprint(of: CopiedTable): Promise<{ readonly rows: number; readonly checksum: string }>;
  read(of: CopiedTable, piece: DumpPiece): Promise<Uint8Array>;
  end(copy: string): Promise<void>;
}
