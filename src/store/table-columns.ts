/** What was found in the rows of a table: which names, and whether answers are text. */
export interface TableContent {
  readonly num: readonly string[];
  readonly cat: readonly string[];
  readonly scores: readonly string[];
  readonly segment: readonly string[];
  readonly textPrediction: boolean;
  readonly textLabel: boolean;
}

/** A column of an exported table. Its name never stands in SQL: users choose it. */
export interface TableColumn {
  readonly name: string;
  readonly sql: string;
}

/** Names as parameters of the statement, by the map they are looked up in. */
export type TableNames = Pick<TableContent, 'num' | 'cat' | 'scores' | 'segment'>;

/**
 * Columns in an order that depends on the names alone: what identifies a row, features by name, what the model said, the
 * truth. A feature with numbers in some rows and text in others has two columns.
 */
export function tableColumns(content: TableContent): TableColumn[] {
  const features = [
    ...content.num.map((name, i) => ({ name: `feature:${name}`, sql: inMap('num', i) })),
    ...content.cat.map((name, i) => ({
      name: content.num.includes(name) ? `feature:${name}:text` : `feature:${name}`,
      sql: inMap('cat', i),
    })),
  ].sort((a, b) => (a.name < b.name ? -1 : 1));
  return unique([
    { name: 'id', sql: 'i.id' },
    { name: 'time', sql: 'i.time' },
    { name: 'version', sql: 'toString(i.version)' },
    { name: 'environment', sql: 'toString(i.environment)' },
    ...features,
    ...content.segment.map((name, i) => ({ name: `segment:${name}`, sql: inMap('segment', i) })),
    { name: 'status', sql: 'nullIf(i.status, 0)' },
    { name: 'error', sql: "nullIf(toString(i.error), '')" },
    { name: 'prediction', sql: answer('i.predicted', 'i.prediction', content.textPrediction) },
    ...content.scores.map((name, i) => ({ name: `score:${name}`, sql: inMap('scores', i) })),
    {
      name: 'label',
      sql: `if(l.id = '', NULL, ${answer('l.labelled', 'l.label', content.textLabel)})`,
    },
    { name: 'label_time', sql: "if(l.id = '', NULL, l.time)" },
  ]);
}

/** A value of a map by the number of its name; `names_` are arrays given as parameters. */
function inMap(map: keyof TableNames, index: number): string {
  const name = `names_${map}[${index + 1}]`;
  const value = map === 'cat' || map === 'segment' ? `toString(i.${map}[${name}])` : `i.${map}[${name}]`;
  return `if(mapContains(i.${map}, ${name}), ${value}, NULL)`;
}

/** A class, or a number; not known is NULL. */
function answer(text: string, number: string, asText: boolean): string {
  const known = `if(isNaN(${number}), NULL, ${number})`;
  return asText ? `if(${text} != '', toString(${text}), toString(${known}))` : known;
}

/** A feature may itself be called `x:text`: the later of two equal names is told apart. */
function unique(columns: readonly TableColumn[]): TableColumn[] {
  const taken = new Set<string>();
  return columns.map(column => {
    let { name } = column;
    while (taken.has(name)) name = `${name}:text`;
    taken.add(name);
    return { ...column, name };
  });
}
