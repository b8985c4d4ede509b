package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Meta's own SDK, facebook-business, reads the simulator and finds the same figures as our
// tables.
func TestSDK_AgreesWithOurTables(t *testing.T) {
	t.Parallel()
	python, err := filepath.Abs(filepath.Join("..", "..", ".tools", "venv", "bin", "python"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(python); err != nil {
		t.Skipf("Meta's client is not installed at %s; make test installs it", python)
	}
	for name, c := range map[string]struct{ args, since, until string }{
		"synthetic": {"--synthetic accounts=1,ads=60,days=60,seed=11 --clock 2026-06-02T10:00:00Z", "2026-04-10", "2026-06-02"},
		"real":      {"--clock 2026-06-02T10:00:00Z --real ", "2026-05-01", "2026-05-31"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args := strings.Fields(c.args)
			if name == "real" {
				args = append(args, shared(t, "real-account"))
			}
			sim := startSim(t, args...)
			if name == "synthetic" { // every call must prove that it knows the app's secret
				sim.proves = true
				sim.control(t, "POST", "app", `{"id":"`+sim.App+`","require_proof":true}`, nil)
			}
			agree(t, python, sim, c.since, c.until)
		})
	}
}

type sdkTotals struct {
	Rows, Impressions, Clicks int
	Spend, Purchases          string
}

func agree(t *testing.T, python string, sim *simulator, since, until string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "sdk.duckdb")
	must(t, sim.sync(t, file, "--account", sim.Accounts[0], "--since", since, "--until", until))
	args := []string{filepath.Join("testdata", "sdk.py"), sim.URL, sim.Token, sim.Accounts[0], since, until}
	if sim.proves {
		args = append(args, sim.App, sim.Secret)
	}
	out, err := exec.CommandContext(t.Context(), python, args...).Output()
	if err != nil {
		t.Fatalf("Meta's client failed: %v\n%s", err, stderr(err))
	}
	var theirs struct {
		Name           string
		Campaigns, Ads []string
		Sync, Job      sdkTotals
	}
	if err := json.Unmarshal(out, &theirs); err != nil {
		t.Fatal(err)
	}
	ours := one(t, file, "SELECT count(*), sum(impressions), sum(clicks), sum(spend) FROM facebook_ads.basic_ad")
	purchases := one(t, file, "SELECT coalesce(sum(value), 0) FROM facebook_ads.basic_ad_actions WHERE action_type = 'omni_purchase' AND attribution_window = 'default'")
	cells := strings.Fields(ours)
	for how, s := range map[string]sdkTotals{"synchronously": theirs.Sync, "by report job": theirs.Job} {
		counts := fmt.Sprintf("%d %d %d", s.Rows, s.Impressions, s.Clicks)
		if counts != strings.Join(cells[:3], " ") || !sameAmount(s.Spend, cells[3]) || !sameAmount(s.Purchases, purchases) {
			t.Errorf("%s it read %s %s %s; our tables hold %s %s", how, counts, s.Spend, s.Purchases, ours, purchases)
		}
	}
	if theirs.Sync.Rows == 0 {
		t.Error("nothing was compared")
	}
	for table, ids := range map[string][]string{"campaigns": theirs.Campaigns, "ads": theirs.Ads} {
		if got := one(t, file, "SELECT string_agg(id, ',' ORDER BY id) FROM facebook_ads."+table); got != strings.Join(ids, ",") {
			t.Errorf("%s: it read %d, ours are other ones", table, len(ids))
		}
	}
	t.Logf("both: %s, purchases %s, %d campaigns, %d ads", ours, purchases, len(theirs.Campaigns), len(theirs.Ads))
}

func stderr(err error) string {
	if e, ok := errors.AsType[*exec.ExitError](err); ok {
		return string(e.Stderr)
	}
	return ""
}
