package graphsim_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"adtally/internal/graphsim"
)

// answered sends a request without a network, so that panics are visible, and expects JSON.
func answered(t *testing.T, s *graphsim.Server, path string, q url.Values) {
	t.Helper()
	q.Set("access_token", token)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/v25.0/"+path+"?"+q.Encode(), nil))
	if !json.Valid(w.Body.Bytes()) {
		t.Errorf("%s %v: %d %s", path, q, w.Code, w.Body)
	}
}

func fuzzed() *graphsim.Server {
	s := graphsim.New(graphsim.Options{Now: noon, Token: token})
	s.Add(tree())
	return s
}

func FuzzFields(f *testing.F) {
	for _, seed := range []string{"", "id,name", "adsets.limit(2){id,ads{id}}", "insights.time_range({'since':'2026-06-01','until':'2026-06-01'}){spend}", `["a","b"]`, "a{", "a}", "a.b", "a.b(", "a.(c)d", "{{{{", ",,,",
		"level=campaign&fields=x", "'field':'x'", "creative{name,\n title}", strings.Repeat("ads{", 40), "\xff\xfe,é"} {
		f.Add(seed)
	}
	s := fuzzed()
	f.Fuzz(func(t *testing.T, text string) {
		names, ok := graphsim.ReadFields(text)
		for _, name := range names {
			if ok && name == "" {
				t.Errorf("a field without a name in %q", text)
			}
		}
		for _, path := range []string{"1", "act_55/ads", "act_55/insights"} {
			answered(t, s, path, url.Values{"fields": {text}})
		}
	})
}

// Valid JSON is parsed as JSON; other text is parsed or rejected.
func FuzzLoose(f *testing.F) {
	for _, seed := range []string{"", "[]", "{}", `[{"field":"ad.id","operator":"IN","value":["3"]}]`, `[{field:'impressions',operator:'GREATER_THAN',value:0}]`, `{'since':'2026-06-01','until':'2026-06-02'}`,
		`"\u00e9"`, `"\u12`, `"\`, "[", "{a", "{a:}", "'", strings.Repeat("[", 50), "[,]", "null", "tru", "\xff"} {
		f.Add(seed)
	}
	s := fuzzed()
	f.Fuzz(func(t *testing.T, text string) {
		got, err := graphsim.ReadLoose(text)
		var want any
		if json.Unmarshal([]byte(text), &want) == nil && onlyTexts(want) && !strings.Contains(text, `\`) && len(text) < 30 {
			if err != nil || !reflect.DeepEqual(got, want) && json.Valid([]byte(text)) && strings.ToValidUTF8(text, "") == text {
				t.Errorf("%q is %#v (%v), want %#v", text, got, err, want)
			}
		}
		for _, name := range []string{"filtering", "time_range", "time_ranges", "effective_status", "breakdowns", "action_attribution_windows"} {
			answered(t, s, "act_55/insights", url.Values{name: {text}})
			answered(t, s, "act_55/ads", url.Values{name: {text}})
		}
	})
}

// onlyTexts reports whether a value contains no numbers, which the simulator keeps as text.
func onlyTexts(v any) bool {
	switch v := v.(type) {
	case float64:
		return false
	case []any:
		for _, e := range v {
			if !onlyTexts(e) {
				return false
			}
		}
	case map[string]any:
		for _, e := range v {
			if !onlyTexts(e) {
				return false
			}
		}
	}
	return true
}

func FuzzCursor(f *testing.F) {
	for _, seed := range []string{"", "MjQZD", "MAZDZD", "LTEZD", "QVFIU", "x", "ZD", "ZDZD", "MTIz", "9223372036854775807", "-5"} {
		f.Add(seed, "25")
		f.Add(graphsim.WriteCursor(seed), "9223372036854775807")
	}
	s := fuzzed()
	f.Fuzz(func(t *testing.T, text, limit string) {
		if back, ok := graphsim.ReadCursor(graphsim.WriteCursor(text)); !ok || back != text {
			t.Errorf("%q comes back as %q", text, back)
		}
		for _, name := range []string{"after", "before"} {
			for _, path := range []string{"act_55/ads", "act_55/adcreatives", "act_55/insights"} {
				answered(t, s, path, url.Values{name: {text}, "limit": {limit}, "time_increment": {"1"}})
			}
		}
	})
}
