package main

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"time"

	"adtally"
	"adtally/internal/connector"
	"adtally/internal/table"
)

// forecasts answer previews and cost estimates.
type forecasts struct{ *service }

// scrap is a connector.Note that stores nothing.
type scrap struct {
	began  time.Time
	cursor adtally.Cursor
	tuning []byte
}

func (m *scrap) Cursor() adtally.Cursor { return m.cursor }
func (m *scrap) Tuning() []byte         { return m.tuning }
func (m *scrap) Began() time.Time       { return m.began }

func (m *scrap) Save(_ context.Context, c adtally.Cursor) error {
	m.cursor = c
	return nil
}

func (m *scrap) SaveTuning(_ context.Context, tuning []byte) error {
	m.tuning = tuning
	return nil
}

// previewRows is how many rows a preview shows. previewTime limits how long it takes,
// because a person is waiting.
const (
	previewRows = 100
	previewTime = time.Minute
	previewTrys = 4 // a read can ask to start over with the limits it has learned
)

// Preview asks the platform for one day of a report.
func (f forecasts) Preview(ctx context.Context, s adtally.SourceRecord, r adtally.Report, account string, day adtally.Day) (adtally.Preview, error) {
	a, err := f.seen(ctx, s, account)
	if err != nil {
		return adtally.Preview{}, err
	}
	if day == 0 {
		zone, err := a.Location()
		if err != nil {
			return adtally.Preview{}, err
		}
		day = adtally.DayOf(f.p.clock(), zone) - 1
	}
	platform, err := f.platforms.of(ctx, s.Connector, s.ID)
	if err != nil {
		return adtally.Preview{}, err
	}
	key, err := f.keyAt(ctx, s.Credential, f.p.clock())
	if err != nil {
		return adtally.Preview{}, err
	}
	s.Reports, s.Tables, s.Metrics = []adtally.Report{r}, []string{r.Name}, nil
	reader, err := platform.Open(s.Source, key.secret)
	if err != nil {
		return adtally.Preview{}, err
	}
	ctx, stop := context.WithTimeout(ctx, previewTime)
	defer stop()
	p := adtally.Preview{Account: a, Day: day}
	gauge, _ := platform.(connector.UsageReporter)
	if gauge != nil {
		p.Before, _, p.BeforeKnown = gauge.Used(a.ID)
	}
	err = fillPreview(ctx, &p, reader, r.Name, f.p.clock())
	if gauge != nil {
		p.Used, _, p.UsedKnown = gauge.Used(a.ID)
	}
	return p, err
}

// fillPreview reads the day into p.
func fillPreview(ctx context.Context, p *adtally.Preview, reader connector.Reader, name string, now time.Time) error {
	i := slices.IndexFunc(reader.Streams(), func(st connector.Stream) bool { return st.Tables[0].Name == name })
	if i < 0 {
		return wrong("report", "Choose another name.", "There is no report %s", name)
	}
	stream := reader.Streams()[i]
	cost, note := &adtally.Meter{}, &scrap{began: now}
	slice := adtally.Slice{Stream: stream.Name, Account: p.Account.ID, Window: adtally.WindowOf(p.Day, p.Day)}
	defer func() { p.Calls, p.Bytes = cost.Sum() }()
	for _, c := range stream.Tables[0].Columns {
		p.Columns = append(p.Columns, adtally.PreviewColumn{Name: c.Name, Type: c.Type.String(), Unit: string(c.Unit), Description: c.Description})
	}
	err := connector.ErrAgain
	for try := 0; try < previewTrys && errors.Is(err, connector.ErrAgain); try++ {
		p.Rows, p.Total, err = nil, 0, nil
		for b, failed := range reader.Read(adtally.WithMeter(ctx, cost), p.Account, slice, note) {
			if err = failed; err != nil {
				break
			}
			if b.Schema().Name == name {
				take(p, b)
			}
			b.Release()
		}
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return &adtally.Fault{Act: adtally.Retry, Code: "preview_slow", Message: "The platform needs more than a minute for this day", Hint: "Use fewer breakdowns or fields, or another day."}
	}
	return err
}

