package layout_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// root is the project's folder, relative to this package.
const root = "../.."

// source is a Go file.
type source struct {
	path   string // relative to root, with slashes
	folder string
	test   bool
	lines  int
	set    *token.FileSet
	tree   *ast.File
}

func parse(t *testing.T, name, text string) *source {
	t.Helper()
	set := token.NewFileSet()
	tree, err := parser.ParseFile(set, name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	folder := path.Dir(name)
	if folder == "." {
		folder = rootPackage
	}
	return &source{path: name, folder: folder, test: strings.HasSuffix(name, "_test.go"),
		lines: strings.Count(text, "\n"), set: set, tree: tree}
}

func (s *source) line(p token.Pos) int { return s.set.Position(p).Line }

// skipped are folders without our own code, or tools in a module of their own.
var skipped = []string{"testdata", "node_modules", "bin", "tools", "demo"}

// project reads every Go file, whatever its build tags.
func project(t *testing.T) (all []*source) {
	t.Helper()
	each(t, func(name, text string) {
		if strings.HasSuffix(name, ".go") {
			all = append(all, parse(t, name, text))
		}
	}, skipped...)
	return all
}

// each calls do for every file of the project, except hidden and generated ones.
func each(t *testing.T, do func(name, text string), without ...string) {
	t.Helper()
	err := filepath.WalkDir(root, func(at string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		hidden := strings.HasPrefix(d.Name(), ".") && at != root && d.Name() != ".ci"
		if d.IsDir() {
			if hidden || slices.Contains(without, d.Name()) {
				return fs.SkipDir
			}
			return nil
		}
		if hidden || !d.Type().IsRegular() {
			return nil
		}
		name, err := filepath.Rel(root, at)
		if err != nil {
			return err
		}
		text, err := os.ReadFile(at)
		if err == nil {
			do(filepath.ToSlash(name), string(text))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
