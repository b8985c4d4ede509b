package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// Every command that asks Meta takes its address from the same variable.
func TestGraphURL_FromTheEnvironment(t *testing.T) {
	t.Parallel()
	sim := startSim(t, strings.Fields(smallSim)...)
	env := append(sim.env(), "ADTALLY_GRAPH_URL="+sim.URL)
	for _, args := range [][]string{
		{"check"},
		{"sync", "--account", "all", "--tables", "ad_accounts", "--to", filepath.Join(t.TempDir(), "x.duckdb")},
	} {
		before := sim.counted(t)
		if got := runProgram(t, env, args...); got.code != 0 || sim.counted(t) == before {
			t.Errorf("%v: exit %d, %d calls more\n%s%s", args, got.code, sim.counted(t)-before, got.out, got.err)
		}
	}
}
