import { describe, expect, test } from 'vitest';
import { boxOf, flowLayout, grouped, tablesLayout, type Diagram, type Lineage } from './diagram';
import { layersOf, lineOf, type Layout } from './layout';

const column = (name: string, key = false) => ({ name, type: 'VARCHAR', key });
const diagram: Diagram = {
  dataset: 'facebook_ads',
  tables: [
    { name: 'ads_full', title: '', description: '', kind: 'view', columns: [column('id'), column('x')] },
    { name: 'accounts', title: '', description: '', kind: 'object', columns: [column('id', true), column('name')] },
    {
      name: 'campaigns',
      title: '',
      description: '',
      kind: 'object',
      columns: [column('id', true), column('account_id')],
    },
    {
      name: 'ads',
      title: '',
      description: '',
      kind: 'object',
      columns: [column('id', true), column('campaign_id'), column('best')],
    },
    { name: '_gaps', title: '', description: '', kind: 'internal', columns: [column('row', true)] },
  ],
  references: [
    { table: 'campaigns', columns: ['account_id'], to_table: 'accounts', to_columns: ['id'] },
    { table: 'ads', columns: ['campaign_id'], to_table: 'campaigns', to_columns: ['id'] },
    { table: 'ads_full', columns: ['id'], to_table: 'ads', to_columns: ['id'], note: 'One row each.' },
    { table: 'ads', columns: ['best'], to_table: 'ads', to_columns: ['id'] },
  ],
};

function overlaps({ places }: Layout): string[] {
  const all = [...places];
  return all.flatMap(([a, p], i) =>
    all
      .slice(i + 1)
      .filter(([, q]) => p.x < q.x + q.width && q.x < p.x + p.width && p.y < q.y + q.height && q.y < p.y + p.height)
      .map(([b]) => `${a} and ${b}`),
  );
}

describe('tables', () => {
  const { boxes, lines, layout } = tablesLayout(diagram);

  test('every table has a box, and no two overlap', () => {
    expect([...layout.places.keys()].toSorted()).toEqual(diagram.tables.map((t) => t.name).toSorted());
    expect(overlaps(layout)).toEqual([]);
  });

  test('every box is inside of the drawing', () => {
    for (const p of layout.places.values()) {
      expect(p.x + p.width).toBeLessThanOrEqual(layout.width);
      expect(p.y + p.height).toBeLessThanOrEqual(layout.height);
    }
  });

  test('every key is in its box', () => {
    for (const b of boxes)
      expect(b.rows.filter((r) => r.key).map((r) => r.name)).toEqual(
        b.table.columns.filter((c) => c.key).map((c) => c.name),
      );
    expect(boxOf(diagram.tables[1]!, diagram.references).more).toBe(1);
  });

  test('every reference has a line', () => {
    expect(lines.map((l) => l.reference)).toEqual(diagram.references);
    for (const l of lines) expect(lineOf(l, layout.places)).toMatch(/^M[\d.]+,/);
  });

  test('a table stands to the right of those that it refers to', () => {
    const x = (name: string) => layout.places.get(name)?.x ?? NaN;
    expect(x('accounts')).toBeLessThan(x('campaigns'));
    expect(x('campaigns')).toBeLessThan(x('ads'));
    expect(x('ads')).toBeLessThan(x('ads_full'));
  });
});

test('a circle of references ends', () => {
  const layers = layersOf(
    ['a', 'b'],
    [
      { from: 'a', to: 'b' },
      { from: 'b', to: 'a' },
    ],
  );
  expect([...layers.values()].toSorted()).toEqual([0, 1]);
});

describe('flow', () => {
  const lineage: Lineage = {
    nodes: [
      { id: 's', kind: 'source', name: 'Europe', state: 'expired' },
      { id: 'd', kind: 'dataset', name: 'facebook_ads', state: 'expired' },
      { id: 'v1', kind: 'view', name: 'facebook_ads.a', state: 'expired' },
      { id: 'v2', kind: 'view', name: 'facebook_ads.b', state: 'expired' },
      { id: 'f', kind: 'foreign', name: 'main.spend', state: 'expired' },
    ],
    edges: [
      { upstream: 's', downstream: 'd' },
      { upstream: 'd', downstream: 'v1' },
      { upstream: 'd', downstream: 'v2' },
      { upstream: 'd', downstream: 'f' },
    ],
  };

  test('the views of a dataset are one box, with its state', () => {
    const { nodes, edges } = grouped(lineage, '');
    const views = nodes.find((n) => n.id === 'views:d');
    expect(views).toMatchObject({ name: '2 views', state: 'expired', members: ['facebook_ads.a', 'facebook_ads.b'] });
    expect(edges).toHaveLength(3);
  });

  test('an open dataset shows each view', () => {
    const { nodes, edges } = grouped(lineage, 'd');
    expect(nodes.map((n) => n.id).toSorted()).toEqual(['d', 'f', 's', 'v1', 'v2']);
    const { lines, layout } = flowLayout(nodes, edges);
    expect(overlaps(layout)).toEqual([]);
    for (const l of lines) expect(lineOf(l, layout.places)).toBeDefined();
  });
});
