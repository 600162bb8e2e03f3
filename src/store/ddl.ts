/** How the placeholders of a migration are filled. */
export interface DdlOptions {
  readonly database: string;
  /** Cluster name, '' for one server. */
  readonly cluster: string;
  /** Days kept; null migrates without TTL (tests). */
  readonly retention: Retention | null;
}

/** Days each kind of row is kept. */
export interface Retention {
  readonly raw: number;
  readonly fiveMinute: number;
  readonly hourly: number;
  readonly daily: number;
  readonly labels: number;
}

/**
 * Fills the placeholders of one DDL statement.
 *
 * @example
 * fillDdl('CREATE TABLE {db}.t{cluster} (a Int8) ENGINE = {merge} ORDER BY a', { database: 'leeway', cluster: '', retention: null })
 * // 'CREATE TABLE leeway.t (a Int8) ENGINE = MergeTree ORDER BY a'
 */
export function fillDdl(statement: string, options: DdlOptions): string {
  const replicated = options.cluster !== '' ? 'Replicated' : '';
  return statement
    .replaceAll('{db}', options.database)
    .replaceAll('{cluster}', options.cluster === '' ? '' : ` ON CLUSTER '${options.cluster}'`)
    .replaceAll('{merge}', `${replicated}MergeTree`)
    .replaceAll(/\{replacing:(\w+)\}/g, `${replicated}ReplacingMergeTree($1)`)
    .replaceAll(/\{ttl:([^}]+)\}/g, (_, expression: string) => ttlClause(expression, options.retention));
}

function ttlClause(expression: string, retention: Retention | null): string {
  if (retention === null) return '';
  return `TTL ${expression.replaceAll(/@(\w+)/g, (_, name: string) => String(retention[name as keyof Retention]))}`;
}
