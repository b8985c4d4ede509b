package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"adtally"
	"adtally/internal/analytics"
)

// sharedQuestion is what a holder asks of a tile.
type sharedQuestion struct {
	BySharedTile
	Body SharedView
}

// analyticsCode is the code of a refused question; empty = the error is another one.
func analyticsCode(err error) string {
	if r, ok := errors.AsType[*analytics.Refusal](err); ok {
		return r.Code
	}
	return ""
}

// refusalText is the sentence of a refused question.
func refusalText(err error) string {
	if r, ok := errors.AsType[*analytics.Refusal](err); ok {
		return r.Message
	}
	return ""
}

// question builds the question of a tile. Everything that it consists of comes from the
// link, but for typed choices; they can only narrow.
func (b sharedBoard) question(in sharedQuestion) (t analytics.Tile, q analytics.Query, err error) {
	if in.Tile > len(b.spec.Tiles) || !b.spec.Tiles[in.Tile-1].Asks() {
		return t, q, unknownLink()
	}
	t = b.spec.Tiles[in.Tile-1].Complete()
	v, err := b.view(in.Body)
	if err != nil {
		return t, q, err
	}
	if q, err = t.Question(v); err != nil {
		return t, q, analyticsProblem(err)
	}
	q.Shared, q.Lock, q.LockFrom, q.LockTo, q.Fee = true, b.under.Lock, b.under.LockFrom, b.under.LockTo, b.under.Fee
	return t, q, nil
}

// mostSharedDays bounds the days of a question: 10 years.
const mostSharedDays = 3660

// view is what the holder has chosen.
func (b sharedBoard) view(in SharedView) (analytics.View, error) {
	v := b.first
	v.Opened = in.Opened
	if in.Range != nil {
		if in.Range.Check() != "" {
			return v, invalid("body.range", "The range is not valid")
		}
		v.From, v.To = in.Range.Resolved(b.today)
		if v.To-v.From >= mostSharedDays {
			return v, invalid("body.range", "The range is too long")
		}
		v.AsOf = min(v.To, b.today-1)
	}
	if in.Compare != nil {
		v.Compare = *in.Compare
	}
	filters, err := b.chosen(in.Filters)
	v.Filters = filters
	return v, err
}

// chosen are the dashboard's filters with the holder's choices.
func (b sharedBoard) chosen(choices []SharedChoice) ([]analytics.Filter, error) {
	all, open := b.fixed(), b.open()
	seen := map[int]bool{}
	for i, c := range choices {
		ways := 0
		for _, given := range []bool{len(c.In) > 0, len(c.NotIn) > 0, c.All} {
			if given {
				ways++
			}
		}
		if c.Filter > len(open) || seen[c.Filter] || ways != 1 {
			return nil, invalid(fmt.Sprintf("body.filters[%d]", i), "This is not a choice of a filter")
		}
		seen[c.Filter] = true
		if !c.All {
			all = append(all, analytics.Filter{Dimension: open[c.Filter-1].Dimension, In: c.In, NotIn: c.NotIn})
		}
	}
	for i, f := range open {
		if !seen[i+1] && len(f.In) > 0 {
			all = append(all, analytics.Filter{Dimension: f.Dimension, In: f.In})
		}
	}
	return all, nil
}

// ask answers a tile's question, unless the link was used too often or ends meanwhile.
func (g shared) ask(ctx context.Context, who Caller, in sharedQuestion, export bool) (b sharedBoard, t analytics.Tile, q analytics.Query, a *analytics.Answer, err error) {
	if b, err = g.boardOf(ctx, who.link); err != nil {
		return b, t, q, nil, err
	}
	if t, q, err = b.question(in); err != nil {
		return b, t, q, nil, err
	}
	err = g.paced(ctx, who, export, func(ctx context.Context) (err error) {
		a, err = g.Analytics.Ask(ctx, q)
		return err
	})
	return b, t, q, a, err
}

