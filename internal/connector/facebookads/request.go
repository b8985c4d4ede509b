package facebookads

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"

	"adtally"
)

// request asks for a stream's data: for the whole slice or a part of it.
type request struct {
	stream    *stream
	account   string
	window    adtally.Window
	level     string   // of ids: campaign, adset or ad
	ids       []string // only these objects; nil = all
	fields    []string // nil = all fields of the stream
	noActions bool     // without actions: Meta refuses them with these breakdowns
	old       bool     // unique counts of days so old that Meta has a daily quota for them
}

func (q request) budget() budget {
	b := insightsOf(q.account)
	b.oldReach = q.old
	return b
}

// fingerprint returns the same value for requests that differ only in their window
// and go to the same API version.
func (q request) fingerprint(version string) string {
	v := q.query()
	v.Del("time_range")
	return hashed(version, q.account, v.Encode())
}

// hashed returns a hash that is short enough for a note and long enough to make
// collisions improbable.
func hashed(parts ...string) string {
	h := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(h[:12])
}

// condition is one element of Graph's filtering parameter.
type condition struct {
	Field    string   `json:"field"`
	Operator string   `json:"operator"`
	Value    []string `json:"value"`
}

// query returns the request's parameters, the same for a page and for a report job.
func (q request) query() url.Values {
	s := q.stream
	v := url.Values{"fields": {joined(s.askable(q.asks()))}}
	if filtering := q.filtering(); len(filtering) > 0 {
		v.Set("filtering", text(filtering))
	}
	if s.pictures == creativePictures {
		v.Set("thumbnail_width", largeThumbnail)
		v.Set("thumbnail_height", largeThumbnail)
	}
	if s.level == "" {
		return v
	}
	s.shape(v)
	if q.noActions {
		withoutActions(v)
	}
	v.Set("time_range", text(map[string]string{"since": q.window.From.String(), "until": q.window.Last().String()}))
	return v
}

// filtering names all statuses in every request, because deleted and archived objects
// have spend too and Meta omits them by default.
func (q request) filtering() (list []condition) {
	if q.stream.filter != "" {
		list = append(list, condition{q.stream.filter + ".effective_status", "IN", statuses[q.stream.filter]})
	}
	return append(list, q.named()...)
}

// named returns the filter for the request's objects.
func (q request) named() []condition {
	if q.ids == nil {
		return nil
	}
	return []condition{{q.level + ".id", "IN", q.ids}}
}

// asks lists the request's fields.
func (q request) asks() []string {
	if q.fields != nil {
		return q.fields
	}
	return q.stream.asks()
}

// byDays splits the request in two, newest days first, without splitting a period. It
// returns nil if the request is about one period.
func (q request) byDays() []request {
	a, b := q, q
	middle := q.stream.period.first(q.window.From + adtally.Day(q.window.Days()/2))
	if next := q.stream.period.last(middle) + 1; middle <= q.window.From {
		middle = next
	}
	if middle >= q.window.To {
		return nil
	}
	a.window.From, b.window.To = middle, middle
	return []request{a, b}
}

// byIDs splits the request in two by the objects that it names.
func (q request) byIDs() []request {
	a, b := q, q
	middle := len(q.ids) / 2
	a.ids, b.ids = q.ids[:middle], q.ids[middle:]
	return []request{a, b}
}

// pieces splits a request into even windows of at most the given number of days,
// newest first. It splits no period, even if the period is longer.
func (q request) pieces(days int) (out []request) {
	n := (q.window.Days() + days - 1) / days
	end := q.window.To
	for i := n - 1; i >= 0; i-- {
		piece := q
		piece.window = adtally.Window{From: q.stream.period.first(q.window.From + adtally.Day(i*q.window.Days()/n)), To: end}
		if piece.window.Days() > 0 {
			out, end = append(out, piece), piece.window.From
		}
	}
	return out
}

// objectLevels lists the levels below an account, from the top.
var objectLevels = []string{"campaign", "adset", "ad"}

// below returns the next level whose IDs can narrow the request, or "" if there is
// none.
func (q request) below() string {
	deepest := slices.Index(objectLevels, q.stream.level)
	next := slices.Index(objectLevels, q.level) + 1
	if q.ids == nil {
		next = 0
	}
	if next > deepest {
		return ""
	}
	return objectLevels[next]
}

// keys lists Meta's names of the members that identify a row.
func (q request) keys() (names []string) {
	for _, f := range q.stream.fields {
		if slices.Contains(q.stream.table.Key, f.column.Name) {
			names = append(names, f.graph())
		}
	}
	return names
}

// object returns the only object that the request is about, or "" if there are
// several.
func (q request) object() string {
	if len(q.ids) == 1 {
		return q.ids[0]
	}
	return ""
}

func joined(names []string) string { return strings.Join(names, ",") }

// rowKey formats a row's key for people.
func rowKey(key string) string {
	return strings.ReplaceAll(strings.Trim(key, "/"), `"`, "")
}
