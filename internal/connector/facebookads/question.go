package facebookads

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"

	"adtally"
)

// question is one request for a stream's data: the whole slice or a part of it.
type question struct {
	stream  *stream
	account string
	window  adtally.Window
	level   string   // of ids: campaign, adset or ad
	ids     []string // only these objects; nil = all
	fields  []string // nil = all fields of the stream
	plain   bool     // without actions: Meta refuses them with these breakdowns
	old     bool     // unique counts of days so old that Meta has a daily quota for them
}

func (q question) budget() budget {
	b := insightsOf(q.account)
	b.oldReach = q.old
	return b
}

// fingerprint returns the same value for questions that differ only in their window
// and go to the same API version.
func (q question) fingerprint(version string) string {
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
func (q question) query() url.Values {
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
	if q.plain {
		withoutActions(v)
	}
	v.Set("time_range", text(map[string]string{"since": q.window.From.String(), "until": q.window.Last().String()}))
	return v
}

// filtering names all statuses in every request, because deleted and archived objects
// have spend too and Meta omits them by default.
func (q question) filtering() (list []condition) {
	if q.stream.filter != "" {
		list = append(list, condition{q.stream.filter + ".effective_status", "IN", statuses[q.stream.filter]})
	}
	return append(list, q.named()...)
}

// named returns the filter for the question's objects.
func (q question) named() []condition {
	if q.ids == nil {
		return nil
	}
	return []condition{{q.level + ".id", "IN", q.ids}}
}

// asks lists the question's fields.
func (q question) asks() []string {
	if q.fields != nil {
		return q.fields
	}
	return q.stream.asks()
}

// byDays splits the question in two, newest days first, without splitting a period. It
// returns nil if the question is about one period.
func (q question) byDays() []question {
	a, b := q, q
	middle := q.stream.period.first(q.window.From + adtally.Day(q.window.Days()/2))
	if next := q.stream.period.last(middle) + 1; middle <= q.window.From {
		middle = next
	}
	if middle >= q.window.To {
		return nil
	}
	a.window.From, b.window.To = middle, middle
	return []question{a, b}
}

// byIDs splits the question in two by the objects that it names.
func (q question) byIDs() []question {
	a, b := q, q
	middle := len(q.ids) / 2
	a.ids, b.ids = q.ids[:middle], q.ids[middle:]
	return []question{a, b}
}

// pieces splits a question into even windows of at most the given number of days,
// newest first. It splits no period, even if the period is longer.
func (q question) pieces(days int) (out []question) {
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

// below returns the next level whose IDs can narrow the question, or "" if there is
// none.
func (q question) below() string {
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
func (q question) keys() (names []string) {
	for _, f := range q.stream.fields {
		if slices.Contains(q.stream.table.Key, f.column.Name) {
			names = append(names, f.graph())
		}
	}
	return names
}

// object returns the only object that the question is about, or "" if there are
// several.
func (q question) object() string {
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
