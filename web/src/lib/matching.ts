// UTM values of orders and customers, and the campaigns they belong to.
import { api, get, type Schemas } from '../api/client';
import { query, queryClient } from './queries';

export type Touch = Schemas['UnmatchedTouch'];

export const unmatched = (period: () => { from: string; to: string; currency: string }) =>
  query(() => ({
    queryKey: ['touches', period()],
    queryFn: () => get(api.GET('/api/v1/unmatched-touches', { params: { query: period() } })),
  }));

export const matches = () =>
  query(() => ({ queryKey: ['matches'], queryFn: () => get(api.GET('/api/v1/campaign-matches')) }));

async function changed(): Promise<void> {
  void queryClient.invalidateQueries({ queryKey: ['query'] });
  await Promise.all(['touches', 'matches'].map((key) => queryClient.invalidateQueries({ queryKey: [key] })));
}

export async function match(touch: string, campaign: string): Promise<void> {
  await get(
    api.PUT('/api/v1/campaign-matches/{id}', { params: { path: { id: touch } }, body: { campaign_id: campaign } }),
  );
  await changed();
}

export async function unmatch(touch: string): Promise<void> {
  await get(api.DELETE('/api/v1/campaign-matches/{id}', { params: { path: { id: touch } } }));
  await changed();
}

/** The URL parameters to set in the ads of each channel, so that orders are matched by the campaign's number. */
export const urlTemplates = [
  {
    channel: 'Facebook Ads',
    where: 'URL parameters of the ad',
    text: 'utm_source=facebook&utm_medium=paid&utm_campaign={{campaign.id}}&utm_content={{ad.id}}',
  },
  {
    channel: 'Google Ads',
    where: 'Final URL suffix of the account',
    text: 'utm_source=google&utm_medium=cpc&utm_campaign={campaignid}&utm_content={creative}',
  },
  {
    channel: 'LinkedIn Ads',
    where: 'Dynamic URL parameters of the campaign',
    text: 'utm_source=linkedin&utm_medium=paid&utm_campaign={{CAMPAIGN_ID}}&utm_content={{CREATIVE_ID}}',
  },
  { channel: 'Other channels', where: 'links', text: 'utm_source=newsletter&utm_medium=email&utm_campaign=NUMBER' },
];
