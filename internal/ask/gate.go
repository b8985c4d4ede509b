package ask

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

// MaxSQL is the maximum length of a statement, in bytes.
const MaxSQL = 20_000

// gate reads the tree of a parsed statement and refuses everything that it does not know.
type gate struct {
	catalog string          // name that may precede a dataset; empty = none
	tables  map[string]bool // dataset.table, in lower case
}

// newGate returns a gate that lets some tables through.
func newGate(catalog string, tables []Table) *gate {
	g := &gate{catalog: strings.ToLower(catalog), tables: map[string]bool{}}
	for _, t := range tables {
		g.tables[strings.ToLower(t.Dataset+"."+t.Name)] = true
	}
	return g
}

// checkText refuses text that DuckDB's C interface or parser would read differently.
func checkText(sql string) error {
	switch {
	case len(sql) > MaxSQL:
		return refused("The statement is longer than 20,000 bytes", "Shorten it.")
	case !utf8.ValidString(sql) || strings.ContainsRune(sql, 0):
		return refused("The statement is not valid text", "Remove characters that cannot be printed.")
	case strings.TrimSpace(sql) == "":
		return refused("There is no statement", "Write a SELECT statement.")
	}
	return nil
}

// serialized is what json_serialize_sql returns.
type serialized struct {
	Error      bool             `json:"error"`
	Message    string           `json:"error_message"`
	Kind       string           `json:"error_type"`
	Statements []map[string]any `json:"statements"`
}

// decodeTree reads the tree of the one statement of a text.
func decodeTree(text []byte) (map[string]any, error) {
	var s serialized
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&s); err != nil {
		return nil, refused("The statement is too deeply nested", "Simplify it.")
	}
	switch {
	case s.Error && s.Kind == "not implemented":
		return nil, refused("Only a SELECT statement can be run", "Write a SELECT statement.")
	case s.Error:
		return nil, refused(clean(s.Message), "Correct the statement.")
	case len(s.Statements) == 0:
		return nil, refused("There is no statement", "Write a SELECT statement.")
	case len(s.Statements) > 1:
		return nil, refused("There is more than one statement", "Run them one at a time.")
	}
	return s.Statements[0], nil
}

// scope has the names of the common table expressions that are visible at a place.
type scope struct {
	up   *scope
	name string
}

func (s *scope) has(name string) bool {
	for ; s != nil; s = s.up {
		if s.name == name {
			return true
		}
	}
	return false
}

// walk checks a part of the tree.
func (g *gate) walk(part any, at *scope) error {
	switch part := part.(type) {
	case []any:
		for _, one := range part {
			if err := g.walk(one, at); err != nil {
				return err
			}
		}
	case map[string]any:
		return g.node(part, at)
	}
	return nil
}

// node checks an object of the tree. Expressions have a class; references to tables, queries,
// modifiers and types only have a type.
func (g *gate) node(n map[string]any, at *scope) error {
	class, _ := n["class"].(string)
	kind, _ := n["type"].(string)
	switch {
	case class != "":
		return g.expression(class, n, at)
	case queries[kind]:
		return g.query(n, at)
	case kind == "BASE_TABLE":
		return g.table(n, at)
	case kind == "TABLE_FUNCTION":
		return g.tableFunction(n, at)
	case kind == "UNBOUND_TYPE_INFO" && (textOf(n, "catalog") != "" || textOf(n, "schema") != ""):
		return refused("A type cannot have a schema", "Write the type without it.")
	case kind != "" && !plainNodes[kind]:
		return refused("This kind of statement is not allowed: "+kind, "Write a plain SELECT statement.")
	}
	return g.members(n, at)
}

// members checks everything in an object except some members.
func (g *gate) members(n map[string]any, at *scope, except ...string) error {
	for name, part := range n {
		if len(except) > 0 && name == except[0] {
			continue
		}
		if err := g.walk(part, at); err != nil {
			return err
		}
	}
	return nil
}

// queries are the kinds of queries, which can have common table expressions.
var queries = map[string]bool{"SELECT_NODE": true, "SET_OPERATION_NODE": true, "RECURSIVE_CTE_NODE": true, "CTE_NODE": true}

