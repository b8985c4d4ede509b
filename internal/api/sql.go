package api

import (
	"context"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"adtally"
)

// SQL runs what people write against the modelled tables of the warehouse. Its faults are
// shown to the caller unchanged. Only callers who may see every source may reach it.
type SQL interface {
	// ModelledTables returns the tables that a query may read.
	ModelledTables(ctx context.Context) ([]adtally.ModelledTable, error)
	// RunSQL runs one SELECT for a person, who can run one at a time, and passes the result on
	// as it arrives. A result that a limit ends is not an error. If ctx ends or emit fails, the
	// query is stopped.
	RunSQL(ctx context.Context, person string, q adtally.SQLQuery, emit func(adtally.SQLBatch) error) (adtally.SQLResult, error)
	// StopSQL stops the query that a person runs, and reports whether there is one.
	StopSQL(person string) bool
}

// SavedSQL keeps the queries that people save. Everybody who may run SQL sees all of them.
type SavedSQL interface {
	AddSavedSQL(ctx context.Context, q adtally.SavedSQL, d adtally.AuditEntry) error
	SavedSQL(ctx context.Context, id string) (adtally.SavedSQL, error)
	AllSavedSQL(ctx context.Context) ([]adtally.SavedSQL, error)
	// EditSavedSQL refuses with stale_edit if the query has another revision.
	EditSavedSQL(ctx context.Context, q adtally.SavedSQL, d adtally.AuditEntry) error
	RemoveSavedSQL(ctx context.Context, id string, d adtally.AuditEntry) error
}

// sqlQueries serves SQL. A viewer may not write it: viewers will see only what they are given,
// and a statement sees every source.
type sqlQueries struct{ sources }

const tagSQL = "sql"

func (g sqlQueries) register() {
	const path = "/api/v1/sql"
	handle(g.shell, operation{ID: "list-sql-tables", Method: http.MethodGet, Path: path + "/tables", Tag: tagSQL, Access: forEditors, Summary: "List the tables that SQL can read",
		Refuses: []int{http.StatusServiceUnavailable}}, g.tables)
	handle(g.shell, operation{ID: "run-sql", Method: http.MethodPost, Path: path + "/run", Tag: tagSQL, Access: forEditors, Stream: jsonLines, Line: reflect.TypeFor[SQLLine](), Summary: "Run a SELECT statement",
		Text:    "Runs one SELECT statement in a process of its own, which can only read the tables of list-sql-tables. One JSON object per line, each with one member: first columns, then rows, then end or fault. A result ends early at 10,000 rows, 4 MB or 15 seconds, and end says so. If the client closes the connection, the statement is stopped. Each person can run one statement at a time and 20 a minute.",
		Refuses: []int{http.StatusServiceUnavailable, http.StatusTooManyRequests}}, g.run)
	handle(g.shell, operation{ID: "run-sql-csv", Method: http.MethodPost, Path: path + "/run.csv", Tag: tagSQL, Access: forEditors, Stream: csvText, Summary: "Run a SELECT statement, as a CSV file",
		Text:    "The same as run-sql, up to 1,000,000 rows and 256 MB. A text that a spreadsheet would take for a formula begins with an apostrophe. If a limit or an error ends the file early, its last line says so.",
		Refuses: []int{http.StatusConflict, http.StatusServiceUnavailable, http.StatusTooManyRequests}}, g.csv)
	handle(g.shell, operation{ID: "stop-sql", Method: http.MethodPost, Path: path + "/stop", Tag: tagSQL, Access: forEditors, Summary: "Stop the statement that you run", Refuses: []int{http.StatusConflict}}, g.stop)
	g.registerSaved(path + "/saved")
}

// SQLTable is a table that SQL can read.
type SQLTable struct {
	Dataset     string           `json:"dataset" example:"facebook_ads" doc:"Schema of the warehouse"`
	Name        string           `json:"name" example:"basic_ad" doc:"Name of the table"`
	View        bool             `json:"view" doc:"Whether it is a view"`
	Description string           `json:"description" doc:"What a row is"`
	Columns     []SQLTableColumn `json:"columns" nullable:"false" doc:"Columns in order"`
}

// SQLTableColumn is a column of a table that SQL can read.
type SQLTableColumn struct {
	Name        string `json:"name" doc:"Name of the column"`
	Type        string `json:"type" example:"BIGINT" doc:"Type in the warehouse"`
	Unit        string `json:"unit,omitempty" example:"money" doc:"Unit of the values"`
	Additive    string `json:"additive,omitempty" enum:"sum,over-time,none" doc:"Over what its values may be summed: everything (sum), days but not objects (over-time), or nothing (none); absent = unknown"`
	Description string `json:"description" doc:"What the column holds"`
}

