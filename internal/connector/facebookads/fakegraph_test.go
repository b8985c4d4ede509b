package facebookads_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"adtally"
	"adtally/internal/connector"
	"adtally/internal/connector/facebookads"
	"adtally/internal/table"
)

const canary = "EAAcanary"

// fakeGraph is a fake of Graph with a list of answers per kind of call; the last answer of
// a list repeats. The answers were written by hand from recordings.
type fakeGraph struct {
	t        *testing.T
	answers  map[string][]answer
	replies  map[string]func(asked) answer // instead of a list, computed from the request
	calls    []asked
	zone     string  // of the account; UTC if empty
	currency *string // of the account; EUR if nil
	last     string  // the last day of the current slice
}

type answer struct {
	status int // 0 = 200
	body   string
	header map[string]string
	drop   bool // the connection is closed
	cut    int  // > 0: the body is cut after this many bytes without an error
}

// asked is a request that was received.
type asked struct {
	what   string // for example GET act_7/insights
	params url.Values
	at     time.Time
}

func (m *fakeGraph) RoundTrip(r *http.Request) (*http.Response, error) {
	what := r.Method + " " + strings.TrimPrefix(r.URL.Path, "/v25.0/")
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	params, err := url.ParseQuery(r.URL.RawQuery + "&" + string(body))
	if err != nil {
		return nil, err
	}
	if r.Header.Get("Authorization") != "Bearer "+canary {
		m.t.Errorf("%s: Authorization is %q", what, r.Header.Get("Authorization"))
	}
	if strings.Contains(r.URL.String(), canary) || params.Has("access_token") || r.URL.Host != "graph.test" { // the token must not be in a URL
		m.t.Errorf("the token travels in %s", r.URL)
	}
	list := m.answers[what]
	if reply := m.replies[what]; reply != nil {
		list = []answer{reply(asked{what, params, time.Now()})}
	}
	if len(list) == 0 {
		m.t.Errorf("nobody expected %s?%s", what, params.Encode())
		return nil, errors.New("not expected")
	}
	a := list[min(m.count(what), len(list)-1)]
	m.calls = append(m.calls, asked{what, params, time.Now()})
	if a.drop {
		return nil, errors.New("connection reset by peer")
	}
	h := http.Header{"Date": {time.Now().UTC().Format(http.TimeFormat)}}
	for name, value := range a.header {
		h.Set(name, value)
	}
	a.body = strings.ReplaceAll(a.body, lastDay, m.last)
	if a.cut > 0 {
		a.body = a.body[:a.cut]
	}
	return &http.Response{StatusCode: max(a.status, 200), Header: h, Body: io.NopCloser(strings.NewReader(a.body))}, nil
}

func (m *fakeGraph) count(what string) (n int) {
	for _, c := range m.calls {
		if c.what == what {
			n++
		}
	}
	return n
}

// values returns a parameter of all calls of a kind, in order.
func (m *fakeGraph) values(what, name string) (out []string) {
	for _, c := range m.calls {
		if c.what == what {
			out = append(out, c.params.Get(name))
		}
	}
	return out
}

func says(body string) answer { return answer{body: body} }

func refuses(status, code, subcode int, message string) answer {
	return answer{status: status, body: fmt.Sprintf(`{"error":{"message":%q,"type":"OAuthException","code":%d,"error_subcode":%d,"fbtrace_id":"A"}}`, message, code, subcode)}
}

// lastDay is replaced by the last day of the current slice; it has the same length.
const lastDay = "YYYY-MM-DD"

// pageOf returns rows of basic_ad, and a link to a next page if after is given. The
// link contains the token, as Meta's does.
func pageOf(after string, ads ...string) answer {
	var rows []string
	for _, ad := range ads {
		rows = append(rows, `{"account_id":"7","campaign_id":"1","adset_id":"2","ad_id":"`+ad+`","impressions":"10","spend":"1.5","date_start":"`+lastDay+`","date_stop":"`+lastDay+`"}`)
	}
	return says(paged(after, rows...))
}

func paged(after string, rows ...string) string {
	paging := ""
	if after != "" {
		paging = `,"paging":{"cursors":{"before":"MAZDZD","after":"` + after + `"},"next":"https:\/\/elsewhere.test\/v25.0\/x?access_token=` + canary + `&limit=25&after=` + after + `"}`
	}
	return `{"data":[` + strings.Join(rows, ",") + `]` + paging + `}`
}

func created(run string) answer { return says(`{"report_run_id":"` + run + `"}`) }

func runIs(status string, percent int) answer {
	return says(fmt.Sprintf(`{"id":"91","account_id":"7","time_ref":1780000000,"time_completed":1780000002,"async_status":%q,"async_percent_completion":%d}`, status, percent))
}