// paced runs f within the limits of the link, and while the link shows something.
func (g shared) paced(ctx context.Context, who Caller, export bool, f func(context.Context) error) error {
	use, until := g.limits.count(who.link.ID, export, g.Now())
	if !until.IsZero() {
		return &adtally.Fault{Act: adtally.Wait, Code: "share_busy", Message: "The link is used too often", Hint: "Try again later.", Until: until}
	}
	leave, err := use.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	err = g.whileShown(ctx, who.link, f)
	if analyticsCode(err) != "" {
		return analyticsProblem(err)
	}
	return err
}

func (g shared) answer(ctx context.Context, who Caller, in *sharedQuestion) (*struct{ Body SharedAnswer }, error) {
	b, t, q, a, err := g.ask(ctx, who, *in, false)
	if err != nil {
		return nil, err
	}
	title, err := g.dimensionTitles(ctx)
	if err != nil {
		return nil, err
	}
	full := answerOf(a)
	out := SharedAnswer{Columns: full.Columns, Rows: full.Rows, Total: full.Total, Compared: full.Compared, Notes: full.Notes, AsOf: full.AsOf, From: q.From, To: q.To, By: titles(q.By, title),
		Grain: q.Grain, Below: t.Kind == analytics.TableTile && len(in.Body.Opened) < len(t.Drill)}
	if !b.Download && t.Kind == analytics.TableTile && len(out.Rows) > sharedMostRows {
		out.Rows, out.Cut = out.Rows[:sharedMostRows], true
	}
	out.forHolder()
	return &struct{ Body SharedAnswer }{out}, fits(out)
}

// fits refuses an answer that is too long to send.
func fits(a SharedAnswer) error {
	if len(a.Rows) <= sharedMostRows {
		return nil
	}
	text, err := json.Marshal(a)
	if err == nil && len(text) > sharedMostBytes {
		p := &Problem{Status: http.StatusUnprocessableEntity, Code: "too_much", Act: adtally.Configure}
		return p.named()
	}
	return err
}

// forHolder replaces the texts of refused figures.
func (a *SharedAnswer) forHolder() {
	replace := func(all []QueryFigure) {
		for i := range all {
			all[i].Refused = all[i].Refused.forHolder()
		}
	}
	rows := slices.Clone(a.Rows)
	replace(a.Total)
	if a.Compared != nil {
		rows = append(rows, a.Compared.Rows...)
		replace(a.Compared.Total)
		replace(a.Compared.Change)
	}
	for _, r := range rows {
		replace(r.Figures)
		replace(r.Previous)
		replace(r.Change)
	}
}

func (g shared) csv(ctx context.Context, who Caller, in *sharedQuestion) (*huma.StreamResponse, error) {
	if !who.link.Download {
		return nil, refusal("share_download", "This link does not allow downloads", "Ask the sender.")
	}
	_, _, q, a, err := g.ask(ctx, who, *in, true)
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(out huma.Context) {
		out.SetHeader("Content-Type", csvText+"; charset=utf-8")
		out.SetHeader("Content-Disposition", `attachment; filename="figures.csv"`)
		if err := analytics.WriteCSV(&limitedWriter{out.BodyWriter(), sharedMostBytes}, analytics.CSVTable{By: q.By, Grain: q.Grain, Compare: q.Compare, NoIDs: true}, a); err != nil {
			g.shell.Log.DebugContext(ctx, "a holder's file was not sent", "error", err)
		}
	}}, nil
}

// members lists what an open filter can choose, under the lock.
func (g shared) members(ctx context.Context, who Caller, in *struct {
	Filter int    `path:"filter" minimum:"1" maximum:"20" doc:"Number of the filter within the link"`
	Search string `query:"search" maxLength:"200" doc:"Part of the ID or name"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"Maximum number of members"`
},
) (*listed[Member], error) {
	b, err := g.boardOf(ctx, who.link)
	if err != nil {
		return nil, err
	}
	open := b.open()
	if in.Filter > len(open) {
		return nil, unknownLink()
	}
	out := &listed[Member]{}
	out.Body.Items = []Member{}
	return out, g.paced(ctx, who, false, func(ctx context.Context) error {
		all, err := g.Analytics.SharedMembers(ctx, b.under, open[in.Filter-1].Dimension, in.Search, in.Limit)
		for _, m := range all {
			out.Body.Items = append(out.Body.Items, Member(m))
		}
		return err
	})
}
