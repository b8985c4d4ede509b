package mcp

import (
	"context"
	"errors"
	"strings"
	"time"

	"adtally"
)

// tableInfo is a table that SQL can read.
type tableInfo struct {
	Table       string       `json:"table"`
	Description string       `json:"description"`
	Columns     []columnInfo `json:"columns,omitempty"`
}

type columnInfo struct {
	Name        string `json:"name"`
	Type        string `json:"type"`
	Unit        string `json:"unit,omitempty"`
	Additive    string `json:"additive,omitempty"`
	Description string `json:"description"`
}

func nameOf(t adtally.ModelledTable) string { return t.Dataset + "." + t.Name }

func listTables(ctx context.Context, c *call, _ struct{}) (any, error) {
	all, err := c.SQL.ModelledTables(ctx)
	if err != nil {
		return nil, err
	}
	out := struct {
		Tables []tableInfo `json:"tables"`
	}{[]tableInfo{}}
	for _, t := range all {
		out.Tables = append(out.Tables, tableInfo{Table: nameOf(t), Description: t.Description})
	}
	c.rows = len(all)
	return out, nil
}

func describeTable(ctx context.Context, c *call, in struct{ Table string }) (any, error) {
	all, err := c.SQL.ModelledTables(ctx)
	if err != nil {
		return nil, err
	}
	t, err := named(all, strings.ToLower(in.Table), "table", func(t adtally.ModelledTable) string { return strings.ToLower(nameOf(t)) })
	if err != nil {
		return nil, err
	}
	out := tableInfo{Table: nameOf(t), Description: t.Description, Columns: []columnInfo{}}
	for _, col := range t.Columns {
		out.Columns = append(out.Columns, columnInfo(col))
	}
	c.rows = len(out.Columns)
	return out, nil
}

// errEnough ends a statement whose rows fill the answer.
var errEnough = errors.New("there are enough rows")

// graceTime is how long before the end of a call a statement ends, so that its rows so far are
// an answer.
const graceTime = 2 * time.Second

func runSQL(ctx context.Context, c *call, in struct {
	SQL   string
	Limit *int
},
) (any, error) {
	most := orUsual(in.Limit, usualRows)
	e := c.newEnvelope()
	e.Timezone = time.UTC.String()
	var rows [][]*string
	limits := adtally.SQLLimits{Rows: most, Bytes: maxBytes, Time: c.Timeout - graceTime}
	end, err := c.SQL.RunSQL(ctx, "key:"+c.who.Key, adtally.SQLQuery{SQL: in.SQL, Limits: limits}, func(b adtally.SQLBatch) error {
		for _, col := range b.Columns {
			e.Columns = append(e.Columns, column{Name: clean(col.Name), Unit: col.Type, Content: contentOf(col.Type)})
		}
		for _, r := range b.Rows {
			rows = append(rows, cleanRow(r))
		}
		if len(rows) > most {
			return errEnough
		}
		return nil
	})
	if err != nil && !errors.Is(err, errEnough) {
		return nil, err
	}
	if err := e.fill(rows, most); err != nil {
		return nil, err
	}
	c.rows = e.RowCount
	e.ended(end)
	return e, c.missing(ctx, e, func(Gap) bool { return true })
}

// ended says what the end of a result says.
func (e *envelope) ended(end adtally.SQLResult) {
	if !end.AsOf.IsZero() {
		at := end.AsOf.UTC()
		e.AsOf = &at
	}
	if end.Limit != adtally.NoSQLLimit {
		e.Truncated = true
		e.warn("truncated", "The result ended at the limit of "+string(end.Limit)+". Aggregate more, or filter.")
	}
	if end.CutValues > 0 {
		e.warn("cut_values", "Some values were too long and end early.")
	}
}

// contentOf marks columns of types that can hold a text of others.
func contentOf(kind string) string {
	for _, plain := range []string{"BIGINT", "INTEGER", "SMALLINT", "TINYINT", "HUGEINT", "UBIGINT", "UINTEGER", "DOUBLE", "FLOAT", "DECIMAL", "BOOLEAN", "DATE", "TIME", "TIMESTAMP", "INTERVAL"} {
		if kind == plain || strings.HasPrefix(kind, plain+"(") || strings.HasPrefix(kind, plain+" ") {
			return ""
		}
	}
	return untrusted
}

func cleanRow(r []*string) (out []*string) {
	for _, v := range r {
		if v != nil {
			v = new(clean(*v))
		}
		out = append(out, v)
	}
	return out
}
