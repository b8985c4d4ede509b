package facebookads

import (
	"context"

	"adtally/internal/jsonread"
)

// byObjects splits a request in two by object: by the objects that it names, or else
// by those of the next level below. It returns nil if there is nothing to split.
func (rd *reading) byObjects(ctx context.Context, q request) ([]request, error) {
	if len(q.ids) > 1 {
		return q.byIDs(), nil
	}
	level := q.below()
	if level == "" {
		return nil, nil
	}
	ids, err := rd.objects(ctx, q, level)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	if q.level, q.ids = level, ids; len(ids) > 1 {
		return q.byIDs(), nil
	}
	return []request{q}, nil
}

// objects lists the objects of a level that have figures on the request's days. It
// requests IDs only.
func (rd *reading) objects(ctx context.Context, q request, level string) (ids []string, err error) {
	name := level + "_id"
	query := q.query()
	query.Set("fields", name)
	query.Set("level", level)
	for _, cut := range []string{"action_attribution_windows", "breakdowns", "action_breakdowns"} {
		query.Del(cut)
	}
	list := append([]condition{{level + ".effective_status", "IN", statuses[level]}}, q.named()...)
	query.Set("filtering", text(list))
	seen := map[string]bool{}
	row := func(r *jsonread.Reader) error {
		if r.Kind() != '{' {
			return skipValue(r)
		}
		return members(r, func(member string) error {
			value, err := r.Value()
			if err != nil || member != name {
				return err
			}
			if id := string(bareID([]byte(textIn(value)))); accountNumber.MatchString(id) && !seen[id] {
				seen[id] = true
				ids = append(ids, id)
			}
			return nil
		})
	}
	l := &listing{graph: rd.graph, path: "act_" + q.account + "/insights", budget: insightsOf(q.account), query: query, limit: insightsPageSize, row: row}
	return ids, l.pages(ctx, ignorePage)
}
