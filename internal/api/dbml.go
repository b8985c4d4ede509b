package api

import (
	"fmt"
	"strings"

	"adtally"
)

// dbml writes a diagram in the format of dbdiagram.io.
func dbml(d adtally.Diagram, dataset string) string {
	var b strings.Builder
	for _, t := range d.Tables {
		fmt.Fprintf(&b, "Table %s {\n", dbmlName(dataset, t.Name))
		var key []string
		for _, c := range t.Columns {
			fmt.Fprintf(&b, "  %s %s [note: %s]\n", dbmlName(c.Name), dbmlName(c.Type), dbmlText(c.Description))
			if c.Key {
				key = append(key, c.Name)
			}
		}
		if len(key) > 0 {
			fmt.Fprintf(&b, "\n  indexes {\n    %s [pk]\n  }\n", dbmlColumns(key))
		}
		fmt.Fprintf(&b, "\n  Note: %s\n}\n\n", dbmlText(t.Description))
	}
	for _, r := range d.References {
		fmt.Fprintf(&b, "Ref: %s.%s > %s.%s\n", dbmlName(dataset, r.Table), dbmlColumns(r.Columns), dbmlName(dataset, r.ToTable), dbmlColumns(r.ToColumns))
	}
	return b.String()
}

// dbmlName quotes the parts of a name. A quote cannot be escaped, so it is left out.
func dbmlName(parts ...string) string {
	for i, p := range parts {
		parts[i] = `"` + strings.ReplaceAll(p, `"`, "") + `"`
	}
	return strings.Join(parts, ".")
}

func dbmlColumns(names []string) string {
	var all []string
	for _, n := range names {
		all = append(all, dbmlName(n))
	}
	return "(" + strings.Join(all, ", ") + ")"
}

func dbmlText(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`, "\n", " ").Replace(s) + "'"
}