func (g sqlQueries) tables(ctx context.Context, _ Caller, _ *struct{}) (*listed[SQLTable], error) {
	all, err := g.SQL.ModelledTables(ctx)
	if err != nil {
		return nil, sqlProblem(err)
	}
	out := &listed[SQLTable]{}
	out.Body.Items = []SQLTable{}
	for _, t := range all {
		out.Body.Items = append(out.Body.Items, sqlTableOf(t))
	}
	return out, nil
}

func sqlTableOf(t adtally.ModelledTable) SQLTable {
	out := SQLTable{t.Dataset, t.Name, t.View, t.Description, []SQLTableColumn{}}
	for _, c := range t.Columns {
		out.Columns = append(out.Columns, SQLTableColumn(c))
	}
	return out
}

// SQLText is a statement to run.
type SQLText struct {
	SQL string `json:"sql" minLength:"1" maxLength:"20000" example:"SELECT date, sum(spend) FROM facebook_ads.basic_account GROUP BY ALL" doc:"One SELECT statement"`
}

// SQLRequest is a statement to run, with its limit.
type SQLRequest struct {
	SQLText
	Limit int `json:"limit,omitempty" minimum:"0" maximum:"10000" doc:"Maximum number of rows; absent = 10,000"`
}

// SQLColumn is a column of a result.
type SQLColumn struct {
	Name string `json:"name" doc:"Name of the column"`
	Type string `json:"type" example:"DECIMAL(18,2)" doc:"Type in the warehouse"`
}

// SQLEnd is the end of a result.
type SQLEnd struct {
	Rows         int              `json:"rows" doc:"Number of rows"`
	Limit        adtally.SQLLimit `json:"limit,omitempty" enum:"rows,bytes,time" doc:"The limit that ended the result before its last row; absent = the result is complete"`
	CutValues    int              `json:"cut_values" doc:"Number of values that were longer than 100 kB and end with …"`
	Milliseconds int64            `json:"ms" doc:"How long the statement ran"`
	AsOf         *time.Time       `json:"as_of,omitempty" doc:"When a load last changed the warehouse; absent = unknown"`
}

// SQLLine is a line of a result. It has one member.
type SQLLine struct {
	Columns []SQLColumn `json:"columns,omitempty" nullable:"false" doc:"Columns; always the first line"`
	Rows    [][]*string `json:"rows,omitempty" nullable:"false" doc:"Rows; values are text as the warehouse prints them, null = NULL"`
	End     *SQLEnd     `json:"end,omitempty" doc:"The result is complete, or a limit ended it; always the last line"`
	Fault   *LineFault  `json:"fault,omitempty" doc:"Why there is no further row; always the last line"`
}

func sqlLineOf(b adtally.SQLBatch) SQLLine {
	l := SQLLine{Rows: b.Rows}
	for _, c := range b.Columns {
		l.Columns = append(l.Columns, SQLColumn(c))
	}
	return l
}

func sqlEndOf(r adtally.SQLResult) *SQLEnd {
	return &SQLEnd{r.Rows, r.Limit, r.CutValues, r.Took.Milliseconds(), timeOrNil(r.AsOf)}
}

func (g sqlQueries) run(ctx context.Context, who Caller, in *struct{ Body SQLRequest }) (*huma.StreamResponse, error) {
	q := adtally.SQLQuery{SQL: in.Body.SQL, Limits: adtally.SQLLimits{Rows: in.Body.Limit}}
	return g.lines(ctx, func(send func(any) error) error {
		end, err := g.SQL.RunSQL(ctx, who.String(), q, func(b adtally.SQLBatch) error { return sendSQL(send, sqlLineOf(b)) })
		if err != nil {
			return sqlProblem(err)
		}
		return send(SQLLine{End: sqlEndOf(end)})
	}), nil
}

// sendSQL sends columns and rows as lines of their own.
func sendSQL(send func(any) error, l SQLLine) error {
	if len(l.Columns) > 0 {
		if err := send(SQLLine{Columns: l.Columns}); err != nil {
			return err
		}
	}
	if len(l.Rows) == 0 {
		return nil
	}
	return send(SQLLine{Rows: l.Rows})
}

func (g sqlQueries) stop(_ context.Context, who Caller, _ *struct{}) (*nothing, error) {
	if !g.SQL.StopSQL(who.String()) {
		return nil, refusal("not_running", "You run no statement", "It may have ended meanwhile.")
	}
	return nil, nil //nolint:nilnil // an empty answer
}

// sqlProblem passes on the faults of statements, whose codes are known here.
func sqlProblem(err error) error {
	if _, known := problemCodes[adtally.FaultOf(err).Code]; known {
		return err
	}
	return platformProblem(err)
}
