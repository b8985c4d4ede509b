package analytics

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"adtally"
)

// Question is a question in the JSON form of a file of questions: one dimension at most, and
// filters as a map from a dimension to its values. Forced filters cannot be widened.
type Question struct {
	Metrics  []string            `json:"metrics"`
	From     adtally.Day         `json:"from"`
	To       adtally.Day         `json:"to"`
	Currency string              `json:"currency"`
	Zone     string              `json:"zone"`
	Grain    Grain               `json:"grain"`
	Group    string              `json:"group"`
	Filters  map[string][]string `json:"filters"`
	Forced   map[string][]string `json:"forced"`
	Totals   bool                `json:"totals"`
	Top      *Top                `json:"top"`
	Compare  Compare             `json:"compare"`
	AsOf     adtally.Day         `json:"as_of"`
}

// Questions reads a file of questions: an object from a key to a question, or to an object
// with the question in a field "question".
func Questions(file []byte) (map[string]Question, error) {
	var entries map[string]json.RawMessage
	if err := json.Unmarshal(file, &entries); err != nil {
		return nil, fmt.Errorf("read the questions: %w", err)
	}
	all := map[string]Question{}
	for key, raw := range entries {
		var wrapped struct {
			Question json.RawMessage `json:"question"`
		}
		if err := json.Unmarshal(raw, &wrapped); err == nil && wrapped.Question != nil {
			raw = wrapped.Question
		}
		var q Question
		if err := json.Unmarshal(raw, &q); err != nil {
			return nil, fmt.Errorf("read the question %s: %w", key, err)
		}
		all[key] = q
	}
	return all, nil
}

// Query returns the question as the engine takes it.
func (q Question) Query() Query {
	out := Query{Metrics: q.Metrics, From: q.From, To: q.To, Currency: q.Currency, Zone: q.Zone, Grain: q.Grain,
		Filters: filtersOf(q.Filters), Lock: filtersOf(q.Forced), Totals: q.Totals, Top: q.Top, Compare: q.Compare, AsOf: q.AsOf}
	if q.Group != "" {
		out.By = []string{q.Group}
	}
	return out
}

func filtersOf(all map[string][]string) (out []Filter) {
	for _, dim := range slices.Sorted(maps.Keys(all)) {
		out = append(out, Filter{Dimension: dim, In: all[dim]})
	}
	return out
}

// Reply answers a question in JSON form: a figure as text, null for an empty one, {"refused":
// code}, rows, or an object.
func (e *Engine) Reply(ctx context.Context, db Queryer, q Question) (any, error) {
	a, err := e.Ask(ctx, db, q.Query())
	if err != nil {
		if r, ok := errors.AsType[*Refusal](err); ok {
			return refused(r), nil
		}
		return nil, err
	}
	return q.Reply(a), nil
}

func refused(r *Refusal) map[string]string {
	return map[string]string{"refused": r.Code, "message": r.Message, "hint": r.Hint}
}

func plain(f Figure) any {
	switch {
	case f.Refused != nil:
		return refused(f.Refused)
	case f.Value == "":
		return nil
	}
	return f.Value
}

// Reply returns an answer to the question in JSON form.
func (q Question) Reply(a *Answer) any {
	if q.Compare != NoCompare && len(a.Rows) == 1 && len(q.Metrics) == 1 {
		r := a.Rows[0]
		return map[string]any{"current": plain(r.Figures[0]), "previous": plain(r.Previous[0]), "change": plain(r.Change[0]),
			"previous_from": a.Compared.From.String(), "previous_to": a.Compared.To.String()}
	}
	if q.Grain == Whole && q.Group == "" {
		return q.single(a.Rows[0])
	}
	rows := []any{}
	for _, r := range a.Rows {
		var row []any
		if q.Grain != Whole {
			row = append(row, r.Bucket)
		}
		for _, m := range r.Members {
			row = append(row, m)
		}
		for _, f := range r.Figures {
			row = append(row, plain(f))
		}
		rows = append(rows, row)
	}
	if !q.Totals {
		return rows
	}
	total := []any{}
	for _, f := range a.Total {
		total = append(total, plain(f))
	}
	return map[string]any{"rows": rows, "total": total}
}

// single is the answer to a question without groups: a figure, or one for each metric.
func (q Question) single(r Row) any {
	if len(q.Metrics) == 1 {
		return plain(r.Figures[0])
	}
	out := map[string]any{}
	for i, name := range q.Metrics {
		out[name] = plain(r.Figures[i])
	}
	return out
}
