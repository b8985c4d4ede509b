package main

import (
	"database/sql"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"adtally/internal/graphsim"
)

// A fault script lists Meta's misbehaviour and the expected result of a sync:
//
//	advertiser accounts=1,ads=20,days=90,seed=1   what there is
//	jobs take 8s                                   how long a report job takes
//	fault <line>                                   see internal/graphsim/faults.md
//	heal                                           no fault is left
//	later 24h                                      the clock moves on
//	sync --tables basic_ad --since …               adtally sync, all accounts
//	expect exit 0                                  and what then holds
//	expect says The account is up to date.         a part of the summary
//	expect told waits for Meta                     a part of what was shown meanwhile
//	expect calls <= 60                             counted as Meta's quota counts
//	expect took <= 10m                             of simulated time
//	expect blocked <= 1                            calls that a throttle refused
//	expect rows basic_ad                           every row, as without faults
//	expect rows basic_ad but date = '2026-03-03'   every row except these, which must be absent
//	expect null reach of basic_ad where …          there NULL, elsewhere as without faults
//	expect gap basic_ad 2026-03-03 reach too_much  a line of _gaps; - = an empty cell
//	expect gaps 1                                  so many in all
//
// Whatever a script expects, no request is sent more than three times.
type story struct {
	t     *testing.T
	size  string
	jobs  string // how long report jobs take; empty = no time
	lines []string

	*bubble
	did   did
	clean map[string]string // warehouses without faults, by the sync's arguments
	args  string            // of the last sync
	since int               // calls before the last sync
}

func TestSync_FaultScripts(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/faults/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d scripts, %v", len(files), err)
	}
	clean := map[string]string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		s := parseStory(string(text))
		s.t, s.clean = t, map[string]string{}
		s.withoutFaults(clean)
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			s.t = t
			s.tell()
		})
	}
}

func parseStory(text string) *story {
	s := &story{size: "accounts=1,ads=20,days=120,seed=1"}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		word, rest, _ := strings.Cut(line, " ")
		switch {
		case line == "" || line[0] == '#':
		case word == "advertiser":
			s.size = rest
		case word == "jobs":
			s.jobs = strings.TrimPrefix(rest, "take ")
		default:
			s.lines = append(s.lines, line)
		}
	}
	return s
}

func (s *story) tell() {
	var job time.Duration
	if s.jobs != "" {
		job = s.duration(s.jobs)
	}
	inBubble(s.t, graphsim.Options{JobTime: job}, s.size, func(t *testing.T, b *bubble) {
		s.t, s.bubble = t, b
		named := s.names()
		for _, line := range s.lines {
			s.does(named.Replace(line))
		}
	})
}

// withoutFaults runs the same syncs without faults. Scripts with the same advertiser share
// them: they are kept in all.
func (s *story) withoutFaults(all map[string]string) {
	for _, line := range s.lines {
		args, isSync := strings.CutPrefix(line, "sync")
		if !isSync {
			continue
		}
		if file, done := all[s.size+args]; done {
			s.clean[args] = file
			continue
		}
		inBubble(s.t, graphsim.Options{}, s.size, func(t *testing.T, b *bubble) {
			if d := b.sync(t, strings.Fields(args)...); d.code != 0 {
				t.Fatalf("without faults: %s", d.err)
			}
			s.clean[args], all[s.size+args] = b.file, b.file
		})
	}
}

// names are what a script calls {account}, {ad} and {creative}: the first there is.
func (s *story) names() *strings.Replacer {
	pairs := []string{"{account}", s.sim.Accounts()[0]}
	for name, query := range map[string]string{"{ad}": "SELECT min(ad_id) FROM facebook_ads.basic_ad", "{creative}": "SELECT min(id) FROM facebook_ads.ad_creatives"} {
		if !strings.Contains(strings.Join(s.lines, "\n"), name) {
			continue
		}
		for _, file := range s.clean {
			table := query[strings.LastIndex(query, ".")+1:]
			if one(s.t, file, "SELECT count(*) FROM duckdb_tables() WHERE table_name = '"+table+"'") == "1" {
				pairs = append(pairs, name, one(s.t, file, query))
				break
			}
		}
	}
	return strings.NewReplacer(pairs...)
}

