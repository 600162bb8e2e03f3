import { describe, expect, it } from 'vitest';
import { createTopicModel } from './topic-model.ts';

describe('the model of a topic', () => {
  const table: readonly [pattern: string | null, topic: string, model: string | undefined][] = [
    [null, 'churn', 'churn'],
    ['inference\\..+', 'inference.churn', 'inference.churn'],
    ['inference\\.(?<model>.+)', 'inference.churn', 'churn'],
    ['(?<env>\\w+)\\.(?<model>[^.]+)\\.v\\d', 'prod.churn.v1', 'churn'],
    ['all|inference\\.(?<model>.+)', 'all', undefined],
    ['inference\\.(?<model>.+)', 'other', undefined],
  ];
  it.each(table)('%s of %s is %s', (pattern, topic, model) =>
    expect(createTopicModel(pattern)(topic)).toBe(model),
  );
});
