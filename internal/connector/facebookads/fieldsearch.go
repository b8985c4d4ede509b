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

// maxProbes limits the search for failing fields: finding one among fifty takes at
// most fourteen requests.
const maxProbes = 40

// fieldSearch finds the fields that make a request fail when Meta names none, by
// bisection.
type fieldSearch struct {
	graph  *graph
	path   string
	budget budget
	query  url.Values
	base   []string // requested every time
	left   int      // probes that may still be sent
}

// fieldSearches are those of a reader. They run one at a time, because slices that are
// read in parallel request the same fields.
type fieldSearches struct {
	mu     sync.Mutex
	closed map[string]bool // streams of an account that fail with every field
	asJob  map[string]bool // streams of an account that Meta refuses only as report jobs
}

// isAboutPart reports whether a refusal may concern only some of the fields: without
// ads_read it concerns all of them. A failed job may have other reasons than a
// permission.
func isAboutPart(err error) bool {
	r := refusalOf(err)
	switch {
	case r == nil, strings.Contains(metaText(r.graph), loginScope):
		return false
	case r.class == classPermission:
		return true
	case r.class == classField, r.class == classBadRequest, r.class == classUnknown:
		return r.act != actRetry && !r.job
	}
	return false
}

// find returns the failing fields. It returns none if all of them fail, or if none
// fails alone.
func (h *fieldSearch) find(ctx context.Context, fields []string) ([]string, error) {
	h.left = maxProbes
	if refused, err := h.refused(ctx, nil); refused || err != nil {
		return nil, err
	}
	return h.among(ctx, fields, true)
}

// among searches some of the fields; sure = at least one of them fails.
func (h *fieldSearch) among(ctx context.Context, fields []string, sure bool) ([]string, error) {
	switch {
	case h.left <= 0:
		return fields, nil // further requests cost more than these fields are worth
	case len(fields) == 1 || !sure:
		// A single field is requested even if the other answers imply the result: the
		// refusal may have been a one-off.
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

// failingFields returns the fields to leave out of a request that Meta refused: those
// that the refusal names, or those that a search finds.
func (rd *reading) failingFields(ctx context.Context, q request, h fieldSearch, cause error) ([]string, error) {
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
	isJob := refusalOf(cause).job
	switch {
	case rd.searches.closed[rd.name()]:
		return nil, nil
	case isJob && rd.searches.asJob[rd.name()]:
		return nil, failedOnlyAsJob(refusalOf(cause))
	}
	h.graph, h.base = rd.graph, keys
	found, err := h.find(ctx, fields)
	switch {
	case err == nil && h.left == maxProbes-1: // the first of them was refused
		rd.searches.closed = with(rd.searches.closed, rd.name())
	case err == nil && len(found) == 0 && isJob:
		rd.searches.asJob = with(rd.searches.asJob, rd.name())
		err = failedOnlyAsJob(refusalOf(cause))
	case err == nil && len(found) == 0:
		err = fmt.Errorf("%w: %w", errNotReproduced, cause)
	}
	return found, err
}

// errNotReproduced means that the parts of a refused request succeed.
var errNotReproduced = errors.New("the error did not occur again")

// with returns the set with one more name.
func with(set map[string]bool, name string) map[string]bool {
	if set == nil {
		set = map[string]bool{}
	}
	set[name] = true
	return set
}

func among(names, of []string) (found []string) {
	for _, n := range names {
		if slices.Contains(of, n) {
			found = append(found, n)
		}
	}
	return found
}

// fieldWord matches a possible field name in a sentence: in quotes, after the word field,
// or with an underscore, which ordinary words do not have.
var fieldWord = regexp.MustCompile(`["'` + "`" + `(\[]([a-z][a-z0-9_]*)["'` + "`" + `)\]]|(?i:\bfields?:? )([a-z][a-z0-9_]*)|\b([a-z][a-z0-9]*_[a-z0-9_]+)\b`)

// withNames returns those of the fields that a refusal mentions.
func withNames(err error, fields []string) (names []string) {
	for _, found := range fieldWord.FindAllStringSubmatch(metaText(refusalOf(err).graph), -1) {
		name := found[1] + found[2] + found[3] // only one group matched
		if slices.Contains(fields, name) && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// dropFields reports whether the request is worth repeating without the failing fields,
// and remembers them. The error is the reason not to. An error that looks like a dead
// token is confirmed first.
func (rd *reading) dropFields(ctx context.Context, q request, h fieldSearch, cause error) (bool, error) {
	if cause = rd.graph.confirm(ctx, cause); refusalOf(cause) == nil || adtally.FaultOf(cause).Act == adtally.Reconnect {
		return false, cause
	}
	rd.searches.mu.Lock()
	defer rd.searches.mu.Unlock()
	if among(rd.tuning().Without, q.asks()) != nil { // another slice found them first
		return true, nil
	}
	gone, err := rd.failingFields(ctx, q, h, cause)
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

// sample is how the fields of a report are tested: with a request for one row of one
// day.
func (q request) sample() fieldSearch {
	if last := q.stream.period.first(q.window.Last()); q.window.From < last {
		q.window.From = last
	}
	query := q.query()
	query.Set("limit", "1")
	return fieldSearch{path: "act_" + q.account + "/insights", budget: q.budget(), query: query}
}
