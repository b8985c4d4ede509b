package analytics_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"adtally/internal/analytics"
)

const goldenFolder = "../../../shared/analytics/golden"

// Every answer of the golden data set is exact: value, number of decimals, order and refusal.
func TestAsk_Golden(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(goldenFolder, "expected.json"))
	if err != nil {
		t.Skip("the golden data set is not there: ", err)
	}
	var expected map[string]struct {
		Answer           any
		Rule, Derivation string
	}
	if err := json.Unmarshal(text, &expected); err != nil {
		t.Fatal(err)
	}
	questions, err := analytics.Questions(text)
	if err != nil {
		t.Fatal(err)
	}
	folder, err := analytics.LoadFolder(os.DirFS(goldenFolder))
	if err != nil {
		t.Fatal(err)
	}
	db, engine := scratch(t, folder), analytics.New(analytics.Standard(), folder.Settings)
	right := 0
	for _, key := range slices.Sorted(maps.Keys(questions)) {
		reply, err := engine.Reply(t.Context(), db, questions[key])
		if err != nil {
			t.Errorf("%s: %v", key, err)
			continue
		}
		if diff := cmp.Diff(expected[key].Answer, plainJSON(t, reply)); diff != "" {
			t.Errorf("%s: %s\nrule: %s\nderivation: %.200s", key, diff, expected[key].Rule, expected[key].Derivation)
			continue
		}
		right++
	}
	if right < 179 {
		t.Errorf("%d of %d answers are right", right, len(questions))
	}
}

// plainJSON returns an answer as JSON would bring it, with only the code of refusals.
func plainJSON(t *testing.T, reply any) (out any) {
	t.Helper()
	text, err := json.Marshal(reply)
	if err == nil {
		err = json.Unmarshal(text, &out)
	}
	if err != nil {
		t.Fatal(err)
	}
	return onlyCodes(out)
}

func onlyCodes(v any) any {
	switch v := v.(type) {
	case map[string]any:
		if code, ok := v["refused"]; ok {
			return map[string]any{"refused": code}
		}
		for k, x := range v {
			v[k] = onlyCodes(x)
		}
	case []any:
		for i, x := range v {
			v[i] = onlyCodes(x)
		}
	}
	return v
}
