package analytics

import (
	"context"
	"slices"
	"strings"
)

// SharedMembers lists the values of a dimension as Members does, but only those that the lock
// of a question shows.
func (e *Engine) SharedMembers(ctx context.Context, db Queryer, under Query, dimension, search string, limit int) ([]Member, error) {
	w := &writer{plan: &plan{defs: e.defs, settings: e.settings, q: under}}
	if !w.known(dimension) {
		return nil, &Refusal{Code: "unknown_dimension", Message: "There is no dimension " + dimension, Hint: near(dimension, e.defs.dimensionNames())}
	}
	from := w.lockedValues(dimension)
	if from == "" {
		return nil, &Refusal{Code: "lock_unsupported", Message: "The members of " + dimension + " cannot be listed within the lock", Hint: "Do not offer this filter in the link."}
	}
	return e.members(ctx, db, w, dimension, from, search, limit)
}

// lockedValues selects the values of a dimension within the lock as id and name; empty = they
// cannot be told.
func (w *writer) lockedValues(dimension string) string {
	days := w.q.LockFrom != 0 || w.q.LockTo != 0
	if m := w.defs.byEntity(dimension); m != nil {
		r := w.rowsOf(m)
		if days || !r.lock() {
			return w.lockedEntities(m, dimension)
		}
		return r.keyed(m)
	}
	if values := w.values(dimension, true); values != "" && !days {
		return values
	}
	if seen := w.seen(dimension); seen != "" {
		return "SELECT id, id AS name FROM (" + seen + ") s"
	}
	return ""
}

// lockedEntities selects those rows of a model that facts within the lock refer to.
func (w *writer) lockedEntities(m *Model, dimension string) string {
	seen := w.seen(dimension)
	if seen == "" {
		return ""
	}
	r := w.rowsOf(m)
	r.where = append(r.where, "CAST(m."+quote(m.PrimaryColumn)+" AS VARCHAR) IN (SELECT id FROM ("+seen+") s)")
	return r.keyed(m)
}

// seen selects the values of a dimension that facts within the lock have.
func (w *writer) seen(dimension string) string {
	var parts []string
	for _, name := range w.defs.modelNames() {
		m := w.defs.Models[name]
		if _, ok := w.defs.find(m, dimension); !ok || m.Time == "" {
			continue
		}
		r := w.rowsOf(m)
		value := r.dimension(dimension)
		if !r.lock() {
			continue
		}
		r.lockDays("")
		r.where = append(r.where, value+" NOT LIKE '(%'")
		parts = append(parts, "SELECT DISTINCT "+value+" AS id "+r.from()+r.whereText())
	}
	return strings.Join(slices.Compact(parts), " UNION ")
}