func (s *story) does(line string) {
	s.t.Helper()
	word, rest, _ := strings.Cut(line, " ")
	switch word {
	case "fault":
		faults, err := graphsim.ParseScript(rest)
		if err != nil {
			s.t.Fatalf("%s: %v", line, err)
		}
		s.sim.Inject(faults...)
	case "heal":
		s.heal()
	case "later":
		time.Sleep(s.duration(rest))
	case "sync":
		s.since, s.args = s.sim.Calls().Counted, " "+rest
		if rest == "" {
			s.args = ""
		}
		s.did = s.sync(s.t, strings.Fields(rest)...)
		s.t.Logf("%s\n  %d calls, %s: %s%s", line, s.sim.Calls().Counted-s.since, s.did.took, s.did.Summary, s.did.err)
		s.neverFourTimes()
	case "expect":
		s.expects(rest)
	default:
		s.t.Fatalf("%q is no line of a script", line)
	}
}

// heal removes all faults and resets the counts.
func (s *story) heal() {
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, "http://sim/__sim/reset", http.NoBody)
	if err != nil {
		s.t.Fatal(err)
	}
	res, err := s.http.Do(req)
	if err != nil || res.StatusCode != http.StatusOK {
		s.t.Fatalf("heal: %v", err)
	}
	_ = res.Body.Close()
}

func (s *story) duration(text string) time.Duration {
	d, err := time.ParseDuration(text)
	if err != nil {
		s.t.Fatal(err)
	}
	return d
}

// neverFourTimes checks that no request was sent more than three times, except polls.
func (s *story) neverFourTimes() {
	for _, r := range s.sim.Repeats() {
		if r.Times > 3 && r.Name != "GET run" {
			s.t.Errorf("%s was sent %d times: %s", r.Name, r.Times, r.Request)
		}
	}
}

func (s *story) expects(what string) {
	s.t.Helper()
	words := strings.Fields(what)
	rest := strings.TrimSpace(strings.TrimPrefix(what, words[0]))
	switch words[0] {
	case "exit":
		s.same(what, strconv.Itoa(s.did.code), rest)
	case "state":
		s.same(what, s.did.State, rest)
	case "says":
		if !strings.Contains(s.did.Summary+" "+s.did.err, rest) {
			s.t.Errorf("expected %s; the summary is %q, and it says %s", what, s.did.Summary, s.did.err)
		}
	case "told":
		if !strings.Contains(strings.Join(s.did.Notes, "\n"), rest) {
			s.t.Errorf("expected %s; the notes are %q", what, s.did.Notes)
		}
	case "calls":
		s.atMost(what, s.sim.Calls().Counted-s.since, words)
	case "blocked":
		s.atMost(what, s.blocked(), words)
	case "took":
		if limit := s.duration(words[2]); s.did.took > limit {
			s.t.Errorf("expected %s; it took %s", what, s.did.took)
		}
	case "rows":
		s.rows(rest)
	case "null":
		s.null(rest)
	case "gap":
		s.gap(words[1:])
	case "gaps":
		s.same(what, one(s.t, s.file, "SELECT count(*) FROM facebook_ads._gaps"), rest)
	default:
		s.t.Fatalf("nobody knows how to expect %s", what)
	}
}

func (s *story) same(what, got, want string) {
	s.t.Helper()
	if got != want {
		s.t.Errorf("expected %s, got %s; the summary is %q\n%s", what, got, s.did.Summary, s.did.err)
	}
}

