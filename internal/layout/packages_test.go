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
	rootPackage       = ""
	rows              = "internal/table"
	reading           = "internal/connector"
	writing           = "internal/destination"
	fetching          = "internal/fetch"
	jsonReading       = "internal/jsonread"
	simulator         = "internal/graphsim/**"
	everything        = "**"
	readingLaw        = "internal/connector/connectortest"
	writingLaw        = "internal/destination/destinationtest"
	storePackage      = "internal/store"
	storeTest         = "internal/store/storetest"
	serverTest        = "internal/postgrestest"
	apiPackage        = "internal/api"
	anyAPI            = "internal/api/*"
	commandPackage    = "cmd/adtally"
	marketingPackage  = "internal/marketing"
	analyticsPackage  = "internal/analytics"
	differencePackage = "internal/difference"
	pacingPackage     = "internal/pacing"
	webPackage        = "web"
	thisPackage       = "internal/layout"
	anyPlatform       = "internal/connector/*"
	anyStore          = "internal/destination/*"
)

// The import table of docs/decisions/0001. The first row that matches a folder applies; a
// folder without a row is an error.
//
// A test may import what its package may, the package itself, and the row's extra
// packages: the suites that test all adapters against their contract. Tests of the
// simulator never import a connector, and tests of a connector never import the simulator,
// so that each can catch the other's mistakes. Only tests of cmd import both.
var packages = []pkgRule{
	{folder: rootPackage},
	{folder: rows, ours: []string{rootPackage}},
	{folder: fetching, ours: []string{rootPackage}},
	{folder: jsonReading},
	{folder: reading, ours: []string{rootPackage, rows}},
	{folder: readingLaw, ours: []string{rootPackage, rows, reading}},
	{folder: anyPlatform, ours: []string{rootPackage, rows, fetching, jsonReading, reading}, tests: []string{readingLaw}},
	{folder: writing, ours: []string{rootPackage, rows}},
	{folder: writingLaw, ours: []string{rootPackage, rows, writing}},
	{folder: anyStore, ours: []string{rootPackage, rows, writing}, tests: []string{writingLaw}},
	{folder: "internal/engine", ours: []string{rootPackage, rows, reading, writing}},
	{folder: "internal/media", ours: []string{rootPackage, rows, reading, writing}},
	{folder: storePackage, ours: []string{rootPackage}, tests: []string{serverTest, storeTest}},
	{folder: storeTest, ours: []string{storePackage, serverTest}},
	{folder: "internal/jobs", ours: []string{rootPackage}, tests: []string{serverTest, storePackage, storeTest}},
	{folder: "internal/vault", ours: []string{rootPackage}},
	{folder: "internal/notify", ours: []string{rootPackage}, tests: []string{storePackage, storeTest}},
	{folder: "internal/archive", ours: []string{rootPackage}},
	{folder: serverTest},
	{folder: "internal/csvfile", ours: []string{rootPackage}},
	{folder: "internal/ask", ours: []string{rootPackage}},
	{folder: "internal/upload", ours: []string{rootPackage, rows, analyticsPackage, writing, "internal/csvfile"}},
	{folder: analyticsPackage, ours: []string{rootPackage, rows}},
	{folder: differencePackage, ours: []string{rootPackage}},
	{folder: pacingPackage, ours: []string{rootPackage}, tests: []string{"internal/notify"}},
	{folder: marketingPackage, ours: []string{rootPackage, rows, writing, analyticsPackage}, tests: []string{"internal/destination/duckdb"}},
	{folder: "internal/subscription", ours: []string{rootPackage, analyticsPackage, "internal/notify"}, tests: []string{storePackage, storeTest}},
	{folder: "internal/pdf", ours: []string{rootPackage}},
	{folder: "internal/mcp", ours: []string{rootPackage, analyticsPackage}},
	{folder: apiPackage, ours: []string{rootPackage, analyticsPackage, differencePackage, anyAPI}, tests: []string{storePackage, storeTest}},
	{folder: anyAPI, ours: []string{rootPackage}},
	{folder: webPackage},
	{folder: simulator, ours: []string{simulator}},
	{folder: commandPackage, ours: []string{everything}},
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
	{"github.com/duckdb/duckdb-go", []string{"internal/destination/duckdb", "internal/ask"}, []string{commandPackage, analyticsPackage}},
	{"go.yaml.in/yaml/v3", []string{analyticsPackage}, nil},
	{"golang.org/x/text/cases", []string{analyticsPackage}, nil},
	{"golang.org/x/text/unicode/norm", []string{analyticsPackage, "internal/mcp"}, nil},
	{"github.com/modelcontextprotocol/go-sdk", []string{"internal/mcp"}, []string{commandPackage}},
	{"github.com/google/jsonschema-go", []string{"internal/mcp"}, nil},
	{"github.com/go-json-experiment/json", []string{anyPlatform, jsonReading}, nil},
	{"golang.org/x/text/currency", []string{anyPlatform}, nil},
	{"github.com/cenkalti/backoff", []string{fetching}, nil},
	{"github.com/klauspost/compress/gzip", []string{fetching}, nil},
	{"github.com/klauspost/compress/zstd", []string{"internal/archive"}, nil},
	{"golang.org/x/sync", []string{"internal/engine", "internal/media", "internal/notify", "internal/mcp", commandPackage}, []string{everything}},
	{"modernc.org/sqlite", []string{storePackage, "internal/jobs"}, nil},
	{"github.com/jackc/pgx", []string{storePackage, serverTest, "internal/jobs"}, []string{commandPackage}},
	{"github.com/riverqueue/river", []string{"internal/jobs"}, nil},
	{"riverqueue.com/riverui", []string{"internal/jobs"}, nil},
	{"golang.org/x/crypto", []string{"internal/vault"}, nil},
	{"github.com/wneessen/go-mail", []string{"internal/notify"}, nil},
	{"golang.org/x/net/idna", []string{"internal/notify"}, nil},
	{"github.com/pressly/goose", []string{storePackage}, nil},
	{"github.com/danielgtaylor/huma", []string{apiPackage}, nil},
	{"github.com/alexedwards/scs", []string{apiPackage}, nil},
	{"github.com/coreos/go-oidc", []string{apiPackage}, nil},
	{"github.com/yuin/goldmark", []string{anyAPI}, nil},
	{"golang.org/x/oauth2", []string{apiPackage}, nil},
	{"golang.org/x/crypto/argon2", []string{anyAPI}, nil},
	{"github.com/alecthomas/kong", []string{commandPackage}, nil},
	{"github.com/google/uuid", []string{commandPackage}, nil},
	{"github.com/pelletier/go-toml", []string{commandPackage}, nil},
	{"github.com/prometheus/client_golang", []string{commandPackage}, nil},
	{"github.com/vbauerster/mpb", []string{commandPackage}, nil},
	{"golang.org/x/term", []string{commandPackage}, nil},
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
		return rootPackage, true
	}
	return strings.CutPrefix(name, module+"/")
}

// standard reports whether an import is in the standard library: its first element has no dot.
func standard(name string) bool {
	first, _, _ := strings.Cut(name, "/")
	return !strings.Contains(first, ".")
}
