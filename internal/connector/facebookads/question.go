package facebookads

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"

	"adtally"
)

// question is one thing to ask of a stream: all of a slice, or a part of it.
type question struct {
	stream  *stream
	account string
	window  adtally.Window
	level   string   // of ids: campaign, adset or ad
	ids     []string // only these objects; nil = all
	fields  []string // nil = all that the stream asks for
	plain   bool     // figures alone: Meta refuses actions beside the breakdowns
	old     bool     // of people, so long ago that Meta may count such questions
}

func (q question) budget() budget {
	b := insightsOf(q.account)
	b.oldReach = q.old
	return b
}

// fingerprint is the same for two questions that differ in their window alone,
// asked of the same version of the API.
func (q question) fingerprint(version string) string {
	v := q.query()
	v.Del("time_range")
	return hashed(version, q.account, v.Encode())
}

// hashed is short enough for a note, and long enough that two questions do not
// meet.
func hashed(parts ...string) string {
	h := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(h[:12])
}

// condition is one element of Graph's filtering.
type condition struct {
	Field    string   `json:"field"`
	Operator string   `json:"operator"`
	Value    []string `json:"value"`
}

// query is what to ask: the same for a page and for a report job.
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

// filtering always names all statuses, on every path alike: what is archived or
// deleted has spent too (PAINS #6).
func (q question) filtering() (list []condition) {
	if q.stream.filter != "" {
		list = append(list, condition{q.stream.filter + ".effective_status", "IN", statuses[q.stream.filter]})
	}
	return append(list, q.named()...)
}

// named are the objects that the question is narrowed to.
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

// byDays cuts the question in two, the newest days first and periods whole; none:
// it is about one period.
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

// byIDs cuts the question in two by the objects that it names.
func (q question) byIDs() []question {
	a, b := q, q
	middle := len(q.ids) / 2
	a.ids, b.ids = q.ids[:middle], q.ids[middle:]
	return []question{a, b}
}

// pieces cuts a question into even windows of at most so many days, the newest
// first. No period is cut, even if it is longer.
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

// objectLevels are the levels below an account, from the top.
var objectLevels = []string{"campaign", "adset", "ad"}

// below is the next level whose ids can narrow the question; "" = there is none.
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

// keys are Graph's names of the members that tell one row from another.
func (q question) keys() (names []string) {
	for _, f := range q.stream.fields {
		if slices.Contains(q.stream.table.Key, f.column.Name) {
			names = append(names, f.graph())
		}
	}
	return names
}

// object is the one object that the question is about; "" = it is about more.
func (q question) object() string {
	if len(q.ids) == 1 {
		return q.ids[0]
	}
	return ""
}

func joined(names []string) string { return strings.Join(names, ",") }

// rowKey is a row's key for people, of its members as they came.
func rowKey(key string) string {
	return strings.ReplaceAll(strings.Trim(key, "/"), `"`, "")
}
