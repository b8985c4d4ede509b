package layout_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// broken is a project of a few files that breaks one rule.
type broken struct {
	files map[string]string
	want  string // the one violation; empty if there is none
}

// one returns a project of one file with a package comment.
func one(name, rest string) map[string]string {
	s := strings.Split(name, "/")
	pkg := s[max(len(s)-2, 0)]
	if len(s) == 1 {
		pkg = module
	}
	return map[string]string{name: "// Package " + pkg + " is for something.\npackage " + pkg + "\n" + rest}
}

func importing(name string) string { return fmt.Sprintf("import _ %q\n", name) }

func testOf(name string) string { return "package x_test\n" + importing(name) }

var examples = map[string]broken{
	"nothing is wrong": {one("internal/table/a.go", importing("adtally")+importing("github.com/apache/arrow-go/v18/arrow")+importing("strings")), ""},

	"folder without a row":     {one("internal/pipeline/a.go", ""), "internal/pipeline/a.go:2: the folder internal/pipeline has no row in the import table: give it a row"},
	"folder below a adapter":   {one("internal/connector/a/b/c.go", ""), "internal/connector/a/b/c.go:2: the folder internal/connector/a/b has no row"},
	"arrow up":                 {one("internal/table/a.go", importing("adtally/internal/engine")), "internal/table/a.go:3: internal/table may not import adtally/internal/engine"},
	"the words import":         {one("words.go", importing("adtally/internal/table")), "words.go:3: the root package may not import adtally/internal/table"},
	"arrow sideways":           {one("internal/connector/x/a.go", importing("adtally/internal/connector/y")), "internal/connector/x/a.go:3: internal/connector/x may not import adtally/internal/connector/y"},
	"adapter imports adapter":  {one("internal/destination/x/a.go", importing("adtally/internal/connector")), "internal/destination/x may not import adtally/internal/connector"},
	"engine imports adapter":   {one("internal/engine/a.go", importing("adtally/internal/destination/duckdb")), "internal/engine may not import adtally/internal/destination/duckdb"},
	"engine fetches":           {one("internal/engine/a.go", importing("adtally/internal/fetch")), "internal/engine may not import adtally/internal/fetch"},
	"store knows rows":         {one("internal/store/a.go", importing("adtally/internal/table")), "internal/store may not import adtally/internal/table"},
	"simulator knows words":    {one("internal/graphsim/a.go", importing("adtally")), "internal/graphsim may not import adtally"},
	"advertiser knows us":      {one("internal/graphsim/advertiser/a.go", importing("adtally/internal/connector/facebookads")), "internal/graphsim/advertiser may not import adtally/internal/connector/facebookads"},
	"the layout test knows us": {one("internal/layout/a.go", importing("adtally/internal/table")), "internal/layout may not import adtally/internal/table"},
	"arrow of one's own":       {one("internal/graphsim/server/a.go", importing("adtally/internal/graphsim/advertiser")), ""},

	"test of the simulator":   {map[string]string{"internal/graphsim/a_test.go": testOf("adtally/internal/connector/facebookads")}, "internal/graphsim/a_test.go:2: a test of internal/graphsim may not import adtally/internal/connector/facebookads"},
	"test of a connector":     {map[string]string{"internal/connector/x/a_test.go": testOf("adtally/internal/graphsim")}, "a test of internal/connector/x may not import adtally/internal/graphsim"},
	"test of what it tests":   {map[string]string{"internal/connector/x/a_test.go": testOf("adtally/internal/connector/x")}, ""},
	"test against the suite":  {map[string]string{"internal/destination/x/a_test.go": testOf("adtally/internal/destination/destinationtest")}, ""},
	"the suite outside tests": {one("internal/destination/x/a.go", importing("adtally/internal/destination/destinationtest")), "internal/destination/x may not import adtally/internal/destination/destinationtest"},
	"test of the edge":        {map[string]string{"cmd/adtally/a_test.go": testOf("adtally/internal/graphsim") + importing("github.com/duckdb/duckdb-go/v2")}, ""},
	"the edge uses DuckDB":    {map[string]string{"cmd/adtally/a.go": "// Command adtally is it.\npackage main\n" + importing("github.com/duckdb/duckdb-go/v2")}, "cmd/adtally/a.go:3: cmd/adtally may not use github.com/duckdb/duckdb-go/v2"},
	"arrow in a connector":    {one("internal/connector/x/a.go", importing("github.com/apache/arrow-go/v18/arrow")), "internal/connector/x may not use github.com/apache/arrow-go/v18/arrow"},
	"a stranger unannounced":  {one("internal/store/a.go", importing("example.com/orm")), "internal/store may not use example.com/orm: a dependency is a decision"},
	"a stranger of like name": {one("internal/store/a.go", importing("modernc.org/sqlitex")), "internal/store may not use modernc.org/sqlitex"},

	"no introduction": {map[string]string{"internal/table/a.go": "package table\n"}, "internal/table/a.go:1: package table has no package comment"},
	"a command":       {map[string]string{"cmd/adtally/a.go": "package main\n"}, "cmd/adtally/a.go:1: package main has no package comment"},
	"empty file name": {one("internal/table/string_utils.go", ""), `internal/table/string_utils.go:2: "utils" says nothing about what is inside`},
	"empty name":      {map[string]string{"internal/table/a.go": "// Package common is it.\npackage common\n"}, `"common" says nothing about what is inside`},
	"silent function": {one("internal/table/a.go", "func Sum() {}\n"), "internal/table/a.go:3: Sum is exported and has no comment"},
	"silent method":   {one("internal/table/a.go", "// T is.\ntype T[E any] int\nfunc (*T[E]) Sum() {}\n"), "internal/table/a.go:5: Sum is exported"},
	"silent type":     {one("internal/table/a.go", "type T int\n"), "T is exported"},
	"silent constant": {one("internal/table/a.go", "const (\n\tA = 1 // the first\n\tB = 2\n)\n"), "internal/table/a.go:5: B is exported"},
	"known method":    {one("internal/table/a.go", "type t int\nfunc (t) Sum() {}\n// T is.\ntype T int\nfunc (T) String() string { return \"\" }\n"), ""},

	"long file":           {one("internal/table/a.go", strings.Repeat("\n", 400)), "internal/table/a.go:2: the file has 402 lines, more than 400"},
	"long function":       {one("internal/table/a.go", "func f() {"+strings.Repeat("\n", 60)+"}\n"), "internal/table/a.go:3: f has 61 lines, more than 60"},
	"clock in the engine": {one("internal/engine/a.go", "import \"time\"\nvar now = time.Now\n"), "internal/engine/a.go:4: time.Now in a package that plans"},
	"clock in an adapter": {one("internal/connector/x/a.go", "import \"time\"\nvar d = time.Since(time.Time{})\n"), "internal/connector/x/a.go:4: time.Since in a package that plans"},
	"clock where it may":  {one("internal/fetch/a.go", "import \"time\"\nvar now = time.Now\n"), ""},
}

