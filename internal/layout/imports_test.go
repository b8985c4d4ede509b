package layout_test

import (
	"fmt"
	"go/ast"
	"go/token"
	"path"
	"slices"
	"strconv"
	"strings"
)

// rules are the rules for a file. Each returns its violations.
var rules = []func(*source) []string{
	imports, names, documented, sizes, clocks,
}

// violations checks all rules.
func violations(files []*source) (all []string) {
	for _, f := range files {
		for _, law := range rules {
			all = append(all, law(f)...)
		}
	}
	return append(all, introduced(files)...)
}

func (s *source) violation(p token.Pos, format string, a ...any) string {
	return fmt.Sprintf("%s:%d: ", s.path, s.line(p)) + fmt.Sprintf(format, a...)
}

// imports checks imports against the import table and the list of dependencies.
func imports(s *source) (bad []string) {
	r, known := packageOf(s.folder)
	if !known {
		return []string{s.violation(s.tree.Package, "the folder %s has no row in the import table: give it a row (packages_test.go, docs/decisions/0001)", s.folder)}
	}
	allowed := r.ours
	if s.test {
		allowed = slices.Concat(r.ours, r.tests, []string{s.folder})
	}
	for _, spec := range s.tree.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue // the parser has already rejected it
		}
		folder, ours := ourFolder(name)
		switch {
		case ours && !fitsAny(allowed, folder):
			bad = append(bad, s.violation(spec.Pos(), "%s may not import %s", spoken(s), name))
		case !ours && !standard(name) && !mayUse(s, name):
			bad = append(bad, s.violation(spec.Pos(), "%s may not use %s: a dependency is a decision (packages_test.go, docs/decisions/0007)", spoken(s), name))
		}
	}
	return bad
}

func spoken(s *source) string {
	folder := s.folder
	if folder == rootPackage {
		folder = "the root package"
	}
	if s.test {
		return "a test of " + folder
	}
	return folder
}

// mayUse reports whether a file may import a third-party package.
func mayUse(s *source, name string) bool {
	for _, d := range dependencies {
		if strings.HasPrefix(name+"/", d.path+"/") && (fitsAny(d.folders, s.folder) || s.test && fitsAny(d.tests, s.folder)) {
			return true
		}
	}
	return false
}

// emptyNames say nothing about what is inside.
var emptyNames = []string{"util", "helper", "manager", "common"}

// names checks that no file or package has an empty name.
func names(s *source) (bad []string) {
	file := strings.TrimSuffix(path.Base(s.path), ".go")
	for _, part := range append(strings.Split(file, "_"), strings.TrimSuffix(s.tree.Name.Name, "_test")) {
		if slices.Contains(emptyNames, strings.TrimSuffix(part, "s")) {
			bad = append(bad, s.violation(s.tree.Package, "%q says nothing about what is inside", part))
		}
	}
	return bad
}

// introduced checks that every package has a comment.
func introduced(files []*source) (bad []string) {
	done := map[string]bool{}
	for _, f := range files {
		begins := "Package " + f.tree.Name.Name + " "
		if f.tree.Name.Name == "main" {
			begins = "Command " + path.Base(f.folder) + " "
		}
		if !f.test && strings.HasPrefix(f.tree.Doc.Text(), begins) {
			done[f.folder] = true
		}
	}
	for _, f := range files {
		if !f.test && !done[f.folder] {
			done[f.folder] = true // report it once
			bad = append(bad, f.violation(f.tree.Package, "package %s has no package comment", f.tree.Name.Name))
		}
	}
	return bad
}

// documented checks that every exported name has a comment.
func documented(s *source) (bad []string) {
	if s.test || s.tree.Name.Name == "main" {
		return nil
	}
	for _, d := range s.tree.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Doc == nil && d.Name.IsExported() && !selfEvident(d) {
				bad = append(bad, s.violation(d.Pos(), "%s is exported and has no comment", d.Name.Name))
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				bad = append(bad, s.spec(d, spec)...)
			}
		}
	}
	return bad
}

// known are methods with a standard meaning.
var known = []string{"String", "Error", "Unwrap"}

func selfEvident(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return false
	}
	return slices.Contains(known, d.Name.Name) || !ast.IsExported(receiver(d.Recv.List[0].Type))
}

func receiver(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}

func (s *source) spec(d *ast.GenDecl, spec ast.Spec) (bad []string) {
	var names []*ast.Ident
	var said bool
	switch spec := spec.(type) {
	case *ast.TypeSpec:
		names, said = []*ast.Ident{spec.Name}, d.Doc != nil || spec.Doc != nil
	case *ast.ValueSpec:
		names, said = spec.Names, d.Doc != nil || spec.Doc != nil || spec.Comment != nil
	}
	for _, n := range names {
		if n.IsExported() && !said {
			bad = append(bad, s.violation(n.Pos(), "%s is exported and has no comment", n.Name))
		}
	}
	return bad
}

// Limits on lengths.
const (
	fileLines     = 400
	functionLines = 60
)

// sizes checks that files and functions are short enough.
func sizes(s *source) (bad []string) {
	if s.lines > fileLines {
		bad = append(bad, s.violation(s.tree.Package, "the file has %d lines, more than %d", s.lines, fileLines))
	}
	for _, d := range s.tree.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		if n := s.line(f.End()) - s.line(f.Pos()) + 1; n > functionLines {
			bad = append(bad, s.violation(f.Pos(), "%s has %d lines, more than %d", f.Name.Name, n, functionLines))
		}
	}
	return bad
}

// planning are the packages that must get the time as a parameter.
var planning = []string{"internal/connector/**", "internal/engine", "internal/vault", "internal/notify", "internal/subscription"}

// clocks checks that planning packages do not read the clock.
func clocks(s *source) (bad []string) {
	if s.test || !fitsAny(planning, s.folder) {
		return nil
	}
	ast.Inspect(s.tree, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if x, ok := sel.X.(*ast.Ident); ok && x.Name == "time" && slices.Contains([]string{"Now", "Since", "Until"}, sel.Sel.Name) {
			bad = append(bad, s.violation(sel.Pos(), "time.%s in a package that plans: pass the time as a parameter", sel.Sel.Name))
		}
		return true
	})
	return bad
}
