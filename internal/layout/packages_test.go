package layout_test

import (
	"path"
	"slices"
	"strings"
)

// module is the prefix of our own imports. The root package is the module itself.
const module = "adtally"

// pkgRule is a row of the import table.
type pkgRule struct {
	folder string // "/*" at the end: a folder directly below; "/**": the folder itself and any folder below
	ours   []string
	tests  []string // what its tests may import in addition
}

// Packages that many rows name.
const (
	words        = ""
	rows         = "internal/table"
	reading      = "internal/connector"
	writing      = "internal/destination"
	fetching     = "internal/fetch"
	simulator    = "internal/graphsim/**"
	everything   = "**"
	readingLaw   = "internal/connector/connectortest"
	writingLaw   = "internal/destination/destinationtest"
	storePackage = "internal/store"
	serverTest   = "internal/postgrestest"
	apiPackage   = "internal/api"
	anyAPI       = "internal/api/*"
	edge         = "cmd/adtally"
	thisPackage  = "internal/layout"
	anyPlatform  = "internal/connector/*"
	anyStore     = "internal/destination/*"
)

// The import table of docs/decisions/0001. The first row that matches a folder applies; a
// folder without a row is an error.
//
// A test may import what its package may, the package itself, and the row's extra
// packages: the suites that test all adapters against their contract. Tests of the
// simulator never import a connector, and tests of a connector never import the simulator,
// so that each can catch the other's mistakes. Only tests of cmd import both.
var packages = []pkgRule{
	{folder: words},
	{folder: rows, ours: []string{words}},
	{folder: fetching, ours: []string{words}},
	{folder: reading, ours: []string{words, rows}},
	{folder: readingLaw, ours: []string{words, rows, reading}},
	{folder: anyPlatform, ours: []string{words, rows, fetching, reading}, tests: []string{readingLaw}},
	{folder: writing, ours: []string{words, rows}},
	{folder: writingLaw, ours: []string{words, rows, writing}},
	{folder: anyStore, ours: []string{words, rows, writing}, tests: []string{writingLaw}},
	{folder: "internal/engine", ours: []string{words, rows, reading, writing}},
	{folder: "internal/media", ours: []string{words, rows, reading, writing}},
	{folder: storePackage, ours: []string{words}, tests: []string{serverTest}},
	{folder: "internal/jobs", ours: []string{words}, tests: []string{serverTest, storePackage}},
	{folder: "internal/vault", ours: []string{words}},
	{folder: "internal/notify", ours: []string{words}, tests: []string{storePackage}},
	{folder: "internal/archive", ours: []string{words}},
	{folder: serverTest},
	{folder: apiPackage, ours: []string{words, anyAPI}, tests: []string{storePackage}},
	{folder: anyAPI, ours: []string{words}},
	{folder: simulator, ours: []string{simulator}},
	{folder: edge, ours: []string{everything}},
	{folder: thisPackage},
}

// dependency is a third-party package and where it may be used. docs/decisions/0007 says
// why we have it.
type dependency struct {
	path    string // the beginning of the path, in whole elements
	folders []string
	tests   []string // where tests may use it in addition
}

// A dependency that is not in this list is an error: it needs a decision first.
var dependencies = []dependency{
	{"github.com/apache/arrow-go", []string{rows, anyStore}, nil},
	{"github.com/zeebo/xxh3", []string{anyStore}, nil},
	{"github.com/duckdb/duckdb-go", []string{"internal/destination/duckdb"}, []string{edge}},
	{"github.com/go-json-experiment/json", []string{anyPlatform}, nil},
	{"golang.org/x/text/currency", []string{anyPlatform}, nil},
	{"github.com/cenkalti/backoff", []string{fetching}, nil},
	{"github.com/klauspost/compress/gzip", []string{fetching}, nil},
	{"github.com/klauspost/compress/zstd", []string{"internal/archive"}, nil},
	{"golang.org/x/sync", []string{"internal/engine", "internal/media", "internal/notify", edge}, []string{everything}},
	{"modernc.org/sqlite", []string{storePackage, "internal/jobs"}, nil},
	{"github.com/jackc/pgx", []string{storePackage, serverTest, "internal/jobs"}, []string{edge}},
	{"github.com/riverqueue/river", []string{"internal/jobs"}, nil},
	{"riverqueue.com/riverui", []string{"internal/jobs"}, nil},
	{"golang.org/x/crypto", []string{"internal/vault"}, nil},
	{"github.com/wneessen/go-mail", []string{"internal/notify"}, nil},
	{"golang.org/x/net/idna", []string{"internal/notify"}, nil},
	{"github.com/pressly/goose", []string{storePackage}, nil},
	{"github.com/danielgtaylor/huma", []string{apiPackage}, nil},
	{"github.com/alexedwards/scs", []string{apiPackage}, nil},
	{"github.com/coreos/go-oidc", []string{apiPackage}, nil},
	{"golang.org/x/oauth2", []string{apiPackage}, nil},
	{"golang.org/x/crypto/argon2", []string{anyAPI}, nil},
	{"github.com/alecthomas/kong", []string{edge}, nil},
	{"github.com/google/uuid", []string{edge}, nil},
	{"github.com/pelletier/go-toml", []string{edge}, nil},
	{"github.com/prometheus/client_golang", []string{edge}, nil},
	{"github.com/vbauerster/mpb", []string{edge}, nil},
	{"golang.org/x/term", []string{edge}, nil},
	{"github.com/google/go-cmp", []string{readingLaw, writingLaw}, []string{everything}},
	{"pgregory.net/rapid", []string{readingLaw, writingLaw}, []string{everything}},
}

// fits reports whether a folder matches a pattern.
func fits(pattern, folder string) bool {
	if pattern == everything {
		return true
	}
	if above, ok := strings.CutSuffix(pattern, "/**"); ok {
		return folder == above || strings.HasPrefix(folder, above+"/")
	}
	ok, err := path.Match(pattern, folder)
	return ok && err == nil
}

func fitsAny(patterns []string, folder string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return fits(p, folder) })
}

func packageOf(folder string) (pkgRule, bool) {
	i := slices.IndexFunc(packages, func(r pkgRule) bool { return fits(r.folder, folder) })
	if i < 0 {
		return pkgRule{}, false
	}
	return packages[i], true
}

// ourFolder returns the folder of an import, if it is ours.
func ourFolder(name string) (folder string, ours bool) {
	if name == module {
		return words, true
	}
	return strings.CutPrefix(name, module+"/")
}

// standard reports whether an import is in the standard library: its first element has no dot.
func standard(name string) bool {
	first, _, _ := strings.Cut(name, "/")
	return !strings.Contains(first, ".")
}
