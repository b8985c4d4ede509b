package analytics_test

import (
	"math/big"
	"slices"

	"adtally/internal/analytics"
)

// group is one row of the answer before its figures: a name and the members that it stands for.
// "(others)" stands for all members but some, also for those that were read and have no rows.
type group struct {
	name string
	of   []string
	but  []string // not nil = all except these
}

func (g group) has(member string) bool {
	if g.but != nil {
		return !slices.Contains(g.but, member)
	}
	return slices.Contains(g.of, member)
}

func (s *slow) groups(q analytics.Question) ([]group, string) {
	top, refused := s.top(q)
	if refused != "" {
		return nil, refused
	}
	return s.grouped(q, top), ""
}

// top are the members that a ranking keeps; nil = all.
func (s *slow) top(q analytics.Question) ([]string, string) {
	if q.Group == "" || q.Top == nil {
		return nil, ""
	}
	ranked := slices.DeleteFunc(s.members(q, []string{q.Top.By}), func(m string) bool { return m == "(unmatched)" })
	value := map[string]*big.Rat{}
	whole := q
	whole.Grain = ""
	for _, m := range s.members(q, []string{q.Top.By}) {
		a := s.metric(q.Top.By, whole, "", func(d map[string]string) bool { return fitsAll(q, d) && d[q.Group] == m })
		if a.refused != "" {
			return nil, a.refused
		}
		value[m] = a.value
	}
	slices.SortStableFunc(ranked, func(a, b string) int {
		switch x, y := value[a], value[b]; {
		case x == nil && y == nil:
			return 0
		case x == nil:
			return 1
		case y == nil:
			return -1
		default:
			return y.Cmp(x)
		}
	})
	if len(ranked) <= q.Top.N {
		return nil, ""
	}
	return ranked[:q.Top.N], ""
}

// grouped are the groups of a question, of which a ranking of maybe other days keeps some.
func (s *slow) grouped(q analytics.Question, top []string) []group {
	if q.Group == "" {
		return []group{{}}
	}
	members := s.members(q, q.Metrics)
	if top == nil {
		return plainGroups(members)
	}
	out, rest := []group{}, group{name: "(others)", but: append(slices.Clone(top), "(unmatched)")}
	for _, m := range members {
		if m == "(unmatched)" || slices.Contains(top, m) {
			out = append(out, group{name: m, of: []string{m}})
		} else {
			rest.of = append(rest.of, m)
		}
	}
	if len(rest.of) > 0 {
		i := slices.IndexFunc(out, func(g group) bool { return g.name == "(unmatched)" })
		if i < 0 {
			i = len(out)
		}
		out = slices.Insert(out, i, rest)
	}
	return out
}

func plainGroups(members []string) (out []group) {
	for _, m := range members {
		out = append(out, group{name: m, of: []string{m}})
	}
	return out
}