// plainNodes are the kinds of other objects in which only their members matter.
var plainNodes = map[string]bool{
	"SUBQUERY": true, "JOIN": true, "EXPRESSION_LIST": true, "EMPTY": true, "PIVOT": true,
	"ORDER_MODIFIER": true, "LIMIT_MODIFIER": true, "LIMIT_PERCENT_MODIFIER": true, "DISTINCT_MODIFIER": true,
	"ASCENDING": true, "DESCENDING": true, "ORDER_DEFAULT": true,
	"DECIMAL_TYPE_INFO": true, "LIST_TYPE_INFO": true, "STRUCT_TYPE_INFO": true, "ARRAY_TYPE_INFO": true, "STRING_TYPE_INFO": true,
	"UNBOUND_TYPE_INFO": true, "GENERIC_TYPE_INFO": true,
}

// plainClasses are the classes of expressions in which only their members matter.
var plainClasses = map[string]bool{
	"COLUMN_REF": true, "CONSTANT": true, "CAST": true, "CASE": true, "COMPARISON": true, "CONJUNCTION": true, "OPERATOR": true,
	"STAR": true, "SUBQUERY": true, "LAMBDA": true, "BETWEEN": true, "COLLATE": true, "POSITIONAL_REFERENCE": true,
}

func (g *gate) expression(class string, n map[string]any, at *scope) error {
	switch {
	case class == "FUNCTION" || class == "WINDOW":
		if err := allowFunction(n); err != nil {
			return err
		}
	case class == "PARAMETER":
		return refused("A statement cannot have parameters", "Write the values into it.")
	case !plainClasses[class]:
		return refused("This kind of expression is not allowed: "+class, "Write a plain SELECT statement.")
	}
	return g.members(n, at)
}

// allowFunction refuses functions that are not on the list. The parser itself puts some
// functions into the schema main, so that one is allowed; the connection has no macros there.
func allowFunction(n map[string]any) error {
	name, schema := textOf(n, "function_name"), textOf(n, "schema")
	if textOf(n, "catalog") != "" || schema != "" && schema != "main" {
		return refused("A function cannot have a schema", "Write "+name+"(…) without it; a method call x."+name+"() is read as a schema too.")
	}
	if !allowedFunctions[strings.ToLower(name)] {
		return refused("The function "+name+" is not allowed", "Use another function.")
	}
	return nil
}

func (g *gate) tableFunction(n map[string]any, at *scope) error {
	call, ok := n["function"].(map[string]any)
	name := textOf(call, "function_name")
	if !ok || textOf(call, "class") != "FUNCTION" || textOf(call, "schema") != "" || textOf(call, "catalog") != "" || !allowedTables[strings.ToLower(name)] {
		return refused("The table function "+name+" is not allowed", "Read one of the tables that are listed.")
	}
	if err := g.members(call, at); err != nil {
		return err
	}
	return g.members(n, at, "function")
}

// table refuses a table that is neither listed nor a common table expression.
func (g *gate) table(n map[string]any, at *scope) error {
	catalog, dataset, name := strings.ToLower(textOf(n, "catalog_name")), strings.ToLower(textOf(n, "schema_name")), strings.ToLower(textOf(n, "table_name"))
	switch {
	case n["at_clause"] != nil:
		return refused("AT is not allowed", "Remove it.")
	case catalog != "" && catalog != g.catalog || dataset != "" && !g.tables[dataset+"."+name], dataset == "" && !at.has(name):
		return refused(fmt.Sprintf("There is no table %s", full(textOf(n, "schema_name"), textOf(n, "table_name"))), "Write dataset.table, with one of the tables that are listed.")
	}
	return g.members(n, at)
}

func full(dataset, name string) string {
	if dataset == "" {
		return name
	}
	return dataset + "." + name
}

// query checks a query. Each common table expression sees those before it, and a recursive one
// also itself.
func (g *gate) query(n map[string]any, at *scope) error {
	ctes, _ := n["cte_map"].(map[string]any)
	entries, _ := ctes["map"].([]any)
	for _, e := range entries {
		entry, _ := e.(map[string]any)
		if err := g.walk(entry["value"], at); err != nil {
			return err
		}
		at = &scope{at, strings.ToLower(textOf(entry, "key"))}
	}
	if textOf(n, "type") != "RECURSIVE_CTE_NODE" {
		return g.members(n, at, "cte_map")
	}
	if err := g.walk(n["left"], at); err != nil {
		return err
	}
	at = &scope{at, strings.ToLower(textOf(n, "cte_name"))}
	return g.members(n, at, "cte_map")
}

// textOf returns a member that is a text, or "".
func textOf(n map[string]any, name string) string {
	text, _ := n[name].(string)
	return text
}
