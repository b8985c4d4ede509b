package graphsim

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"adtally/internal/graphsim/advertiser"
)

// edge writes one page of the objects on an edge of w.node.
func (w *selection) edge(params url.Values, e edge, fields []field, address func(url.Values) string) ([]byte, *refusal) {
	keep, refused := w.listFilter(params, e)
	if refused != nil {
		return nil, refused
	}
	var objects []advertiser.Object
	for _, o := range w.node.account.list(e.kind, w.now).objects {
		if keep(o) {
			objects = append(objects, o)
		}
	}
	if objects, refused = w.narrowed(params, e, objects); refused != nil {
		return nil, refused
	}
	inner := *w
	inner.node = node{account: w.node.account, kind: kindOf(e.kind)}
	inner.fields = fields
	inner.lenient = e.kind == advertiser.Ad || e.kind == advertiser.Creative
	return page(params, objects, cursorOf(e.kind), address, inner.appendListed)
}

func (w *selection) appendListed(b []byte, o advertiser.Object) ([]byte, *refusal) {
	if w.node.account == nil { // a list of accounts
		a := w.server.account(strings.TrimPrefix(o.ID, "act_"))
		inner := *w
		inner.node = node{account: a, kind: accountKind, object: o}
		return inner.append(b, o)
	}
	// That broken objects can still be listed by ID alone is a guess; no source says so.
	if refused := w.server.broken(w.node.kind, o.ID); refused != nil && !onlyIDs(w.fields) {
		return nil, refused
	}
	return w.append(b, o)
}

// listFilter returns a function that reports whether an object of the edge is listed.
func (w *selection) listFilter(params url.Values, e edge) (func(advertiser.Object) bool, *refusal) {
	k := kindOf(e.kind)
	conditions, refused := parseFilter(params.Get("filtering"))
	if refused != nil {
		return nil, refused
	}
	statuses, refused := statusesOf(params.Get("effective_status"), k)
	if refused != nil {
		return nil, refused
	}
	since, err := updatedSince(params.Get("updated_since"))
	if err != nil {
		return nil, badRequest("param updated_since must be an integer.")
	}
	if refused := conditions.check(k); refused != nil {
		return nil, refused
	}
	if statuses == nil && !conditions.speakOfStatus() {
		statuses = func(s string) bool { return s != "ARCHIVED" && s != "DELETED" } // the default without a filter on status
	}
	isBelow, isHidden := w.below(e), w.server.hidden(w.node.account.id, k)
	return func(o advertiser.Object) bool {
		if !isBelow(o) || isHidden(o.ID) {
			return false
		}
		status, hasStatus := o.Fields["effective_status"].(string)
		if hasStatus && statuses != nil && !statuses(status) {
			return false
		}
		return (since.IsZero() || updated(o).After(since)) && conditions.match(k, o)
	}, nil
}

// below returns a function that reports whether an object is on the edge.
func (w *selection) below(e edge) func(advertiser.Object) bool {
	parent := w.node.object.ID
	if e.through == "" {
		return func(o advertiser.Object) bool { return e.by == "" || o.Fields[e.by] == parent }
	}
	ids := map[any]bool{}
	for _, ad := range w.node.account.list(advertiser.Ad, w.now).objects {
		if held, isObject := ad.Fields[e.through].(map[string]any); isObject && ad.Fields[e.by] == parent {
			ids[held["id"]] = true
		}
	}
	return func(o advertiser.Object) bool { return ids[o.ID] }
}

// statusesOf parses effective_status; nil if it was not given.
func statusesOf(text string, k kind) (func(string) bool, *refusal) {
	wanted, err := textsOf(text)
	if err != nil {
		return nil, badRequest("param effective_status must be an array.")
	}
	if len(wanted) == 0 {
		return nil, nil
	}
	for _, s := range wanted {
		if s == "DELETED" {
			return nil, &refusal{Code: 100, Subcode: 1815001, Message: "Invalid parameter", Title: "Cannot Request for Deleted Objects",
				Text: "You can't request for deleted objects in this endpoint."}
		}
		if !slices.Contains(statuses(k), s) { // [quoted: 100_1487561_run_status_not_valid]
			transient := false
			return nil, &refusal{Code: 100, Subcode: 1487561, Message: "Invalid parameter", Transient: &transient, Title: "Run Status not valid",
				Text: "Only certain values may be specified for run status.  The value specified was invalid."}
		}
	}
	return func(s string) bool { return slices.Contains(wanted, s) }, nil
}

// statuses returns the possible values of effective_status [specs].
func statuses(k kind) []string {
	all := []string{"ACTIVE", "PAUSED", "DELETED", "ARCHIVED", "IN_PROCESS", "WITH_ISSUES"}
	if k.object == advertiser.AdSet || k.object == advertiser.Ad {
		all = append(all, "CAMPAIGN_PAUSED")
	}
	if k.object == advertiser.Ad {
		all = append(all, "ADSET_PAUSED", "DISAPPROVED", "PENDING_BILLING_INFO", "PENDING_REVIEW", "PREAPPROVED")
	}
	return all
}

func updatedSince(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	seconds, err := strconv.ParseInt(text, 10, 64)
	return time.Unix(seconds, 0), err
}

// graphTime is the format of Graph's times.
const graphTime = "2006-01-02T15:04:05-0700"

func updated(o advertiser.Object) time.Time {
	text, _ := o.Fields["updated_time"].(string)
	if text == "" {
		text, _ = o.Fields["created_time"].(string)
	}
	t, err := time.Parse(graphTime, text)
	if err != nil {
		return time.Time{} // no time is before all times
	}
	return t
}

func joined(names []string) string { return strings.Join(names, ",") }
