import { useEffect, useRef } from 'preact/hooks';
import { signOut, useAccess } from './access.ts';
import { AlertPage } from './alert-page.tsx';
import { AlertsPage } from './alerts-page.tsx';
import type { ModelSummary } from './answers.ts';
import { clockTime } from './format.ts';
import { ModelPage } from './model-page.tsx';
import { ModelsPage } from './models-page.tsx';
import { useRoute } from './navigation.ts';
import { OrdersPage } from './orders-page.tsx';
import { usePoll } from './poll.ts';
import { NotReady, ReadinessMark, useReadiness } from './readiness.tsx';
import { RejectsPage } from './rejects-page.tsx';
import { get } from './request.ts';
import type { Route } from './route.ts';
import { SignIn } from './sign-in.tsx';
import { type Theme, useTheme } from './theme.ts';

/** The page, or the question for a key. */
export function App() {
  const { asked, signedIn } = useAccess();
  const [theme, toggleTheme] = useTheme();
  if (asked === null) return <Pages theme={theme} toggleTheme={toggleTheme} signedIn={signedIn} />;
  return (
    <>
      <header class="top">
        <span class="brand">
          <Logo />
          Leeway
        </span>
        <span class="spacer" />
        <ThemeButton theme={theme} toggle={toggleTheme} />
      </header>
      <main id="main" tabIndex={-1}>
        <SignIn asked={asked} />
      </main>
    </>
  );
}

interface PagesProps {
  readonly theme: Theme;
  readonly toggleTheme: () => void;
  readonly signedIn: boolean;
}

/** Header, the page of the route, footer. */
function Pages({ theme, toggleTheme, signedIn }: PagesProps) {
  const route = useRoute();
  const models = usePoll('models', async signal => {
    const answer = await get<{ models: readonly ModelSummary[] }>('v1/models', {}, signal);
    return answer.models;
  });
  const ready = useReadiness();
  const place = placeOf(route);
  useHeadingFocus(place, titleOf(route));
  return (
    <>
      <a class="skip" href="#main" onClick={skipToMain}>
        Skip to the content
      </a>
      <header class="top">
        <a class="brand" href="#/">
          <Logo />
          Leeway
        </a>
        <PageLinks route={route} />
        <span class="spacer" />
        {ready !== null && <ReadinessMark ready={ready} />}
        {signedIn && (
          <button type="button" class="quiet" onClick={signOut}>
            Sign out
          </button>
        )}
        <ThemeButton theme={theme} toggle={toggleTheme} />
      </header>
      <main id="main" tabIndex={-1}>
        {ready !== null && <NotReady ready={ready} />}
        {route.page === 'models' && <ModelsPage models={models} />}
        {route.page === 'model' && <ModelPage key={place} route={route} models={models} theme={theme} />}
        {route.page === 'alerts' && <AlertsPage />}
        {route.page === 'alert' && <AlertPage key={place} route={route} />}
        {route.page === 'orders' && <OrdersPage />}
        {route.page === 'rejects' && <RejectsPage />}
        {route.page === 'unknown' && <Unknown />}
      </main>
      <footer>
        <span>All times are UTC.</span>
        <span>{models.at > 0 ? `Updated ${clockTime(models.at)}, again every 15 s.` : ''}</span>
      </footer>
    </>
  );
}

function PageLinks({ route }: { readonly route: Route }) {
  return (
    <nav aria-label="Pages">
      <a
        href="#/"
        aria-current={route.page === 'models' ? 'page' : route.page === 'model' ? 'true' : undefined}
      >
        Models
      </a>
      <a
        href="#/alerts"
        aria-current={route.page === 'alerts' ? 'page' : route.page === 'alert' ? 'true' : undefined}
      >
        Alerts
      </a>
      <a href="#/orders" aria-current={route.page === 'orders' ? 'page' : undefined}>
        Orders
      </a>
      <a href="#/rejects" aria-current={route.page === 'rejects' ? 'page' : undefined}>
        Rejects
      </a>
    </nav>
  );
}

/** What is looked at, without what is chosen on it. */
function placeOf(route: Route): string {
  if (route.page === 'model') return `model/${route.model}`;
  if (route.page === 'alert') return JSON.stringify([route.model, route.policy, route.environment]);
  return route.page;
}

function titleOf(route: Route): string {
  if (route.page === 'alert') return `Alert ${route.policy} of ${route.model} · Leeway`;
  if (route.page === 'alerts') return 'Alerts · Leeway';
  if (route.page === 'orders') return 'Orders · Leeway';
  if (route.page === 'model') return `${route.model} · Leeway`;
  return route.page === 'rejects' ? 'Rejects · Leeway' : 'Leeway';
}

/** Title of the tab, and the focus on the heading when another page was opened (not on the first). */
function useHeadingFocus(place: string, title: string): void {
  const first = useRef(true);
  useEffect(() => {
    document.title = title;
    if (first.current) {
      first.current = false;
      return;
    }
    scrollTo(0, 0);
    document.querySelector<HTMLElement>('main h1')?.focus({ preventScroll: true });
  }, [place]);
}

function skipToMain(event: Event): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}

function ThemeButton({ theme, toggle }: { readonly theme: Theme; readonly toggle: () => void }) {
  const next = theme === 'dark' ? 'light' : 'dark';
  return (
    <button type="button" class="quiet theme" onClick={toggle} title={`Switch to ${next} colours`}>
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <circle cx="8" cy="8" r="6" />
        <path d="M8 2a6 6 0 0 1 0 12Z" />
      </svg>
      <span class="unseen">Switch to {next} colours</span>
    </button>
  );
}

function Logo() {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true">
      <path class="dash" d="M4 21h24" />
      <path class="way" d="M4 25c7-1 9-4 12-9s6-8 12-9" />
    </svg>
  );
}

function Unknown() {
  return (
    <>
      <h1 tabIndex={-1}>There is nothing at this address</h1>
      <p>
        <a href="#/">See all models</a>
      </p>
    </>
  );
}
