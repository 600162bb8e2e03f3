import { useEffect, useRef } from 'preact/hooks';
import { type Asked, signIn } from './access.ts';

/** Asks for an API key. It replaces the page, so that nothing is asked of the service meanwhile. */
export function SignIn({ asked }: { readonly asked: Asked }) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), [asked]);
  const submit = (event: Event) => {
    event.preventDefault();
    const key = field.current?.value.trim() ?? '';
    if (key !== '') signIn(key);
  };
  const wrong = asked.problem !== '';
  return (
    <section class="card sign-in" aria-labelledby="sign-in">
      <h1 id="sign-in" tabIndex={-1}>
        Sign in with an API key
      </h1>
      <p id="sign-in-about">
        This service answers only those who have a key. A key with the role <code>read</code> shows everything
        on this page; it stays in this tab and is forgotten when the tab is closed.
      </p>
      <form onSubmit={submit} autocomplete="off">
        <label for="key">API key</label>
        <input
          id="key"
          ref={field}
          type="password"
          name="leeway-key"
          autocomplete="off"
          spellcheck={false}
          required
          maxLength={200}
          placeholder="lw_…"
          aria-describedby={wrong ? 'sign-in-problem sign-in-about' : 'sign-in-about'}
          aria-invalid={wrong}
        />
        <button type="submit">Sign in</button>
      </form>
      <p id="sign-in-problem" role="alert" class={wrong ? 'notice trouble' : 'unseen'}>
        {asked.problem}
      </p>
      <p class="muted">
        No key yet? On the machine of the service: <code>leeway keys create --name YOU --roles read</code>
      </p>
    </section>
  );
}
