package graphsim_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"adtally/internal/graphsim"
	"adtally/internal/graphsim/advertiser"
)

// notServed are recordings that cannot be replayed, with the reason.
var notServed = map[string]string{
	"err_100_nonexisting_edge_iguser":           "an Instagram account; only ad accounts are simulated",
	"err_100_nonexisting_edge_page":             "a Page; only ad accounts are simulated",
	"err_100_permission_denied_adspixels_stats": "a pixel's statistics; the edge adspixels is not simulated",
	"err_2500_syntax_error_quote":               "where Graph's own field parser stops inside a quote is not known beyond this one case",
}

type recording struct {
	Request struct {
		Method, Path string
		Query        [][2]string
		Body         map[string]string
	}
	Response struct {
		Status int
		Body   struct{ Error graphError }
	}
}

var recordedAccount = regexp.MustCompile(`act_186649832776475`)

// Recorded errors are returned exactly, except for fbtrace_id.
func TestErrors_Recorded(t *testing.T) {
	t.Parallel()
	const folder = "recordings/errors-recorded"
	shared(t, folder+"/err_3018_beyond_37_months.json")
	files, err := filepath.Glob(filepath.Join("../../../shared", folder, "*.json"))
	if err != nil || len(files) < 15 {
		t.Fatalf("%d recordings (%v)", len(files), err)
	}
	size := advertiser.Size{Ads: 5, Days: 5, Seed: 1}
	then := time.Date(2026, 1, 16, 15, 30, 0, 0, time.UTC)
	s := serve(t, graphsim.Options{Now: then}, advertiser.NewSynthetic(size, then)...)
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		t.Run(name, func(t *testing.T) {
			if reason, isNot := notServed[name]; isNot {
				t.Skip("cannot be replayed: " + reason)
			}
			var r recording
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(b, &r); err != nil {
				t.Fatal(err)
			}
			got := s.replay(r)
			e := refused(t, got)
			if want := r.Response.Body.Error; got.status != r.Response.Status || e.Code != want.Code || e.Subcode != want.Subcode || e.Type != want.Type || e.Message != want.Message {
				t.Errorf("%d %+v\nrecorded: %d %+v", got.status, e, r.Response.Status, want)
			}
		})
	}
}

// Quoted errors are returned exactly, except for fbtrace_id.
func TestErrors_Quoted(t *testing.T) {
	t.Parallel()
	s := serve(t, graphsim.Options{JobTime: time.Hour}, hand{id: "55"})
	for name, got := range map[string]reply{
		"2601_1815107_async_not_ready":     s.get(s.run("act_55") + "/insights"),
		"2642_invalid_cursors":             s.get("act_55/ads", "after", "x"),
		"100_1487561_run_status_not_valid": s.get("act_55/ads", "effective_status", "['SLEEPING']"),
	} {
		var r struct {
			Response struct {
				Status int
				Body   struct{ Error graphError }
			}
		}
		if err := json.Unmarshal(shared(t, "recordings/errors-quoted/"+name+".json"), &r); err != nil {
			t.Fatal(err)
		}
		if e, want := refused(t, got), r.Response.Body.Error; got.status != r.Response.Status || !reflect.DeepEqual(e, want) {
			t.Errorf("%s: %d %s\nquoted: %d %+v", name, got.status, got.body, r.Response.Status, want)
		}
	}
}

func (s *sim) replay(r recording) reply {
	s.t.Helper()
	ours := func(text string) string { return recordedAccount.ReplaceAllString(text, s.act()) }
	q, body := url.Values{}, url.Values{}
	for _, pair := range r.Request.Query {
		q.Add(pair[0], ours(pair[1]))
	}
	for name, value := range r.Request.Body {
		body.Set(name, ours(value))
	}
	q.Del("access_token")
	body.Del("access_token")
	address := ours(r.Request.Path)
	if r.Request.Method == http.MethodGet {
		address += "?" + q.Encode()
	}
	return s.do(r.Request.Method, address, body.Encode())
}
