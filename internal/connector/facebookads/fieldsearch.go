package facebookads

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"

	"adtally"
)

// mostProbes bounds the search for fields that sink a question: one among fifty
// takes at most fourteen.
const mostProbes = 40

// fieldSearch looks for the fields that sink a question, where Meta names none: it asks
// for half of them, and for half of those.
type fieldSearch struct {
	graph  *graph
	path   string
	budget budget
	query  url.Values
	base   []string // asked for every time
	left   int      // probes that may still be sent
}

// fieldSearches are those of a reader: one at a time, since slices that are read beside
// each other ask for the same fields.
type fieldSearches struct {
	mu     sync.Mutex
	closed map[string]bool // streams of an account that are refused whatever is asked
}

// isAboutPart says whether a refusal may be about one of the fields only: where
// ads_read is missing it is about all of them. A job that failed may have other
// reasons than a permission.
func isAboutPart(err error) bool {
	r := refusalOf(err)
	switch {
	case r == nil, strings.Contains(said(r.graph), loginScope):
		return false
	case r.class == classPermission:
		return true
	case r.class == classField, r.class == classBadRequest, r.class == classUnknown:
		return r.act != actRetry && !r.job
	}
	return false
}

// find gives the fields that are refused; none where all are refused alike, or
// where each alone is not.
func (h *fieldSearch) find(ctx context.Context, fields []string) ([]string, error) {
	h.left = mostProbes
	if refused, err := h.refused(ctx, nil); refused || err != nil {
		return nil, err
	}
	return h.among(ctx, fields, true)
}

// among looks for them in some fields; sure = one of these must be among them.
func (h *fieldSearch) among(ctx context.Context, fields []string, sure bool) ([]string, error) {
	switch {
	case h.left <= 0:
		return fields, nil // asking on would cost more than they are worth
	case len(fields) == 1 || !sure:
		// What follows from the other answers is asked for all the same, once one
		// field is left: a refusal may have been bad luck.
		refused, err := h.refused(ctx, fields)
		if err != nil || !refused {
			return nil, err
		}
	}
	if len(fields) == 1 {
		return fields, nil
	}
	middle := len(fields) / 2
	found, err := h.among(ctx, fields[:middle], false)
	if err != nil {
		return nil, err
	}
	more, err := h.among(ctx, fields[middle:], len(found) == 0)
	return slices.Concat(found, more), err
}

func (h *fieldSearch) refused(ctx context.Context, fields []string) (bool, error) {
	h.left--
	q := cloneValues(h.query)
	q.Set("fields", joined(slices.Concat(h.base, fields)))
	_, err := h.graph.get(ctx, h.path, h.budget, q)
	if err = h.graph.confirm(ctx, err); isAboutPart(err) {
		return true, nil
	}
	return false, err
}

// culprits are the fields to leave out of a question that Meta refused: those
// that it names, in whatever words, or those that a search finds.
func (rd *reading) culprits(ctx context.Context, q question, h fieldSearch, cause error) ([]string, error) {
	asked := rd.stream.askable(q.asks())
	keys := rd.stream.askable(q.keys())
	if len(keys) == 0 {
		keys = asked[:1]
	}
	fields := without(asked, keys)
	if named := among(refusedFields(cause), fields); len(named) > 0 {
		return named, nil
	}
	if !isAboutPart(cause) || len(fields) == 0 {
		return nil, nil
	}
	if named := withNames(cause, fields); len(named) > 0 {
		return named, nil
	}
	if rd.searches.closed[rd.name()] {
		return nil, nil
	}
	h.graph, h.base = rd.graph, keys
	found, err := h.find(ctx, fields)
	switch {
	case err == nil && h.left == mostProbes-1: // the first of them was refused
		rd.close()
	case err == nil && len(found) == 0:
		err = fmt.Errorf("%w: %w", errPassed, cause)
	}
	return found, err
}

// errPassed says that a refusal was not met again when its parts were asked for.
var errPassed = errors.New("the refusal has passed")

func (rd *reading) close() {
	if rd.searches.closed == nil {
		rd.searches.closed = map[string]bool{}
	}
	rd.searches.closed[rd.name()] = true
}

func among(names, of []string) (found []string) {
	for _, n := range names {
		if slices.Contains(of, n) {
			found = append(found, n)
		}
	}
	return found
}

// word is what may be a field's name in a sentence: in quotes, after the word
// field, or with an underscore, since a sentence has no such words of its own.
var word = regexp.MustCompile(`["'` + "`" + `(\[]([a-z][a-z0-9_]*)["'` + "`" + `)\]]|(?i:\bfields?:? )([a-z][a-z0-9_]*)|\b([a-z][a-z0-9]*_[a-z0-9_]+)\b`)

// spoken are those of the fields of which a refusal speaks.
func withNames(err error, fields []string) (names []string) {
	for _, found := range word.FindAllStringSubmatch(said(refusalOf(err).graph), -1) {
		name := found[1] + found[2] + found[3] // one of them
		if slices.Contains(fields, name) && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// leaveOut says whether the question is worth asking again without the fields
// that sank it, and remembers them. The error is what stands in the way; what
// sounds like a dead token is confirmed first.
func (rd *reading) leaveOut(ctx context.Context, q question, h fieldSearch, cause error) (bool, error) {
	if cause = rd.graph.confirm(ctx, cause); refusalOf(cause) == nil || adtally.FaultOf(cause).Act == adtally.Reconnect {
		return false, cause
	}
	rd.searches.mu.Lock()
	defer rd.searches.mu.Unlock()
	if among(rd.tuning().Without, q.asks()) != nil { // another slice was faster
		return true, nil
	}
	gone, err := rd.culprits(ctx, q, h, cause)
	if err != nil {
		return false, err
	}
	if rest := without(q.asks(), gone); len(rest) == len(q.asks()) || len(rest) == 0 {
		return false, cause
	}
	err = rd.learn(ctx, func(l *tuning) {
		for _, n := range gone {
			if !slices.Contains(l.Without, n) {
				l.Without = append(l.Without, n)
			}
		}
		l.Why = sentenceOf(adtally.FaultOf(cause))
	})
	return err == nil, err
}

// sample is how a report's fields are tried: a row of one day.
func (q question) sample() fieldSearch {
	if last := q.stream.period.first(q.window.Last()); q.window.From < last {
		q.window.From = last
	}
	query := q.query()
	query.Set("limit", "1")
	return fieldSearch{path: "act_" + q.account + "/insights", budget: q.budget(), query: query}
}
