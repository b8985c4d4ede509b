// Uploaded files and mapped tables: what pages read and change.
import { ApiError, api, get, getWithRevision, type Problem, type Schemas } from '../api/client';
import { query, queryClient } from './queries';

export type DataFile = Schemas['DataFile'];
export type Kind = DataFile['kind'];
export type MappingChoice = Schemas['FileMappingChoice'];

/** What the rows of a file of each kind are. */
export const kindNames: Record<Kind, string> = {
  customers: 'Customers',
  orders: 'Orders',
  refunds: 'Refunds',
  spend: 'Spend of other channels',
  budgets: 'Budgets',
  rates: 'Exchange rates',
};

export const kindTexts: Record<Kind, string> = {
  customers: 'who was acquired, when and through which campaign',
  orders: 'what was ordered, when and for how much',
  refunds: 'what was paid back',
  spend: 'offline spend, or the export of another platform',
  budgets: 'how much may be spent in a month',
  rates:
    'The European Central Bank publishes them: upload its file eurofxref-hist.csv as it is, again whenever you need newer days.',
};

export const kinds = Object.keys(kindNames) as Kind[];

export const dateFormats = [
  'YYYY-MM-DD',
  'DD.MM.YYYY',
  'DD.MM.YY',
  'DD/MM/YYYY',
  'MM/DD/YYYY',
  'DD/MM/YY',
  'MM/DD/YY',
  'DD-MM-YYYY',
  'MM-DD-YYYY',
  'YYYY/MM/DD',
  'YYYY.MM.DD',
  'YYYYMMDD',
  'Mon D, YYYY',
  'Month D, YYYY',
  'D Mon YYYY',
  'D Month YYYY',
  'YYYY-MM',
  'MM/YYYY',
  'Mon YYYY',
];

export const encodings = {
  'utf-8': 'UTF-8',
  'utf-16le': 'UTF-16 LE',
  'utf-16be': 'UTF-16 BE',
  'windows-1252': 'Windows-1252',
};
export const delimiters: Record<string, string> = { ',': 'comma', ';': 'semicolon', '\t': 'tab', '|': 'bar' };

export const files = () => query(() => ({ queryKey: ['files'], queryFn: () => get(api.GET('/api/v1/files')) }));

export const fileKinds = () =>
  query(() => ({
    queryKey: ['file-kinds'],
    queryFn: () => get(api.GET('/api/v1/file-kinds')),
    staleTime: Infinity,
  }));

export const file = (id: () => string) =>
  query(() => ({
    queryKey: ['files', id()],
    queryFn: () => getWithRevision(api.GET('/api/v1/files/{id}', { params: { path: { id: id() } } })),
  }));

export const warehouseTables = () =>
  query(() => ({ queryKey: ['warehouse-tables'], queryFn: () => get(api.GET('/api/v1/warehouse-tables')) }));

/** Figures of all dashboards may have changed. */
function figuresChanged(): void {
  for (const key of ['query', 'members', 'touches', 'matches']) void queryClient.invalidateQueries({ queryKey: [key] });
}

async function listChanged(): Promise<void> {
  await queryClient.invalidateQueries({ queryKey: ['files'], exact: true });
}

/** Changes how a file is read. The answer shows its first rows as they are understood then. */
export async function changeMapping(id: string, revision: string, body: MappingChoice): Promise<void> {
  const answer = await getWithRevision(
    api.PATCH('/api/v1/files/{id}', { params: { path: { id }, header: { 'If-Match': revision } }, body }),
  );
  queryClient.setQueryData(['files', id], answer);
  void listChanged();
}

export async function load(id: string): Promise<DataFile> {
  const answer = await getWithRevision(api.POST('/api/v1/files/{id}/load', { params: { path: { id } } }));
  queryClient.setQueryData(['files', id], answer);
  figuresChanged();
  await listChanged();
  return answer.value;
}

export async function removeFile(id: string): Promise<void> {
  await get(api.DELETE('/api/v1/files/{id}', { params: { path: { id } } }));
  queryClient.removeQueries({ queryKey: ['files', id] });
  figuresChanged();
  await listChanged();
}

export async function mapTable(name: string, kind: Kind, table: string): Promise<DataFile> {
  const made = await get(api.POST('/api/v1/mapped-tables', { body: { name, kind, table } }));
  await listChanged();
  return made;
}

/** Uploads a file. It is streamed from the disk, and `progress` gets the share that was sent. */
export function upload(name: string, kind: Kind, body: Blob, progress: (share: number) => void): Promise<DataFile> {
  return new Promise<DataFile>((done, fail) => {
    const request = new XMLHttpRequest(); // fetch does not report how much was sent
    request.open('POST', `/api/v1/files?${new URLSearchParams({ name, kind })}`);
    request.responseType = 'json';
    request.upload.onprogress = (e) => e.lengthComputable && progress(e.loaded / e.total);
    request.onerror = () => fail(new Error('The connection was lost. Upload the file again.'));
    request.onload = () => {
      if (request.status < 300) done(request.response as DataFile);
      else fail(new ApiError(request.status, request.response as Problem));
    };
    request.send(body);
  }).then(async (made) => {
    queryClient.removeQueries({ queryKey: ['files', made.id] });
    await listChanged();
    return made;
  });
}

/** Words in the name or header of a file that say what it is; the first kind with the most counts. */
const signs: Record<Kind, RegExp[]> = {
  rates: [/rate|kurs|fxref|\becb\b/i, /\busd\b.*\bjpy\b|\bjpy\b.*\busd\b/i],
  refunds: [/refund|erstattung/i, /refund_id|refunded at|refund amount/i],
  budgets: [/budget/i, /budget/i],
  orders: [/order|bestell|sales|charge|payment/i, /order|bestell|total|betrag|\bstatus\b/i],
  customers: [/customer|kunden|user|signup/i, /acquired|signup|signed up|customer since|registr|first order/i],
  spend: [/spend|cost|ads?\b|campaign|kosten|werbung/i, /spend|cost|kosten|impr|clicks|klicks/i],
};

/** The kind that a file's name and first line suggest. */
export function kindOf(name: string, head: string): Kind | undefined {
  let best: Kind | undefined;
  let most = 0;
  for (const kind of Object.keys(signs) as Kind[]) {
    const [inName, inHead] = signs[kind];
    const points = (inName!.test(name) ? 2 : 0) + (inHead!.test(head) ? 1 : 0);
    if (points > most) [best, most] = [kind, points];
  }
  return best;
}

const examples: Record<string, string> = {
  customer_id: 'c-1001',
  acquired_at: '2026-01-31 09:30',
  country: 'DE',
  utm_source: 'facebook',
  utm_medium: 'paid',
  utm_campaign: 'spring sale',
  campaign_id: '120210000000000001',
  order_id: 'o-5001',
  ordered_at: '2026-01-31 10:15',
  refund_id: 'r-1',
  account_id: '1001',
  channel: 'newsletter',
  campaign_name: 'spring sale',
  status: 'paid',
  rate: '1.0850',
};
const byType: Record<string, string> = {
  text: 'text',
  number: '10',
  money: '49.90',
  day: '2026-01-31',
  instant: '2026-01-31 10:15',
  month: '2026-01',
  flag: 'yes',
  currency: 'EUR',
};

/** A CSV file with the columns of a kind and one row as an example. */
export function template(fields: Schemas['FileFieldInfo'][]): string {
  const row = fields.map((f) => (f.required || examples[f.name] ? (examples[f.name] ?? byType[f.type] ?? '') : ''));
  return `${fields.map((f) => f.name).join(',')}\n${row.join(',')}\n`;
}
