// Answers about metrics for tests of the pages: a small world of its own, so that every tile and every state
// can be seen without a warehouse. The sums of its rows are its totals.
import type { Page, Route } from 'playwright-core';

type Body = {
  metrics: string[];
  from: string;
  to: string;
  grain?: string;
  by?: string[];
  filters?: { dimension: string; in?: string[] }[];
  currency?: string;
  compare?: string;
  totals?: boolean;
  top?: { n: number; by: string };
};

const dims = ['channel', 'account', 'campaign', 'ad_set', 'ad', 'creative', 'currency'];
const metric = (name: string, title: string, unit: string, decimals: number, better: string, formula: string) => ({
  name,
  title,
  description: `${title} of the campaigns in the filters.`,
  formula,
  unit,
  decimals,
  better: better || undefined,
  dimensions: dims,
  models: ['marketing_spend'],
  built_in: true,
});

export const metrics = [
  metric('spend', 'Spend', 'money', 2, '', 'sum(spend)'),
  metric('impressions', 'Impressions', 'count', 0, 'up', 'sum(impressions)'),
  metric('clicks', 'Clicks', 'count', 0, 'up', 'sum(clicks)'),
  metric('ctr', 'CTR', 'percent', 6, 'up', 'clicks / impressions'),
  metric('platform_conversions', 'Purchases', 'count', 0, 'up', 'sum(platform_conversions)'),
  metric('roas_platform', 'ROAS', 'ratio', 4, 'up', 'platform_value / spend'),
  metric('cac', 'CAC', 'money', 2, 'down', 'spend / new_customers'),
  metric('orders', 'Orders', 'count', 0, 'up', 'count(orders)'),
  metric('over_claim', 'Over-claim', 'ratio', 4, 'down', 'platform_conversions / orders'),
];

export const members: Record<string, [string, string][]> = {
  channel: [
    ['facebook', 'Facebook Ads'],
    ['google', 'Google Ads'],
    ['(others)', '(others)'],
  ],
  account: [
    ['1001', 'Halden DE'],
    ['1002', 'Halden FR'],
    ['1003', 'Fjord & Fell SE'],
  ],
  campaign: [
    ['120210000000000001', 'Autumn jackets — conversions'],
    ['120210000000000002', '=HYPERLINK("http://x")'],
    ['(unmatched)', '(unmatched)'],
  ],
  ad_set: [
    ['s1', 'Lookalike 1 % purchasers · 25–54'],
    ['s2', 'Broad · 18–65'],
  ],
  ad: [
    ['a1', 'Static · storm shell, slate'],
    ['a2', 'Video 15 s · ridge walk'],
  ],
  creative: [['c1', 'Storm shell, slate']],
  currency: [
    ['EUR', 'EUR'],
    ['SEK', 'SEK'],
  ],
};

const picture =
  'data:image/svg+xml,' +
  encodeURIComponent(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 36 36"><rect width="36" height="36" fill="#ead9d3"/></svg>',
  );

const at = (from: string, n: number) => new Date(Date.parse(from) + n * 86_400_000).toISOString().slice(0, 10);

function buckets({ from, to, grain }: Body): string[] {
  if (!grain) return [''];
  const days = Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000) + 1;
  const all = Array.from({ length: days }, (_, i) => at(from, i));
  return grain === 'day' ? all : [...new Set(all.map((d) => d.slice(0, 7)))];
}

const value = (name: string, n: number) =>
  ({
    spend: (1000 + n * 37.21).toFixed(2),
    impressions: String(90_000 + n * 811),
    clicks: String(1300 + n * 17),
    ctr: (0.0144 + n / 10_000).toFixed(6),
    roas_platform: (3.4 + n / 20).toFixed(4),
    cac: (88.49 - n / 3).toFixed(2),
    over_claim: '1.3100',
    orders: '163',
  })[name] ?? String(60 + n);

const figure = (body: Body, name: string, n: number) => ({
  value: value(name, n),
  ...(['spend', 'cac'].includes(name) && { currency: body.currency ?? 'EUR' }),
});

