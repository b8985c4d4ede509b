package layout_test

import (
	"regexp"
	"strings"
	"testing"
)

func TestLayout(t *testing.T) {
	t.Parallel()
	files := project(t)
	if len(files) < 50 {
		t.Fatalf("only %d files were found: is the top of the project still at %s?", len(files), root)
	}
	for _, bad := range violations(files) {
		t.Error(bad)
	}
}

// docs/decisions/0007 names every dependency and why we use it.
func TestDependencies_AreDocumented(t *testing.T) {
	t.Parallel()
	decision := read(t, "docs/decisions/0007-dependencies.md")
	for name, where := range thirdParty(t, project(t)) {
		if !strings.Contains(decision, name) {
			t.Errorf("%s: docs/decisions/0007-dependencies.md does not say why we use %s", where, name)
		}
	}
}

// modulePath matches a line of go.mod that names a module.
var modulePath = regexp.MustCompile(`(?m)^(?:require )?\s*([\w.-]+\.[\w.-]+/\S+) v`)

// thirdParty returns the modules that our files import, each with one file that does.
func thirdParty(t *testing.T, files []*source) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, m := range modulePath.FindAllStringSubmatch(read(t, "go.mod"), -1) {
		for _, f := range files {
			for _, spec := range f.tree.Imports {
				if strings.HasPrefix(strings.Trim(spec.Path.Value, `"`)+"/", m[1]+"/") {
					found[m[1]] = f.path
				}
			}
		}
	}
	if len(found) == 0 {
		t.Fatal("no dependency was found; has the format of go.mod changed?")
	}
	return found
}

// registries are hosts of packages. Every machine chooses its own, so no file may name one.
var registries = []string{
	host("proxy", "golang", "org"), host("sum", "golang", "org"), host("goproxy", "io"),
	host("pypi", "org"), host("files", "pythonhosted", "org"), host("registry", "npmjs", "org"), host("deb", "debian", "org"),
}

func host(parts ...string) string { return strings.Join(parts, ".") }

func namesRegistry(text string) string {
	for _, r := range registries {
		if strings.Contains(text, r) {
			return r
		}
	}
	return ""
}

func TestRegistries_AreNotNamed(t *testing.T) {
	t.Parallel()
	each(t, func(name, text string) {
		if r := namesRegistry(text); r != "" {
			t.Errorf("%s names the registry %s", name, r)
		}
	}, "node_modules", "bin", "demo", "testdata")
}
