import { expect, it } from 'vitest';
import { kindOf, template } from './files';

it.each([
  ['orders 2026.csv', '', 'orders'],
  ['export.csv', 'customer_id,acquired_at,country', 'customers'],
  ['Kundenliste.csv', 'Kundennummer;Kunde seit', 'customers'],
  ['eurofxref-hist.csv', 'Date,USD,JPY,BGN', 'rates'],
  ['Kampagnenbericht.csv', 'Tag;Kampagne;Kosten;Klicks', 'spend'],
  ['refunds.csv', 'refund_id,order_id,amount', 'refunds'],
  ['plan.csv', 'month,account,budget', 'budgets'],
  ['x.csv', 'a,b', undefined],
])('guesses the kind of %s', (name, head, kind) => expect(kindOf(name, head)).toBe(kind));

it('makes a template with the names of the fields', () => {
  const field = (name: string, type: 'text' | 'money' | 'flag', required: boolean) => ({
    name,
    type,
    required,
    title: name,
    help: '',
  });
  expect(
    template([field('order_id', 'text', true), field('amount', 'money', true), field('first', 'flag', false)]),
  ).toBe('order_id,amount,first\no-5001,49.90,\n');
});
