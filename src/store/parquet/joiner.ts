import {
  readStruct,
  type ThriftEncoded,
  type ThriftField,
  type ThriftList,
  type ThriftStruct,
  type ThriftValue,
  thriftType,
  writeStruct,
} from './thrift.ts';

/**
 * Several Parquet files of the same columns as one, while they come: row groups pass as they are, and only the footer,
 * which says where each of them begins, is written anew at the end. So a table of any size is a stream in little memory,
 * and one that was cut off has no footer: no reader takes it for a whole one.
 */
export interface ParquetJoiner {
  /** Rows added so far. */
  readonly rows: number;
  /** The bytes to pass on for one more file. */
  add(file: Uint8Array): Uint8Array[];
  /** The bytes that end the table; at least one file was added before. */
  end(): Uint8Array[];
}

const magic = Buffer.from('PAR1');
const { binary, struct } = thriftType;

/** Field numbers of parquet.thrift. */
const footer = { schema: 2, rows: 3, rowGroups: 4 };
const schemaElement = { name: 4 };
const rowGroup = { columns: 1, fileOffset: 5, ordinal: 7 };
const columnChunk = { fileOffset: 2, meta: 3 };
const columnMeta = { path: 3, dataPage: 9, indexPage: 10, dictionaryPage: 11 };
/** Page indexes hold places of their own: readers do without them. */
const indexes = { chunk: [4, 5, 6, 7], meta: [14, 15] };

/** @param names of the columns, in place of those in the files; none of them is nested */
export function createParquetJoiner(names: readonly string[]): ParquetJoiner {
  const texts = names.map(name => Buffer.from(name));
  const groups: ThriftEncoded[] = [];
  let first: ThriftStruct | null = null;
  let schema = '';
  let at = magic.length;
  let rows = 0n;
  return {
    get rows() {
      return Number(rows);
    },
    add: file => {
      const { data, info } = parse(file);
      const own = schemaOf(info);
      if (first !== null && own !== schema) throw new TypeError('the files of a table have other columns');
      for (const group of items(info, footer.rowGroups)) {
        const moved = movedGroup(group as ThriftStruct, BigInt(at - magic.length), texts);
        groups.push({ encoded: writeStruct(moved) });
      }
      rows += valueOf(info, footer.rows) as bigint;
      const parts = first === null ? [magic, data] : [data];
      first ??= info;
      schema = own;
      at += data.length;
      return parts;
    },
    end: () => {
      const bytes = writeStruct(
        withFields(first!, {
          [footer.schema]: value => renamed(value as ThriftList, texts),
          [footer.rows]: () => rows,
          [footer.rowGroups]: () => ({ of: struct, items: groups }),
        }),
      );
      const length = Buffer.alloc(4);
      length.writeUInt32LE(bytes.length);
      return [bytes, length, magic];
    },
  };
}

/** What lies between the marks of a file: pages, and the footer. */
function parse(file: Uint8Array): { readonly data: Uint8Array; readonly info: ThriftStruct } {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.length);
  const tail = bytes.length - 8;
  if (tail < 4 || !bytes.subarray(0, 4).equals(magic) || !bytes.subarray(tail + 4).equals(magic))
    throw new TypeError('the engine gave no Parquet file');
  const start = tail - bytes.readUInt32LE(tail);
  return { data: bytes.subarray(4, start), info: readStruct(bytes.subarray(start, tail)) };
}

function schemaOf(info: ThriftStruct): string {
  const field = info.fields.find(({ id }) => id === footer.schema)!;
  return Buffer.from(writeStruct({ fields: [field] })).toString('latin1');
}

/** The first element is the root, the others are the columns. */
function renamed({ of, items: elements }: ThriftList, texts: readonly Uint8Array[]): ThriftList {
  if (elements.length !== texts.length + 1)
    throw new TypeError(`a table of ${elements.length - 1} columns was given ${texts.length} names`);
  return {
    of,
    items: elements.map((element, i) =>
      i === 0 ? element : withFields(element as ThriftStruct, { [schemaElement.name]: () => texts[i - 1]! }),
    ),
  };
}

function movedGroup(group: ThriftStruct, shift: bigint, texts: readonly Uint8Array[]): ThriftStruct {
  const move = (value: ThriftValue) => ((value as bigint) > 0n ? (value as bigint) + shift : value);
  const chunk = (value: ThriftValue, i: number) =>
    withFields(without(value, indexes.chunk), {
      [columnChunk.fileOffset]: move,
      [columnChunk.meta]: meta =>
        withFields(without(meta, indexes.meta), {
          [columnMeta.path]: () => ({ of: binary, items: [texts[i]!] }),
          [columnMeta.dataPage]: move,
          [columnMeta.indexPage]: move,
          [columnMeta.dictionaryPage]: move,
        }),
    });
  const moved = withFields(group, {
    [rowGroup.fileOffset]: move,
    [rowGroup.columns]: value => {
      const { of, items: chunks } = value as ThriftList;
      return { of, items: chunks.map(chunk) };
    },
  });
  // Its number within its own file; left out, readers count themselves.
  return without(moved, [rowGroup.ordinal]);
}

function without(value: ThriftValue, ids: readonly number[]): ThriftStruct {
  return { fields: (value as ThriftStruct).fields.filter(({ id }) => !ids.includes(id)) };
}

type Change = (value: ThriftValue) => ThriftValue;

/** The struct with the values of some fields changed, where it has them. */
function withFields(of: ThriftStruct, changes: Readonly<Record<number, Change>>): ThriftStruct {
  return {
    fields: of.fields.map((field): ThriftField => {
      const change = changes[field.id];
      return change === undefined ? field : { ...field, value: change(field.value) };
    }),
  };
}

function valueOf(of: ThriftStruct, id: number): ThriftValue | undefined {
  return of.fields.find(field => field.id === id)?.value;
}

function items(of: ThriftStruct, id: number): readonly ThriftValue[] {
  return (valueOf(of, id) as ThriftList | undefined)?.items ?? [];
}