func take(p *adtally.Preview, b table.Batch) {
	p.Total += b.Rows()
	for row := 0; row < b.Rows() && len(p.Rows) < previewRows; row++ {
		cells := make([]*string, len(p.Columns))
		for i, c := range p.Columns {
			if text, there := b.Cell(row, c.Name); there {
				cells[i] = &text
			}
		}
		p.Rows = append(p.Rows, cells)
	}
}

// seen returns the named account of the source, or its first one.
func (f forecasts) seen(ctx context.Context, s adtally.SourceRecord, account string) (adtally.Account, error) {
	all, err := f.store.SeenAccounts(ctx, s.ID)
	if err != nil {
		return adtally.Account{}, err
	}
	for _, a := range all {
		if account == "" && (s.All || slices.Contains(s.Accounts, a.ID)) || a.ID == strings.TrimPrefix(account, "act_") {
			return a.Account, nil
		}
	}
	return adtally.Account{}, wrong("no_accounts", "See the source's list of accounts.", "The source has no access to this ad account")
}

// memoryOfCosts is the age of the oldest slices that an estimate uses; platforms
// change.
const memoryOfCosts = 90 * 24 * time.Hour

// Estimate predicts the cost of a run from the cost of earlier slices.
func (f forecasts) Estimate(ctx context.Context, s adtally.SourceRecord, e adtally.RunScope) ([]adtally.Cost, error) {
	s.Source = reaching(s.Source, e)
	platform, err := f.platforms.of(ctx, s.Connector, s.ID)
	if err != nil {
		return nil, err
	}
	reader, err := platform.Open(s.Source, adtally.Secret{})
	if err != nil {
		return nil, err
	}
	seen, err := f.store.SeenAccounts(ctx, s.ID)
	if err != nil {
		return nil, err
	}
	trends, err := f.store.CostModels(ctx, s.ID, f.p.clock().Add(-memoryOfCosts))
	if err != nil {
		return nil, err
	}
	var accounts []adtally.Account
	for _, a := range seen {
		if (s.All || slices.Contains(s.Accounts, a.ID)) && (len(e.Accounts) == 0 || slices.Contains(e.Accounts, a.ID)) {
			accounts = append(accounts, a.Account)
		}
	}
	plan := func(stream string, a adtally.Account) ([]adtally.Slice, error) {
		var done []adtally.Checkpoint
		if !e.Reread {
			if done, err = f.store.Checkpoints(ctx, s.ID, a.ID); err != nil {
				return nil, err
			}
		}
		return reader.Plan(stream, a, done, f.p.clock()), nil
	}
	return costs(reader.Streams(), accounts, trends, plan)
}

// costs sums the expected cost of each stream's slices.
func costs(streams []connector.Stream, accounts []adtally.Account, trends []adtally.CostModel, plan func(string, adtally.Account) ([]adtally.Slice, error)) (all []adtally.Cost, err error) {
	for _, st := range streams {
		c := adtally.Cost{Stream: st.Name, Accounts: len(accounts), Seen: true}
		var calls, rows, seconds float64
		for _, a := range accounts {
			planned, err := plan(st.Name, a)
			if err != nil {
				return nil, err
			}
			t := costModelOf(trends, st.Name, a.ID)
			c.Seen = c.Seen && (t.Slices > 0 || len(planned) == 0)
			for _, sl := range planned {
				days := sl.Window.Days()
				calls += max(1, t.At(t.Calls, days))
				rows += t.At(t.Rows, days)
				seconds += t.At(t.Seconds, days)
			}
			c.Slices += len(planned)
		}
		c.Calls, c.Rows, c.Took = int64(math.Round(calls)), int64(math.Round(rows)), time.Duration(seconds*float64(time.Second))
		all = append(all, c)
	}
	return all, nil
}

// costModelOf returns the cost model of an account, or of all accounts if this one has
// no slices yet.
func costModelOf(trends []adtally.CostModel, stream, account string) (of adtally.CostModel) {
	for _, t := range trends {
		if t.Stream != stream {
			continue
		}
		if t.Account == account {
			return t
		}
		of = of.Plus(t)
	}
	return of
}
