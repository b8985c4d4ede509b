package api

import (
	"context"
	"slices"
	"strings"

	"adtally"
	"adtally/internal/analytics"
)

// sharedBoard is a link's dashboard with what holds for all of its questions.
type sharedBoard struct {
	adtally.ShareLink
	spec  analytics.DashboardSpec
	today adtally.Day
	under analytics.Query // a question with the link's lock and fee, and nothing else
	first analytics.View  // what is shown first
}

func newShared(s *shell) shared {
	return shared{shareLinks{dashboards{sources{s, s.Service}}}, newShareLimits()}
}

// boardOf reads the dashboard of a link.
func (g shareLinks) boardOf(ctx context.Context, l adtally.ShareLink) (b sharedBoard, err error) {
	b.ShareLink = l
	if b.spec, err = specOf(l); err != nil {
		return b, err
	}
	if b.today, err = g.today(ctx); err != nil {
		return b, err
	}
	for _, lock := range l.Lock {
		b.under.Lock = append(b.under.Lock, analytics.Filter{Dimension: lock.Dimension, In: lock.In})
	}
	b.under.Fee, b.under.Shared = l.Fee, true
	days, err := daysLock(l)
	if err != nil {
		return b, err
	}
	from, to := b.spec.Range.Resolved(b.today)
	if days != nil {
		b.under.LockFrom, b.under.LockTo = days.Resolved(b.today)
		from, to = within(from, to, b.under.LockFrom, b.under.LockTo)
	}
	b.first = analytics.View{From: from, To: to, AsOf: min(to, b.today-1), Compare: b.spec.Compare, Currency: b.spec.Currency}
	return b, nil
}

// within returns the days of a range that are within others; the others if there is none.
func within(from, to, earliest, latest adtally.Day) (first, last adtally.Day) {
	first, last = max(from, earliest), min(to, latest)
	if first > last {
		return earliest, latest
	}
	return first, last
}

// open are the filters that the holder may set; their position is their number.
func (b sharedBoard) open() (all []analytics.DashboardFilter) {
	for _, f := range b.spec.Filters {
		if slices.Contains(b.Open, f.Dimension) {
			all = append(all, f)
		}
	}
	return all
}

// fixed are the dashboard's filters that the holder may not set.
func (b sharedBoard) fixed() (all []analytics.Filter) {
	for _, f := range b.spec.Filters {
		if len(f.In) > 0 && !slices.Contains(b.Open, f.Dimension) {
			all = append(all, analytics.Filter{Dimension: f.Dimension, In: f.In})
		}
	}
	return all
}

// board shows the dashboard, and notes that it was opened.
func (g shared) board(ctx context.Context, who Caller, _ *struct{}) (*struct{ Body SharedDashboard }, error) {
	b, err := g.boardOf(ctx, who.link)
	if err != nil {
		return nil, err
	}
	out := SharedDashboard{Title: b.spec.Title, Description: b.spec.Description, Preset: b.spec.Range.Preset, From: b.first.From, To: b.first.To, Today: b.today, Compare: b.first.Compare,
		Currency: b.first.Currency, Locked: []SharedLock{}, Filters: []SharedFilter{}, Tiles: []SharedTile{}, Metrics: []SharedMetric{}, Download: b.Download, Expires: timeOrNil(b.Expires), Version: b.Version}
	if from, to := b.spec.Range.Resolved(b.today); from != out.From || to != out.To {
		out.Preset = analytics.CustomRange
	}
	if b.under.LockTo != 0 {
		out.Earliest, out.Latest = &b.under.LockFrom, &b.under.LockTo
	}
	if err := g.describe(ctx, b, &out); err != nil {
		return nil, err
	}
	if len(b.Lock) > 0 {
		if err := g.paced(ctx, who, false, func(ctx context.Context) error { return g.lockedTo(ctx, b, &out) }); err != nil {
			return nil, err
		}
	}
	return &struct{ Body SharedDashboard }{out}, g.opened(ctx, who)
}

// describe adds the tiles, filters and metrics.
func (g shared) describe(ctx context.Context, b sharedBoard, out *SharedDashboard) error {
	title, err := g.dimensionTitles(ctx)
	if err != nil {
		return err
	}
	for i, f := range b.open() {
		out.Filters = append(out.Filters, SharedFilter{i + 1, title(f.Dimension), orEmpty(f.In)})
	}
	var used []string
	for i, t := range b.spec.Tiles {
		full := t.Complete()
		asks := full.Asks()
		shown := SharedTile{Tile: i + 1, Kind: t.Kind, Title: t.Title, Text: t.Text, Metrics: orEmpty(full.Metrics), By: titles(full.By, title), Drill: titles(t.Drill, title), Grain: t.Grain, At: t.At,
			Asks: asks, Refused: !asks && t.Kind != analytics.TextTile}
		out.Tiles = append(out.Tiles, shown)
		used = append(used, full.Metrics...)
	}
	all, err := g.Analytics.Metrics(ctx)
	if err != nil {
		return analyticsProblem(err)
	}
	for _, m := range all {
		if slices.Contains(used, m.Name) {
			m = m.Under(b.Fee)
			out.Metrics = append(out.Metrics, SharedMetric{m.Name, m.Title, m.Description, m.Caveat, m.Unit, m.Decimals, m.Better})
		}
	}
	return nil
}

func titles(dimensions []string, title func(string) string) []string {
	out := []string{}
	for _, d := range dimensions {
		out = append(out, title(d))
	}
	return out
}

// dimensionTitles returns a function from a dimension to its title.
func (s sources) dimensionTitles(ctx context.Context) (func(string) string, error) {
	all, err := s.Analytics.Dimensions(ctx)
	if err != nil {
		return nil, analyticsProblem(err)
	}
	return func(name string) string {
		for _, d := range all {
			if d.Name == name && d.Title != "" {
				return d.Title
			}
		}
		return strings.ReplaceAll(name, "_", " ")
	}, nil
}

// mostNamed is how many members of a forced filter the holder is told.
const mostNamed = 20

// lockedTo adds the forced filters with the names of those members that the holder sees
// anyway.
func (g shared) lockedTo(ctx context.Context, b sharedBoard, out *SharedDashboard) error {
	title, err := g.dimensionTitles(ctx)
	if err != nil {
		return err
	}
	for _, lock := range b.Lock {
		shown := SharedLock{Title: title(lock.Dimension), Names: []string{}}
		members, err := g.Analytics.SharedMembers(ctx, b.under, lock.Dimension, "", mostNamed)
		if err != nil && analyticsCode(err) == "" {
			return analyticsProblem(err)
		}
		for _, m := range members {
			shown.Names = append(shown.Names, m.Name)
		}
		out.Locked = append(out.Locked, shown)
	}
	return nil
}
