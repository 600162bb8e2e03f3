import { useState } from 'preact/hooks';
import { RequestFailure } from './request.ts';

export interface Sending {
  readonly busy: boolean;
  /** What went wrong last, with what to do; '' when nothing did. */
  readonly problem: string;
  /** What was done last, in words. */
  readonly done: string;
  /** Does one thing at a time; `words` are said when it is done. */
  run(work: () => Promise<unknown>, words: string): Promise<boolean>;
}

/** Something that changes the service: busy while it runs, and what came of it, for a live region. */
export function useSending(): Sending {
  const [state, setState] = useState({ busy: false, problem: '', done: '' });
  const run = async (work: () => Promise<unknown>, words: string) => {
    setState({ busy: true, problem: '', done: '' });
    try {
      await work();
      setState({ busy: false, problem: '', done: words });
      return true;
    } catch (cause) {
      const text =
        cause instanceof RequestFailure
          ? `${cause.message} ${cause.remedy}`
          : 'The answer could not be read.';
      setState({ busy: false, problem: text, done: '' });
      return false;
    }
  };
  return { ...state, run };
}
