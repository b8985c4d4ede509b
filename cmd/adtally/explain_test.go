package main

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const throttledBody = `{"error":{"message":"(#80000) There have been too many calls","code":80000,"error_subcode":2446079,"fbtrace_id":"T"}}`

// explain runs the command on a body, given as a file or on standard input.
func explain(t *testing.T, body string, asFile bool, args ...string) ran {
	t.Helper()
	file := filepath.Join(t.TempDir(), "body")
	if err := os.WriteFile(file, []byte(body), 0o600); err != nil {
		t.Fatal(err)
	}
	args = append([]string{"explain"}, args...)
	if asFile {
		return runProgram(t, nil, append(args, file)...)
	}
	in, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	c := command(t.Context(), nil, args...)
	c.Stdin = in
	var out, errs strings.Builder
	c.Stdout, c.Stderr = &out, &errs
	_ = c.Run() // the exit code tells
	return ran{out.String(), errs.String(), c.ProcessState.ExitCode()}
}

func TestExplain_JSON(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ body, act, class string }{
		"a throttle":        {throttledBody, "wait", "throttled"},
		"too much":          {`{"error":{"code":1,"message":"Please reduce the amount of data you're asking for"}}`, "shrink", "too_much"},
		"a dead token":      {`{"error":{"code":190,"error_subcode":463,"message":"Session has expired"}}`, "reconnect", "token_expired"},
		"part of a batch":   {`{"code":400,"body":"{\"error\":{\"message\":\"x\",\"code\":10}}"}`, "configure", "permission"},
		"a web page":        {"<html>Sorry</html>", "retry", "bad_answer"},
		"nothing":           {"", "retry", "bad_answer"},
		"an unknown one":    {`{"error":{"message":"Zap","code":4711}}`, "bug", "unknown"},
		"one that was cut":  {throttledBody[:50], "retry", "bad_answer"},
		"a token in a text": {`{"error":{"message":"Malformed access token EAAcanary","code":190}}`, "reconnect", "token_invalid"},
	} {
		for _, asFile := range []bool{true, false} {
			r := must(t, explain(t, c.body, asFile, "--json"))
			var got map[string]any
			if err := json.Unmarshal([]byte(r.out), &got); err != nil {
				t.Fatalf("%s: %v in %q", name, err, r.out)
			}
			want := []string{"act", "class", "code", "hint", "message", "subcode"}
			if c.act == "wait" {
				want = append(want, "wait_seconds")
			}
			if keys := slices.Sorted(maps.Keys(got)); !slices.Equal(keys, want) {
				t.Errorf("%s: the keys are %v", name, keys)
			}
			if got["act"] != c.act || got["class"] != c.class || got["message"] == "" || got["hint"] == "" || strings.Contains(r.out, "canary") {
				t.Errorf("%s: %s", name, r.out)
			}
		}
	}
}

func TestExplain_Text(t *testing.T) {
	t.Parallel()
	usage := `X-Business-Use-Case-Usage: {"7":[{"type":"ads_insights","estimated_time_to_regain_access":8},{"type":"ads_management","estimated_time_to_regain_access":19}]}`
	r := must(t, explain(t, throttledBody, true, "--header", usage, "--header", "Date: Tue, 02 Jun 2026 08:00:00 GMT"))
	for _, want := range []string{"Meta allows no more calls for reports of this ad account for now.", "Adtally waits and goes on", "8m0s", "(#80000) There have been too many calls", "trace T"} {
		if !strings.Contains(r.out, want) {
			t.Errorf("%q is not in\n%s", want, r.out)
		}
	}
	if r := must(t, explain(t, "slow down", false, "--status", "429", "--header", "Retry-After: 90")); !strings.Contains(r.out, "1m30s") {
		t.Errorf("a proxy's wait:\n%s", r.out)
	}
}

func TestExplain_RejectsOtherInput(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		r    ran
		says string
	}{
		"a good answer": {explain(t, `{"data":[]}`, true, "--json"), "This is not an error"},
		"no file":       {runProgram(t, nil, "explain", filepath.Join(t.TempDir(), "none")), "cannot be read"},
		"no header":     {explain(t, throttledBody, true, "--header", "Date"), `"Date" is not a header`},
	} {
		if c.r.code != exitConfigure || !strings.Contains(c.r.err, c.says) || !strings.Contains(c.r.err, "What to do") || c.r.out != "" {
			t.Errorf("%s: exit code %d, %q, %q", name, c.r.code, c.r.err, c.r.out)
		}
	}
}
