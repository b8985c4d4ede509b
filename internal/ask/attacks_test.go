package ask_test

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"adtally"
)

// attack is a statement with its right outcome.
type attack struct {
	ID, Engine, Category, Mechanism, Expect, SQL string
	Parts                                        []any               `json:"sql_parts"`
	Observed                                     struct{ By string } `json:"observed_hardened"`
}

// text fills in the placeholders.
func (a attack) text(w *testWarehouse, canary string) string {
	text := a.SQL
	for _, p := range a.Parts {
		switch p := p.(type) {
		case string:
			text += p
		case []any:
			text += strings.Repeat(p[0].(string), int(p[1].(float64)))
		}
	}
	return strings.NewReplacer("{DB}", w.file, "{TMP}", w.file+".tmp", "{DIR}", w.dir, "{CANARY}", canary, "{PORT}", "9").Replace(text)
}

// readAttacks returns the attacks on DuckDB.
func readAttacks(t *testing.T) (all []attack) {
	t.Helper()
	text, err := os.ReadFile("../../../shared/security/attacks.json")
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("../shared/security/attacks.json is missing")
	}
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Attacks []attack }
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	for _, a := range file.Attacks {
		if a.Engine == "duckdb" {
			all = append(all, a)
		}
	}
	return all
}

// attackTime is the time limit of an attack; the tests of limits use the real one.
const attackTime = 2 * time.Second

// slowest is how many attacks that use up their time a short run tries.
const slowest = 4

func TestAttacks_AreRefusedOrBounded(t *testing.T) {
	w := newWarehouse(t)
	canary := filepath.Join(w.dir, "canary.csv")
	if err := os.WriteFile(canary, []byte("TOPSECRET-FILE\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	w.empty()
	before := w.state()
	var slow int
	turns := make(chan struct{}, 2)
	var all sync.WaitGroup
	for _, a := range readAttacks(t) {
		if by := a.Observed.By; by == "timeout" || by == "killed" {
			if slow++; slow > slowest && os.Getenv("ADTALLY_LONG") == "" {
				continue
			}
		}
		turns <- struct{}{}
		all.Go(func() {
			defer func() { <-turns }()
			a.judge(t, w, w.run(context.Background(), w.job(a.text(w, canary), attackTime), ""))
		})
	}
	all.Wait()
	if after := w.state(); after != before {
		t.Errorf("the warehouse or its folder changed: %s\nwas %s", after, before)
	}
}

// judge compares an answer with what the attack must give.
func (a attack) judge(t *testing.T, w *testWarehouse, got answer) {
	t.Helper()
	var f adtally.Fault
	if got.err != nil {
		f = *adtally.FaultOf(got.err)
	}
	switch {
	case a.Expect == "refused" && (got.err == nil || len(got.rows) > 0):
		t.Errorf("%s was not refused: %s gave %.300s", a.ID, a.SQL, got.text())
	case a.Expect == "allowed" && (got.err != nil || len(got.rows) == 0 || got.result.Limit != adtally.NoSQLLimit):
		t.Errorf("%s was not answered: %s gave %.300s", a.ID, a.SQL, got.text())
	case got.err != nil && !strings.HasPrefix(f.Code, "sql_"):
		t.Errorf("%s ended with %v", a.ID, got.err)
	case got.took > attackTime+3*time.Second:
		t.Errorf("%s took %s", a.ID, got.took)
	}
	said := got.text()
	for _, secret := range []string{"TOPSECRET", "RAWHIDDEN", "root:", w.dir} {
		if strings.Contains(said, secret) && (secret != w.dir || !strings.Contains(a.SQL, "{")) {
			t.Errorf("%s shows %s: %.300s", a.ID, secret, said)
		}
	}
	if len(f.Message) > 520 {
		t.Errorf("%s has a message of %d bytes", a.ID, len(f.Message))
	}
}
