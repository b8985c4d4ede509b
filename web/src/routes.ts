// Every page of the UI and its URL. Pages are loaded when they are opened.
import { tick } from 'svelte';
import { createRouter, type HooksContext, type LayoutComponent } from 'sv-router';
import { rememberPlaces, returnToPlace } from './lib/scroll';
import Shell from './pages/Shell.svelte';

rememberPlaces();

let last = '';

/** After a navigation the focus goes to the page's title, so that screen readers say it. */
async function focusTitle({ pathname }: HooksContext): Promise<void> {
  const first = last === '';
  const same = last === pathname;
  last = pathname;
  returnToPlace();
  if (first || same) return;
  await tick();
  document.querySelector<HTMLElement>('h1[tabindex]')?.focus({ preventScroll: true });
}

/** sv-router loads a layout when it is needed, but its types do not say so. */
const lazy = (load: () => Promise<unknown>) => load as unknown as LayoutComponent;

// The page with every component costs the product nothing: only builds for development and
// screenshots (VITE_PARTS=1) have it.
const parts =
  import.meta.env.DEV || import.meta.env.VITE_PARTS
    ? () => import('./pages/Parts.svelte')
    : () => import('./pages/NotFound.svelte');

export const { navigate, route, isActive } = createRouter({
  hooks: { afterLoad: focusTitle },
  layout: Shell,
  '/': () => import('./pages/Home.svelte'),
  '/(login)': () => import('./pages/in/Login.svelte'),
  '/(setup)': () => import('./pages/in/Setup.svelte'),
  '/(invite)': () => import('./pages/in/Invite.svelte'),
  '/(reset)': () => import('./pages/in/Reset.svelte'),
  '/link': {
    '/(done)': () => import('./pages/in/LinkDone.svelte'),
    '/(:code)': () => import('./pages/in/Link.svelte'),
  },
  '/sources': {
    '/': () => import('./pages/sources/Sources.svelte'),
    '/deleted': () => import('./pages/sources/Deleted.svelte'),
    '/:id': {
      layout: lazy(() => import('./pages/source/Source.svelte')),
      '/': () => import('./pages/source/Overview.svelte'),
      '/runs': () => import('./pages/source/Runs.svelte'),
      '/tables': {
        '/': () => import('./pages/source/Tables.svelte'),
        '/new': () => import('./pages/source/ReportBuilder.svelte'),
        '/:name': () => import('./pages/source/Table.svelte'),
      },
      '/usage': () => import('./pages/source/Usage.svelte'),
      '/configuration': () => import('./pages/source/Configuration.svelte'),
      '/delete': () => import('./pages/source/Delete.svelte'),
      '/reconnect': () => import('./pages/source/Reconnect.svelte'),
      '/guide': () => import('./pages/source/GuideOfSource.svelte'),
      '/guide/:step': () => import('./pages/source/GuideOfSource.svelte'),
    },
  },
  '/runs/:run': () => import('./pages/run/Run.svelte'),
  '/catalog': {
    '/': () => import('./pages/connect/Catalog.svelte'),
    '/:connector': () => import('./pages/connect/Catalog.svelte'),
    '/:connector/help': () => import('./pages/connect/Help.svelte'),
  },
  '/connect/:connector': {
    '/': () => import('./pages/connect/Connect.svelte'),
    '/guide': () => import('./pages/connect/Guide.svelte'),
    '/guide/:step': () => import('./pages/connect/Guide.svelte'),
  },
  '/dashboards': {
    '/': () => import('./pages/dashboards/List.svelte'),
    '/new': () => import('./pages/dashboards/Edit.svelte'),
    '/:id': () => import('./pages/dashboards/Dashboard.svelte'),
    '/:id/edit': () => import('./pages/dashboards/Edit.svelte'),
    '/:id/share': () => import('./pages/dashboards/Share.svelte'),
  },
  '/data': {
    '/': () => import('./pages/data/Diagram.svelte'),
    '/metrics': () => import('./pages/data/Metrics.svelte'),
    '/files': {
      '/': () => import('./pages/data/Files.svelte'),
      '/:id': () => import('./pages/data/File.svelte'),
    },
    '/matching': () => import('./pages/data/Matching.svelte'),
    '/naming': () => import('./pages/data/Naming.svelte'),
    '/ask': () => import('./pages/data/Ask.svelte'),
    '/difference': () => import('./pages/data/Difference.svelte'),
  },
  '/links': () => import('./pages/links/Links.svelte'),
  '/alerts': () => import('./pages/settings/Alerts.svelte'),
  '/settings': {
    layout: lazy(() => import('./pages/settings/Settings.svelte')),
    '/': () => import('./pages/settings/General.svelte'),
    '/people': () => import('./pages/settings/People.svelte'),
    '/keys': () => import('./pages/settings/Keys.svelte'),
    '/channels': () => import('./pages/settings/Channels.svelte'),
    '/app': () => import('./pages/settings/App.svelte'),
    '/audit': () => import('./pages/settings/Audit.svelte'),
  },
  '/me': () => import('./pages/settings/Me.svelte'),
  '/parts': parts,
  '*': () => import('./pages/NotFound.svelte'),
});
