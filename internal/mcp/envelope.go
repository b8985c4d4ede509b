package mcp

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"adtally"
	"adtally/internal/analytics"
)

// maxBytes is how large the rows of an answer may be: it fills a model's memory.
const maxBytes = 192 << 10

// untrusted marks columns whose values others wrote.
const untrusted = "untrusted_text"

// envelope is the answer to a question, with what one must know to report it.
type envelope struct {
	Columns     []column              `json:"columns"`
	Rows        [][]*string           `json:"rows"`
	Total       []*string             `json:"total,omitempty"`
	RowCount    int                   `json:"row_count"`
	Truncated   bool                  `json:"truncated"`
	AsOf        *time.Time            `json:"as_of"`
	Complete    bool                  `json:"complete"`
	Incomplete  []missing             `json:"incomplete"`
	Currency    *string               `json:"currency"` // nil = none, or several
	Timezone    string                `json:"timezone"`
	Definitions map[string]definition `json:"definitions"`
	QueryID     string                `json:"query_id"`
	Warnings    []warning             `json:"warnings"`
}

type column struct {
	Name       string `json:"name"`
	Title      string `json:"title,omitempty"`
	Unit       string `json:"unit"` // of figures as in list_metrics; text, time or currency otherwise
	Definition string `json:"definition,omitempty"`
	Content    string `json:"content,omitempty"`
}

// missing says what is missing of an account. The days are absent if objects without a day
// are missing.
type missing struct {
	Account string       `json:"account"`
	From    *adtally.Day `json:"from,omitempty"`
	To      *adtally.Day `json:"to,omitempty"`
	Why     string       `json:"why"`
}

type warning struct {
	Code    string        `json:"code"`
	Message string        `json:"message"`
	Days    []adtally.Day `json:"days,omitempty"`
}

// warn adds a warning once.
func (e *envelope) warn(code, message string, days ...adtally.Day) {
	if !slices.ContainsFunc(e.Warnings, func(w warning) bool { return w.Code == code && w.Message == message }) {
		e.Warnings = append(e.Warnings, warning{code, message, days})
	}
}

// newEnvelope returns an envelope without rows.
func (c *call) newEnvelope() *envelope {
	return &envelope{Columns: []column{}, Rows: [][]*string{}, Complete: true, Incomplete: []missing{}, Definitions: map[string]definition{}, QueryID: c.NewID(), Warnings: []warning{}}
}

// mostMissing is how many entries of what is missing an answer has.
const mostMissing = 50

// lacks adds what is missing.
func (e *envelope) lacks(m missing) {
	e.Complete = false
	if len(e.Incomplete) == mostMissing {
		e.warn("more_missing", "More data is missing than incomplete lists. See get_freshness.")
	}
	if len(e.Incomplete) < mostMissing {
		e.Incomplete = append(e.Incomplete, m)
	}
}

// fill adds rows until one of the limits.
func (e *envelope) fill(rows [][]*string, most int) error {
	size := 0
	for i, r := range rows {
		raw, err := json.Marshal(r)
		if err != nil {
			return err
		}
		size += len(raw) + 1
		if i == most || size > maxBytes {
			e.Truncated = true
			e.warn("truncated", "There are more rows. Ask for fewer dimensions or days, add filters, or use top.")
			break
		}
		e.Rows = append(e.Rows, r)
	}
	e.RowCount = len(e.Rows)
	return nil
}

// answered puts an answer of the semantic layer into an envelope.
func (c *call) answered(ctx context.Context, in question, q analytics.Query, a *analytics.Answer) (*envelope, error) {
	e := c.newEnvelope()
	if !a.AsOf.IsZero() {
		at := a.AsOf.UTC()
		e.AsOf = &at
	}
	settings, err := c.Analytics.Settings(ctx)
	if err != nil {
		return nil, err
	}
	e.Timezone = settings.Zone
	metrics, err := c.Analytics.Metrics(ctx)
	if err != nil {
		return nil, err
	}
	t := newTable(in, a)
	t.columns(e, metrics)
	if err := e.fill(t.rows(e), min(orUsual(in.Limit, usualRows), 1000)); err != nil {
		return nil, err
	}
	if q.Totals {
		e.Total = t.totals(e)
	}
	c.rows = e.RowCount
	e.notes(a.Notes)
	return e, c.gaps(ctx, e, q, metrics)
}

// notes turns remarks into what is missing and warnings.
func (e *envelope) notes(all []analytics.Note) {
	for _, n := range all {
		for _, m := range n.Missing {
			from, to := m.From, m.To
			e.lacks(missing{m.Account, &from, &to, "not_read"})
		}
		if len(n.Missing) == 0 {
			e.warn(n.Code, n.Message, n.Days...)
		}
	}
}

// gaps adds what the platforms did not return for the days of a question about accounts.
func (c *call) gaps(ctx context.Context, e *envelope, q analytics.Query, metrics []analytics.MetricInfo) error {
	if !slices.ContainsFunc(metrics, func(m analytics.MetricInfo) bool {
		return slices.Contains(q.Metrics, m.Name) && slices.Contains(m.Dimensions, "account")
	}) {
		return nil
	}
	return c.missing(ctx, e, func(g Gap) bool {
		return inScope(q.Filters, g.Account) && !g.Window.IsZero() && g.Window.From <= q.To && g.Window.Last() >= q.From
	})
}

// missing adds the gaps that matter.
func (c *call) missing(ctx context.Context, e *envelope, matters func(Gap) bool) error {
	sources, err := c.Freshness.SourceStates(ctx)
	if err != nil {
		return err
	}
	for _, s := range sources {
		for _, g := range s.Gaps {
			if matters(g) {
				e.lacks(gapOf(g))
			}
		}
	}
	return nil
}

func gapOf(g Gap) missing {
	m := missing{Account: g.Account, Why: g.Code}
	if !g.Window.IsZero() {
		from, to := g.Window.From, g.Window.Last()
		m.From, m.To = &from, &to
	}
	return m
}

// inScope reports whether filters let an account through.
func inScope(filters []analytics.Filter, account string) bool {
	for _, f := range filters {
		if f.Dimension == "account" && (len(f.NotIn) > 0 && slices.Contains(f.NotIn, account) || len(f.NotIn) == 0 && !slices.Contains(f.In, account)) {
			return false
		}
	}
	return true
}
