/** Orders of which an attempt to send is under way: what becomes of them is for the attempt to say. */
export interface InHand {
  has(id: string): boolean;
  /** Takes one up; what it returns is called when the attempt has come to an end. */
  take(id: string): () => void;
  /** Resolves when none of this id is in hand. */
  ended(id: string): Promise<void>;
}

export function createInHand(): InHand {
  const held = new Map<string, Promise<void>>();
  return {
    has: id => held.has(id),
    take: id => {
      let end = () => {};
      const ended = new Promise<void>(resolve => {
        end = resolve;
      });
      held.set(id, ended);
      return () => {
        if (held.get(id) === ended) held.delete(id);
        end();
      };
    },
    ended: async id => void (await held.get(id)),
  };
}
