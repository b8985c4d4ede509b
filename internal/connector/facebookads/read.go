package facebookads

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/url"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"adtally"
	"adtally/internal/connector"
	"adtally/internal/table"
)

// smallDays is how many days of a report are asked for synchronously: a small
// question needs no report job.
const smallDays = 2

// Read carries out one slice.
func (r *reader) Read(ctx context.Context, a adtally.Account, sl adtally.Slice, note connector.Note) iter.Seq2[table.Batch, error] {
	return func(yield func(table.Batch, error) bool) {
		s := r.stream(sl.Stream)
		if s == nil {
			yield(table.Batch{}, fmt.Errorf("no stream is named %s", sl.Stream))
			return
		}
		d, err := newDecoder(s, a)
		if err != nil {
			yield(table.Batch{}, err)
			return
		}
		for asked, err := range r.answers(ctx, s, sl, note, d.row) {
			if err == nil && note.Cursor().Asked.IsZero() {
				err = note.Save(ctx, adtally.Cursor{Asked: asked})
			}
			if err != nil {
				yield(table.Batch{}, edge(err))
				return
			}
			for _, b := range d.batches() {
				if !yield(b, nil) {
					return
				}
			}
		}
	}
}

// answers asks for a slice's rows in the way that suits it, page by page.
func (r *reader) answers(ctx context.Context, s *stream, sl adtally.Slice, note connector.Note, row rowFunc) iter.Seq2[time.Time, error] {
	node := "act_" + sl.Account
	switch {
	case s.edge == "":
		return r.node(ctx, s, node, row)
	case !s.daily:
		return r.graph.pages(ctx, node+"/"+s.edge, sl.Account, s.query(adtally.Window{}), s.limit, row)
	case s.always || sl.Window.Days() <= smallDays:
		return r.small(ctx, s, sl, note, row)
	default:
		return r.report(ctx, s, sl, note, row)
	}
}

// query is what to ask: the same for a page and for a report job.
func (s *stream) query(w adtally.Window) url.Values {
	q := url.Values{"fields": {strings.Join(s.asks(), ",")}}
	if s.filter != "" {
		q.Set("filtering", text([]any{map[string]any{"field": s.filter + ".effective_status", "operator": "IN", "value": statuses[s.filter]}}))
	}
	if !s.daily {
		return q
	}
	q.Set("level", s.level)
	q.Set("time_increment", "1")
	q.Set("time_range", text(map[string]string{"since": w.From.String(), "until": w.Last().String()}))
	if s.actions != nil {
		q.Set("action_attribution_windows", text(attributionWindows))
	}
	return q
}

// attributionWindows are those that Meta still serves; 7d_view and 28d_view
// have been answered with nothing since 12 January 2026 (META_API.md §1.2).
var attributionWindows = []string{"1d_click", "7d_click", "28d_click", "1d_view"}

// text is a parameter that is a document. Its values are ours: they always
// marshal.
func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// node reads a single object. A field that needs more than ads_read may sink
// the whole request: it is then asked for again without those fields.
func (r *reader) node(ctx context.Context, s *stream, node string, row rowFunc) iter.Seq2[time.Time, error] {
	return func(yield func(time.Time, error) bool) {
		names := s.asks()
		a, err := r.graph.get(ctx, node, node, url.Values{"fields": {strings.Join(names, ",")}})
		if len(s.forbids) > 0 && (classOf(err) == classPermission || classOf(err) == classField) {
			names = without(names, s.forbids)
			a, err = r.graph.get(ctx, node, node, url.Values{"fields": {strings.Join(names, ",")}})
		}
		if err == nil {
			err = row(jsontext.NewDecoder(bytes.NewBuffer(a.Body)))
		}
		yield(a.At, err)
	}
}

func without(names, gone []string) (kept []string) {
	for _, n := range names {
		if !strings.Contains(","+strings.Join(gone, ",")+",", ","+n+",") {
			kept = append(kept, n)
		}
	}
	return kept
}

// small asks synchronously, and goes over to a report job where Meta says that
// this is too much at once.
func (r *reader) small(ctx context.Context, s *stream, sl adtally.Slice, note connector.Note, row rowFunc) iter.Seq2[time.Time, error] {
	return func(yield func(time.Time, error) bool) {
		first := true
		for asked, err := range r.graph.pages(ctx, "act_"+sl.Account+"/insights", sl.Account, s.query(sl.Window), s.limit, row) {
			if first && errors.Is(err, errTooMuch) {
				r.report(ctx, s, sl, note, row)(yield)
				return
			}
			first = false
			if !yield(asked, err) {
				return
			}
		}
	}
}

// edge gives the errors that stay inside a connector the form that others know.
func edge(err error) error {
	switch {
	case errors.Is(err, errTooMuch):
		return &adtally.Fault{Act: adtally.Retry, Code: "too_much", Message: "Meta finds a question too big, even at its smallest",
			Hint: "Run the same command again later, or with fewer tables.", Err: err}
	case errors.Is(err, errGone):
		return &adtally.Fault{Act: adtally.Configure, Code: "account_gone", Message: "The ad account is not there, or this token may not see it",
			Hint: "Check the account's number, and that the token's owner has access to it.", Err: err}
	case errors.Is(err, errNotReady):
		return &adtally.Fault{Act: adtally.Retry, Code: "not_ready", Message: "Meta says that a report is done and does not give it",
			Hint: "Run the same command again later.", Err: err}
	}
	return outside(err)
}
