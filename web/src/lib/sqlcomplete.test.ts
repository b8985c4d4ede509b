import { expect, it } from 'vitest';
import { complete, tablesOf } from './sqlcomplete';

const column = (name: string) => ({ name, type: 'BIGINT', description: '' });
const tables = [
  {
    dataset: 'facebook_ads',
    name: 'basic_ad',
    view: false,
    description: 'Ads',
    columns: ['date', 'spend'].map(column),
  },
  {
    dataset: 'adtally',
    name: 'orders',
    view: false,
    description: 'Orders',
    columns: ['order_id', 'Net value'].map(column),
  },
];
const at = (text: string) => complete(text.replace('|', ''), text.indexOf('|'), tables).options.map((o) => o.text);

it('offers tables of a dataset after its name', () => {
  expect(at('SELECT * FROM facebook_ads.|')).toEqual(['basic_ad']);
  expect(at('SELECT * FROM fac|')).toEqual(['facebook_ads', 'facebook_ads.basic_ad']);
});

it('offers columns of the tables that the statement reads', () => {
  expect(at('SELECT sp| FROM facebook_ads.basic_ad')).toEqual(['spend']);
  expect(at('SELECT o.| FROM adtally.orders AS o')).toEqual(['order_id', '"Net value"']);
  expect(at('SELECT ord| FROM facebook_ads.basic_ad')).toEqual(['ORDER', 'adtally.orders']);
});

it('is silent in texts and comments, and for what is complete', () => {
  expect(at("SELECT 'fac|")).toEqual([]);
  expect(at('SELECT 1 -- fac|')).toEqual([]);
  expect(at('SELECT |')).toEqual([]);
  expect(at('SELECT spend| FROM facebook_ads.basic_ad')).toEqual([]);
});

it('knows the names under which tables are read', () => {
  const found = tablesOf('FROM facebook_ads.basic_ad a JOIN adtally.orders ON true WHERE 1', tables);
  expect([...found.keys()]).toEqual(['basic_ad', 'a', 'orders']);
});