// Each example must be found: a rule that cannot be broken is useless.
func TestLayout_RulesDetectViolations(t *testing.T) {
	t.Parallel()
	for name, h := range examples {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var files []*source
			for path, text := range h.files {
				files = append(files, parse(t, path, text))
			}
			got := violations(files)
			if h.want == "" && len(got) > 0 || h.want != "" && (len(got) != 1 || !strings.Contains(got[0], h.want)) {
				t.Errorf("got %q, want %q", got, h.want)
			}
		})
	}
}

func TestNamesRegistry(t *testing.T) {
	t.Parallel()
	if got := namesRegistry("GOPROXY=https://" + registries[0] + ",direct"); got != registries[0] {
		t.Errorf("got %q", got)
	}
	if got := namesRegistry("go mod download"); got != "" {
		t.Errorf("got %q, but there is no registry in the text", got)
	}
}

// Every rule has an example that breaks it.
func TestLayout_EveryRuleHasAnExample(t *testing.T) {
	t.Parallel()
	var broken []int
	for _, h := range examples {
		for path, text := range h.files {
			f := parse(t, path, text)
			for i, law := range rules {
				if h.want != "" && slices.ContainsFunc(law(f), func(s string) bool { return strings.Contains(s, h.want) }) {
					broken = append(broken, i)
				}
			}
		}
	}
	for i := range rules {
		if !slices.Contains(broken, i) {
			t.Errorf("no example breaks rule %d", i)
		}
	}
}
