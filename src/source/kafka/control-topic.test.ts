import { describe, expect, it } from 'vitest';
import { ensureControlTopic, noteOf, parseNote, readTerm } from './control-topic.ts';

describe('the control topic', () => {
  it('is made with one partition when it is missing, and left alone when it is there', async () => {
    const made: unknown[] = [];
    const admin = {
      listTopics: async () => ['there'],
      createTopics: async (options: unknown) => {
        made.push(options);
        return true;
      },
    };
    expect(await ensureControlTopic(admin, 'there')).toBe(false);
    expect(await ensureControlTopic(admin, 'control')).toBe(true);
    expect(made).toEqual([{ topics: [{ topic: 'control', numPartitions: 1 }], waitForLeaders: true }]);
  });

  it('says what to do when it may not be made', async () => {
    const refusal = Object.assign(new Error('several'), {
      errors: [new Error('Topic authorization failed')],
    });
    const admin = { listTopics: async () => [], createTopics: () => Promise.reject(refusal) };
    await expect(ensureControlTopic(admin, 'control')).rejects.toMatchObject({
      code: 'LW_ELECTION_AWAY',
      message:
        'there is no topic control and it cannot be made: Topic authorization failed. Make it with one partition, or allow this user to',
    });
  });

  it('remembers the term; what it cannot read counts as none', async () => {
    expect(parseNote(noteOf({ term: 3, by: 'x' }))).toEqual({ term: 3, by: 'x' });
    for (const text of [null, '', '{', '[]', '{"term":"3"}', '{"term":0}', '{"term":1.5}'])
      expect(parseNote(text), String(text)).toBeNull();
    const of = { group: 'g', topic: 'control' };
    const admin = (metadata: string | null) => ({
      fetchOffsets: async () => [{ topic: 'control', partitions: [{ partition: 0, offset: '0', metadata }] }],
    });
    expect(await readTerm(admin(noteOf({ term: 8, by: 'x' })), of)).toBe(8);
    expect(await readTerm(admin(null), of)).toBe(0);
    expect(await readTerm({ fetchOffsets: async () => [] }, of)).toBe(0);
  });
});