/** Answers a question as the service does. */
export function answer(body: Body) {
  const columns = body.metrics
    .map((name) => metrics.find((m) => m.name === name)!)
    .map((m) => ({ ...m, metric: m.name }));
  const [dimension] = body.by ?? [];
  const chosen = body.filters?.find((f) => f.dimension === dimension)?.in;
  const rows = buckets(body).flatMap((bucket, b) =>
    (dimension ? (members[dimension] ?? []) : [['', '']]).flatMap(([id = '', name = ''], m) => {
      if (chosen && !chosen.includes(id)) return [];
      const n = b * 3 + m * 11;
      // A day without any figure: a gap, not a 0.
      const gap = bucket !== '' && b === 4;
      return {
        ...(bucket && { bucket }),
        ...(dimension && { members: [id], names: [name] }),
        figures: body.metrics.map((k) => (gap || (id === '(unmatched)' && k === 'spend') ? {} : figure(body, k, n))),
        ...(body.compare && {
          previous: body.metrics.map((k) => figure(body, k, n - 2)),
          change: body.metrics.map((_, i) => ({ value: i % 2 ? '-0.021300' : '0.129800' })),
        }),
        ...((dimension === 'ad' || dimension === 'creative') && { picture }),
      };
    }),
  );
  const total = body.metrics.map((k) => figure(body, k, 40));
  return {
    columns,
    rows,
    ...(body.totals && { total }),
    ...(body.compare && {
      compared: {
        from: at(body.from, -28),
        to: at(body.from, -1),
        total: body.metrics.map((k) => figure(body, k, 30)),
        change: body.metrics.map((_, i) => ({ value: i % 2 ? '-0.021300' : '0.129800' })),
        rows: buckets(body).map((bucket, b) => ({ bucket, figures: body.metrics.map((k) => figure(body, k, b * 2)) })),
      },
    }),
    notes: body.grain
      ? [
          {
            code: 'still_counting',
            message: 'Conversions from the last 7 days are still coming in.',
            days: [0, 1, 2].map((n) => at(body.to, -n)),
          },
          {
            code: 'regime',
            message: 'From here Meta counts view-through conversions for 1 day only.',
            days: [at(body.from, 9)],
          },
        ]
      : [{ code: 'zones_differ', message: 'These accounts have different time zones.' }],
    as_of: new Date(Date.now() - 3_600_000).toISOString(),
    sql: [
      {
        sql: 'SELECT sum(spend) FROM adtally.marketing_spend WHERE date BETWEEN ? AND ?',
        values: [body.from, body.to],
      },
    ],
    took_ms: 12,
  };
}

const tile = (id: string, kind: string, title: string, at: number[], more: object = {}) => ({
  id,
  kind,
  title,
  at,
  ...more,
});

export const performance = {
  id: 'performance',
  title: 'Performance',
  built_in: true,
  filters: [{ dimension: 'account' }, { dimension: 'campaign' }],
  range: { preset: 'last_28_days' },
  compare: 'previous_period',
  from: '2026-10-31',
  to: '2026-11-27',
  etag: '"1"',
  tiles: [
    tile('kpis', 'metric', '', [0, 0, 12, 2], {
      metrics: ['spend', 'impressions', 'clicks', 'ctr', 'platform_conversions', 'roas_platform'],
    }),
    tile('trend', 'line', 'Spend and claimed ROAS by day', [0, 2, 8, 5], { metrics: ['spend', 'roas_platform'] }),
    tile('accounts', 'bar', 'Spend by account', [8, 2, 4, 5], { metrics: ['spend'], by: ['account'] }),
    tile('campaigns', 'table', 'Campaigns', [0, 7, 12, 6], {
      metrics: ['spend', 'impressions', 'clicks', 'ctr', 'platform_conversions', 'roas_platform'],
      by: ['campaign'],
      drill: ['ad_set', 'ad'],
      totals: true,
    }),
  ],
};

