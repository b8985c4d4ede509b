package graphsim_test

import (
	"encoding/json"
	"io"
	"iter"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"adtally/internal/graphsim"
	"adtally/internal/graphsim/advertiser"
)

// noon is the initial time of the tests' clocks.
var noon = time.Date(2026, 6, 2, 10, 0, 0, 0, time.UTC)

const token = "EAAtest"

// sim is a simulator behind HTTP with a client.
type sim struct {
	*graphsim.Server
	t   testing.TB
	url string
}

// reply is a response.
type reply struct {
	status int
	header http.Header
	body   []byte
}

func serve(t testing.TB, o graphsim.Options, accounts ...advertiser.Account) *sim {
	o.Token = token
	if o.Now.IsZero() {
		o.Now = noon
	}
	s := graphsim.New(o)
	for _, a := range accounts {
		s.Add(a)
	}
	h := httptest.NewServer(s)
	t.Cleanup(h.Close)
	return &sim{Server: s, t: t, url: h.URL}
}

// small returns a simulator with one synthetic account.
func small(t testing.TB, size string) *sim {
	t.Helper()
	parsed, err := advertiser.ParseSize(size)
	if err != nil {
		t.Fatal(err)
	}
	return serve(t, graphsim.Options{}, advertiser.NewSynthetic(parsed, noon)...)
}

func (s *sim) send(r *http.Request) (reply, error) {
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return reply{}, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	return reply{res.StatusCode, res.Header, body}, err
}

func (s *sim) request(method, address, body string) *http.Request {
	s.t.Helper()
	if !strings.HasPrefix(address, "http") {
		address = s.url + address
	}
	r, err := http.NewRequestWithContext(s.t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

func (s *sim) do(method, address, body string) reply {
	s.t.Helper()
	r, err := s.send(s.request(method, address, body))
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}

// get sends a GET with parameters in pairs: "fields", "id", "limit", "2".
func (s *sim) get(path string, pairs ...string) reply {
	s.t.Helper()
	return s.do(http.MethodGet, "/v25.0/"+path+"?"+params(pairs...).Encode(), "")
}

func (s *sim) post(path string, pairs ...string) reply {
	s.t.Helper()
	return s.do(http.MethodPost, "/v25.0/"+path, params(pairs...).Encode())
}

// act returns the path of the first account.
func (s *sim) act() string { return s.Accounts()[0] }

func params(pairs ...string) url.Values {
	q := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	return q
}

// list is a page in Graph's format.
type list struct {
	Data   []map[string]any
	Paging struct {
		Cursors        struct{ Before, After string }
		Next, Previous string
	}
	Summary map[string]any
}

// decodeMaybe decodes a response of any format.
func decodeMaybe(r reply, into any) {
	_ = json.Unmarshal(r.body, into) // the zero value is enough
}

func decode[T any](t testing.TB, r reply) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(r.body, &v); err != nil || r.status != http.StatusOK {
		t.Fatalf("status %d, %v: %s", r.status, err, r.body)
	}
	return v
}

// graphError is the body of an error.
type graphError struct {
	Code      int    `json:"code"`
	Subcode   int    `json:"error_subcode"`
	Type      string `json:"type"`
	Message   string `json:"message"`
	Transient *bool  `json:"is_transient"`
	Title     string `json:"error_user_title"`
	Text      string `json:"error_user_msg"`
}

func refused(t testing.TB, r reply) graphError {
	t.Helper()
	var v struct{ Error *graphError }
	if err := json.Unmarshal(r.body, &v); err != nil || v.Error == nil {
		t.Fatalf("status %d is no error (%v): %s", r.status, err, r.body)
	}
	return *v.Error
}

func wantRefusal(t testing.TB, r reply, status, code, subcode int) {
	t.Helper()
	if e := refused(t, r); r.status != status || e.Code != code || e.Subcode != subcode {
		t.Errorf("%d %+v, want status %d and code %d/%d", r.status, e, status, code, subcode)
	}
}

// hand is an account whose every value the test chooses.
type hand struct {
	id      string
	zone    *time.Location
	objects map[advertiser.Kind][]advertiser.Object
	rows    []advertiser.Row // rows of ads
}

func (h hand) Node(time.Time) advertiser.Object {
	return advertiser.Object{ID: "act_" + h.id, Fields: map[string]any{"account_id": h.id, "name": "Hand/made", "currency": "EUR", "owner": "77"}}
}

func (h hand) Location() *time.Location {
	if h.zone == nil {
		return time.UTC
	}
	return h.zone
}

func (h hand) Objects(k advertiser.Kind, _ time.Time) []advertiser.Object { return h.objects[k] }

// Rows sums the ads' rows at the requested level, day by day.
func (h hand) Rows(q advertiser.Query, _ time.Time) iter.Seq[*advertiser.Row] {
	return func(yield func(*advertiser.Row) bool) {
		var sum *advertiser.Row
		for _, r := range h.rows {
			switch q.Level {
			case advertiser.LevelAccount:
				r.CampaignID, r.AdSetID, r.AdID = "", "", ""
			case advertiser.LevelCampaign:
				r.AdSetID, r.AdID = "", ""
			case advertiser.LevelAdSet:
				r.AdID = ""
			}
			if r.Day < q.From || r.Day > q.To {
				continue
			}
			if sum != nil && (sum.Day != r.Day || sum.CampaignID+sum.AdSetID+sum.AdID != r.CampaignID+r.AdSetID+r.AdID) {
				if !yield(sum) {
					return
				}
				sum = nil
			}
			if sum == nil {
				sum = &r
				continue
			}
			for m, n := range r.Values {
				sum.Values[m] += n
			}
			sum.Has |= r.Has
		}
		if sum != nil {
			yield(sum)
		}
	}
}

func object(id string, pairs ...any) advertiser.Object {
	fields := map[string]any{}
	for i := 0; i < len(pairs); i += 2 {
		fields[pairs[i].(string)] = pairs[i+1]
	}
	return advertiser.Object{ID: id, Fields: fields}
}

func dayOf(text string) advertiser.Date {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return advertiser.Date(t.Unix() / 86400)
}

func row(day, ad string, impressions, clicks, millionths int64) advertiser.Row {
	r := advertiser.Row{Day: dayOf(day), CampaignID: "1", AdSetID: "2", AdID: ad, Attribution: "7d_click",
		Has: 1<<advertiser.Impressions | 1<<advertiser.Clicks | 1<<advertiser.Spend}
	r.Values[advertiser.Impressions], r.Values[advertiser.Clicks], r.Values[advertiser.Spend] = impressions, clicks, millionths
	return r
}

// shared reads a file of test material next to the project.
func shared(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("../../../shared", name))
	if err != nil {
		t.Skipf("the recordings are not beside the project: %v", err)
	}
	return b
}
