// Why a figure differs from the one on the platform's own page.
import { api, get, type Schemas } from '../api/client';
import { query } from './queries';

export type Question = Schemas['DifferenceQuestion'];
export type Explained = Schemas['ExplainedDifference'];

export const shownFigures = () =>
  query(() => ({
    queryKey: ['sources', 'shown-figures'],
    queryFn: () => get(api.GET('/api/v1/explain-difference')),
    staleTime: 300_000,
  }));

export const explain = (q: Question) => get(api.POST('/api/v1/explain-difference', { body: q }));
