import { useRef, useState } from 'preact/hooks';

/** A command with a button that copies it; where copying is not allowed it is selected instead. */
export function CopyLine({ text, label }: { readonly text: string; readonly label: string }) {
  const code = useRef<HTMLElement>(null);
  const [done, setDone] = useState('');
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setDone('Copied');
    } catch {
      if (code.current !== null) getSelection()?.selectAllChildren(code.current);
      setDone('Selected: press Ctrl+C');
    }
  };
  return (
    <div class="copy">
      <pre tabIndex={0} aria-label={label}>
        <code ref={code}>{text}</code>
      </pre>
      <button type="button" onClick={() => void copy()}>
        Copy
      </button>
      <span role="status" class="muted">
        {done}
      </span>
    </div>
  );
}