const own = {
  ...performance,
  id: '0190aaaa-0000-7000-8000-000000000001',
  title: 'Board monthly',
  description: 'For the board',
  built_in: false,
  created_by: 'user:1',
  created_by_name: 'Maja Lindqvist',
  updated: '2026-11-20T08:00:00Z',
  tiles: [
    tile('text', 'text', 'Read this first', [0, 0, 12, 2], { text: 'Spend is final after 28 days.' }),
    tile('pie', 'pie', 'Spend by channel', [0, 2, 4, 5], { metrics: ['spend'], by: ['channel'] }),
    tile('stack', 'bar', 'Spend by channel and day', [4, 2, 8, 5], {
      metrics: ['spend'],
      by: ['channel'],
      grain: 'day',
    }),
    tile('claims', 'claims', 'Who claims the orders?', [0, 7, 12, 4], {
      metrics: ['platform_conversions', 'orders', 'over_claim'],
      by: ['channel'],
    }),
    tile('months', 'table', 'By month', [0, 11, 6, 5], { metrics: ['spend', 'cac'], grain: 'month', totals: true }),
    tile('refused', 'metric', 'Reach', [6, 11, 6, 2], {
      metrics: ['cac'],
      filters: [{ dimension: 'channel', in: ['refused'] }],
    }),
    tile('match', 'tie_out', 'Match with the platform', [0, 16, 6, 4]),
    tile('fresh', 'freshness', 'Freshness', [6, 16, 6, 4]),
    tile('cover', 'coverage', 'Coverage', [0, 20, 6, 4]),
    tile('later', 'restatement', 'Later changes', [6, 20, 6, 4]),
  ],
};

const health = {
  items: [
    {
      source: '0190aaaa-0000-7000-8000-000000000009',
      source_name: 'Halden Europe',
      dataset: 'halden',
      as_of: '2026-11-28T08:08:00Z',
      coverage: { of: 100, read: 98, share: '0.98' },
      gaps: 1,
      missing_values: 0,
      tie_out: { ties: 1180, differs: 0, not_checked: 2 },
    },
  ],
};

const restated = {
  items: [
    {
      source: '0190aaaa-0000-7000-8000-000000000009',
      table: 'basic_ad',
      metric: 'spend',
      ages: [0, 1, 7, 28].map((age, i) => ({ age, days: 28, share: ['0.62', '0.97', '0.998', '1'][i] })),
    },
  ],
};

const yaml = 'metrics:\n  - name: spend_per_order\n    title: Spend per order\n    formula: spend / orders\n';
const file = {
  name: 'own',
  built_in: false,
  by: 'user:1',
  by_name: 'Maja Lindqvist',
  updated: '2026-11-20T08:00:00Z',
  version: 2,
  yaml,
};

const refusal = {
  act: 'configure',
  code: 'mixed_currency',
  detail: 'These accounts use EUR and SEK',
  hint: 'Convert at daily rates, or choose one currency.',
  status: 422,
  title: 'Unprocessable Entity',
  type: 'urn:adtally:problem:mixed_currency',
  request: 'r1',
};

/** What pages have asked and saved. */
export type Seen = { asked: Body[]; saved: Record<string, unknown>[] };