// note is an in-memory connector.Note.
type note struct {
	cursor adtally.Cursor
	saved  []adtally.Cursor
	tuning []byte
	began  time.Time // when the run began; zero = now
}

func (n *note) Began() time.Time {
	if n.began.IsZero() {
		return time.Now()
	}
	return n.began
}

func (n *note) Tuning() []byte { return n.tuning }

func (n *note) SaveTuning(_ context.Context, tuning []byte) error {
	n.tuning = tuning
	return nil
}

func (n *note) Cursor() adtally.Cursor { return n.cursor }

func (n *note) Save(_ context.Context, c adtally.Cursor) error {
	n.cursor, n.saved = c, append(n.saved, c)
	return nil
}

// got is the result of a read: one column of its rows, and the error.
type got struct {
	cells []string
	gaps  []string // table row_key column code due
	odd   []string // of quarantine: table row_key column value loaded
	fault *adtally.Fault
	err   error
}

// read reads one slice of a stream from m.
func (m *fakeGraph) read(ctx context.Context, stream string, w adtally.Window, n *note, column string) got {
	m.t.Helper()
	return m.readOf(ctx, adtally.Source{Tables: []string{stream}}, stream, w, n, column)
}

// readOf is read for a source with further settings.
func (m *fakeGraph) readOf(ctx context.Context, source adtally.Source, stream string, w adtally.Window, n *note, column string) (g got) {
	m.t.Helper()
	return m.through(ctx, m, source, stream, w, n, column)
}

// through is readOf with another transport.
func (m *fakeGraph) through(ctx context.Context, way http.RoundTripper, source adtally.Source, stream string, w adtally.Window, n *note, column string) (g got) {
	m.t.Helper()
	if n == nil {
		n = &note{}
	}
	c := facebookads.New(facebookads.Config{Address: "https://graph.test", Version: "v25.0", HTTP: &http.Client{Transport: way}})
	r, err := c.Open(source, adtally.NewSecret(canary))
	if err != nil {
		m.t.Fatal(err)
	}
	return m.readBy(ctx, r, stream, w, n, column)
}

// readBy is read with a given reader.
func (m *fakeGraph) readBy(ctx context.Context, r connector.Reader, stream string, w adtally.Window, n *note, column string) (g got) {
	m.t.Helper()
	m.last = w.Last().String()
	account := adtally.Account{ID: "7", Currency: "EUR", Zone: cmp.Or(m.zone, "UTC")}
	if m.currency != nil {
		account.Currency = *m.currency
	}
	for b, err := range r.Read(ctx, account, adtally.Slice{Stream: stream, Account: "7", Window: w}, n) {
		if err != nil {
			g.err, g.fault = err, adtally.FaultOf(err)
			if strings.Contains(err.Error()+g.fault.Message+g.fault.Hint, canary) { // no error contains the token
				m.t.Errorf("the error holds the token: %v", err)
			}
			return g
		}
		for i := range b.Rows() {
			switch b.Schema().Name {
			case table.Gaps.Name:
				g.gaps = append(g.gaps, cellsOf(b, i, "table_name", "row_key", "column_name", "code", "due"))
				continue
			case table.Quarantine.Name:
				g.odd = append(g.odd, cellsOf(b, i, "table_name", "row_key", "column_name", "value", "loaded"))
				continue
			}
			text, _ := b.Cell(i, column)
			g.cells = append(g.cells, text)
		}
		b.Release()
	}
	return g
}

func (g got) want(t *testing.T, cells string) {
	t.Helper()
	if got := strings.Join(g.cells, " "); got != cells || g.err != nil {
		t.Errorf("%q (%v), want %q", got, g.err, cells)
	}
}

func (g got) wantOdd(t *testing.T, want ...string) {
	t.Helper()
	if !slices.Equal(g.odd, want) || g.err != nil {
		t.Errorf("in quarantine: %q (%v), want %q", g.odd, g.err, want)
	}
}

func (g got) wantFault(t *testing.T, act adtally.Act, code string) {
	t.Helper()
	if g.err == nil || g.fault.Act != act || g.fault.Code != code || g.fault.Message == "" || act != adtally.Bug && g.fault.Hint == "" {
		t.Errorf("%d rows, then %+v (%v), want %s %s", len(g.cells), g.fault, g.err, act, code)
	}
}

// day is requested synchronously; month needs a report job.
var (
	day   = adtally.WindowOf(date("2026-06-01"), date("2026-06-01"))
	month = adtally.WindowOf(date("2026-05-01"), date("2026-05-31"))
)

func cellsOf(b table.Batch, row int, columns ...string) string {
	var parts []string
	for _, column := range columns {
		text, _ := b.Cell(row, column)
		parts = append(parts, text)
	}
	return strings.Join(parts, " ")
}
