package main

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"adtally"
	"adtally/internal/connector"
)

// reportEstimate is an estimate in progress.
type reportEstimate struct {
	stream connector.Stream
	reader connector.Reader
	trends []adtally.CostModel
	now    time.Time
	every  time.Duration // between two syncs
}

// EstimateReport predicts what a custom report would cost, from the cost of the source's
// similar tables. It makes no calls.
func (f forecasts) EstimateReport(ctx context.Context, s adtally.SourceRecord, r adtally.Report) (out adtally.ReportEstimate, err error) {
	e, warnings, err := f.reportEstimate(ctx, s, r)
	if err != nil {
		return out, err
	}
	accounts, err := f.readAccounts(ctx, s)
	if err != nil {
		return out, err
	}
	shares, err := f.shares(ctx, s)
	if err != nil {
		return out, err
	}
	out.Seen, out.First.Months, out.Warnings = len(accounts) > 0, e.months(s.Since), warnings
	perDay := float64(24*time.Hour) / float64(e.every)
	for _, a := range accounts {
		first, steady := e.cost(a)
		out.First.Calls += int64(math.Round(first.calls))
		out.First.Took += time.Duration(first.seconds * float64(time.Second))
		out.CallsPerDay += steady.calls * perDay
		out.RowsPerDay += steady.rowsPerDay
		out.Seen = out.Seen && steady.seen
		out.Accounts = append(out.Accounts, shares.after(a, steady.calls))
	}
	out.CallsPerDay, out.RowsPerDay = math.Round(out.CallsPerDay*10)/10, math.Round(out.RowsPerDay)
	out.Warnings = append(out.Warnings, crowded(out.Accounts)...)
	return out, nil
}

// reportEstimate opens a reader of the report alone. A report that the platform would
// reject is a fault.
func (f forecasts) reportEstimate(ctx context.Context, s adtally.SourceRecord, r adtally.Report) (e reportEstimate, warnings []string, err error) {
	platform, err := f.platforms.of(ctx, s.Connector, s.ID)
	if err != nil {
		return e, nil, err
	}
	only := s.Source
	only.Reports, only.Tables, only.Metrics, only.Fields, only.Pictures = []adtally.Report{r}, []string{r.Name}, nil, nil, false
	if e.reader, err = platform.Open(only, adtally.Secret{}); err != nil {
		return e, nil, err
	}
	i := slices.IndexFunc(e.reader.Streams(), func(st connector.Stream) bool { return st.Name == r.Name })
	if i < 0 {
		return e, nil, wrong("report", "Choose another name.", "There is no report %s", r.Name)
	}
	e.stream, e.now, e.every = e.reader.Streams()[i], f.p.clock(), s.Every
	if e.every <= 0 {
		e.every = 24 * time.Hour
	}
	if builder, ok := platform.(connector.ReportBuilder); ok {
		warnings = builder.ReportWarnings(r)
	}
	e.trends, err = f.store.CostModels(ctx, s.ID, e.now.Add(-memoryOfCosts))
	return e, warnings, err
}

// readAccounts returns the accounts that a source reads.
func (f forecasts) readAccounts(ctx context.Context, s adtally.SourceRecord) (list []adtally.Account, err error) {
	seen, err := f.store.SeenAccounts(ctx, s.ID)
	for _, a := range seen {
		if s.All || slices.Contains(s.Accounts, a.ID) {
			list = append(list, a.Account)
		}
	}
	return list, err
}

// months is how far back the report goes.
func (e reportEstimate) months(since adtally.Day) int {
	if since == 0 {
		return e.stream.Months
	}
	today := adtally.DayOf(e.now, time.UTC)
	n := 0
	for n < e.stream.Months && today.AddMonths(-n) > since {
		n++
	}
	return n
}

// slicesCost is what reading slices takes.
type slicesCost struct {
	calls, seconds, rowsPerDay float64
	seen                       bool
}

// cost returns what the first load of an account takes, and what each later sync takes.
func (e reportEstimate) cost(a adtally.Account) (first, steady slicesCost) {
	whole := e.reader.Plan(e.stream.Name, a, nil, e.now)
	var done []adtally.Checkpoint
	for _, sl := range whole {
		for _, t := range e.stream.Tables {
			done = append(done, adtally.Checkpoint{Account: a.ID, Table: t.Name, Window: sl.Window, Asked: e.now.Add(-e.every), Definition: e.stream.Definition})
		}
	}
	return e.of(a, whole), e.of(a, e.reader.Plan(e.stream.Name, a, done, e.now))
}

// of returns the cost of slices, by the rows of a similar stream.
func (e reportEstimate) of(a adtally.Account, planned []adtally.Slice) (c slicesCost) {
	like := costModelOf(e.trends, e.stream.Like, a.ID)
	price := e.stream.Price
	values := float64(price.Values) / float64(max(price.Span, 1))
	c.seen = like.Slices > 0
	for _, sl := range planned {
		days := sl.Window.Days()
		rows := like.At(like.Rows, days) * values
		pages := math.Ceil(rows / float64(max(price.Rows, 1)))
		c.calls += float64(price.Of(days)) + max(0, pages-1)
		c.seconds += like.At(like.Seconds, days)
	}
	if like.Days > 0 {
		c.rowsPerDay = like.Rows.Sum / like.Days * values
	}
	return c
}

// shares are the parts of the accounts' rate limits that are in use, and the calls that led
// to it.
type shares struct {
	used  map[string]float64
	calls map[string]int64 // in the last hour
}

// quotaMemory is how long a reading of a rate limit means something: no platform counts over
// more than an hour.
const quotaMemory = time.Hour

func (f forecasts) shares(ctx context.Context, s adtally.SourceRecord) (out shares, err error) {
	out = shares{map[string]float64{}, map[string]int64{}}
	since := f.p.clock().Add(-quotaMemory)
	quotas, err := f.store.Quotas(ctx, s.ID, adtally.DayOf(since, time.UTC))
	for _, q := range quotas {
		if q.Known && !q.At.Before(since) {
			out.used[q.Account] = q.Used
		}
	}
	if err != nil {
		return out, err
	}
	usage, err := f.store.Usage(ctx, adtally.UsageFilter{Source: s.ID, Since: since, ByAccount: true})
	for _, u := range usage {
		out.calls[u.Account] = u.Calls
	}
	return out, err
}

// after predicts the use of an account's rate limit if a sync makes more calls: each call
// counts as much as those of the last hour did.
func (s shares) after(a adtally.Account, more float64) adtally.AccountForecast {
	f := adtally.AccountForecast{Account: a}
	f.Now, f.NowKnown = s.used[a.ID]
	if calls := s.calls[a.ID]; f.NowKnown && f.Now > 0 && calls > 0 {
		f.After, f.AfterKnown = min(1, f.Now+more*f.Now/float64(calls)), true
	}
	return f
}

// crowdedAt is the share of a rate limit from which calls slow down.
const crowdedAt = 0.75

// crowded warns of accounts whose rate limit would be nearly used up.
func crowded(all []adtally.AccountForecast) []string {
	n := 0
	for _, a := range all {
		if a.AfterKnown && a.After >= crowdedAt {
			n++
		}
	}
	switch n {
	case 0:
		return nil
	case 1:
		return []string{"With this report, one ad account uses three quarters of its rate limit or more, so its syncs slow down."}
	}
	return []string{fmt.Sprintf("With this report, %d ad accounts use three quarters of their rate limits or more, so their syncs slow down.", n)}
}