/** Answers requests about metrics and dashboards in place of the service. */
export async function fakeBoards(page: Page): Promise<Seen> {
  const seen: Seen = { asked: [], saved: [] };
  const dashboards: Record<string, Record<string, unknown>> = { performance, [own.id]: own };
  const json = (route: Route, body: unknown, status = 200) =>
    route.fulfill({
      status,
      contentType: status < 400 ? 'application/json' : 'application/problem+json',
      headers: { ETag: '"1"' },
      body: JSON.stringify(body),
    });
  await page.route('**/api/v1/query', (route) => {
    const body = route.request().postDataJSON() as Body;
    seen.asked.push(body);
    if (!body.currency && body.filters?.some((f) => f.in?.includes('refused'))) return json(route, refusal, 422);
    const filters = body.filters?.filter((f) => !f.in?.includes('refused'));
    return json(route, answer({ ...body, filters }));
  });
  await page.route('**/api/v1/query.csv', (route) =>
    route.fulfill({ contentType: 'text/csv', body: 'campaign,spend\r\n120210000000000001,1000.00\r\n' }),
  );
  await page.route('**/api/v1/analytics-settings', (route) =>
    json(route, { reporting_currency: 'EUR', reporting_zone: 'Europe/Berlin' }),
  );
  await page.route('**/api/v1/metrics', (route) => json(route, { items: metrics }));
  await page.route('**/api/v1/dimensions', (route) =>
    json(route, {
      items: dims.map((name) => ({
        name,
        title: name.replace('_', ' ').replace(/^./, (c) => c.toUpperCase()),
        models: ['marketing_spend'],
      })),
    }),
  );
  await page.route('**/api/v1/dimensions/*/members?*', (route) => {
    const url = new URL(route.request().url());
    const search = url.searchParams.get('search')?.toLowerCase() ?? '';
    const all = members[url.pathname.split('/')[4]!] ?? [];
    const items = all.map(([id, name]) => ({ id, name })).filter((m) => m.name.toLowerCase().includes(search));
    return json(route, { items });
  });
  await page.route('**/api/v1/data-health', (route) => json(route, health));
  await page.route('**/api/v1/restatement?*', (route) => json(route, restated));
  await page.route('**/api/v1/dashboards', (route) => {
    if (route.request().method() === 'GET') return json(route, { items: Object.values(dashboards) });
    const made = { ...performance, built_in: false, ...(route.request().postDataJSON() as object), id: 'made' };
    seen.saved.push(made);
    dashboards.made = made;
    return json(route, made, 201);
  });
  await page.route('**/api/v1/dashboards/*', (route) => {
    const id = new URL(route.request().url()).pathname.split('/').at(-1)!;
    const there = dashboards[id] ?? performance;
    if (route.request().method() === 'DELETE') {
      delete dashboards[id];
      return route.fulfill({ status: 204 });
    }
    if (route.request().method() === 'PUT') {
      const changed = { ...there, ...(route.request().postDataJSON() as object) };
      dashboards[id] = changed;
      seen.saved.push(changed);
      return json(route, changed);
    }
    return json(route, there);
  });
  await page.route('**/api/v1/dashboards/*/duplicate', (route) => {
    const copy = { ...performance, id: 'copy', title: 'Performance (copy)', built_in: false };
    dashboards.copy = copy;
    return json(route, copy, 201);
  });
  await page.route('**/api/v1/definitions', (route) =>
    json(route, { items: [{ ...file, name: 'performance', built_in: true, by_name: undefined, version: 1 }, file] }),
  );
  await page.route('**/api/v1/definitions/own', (route) => {
    if (route.request().method() === 'PUT') seen.saved.push(route.request().postDataJSON() as Record<string, unknown>);
    return json(route, file);
  });
  await page.route('**/api/v1/definitions/own/versions', (route) =>
    json(route, {
      items: [
        {
          version: 1,
          at: '2026-11-01T08:00:00Z',
          by: 'user:1',
          by_name: 'Maja Lindqvist',
          deleted: false,
          yaml: yaml.replace('Spend per order', 'Cost'),
        },
      ],
    }),
  );
  await page.route('**/api/v1/definitions/check', (route) => {
    const { yaml: text } = route.request().postDataJSON() as { yaml: string };
    const line = text.split('\n').findIndex((l) => l.includes('ordres')) + 1;
    const errors = line ? [{ line, message: 'No metric is called ordres.', hint: 'Did you mean orders?' }] : [];
    return json(route, {
      valid: !line,
      errors,
      metrics: line ? [] : [{ metric: 'spend_per_order', change: 'changed' }],
      sql: false,
    });
  });
  await page.route('**/api/v1/definitions.yaml', (route) =>
    route.fulfill({ contentType: 'application/yaml', body: yaml }),
  );
  return seen;
}