func (s *story) atMost(what string, got int, words []string) {
	s.t.Helper()
	limit, err := strconv.Atoi(words[len(words)-1])
	if err != nil || got > limit {
		s.t.Errorf("expected %s, got %d (%v): %v", what, got, err, s.sim.Calls().By)
	}
}

// rows compares a table with that of a sync without faults.
func (s *story) rows(what string) {
	s.t.Helper()
	name, lost, _ := strings.Cut(what, " but ")
	s.compare(name, nil, "true", lost)
	if lost != "" {
		if n := one(s.t, s.file, "SELECT count(*) FROM facebook_ads."+name+" WHERE "+lost); n != "0" {
			s.t.Errorf("expected rows %s; %s rows are there", what, n)
		}
	}
}

func (s *story) null(what string) {
	s.t.Helper()
	column, rest, _ := strings.Cut(what, " of ")
	name, where, _ := strings.Cut(rest, " where ")
	s.compare(name, strings.Split(column, ","), where, "")
}

// volatile are columns that change with every read, and our own columns.
var volatile = []string{"image_url", "thumbnail_url", "raw", "object_story_spec", "asset_feed_spec"}

// compare says where the rows of a table differ from those without faults, of
// which lost are left out, and the columns are empty where the condition holds.
func (s *story) compare(name string, empty []string, where, lost string) {
	s.t.Helper()
	db, err := sql.Open("duckdb", "")
	if err != nil {
		s.t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	for alias, file := range map[string]string{"faulty": s.file, "clean": s.clean[s.args]} {
		if _, err := db.ExecContext(s.t.Context(), "ATTACH '"+file+"' AS "+alias+" (READ_ONLY)"); err != nil {
			s.t.Fatal(err)
		}
	}
	var columns string
	if err := db.QueryRowContext(s.t.Context(), `SELECT string_agg('"' || column_name || '"', ',') FROM duckdb_columns() WHERE database_name = 'clean' AND table_name = ?
		AND column_name NOT LIKE '\_%' ESCAPE '\' AND NOT list_contains(?, column_name)`, name, volatile).Scan(&columns); err != nil {
		s.t.Fatal(err)
	}
	expected := "SELECT " + columns + " FROM clean.facebook_ads." + name
	if lost != "" {
		expected += " WHERE NOT (" + lost + ")"
	}
	var replaced []string
	for _, c := range empty {
		replaced = append(replaced, fmt.Sprintf("CASE WHEN %s THEN NULL ELSE %q END AS %q", where, c, c))
	}
	if len(replaced) > 0 {
		expected = "SELECT * REPLACE (" + strings.Join(replaced, ", ") + ") FROM (" + expected + ")"
	}
	got := "SELECT " + columns + " FROM faulty.facebook_ads." + name
	for what, query := range map[string]string{"missing": expected + " EXCEPT ALL " + got, "too many": got + " EXCEPT ALL " + expected} {
		var n int
		if err := db.QueryRowContext(s.t.Context(), "SELECT count(*) FROM ("+query+")").Scan(&n); err != nil {
			s.t.Fatalf("%s: %v", query, err)
		}
		if n > 0 {
			s.t.Errorf("%s: %d rows %s", name, n, what)
		}
	}
	var n int
	if err := db.QueryRowContext(s.t.Context(), "SELECT count(*) FROM ("+expected+")").Scan(&n); err != nil || n == 0 {
		s.t.Errorf("%s: %d rows to compare, %v", name, n, err)
	}
}

// gap looks for a line of _gaps: table day column code, - for an empty cell.
func (s *story) gap(words []string) {
	s.t.Helper()
	rows := ask(s.t, s.file, "SELECT table_name, coalesce(CAST(date AS VARCHAR), '-'), coalesce(nullif(column_name, ''), '-'), code FROM facebook_ads._gaps")
	if !slices.ContainsFunc(rows, func(row []string) bool { return slices.Equal(row, words) }) {
		s.t.Errorf("expected gap %v, there are %v", words, rows)
	}
}
